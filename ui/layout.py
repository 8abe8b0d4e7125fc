"""Where shots lie along the timeline, in pixels. Prefix sums and bisection: thousands of shots cost nothing."""

from __future__ import annotations

import bisect
import itertools
from fractions import Fraction

from storyboard.project import Project

MIN_SCALE, MAX_SCALE = 0.0005, 40.0
"""Pixels a frame."""
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds between ruler marks."""


class Layout:
    """The film laid out at `scale` pixels a frame, from x = 0."""

    def __init__(self, project: Project, scale: float) -> None:
        self.scale = min(max(scale, MIN_SCALE), MAX_SCALE)
        self.starts = [0, *itertools.accumulate(shot.length for shot in project.shots)]

    @property
    def length(self) -> int:
        """Frames in the film."""
        return self.starts[-1]

    @property
    def width(self) -> float:
        return self.length * self.scale

    def x(self, frame: int) -> float:
        return frame * self.scale

    def span(self, index: int) -> tuple[float, float]:
        """The left and right edge of a shot."""
        return self.x(self.starts[index]), self.x(self.starts[index + 1])

    def frame_at(self, x: float) -> int:
        """The timeline frame under `x`, within the film (0 for an empty one)."""
        return max(0, min(int(x / self.scale), self.length - 1))

    def shot_at(self, x: float) -> int | None:
        """The shot under `x`, or None beside the film."""
        if not 0 <= x < self.width:
            return None
        return self._index(int(x / self.scale))

    def visible(self, left: float, right: float) -> range:
        """The shots that can be seen between two edges."""
        if self.length == 0 or right < 0 or left >= self.width:
            return range(0)
        first = self._index(int(max(left, 0) / self.scale))
        last = self._index(min(int(right / self.scale), self.length - 1))
        return range(first, last + 1)

    def gap_at(self, x: float) -> int:
        """The place between shots that is nearest to `x`: 0 for the start, the number of shots for the end."""
        frame = x / self.scale
        after = bisect.bisect_left(self.starts, frame)
        if after == 0 or after == len(self.starts):
            return min(after, len(self.starts) - 1)
        return after if self.starts[after] - frame < frame - self.starts[after - 1] else after - 1

    def _index(self, frame: int) -> int:
        return min(bisect.bisect_right(self.starts, frame), len(self.starts) - 1) - 1


def ruler_step(scale: float, rate: Fraction, least: float) -> int:
    """Seconds between ruler marks so that they are at least `least` pixels apart."""
    for step in _STEPS:
        if step * float(rate) * scale >= least:
            return step
    return _STEPS[-1]


def fitting_scale(length: int, width: float) -> float:
    """The scale at which `length` frames fill `width` pixels."""
    return width / length if length else 2.0
