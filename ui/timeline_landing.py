"""Things dragged over the timeline from outside: the shots make room where they would land."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QDropEvent, QPainter
from PySide6.QtWidgets import QScrollBar

from . import theme, timeline_paint
from .layout import Opened
from .timeline_drops import Dropped, dropped
from .timeline_grip import edge_speed
from .timeline_hands import Table

SCROLL_EVERY: Final = 16
"""Milliseconds between two steps while what is dragged rests at the edge of the view."""


class Landing(QObject):
    """What hangs over the timeline now, if anything does, and where it would land."""

    def __init__(self, table: Table, bar: QScrollBar, home: QObject) -> None:
        """`home` is the timeline itself: what comes from there is moved and not copied."""
        super().__init__(home)
        self._table = table
        self._bar = bar
        self._home = home
        self._at = QPointF()
        self._what: Dropped | None = None
        self._opened: Opened | None = None
        self._scrolling = QTimer(self, interval=SCROLL_EVERY)
        self._scrolling.timeout.connect(self._scroll_on)

    def consider(self, event: QDropEvent) -> None:
        """Shows where what `event` carries would land, and accepts it if it can."""
        document, stage = self._table.document, self._table.stage
        ours = event.source() is self._home
        what = dropped(event.mimeData(), document.project) if document.writable else None
        if what is None:
            self.stop()
            event.ignore()
            return
        if what != self._what:
            dragged = self._table.session.selected if ours else ()
            room = None if ours else what.frames
            self._what = what
            self._opened = Opened(document.project, dragged, stage.layout.scale, room)
        self._at = event.position()
        self._open()
        if edge_speed(self._at.x(), stage.width):
            self._scrolling.start()
        event.setDropAction(Qt.DropAction.MoveAction if ours else Qt.DropAction.CopyAction)
        event.accept()

    def take(self, event: QDropEvent) -> tuple[Dropped, int] | None:
        """What was dropped, and the place in the film that it was dropped before; None when it cannot be."""
        self.consider(event)
        what, opened = self._what, self._opened
        self.stop()
        return None if what is None or opened is None else (what, opened.index)

    def stop(self) -> None:
        """Nothing hangs over the timeline any more."""
        self._scrolling.stop()
        self._what, self._opened = None, None
        self._table.stage.row = self._table.stage.layout

    def paint(self, painter: QPainter, colours: theme.Theme) -> None:
        if self._what is None or self._opened is None:
            return
        stage = self._table.stage
        if self._what.kind != "music":
            timeline_paint.room(painter, stage, self._opened.gap, colours)
        timeline_paint.bubble(painter, stage, self._at, self._what.words, colours)

    def _open(self) -> None:
        if self._what is None or self._opened is None:
            return
        stage = self._table.stage
        self._opened.open_at(stage.content(self._at.x()))
        if self._what.kind != "music":
            stage.row = self._opened

    def _scroll_on(self) -> None:
        speed = edge_speed(self._at.x(), self._table.stage.width)
        if self._what is None or not speed:
            self._scrolling.stop()
            return
        self._bar.setValue(self._bar.value() + speed)
        self._open()
