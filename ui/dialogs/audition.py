"""An audition is asked for: how many takes, and up to which step."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSpinBox, QWidget

from .. import audition_memory
from ..words import plural
from .page import Page, button, wrapped


class Audition(Page):
    """Asks for both, with what was asked for last; `wanted` comes with the answer."""

    wanted = Signal(int, int)
    """Takes of each shot, and the step at which they are held."""

    def __init__(self, of: str, shots: int, last_step: int, parent: QWidget | None = None) -> None:
        """`of` names the `shots`, whose takes can be held after `last_step` at the latest."""
        about = (
            f"Several takes of {of}, each only up to an early step, with seeds of their own. Look at them, pick the best, "
            "and carry only those on: they become the very takes that they would have been at once."
        )
        super().__init__("Audition", parent, about)
        self._shots = shots
        self._last_step = last_step
        last = audition_memory.load()
        self.takes = _number(last.takes, audition_memory.MOST_TAKES, "Takes of each shot")
        self.steps = _number(
            min(last.steps, last_step), audition_memory.MOST_STEPS, "The step at which they are held"
        )
        form = self.form()
        form.addRow("&Takes" if shots == 1 else "&Takes of each shot", self.takes)
        form.addRow("Up to &step", self.steps)
        self.cost = wrapped("")
        self.cost.setAccessibleName("What it takes")
        self.column.addWidget(self.cost)
        cancel, self.begin = button("Cancel"), button("Begin audition", primary=True)
        self.buttons(cancel, self.begin)
        cancel.clicked.connect(self.reject)
        self.begin.clicked.connect(self._begin)
        for field in (self.takes, self.steps):
            field.valueChanged.connect(self._follow)
        self.takes.setFocus()
        self.takes.selectAll()
        self._follow()

    def _follow(self) -> None:
        steps, whole = self.steps.value(), self._last_step + 1
        possible = steps <= self._last_step
        self.say(
            ""
            if possible
            else f"A take of {whole} steps is whole then: hold it after step {self._last_step} at the latest."
        )
        self.begin.setEnabled(possible)
        in_all = self._shots * self.takes.value() * steps
        self.cost.setText(f"{plural(in_all, 'step')} in all: as many as {_takes(in_all / whole)}.")
        self.cost.setVisible(possible)

    def _begin(self) -> None:
        audition_memory.keep(audition_memory.Last(self.takes.value(), self.steps.value()))
        self.wanted.emit(self.takes.value(), self.steps.value())
        self.accept()


def _number(value: int, most: int, name: str) -> QSpinBox:
    field = QSpinBox()
    field.setRange(1, most)
    field.setValue(value)
    field.setAccessibleName(name)
    return field


def _takes(count: float) -> str:
    """`1.4 whole takes`."""
    return "1 whole take" if round(count, 1) == 1 else f"{count:.1f} whole takes"
