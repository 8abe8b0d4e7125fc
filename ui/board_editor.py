"""A prompt that is edited on its card."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from storyboard import edit

from .document import Document
from .fields import Prompt

MOST_LINES = 4


class CardEditor(Prompt):
    """One field for the whole board, over the card that is edited. What is typed is in the document at once, as one
    undo step: Enter ends it, Escape takes it back, Tab goes on with the next card."""

    next_wanted = Signal(int)
    """1 for the next card, -1 for the one before."""
    done = Signal()

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Prompt on the card")
        self.setTabChangesFocus(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.shot_id = ""
        """The shot that is edited; empty while none is."""
        self._document = document
        self._before = ""
        self.typed.connect(self._type)
        self.hide()

    def edit(self, shot_id: str, place: QRect) -> None:
        """Shows the field in `place`, with the cursor behind the shot's prompt."""
        self._document.end_typing()
        self.shot_id = shot_id
        self._before = self._document.project.shot(shot_id).prompt
        self.show_text(self._before)
        lines = self.fontMetrics().lineSpacing() * MOST_LINES
        self.setGeometry(
            QRect(place.topLeft(), place.size()).adjusted(0, 0, 0, max(0, lines - place.height()))
        )
        self.setPlaceholderText("What does this shot show?")
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_editor(self) -> None:
        """Hides the field; what was typed stays."""
        if self.shot_id:
            self.shot_id = ""
            self._document.end_typing()
            self.hide()

    def _type(self, text: str) -> None:
        shot_id = self.shot_id
        if shot_id:
            change = lambda p: edit.set_shot(p, shot_id, prompt=text)  # noqa: E731
            self._document.edit("Edit prompt", change, merge=f"prompt {shot_id}")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's names
        key = event.key()
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.close_editor()
            self.next_wanted.emit(1 if key == Qt.Key.Key_Tab else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._finish()
        elif key == Qt.Key.Key_Escape:
            self.show_text(self._before)
            self._type(self._before)
            self._finish()
        else:
            super().keyPressEvent(event)

    def _finish(self) -> None:
        self.close_editor()
        self.done.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # the menu of the field itself
            self.close_editor()
