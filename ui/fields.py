"""The small parts of panels: text fields that leave undo to the document, choices, buttons, labels."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QStyleOptionComboBox,
    QToolButton,
    QWidget,
)

PROMPT_HEIGHTS: Final = (78, 220)
"""Pixels of a prompt's field: at least, and at most before it scrolls."""
FOR_BUTTONS: Final = frozenset((Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter))
"""Keys that press a button which has the focus."""
ARROW_ROOM: Final = 36
"""Pixels of a choice that its arrow and edges take."""
SHORT: Final = Qt.ItemDataRole.UserRole + 1
"""Of an item of a choice: what stands in the closed field, where that is shorter than in the list."""
_EMPTY, _PARTLY, _TICKED = Qt.CheckState.Unchecked, Qt.CheckState.PartiallyChecked, Qt.CheckState.Checked
_FOR_CHOICES: Final = FOR_BUTTONS | {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End}


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


def claims(event: QEvent, keys: frozenset[Qt.Key]) -> bool:
    """Whether `event` asks if one of `keys`, pressed alone, is for the widget rather than for an action."""
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
        return False
    return event.modifiers() == Qt.KeyboardModifier.NoModifier and event.key() in keys


class SmallButton(QToolButton):
    """A small button with words. Reached by Tab, and then Space presses it instead of playing the film."""

    def __init__(self, text: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def event(self, event: QEvent) -> bool:
        if claims(event, FOR_BUTTONS):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class Tick(QCheckBox):
    """A box to tick. It may be half ticked, but never by a click."""

    def __init__(self, text: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setToolTip(tip)

    def show_ticked(self, ticked: bool, *, mixed: bool = False) -> None:
        """Shows a value; `mixed` where shots differ."""
        self.setCheckState(_PARTLY if mixed else _TICKED if ticked else _EMPTY)

    def nextCheckState(self) -> None:  # noqa: N802 - Qt's name
        self.setCheckState(_EMPTY if self.checkState() == _TICKED else _TICKED)

    def event(self, event: QEvent) -> bool:
        if claims(event, FOR_BUTTONS):
            event.accept()
            return True
        return super().event(event)


class Prompt(QPlainTextEdit):
    """A large text field: what is typed is in the document at once, and undo is the document's.

    One that `grows` is as high as its text, within `PROMPT_HEIGHTS`.
    """

    typed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None, *, grows: bool = False) -> None:
        super().__init__(parent)
        self._grows = grows
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.textChanged.connect(lambda: self.typed.emit(self.toPlainText()))
        self.document().documentLayout().documentSizeChanged.connect(self._grow)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._grow()

    def _grow(self) -> None:
        if not self._grows:
            return
        lines = self.document().documentLayout().documentSize().height()  # in lines, for plain text
        wanted = round((lines + 1) * self.fontMetrics().lineSpacing()) + 16
        self.setFixedHeight(max(PROMPT_HEIGHTS[0], min(wanted, PROMPT_HEIGHTS[1])))

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

    abandoned = Signal()
    """Escape: what was typed is given up."""

    def __init__(self, name: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self._shown = ""
        self._kept = False
        self.editingFinished.connect(self._enter)

    def show_text(self, text: str, inherited: str = "") -> None:
        """Shows `text`, or `inherited` in grey where it is empty. What is being typed, and what was typed and
        refused, is left alone."""
        self.setPlaceholderText(inherited)
        self._shown = text
        typing = self.hasFocus() and self.isModified()
        if not (typing or self._kept) and text != self.text():
            self.setText(text)

    def keep_typed(self, keep: bool) -> None:
        """Whether what was typed stays, although it was refused, until it is right or given up."""
        self._kept = keep
        if not keep and not (self.hasFocus() and self.isModified()):
            self.setText(self._shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape and (self.isModified() or self._kept):
            self._kept = False
            self.setText(self._shown)
            self.abandoned.emit()
        else:
            super().keyPressEvent(event)

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
    """A list to choose from, with an arrow in the text's colour (a style sheet takes Qt's own away).

    The wheel scrolls the panel that it lies in: what was chosen never changes in passing.
    """

    def event(self, event: QEvent) -> bool:
        if claims(event, _FOR_CHOICES):
            event.accept()
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        event.ignore()

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:  # noqa: N802
        super().initStyleOption(option)
        short = self.currentData(SHORT) or option.currentText
        option.currentText = self.fontMetrics().elidedText(
            short, Qt.TextElideMode.ElideRight, self.width() - ARROW_ROOM
        )

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
