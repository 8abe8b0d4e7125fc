"""The list of takes under the hands: clicks, keys, and a pointer that scrubs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QListWidget, QWidget

from .take_card import ROLE, Scrub, card_box, picture_box

_MOVES: Final = frozenset((Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End))
_ENTER: Final = frozenset((Qt.Key.Key_Return, Qt.Key.Key_Enter))
_THROW: Final = frozenset((Qt.Key.Key_Delete, Qt.Key.Key_Backspace))


class TakeList(QListWidget):
    """The cards. While it has the focus the arrows move in it, not the playhead, and Del throws away a take."""

    looked_at = Signal(str)
    """The id of a take that was clicked, or moved to with an arrow."""
    compared = Signal(str)
    """One that was clicked with Ctrl."""
    chosen = Signal(str)
    thrown = Signal(str)
    scrubbed = Signal(object)
    """A `Scrub`, or None when the pointer is over no picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Takes")
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    @property
    def current_take(self) -> str:
        """The id of the take that the keyboard is at; empty where there is none."""
        item = self.currentItem()
        return "" if item is None else str(item.data(ROLE))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if plain and event.key() in _MOVES | _THROW:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's names
        take = self.current_take
        if event.key() in _ENTER and take:
            self.chosen.emit(take)
        elif event.key() in _THROW and take:
            self.thrown.emit(take)
        else:
            super().keyPressEvent(event)
            if self.current_take != take:
                self.looked_at.emit(self.current_take)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mousePressEvent(event)
        item = self.itemAt(event.position().toPoint())
        if item is None or event.button() != Qt.MouseButton.LeftButton:
            return
        beside = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        (self.compared if beside else self.looked_at).emit(item.data(ROLE))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        item = self.itemAt(event.position().toPoint())
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(item.data(ROLE))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseMoveEvent(event)
        self.scrubbed.emit(self._scrub_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        super().leaveEvent(event)
        self.scrubbed.emit(None)

    def _scrub_at(self, at: QPoint) -> Scrub | None:
        item = self.itemAt(at)
        if item is None:
            return None
        box = picture_box(card_box(self.visualItemRect(item)))
        if not box.contains(at):
            return None
        return Scrub(str(item.data(ROLE)), (at.x() - box.left()) / max(box.width() - 1, 1))
