"""Rows of the inspector: a field under its name, a way back to what is inherited, and what was wrong below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from .fields import SHORT, Choice, Field, SmallButton, label
from .shared import MIXED
from .words import sentence

INHERITED = " (the project's)"
"""Ends the title of the choice that inherits; the closed field says it by being grey."""


class Row(QWidget):
    """A field under its name. `own` values that could be inherited have a button that gives them up."""

    reset = Signal()

    def __init__(
        self, name: str, field: QWidget, beside: Sequence[QWidget] = (), above: Sequence[QWidget] = ()
    ) -> None:
        """`beside` the field, or `above` it at the right of the name, stand buttons that belong to it."""
        super().__init__()
        self.name = name
        self.aside = label()
        """Quiet words at the right of the name."""
        self.problem = label("problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.restore = SmallButton("Reset", "Take what the project says again")
        self.restore.setObjectName("reset")
        self.restore.setAccessibleName(f"Reset {name.lower()}")
        self.restore.clicked.connect(self.reset)
        self.restore.hide()
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(label("quiet", name, field))
        top.addStretch(1)
        top.addWidget(self.aside)
        top.addWidget(self.restore)
        height = self.aside.sizeHint().height()
        for widget in (self.restore, *above):
            widget.setFixedHeight(height)  # so that fields side by side stand on one line
        for widget in above:
            top.addWidget(widget)
        line = QHBoxLayout()
        line.setSpacing(2)
        line.addWidget(field, 1)
        for widget in beside:
            line.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(top)
        column.addLayout(line)
        column.addWidget(self.problem)

    def show_own(self, own: bool) -> None:
        """Whether the value is the shot's own, where it could be inherited."""
        self.restore.setVisible(own)

    def refuse(self, problem: str) -> None:
        """Says below the field why what was typed cannot be."""
        self.problem.setText(problem)
        self.problem.show()

    def forgive(self) -> None:
        """Takes the sentence away: what is in the field now is right, or another shot's."""
        self.problem.clear()
        self.problem.hide()


class TextRow(Row):
    """A line of text that is read by `parse`, which raises `ValueError` with a sentence. What was refused stays
    in the field, with the sentence below it, until it is mended or given up with Escape."""

    entered = Signal(object)
    """What `parse` gave. Who listens may `refuse` it after all."""

    def __init__(
        self, name: str, tip: str, parse: Callable[[str], object], above: Sequence[QWidget] = ()
    ) -> None:
        self.field = Field(name, tip)
        super().__init__(name, self.field, above=above)
        self._parse = parse
        self.field.entered.connect(self._enter)
        self.field.abandoned.connect(self.forgive)

    def show_text(self, text: str, inherited: str = "", *, own: bool = False, mixed: bool = False) -> None:
        """Shows a value, or in grey what is inherited where there is none; `mixed` where shots differ."""
        self.field.show_text("" if mixed else text, MIXED if mixed else inherited)
        self.show_own(own)

    def refuse(self, problem: str) -> None:
        super().refuse(problem)
        self.field.keep_typed(True)

    def forgive(self) -> None:
        super().forgive()
        self.field.keep_typed(False)

    def _enter(self, text: str) -> None:
        try:
            value = self._parse(text)
        except ValueError as error:
            self.refuse(sentence(error))
            return
        self.problem.hide()
        self.field.keep_typed(True)  # until the new value is there to be shown
        self.entered.emit(value)
        if self.problem.isHidden():
            self.forgive()


class ChoiceRow(Row):
    """One of a list."""

    chosen = Signal(object)
    """The value that was chosen."""

    def __init__(self, name: str, tip: str = "") -> None:
        self.field = Choice()
        self.field.setAccessibleName(name)
        self.field.setToolTip(tip)
        self.field.setPlaceholderText(MIXED)
        self.field.setFixedHeight(Field(name).sizeHint().height())  # as high as the fields of text beside it
        adjust = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.field.setSizeAdjustPolicy(adjust)
        super().__init__(name, self.field)
        self._offered: list[tuple[str, str]] = []
        self.field.activated.connect(lambda index: self.choose(self.field.itemData(index)))

    def choose(self, value: str) -> None:
        """Does what the user's choice of `value` does."""
        self.chosen.emit(value)

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """What can be chosen: values, and how they are called."""
        if list(choices) != self._offered:
            self._offered = list(choices)
            self.field.clear()
            for value, title in choices:
                self.field.addItem(title, value)
                self.field.setItemData(self.field.count() - 1, title.removesuffix(INHERITED), SHORT)

    def show_choice(self, value: str, *, own: bool = False, mixed: bool = False) -> None:
        """Shows one of what was offered; `mixed` where shots differ."""
        values = [offered for offered, _ in self._offered]
        self.field.setCurrentIndex(-1 if mixed or value not in values else values.index(value))
        # What is inherited is grey, as in the fields of text.
        self.field.setProperty("inherited", not own and not mixed and value == "")
        self.field.style().polish(self.field)
        self.show_own(own)


def pair(left: QWidget, right: QWidget) -> QHBoxLayout:
    """Two rows side by side, each half as wide, their fields on one line."""
    both = QHBoxLayout()
    both.setSpacing(12)
    for part in (left, right):
        both.addWidget(part, 1, Qt.AlignmentFlag.AlignTop)
    return both


def note() -> QLabel:
    """Small words below a field, that can be copied."""
    made = label()
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.hide()
    return made
