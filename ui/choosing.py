"""Asking the user: for files and folders by the system's own dialogs, and questions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

Ask = Callable[[QWidget, str, str], bool]
"""`ask(parent, question, yes)`: whether the user answers with the button called `yes`."""


class Chooser(Protocol):
    """What asks for files; None, or nothing, when the user chose none."""

    def folder(self, parent: QWidget, title: str, start: Path) -> Path | None:
        """A folder that is there."""

    def file(self, parent: QWidget, title: str, kinds: str) -> Path | None:
        """A file that is there; `kinds` are Qt's name filters."""

    def files(self, parent: QWidget, title: str, kinds: str) -> list[Path]:
        """Files that are there."""

    def new(self, parent: QWidget, title: str, start: Path) -> Path | None:
        """A name that is not there yet."""


class SystemChooser:
    """The system's dialogs."""

    def folder(self, parent: QWidget, title: str, start: Path) -> Path | None:
        return _path(QFileDialog.getExistingDirectory(parent, title, str(start)))

    def file(self, parent: QWidget, title: str, kinds: str) -> Path | None:
        return _path(QFileDialog.getOpenFileName(parent, title, str(Path.home()), kinds)[0])

    def files(self, parent: QWidget, title: str, kinds: str) -> list[Path]:
        return [
            Path(name) for name in QFileDialog.getOpenFileNames(parent, title, str(Path.home()), kinds)[0]
        ]

    def new(self, parent: QWidget, title: str, start: Path) -> Path | None:
        # A project is a folder, and no dialog of any system asks for a new folder but that for a file.
        options = QFileDialog.Option.DontConfirmOverwrite
        return _path(QFileDialog.getSaveFileName(parent, title, str(start), options=options)[0])


def _path(name: str) -> Path | None:
    return Path(name) if name else None
