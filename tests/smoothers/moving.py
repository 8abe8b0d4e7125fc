"""Moving pictures to smooth: a soft texture that drifts, and a disc that crosses it the other way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from storyboard.frames import Frame


def moving(width: int, height: int, count: int, seed: int = 0) -> list[Frame]:
    """`count` frames; the texture moves 3 pixels a frame to the right, the disc 4 down and 5 to the left."""
    margin = 3 * count
    noise = np.random.default_rng(seed).integers(0, 256, (height, width + margin, 3), np.uint8)
    texture = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 4), None, 20, 235, cv2.NORM_MINMAX)
    return [_frame(texture, width, height, margin - 3 * i, i) for i in range(count)]


def _frame(texture: Frame, width: int, height: int, left: int, i: int) -> Frame:
    frame = np.ascontiguousarray(texture[:, left : left + width])
    centre = (round(width * 0.7) - 5 * i, round(height * 0.3) + 4 * i)
    cv2.circle(frame, centre, max(2, min(width, height) // 6), (230, 60, 40), -1, cv2.LINE_AA)
    return frame
