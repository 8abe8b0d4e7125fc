"""Where shots lie along the timeline, in pixels. Prefix sums and bisection: thousands of shots cost nothing."""

from __future__ import annotations

import bisect
import copy
import itertools
from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Protocol

from msgspec.structs import replace

from storyboard.project import Project

MIN_SCALE, MAX_SCALE = 0.0005, 40.0
"""Pixels a frame."""
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds between ruler marks."""


class Arrangement(Protocol):
    """How the shots lie now: as the film has them, or as a drag would leave them."""

    @property
    def widest(self) -> float:
        """Pixels that no shot is wider than."""

    def span(self, index: int) -> tuple[float, float]:
        """The left and right edge of a shot."""

    def runs(self, left: float, right: float) -> list[Sequence[int]]:
        """The shots that can be seen between two edges, in runs of shots that lie side by side."""

    def edges(self, run: Sequence[int]) -> list[float]:
        """The left edges of the shots of one of the `runs`, and the right edge of its last one."""


class Layout:
    """The film laid out at `scale` pixels a frame, from x = 0."""

    def __init__(self, project: Project, scale: float) -> None:
        self._scale_to(scale)
        lengths = [shot.length for shot in project.shots]
        self.starts = [0, *itertools.accumulate(lengths)]
        self._longest = max(lengths, default=0)

    def at(self, scale: float) -> Layout:
        """The same shots at another scale: a zoom need not add up thousands of lengths."""
        other = copy.copy(self)
        other._scale_to(scale)
        return other

    def _scale_to(self, scale: float) -> None:
        self.scale = min(max(scale, MIN_SCALE), MAX_SCALE)

    @property
    def widest(self) -> float:
        return self.x(self._longest)

    @property
    def length(self) -> int:
        """Frames in the film."""
        return self.starts[-1]

    @property
    def width(self) -> float:
        return self.length * self.scale

    def x(self, frame: float) -> float:
        return frame * self.scale

    def span(self, index: int) -> tuple[float, float]:
        """The left and right edge of a shot."""
        return self.x(self.starts[index]), self.x(self.starts[index + 1])

    def runs(self, left: float, right: float) -> list[Sequence[int]]:
        return [self.visible(left, right)]

    def edges(self, run: Sequence[int]) -> list[float]:
        return self.edges_between(run[0], run[-1] + 1) if run else []

    def edges_between(self, first: int, end: int) -> list[float]:
        """The left edges of the shots from `first` up to before `end`, and that of shot `end`."""
        scale = self.scale
        return [start * scale for start in self.starts[first : end + 1]]

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


class Shifted(Layout):
    """A film as a trim would leave it, all of it moved by `shift` pixels.

    So the edge that is dragged stays under the pointer: at the start of a shot the shots before it move, not
    those after it.
    """

    def __init__(self, project: Project, scale: float, shift: float) -> None:
        super().__init__(project, scale)
        self._shift = shift

    def span(self, index: int) -> tuple[float, float]:
        left, right = super().span(index)
        return left + self._shift, right + self._shift

    def visible(self, left: float, right: float) -> range:
        return super().visible(left - self._shift, right - self._shift)

    def edges_between(self, first: int, end: int) -> list[float]:
        return [edge + self._shift for edge in super().edges_between(first, end)]


class Opened:
    """The film while shots are dragged over it: those stand aside, and the others make room at one place."""

    def __init__(
        self, project: Project, dragged: Collection[str], scale: float, room: int | None = None
    ) -> None:
        """`room` is in frames; as many as the dragged shots have when it is None."""
        self._shots = len(project.shots)
        self._indexes = [index for index, shot in enumerate(project.shots) if shot.id not in dragged]
        others = replace(project, shots=tuple(project.shots[index] for index in self._indexes))
        self._others = Layout(others, scale)
        frames = project.length - self._others.length if room is None else room
        self.room = self._others.x(frames)
        """Pixels."""
        self._place = 0

    def open_at(self, x: float) -> None:
        """Makes room at the place between the others that is nearest to `x`."""
        self._place = self._others.gap_at(x)

    @property
    def index(self) -> int:
        """The shot, by its place in the film, before which there is room; the number of shots for the end."""
        return self._indexes[self._place] if self._place < len(self._indexes) else self._shots

    @property
    def gap(self) -> tuple[float, float]:
        """The left and right edge of the room."""
        left = self._others.x(self._others.starts[self._place])
        return left, left + self.room

    @property
    def width(self) -> float:
        return self._others.width + self.room

    @property
    def widest(self) -> float:
        return self._others.widest

    def span(self, index: int) -> tuple[float, float]:
        rank = bisect.bisect_left(self._indexes, index)
        left, right = self._others.span(rank)
        shift = self.room if rank >= self._place else 0.0
        return left + shift, right + shift

    def runs(self, left: float, right: float) -> list[Sequence[int]]:
        before = self._others.visible(left, right)
        after = self._others.visible(left - self.room, right - self.room)
        return [
            self._indexes[before.start : min(before.stop, self._place)],
            self._indexes[max(after.start, self._place) : after.stop],
        ]

    def edges(self, run: Sequence[int]) -> list[float]:
        if not run:
            return []
        rank = bisect.bisect_left(self._indexes, run[0])
        edges = self._others.edges_between(rank, rank + len(run))
        return [edge + self.room for edge in edges] if rank >= self._place else edges


def ruler_step(scale: float, rate: Fraction, least: float) -> int:
    """Seconds between ruler marks so that they are at least `least` pixels apart."""
    for step in _STEPS:
        if step * float(rate) * scale >= least:
            return step
    return _STEPS[-1]


def fitting_scale(length: int, width: float) -> float:
    """The scale at which `length` frames fill `width` pixels."""
    return width / length if length else 2.0
