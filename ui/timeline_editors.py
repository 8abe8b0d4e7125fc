"""Fields that open on the timeline itself: a shot's prompt over its clip, a marker's name on the ruler."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from storyboard import edit
from storyboard.project import Marker

from .document import Document
from .fields import Prompt
from .timeline_stage import GUTTER, RULER, Stage

WIDTH: Final = 300
LINES: Final = 3
NAME_WIDTH: Final = 150


class ClipPrompt(Prompt):
    """A shot's prompt, in place. What is typed is in the film at once, as one step; Enter leaves it there, Escape
    takes it back, Tab goes on to the next shot."""

    closed = Signal()
    """The timeline should have the keys again."""
    next_wanted = Signal(int)
    """The shot whose prompt should be written next, by its place in the film."""

    def __init__(self, document: Document, stage: Stage, parent: QWidget) -> None:
        super().__init__(parent)
        self._document = document
        self._stage = stage
        self._shot = ""
        self._before = ""
        self._steps = 0
        self.setAccessibleName("Prompt in place")
        self.setPlaceholderText("What does this shot show?")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.typed.connect(self._type)
        document.changed.connect(self._follow)
        self.hide()

    @property
    def shot(self) -> str:
        """The id of the shot whose prompt is open; empty when none is."""
        return self._shot

    def open_on(self, index: int) -> None:
        """Opens over the shot at `index`, with its text selected."""
        self._document.end_typing()
        shot = self._stage.project.shots[index]
        self._shot, self._before = shot.id, shot.prompt
        self._steps = self._document.undo_stack.index()
        self.show_text(shot.prompt)
        self.setReadOnly(not self._document.writable)
        self.place()
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> None:
        """Moves to where the shot is now; closes when that was scrolled away."""
        if not self._shot:
            return
        rect = self._stage.clip_rect(self._stage.project.index(self._shot))
        if rect.right() < GUTTER or rect.left() > self._stage.width:
            self.close_field()
            return
        height = LINES * self.fontMetrics().lineSpacing() + 14
        width = int(min(max(WIDTH, rect.width()), self._stage.width - GUTTER - 4))
        left = int(min(max(rect.left(), GUTTER), self._stage.width - width - 2))
        top = min(int(rect.top()), self._stage.height - height)
        self.setGeometry(QRect(left, top, width, height))

    def close_field(self) -> None:
        """What was typed stays."""
        if self._shot:
            self._shot = ""
            self.hide()
            self._document.end_typing()

    def _type(self, text: str) -> None:
        shot = self._shot
        if shot:
            self._document.edit(
                "Edit prompt", lambda p: edit.set_shot(p, shot, prompt=text), merge=f"prompt {shot}"
            )
            self._follow()  # a text that was refused goes back to what it was

    def _follow(self) -> None:
        if not self._shot:
            return
        found = next((shot for shot in self._stage.project.shots if shot.id == self._shot), None)
        if found is None:
            self.close_field()
        else:
            self.show_text(found.prompt)

    def _take_back(self) -> None:
        """Leaves no trace where the typing is the last step there is; else puts the text back by another step."""
        stack = self._document.undo_stack
        shot, before = self._shot, self._before
        if self.toPlainText() == before:
            return
        if stack.index() == self._steps + 1:
            stack.undo()
        else:
            self._document.edit("Edit prompt", lambda p: edit.set_shot(p, shot, prompt=before))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        key, shifted = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key == Qt.Key.Key_Escape:
            self._take_back()
            self._leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shifted:
            self._leave()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._go_on(-1 if key == Qt.Key.Key_Backtab else 1)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Tab would leave the field, and Escape may be a key of the window: both are this field's while it is open.
        if isinstance(event, QKeyEvent) and event.key() in (
            Qt.Key.Key_Escape,
            Qt.Key.Key_Tab,
            Qt.Key.Key_Backtab,
        ):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.keyPressEvent(event)
                return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.close_field()

    def _leave(self) -> None:
        self.close_field()
        self.closed.emit()

    def _go_on(self, step: int) -> None:
        following = self._stage.project.index(self._shot) + step
        if 0 <= following < len(self._stage.project.shots):
            self.close_field()
            self.next_wanted.emit(following)
        else:
            self._leave()


class MarkerName(QLineEdit):
    """A marker's name, in place: Enter keeps it, Escape does not."""

    closed = Signal()

    def __init__(self, document: Document, stage: Stage, parent: QWidget) -> None:
        super().__init__(parent)
        self._document = document
        self._stage = stage
        self._marker: Marker | None = None
        self.setAccessibleName("Name of the marker")
        self.setPlaceholderText("Name")
        self.editingFinished.connect(self._keep)
        self.hide()

    def open_on(self, marker: Marker) -> None:
        """Opens beside the flag of `marker`, with its name selected."""
        self._marker = marker
        self.setText(marker.name)
        left = int(min(max(self._stage.x(marker.at) + 8, GUTTER), self._stage.width - NAME_WIDTH))
        self.setGeometry(QRect(left, 0, NAME_WIDTH, max(RULER, self.sizeHint().height())))
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self) -> None:
        marker, self._marker = self._marker, None
        if marker is None:
            return
        name = self.text().strip()
        self.hide()
        if name != marker.name and marker in self._document.project.markers:
            self._document.edit(
                "Name marker",
                lambda p: edit.add_marker(edit.remove_marker(p, marker), marker.at, name),
            )
        self.closed.emit()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._marker = None
                self.hide()
                self.closed.emit()
                return True
        return super().event(event)
