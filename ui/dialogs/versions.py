"""Earlier states of the project: those that were given a name, and those that were kept by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import QLocale, Qt, QThreadPool, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from storyboard.errors import StoryboardError
from storyboard.store import Version, versions

from ..document import Document
from ..words import plural, sentence
from .page import Page, button

_ROLE: Final = Qt.ItemDataRole.UserRole


class Versions(Page):
    """A list, newest first. A version comes back as one step that can be undone, or opens as a project of its own."""

    copy_wanted = Signal(str)
    """The name of a version that should be a project of its own."""
    restored = Signal(str)
    """A sentence on what came back."""

    _found = Signal(object, str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(
            "Versions",
            parent,
            "A state is kept by itself every few minutes that you work; those with a name stay for good. "
            "Takes are no part of a version: none is lost when you go back.",
        )
        self._document = document
        self._pool = QThreadPool(self)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Versions")
        self.list.setHeaderLabels(["When", "Name", "Film"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.list.setMinimumSize(520, 280)
        self.column.addWidget(self.list, 1)
        self.copy, close = button("Open as a copy…"), button("Close")
        self.back = button("Go back to it", primary=True)
        self.buttons(close, self.copy, self.back)
        self.list.itemSelectionChanged.connect(self._follow)
        self.list.itemActivated.connect(lambda _: self._restore())
        close.clicked.connect(self.reject)
        self.back.clicked.connect(self._restore)
        self.copy.clicked.connect(self._open_copy)
        self._found.connect(self._fill)
        self._follow()
        self._look()

    def _look(self) -> None:
        # In a thread: each version is read and checked, and there may be dozens of large ones.
        folder = self._document.folder

        def look() -> None:
            try:
                self._found.emit(versions.listing(folder), "")
            except StoryboardError as error:
                self._found.emit([], sentence(error))

        self._pool.start(look)

    def _fill(self, found: list[Version], problem: str) -> None:
        self.list.clear()
        for version in found:
            film = version.problem or plural(version.shots, "shot")
            item = QTreeWidgetItem([_when(version.saved), version.label or "kept by itself", film])
            item.setData(0, _ROLE, version)
            item.setToolTip(2, sentence(film))
            if version.problem:
                item.setDisabled(True)
            self.list.addTopLevelItem(item)
        self.list.resizeColumnToContents(0)
        self.say(
            problem or ("" if found else "There are none yet: the first is kept with the next change."),
            not problem,
        )
        if first := self.list.topLevelItem(0):
            self.list.setCurrentItem(first)
        self.list.setFocus()

    def _follow(self) -> None:
        there = self._chosen() is not None
        self.back.setEnabled(there and self._document.writable)
        self.copy.setEnabled(there)

    def _chosen(self) -> Version | None:
        items = self.list.selectedItems()
        version: Version | None = items[0].data(0, _ROLE) if items else None
        return version

    def _restore(self) -> None:
        version = self._chosen()
        if version is None:
            return
        try:
            project = versions.load(self._document.folder, version.name)
        except StoryboardError as error:
            self.say(sentence(error))
            return
        name = version.label or _when(version.saved)
        if self._document.edit(f"Go back to {name}", lambda _: project):
            self.restored.emit(f"The project is as in {name} again; undo brings back what it was.")
        else:
            self.restored.emit(f"The project is as in {name} already.")
        self.accept()

    def _open_copy(self) -> None:
        if version := self._chosen():
            self.copy_wanted.emit(version.name)
            self.accept()

    def done(self, result: int) -> None:
        self._pool.waitForDone()
        super().done(result)


def _when(saved: str) -> str:
    """`2026-01-31T17:45:00+00:00` as the user's own date and time."""
    local = datetime.fromisoformat(saved).astimezone()
    return QLocale().toString(local.replace(tzinfo=None), "ddd d MMM yyyy, HH:mm:ss")  # type: ignore[call-overload,no-any-return]
