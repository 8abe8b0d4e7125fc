"""The storyboard: the film's shots as a board of cards, for people who think in boards."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QToolTip, QWidget

from . import theme
from .board_card import MOMENTS
from .board_view import ZOOM, BoardView
from .document import Document
from .pictures import Thumbnails
from .session import Session

EDGE: Final = 36
"""Pixels from the upper and the lower edge within which a drag scrolls."""
SCROLL_EVERY: Final = 30
MOMENT_EVERY: Final = 110
"""Milliseconds between the pictures of a card that plays under the pointer."""
_ACTIONS: Final = ("new_shot", "duplicate", "remove", "", "generate", "generate_four")
_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_KEYS: Final = frozenset(
    (
        Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End,
        Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2,
        Qt.Key.Key_Escape,
    )
)  # fmt: skip
"""Are the board's while it has the focus, alone, with Shift or with Alt."""


class Board(BoardView):
    """The cards under the hands: click to select, drag to reorder, type to edit."""

    moved = Signal(list, int)
    """Ids of shots, and the place that they were dropped before."""

    def __init__(
        self,
        document: Document,
        session: Session,
        thumbnails: Thumbnails,
        actions: dict[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(document, session, thumbnails, parent)
        self._actions = actions
        self._pressed: tuple[QPoint, int] | None = None
        self._playing = QTimer(self, interval=MOMENT_EVERY)
        self._playing.timeout.connect(self._play_on)
        self._scrolling = QTimer(self, interval=SCROLL_EVERY)
        self._scrolling.timeout.connect(self._scroll_at_edge)
        self.editor.next_wanted.connect(self._edit_next)
        self.editor.done.connect(self.setFocus)

    # ---- the pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at, keys = event.position().toPoint(), event.modifiers()
        index = self._card_at(at)
        if index is None:
            x, y = self._content(at)
            self._band = QRectF(x, y, 0, 0)
            if not keys & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
                self._session.select()
            return
        shot_id = self._document.project.shots[index].id
        if keys & Qt.KeyboardModifier.ControlModifier:
            self._session.toggle(shot_id)
        elif keys & Qt.KeyboardModifier.ShiftModifier:
            self._session.extend(shot_id)
        else:
            self._pressed = (at, index)
            if shot_id not in self._session.selected:
                self._session.select(shot_id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position().toPoint()
        if self._band is not None:
            x, y = self._content(at)
            self._band.setBottomRight(QPointF(x, y))
            shots = self._document.project.shots
            touched = self._layout.within(self._band.normalized())
            self._session.select(*(shots[index].id for index in touched))
            self.viewport().update()
        elif self._pressed is not None:
            far = (at - self._pressed[0]).manhattanLength() >= QApplication.startDragDistance()
            if far or self._drag_at is not None:
                self._drag_at = at
                self._scrolling.start()
                self.viewport().update()
        else:
            self._hover(self._card_at(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        pressed, dropped, self._band = self._pressed, self._drag_at, None
        self._end_drag()
        if dropped is not None:
            self.moved.emit(list(self._session.selected), self._layout.gap_at(*self._content(dropped)))
        elif pressed is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(pressed[1])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if (
            event.button() == Qt.MouseButton.LeftButton
            and self._card_at(event.position().toPoint()) is not None
        ):
            self._pressed = None
            self.edit_prompt()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        super().leaveEvent(event)
        self._hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._set_width(round(self._width * ZOOM ** (event.angleDelta().y() / 120)))
            event.accept()
        else:
            super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        index = self._card_at(event.pos())
        shots = self._document.project.shots
        if index is not None and shots[index].id not in self._session.selected:
            self._session.select(shots[index].id)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if index is not None:
            menu.addAction("Edit prompt", self.edit_prompt)
        for name in _ACTIONS if index is not None else _ACTIONS[:1]:
            menu.addAction(self._actions[name]) if name else menu.addSeparator()
        menu.popup(event.globalPos())

    def _end_drag(self) -> None:
        self._pressed, self._drag_at = None, None
        self._scrolling.stop()
        self.viewport().update()

    def _scroll_at_edge(self) -> None:
        """While a drag rests at an edge the board goes on."""
        if self._drag_at is None:
            return
        bar, y = self.verticalScrollBar(), self._drag_at.y()
        if y < EDGE:
            bar.setValue(bar.value() - (EDGE - y) // 2)
        elif y > self.viewport().height() - EDGE:
            bar.setValue(bar.value() + (y - self.viewport().height() + EDGE) // 2)

    def _hover(self, index: int | None) -> None:
        """Lets the card under the pointer play, unless this user wants things still."""
        if index == self._hovered:
            return
        self._hovered, self._moment = index, 0
        if index is not None and not theme.is_still():
            self._playing.start()
        else:
            self._hovered = None
            self._playing.stop()
        self.viewport().update()

    def _play_on(self) -> None:
        self._moment = (self._moment + 1) % MOMENTS
        if self._hovered is not None and self._hovered < self._layout.cards:
            self.viewport().update(self.card_rect(self._hovered).toAlignedRect())

    def _go_to(self, index: int) -> None:
        """The playhead follows, so that the timeline shows the same shot."""
        project = self._document.project
        if index < len(project.shots):
            self._session.select(project.shots[index].id)
            self._session.seek(project.start_of(project.shots[index].id))

    # ---- the keyboard

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            others = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier
            if event.key() in _KEYS and not event.modifiers() & others:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key, keys = Qt.Key(event.key()), event.modifiers()
        if key == Qt.Key.Key_Escape and self._drag_at is not None:
            self._end_drag()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.edit_prompt()
        elif keys & Qt.KeyboardModifier.AltModifier and key in _STEPS:
            self._move_selected(_STEPS[key])
        elif (target := self._target(key)) is not None:
            shot_id = self._document.project.shots[target].id
            if keys & Qt.KeyboardModifier.ShiftModifier:
                self._session.extend(shot_id)
                self._show(target)
            else:
                self._go_to(target)
        else:
            super().keyPressEvent(event)

    def _target(self, key: Qt.Key) -> int | None:
        """The card that a key leads to."""
        last, columns = self._layout.cards - 1, self._layout.columns
        page = columns * max(1, self.viewport().height() // self._layout.card_height)
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page, Qt.Key.Key_Home: -last, Qt.Key.Key_End: last,
        }  # fmt: skip
        if last < 0 or key not in steps:
            return None
        at = self._far_end()
        return 0 if at is None else max(0, min(at + steps[key], last))

    def _far_end(self) -> int | None:
        """The end of the selection that Shift and an arrow move: the one that the current shot is not at."""
        current, selected = self._current_index(), self._session.selected
        if current is None or len(selected) < 2:
            return current
        first, last = (self._document.project.index(shot_id) for shot_id in (selected[0], selected[-1]))
        return first if current == last else last

    def _move_selected(self, step: int) -> None:
        """Moves the selected shots by one place."""
        ids, project = self._session.selected, self._document.project
        if not ids:
            return
        first, last = project.index(ids[0]), project.index(ids[-1])
        target = first - 1 if step < 0 else last + 2
        if 0 <= target <= len(project.shots):
            self.moved.emit(list(ids), target)
            self._show_current()

    def _edit_next(self, step: int) -> None:
        """Goes on with the prompt of the next card, or of the one before."""
        index = self._current_index()
        if index is not None and 0 <= index + step < self._layout.cards:
            self._go_to(index + step)
            self.edit_prompt()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._card_at(event.pos())
            tip = "" if index is None else self._document.project.shots[index].prompt or "No prompt yet"
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().viewportEvent(event)
