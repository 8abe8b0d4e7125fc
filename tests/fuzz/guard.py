"""What a reader of hostile files may do: nothing outside its folder, within two seconds and 200 MB."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

SECONDS = 2.0
MEMORY = 200 * 2**20
"""Bytes that an input may cost beyond what there was before."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {
    "os.rename": (0, 1), "os.remove": (0,), "os.mkdir": (0,), "os.rmdir": (0,), "os.link": (1,), "os.symlink": (1,),
    "os.truncate": (0,), "os.chmod": (0,), "os.utime": (0,), "shutil.rmtree": (0,),
}  # fmt: skip
"""Which arguments of these events name what is changed."""


class Hung(Exception):
    """An input took longer than it may."""


class Escaped(Exception):
    """Something outside the folder was to be written, or a program to be started."""


class Guard:
    """Watches this process from the first `allow` on. There is no way back: use it in a process of its own."""

    def __init__(self) -> None:
        self._inside: str | None = None
        self.escaped: list[str] = []
        sys.addaudithook(self._hear)
        signal.signal(signal.SIGALRM, self._ring)

    @contextlib.contextmanager
    def watching(self, folder: Path) -> Iterator[None]:
        """Within the block, only what lies in `folder` may be changed, and `SECONDS` and `MEMORY` hold."""
        before = _resident()
        used = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        self.escaped, self._inside = [], os.path.realpath(folder)
        resource.setrlimit(resource.RLIMIT_DATA, (used + 2 * MEMORY, hard))
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
            self._inside = None
        if self.escaped:
            raise Escaped(self.escaped[0])
        if _resident() - before > MEMORY:
            raise MemoryError(f"{(_resident() - before) >> 20} MB")

    def _ring(self, _number: int, _frame: FrameType | None) -> NoReturn:
        raise Hung

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._inside is None:
            return
        if event == "open":
            path, mode, flags = arguments
            if (isinstance(flags, int) and flags & _WRITES) or set(str(mode)) & set("wax+"):
                self._check(event, path)
        elif event in _CHANGES:
            for n in _CHANGES[event]:
                self._check(event, arguments[n])
        elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect"):
            self.escaped.append(f"{event} {arguments!r:.200}")

    def _check(self, event: str, path: Any) -> None:
        if self._inside is None or isinstance(path, int) or path == os.devnull:
            return
        whole = os.path.realpath(os.fsdecode(path))
        if not (whole + os.sep).startswith(self._inside + os.sep):
            self.escaped.append(f"{event} {whole}")


def _resident() -> int:
    """The most memory that this process has held so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
