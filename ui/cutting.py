"""Cut, copy and paste of shots, within a project and between two, through the system's clipboard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QThreadPool, Signal
from PySide6.QtGui import QGuiApplication

from storyboard import clipping, edit, script, store
from storyboard.clipping import Clipping
from storyboard.errors import EditError, StoryboardError
from storyboard.project import Project, new_shot

from .document import Document
from .session import Session
from .words import plural, sentence

MIME = "application/x-storyboard-shots"


def mime_of(document: Document, ids: Sequence[str]) -> QMimeData:
    """Shots for the clipboard or a drag: as shots for this program, as lines of text for others."""
    cut = clipping.clip(document.project, str(document.folder.absolute()), frozenset(ids))
    mime = QMimeData()
    mime.setData(MIME, clipping.encode(cut))
    mime.setText(cut.text)
    return mime


def clipping_in(mime: QMimeData) -> Clipping | None:
    """The shots that `mime` carries; None where it carries none. Raises `EditError` when they cannot be read."""
    return clipping.decode(bytes(mime.data(MIME).data())) if mime.hasFormat(MIME) else None


class Cutting(QObject):
    """Puts shots on the clipboard, and from there into the film."""

    said = Signal(str, bool)
    """A sentence for the status bar, and whether it is a problem."""

    _carried = Signal(object, int, object, str)

    def __init__(self, document: Document, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._carried.connect(self._put_carried)

    def copy(self) -> None:
        """Puts the selected shots on the clipboard."""
        self._take()

    def _take(self) -> bool:
        """Whether there was something to put on the clipboard."""
        ids = self._session.selected
        if not ids:
            self.said.emit("No shot is selected; click one in the timeline first.", True)
            return False
        QGuiApplication.clipboard().setMimeData(mime_of(self._document, ids))
        self.said.emit(f"Copied {plural(len(ids), 'shot')}.", False)
        return True

    def cut(self) -> None:
        ids = self._session.selected
        if self._document.writable and self._take():
            name = "Cut shot" if len(ids) == 1 else f"Cut {plural(len(ids), 'shot')}"
            self._document.edit(name, lambda p: edit.remove(p, ids))

    def paste(self) -> None:
        """Puts what is on the clipboard after the selection: shots, or a shot for each line of a text."""
        mime = QGuiApplication.clipboard().mimeData()
        project, selected = self._document.project, self._session.selected
        index = project.index(selected[-1]) + 1 if selected else len(project.shots)
        self.put(mime, index)

    def put(self, mime: QMimeData, index: int) -> None:
        """Puts the shots of `mime`, or a shot for each line of its text, before the one at `index`."""
        try:
            cut = clipping_in(mime)
        except EditError as error:
            self.said.emit(sentence(error), True)
            return
        if cut is not None:
            self._put_shots(cut, index)
        elif mime.hasText() and mime.text().strip():
            self._put_text(mime.text(), index)
        else:
            self.said.emit("There is nothing to paste; copy shots, or lines of text, first.", True)

    def put_script(self, file: Path, index: int) -> None:
        """A new shot for each line of a text file, before the one at `index`."""
        try:
            self._put_prompts(script.read(file), index)
        except StoryboardError as error:
            self.said.emit(sentence(error), True)

    def _put_text(self, text: str, index: int) -> None:
        try:
            self._put_prompts(script.prompts(text), index)
        except StoryboardError as error:
            self.said.emit(sentence(error), True)

    def _put_prompts(self, prompts: Sequence[str], index: int) -> None:
        project = self._document.project
        length = project.shots[index - 1].length if index else max(1, round(2 * project.rate))
        shots = tuple(new_shot(store.new_id(), prompt, length) for prompt in prompts)
        if shots and self._document.edit(_named("New", len(shots)), lambda p: edit.insert(p, index, *shots)):
            self._session.select(*(shot.id for shot in shots))

    def stop(self) -> None:
        """Ends after the take in hand."""
        self._pool.clear()
        self._pool.waitForDone()

    # ---- shots of this project, and of another

    def _put_shots(self, cut: Clipping, index: int) -> None:
        if not cut.shots:
            return
        here = Path(cut.folder) == self._document.folder.absolute()
        shown = [shot.chosen.take for shot in cut.shots if shot.chosen]
        ids = [store.new_id() for _ in cut.shots]
        if here or not shown:
            self._insert(cut, index, ids, {})
            return
        self.said.emit(f"Copying {plural(len(set(shown)), 'take')} from the other project…", False)
        target = self._document.folder
        self._pool.start(lambda: self._carry(cut, index, ids, target))

    def _carry(self, cut: Clipping, index: int, ids: list[str], target: Path) -> None:
        """Copies the takes that the shots show, beside the window's thread."""
        from storyboard.film import carrying

        source = Path(cut.folder)
        there: dict[str, str | None] = {}
        problem = ""
        for shot, new_id in zip(cut.shots, ids, strict=True):
            if shot.chosen is None or shot.chosen.take in there:
                continue
            take = carrying.find(source, shot.chosen.take)
            there[shot.chosen.take] = None
            if take is None:
                problem = problem or f"a take of {source.name} is not there any more; generate another"
                continue
            try:
                there[shot.chosen.take] = carrying.carry(source, take, target, new_id).id
            except (StoryboardError, OSError) as error:
                problem = problem or str(error)
        self._carried.emit((cut, ids), index, there, problem)

    def _put_carried(
        self, what: tuple[Clipping, list[str]], index: int, takes: dict[str, str | None], problem: str
    ) -> None:
        cut, ids = what
        self._document.rescan()
        self._insert(cut, min(index, len(self._document.project.shots)), ids, takes)
        if problem:
            self.said.emit(f"{sentence(problem)} That shot was pasted as a draft.", True)

    def _insert(self, cut: Clipping, index: int, ids: list[str], takes: dict[str, str | None]) -> None:
        def pasted(project: Project) -> Project:
            return edit.insert(project, index, *clipping.fitted(cut, project, ids, takes))

        if self._document.edit(_named("Paste", len(ids)), pasted):
            self._session.select(*ids)
            self.said.emit(f"Pasted {plural(len(ids), 'shot')}.", False)


def _named(verb: str, count: int) -> str:
    return f"{verb} shot" if count == 1 else f"{verb} {plural(count, 'shot')}"
