"""The row in which a model is chosen: what is here, what is not and how to get it, and under which licence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from .fields import SmallButton
from .rows import INHERITED, ChoiceRow, note
from .words import sentence

if TYPE_CHECKING:
    from storyboard.generators.registry import ModelStatus

_COMMAND = re.compile(r"run: (storyboard models get \S+|pip install \S+)")


class ModelRow(ChoiceRow):
    """Offers models by name. Below it stands the licence of the chosen one, or what it takes to get it."""

    def __init__(self, tip: str) -> None:
        super().__init__("Model", tip)
        self._models: dict[str, ModelStatus] = {}
        self.note = note()
        self.copy = SmallButton("Copy the command", "Copies what to run in a terminal to get this model")
        self.copy.setAccessibleName("Copy the command that gets the model")
        self.copy.setObjectName("reset")
        self.copy.clicked.connect(self._copy)
        self.copy.hide()
        self._command = ""

    def set_models(self, models: Iterable[ModelStatus]) -> None:
        """What is known of models on this machine."""
        self._models = {model.name: model for model in models}

    def show_models(self, used: Iterable[str], inherited: str = "") -> None:
        """Offers the known models and those that are `used`; first what is `inherited`, where something is."""
        names = dict.fromkeys([*self._models, *used])
        first = [("", f"{_name(inherited)}{INHERITED}")] if inherited else []
        self.offer([*first, *((name, self._title(name)) for name in names if name)])

    def show_note(self, model: str) -> None:
        """Says the licence of `model`, or why it cannot run here and what to do."""
        status = self._models.get(model)
        text = ""
        if status is not None and status.kind != "built-in":
            licence = " · ".join(part for part in (status.licence, status.licence_note) if part)
            text = sentence(status.reason) if status.reason else licence
        self.note.setText(text)
        self.note.setVisible(bool(text))
        found = _COMMAND.search(text)
        self._command = found[1].rstrip(".") if found else ""
        self.copy.setVisible(bool(self._command))

    def _title(self, name: str) -> str:
        status = self._models.get(name)
        return _name(name) if status is None or status.ready else f"{_name(name)} (not here)"

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._command)


def _name(model: str) -> str:
    """What people call a model: without its owner, or by its title."""
    from storyboard.generators import catalog

    return catalog.facts(model).title or model.rpartition("/")[2] or model
