"""Loaded by every Python of a program under test: ends it, or fills its disk, at a named place, as life would.

``STORYBOARD_FAULT`` is a JSON object (see `tests.faults.fault.Fault`). The program under test has no hooks for this:
what is watched are its own calls of the system, since each is a moment at which something on disk changes, and the
call of the sketch in a worker, in whose place native code may crash or hang.
"""

import errno
import fnmatch
import importlib.abc
import importlib.util
import json
import os
import pathlib
import signal
import sys
import time

_fault = json.loads(os.environ.get("STORYBOARD_FAULT", "{}"))
_is_worker = "storyboard.workers" in " ".join(sys.orig_argv)
_role = "worker" if _is_worker else "command"
_left = _fault.get("nth", 1)
_write, _open, _append = os.write, os.open, os.O_WRONLY | os.O_APPEND | os.O_CREAT


def _die():  # type: ignore[no-untyped-def]
    if "mark" in _fault:
        os.close(_open(_fault["mark"], _append, 0o600))
    if _fault["do"] == "kill-all" and _is_worker:
        os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def _reach(what, path, when):  # type: ignore[no-untyped-def]
    """The program is right before, in the middle of, or right after a call that changes what is on disk."""
    global _left
    path = os.fsdecode(path)
    if not fnmatch.fnmatch(path, _fault.get("path", "*")) or _fault.get("role", _role) != _role:
        return
    if "log" in _fault:
        log = _open(_fault["log"], _append, 0o600)
        _write(log, f"{_role}\t{what}\t{when}\t{path}\n".encode())
        os.close(log)
        return
    if _fault.get("what", what) != what or _fault.get("when", when) != when:
        return
    _left -= 1
    if _left == 0 and _fault["do"].startswith("kill"):
        _die()
    if _left <= 0 and _fault["do"] == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


def _watch(what, name, place_of):  # type: ignore[no-untyped-def]
    real = getattr(os, name)

    def watched(*arguments, **named):  # type: ignore[no-untyped-def]
        path = place_of(*arguments)
        if path is None:
            return real(*arguments, **named)
        _reach(what, path, "before")
        result = real(*arguments, **named)
        _reach(what, path, "after")
        return result

    setattr(os, name, watched)


def _opened(path, flags, *_):  # type: ignore[no-untyped-def]
    return path if flags & os.O_CREAT else None


def _named(number):  # type: ignore[no-untyped-def]
    path = str(pathlib.Path(f"/proc/self/fd/{number}").readlink()) if sys.platform == "linux" else "*"
    return path if path.startswith("/") else None


def _write_bytes(path, data):  # type: ignore[no-untyped-def]
    """As `Path.write_bytes`, and a kill may come when half of it is written."""
    _reach("write", path, "before")
    view = memoryview(data)
    with path.open("wb") as file:
        file.write(view[: len(view) // 2])
        file.flush()
        _reach("write", path, "half")
        return len(view) // 2 + file.write(view[len(view) // 2 :])


if "do" in _fault or "log" in _fault:
    _watch("rename", "replace", lambda _source, target: target)
    _watch("rename", "rename", lambda _source, target: target)
    _watch("remove", "unlink", lambda path, **_: path)
    _watch("make", "mkdir", lambda path, *_: path)
    _watch("create", "open", _opened)
    _watch("sync", "fsync", _named)
    pathlib.Path.write_bytes = _write_bytes


class _Sabotage(importlib.abc.MetaPathFinder):
    """The sketch's `generate` crashes, hangs or ends its process for prompts that match."""

    MODULE = "storyboard.generators.sketch"

    def find_spec(self, name, _path, _target=None):  # type: ignore[no-untyped-def]
        if name != self.MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        run = spec.loader.exec_module

        def exec_module(module):  # type: ignore[no-untyped-def]
            run(module)
            self._spoil(module.SketchGenerator)

        spec.loader.exec_module = exec_module
        return spec

    @staticmethod
    def _spoil(kind):  # type: ignore[no-untyped-def]
        real = kind.generate

        def generate(self, recipe, report):  # type: ignore[no-untyped-def]
            if fnmatch.fnmatch(recipe.prompt, _fault.get("prompt", "*")):
                _HARM[_fault["native"]]()
            yield from real(self, recipe, report)

        kind.generate = generate


def _hang():  # type: ignore[no-untyped-def]
    while True:
        time.sleep(3600)


def _segfault():  # type: ignore[no-untyped-def]
    import ctypes

    ctypes.string_at(0)


_HARM = {"abort": os.abort, "hang": _hang, "segfault": _segfault, "exit": lambda: os._exit(3)}

if "native" in _fault:
    sys.meta_path.insert(0, _Sabotage())
