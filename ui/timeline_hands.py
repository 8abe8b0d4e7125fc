"""What the mouse does on the timeline from press to release: scrub, trim, reorder, select, move what is marked.

A hand is told where the pointer goes and with which keys, changes what is shown, and at the end makes one edit,
or, when it is cancelled, none.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import NamedTuple, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication

from storyboard import edit
from storyboard.project import Marker, Shot

from . import theme, timeline_paint
from .clips import TEXT_FROM, ClipPainter
from .document import Document
from .layout import Opened
from .session import Session
from .timeline_stage import GUTTER, Side, Stage, snapped
from .words import plural, short_timecode

LIFT = 6.0
"""Pixels by which dragged shots are lifted off the row."""
GHOST = 0.85
STILL = 3
"""Pixels that a press may wander and still be a click: seen from afar they are many frames."""

Keys = Qt.KeyboardModifier


class Table(NamedTuple):
    """What every hand works on."""

    document: Document
    session: Session
    stage: Stage
    clips: ClipPainter
    moved: Callable[[list[str], int], None]
    """Asks for shots to be put before the one at an index."""


class Hand(Protocol):
    scrolls: bool
    """Whether the film scrolls on while the pointer rests at the edge of the view."""

    def move(self, at: QPointF, keys: Keys) -> Hand:
        """The pointer is at `at` (viewport). Returns the hand that goes on: itself, or what it turned into."""

    def drop(self) -> None:
        """The button was released."""

    def cancel(self) -> None:
        """Leaves everything as it was before the press."""

    def paint(self, painter: QPainter, colours: theme.Theme) -> None:
        """Draws what this hand adds to the timeline."""


class _Plain:
    """A hand that adds nothing to the picture and has nothing to take back."""

    scrolls = True

    def drop(self) -> None:
        return

    def cancel(self) -> None:
        return

    def paint(self, painter: QPainter, colours: theme.Theme) -> None:  # noqa: ARG002 - a hand's method
        return


def edit_points(table: Table, *, edits: bool = True, playhead: bool = True) -> list[int]:
    """The frames to which things snap: edits, markers, the range's ends, the playhead; sorted."""
    project, session = table.document.project, table.session
    points = {marker.at for marker in project.markers} | set(session.range or ())
    points |= set(table.stage.layout.starts) if edits else {0, project.length}
    if playhead:
        points.add(session.frame)
    return sorted(points)


def _far(one: QPointF, other: QPointF) -> bool:
    return (one - other).manhattanLength() >= QApplication.startDragDistance()


class Scrub(_Plain):
    """The playhead follows the pointer; near an edit, a marker or an end of the range it stands on that."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._points = edit_points(table, playhead=False)
        self._from = table.session.frame

    def move(self, at: QPointF, keys: Keys) -> Hand:
        stage = self._table.stage
        x = stage.content(at.x())
        found = None if keys & Keys.AltModifier else snapped(x, stage.layout.scale, self._points)
        self._table.session.seek(stage.layout.frame_at(x) if found is None else found)
        return self

    def cancel(self) -> None:
        self._table.session.seek(self._from)


class Press(_Plain):
    """A press on a shot: a click selects it and puts the playhead there, a drag takes the selected shots along."""

    scrolls = False

    def __init__(self, table: Table, shot: Shot, at: QPointF) -> None:
        self._table = table
        self._shot = shot
        self._at = at
        if shot.id not in table.session.selected:
            table.session.select(shot.id)

    def move(self, at: QPointF, keys: Keys) -> Hand:
        if not _far(at, self._at):
            return self
        return Reorder(self._table, self._shot, self._at).move(at, keys)

    def drop(self) -> None:
        self._table.session.select(self._shot.id)
        self._table.session.seek(self._table.stage.frame_at(self._at.x()))


class Reorder:
    """The selected shots hang under the pointer, and the others make room where they would land."""

    scrolls = True

    def __init__(self, table: Table, shot: Shot, at: QPointF) -> None:
        self._table = table
        project = table.document.project
        chosen = set(table.session.selected)
        self.shots = [index for index, each in enumerate(project.shots) if each.id in chosen]
        self.ids = [project.shots[index].id for index in self.shots]
        layout = table.stage.layout
        lengths = (layout.x(project.shots[index].length) for index in self.shots)
        self._starts = list(itertools.accumulate(lengths, initial=0.0))
        held = self.ids.index(shot.id)
        inside = table.stage.content(at.x()) - layout.span(self.shots[held])[0]
        self._grabbed = self._starts[held] + inside
        self._left = 0.0
        self._pointer = at
        self._opened = Opened(project, chosen, layout.scale)

    def move(self, at: QPointF, keys: Keys) -> Hand:  # noqa: ARG002 - a hand's method
        self._pointer = at
        self._left = self._table.stage.content(at.x()) - self._grabbed
        self._opened.open_at(self._left)
        self._table.stage.row = self._opened
        return self

    def drop(self) -> None:
        self.cancel()
        self._table.moved(self.ids, self._opened.index)

    def cancel(self) -> None:
        self._table.stage.row = self._table.stage.layout

    def paint(self, painter: QPainter, colours: theme.Theme) -> None:
        stage = self._table.stage
        timeline_paint.room(painter, stage, self._opened.gap, colours)
        top, height = stage.clip_row
        shift = self._left + GUTTER - stage.offset
        painter.setOpacity(GHOST)
        drawn_to = -1.0
        for place, index in enumerate(self.shots):
            left, right = self._starts[place] + shift, self._starts[place + 1] + shift
            # Of shots thinner than a pixel one a pixel is enough.
            if right < GUTTER or left > stage.width or right < drawn_to + 1:
                continue
            drawn_to = right
            if right - left < TEXT_FROM:  # as it stood in its row
                block = (left + 0.5, right - 0.5, index, True)
                self._table.clips.paint_blocks(painter, (round(top - LIFT), height), [block])
            else:
                self._table.clips.paint(painter, QRectF(left, top - LIFT, right - left, height), index, True)
        painter.setOpacity(1.0)
        if len(self.ids) > 1:
            place_of_badge = self._pointer + QPointF(12, 12)
            timeline_paint.badge(painter, place_of_badge, plural(len(self.ids), "shot"), colours)


class Rubber:
    """A band pulled over the shots selects them. A press that goes nowhere selects nothing and puts the playhead there."""

    scrolls = True

    def __init__(self, table: Table, at: QPointF, *, adds: bool) -> None:
        self._table = table
        self._before = table.session.selected
        current = table.session.current
        self._current = current.id if current else ""
        self._kept = self._before if adds else ()
        self._at = at
        # The band is pulled over the film, not over the view, which may scroll under it.
        self._from = QPointF(table.stage.content(at.x()), at.y())
        self._to: QPointF | None = None

    def move(self, at: QPointF, keys: Keys) -> Hand:  # noqa: ARG002 - a hand's method
        if self._to is None and not _far(at, self._at):
            return self
        stage, session = self._table.stage, self._table.session
        self._to = QPointF(stage.content(at.x()), at.y())
        left, right = sorted((self._from.x(), self._to.x()))
        top, bottom = sorted((self._from.y(), self._to.y()))
        row, height = stage.clip_row
        touched = stage.layout.visible(left, right) if top < row + height and bottom > row else range(0)
        shots = self._table.document.project.shots
        session.select(*self._kept, *(shots[index].id for index in touched))
        return self

    def drop(self) -> None:
        if self._to is None:
            session = self._table.session
            session.select(*self._kept, current=self._current)
            session.seek(self._table.stage.frame_at(self._at.x()))

    def cancel(self) -> None:
        self._table.session.select(*self._before, current=self._current)

    def paint(self, painter: QPainter, colours: theme.Theme) -> None:
        if self._to is None:
            return
        shift = GUTTER - self._table.stage.offset
        band = QRectF(self._from, self._to).normalized().translated(shift, 0)
        timeline_paint.rubber_band(painter, band, colours)


class MoveMarker:
    """A marker follows the pointer."""

    scrolls = True

    def __init__(self, table: Table, marker: Marker, at: QPointF) -> None:
        self._table = table
        self._pressed = at
        self._pulled = False
        self.marker = marker
        self.frame = marker.at
        self._points = [point for point in edit_points(table) if point != marker.at]

    def move(self, at: QPointF, keys: Keys) -> Hand:
        stage = self._table.stage
        self._pulled = self._pulled or abs(at.x() - self._pressed.x()) >= STILL
        if not self._pulled:
            return self
        x = max(0.0, stage.content(at.x()))
        found = None if keys & Keys.AltModifier else snapped(x, stage.layout.scale, self._points)
        self.frame = round(x / stage.layout.scale) if found is None else found
        return self

    def drop(self) -> None:
        if self.frame == self.marker.at:
            self._table.session.seek(self.frame)
            return
        moved = lambda p: edit.add_marker(  # noqa: E731
            edit.remove_marker(p, self.marker), self.frame, self.marker.name
        )
        self._table.document.edit("Move marker", moved)

    def cancel(self) -> None:
        self.frame = self.marker.at

    def paint(self, painter: QPainter, colours: theme.Theme) -> None:
        if not self._pulled:
            return
        stage = self._table.stage
        words = short_timecode(self.frame, self._table.document.project.rate)
        timeline_paint.bubble(painter, stage, QPointF(stage.x(self.frame), 60), words, colours)


class MoveRange(_Plain):
    """One end of the in / out range follows the pointer."""

    def __init__(self, table: Table, side: Side) -> None:
        self._table = table
        self._side = side
        self._before = table.session.range
        ends = set(self._before or ())
        self._points = [point for point in edit_points(table) if point not in ends]

    def move(self, at: QPointF, keys: Keys) -> Hand:
        stage, session = self._table.stage, self._table.session
        if self._before is None:
            return self
        x = stage.content(at.x())
        found = None if keys & Keys.AltModifier else snapped(x, stage.layout.scale, self._points)
        frame = round(x / stage.layout.scale) if found is None else found
        first, stop = self._before
        length = self._table.document.project.length
        if self._side == "start":
            first = min(max(0, frame), stop - 1)
        else:
            stop = max(first + 1, min(frame, length))
        session.range = (first, stop)
        return self

    def cancel(self) -> None:
        self._table.session.range = self._before


class Pan(_Plain):
    """The film moves with the pointer."""

    scrolls = False

    def __init__(self, at: QPointF, offset: int, scroll_to: Callable[[int], None]) -> None:
        self._from = at.x() + offset
        self._scroll_to = scroll_to

    def move(self, at: QPointF, keys: Keys) -> Hand:  # noqa: ARG002 - a hand's method
        self._scroll_to(round(self._from - at.x()))
        return self
