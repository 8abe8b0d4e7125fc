"""How good in-betweens are: every odd frame is dropped, made again from its neighbours, and compared with what it
was. PSNR and SSIM (11x11 Gaussian, of luma), the means over the frames, for real clips, and for sketches drawn at
twice the frames. `blend` is the mean of both neighbours: no motion at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from storyboard.smoothers import registry
from storyboard.smoothers.base import Gap
from storyboard.smoothers.cuts import find_cuts
from tests.bench import clip_wheel
from tests.bench.harness import Finding, check, progress
from tests.contact_sheet import PROMPTS

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames

METHODS = ("blend", "flow", "rife-hdv3", "rife-openvino")
HALF = Fraction(1, 2)


class Clip(NamedTuple):
    """Frames to judge by, and how they are cut out."""

    file: str
    width: int
    height: int
    how: str
    """`whole`: shrunk to the size; `middle`: cut out of the middle, after shrinking to `within`."""
    within: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        return f"{self.file.split('.')[0].split('_')[0]} {self.width}x{self.height}"

    def frames(self, folder: Path) -> list[Frame]:
        return [self._fitted(frame) for frame in _read(folder / self.file)]

    def _fitted(self, frame: Frame) -> Frame:
        import cv2

        if self.how == "whole":
            return cv2.resize(frame, (self.width, self.height), interpolation=cv2.INTER_AREA)
        height, width, _ = frame.shape
        top, left = (height - self.height) // 2, (width - self.width) // 2
        return np.ascontiguousarray(frame[top : top + self.height, left : left + self.width])


CLIPS = (
    Clip("bikes.mp4", 640, 272, "whole"),
    Clip("bikes.mp4", 256, 256, "middle"),
    Clip("bigbuckbunny.mp4", 640, 360, "whole"),
    Clip("bigbuckbunny.mp4", 256, 256, "whole"),
    Clip("carphone_pristine.mp4", 176, 144, "whole"),
)
