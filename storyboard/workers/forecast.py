"""Whether there is memory enough for frames of a size, told before the work begins."""

from __future__ import annotations

from storyboard.errors import MediaError
from storyboard.smoothers import memory

BASE = 300e6
"""Bytes that a worker takes beside its frames."""
ENGINE = 330.0
"""Bytes for each pixel while RIFE works on one pair (`rife_lane.BYTES_A_PIXEL`); it takes more where there is more."""
FLOW = 180.0
"""The same of `flow`: flows both ways, places, and two proposals, all of floats."""
QUEUED = 60.0
"""Bytes for each pixel of frames that wait between decoding, smoothing and encoding, at least one at each place."""


def needed(engine: str, width: int, height: int) -> float:
    """Bytes that smoothing frames of this size takes at least, about."""
    return BASE + width * height * ((FLOW if engine == "flow" else ENGINE) + QUEUED)


def check(engine: str, width: int, height: int, name: str) -> None:
    """Raises `MediaError` when there is too little memory; where the system does not say, it is taken for enough."""
    free, wanted = memory.free(), needed(engine, width, height)
    if free is not None and wanted > free:
        cheaper = "" if engine == "flow" else "use --engine flow, or "
        raise MediaError(
            f"{name}: smoothing {width}x{height} by {engine} takes about {wanted / 2**30:.0f} GB of memory and "
            f"{free / 2**30:.0f} GB are free; {cheaper}make the video smaller first"
        )
