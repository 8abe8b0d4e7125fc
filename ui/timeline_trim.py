"""Trimming on the timeline: one end of a shot follows the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from storyboard import edit, timing
from storyboard.errors import EditError
from storyboard.project import MAX_LENGTH, Project

from . import theme, timeline_paint
from .layout import Shifted
from .reel import take_of
from .timeline_hands import STILL, Hand, Keys, Table, edit_points
from .timeline_stage import Edge, snapped
from .words import plural, short_timecode


class Trim:
    """One end of a shot follows the pointer, and what comes after moves along."""

    scrolls = True

    def __init__(self, table: Table, edge: Edge, at: QPointF) -> None:
        self._table = table
        self._edge = edge
        self._project = table.document.project
        self._shot = self._project.shots[edge.shot]
        layout = table.stage.layout
        self._frame = layout.starts[edge.shot + (edge.side == "end")]
        self._grabbed = table.stage.content(at.x()) - layout.x(self._frame)
        self._points = sorted({*edit_points(table, edits=False), *self._take_end()})
        self._after = self._project
        self._pressed = at
        self._pulled = False
        self._snapped: int | None = None
        self._limit = ""

    def _take_end(self) -> list[int]:
        """The frame on which the shot would show the last picture of its take for the first time, at its end."""
        take = take_of(self._shot, self._table.document.takes)
        if self._edge.side == "start" or take is None or take.is_still:
            return []
        motion = self._project.motion_of(self._shot)
        room = self._shot.length + MAX_LENGTH  # long enough for any take to end in it
        held = timing.missing(motion, room, take.rate, self._project.rate, take.frames)
        return [self._frame - self._shot.length + room - held]

    def move(self, at: QPointF, keys: Keys) -> Hand:
        stage = self._table.stage
        self._pulled = self._pulled or abs(at.x() - self._pressed.x()) >= STILL
        if not self._pulled:
            return self
        x = stage.content(at.x()) - self._grabbed
        free = bool(keys & Keys.AltModifier)
        self._snapped = None if free else snapped(x, stage.layout.scale, self._points)
        frame = round(x / stage.layout.scale) if self._snapped is None else self._snapped
        self._try(frame - self._frame)
        return self

    def _try(self, frames: int) -> None:
        """Shows the film with the edge `frames` further right, or as near to that as can be."""
        length = self._shot.length
        wanted = frames if self._edge.side == "start" else -frames
        off = min(max(wanted, length - MAX_LENGTH), length - 1)
        try:
            self._after = self._trimmed(self._project, off)
        except EditError as error:
            self._limit = str(error)
            return
        self._limit = self._why_not(wanted, off)
        if self._limit:
            self._snapped = None
        stage = self._table.stage
        stage.row = Shifted(self._after, stage.layout.scale, self._shift())
        self._table.clips.tried = self._after
        self._show_edge()

    def _show_edge(self) -> None:
        """The viewer shows the first, or the last, picture of the shot as it would be; what is not in the film yet
        it cannot show."""
        by = -self._delta if self._edge.side == "start" else self._delta - 1
        self._table.session.peek(self._frame + by if self._delta < 0 else None)

    def _shift(self) -> float:
        """Pixels by which the film is moved so that a pulled start stays under the pointer; not out of the view."""
        if self._edge.side == "end":
            return 0.0
        stage = self._table.stage
        room = max(0.0, stage.layout.x(self._frame) - stage.offset)
        return max(-self._delta * stage.layout.scale, -room)

    def _why_not(self, wanted: int, off: int) -> str:
        """What kept `wanted` frames from being taken off; empty when they were."""
        if -self._delta == wanted:
            return ""
        if wanted > off:
            return "a shot has at least one frame"
        return "no shot can be longer" if -self._delta == off else "the take starts here"

    def _trimmed(self, project: Project, off: int) -> Project:
        if off == 0:
            return project
        change = edit.trim_start if self._edge.side == "start" else edit.trim_end
        return change(project, self._shot.id, off)

    @property
    def _length(self) -> int:
        return self._after.shots[self._edge.shot].length

    @property
    def _delta(self) -> int:
        """Frames by which the shot became longer."""
        return self._length - self._shot.length

    @property
    def words(self) -> str:
        """`+00:12 = 01:24`, seconds and frames, and what stands in the way of more."""
        rate = self._project.rate
        sign = "−" if self._delta < 0 else "+"
        told = f"{sign}{short_timecode(abs(self._delta), rate)} = {short_timecode(self._length, rate)}"
        return f"{told} · {self._limit or self._held()}".removesuffix(" · ")

    def _held(self) -> str:
        shot = self._after.shots[self._edge.shot]
        take = take_of(shot, self._table.document.takes)
        if take is None or take.is_still:
            return ""
        held = timing.missing(
            self._after.motion_of(shot), shot.length, take.rate, self._after.rate, take.frames
        )
        return f"last picture held for {plural(held, 'frame')}" if held else ""

    def drop(self) -> None:
        self.cancel()
        off = -self._delta
        if off:
            name = "Trim start" if self._edge.side == "start" else "Trim end"
            self._table.document.edit(name, lambda p: self._trimmed(p, off))

    def cancel(self) -> None:
        self._table.stage.row = self._table.stage.layout
        self._table.clips.tried = None
        self._table.session.peek(None)

    def paint(self, painter: QPainter, colours: theme.Theme) -> None:
        stage = self._table.stage
        timeline_paint.grabbed_edge(painter, stage, self._edge, colours)
        rect = stage.clip_rect(self._edge.shot)
        x = rect.left() if self._edge.side == "start" else rect.right()
        if self._snapped is not None:
            timeline_paint.snap_line(painter, stage, x, colours)
        timeline_paint.bubble(painter, stage, QPointF(x, rect.top() + 8), self.words, colours)
