"""How much memory a smoother may count on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from storyboard.errors import SmootherError

_MEMINFO = Path("/proc/meminfo")


def require(needed: int, height: int, width: int, instead: str) -> None:
    """Raises `SmootherError` when `needed` bytes for frames of that size are not free, with what to do instead."""
    there = free()
    if there is not None and needed > there:
        raise SmootherError(
            f"smoothing frames of {width}x{height} takes about {needed / 2**30:.1f} GB of memory and "
            f"{there / 2**30:.1f} GB are free; close other programs, smooth smaller frames, or choose the smoother "
            f"`{instead}`"
        )


def free() -> int | None:
    """Bytes that this machine can give without pushing anything out; None where it does not say."""
    if sys.platform.startswith("linux"):
        return _available(_MEMINFO)
    if hasattr(os, "sysconf") and "SC_AVPHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _available(meminfo: Path) -> int | None:
    try:
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return None
