"""What every engine does with a gap before its own work: check it, and pad its pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from storyboard.errors import SmootherError

if TYPE_CHECKING:
    from storyboard.frames import Frame
    from storyboard.smoothers.base import Gap

MIN_SIDE = 16
"""Pixels; the smallest side that a project can have, and below which motion has no meaning."""

_ROWS = 64
"""Compared at a time."""

STEP = 64
"""The coarsest block of RIFE 4.25 works at 1/16 and halves twice more: both sides must be multiples of 64."""


def check(gap: Gap) -> None:
    """Raises `SmootherError` when the two pictures cannot have one between them."""
    before, after, t = gap
    if before.shape != after.shape:
        raise SmootherError(
            f"a frame of {_size(before)} cannot be smoothed into one of {_size(after)}; fit both to one size first"
        )
    if min(before.shape[:2]) < MIN_SIDE:
        raise SmootherError(
            f"frames of {_size(before)} are too small to smooth; the least is {MIN_SIDE}x{MIN_SIDE}, "
            "or switch smoothing off for this shot"
        )
    if before.shape[2:] != (3,) or before.dtype != np.uint8 or after.dtype != np.uint8:
        raise ValueError("frames are (H, W, 3) uint8")
    if not 0 < t < 1:
        raise ValueError(f"a gap's time lies between 0 and 1, not at {t}")


def is_still(gap: Gap) -> bool:
    """Whether nothing changes between the two pictures, so that the one between is known."""
    before, after = gap.before, gap.after
    # Most pictures differ in their first rows: the others need not be read.
    return before is after or all(
        np.array_equal(before[row : row + _ROWS], after[row : row + _ROWS])
        for row in range(0, len(before), _ROWS)
    )


def padded_size(height: int, width: int, step: int = STEP) -> tuple[int, int]:
    """The smallest multiples of `step` that hold `height` and `width`."""
    return height + -height % step, width + -width % step


def padded(frame: Frame, step: int = STEP) -> Frame:
    """`frame` with its last row and column repeated up to multiples of `step` in both directions; C-contiguous."""
    height, width, _ = frame.shape
    down, right = padded_size(height, width, step)
    if (down, right) == (height, width):
        return np.ascontiguousarray(frame)
    return np.pad(frame, ((0, down - height), (0, right - width), (0, 0)), mode="edge")


def _size(frame: Frame) -> str:
    return f"{frame.shape[1]}x{frame.shape[0]}"
