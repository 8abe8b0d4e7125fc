"""Text fields that leave undo to the document, and labels that shorten what does not fit."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QSizePolicy, QToolButton, QWidget


def label(kind: str = "quiet", text: str = "", buddy: QWidget | None = None) -> QLabel:
    """A label in the theme's style `kind`: `quiet`, `title`, `heading`, ...; `buddy` is the field it names."""
    made = QLabel(text)
    made.setObjectName(kind)
    if buddy is not None:
        made.setBuddy(buddy)
    return made


def toggle(text: str, on: bool = False) -> QToolButton:
    """A small button that stays pressed."""
    made = QToolButton()
    made.setText(text)
    made.setCheckable(True)
    made.setChecked(on)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made


def _is_undo(event: QEvent) -> bool:
    """Whether a text field is about to claim Ctrl+Z or Ctrl+Shift+Z for itself."""
    return (
        isinstance(event, QKeyEvent)
        and event.type() == QEvent.Type.ShortcutOverride
        and (event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo))
    )


class Prompt(QPlainTextEdit):
    """A large text field: what is typed is in the document at once, and undo is the document's."""

    typed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.textChanged.connect(lambda: self.typed.emit(self.toPlainText()))

    def show_text(self, text: str) -> None:
        """Shows `text`, without saying that it was typed."""
        if text == self.toPlainText():
            return
        blocked = self.blockSignals(True)
        self.setPlainText(text)
        self.blockSignals(blocked)
        cursor = self.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.setTextCursor(cursor)

    def event(self, event: QEvent) -> bool:
        if _is_undo(event):
            event.ignore()
            return False
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusOutEvent(event)
        self.left.emit()


class Field(QLineEdit):
    """One line of text. `entered` comes with Enter or when the field is left, if something was typed."""

    entered = Signal(str)

    def __init__(self, name: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.editingFinished.connect(self._enter)

    def show_text(self, text: str, inherited: str = "") -> None:
        """Shows `text`, or `inherited` in grey where it is empty. What is being typed is left alone."""
        self.setPlaceholderText(inherited)
        if not (self.hasFocus() and self.isModified()) and text != self.text():
            self.setText(text)

    def event(self, event: QEvent) -> bool:
        if _is_undo(event) and not self.isModified():
            event.ignore()
            return False
        return super().event(event)

    def _enter(self) -> None:
        if self.isModified():
            self.setModified(False)
            self.entered.emit(self.text().strip())


class Choice(QComboBox):
    """A list to choose from, with an arrow in the text's colour (a style sheet takes Qt's own away)."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(self.foregroundRole()), 1.5))
        x, y = self.width() - 15.0, self.height() / 2
        painter.drawPolyline([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)])


class ShortLabel(QLabel):
    """One line that is cut with an ellipsis where there is no room; the tooltip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str) -> None:
        self.setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
