"""Dialogs and pages, by the name that the table of actions gives them. Each is opened by the user, none by itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal
from PySide6.QtWidgets import QDialog, QInputDialog, QWidget

from storyboard import places, store
from storyboard.errors import StoryboardError
from storyboard.project import Project

from . import palette
from .choosing import Ask, Chooser
from .commands import Commands
from .dialogs.page import Page
from .document import Document
from .downloads import Downloads
from .session import Session
from .words import sentence
from .worker import FilmThread, Import

PICTURES = (
    "Pictures and clips (*.png *.jpg *.jpeg *.webp *.gif *.mp4 *.mov *.mkv *.webm *.m4v *.avi);;All files (*)"
)
SOUNDS = "Music (*.mp3 *.wav *.flac *.ogg *.opus *.m4a *.aac *.mp4 *.mov);;All files (*)"


class Pages(QObject):
    """Opens what is asked for over its `window`."""

    said = Signal(str, bool)
    """A sentence, and whether it is a problem."""
    open_wanted = Signal(Path)
    """A project, to be opened in this one's place."""
    keys_changed = Signal(object)
    """The user's own keys, by action."""
    liked = Signal()
    """The window's preferences are others."""
    models_changed = Signal()
    files_changed = Signal()
    """Files of the project were mended."""

    _copied = Signal(object, str)

    def __init__(
        self,
        document: Document,
        session: Session,
        worker: FilmThread,
        commands: Commands,
        choose: Chooser,
        ask: Ask,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._document = document
        self._session = session
        self._worker = worker
        self._commands = commands
        self._choose = choose
        self._ask = ask
        self._window = window
        self._pool = QThreadPool(self)
        self._copied.connect(self._note_copied)
        self.downloads = Downloads(self)
        self.downloads.ended.connect(self._note_download)
        self.actions: palette.Actions = {}
        """What the palette finds beside shots and projects."""
        self.opened: Page | None = None
        """The page that was opened last."""
        self._by_name: dict[str, Callable[[], None]] = {
            "new": self._new,
            "open": self._open,
            "version": self._name_version,
            "versions": self._versions,
            "check": self._check,
            "save_as": self.save_as,
            "import": self._import,
            "music": self._music,
            "settings": self._settings,
            "models": self.show_models,
            "audition": self._audition,
            "doctor": self._machine,
            "about": self._about,
            "keys": self._keys,
            "palette": self._palette,
        }

    def show(self, name: str) -> bool:
        """Opens the page called `name`; False when it is none of these."""
        page = self._by_name.get(name)
        if page is not None:
            page()
        return page is not None

    def stop(self) -> None:
        """Waits for a copy that is being made, and ends downloads: they go on when they are asked for again."""
        self.downloads.stop()
        self._pool.waitForDone()

    # ---- projects

    def _new(self) -> None:
        from .dialogs.new_project import NewProject

        page = NewProject(_beside(self._document.folder), self._choose, self._window)
        page.made.connect(self.open_wanted)
        self._present(page)

    def _open(self) -> None:
        if folder := self._choose.folder(self._window, "Open a project", self._document.folder.parent):
            self.open_wanted.emit(folder)

    def _name_version(self) -> None:
        box = QInputDialog(self._window)
        box.setObjectName("page")
        box.setWindowTitle("Save a version")
        box.setLabelText("The version's name:")
        box.setOkButtonText("Save version")
        box.textValueSelected.connect(self._save_version)
        box.open()

    def _save_version(self, label: str) -> None:
        label = label.strip()
        if label and self._document.save_version(label):
            self.said.emit(f"Saved the version {label!r}. Everything else is saved by itself.", False)

    def _versions(self) -> None:
        from .dialogs.versions import Versions

        page = Versions(self._document, self._window)
        page.restored.connect(lambda words: self.said.emit(words, False))
        page.copy_wanted.connect(self.save_as)
        self._present(page)

    def _check(self) -> None:
        from .dialogs.check import Check

        page = Check(self._document, self._worker, self._choose, self._window)
        page.mended.connect(self.files_changed)
        self._present(page)

    def save_as(self, version: str = "") -> None:
        """Copies the project, as it is or as `version` of it was, to a place that the user names, and opens that."""
        problem = self._document.flush()
        if problem and version:
            self.said.emit(problem, True)
            return
        source = self._document.folder
        start = _free(source.parent if os.access(source.parent, os.W_OK) else _beside(source), source.name)
        target = self._choose.new(self._window, "Save the project as", start)
        if target is not None:
            self.said.emit(f"Copying the project to {target} …", False)
            project = self._document.project if problem else None
            self._pool.start(partial(self._copy, source, target, version, project))

    def _copy(self, source: Path, target: Path, version: str, project: Project | None) -> None:
        """`project` are edits that could not be saved in `source`."""
        try:
            if project is None:
                store.copy(source, target)
            else:
                store.copy_value(source, project, target)
            if version:
                with store.open_project(target, "write") as copied:
                    copied.restore(version)
        except StoryboardError as error:
            self._copied.emit(target, sentence(error))
        else:
            self._copied.emit(target, "")

    def _note_copied(self, target: Path, problem: str) -> None:
        if problem:
            self.said.emit(problem, True)
        else:
            self.open_wanted.emit(target)

    # ---- files

    def _import(self) -> None:
        files = self._choose.files(self._window, "Pictures and clips for the film", PICTURES)
        if files:
            selected = self._session.selected
            project = self._document.project
            at = project.index(selected[-1]) + 1 if selected else len(project.shots)
            self._worker.submit(Import(self._document.film, tuple(files), at))

    def _music(self) -> None:
        if file := self._choose.file(self._window, "Music under the film", SOUNDS):
            self._worker.submit(Import(self._document.film, (file,), len(self._document.project.shots)))

    # ---- making

    def _audition(self) -> None:
        from storyboard.film import audition

        from .dialogs.audition import Audition

        auditions, film = self._commands.auditions, self._document.film
        shots, problem = auditions.shots, auditions.why_not()
        try:
            last_step = 0 if problem else audition.last_step(film.folder, film.project, shots)
        except StoryboardError as error:
            problem = sentence(error)
        if problem:
            self.said.emit(problem, True)
            return
        of = f"shot {film.project.index(shots[0].id) + 1}" if len(shots) == 1 else f"{len(shots)} shots"
        page = Audition(of, len(shots), last_step, self._window)
        page.wanted.connect(auditions.begin)
        self._present(page)

    # ---- the window and the machine

    def _settings(self) -> None:
        from .dialogs.settings import Settings

        page = Settings(self._document.folder, self._choose, self._window)
        page.changed.connect(self.liked)
        page.models_changed.connect(self.models_changed)
        self._present(page)

    def show_models(self, model: str = "") -> None:
        """The models of this machine, beginning with `model`."""
        from .dialogs.models import Models

        page = Models(self._document, self.downloads, self._choose, self._ask, self._window, model)
        page.changed.connect(self.models_changed)
        self._present(page)

    def _note_download(self, name: str, here: bool, problem: str) -> None:
        if here:
            self.models_changed.emit()
            self.said.emit(f"The model {name} is here now.", False)
        elif problem:
            self.said.emit(problem, True)

    def _machine(self) -> None:
        from .dialogs.machine import Machine

        self._present(Machine(self._window))

    def _about(self) -> None:
        from .dialogs.about import About

        self._present(About(self._window))

    def _keys(self) -> None:
        from .dialogs.keys import Keys

        page = Keys(self._window)
        page.changed.connect(self.keys_changed)
        self._present(page)

    def _palette(self) -> None:
        entries = [
            *palette.of_actions(self.actions),
            *palette.of_shots(self._document.project, self._commands.go_to),
            *palette.of_projects(self._document.folder, self.open_wanted.emit),
        ]
        palette.Palette(entries, self._window).open()

    def _present(self, page: Page) -> None:
        self.opened = page
        page.finished.connect(lambda _: self._forget(page))
        page.open()

    def _forget(self, page: QDialog) -> None:
        if self.opened is page:
            self.opened = None


def _beside(folder: Path) -> Path:
    """Where another project goes: beside this one, but not among the program's own files."""
    return Path.home() if folder.is_relative_to(places.data()) else folder.parent


def _free(place: Path, name: str) -> Path:
    """A name in `place` that is not taken: `Film copy`, `Film copy 2`, ..."""
    number = 1
    while (found := place / (f"{name} copy" if number == 1 else f"{name} copy {number}")).exists():
        number += 1
    return found
