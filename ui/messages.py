"""The line that says what happened, and the banner for what lasts. Neither is ever in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from .fields import ShortLabel, label

SAID_FOR: Final = 8000
"""Milliseconds that a plain sentence stays."""
PROBLEM_FOR: Final = 30_000
"""Milliseconds that a problem stays for which there is nothing to do."""
MOST: Final = 20
"""Problems that wait to be seen."""


class Action(NamedTuple):
    """The next step, as a button."""

    text: str
    do: Callable[[], None]


class _Said(NamedTuple):
    sentence: str
    problem: bool
    action: Action | None
    details: str


class MessageLine(QWidget):
    """Shows what was said last. A problem that was covered by something newer comes back after it, until it was
    dismissed, its step was taken, or, where it has none, half a minute went by."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = ShortLabel()
        self.label.setAccessibleName("Message")
        self.step = _button("", "What to do next")
        self.details = _button("Details", "All of the message")
        self.others = label()
        self.dismiss = _button("×", "Dismiss")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.label, 1)
        for widget in (self.others, self.step, self.details, self.dismiss):
            row.addWidget(widget)
        self._problems: list[_Said] = []
        self._shown: _Said | None = None
        self._fade = QTimer(self, singleShot=True)
        self._fade.timeout.connect(self._pass)
        self.step.clicked.connect(self._take_step)
        self.details.clicked.connect(self._show_details)
        self.dismiss.clicked.connect(self._pass)
        self._show(None)

    def say(
        self, sentence: str, problem: bool = False, action: Action | None = None, details: str = ""
    ) -> None:
        """Shows a sentence at once, with the next step as a button where there is one; `details` are what a
        person who helps would ask for."""
        said = _Said(sentence, problem, action, details)
        self._problems = [other for other in self._problems if other.sentence != sentence]
        if problem:
            self._problems = [*self._problems, said][-MOST:]
        self._show(said)

    def clear(self) -> None:
        """Nothing is said any more."""
        self._problems = []
        self._show(None)

    def _pass(self) -> None:
        """What is shown was seen; the problem before it comes back."""
        if self._shown is not None:
            self._problems = [said for said in self._problems if said is not self._shown]
        self._show(self._problems[-1] if self._problems else None)

    def _take_step(self) -> None:
        action = self._shown.action if self._shown else None
        self._pass()
        if action is not None:
            action.do()

    def _show(self, said: _Said | None) -> None:
        self._shown = said
        sentence, problem, action, details = said or _Said("", False, None, "")
        self.label.setObjectName("problem" if problem else "")
        self.label.style().polish(self.label)
        self.label.show_text(sentence)
        self.step.setVisible(action is not None)
        if action is not None:
            self.step.setText(action.text)
            self.step.setAccessibleName(action.text)
        self.dismiss.setVisible(problem)
        hidden = sum(other is not said for other in self._problems)
        self.others.setText(f"+{hidden}" if hidden else "")
        self.others.setToolTip("Problems that come back after this one" if hidden else "")
        self.others.setVisible(bool(hidden))
        self.details.setVisible(bool(details) or self._is_cut())
        self._fade.stop()
        if said is not None and not (problem and (action or details)):
            self._fade.start(PROBLEM_FOR if problem else SAID_FOR)

    def _is_cut(self) -> bool:
        text = self.label.text()
        return (
            bool(text)
            and self.label.width() > 40
            and self.fontMetrics().horizontalAdvance(text) > self.label.width()
        )

    def _show_details(self) -> None:
        if self._shown is None:
            return
        box = Details("\n\n".join(filter(None, (self._shown.sentence, self._shown.details))), self.window())
        at = self.mapToGlobal(self.rect().topLeft())
        box.move(at.x(), at.y() - box.height() - 8)
        box.show()


class Details(QWidget):
    """A text to read and to copy; it goes when one clicks elsewhere."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Details")
        field = QPlainTextEdit(text)
        field.setReadOnly(True)
        field.setAccessibleName("All of the message")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(field)
        self.resize(min(620, parent.width() - 40), 190)


_FIRST: Final = ("disk", "not saved", "read only", "rescued", "broken")
"""What is said before everything else: edits hang on it."""


class _Notice(NamedTuple):
    sentence: str
    actions: tuple[Action, ...]
    quiet: bool


class Banner(QWidget):
    """One line under the top bar, for what lasts: that the project is read only, or changed on disk.

    Where there is more to be said, what edits hang on comes first, then the newest; the next one shows when that is put
    away.
    """

    closed = Signal(str)
    """The user put away what it said about this."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons: list[QToolButton] = []
        self.about = ""
        """What it is about: one banner for each thing."""
        self._notices: dict[str, _Notice] = {}
        self._shown: _Notice | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 6, 10, 6)
        self._row.setSpacing(8)
        self._row.addWidget(self.text, 1)
        self._close = _button("×", "Put it away")
        self._close.clicked.connect(self._put_away)
        self._row.addWidget(self._close)
        self.hide()

    def show_text(self, about: str, sentence: str, *actions: Action, quiet: bool = False) -> None:
        """Shows a sentence about `about`, with a button for each of `actions`; `quiet` where nothing is amiss."""
        self._notices.pop(about, None)
        self._notices[about] = _Notice(sentence, actions, quiet)
        self._show_first()

    def put_away(self, about: str) -> None:
        """Hides what is said about `about`."""
        if self._notices.pop(about, None) is not None:
            self._show_first()

    def _show_first(self) -> None:
        first = next((about for about in _FIRST if about in self._notices), None)
        self.about = first or next(reversed(self._notices), "")
        notice = self._notices.get(self.about)
        if notice is not self._shown:  # else its buttons stay, with the focus
            self._shown = notice
            self._build(notice or _Notice("", (), False))
        self.setVisible(notice is not None)

    def _build(self, notice: _Notice) -> None:
        self.text.setText(notice.sentence)
        self.text.setObjectName("quiet" if notice.quiet else "")
        self.text.style().polish(self.text)
        for old in self.buttons:
            old.hide()
            old.deleteLater()
        self.buttons = []
        for action in notice.actions:
            made = _button(action.text, "")
            made.setObjectName("framed")
            made.clicked.connect(action.do)
            self._row.insertWidget(self._row.count() - 1, made)
            self.buttons.append(made)

    def _put_away(self) -> None:
        about = self.about
        self.put_away(about)
        self.closed.emit(about)


def _button(text: str, tip: str) -> QToolButton:
    made = QToolButton()
    made.setText(text)
    made.setToolTip(tip)
    made.setAccessibleName(tip or text)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
