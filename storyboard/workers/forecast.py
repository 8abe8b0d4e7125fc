"""Whether there is memory enough for frames of a size, told before the work begins."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE = 300e6
"""Bytes that a worker takes beside its frames."""

BYTES: Mapping[str, float] = {
    "rife-openvino": 1000.0,
    "rife-ncnn": 2000.0,
    "rife-torch": 2000.0,
    "flow": 180.0,
}
"""Bytes for each pixel of a frame while an engine works on it with two streams. Measured at 640x360 and 1280x720."""

QUEUED = 60.0
"""Bytes for each pixel of frames that wait between decoding, smoothing and encoding."""


def needed(engine: str, width: int, height: int) -> float:
    """Bytes that smoothing frames of this size will take at most, about."""
    return BASE + width * height * (BYTES.get(engine, max(BYTES.values())) + QUEUED)


def check(engine: str, width: int, height: int, name: str) -> None:
    """Raises `MediaError` when there is too little memory; where the system does not say, it is taken for enough."""
    free, wanted = available(), needed(engine, width, height)
    if free and wanted > free:
        cheaper = "" if engine == "flow" else "use --engine flow, or "
        raise MediaError(
            f"{name}: smoothing {width}x{height} by {engine} takes about {wanted / 2**30:.0f} GB of memory and "
            f"{free / 2**30:.0f} GB are free; {cheaper}make the video smaller first"
        )


def available() -> float:
    """Bytes of memory that could be used now; 0 where the system does not say."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024.0
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):  # not on Windows
        return 0.0
