"""The models of this machine: what each needs and may be used for, getting, adding and removing them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QThreadPool, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QProgressBar, QTreeWidget, QTreeWidgetItem, QWidget

from storyboard import edit
from storyboard.errors import StoryboardError

from .. import theme
from ..choosing import Ask, Chooser
from ..document import Document
from ..downloads import Coming, Downloads
from ..fields import SmallButton, label
from ..words import sentence
from .page import Page, button, wrapped

if TYPE_CHECKING:
    from storyboard.generators.managing import Overview

_ROLE: Final = Qt.ItemDataRole.UserRole
GB: Final = 1 << 30
ASKED: Final = {
    "delete": "Delete {title} ({size}) from this machine? It can be downloaded again.",
    "trash": "Move {title} ({size}) to the system's trash?",
    "forget": "Take {title} off the list? Its folder stays where it is.",
}
DO: Final = {"delete": "Delete", "trash": "Move to trash", "forget": "Take off the list"}
TASKS: Final = {
    "text": "text",
    "picture": "a picture",
    "ends": "a first and a last picture",
    "clip": "a clip",
}


class Models(Page):
    """Every model that is known of. Looking needs no network: only *Get* uses it, in a process of its own."""

    changed = Signal()
    """There are other models now."""

    _found = Signal(list, str)
    _done = Signal(str, bool)

    def __init__(
        self,
        document: Document,
        downloads: Downloads,
        choose: Chooser,
        ask: Ask,
        parent: QWidget | None = None,
        model: str = "",
    ) -> None:
        """`model` is the one to begin with."""
        super().__init__(
            "Models",
            parent,
            "What makes takes. A model is downloaded once, and nothing is sent anywhere when it works.",
        )
        self._document = document
        self._downloads = downloads
        self._choose = choose
        self._ask = ask
        self._wanted = model or document.project.look.model
        self._failed: dict[str, str] = {}
        self._told = ("", False)
        self._working = False
        self._pool = QThreadPool(self)
        self._build()
        self._connect()
        self.say("Looking at this machine and its models …", quiet=True)
        self._look()

    # ---- building

    def _build(self) -> None:
        self.list = QTreeWidget()
        self.list.setAccessibleName("Models")
        self.list.setHeaderLabels(["Model", "Size", "", "On this machine", "Licence"])
        self.list.setRootIsDecorated(False)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        self.list.setColumnWidth(4, 230)
        self.list.setMinimumSize(860, 440)
        self.column.addWidget(self.list, 1)
        self.facts = wrapped("")
        self.facts.setAccessibleName("About this model")
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.facts.setMinimumHeight(4 * self.facts.fontMetrics().lineSpacing())  # so that the list stays
        self.column.addWidget(self.facts)
        self.column.addWidget(self._build_progress())
        self.get = button("Get", primary=True)
        self.use, self.remove = button("Use in this project"), button("Remove…")
        self.add, close = button("Add folder…"), button("Close")
        self.buttons(close, self.use, self.get, left=(self.add, self.remove))
        close.clicked.connect(self.reject)

    def _build_progress(self) -> QWidget:
        self.progress = QWidget()
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName("Download")
        self.amount = label()
        self.cancel = SmallButton(
            "Cancel", "Ends the download; what came is kept, and Get goes on from there"
        )
        self.cancel.setAccessibleName("Cancel the download")
        row = QHBoxLayout(self.progress)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.bar, 1)
        row.addWidget(self.amount)
        row.addWidget(self.cancel)
        self.progress.hide()
        return self.progress

    def _connect(self) -> None:
        self.list.itemSelectionChanged.connect(self._select)
        self.list.itemActivated.connect(lambda _: (self.get if self.get.isEnabled() else self.use).click())
        self.get.clicked.connect(self._get)
        self.cancel.clicked.connect(lambda: self._downloads.cancel(self._name()))
        self.use.clicked.connect(self._use)
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self._downloads.changed.connect(self._follow_downloads)
        self._downloads.ended.connect(self._end)
        self._found.connect(self._fill)
        self._done.connect(self._finish)

    # ---- showing

    def _look(self) -> None:
        # In a thread: files are measured, and the graphics driver is asked.
        from storyboard.generators import managing

        self._pool.start(lambda: self._found.emit(managing.overview(), managing.problem()))

    def _fill(self, found: list[Overview], problem: str) -> None:
        blocked = self.list.blockSignals(True)  # what is selected meanwhile is not the user's choice
        self.list.clear()
        for model in found:
            item = QTreeWidgetItem()
            item.setData(0, _ROLE, model)
            for column in range(5):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignTop)
            self.list.addTopLevelItem(item)
            self._show(item)
            if model.name == self._wanted:
                self.list.setCurrentItem(item)
        for column in (0, 1, 2):
            self.list.resizeColumnToContents(column)
        first = self.list.topLevelItem(0)
        if first is not None and not self.list.selectedItems():
            self.list.setCurrentItem(first)
        for item in self.list.selectedItems():
            self.list.scrollToItem(item)
        self.list.blockSignals(blocked)
        if problem:
            self._told = (sentence(problem), True)
        self._follow()

    def _show(self, item: QTreeWidgetItem) -> None:
        """A model's row, with what is different while it is downloaded."""
        model: Overview = item.data(0, _ROLE)
        coming = self._downloads.coming.get(model.name)
        state, colour = ("coming", "busy") if coming else _state(model)
        fits = sentence(model.fits)[:-1] if model.fits else "Part of Storyboard, always there"
        for column, text in enumerate((model.title, _size(model), state, fits, _licence(model))):
            item.setText(column, text)
        item.setForeground(2, QColor(getattr(theme.current(), colour)))
        item.setToolTip(0, model.name)
        item.setToolTip(4, model.licence_note)

    def _select(self) -> None:
        name = self._name()
        if name and name != self._wanted:
            self._wanted = name
            self._told = ("", False)
        self._follow()

    def _follow(self) -> None:
        """What can be done with the model that is chosen, and what there is to know of it."""
        model = self._chosen()
        if model is None:
            return
        coming = self._downloads.coming.get(model.name)
        failed = self._failed.get(model.name, "")
        free = not self._working and coming is None
        used = self._document.project.look.model == model.name
        self.get.setText("Try again" if failed else "Get the rest" if model.here == "part" else "Get")
        self.get.setEnabled(model.kind == "hub" and model.here != "whole" and free)
        self.use.setText("Used in this project" if used else "Use in this project")
        self.use.setEnabled(model.ready and not used and self._document.writable)
        self.remove.setEnabled(
            model.kind == "folder" or (model.kind == "hub" and model.here != "no" and free)
        )
        self.add.setEnabled(not self._working)
        self.facts.setText(_facts(model))
        self.say(failed or self._told[0], quiet=not failed and not self._told[1])
        self._show_progress(coming)

    def _show_progress(self, coming: Coming | None) -> None:
        self.progress.setVisible(coming is not None)
        if coming is not None:
            self.bar.setMaximum(1000 if coming.total else 0)
            self.bar.setValue(round(1000 * coming.done / max(coming.total, 1)))
            amount = f"{coming.done / GB:.2f} of {coming.total / GB:.2f} GB"
            self.amount.setText(amount if coming.total else "asking the hub …")

    def _follow_downloads(self) -> None:
        for item in self.list.findItems("", Qt.MatchFlag.MatchContains):
            self._show(item)
        self._follow()

    def _chosen(self) -> Overview | None:
        items = self.list.selectedItems()
        model: Overview | None = items[0].data(0, _ROLE) if items else None
        return model

    def _name(self) -> str:
        model = self._chosen()
        return model.name if model else ""

    # ---- doing

    def _get(self) -> None:
        self._failed.pop(self._name(), None)
        self._told = ("", False)
        self._downloads.get(self._name())

    def _end(self, name: str, _: bool, problem: str) -> None:
        if problem:
            self._failed[name] = problem
        self._look()

    def _use(self) -> None:
        model = self._chosen()
        if model is not None:
            name = model.name
            self._document.edit("Set model", lambda p: edit.set_look(p, model=name))
            self._told = (f"Shots that name no model of their own are made with {model.title} now.", False)
            self._follow()

    def _add(self) -> None:
        from storyboard.generators import managing

        if folder := self._choose.folder(self, "A folder with a model, or with several", Path.home()):
            self._work(lambda: f"Known now: {', '.join(managing.add(folder))}. They stay where they are.")

    def _remove(self) -> None:
        from storyboard.generators import managing

        model = self._chosen()
        if model is None:
            return
        name, title, how = model.name, model.title, managing.removal(model.name)
        if self._ask(self, ASKED[how].format(title=title, size=_size(model)), DO[how]):
            self._failed.pop(name, None)
            self._work(lambda: _removed(title, managing.remove(name)))

    def _work(self, do: Callable[[], str]) -> None:
        """Does what may take long, in a thread; says what it answers."""

        def work() -> None:
            try:
                self._done.emit(do(), False)
            except (StoryboardError, OSError) as error:
                self._done.emit(sentence(error), True)

        self._working = True
        self._follow()
        self._pool.start(work)

    def _finish(self, words: str, problem: bool) -> None:
        self._working = False
        self._told = (words, problem)
        self._follow()
        self.changed.emit()
        self._look()

    def done(self, result: int) -> None:
        self._pool.waitForDone()
        super().done(result)


def _state(model: Overview) -> tuple[str, str]:
    """Whether it is here, and the name of the colour in which that is said."""
    if model.ready:
        return "ready", "ready"
    if model.kind == "folder" or model.here == "whole":
        return "cannot run", "failed"
    return ("half here", "warning") if model.here == "part" else ("not here", "quiet")


def _size(model: Overview) -> str:
    if model.here == "part":
        return f"{model.size / GB:.1f} GB of {model.download or 'it'}"
    return f"{model.size / GB:.1f} GB" if model.size else model.download.removeprefix("about ")


def _licence(model: Overview) -> str:
    """Its licence in few words, with a sign that it has limits."""
    limits = {"no": "Not commercial · ", "limits": "Limits · "}
    return f"{limits.get(model.commercial, '')}{model.licence or 'not known'}"


def _facts(model: Overview) -> str:
    """What there is to know before it is downloaded or used."""
    starts = ", ".join(TASKS[task] for task in model.tasks)
    lines = [f"{model.name} · starts from {starts}"]
    licence = " · ".join(part for part in (model.licence, model.licence_note) if part)
    if model.kind != "built-in":
        lines += [f"On this machine: {model.fits}", f"Licence: {licence}"]
    if model.here == "part":
        lines.append("Some of its files are here, from a download that did not end.")
    elif model.reason and (model.kind == "folder" or model.here == "whole"):
        lines.append(sentence(model.reason))
    return "\n".join(lines)


def _removed(title: str, freed: int) -> str:
    gone = f"{title} is off this machine's list"
    return f"{gone}; {freed / GB:.2f} GB are free again." if freed else f"{gone}; its folder is untouched."
