"""The hand that is at work on the timeline, from press to release, and what the pointer shows before a press."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollBar, QWidget

from .timeline_hands import Hand, MoveMarker, MoveRange, Pan, Press, Reorder, Rubber, Scrub, Table
from .timeline_stage import GUTTER, Edge
from .timeline_trim import Trim

EDGE: Final = 28
"""Pixels from an edge of the view within which a drag scrolls."""
SCROLL_EVERY: Final = 16
"""Milliseconds between two steps of such a scroll."""
FASTEST: Final = 40
"""Pixels of one step at most."""
OUT: Final = 48
"""Pixels above or below the timeline from which dragged shots go to another window."""
_ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Grip(QObject):
    """Begins a hand at a press, tells it where the pointer is, scrolls for it at the edges, and ends it."""

    changed = Signal()
    """Something looks different now."""
    over = Signal()
    """No hand is at work any more."""
    dragged_out = Signal(list)
    """Ids of shots that were dragged off the timeline."""

    def __init__(self, table: Table, bar: QScrollBar, view: QWidget) -> None:
        super().__init__(view)
        self._table = table
        self._bar = bar
        self._view = view
        self._at, self._keys = QPointF(), Qt.KeyboardModifier.NoModifier
        self.hand: Hand | None = None
        self.hovered: Edge | None = None
        """The end of a shot that a press would grab."""
        self._scrolling = QTimer(self, interval=SCROLL_EVERY)
        self._scrolling.timeout.connect(self._scroll_on)

    def press(self, at: QPointF, keys: Qt.KeyboardModifier, button: Qt.MouseButton) -> None:
        if self.hand is not None:
            return
        if button == Qt.MouseButton.MiddleButton:
            self.hand = Pan(at, self._table.stage.offset, self._bar.setValue)
            self._view.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif button == Qt.MouseButton.LeftButton:
            self.hand = self._hand_for(at, keys)
        self._at, self._keys = at, keys
        self.hovered = None
        self.changed.emit()

    def move(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        self._at, self._keys = at, keys
        hand = self.hand
        if hand is None:
            self._hover(at)
        elif isinstance(hand, Reorder) and not -OUT < at.y() < self._view.height() + OUT:
            self.cancel()
            self.dragged_out.emit(hand.ids)
        else:
            self._move_hand()
            if self.hand is not None and self.hand.scrolls and edge_speed(at.x(), self._table.stage.width):
                self._scrolling.start()

    def release(self, at: QPointF, button: Qt.MouseButton) -> None:
        hand = self.hand
        wanted = Qt.MouseButton.MiddleButton if isinstance(hand, Pan) else Qt.MouseButton.LeftButton
        if hand is None or button != wanted:
            return
        self.hand = None
        self._scrolling.stop()
        hand.drop()
        self.over.emit()
        self._hover(at)

    def cancel(self) -> None:
        """Leaves everything as it was before the press."""
        hand, self.hand = self.hand, None
        self._scrolling.stop()
        if hand is not None:
            hand.cancel()
            self.over.emit()

    def leave(self) -> None:
        """The pointer is elsewhere."""
        if self.hovered is not None:
            self.hovered = None
            self.changed.emit()

    def _hand_for(self, at: QPointF, keys: Qt.KeyboardModifier) -> Hand | None:
        """What a press of the left button at `at` begins; None where it is done with the press."""
        table, stage, session = self._table, self._table.stage, self._table.session
        shots = table.document.project.shots
        if stage.region(at) == "ruler":
            marker, side = stage.marker_at(at), stage.range_end_at(at)
            if marker is not None and table.document.writable:
                return MoveMarker(table, marker, at)
            return Scrub(table).move(at, keys) if side is None else MoveRange(table, side)
        edge = self._edge_at(at)
        if edge is not None and not keys & _ADDING:
            session.select(shots[edge.shot].id)
            return Trim(table, edge, at)
        index = stage.shot_at(at)
        if index is None:
            return Rubber(table, at, adds=bool(keys & _ADDING)) if at.x() >= GUTTER else None
        if keys & Qt.KeyboardModifier.ControlModifier:
            session.toggle(shots[index].id)
            return None
        if keys & Qt.KeyboardModifier.ShiftModifier:
            session.extend(shots[index].id)
            return None
        return Press(table, shots[index], at)

    def _edge_at(self, at: QPointF) -> Edge | None:
        return self._table.stage.edge_at(at) if self._table.document.writable else None

    def _move_hand(self) -> None:
        if self.hand is None:
            return
        # A pointer beyond the edge counts as on it while the film can still come to it by scrolling.
        x, bar = self._at.x(), self._bar
        x = max(x, GUTTER) if bar.value() > bar.minimum() else x
        x = min(x, self._table.stage.width - 1) if bar.value() < bar.maximum() else x
        self.hand = self.hand.move(QPointF(x, self._at.y()), self._keys)
        if not isinstance(self.hand, Scrub):  # the playhead paints its own strip
            self.changed.emit()

    def _scroll_on(self) -> None:
        """While the pointer rests at the edge the film goes on under it."""
        speed = edge_speed(self._at.x(), self._table.stage.width)
        if self.hand is None or not self.hand.scrolls or not speed:
            self._scrolling.stop()
            return
        before = self._bar.value()
        self._bar.setValue(before + speed)
        if self._bar.value() != before:
            self._move_hand()

    def _hover(self, at: QPointF) -> None:
        """The pointer tells what a press would do."""
        stage, edge = self._table.stage, self._edge_at(at)
        shape = Qt.CursorShape.ArrowCursor
        if edge is not None:
            shape = Qt.CursorShape.SplitHCursor
        elif stage.marker_at(at) is not None or stage.range_end_at(at) is not None:
            shape = Qt.CursorShape.SizeHorCursor
        if self._view.cursor().shape() != shape:
            self._view.setCursor(shape)
        if edge != self.hovered:
            for changed in (edge, self.hovered):
                if changed is not None:
                    self._view.update(_around(stage.clip_rect(changed.shot).toRect()))
            self.hovered = edge


def edge_speed(x: float, width: int) -> int:
    """Pixels to scroll at once for a pointer at `x`: the further it is beyond the edge zone, the faster."""
    left, right = GUTTER + EDGE - x, x - (width - EDGE)
    if left > 0:
        return -min(2 + int(left / 3), FASTEST)
    return min(2 + int(right / 3), FASTEST) if right > 0 else 0


def _around(rect: QRect) -> QRect:
    return rect.adjusted(-3, -3, 3, 3)
