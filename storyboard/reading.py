"""Reading a file that may come from anybody: a plain file, and no more of it than what it may hold."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

PIECE: Final = 1 << 20
"""Bytes that are hashed at a time."""
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def whole(path: Path, limit: int) -> bytes:
    """All bytes of the plain file at `path`, `limit` at most.

    Raises `OSError`, whose `strerror` is words for people, also for a larger file and for one that is not plain: a
    pipe would wait for ever, and a device has no end.
    """
    with plain(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            raise OSError(errno.EFBIG, f"it is larger than {limit / 2**20:.4g} MiB", str(path))
        # No more than it had when it was looked at: it may grow meanwhile.
        return file.read(size)


def digest(path: Path, report: Callable[[int], None] = lambda _: None) -> str:
    """SHA-256 of the plain file at `path`, 64 hex digits; `report` hears how many bytes were read each time.

    Raises as `whole` does, and what `report` raises.
    """
    found = hashlib.sha256()
    with plain(path) as file:
        while piece := file.read(PIECE):
            found.update(piece)
            report(len(piece))
    return found.hexdigest()


def plain(path: Path) -> BinaryIO:
    """The plain file at `path`, opened for reading. Raises `OSError` where there is none."""
    handle = os.open(path, _FLAGS)  # without O_NONBLOCK, opening a pipe already waits
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    return file
