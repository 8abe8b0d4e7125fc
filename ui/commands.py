"""What each action does: edits of the document, orders to the worker, moves of the playhead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QMimeData, QObject, Signal

from storyboard import edit, store
from storyboard.project import Project, Shot, new_shot
from storyboard.take import Take

from .auditions import Auditions
from .cutting import Cutting
from .document import Document
from .play_verbs import PlayVerbs
from .session import Session
from .take_verbs import TakeVerbs
from .timeline_drops import Dropped
from .trimming import Trimming
from .words import missing, plural
from .worker import FilmThread, Import, Make

MANY = 4
"""Takes that *x4* makes."""


class Commands(QObject):
    """The window's verbs. What needs a widget is asked for by a signal."""

    said = Signal(str, bool)
    """A sentence for the status bar, and whether it is a problem."""
    prompt_wanted = Signal()
    """The cursor should stand in the prompt."""
    prompt_in_place_wanted = Signal()
    """The cursor should stand in the prompt on the clip itself."""
    zoomed = Signal(str)
    """`in`, `out` or `fit`."""
    page_wanted = Signal(str)
    """A dialog or a page by its name, as `pages` knows it."""
    quit_wanted = Signal()

    def __init__(
        self, document: Document, session: Session, worker: FilmThread, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._worker = worker
        self.playing = PlayVerbs(document, session, self)
        self.takes = TakeVerbs(document, session, self)
        self.takes.said.connect(self.said)
        self.auditions = Auditions(document, session, worker, self)
        self.auditions.said.connect(self.said)
        self.cutting = Cutting(document, session, self)
        self.cutting.said.connect(self.said)
        self.trimming = Trimming(document, session, self)
        self.trimming.said.connect(self.said)

    # ---- edits

    def undo(self) -> None:
        self._document.end_typing()
        self._document.undo_stack.undo()

    def redo(self) -> None:
        self._document.undo_stack.redo()

    def new_shot(self) -> None:
        """A draft after the selection, as long as the shot before it, with the cursor in its prompt."""
        project = self._document.project
        at = self._after_selection()
        length = project.shots[at - 1].length if at else max(1, round(2 * project.rate))
        shot = new_shot(store.new_id(), length=length)
        if self._document.edit("New shot", lambda p: edit.insert(p, at, shot)):
            self.go_to(shot.id)
            self.prompt_wanted.emit()

    def duplicate(self) -> None:
        ids = {shot_id: store.new_id() for shot_id in self._session.selected}
        if not ids:
            self._say_none()
        elif self._document.edit(_named("Duplicate", ids), partial(_duplicated, ids, self._document.takes)):
            self._session.select(*ids.values())

    def remove(self) -> None:
        ids = self._session.selected
        if ids:
            self._document.edit(_named("Remove", ids), lambda p: edit.remove(p, ids))

    def split(self) -> None:
        """Cuts the shot under the playhead; at its first frame there is nothing to cut off."""
        place = self._session.shot_under_playhead()
        if place is None:
            return
        shot, frame = place
        if frame == 0:
            self.said.emit("The playhead is at an edit already; move it into a shot to split that.", True)
            return
        new_id = store.new_id()
        if self._document.edit(
            "Split", lambda p: edit.split(p, shot.id, frame, new_id, self._document.takes)
        ):
            self._session.select(new_id)

    def move(self, ids: Sequence[str], to_index: int) -> None:
        """Puts shots before the one that is now at `to_index`."""
        self._document.edit(_named("Move", ids), lambda p: edit.move(p, ids, to_index))

    def select_all(self) -> None:
        shots = self._document.project.shots
        current = self._session.current
        self._session.select(*(shot.id for shot in shots), current=current.id if current else "")

    def select_none(self) -> None:
        self._session.select()

    def edit_in_place(self) -> None:
        self.prompt_in_place_wanted.emit()

    def land(self, what: Dropped, mime: QMimeData, index: int) -> None:
        """Brings what was dropped before the shot at `index` into the film."""
        self._document.end_typing()
        if what.kind in ("media", "music"):
            self._worker.submit(Import(self._document.film, what.paths, index))
        elif what.kind == "script":
            self.cutting.put_script(what.paths[0], index)
        else:
            self.cutting.put(mime, index)

    # ---- making

    def generate(self) -> None:
        self._generate(self._selected(), 1)

    def generate_four(self) -> None:
        shots = self._selected()
        if any(shot.seed is not None for shot in shots):
            self.said.emit("Several takes need several seeds: the locked seed is not used for them.", False)
        self._generate(shots, MANY)

    def generate_missing(self) -> None:
        shots = missing(self._document.project, self._document.takes, quick=self._session.quick)
        if shots:
            self._generate(shots, 1)
        else:
            self.said.emit("Every shot with a prompt has the take that it wishes for.", False)

    def cancel(self) -> None:
        self._worker.cancel()

    def _generate(self, shots: Sequence[Shot], count: int) -> None:
        project = self._document.project
        empty = [str(project.index(shot.id) + 1) for shot in shots if not shot.prompt.strip()]
        if not shots:
            self._say_none()
        elif empty:
            self.said.emit(f"Shot {', '.join(empty)} has no prompt yet; write one first.", True)
        else:
            self._document.end_typing()
            self._worker.submit(Make(self._document.film, tuple(shots), count, quick=self._session.quick))

    def _selected(self) -> list[Shot]:
        chosen = set(self._session.selected)
        return [shot for shot in self._document.project.shots if shot.id in chosen]

    # ---- the playhead

    def play(self) -> None:
        self._session.toggle_play()

    def back(self) -> None:
        self._step(-1)

    def forward(self) -> None:
        self._step(1)

    def second_back(self) -> None:
        self._step(-round(self._document.project.rate))

    def second_forward(self) -> None:
        self._step(round(self._document.project.rate))

    def previous_edit(self) -> None:
        self._go_to_edit(forward=False)

    def next_edit(self) -> None:
        self._go_to_edit(forward=True)

    def start(self) -> None:
        self._session.seek(0)

    def end(self) -> None:
        self._session.seek(self._document.project.length - 1)

    def _step(self, frames: int) -> None:
        self._session.pause()
        self._session.seek(self._session.frame + frames)

    def _go_to_edit(self, *, forward: bool) -> None:
        self._session.seek(self._session.edit_point(forward))
        if place := self._session.shot_under_playhead():
            self._session.select(place[0].id)

    def go_to(self, shot_id: str) -> None:
        """Selects a shot and puts the playhead on its first frame."""
        project = self._document.project
        self._session.select(shot_id)
        self._session.pause()
        self._session.seek(project.start_of(shot_id))

    def _after_selection(self) -> int:
        project, selected = self._document.project, self._session.selected
        return project.index(selected[-1]) + 1 if selected else len(project.shots)

    # ---- the window

    def zoom_in(self) -> None:
        self.zoomed.emit("in")

    def zoom_out(self) -> None:
        self.zoomed.emit("out")

    def zoom_fit(self) -> None:
        self.zoomed.emit("fit")

    def show_page(self, name: str) -> None:
        self.page_wanted.emit(name)

    def reload(self) -> None:
        """Shows what is on disk, after another program changed it."""
        self._document.reload()

    def quit(self) -> None:
        self.quit_wanted.emit()

    def _say_none(self) -> None:
        self.said.emit("No shot is selected; click one in the timeline first.", True)


def _duplicated(ids: dict[str, str], takes: Mapping[str, Take], project: Project) -> Project:
    for shot_id, new_id in ids.items():
        project = edit.duplicate(project, shot_id, new_id, takes)
    return project


def _named(verb: str, ids: Sequence[str] | dict[str, str]) -> str:
    return f"{verb} shot" if len(ids) == 1 else f"{verb} {plural(len(ids), 'shot')}"
