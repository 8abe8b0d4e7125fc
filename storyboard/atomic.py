"""Writing a file so that a half one is never taken for whole: beside its place first, then into it at once."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from storyboard.errors import DiskFull, DiskGone, StoryboardError, why

UNFINISHED = 600.0
"""Seconds without a write after which a temporary file is taken for abandoned."""

FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
"""What a system says of a disk, or of a user's share of it, that is full."""
_TEMPORARY = re.compile(r"\..*\.[0-9a-f]{8}\.part(\.\w+)?")
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_GONE = {
    getattr(errno, name, errno.EIO)
    for name in [
        "EIO",
        "ENXIO",
        "ENODEV",
        "ESTALE",
        "ENOTCONN",
        "ESHUTDOWN",
        "ETIMEDOUT",
        "EHOSTDOWN",
        "EHOSTUNREACH",
    ]
}
"""What a system says of a disk that was pulled out, or of a network folder whose machine is away."""
_CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOTTY}
"""A file system that has no such call: what was written is as safe as it gets there."""
_BUSY_ON_WINDOWS = {5, 32, 33}
"""Access denied, sharing violation, lock violation: a virus scanner or an indexer holds the file for a moment."""
_WAITS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
"""Seconds between tries of a replace on Windows, about 2.5 in all."""


def nothing() -> None:
    """What is done before a new file takes the place of the old one, as a rule."""


@contextlib.contextmanager
def replacing(path: Path, before: Callable[[], None] = nothing) -> Iterator[Path]:
    """A new, empty file in the folder of `path`, with its suffix; it takes the place of `path` when the block
    ends, and is removed when the block raises.

    `before` is called when the new file is on the disk, right before it takes the place: what it raises keeps the
    old one. What killed programs left of earlier writes to `path` goes when nobody can be writing it any more.

    The name starts with a dot and ends in `.part` before the suffix (see `is_temporary`). Raises `DiskFull`
    when there is no room and `DiskGone` when the disk does not answer, also for errors of these kinds from the block
    itself, and another `StoryboardError` when the folder is missing or cannot be written.
    """
    _sweep(path)
    temporary = _create(path)
    try:
        yield temporary
        _publish(temporary, path, before)
    except OSError as error:
        if error.errno in FULL or error.errno in _GONE:
            raise _refusal(path, error) from error
        raise
    finally:
        # On Windows a file that a failed writer still holds open cannot go; `is_temporary` finds it later.
        with contextlib.suppress(OSError):
            temporary.unlink()


def remove(path: Path) -> None:
    """Removes `path`, where it is there, and what killed programs left of it half written. Nobody may be writing it."""
    path.unlink(missing_ok=True)
    for name in _temporaries(path.parent):
        if _is_of(name, path):
            (path.parent / name).unlink(missing_ok=True)


def sync(handle: int) -> None:
    """Makes what was written to an open file or folder last through a power cut, where its file system can do that.

    Raises `OSError` when the disk failed at it.
    """
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise


def is_temporary(name: str) -> bool:
    """Whether a file of this name is (what a crash left of) an unfinished write. A user's own file is not called so
    by accident."""
    return _TEMPORARY.fullmatch(name) is not None


def temporary_name(path: Path) -> str:
    """A fresh name, in the folder of `path`, for a file that is to become `path`: `.film.0123abcd.part.mp4`."""
    return f".{_stem(path)}.{secrets.token_hex(4)}.part{path.suffix}"


def _sweep(path: Path) -> None:
    """Removes what was left half written of `path` so long ago that nobody writes it any more."""
    old = time.time() - UNFINISHED
    for name in _left_before(path.parent):
        if _is_of(name, path):
            left = path.parent / name
            with contextlib.suppress(OSError):  # gone already, or in use
                if left.lstat().st_mtime < old:
                    left.unlink()


@functools.lru_cache(maxsize=256)
def _left_before(folder: Path) -> tuple[str, ...]:
    # Looked at once in a process: a folder of many thousand parts is not listed anew for each part.
    return tuple(_temporaries(folder))


def _temporaries(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if is_temporary(name)]  # noqa: PTH208  paths of thousands are slow
    except OSError:  # not there, or not to be listed
        return []


def _is_of(name: str, path: Path) -> bool:
    """Whether the unfinished file `name` was to become `path`."""
    ours = rf"\.{re.escape(_stem(path))}\.[0-9a-f]{{8}}\.part{re.escape(path.suffix)}"
    return re.fullmatch(ours, name) is not None


def _create(path: Path) -> Path:
    temporary = path.parent / temporary_name(path)
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:
        raise _refusal(path, error) from error
    return temporary


def _stem(path: Path) -> str:
    # The whole name must fit in 255 bytes even where the final one just does.
    return path.stem.encode()[:100].decode(errors="ignore")


def _publish(temporary: Path, path: Path, before: Callable[[], None]) -> None:
    try:
        with temporary.open("r+b") as file:
            sync(file.fileno())
    except FileNotFoundError as error:
        raise _refusal(path, error) from error
    with contextlib.suppress(OSError):
        temporary.chmod(stat.S_IMODE(path.stat().st_mode))  # keep what the user set on the earlier file
    try:
        _replace(temporary, path, before)
    except OSError as error:
        raise _refusal(path, error) from error
    _sync_folder(path.parent)


def _replace(temporary: Path, path: Path, before: Callable[[], None]) -> None:
    for wait in _WAITS:
        before()
        try:
            temporary.replace(path)
            return
        except OSError as error:
            if getattr(error, "winerror", None) not in _BUSY_ON_WINDOWS:
                raise
        time.sleep(wait)
    before()
    temporary.replace(path)


def _sync_folder(folder: Path) -> None:
    """Makes the new name itself last through a power cut. Windows has no such call and needs none."""
    if os.name != "posix":
        return
    # The file is in its place already, and some network file systems refuse this.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _refusal(path: Path, error: OSError) -> StoryboardError:
    if error.errno in FULL:
        return DiskFull(f"{path}: no room is left on the disk; make some and try again")
    if error.errno in _GONE:
        return DiskGone(
            f"{path} cannot be written: its disk does not answer ({why(error)}); plug it in or connect it again"
        )
    if error.errno in _DENIED:
        return StoryboardError(f"{path} cannot be written: {why(error)}; check the folder's permissions")
    if error.errno == errno.ENOENT and path.parent.is_dir():
        return StoryboardError(f"{path}: its unfinished file was deleted by another program; try again")
    if error.errno == errno.ENOENT:
        return StoryboardError(
            f"{path} cannot be written: the folder {path.parent} is not there; make it first, or plug in its disk"
        )
    return StoryboardError(f"{path} cannot be written: {why(error)}; choose another place")
