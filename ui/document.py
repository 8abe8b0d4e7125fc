"""The open project: the one value that the window shows, its undo steps, and its file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QFileSystemWatcher, QObject, QThreadPool, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from storyboard import edit, store
from storyboard.errors import EditError, StoryboardError
from storyboard.project import Project
from storyboard.store import document as store_document
from storyboard.store import rescue, versions

from .reel import Film
from .words import sentence

SAVE_AFTER: Final = 500
"""Milliseconds from the first edit that is not on disk to its save: with the write itself, within a second."""
RETRY_AFTER: Final = 5000
RESCAN_AFTER: Final = 150
"""Milliseconds that a folder is given to settle before its takes are read."""
UNDO_LIMIT: Final = 1000

Edit = Callable[[Project], Project]


class _Save(NamedTuple):
    """What a save writes, and what is over when it is on disk."""

    project: Project
    number: int
    """Of the value: later ones have greater numbers."""
    taken_back: frozenset[Path]
    """Files of rescued edits that it has in it."""


class Document(QObject):
    """A project folder that is open in the window.

    `project` is the only truth; `edit` replaces it by the next value as one undo step. Takes that arrive are no
    steps: undo never loses one, because what a value wishes for is found again among the takes on disk.
    """

    changed = Signal()
    """The project or its takes are others now."""
    saved_changed = Signal(str)
    """How far saving is, in words."""
    refused = Signal(str)
    """A sentence: an edit or a save that could not be."""
    changed_outside = Signal(bool)
    """Whether another program wrote the project's file since it was read or saved here: `reload` shows what it
    wrote."""

    not_saved = Signal(str)
    """A sentence on why edits are not on disk, each time that a save failed for another reason; empty when they are."""

    _written = Signal(object, str)
    _looked = Signal(bool)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        """Raises `ProjectError` when there is no project in `folder` or it cannot be used."""
        super().__init__(parent)
        self._store = store.open_project(folder, "prefer-write")
        self.folder = self._store.folder
        self.writable = self._store.writable
        self._take_folder = store.TakeFolder(self.folder)
        self._takes = self._take_folder.scan()
        self._project = self._store.project
        self._film: Film | None = None
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_LIMIT)
        self._typing = 0
        self._number = 0
        self._prepare_saving()
        self._watch()
        self._set(edit.adopt(self._project, self._takes))
        self.rescued = self._next_rescued()
        """Edits that an earlier start could not save and that the user has not answered yet, the oldest; None where
        there are none."""

    @property
    def project(self) -> Project:
        return self._project

    @property
    def takes(self) -> store.Takes:
        """The takes on disk when they were last looked for."""
        return self._takes

    @property
    def film(self) -> Film:
        """The project and its takes, as one value that another thread may read."""
        if self._film is None:
            self._film = Film(self.folder, self._project, self._takes)
        return self._film

    @property
    def saved_words(self) -> str:
        if not self.writable:
            return "Read only"
        if self._problem:
            return "Not saved"
        return "Saving" if self._dirty else "Saved"

    @property
    def why_read_only(self) -> str:
        return "" if self.writable else sentence(self._store.why_read_only)

    def is_ours(self) -> bool:
        """Whether this program may write into the project's folder, now too: another one may have taken it over.
        Reads a file."""
        return self._store.is_ours()

    # ---- edits

    def edit(self, name: str, change: Edit, merge: str = "") -> bool:
        """Makes `change` one undo step called `name`; False when nothing changed or it was refused.

        Steps in a row with the same `merge` become one, until `end_typing`.
        """
        if not self.writable:
            self.refused.emit(sentence(self._store.why_read_only))
            return False
        try:
            after = change(self._project)
        except EditError as error:
            self.refused.emit(sentence(error))
            return False
        if after == self._project:
            return False
        key = (merge, self._typing) if merge else None
        self.undo_stack.push(_Step(self._show_step, name, self._project, after, key))
        return True

    def edit_with_files(
        self, name: str, change: Edit, do: Callable[[], None], undo: Callable[[], None]
    ) -> bool:
        """Makes one undo step of `change` together with what `do` does to takes on disk, which `undo` takes
        back. False when it was refused; both may raise `StoryboardError`."""
        if not self.writable:
            self.refused.emit(sentence(self._store.why_read_only))
            return False
        before = self._project
        try:
            after = change(before)
            do()
        except StoryboardError as error:
            self.refused.emit(sentence(error))
            return False
        self.undo_stack.push(_FileStep(self._show_moved, name, before, after, do, undo))
        return True

    def _show_moved(self, project: Project, move: Callable[[], None] | None) -> None:
        try:
            if move is not None:
                move()
        except StoryboardError as error:
            self.refused.emit(sentence(error))
        self._takes = self._take_folder.scan()
        self._watch_folders()
        self._show_step(project)

    def end_typing(self) -> None:
        """What is typed from now on is a step of its own."""
        self._typing += 1

    def _show_step(self, project: Project) -> None:
        # A wish that was undone and done again finds the take that was made for it.
        self._set(edit.adopt(project, self._takes) if self._takes else project)

    def _set(self, project: Project) -> None:
        self._project = project
        self._number += 1
        self._film = None
        if self.writable and project != self._store.project:
            self._need_save()
        self.changed.emit()

    # ---- takes

    def rescan(self) -> None:
        """Looks for takes that arrived or went; one that a draft or stale shot waits for becomes its chosen."""
        known = self._takes
        self._takes = self._take_folder.scan()
        self._watch_folders()
        if dict(known) == dict(self._takes) and known.thrown == self._takes.thrown:
            return
        project = edit.adopt(self._project, self._takes)
        for take in sorted(self._takes.values(), key=lambda take: (take.created, take.number)):
            if take.id not in known:
                project = edit.arrive(project, take, self._takes)
        self._set(project)
        if self._takes.problems:
            self.refused.emit(sentence(self._takes.problems[0]))

    def _watch(self) -> None:
        self._settle = QTimer(self, singleShot=True, interval=RESCAN_AFTER)
        self._settle.timeout.connect(self.rescan)
        self._look = QTimer(self, singleShot=True, interval=RESCAN_AFTER)
        self._look.timeout.connect(self._look_outside)
        self._looked.connect(self.changed_outside)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._note_folder)
        self._watch_folders()

    def _watch_folders(self) -> None:
        for wanted in (self.folder, self.folder / "takes"):
            if wanted.is_dir() and str(wanted) not in self._watcher.directories():
                self._watcher.addPath(str(wanted))

    def _note_folder(self, name: str) -> None:
        if Path(name) != self.folder:
            self._settle.start()
            return
        self._look.start()
        if str(self.folder / "takes") not in self._watcher.directories():
            self._settle.start()  # it may have come

    def _look_outside(self) -> None:
        """Whether the file is still ours, asked by the thread that writes it: never between two halves of a save."""
        self._writing.start(self._compare)

    def _compare(self) -> None:
        try:
            self._looked.emit(self._store.changed_outside())
        except StoryboardError:
            return  # said when it is saved to

    # ---- the file

    def _prepare_saving(self) -> None:
        self._dirty = False
        self._closed = False
        self._problem = ""
        self._own_rescue = rescue.new_file(self.folder)
        self._taken_back: frozenset[Path] = frozenset()
        self._awaiting: list[tuple[int, Callable[[], None]]] = []
        self._writing = QThreadPool(self)
        self._writing.setMaxThreadCount(1)
        self._written.connect(self._note_written)
        self._save_timer = QTimer(self, singleShot=True, interval=SAVE_AFTER)
        self._save_timer.timeout.connect(self._start_save)

    def _need_save(self) -> None:
        self._dirty = True
        # Not started again by the next edit: who types without a pause is saved too.
        if not self._save_timer.isActive():
            self._save_timer.start(SAVE_AFTER)
        self.saved_changed.emit(self.saved_words)

    def _start_save(self) -> None:
        save = self._save_of_now()
        self._writing.start(lambda: self._write(save))

    def _save_of_now(self) -> _Save:
        return _Save(self._project, self._number, self._taken_back)

    def _write(self, save: _Save, *, over: bool = False) -> None:
        try:
            if over:
                self._store.overwrite(save.project)
                self._looked.emit(False)
            else:
                self._store.save(save.project)
        except StoryboardError as error:
            rescue.keep(self._own_rescue, self.folder, save.project)
            self._written.emit(save, sentence(error))
        else:
            self._let_go(save)
            self._written.emit(save, "")

    def keep_mine(self) -> None:
        """Saves over what another program wrote; what that was stays as a version."""
        self._save_timer.stop()
        save = self._save_of_now()
        self._writing.start(lambda: self._write(save, over=True))

    def _let_go(self, save: _Save) -> None:
        """What was kept beside the project is in it now; what the user has not answered yet stays."""
        for file in (self._own_rescue, *save.taken_back):
            rescue.forget(file)

    def save_again(self) -> None:
        """Tries at once to save what is not on disk."""
        if self._dirty:
            self._save_timer.start(0)

    def when_saved(self, then: Callable[[], None]) -> None:
        """Does `then` once the project as it is now is on disk, at once where it is, and saves as soon as it can be.
        Where it can not be, `then` is never done."""
        if not self._dirty:
            then()
            return
        self._awaiting.append((self._number, then))
        self.save_again()

    def _go_on_after(self, number: int) -> None:
        """Does what waited for the values up to `number`."""
        ready = [then for wanted, then in self._awaiting if wanted <= number]
        self._awaiting = [waits for waits in self._awaiting if waits[0] > number]
        for then in ready:
            then()

    # ---- edits that an earlier start could not save

    def _next_rescued(self) -> rescue.Rescued | None:
        if not self.writable:
            return None
        answered = {self._own_rescue, *self._taken_back}
        waiting = (kept for kept in rescue.find(self.folder) if kept.file not in answered)
        return next((kept for kept in waiting if kept.project != self._project), None)

    def take_back(self) -> None:
        """Makes the edits that an earlier start could not save one undo step; `rescued` are the next ones then."""
        found = self.rescued
        if found is None:
            return
        self._taken_back |= {found.file}  # kept until they are saved
        self.edit("Bring back unsaved edits", lambda _: found.project)
        self.rescued = self._next_rescued()

    def decline(self) -> None:
        """Leaves the project as it is; the edits that an earlier start could not save are kept as a version. `rescued`
        are the next ones then."""
        found, self.rescued = self.rescued, None
        if found is None:
            return
        try:
            versions.keep(self.folder, store_document.encode(found.project), "Not saved")
        except StoryboardError as error:
            self.refused.emit(sentence(error))
            return
        rescue.forget(found.file)
        self.rescued = self._next_rescued()

    def _note_written(self, save: _Save, problem: str) -> None:
        if self._closed:
            return  # a save that the close waited for: told late, and no reason to save again
        if problem and problem != self._problem:
            self.refused.emit(problem)
        if problem != self._problem:
            self._problem = problem
            self.not_saved.emit(problem)
        if problem:
            self._save_timer.start(RETRY_AFTER)
        elif save.project == self._project:
            self._dirty = False
        else:
            self._need_save()
        self.saved_changed.emit(self.saved_words)
        if not problem:
            self._go_on_after(save.number)

    def flush(self) -> str:
        """Saves now what is not on disk, and returns why that could not be, or an empty string."""
        self._save_timer.stop()
        self._writing.waitForDone()
        if self.writable and self._project != self._store.project:
            save = self._save_of_now()
            try:
                self._store.save(save.project)
            except StoryboardError as error:
                rescue.keep(self._own_rescue, self.folder, save.project)
                return sentence(error)
            self._let_go(save)
            self._dirty, self._problem = False, ""
            self.saved_changed.emit(self.saved_words)
        self._go_on_after(self._number)
        return ""

    def save_version(self, label: str) -> bool:
        """Keeps the present state under a name; False when that could not be."""
        problem = self.flush()
        try:
            if not problem:
                self._store.save_version(label)
        except StoryboardError as error:
            problem = sentence(error)
        if problem:
            self.refused.emit(problem)
        return not problem

    def reload(self) -> None:
        """Shows what is on disk, after another program changed it, as one undo step."""
        self._save_timer.stop()
        self._writing.waitForDone()
        try:
            project = self._store.reload()
        except StoryboardError as error:
            self.refused.emit(sentence(error))
            return
        rescue.forget(self._own_rescue)  # the store keeps what could not be saved as a version
        self._dirty, self._problem = False, ""
        self._go_on_after(self._number)
        self.not_saved.emit("")
        if project != self._project:
            self.undo_stack.push(_Step(self._show_step, "Reload", self._project, project, None))
        self.changed_outside.emit(False)
        self.saved_changed.emit(self.saved_words)

    def close(self) -> str:
        """Saves and lets others edit the project; returns why it could not be saved, or an empty string."""
        problem = self.flush()
        self._closed = True
        self._settle.stop()
        self._look.stop()
        self._writing.waitForDone()
        self.undo_stack.blockSignals(True)  # it speaks once more when it is deleted, after who listens
        if self._watcher.directories():
            self._watcher.removePaths(self._watcher.directories())
        self._store.close()
        return problem


class _Step(QUndoCommand):
    """One edit: the value before and the value after it."""

    def __init__(
        self,
        show: Callable[[Project], None],
        name: str,
        before: Project,
        after: Project,
        merge: tuple[str, int] | None,
    ) -> None:
        super().__init__(name)
        self._show = show
        self.before = before
        self.after = after
        self.merge = merge

    def undo(self) -> None:
        self._show(self.before)

    def redo(self) -> None:
        self._show(self.after)

    def id(self) -> int:
        return -1 if self.merge is None else 1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802 - Qt's name
        if not isinstance(other, _Step) or other.merge != self.merge:
            return False
        self.after = other.after
        return True


class _FileStep(QUndoCommand):
    """An edit that moved takes as well. They are moved already when the step is made."""

    def __init__(
        self,
        show: Callable[[Project, Callable[[], None] | None], None],
        name: str,
        before: Project,
        after: Project,
        do: Callable[[], None],
        undo: Callable[[], None],
    ) -> None:
        super().__init__(name)
        self._show = show
        self._before, self._after = before, after
        self._do, self._undo = do, undo
        self._first = True

    def undo(self) -> None:
        self._show(self._before, self._undo)

    def redo(self) -> None:
        self._show(self._after, None if self._first else self._do)
        self._first = False
