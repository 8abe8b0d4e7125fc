"""Room on a disk, and how much of it no work may use up."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from storyboard.errors import DiskFull

RESERVE: Final = 256 * 2**20
"""Bytes that no work may use up: so that the project itself can still be saved."""
SHARE: Final = 0.01
"""Of a small disk: the reserve is no more than this part of it."""


def room(place: Path) -> int:
    """Bytes that may be used on the disk of `place`: what is free, without the reserve; 0 at least."""
    try:
        disk = shutil.disk_usage(place)
    except OSError:
        return 1 << 62  # a disk that does not say: what is written there will tell
    return max(disk.free - min(RESERVE, int(disk.total * SHARE)), 0)


def keep_reserve(place: Path) -> None:
    """Raises `DiskFull` when only the reserve is left on the disk of `place`."""
    if room(place) == 0:
        raise DiskFull(
            f"{place}: nearly no room is left on the disk, and the rest is kept so that the project can be saved; make "
            "some room and start again, what was made is kept"
        )


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def in_words(size: float) -> str:
    """`340 MB`, `1.2 GB`."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
