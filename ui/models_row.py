"""The row in which a model is chosen: what is here, what is not and how to get it, and under which licence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from .fields import SmallButton
from .rows import INHERITED, ChoiceRow, note
from .words import sentence

if TYPE_CHECKING:
    from storyboard.generators.registry import ModelStatus

_COMMAND = re.compile(r"[;:] run: storyboard models get \S+")
"""What the command line's users are told to do; here is a button."""
_PAGE = "…"
"""In the place of a model's name: leads to the page of models. No model is called so."""


class ModelRow(ChoiceRow):
    """Offers models by name, and the page that has them all. Below it stands the licence of the chosen one, or what it
    takes to get it."""

    page_wanted = Signal(str)
    """The page of models, beginning with the one of this name."""

    def __init__(self, tip: str) -> None:
        super().__init__("Model", tip)
        self._models: dict[str, ModelStatus] = {}
        self._noted = ""
        self._shown = ("", False, False)
        self.note = note()
        self.get = SmallButton("Get it…", "Opens the page of models, where it can be downloaded")
        self.get.setAccessibleName("Get the model")
        self.get.setObjectName("reset")
        self.get.clicked.connect(lambda: self.page_wanted.emit(self._noted))
        self.get.hide()

    def set_models(self, models: Iterable[ModelStatus]) -> None:
        """What is known of models on this machine."""
        self._models = {model.name: model for model in models}

    def show_models(self, used: Iterable[str], inherited: str = "") -> None:
        """Offers the known models and those that are `used`; first what is `inherited`, where something is."""
        names = dict.fromkeys([*self._models, *used])
        first = [("", f"{_name(inherited)}{INHERITED}")] if inherited else []
        self.offer([*first, *((name, self._title(name)) for name in names if name), (_PAGE, "All models…")])

    def show_choice(self, value: str, *, own: bool = False, mixed: bool = False) -> None:
        self._shown = (value, own, mixed)
        super().show_choice(value, own=own, mixed=mixed)

    def choose(self, value: str) -> None:
        if value != _PAGE:
            super().choose(value)
            return
        shown, own, mixed = self._shown
        self.show_choice(shown, own=own, mixed=mixed)
        self.page_wanted.emit(self._noted)

    def show_note(self, model: str) -> None:
        """Says the licence of `model`, or why it cannot run here and what to do."""
        status = self._models.get(model)
        text = ""
        if status is not None and status.kind != "built-in":
            licence = " · ".join(part for part in (status.licence, status.licence_note) if part)
            reason = _COMMAND.sub("", status.reason).replace(model, _name(model))
            text = sentence(reason) if status.reason else licence
        self.note.setText(text)
        self.note.setVisible(bool(text))
        self._noted = model
        self.get.setVisible(status is not None and status.kind == "hub" and bool(status.reason))

    def _title(self, name: str) -> str:
        status = self._models.get(name)
        return _name(name) if status is None or status.ready else f"{_name(name)} (not here)"


def _name(model: str) -> str:
    """What people call a model: without its owner, or by its title."""
    from storyboard.generators import catalog

    return catalog.facts(model).title or model.rpartition("/")[2] or model
