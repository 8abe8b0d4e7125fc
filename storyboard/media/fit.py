"""Bringing a frame to a size: area averaging where it shrinks, cubic where it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from storyboard.frames import Frame
    from storyboard.project import Fit


def fit(frame: Frame, width: int, height: int, mode: Fit) -> Frame:
    """`frame` as (height, width, 3) uint8 RGB; the same array when it has that size already.

    `cover` fills the size and crops what sticks out, evenly on both sides; `contain` shows everything between
    black bars; `stretch` ignores the proportions.
    """
    if frame.shape[:2] == (height, width):
        return frame
    if mode == "stretch":
        return resize(frame, width, height)
    return _cover(frame, width, height) if mode == "cover" else _contain(frame, width, height)


def resize(frame: Frame, width: int, height: int) -> Frame:
    """`frame` as (height, width, 3), proportions ignored."""
    import cv2

    h, w = frame.shape[:2]
    if width < w or height < h:
        size = (min(width, w), min(height, h))
        frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    if width > w or height > h:
        frame = cv2.resize(frame, (width, height), interpolation=cv2.INTER_CUBIC)
    return frame


def within(frame: Frame, side: int) -> Frame:
    """`frame` made smaller, in proportion, so that no side is longer than `side`; at most a copy."""
    import cv2

    height, width = frame.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    reduced: Frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    return reduced


def even(width: int, height: int) -> tuple[int, int]:
    """The next even size, which 4:2:0 colour needs."""
    return width + width % 2, height + height % 2


def pad(frame: Frame, width: int, height: int) -> Frame:
    """`frame` with its right and lower edge repeated up to (height, width, 3)."""
    h, w = frame.shape[:2]
    if (h, w) == (height, width):
        return frame
    return np.pad(frame, ((0, height - h), (0, width - w), (0, 0)), mode="edge")


def _cover(frame: Frame, width: int, height: int) -> Frame:
    # Cropped before it is scaled: a strip of 1 x 10,000 pixels must not first grow to millions.
    h, w = frame.shape[:2]
    crop_w = max(1, min(w, round(h * width / height)))
    crop_h = max(1, min(h, round(w * height / width)))
    x, y = (w - crop_w) // 2, (h - crop_h) // 2
    return resize(np.ascontiguousarray(frame[y : y + crop_h, x : x + crop_w]), width, height)


def _contain(frame: Frame, width: int, height: int) -> Frame:
    h, w = frame.shape[:2]
    scale = min(width / w, height / h)
    inner_w = max(1, min(width, round(w * scale)))
    inner_h = max(1, min(height, round(h * scale)))
    x, y = (width - inner_w) // 2, (height - inner_h) // 2
    result = np.zeros((height, width, 3), np.uint8)
    result[y : y + inner_h, x : x + inner_w] = resize(frame, inner_w, inner_h)
    return result
