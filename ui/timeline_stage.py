"""Where everything of the timeline lies in its viewport: who paints and who drags ask the same stage."""

from __future__ import annotations

import bisect
from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF

from storyboard.project import Marker, Project

from .document import Document
from .layout import Arrangement, Layout
from .session import Session

GUTTER: Final = 68
"""Pixels at the left that hold the names of the rows."""
RULER: Final = 24
SOUND_HEIGHT: Final = 50
GAP: Final = 6
ROW_LEAST, ROW_MOST, ROW_USUAL = 60.0, 400.0, 150.0
"""Pixels that the row of shots is high: at least, at most, and at most unless the user makes it higher."""
REACH: Final = 6.0
"""Pixels within which an edge is grabbed, and within which things snap."""
WIDE_ENOUGH: Final = 14.0
"""Pixels from which a shot has edges to grab; below that there would be nothing left to drag it by."""

Region = Literal["gutter", "ruler", "shots", "music", "empty"]
Side = Literal["start", "end"]


class Edge(NamedTuple):
    """One end of a shot, which is known by its place in the film."""

    shot: int
    side: Side


class Stage:
    """The film's places in pixels of the viewport. `row` is how the shots lie now."""

    def __init__(self, document: Document, session: Session, scale: float) -> None:
        self._document = document
        self._session = session
        self.layout = Layout(document.project, scale)
        self._laid_out = document.project.shots
        self.row: Arrangement = self.layout
        self.offset = 0
        """Pixels of the film that are scrolled away at the left."""
        self.width, self.height = 1, 1
        self.row_wish: float | None = None
        """The height of the row of shots that the user chose."""

    @property
    def project(self) -> Project:
        return self._document.project

    def lay_out(self, scale: float) -> None:
        """Lays the present film out anew."""
        shots = self._document.project.shots
        self.layout = (
            self.layout.at(scale) if shots is self._laid_out else Layout(self._document.project, scale)
        )
        self._laid_out = shots
        self.row = self.layout

    # ---- along the film

    def x(self, frame: float) -> float:
        """The place of a frame."""
        return GUTTER + self.layout.x(frame) - self.offset

    def content(self, x: float) -> float:
        """Pixels from the film's start."""
        return x - GUTTER + self.offset

    def frame_at(self, x: float) -> int:
        """The frame of the film under `x`."""
        return self.layout.frame_at(self.content(x))

    @property
    def room(self) -> float:
        """Pixels beside the gutter."""
        return max(1.0, self.width - GUTTER - 12)

    # ---- rows

    @property
    def clip_row(self) -> tuple[int, int]:
        """Top and height of the row of shots."""
        sound = SOUND_HEIGHT + GAP if self.project.music else 0
        wish = ROW_USUAL if self.row_wish is None else self.row_wish
        return RULER + 4, int(max(ROW_LEAST, min(wish, self.height - RULER - sound - 12)))

    def clip_rect(self, index: int) -> QRectF:
        left, right = self.row.span(index)
        top, height = self.clip_row
        return QRectF(left + GUTTER - self.offset, top, right - left, height)

    @property
    def music_rect(self) -> QRectF:
        """The bar of the music, as long as the film."""
        top, height = self.clip_row
        return QRectF(self.x(0) + 1, top + height + GAP, max(0.0, self.layout.width - 2), SOUND_HEIGHT)

    # ---- what is where

    def region(self, at: QPointF) -> Region:
        if at.x() < GUTTER:
            return "gutter"
        if at.y() < RULER:
            return "ruler"
        if self.project.music and self.music_rect.contains(at):
            return "music"
        return "shots" if self.shot_at(at) is not None else "empty"

    def shot_at(self, at: QPointF) -> int | None:
        """The place in the film of the shot under `at`."""
        top, height = self.clip_row
        if at.x() < GUTTER or not top <= at.y() < top + height:
            return None
        return self.layout.shot_at(self.content(at.x()))

    def edge_at(self, at: QPointF) -> Edge | None:
        """The end of a shot that a press at `at` would grab: on a cut, of the shot on whose side the press is."""
        top, height = self.clip_row
        if at.x() < GUTTER or not top <= at.y() < top + height:
            return None
        x = self.content(at.x())
        index = self.layout.shot_at(x)
        if index is None:  # the last one's end can also be grabbed from outside
            index = len(self.project.shots) - 1
            if index < 0 or not 0 <= x - self.layout.width <= REACH:
                return None
        left, right = self.layout.span(index)
        if right - left < WIDE_ENOUGH:
            return None
        reach = min(REACH, (right - left) / 4)
        if right - x <= reach:
            return Edge(index, "end")
        return Edge(index, "start") if x - left <= reach else None

    def marker_at(self, at: QPointF) -> Marker | None:
        """The marker whose flag is under `at`."""
        if not 0 <= at.y() < RULER or at.x() < GUTTER:
            return None
        markers = self.project.markers
        near = bisect.bisect_left(markers, self.content(at.x()) / self.layout.scale, key=lambda m: m.at)
        beside = [m for m in markers[max(0, near - 1) : near + 1] if abs(self.x(m.at) - at.x()) <= REACH]
        return min(beside, key=lambda m: abs(self.x(m.at) - at.x()), default=None)

    def range_end_at(self, at: QPointF) -> Side | None:
        """The end of the in / out range whose handle is under `at`."""
        chosen = self._session.range
        if chosen is None or not 0 <= at.y() < RULER or at.x() < GUTTER:
            return None
        ends: tuple[tuple[Side, int], ...] = (("start", chosen[0]), ("end", chosen[1]))
        near = [(abs(self.x(frame) - at.x()), side) for side, frame in ends]
        distance, side = min(near)
        return side if distance <= REACH else None


def snapped(x: float, scale: float, points: list[int], reach: float = REACH) -> int | None:
    """The nearest of `points` (frames, sorted) that lies within `reach` pixels of place `x`; None when none does."""
    near = bisect.bisect_left(points, x / scale)
    beside = [point for point in points[max(0, near - 1) : near + 1] if abs(point * scale - x) <= reach]
    return min(beside, key=lambda point: abs(point * scale - x), default=None)
