"""Reading a file that may come from anybody: a plain file, and no more of it than what it may hold."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def whole(path: Path, limit: int) -> bytes:
    """All bytes of the plain file at `path`, `limit` at most.

    Raises `OSError`, whose `strerror` is words for people, also for a larger file and for one that is not plain: a
    pipe would wait for ever, and a device has no end.
    """
    handle = os.open(path, _FLAGS)  # without O_NONBLOCK, opening a pipe already waits
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file", str(path))
        if status.st_size > limit:
            raise OSError(errno.EFBIG, f"it is larger than {limit / 2**20:.4g} MiB", str(path))
        # No more than it had when it was looked at: it may grow meanwhile.
        return file.read(status.st_size)
