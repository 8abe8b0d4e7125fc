"""Bringing the colours of frames to those of another: against the drift of a chain, in which each shot goes on from
the last frame of the one before and adds its own small error."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from storyboard.frames import SMALL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from storyboard.frames import Frame, Frames

MOST = 2.0
"""How many times the spread of a channel is widened or narrowed at most: a grey wall has none to widen."""
_LEAST = 0.5
"""Standard deviation in Lab below which a channel is taken as flat."""


class Colours(NamedTuple):
    """The mean and the standard deviation of each channel of a picture in CIELAB (L 0 to 100)."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]


def colours(frame: Frame) -> Colours:
    """Of `frame`, looked at small: what is in it decides, not its grain."""
    from storyboard.media import fit

    height, width = frame.shape[:2]
    scale = min(1.0, SMALL / max(height, width))
    small = fit.resize(frame, max(1, round(width * scale)), max(1, round(height * scale)))
    flat = _lab(small).reshape(-1, 3).astype(np.float64)
    return Colours(flat.mean(axis=0), flat.std(axis=0))


def matched(frames: Iterable[Frame], wanted: Frame) -> Frames:
    """`frames` with the mean and the spread of the colours of `wanted`, (H, W, 3) uint8 RGB as they were.

    Each frame by itself, so that a take that drifts from its start to its end does not either: E. Reinhard et al.,
    Color Transfer between Images, IEEE CG&A 21(5), 2001, in CIELAB. The same frames give the same bytes.
    """
    target = colours(wanted)
    for frame in frames:
        yield _moved(frame, colours(frame), target)


def _moved(frame: Frame, own: Colours, target: Colours) -> Frame:
    import cv2

    flat = (own.spread < _LEAST) | (target.spread < _LEAST)
    ratio = np.where(flat, 1.0, np.clip(target.spread / np.maximum(own.spread, _LEAST), 1 / MOST, MOST))
    lab = (_lab(frame) - own.mean) * ratio + target.mean
    rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_Lab2RGB)
    return np.ascontiguousarray(np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8))


def _lab(frame: Frame) -> NDArray[np.float32]:
    import cv2

    lab: NDArray[np.float32] = cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    return lab
