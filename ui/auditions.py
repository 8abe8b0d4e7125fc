"""Auditions in the window: what is held of which shot, what of it is picked, and what is done with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThreadPool, Signal

from storyboard.film import audition, queue
from storyboard.film.audition import Held
from storyboard.film.wanted import Wanted
from storyboard.project import Shot

from .document import Document
from .orders import CarryOn, Hold
from .session import Session
from .words import plural, sentence
from .worker import FilmThread

if TYPE_CHECKING:
    from storyboard.generators.registry import ModelStatus


class Auditions(QObject):
    """Follows what lies in the project's cache; its verbs act on the current shot's."""

    changed = Signal()
    """What is held, picked or carried on is another now."""
    said = Signal(str, bool)
    """A sentence for the status bar, and whether it is a problem."""

    _found = Signal(object, object)

    def __init__(
        self, document: Document, session: Session, worker: FilmThread, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._worker = worker
        self._held: tuple[Held, ...] = ()
        self._picked: frozenset[str] = frozenset()
        self._carried: frozenset[str] = frozenset()
        self._models: Mapping[str, ModelStatus] = {}
        self._stamp = 0
        self._looking = self._again = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._found.connect(self._note)
        worker.held = self.wanted
        worker.changed.connect(self._follow_queue)
        worker.ended.connect(self._look_closely)
        document.changed.connect(self.look)  # also what undo brings back
        session.selection_changed.connect(self._follow_selection)

    def stop(self) -> None:
        """Ends after the look in hand."""
        self._pool.clear()
        self._pool.waitForDone()

    # ---- what there is

    def of(self, shot_id: str) -> tuple[Held, ...]:
        """What is held of a shot, oldest first."""
        return tuple(held for held in self._held if held.step.shot == shot_id)

    def wanted(self) -> list[Wanted]:
        """All that is held, as what is asked for."""
        return [held.wanted for held in self._held]

    @property
    def current(self) -> tuple[Held, ...]:
        """What is held of the current shot."""
        shot = self._session.current
        return () if shot is None else self.of(shot.id)

    @property
    def picked(self) -> tuple[Held, ...]:
        """Those of the current shot that are to be made whole."""
        return tuple(held for held in self.current if held.name in self._picked)

    @property
    def rest(self) -> tuple[Held, ...]:
        """Those of the current shot that nobody picked, and that are not carried on."""
        return tuple(
            held
            for held in self.current
            if held.name not in self._picked and not self.is_carried_on(held.name)
        )

    def is_carried_on(self, name: str) -> bool:
        """Whether the queue makes it whole, or will."""
        return name in self._carried

    def pick(self, names: Iterable[str]) -> None:
        """Picks these, and no others."""
        picked = frozenset(names) - self._carried
        if picked != self._picked:
            self._picked = picked
            self.changed.emit()

    # ---- beginning one

    def set_models(self, models: Sequence[ModelStatus]) -> None:
        """What is known of the models here."""
        self._models = {model.name: model for model in models}
        self.changed.emit()

    @property
    def shots(self) -> tuple[Shot, ...]:
        """The selected shots: an audition is of these."""
        chosen = frozenset(self._session.selected)
        return tuple(shot for shot in self._document.project.shots if shot.id in chosen)

    def why_not(self) -> str:
        """Why the selected shots cannot be auditioned, in a sentence; empty where they can, as far as is known."""
        from storyboard.generators import registry

        project, shots = self._document.project, self.shots
        if not shots:
            return "No shot is selected; click one in the timeline first."
        empty = [str(project.index(shot.id) + 1) for shot in shots if not shot.prompt.strip()]
        if empty:
            return f"Shot {', '.join(empty)} has no prompt yet; write one first."
        for model in dict.fromkeys(project.wish_of(shot).model for shot in shots):
            status = self._models.get(model)
            if status is not None and status.ready and not status.holds:
                return sentence(registry.NOT_HELD.format(model))
        return ""

    def begin(self, count: int, steps: int) -> None:
        """Asks for `count` takes of each selected shot, up to `steps`."""
        self._document.end_typing()
        self._worker.submit(Hold(self._document.film, self.shots, count, steps))

    # ---- what is held

    def carry_on(self) -> None:
        """Makes the picked ones whole."""
        shot, picked = self._session.current, self.picked
        if shot is None or not self.current:
            self.said.emit("No take is held of this shot; begin an audition first.", True)
        elif not picked:
            self.said.emit("Pick those that are to be made whole: a click or Space does that.", True)
        else:
            self._document.end_typing()
            wanted = tuple(held.wanted for held in picked)
            self._picked -= {held.name for held in picked}
            self._worker.submit(CarryOn(self._document.film, (shot,), wanted))

    def throw_rest(self) -> None:
        """Throws away those of the current shot that nobody picked."""
        if self.rest:
            self.throw([held.name for held in self.rest])
        else:
            self.said.emit("There is nothing to throw away: what is held is picked, or carried on.", False)

    def throw(self, names: Sequence[str]) -> None:
        """Throws held takes away. Undo brings them back as long as the window is open."""
        folder, what = self._document.folder, plural(len(names), "held take")
        names = [name for name in names if not self.is_carried_on(name)]
        if names and self._document.edit_with_files(
            f"Throw away {what}",
            lambda p: p,
            do=partial(audition.throw, folder, names),
            undo=partial(audition.restore, folder, names),
        ):
            self._picked -= frozenset(names)
            self.look()
            them = "it" if len(names) == 1 else "them"
            self.said.emit(f"{what} thrown away; undo brings {them} back.", False)

    # ---- following

    def start(self) -> None:
        """Looks for what is held. What was thrown away in an earlier window cannot be brought back by this one."""
        if self._document.writable:
            self._pool.start(partial(audition.forget_thrown, self._document.folder))
        self.look()

    def look(self) -> None:
        """Looks at what is held now, beside the window's thread."""
        if self._looking:
            self._again = True
            return
        self._looking = True
        self._pool.start(partial(self._look, self._document.folder, self._stamp))

    def _look_closely(self) -> None:
        self._stamp = -1  # two changes within a blink may leave the same one
        self.look()

    def _look(self, folder: Path, known: int) -> None:
        try:
            stamp = (folder / audition.FOLDER).stat().st_mtime_ns
        except OSError:
            stamp = 0
        held = None if stamp == known else tuple(audition.waiting(folder))
        self._found.emit(stamp, held)

    def _note(self, stamp: int, held: tuple[Held, ...] | None) -> None:
        self._looking = False
        self._stamp = stamp
        if held is not None and held != self._held:
            self._held = held
            self._picked &= {one.name for one in held}
            self.changed.emit()
        if self._again:
            self._again = False
            self.look()

    def _follow_queue(self) -> None:
        carried = frozenset(
            take.take
            for job in self._worker.jobs
            if isinstance(job.task, queue.CarryOn) and not job.finished
            for take in job.task.takes
        )
        if carried != self._carried:
            self._carried = carried
            self._picked -= carried
            self.changed.emit()
        if isinstance(self._worker.current, Hold | CarryOn):
            self.look()

    def _follow_selection(self) -> None:
        self.look()
        self.changed.emit()
