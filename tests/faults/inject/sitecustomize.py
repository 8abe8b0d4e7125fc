"""Loaded by every Python of a render under test: kills it at a named place, as a power cut would.

``STORYBOARD_FAULT`` is ``before|after:PATTERN:N``: at the N-th rename onto a file whose path matches PATTERN.
The program under test has no hooks for this: the renames themselves are what is watched, since each is the
moment at which a file begins to count.
"""

import fnmatch
import os
import signal
import sys

_fault = os.environ.get("STORYBOARD_FAULT", "")

if _fault:
    _when, _pattern, _nth = _fault.split(":")
    _left = int(_nth)
    _replace = os.replace

    def _kill_everything() -> None:
        if "storyboard.workers" in " ".join(sys.orig_argv):
            os.kill(os.getppid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    def _watched(source, target, **rest):  # type: ignore[no-untyped-def]
        global _left
        hit = fnmatch.fnmatch(str(target), _pattern)
        _left -= hit
        if hit and _left == 0 and _when == "before":
            _kill_everything()
        _replace(source, target, **rest)
        if hit and _left == 0 and _when == "after":
            _kill_everything()

    os.replace = _watched
