"""What is done to takes: choosing, starring, comparing, going back to a recipe, the trash."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from storyboard import edit, retake, store
from storyboard.errors import StoryboardError
from storyboard.project import Shot
from storyboard.take import Take

from .document import Document
from .session import Session
from .words import plural, sentence


class TakeVerbs(QObject):
    """Each acts on the take at hand: the one that is looked at, else the one that the current shot shows."""

    said = Signal(str, bool)
    """A sentence for the status bar, and whether it is a problem."""

    def __init__(self, document: Document, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session

    @property
    def at_hand(self) -> Take | None:
        """The take that the verbs act on."""
        shot, trial = self._session.current, self._session.trial
        if shot is None:
            return None
        takes = self._document.takes
        if trial is not None and trial.shot == shot.id and trial.take in takes:
            return takes[trial.take]
        return takes.get(shot.chosen.take) if shot.chosen else None

    # ---- choosing

    def choose(self, shot_id: str, take: Take) -> None:
        """Lets the film show `take`."""
        takes = self._document.takes
        name = f"Choose take {take.number}"
        if not self._document.edit(name, lambda p: edit.choose(p, shot_id, take, takes)):
            self._session.show_film()  # it was chosen already

    def choose_number(self, number: int) -> None:
        """Lets the current shot show its take of that number."""
        shot = self._session.current
        if shot is None:
            self.said.emit("No shot is selected; click one in the timeline first.", True)
            return
        take = next((t for t in self._document.takes.of_shot(shot.id) if t.number == number), None)
        if take is not None:
            self.choose(shot.id, take)
        else:
            self.said.emit(f"{self._name(shot)} has no take {number}; it has {self._numbers(shot)}.", True)

    def choose_this(self) -> None:
        """Lets the film show the take that is looked at."""
        self._with_take(lambda shot, take: self.choose(shot.id, take))

    def look_at(self, shot_id: str, take_id: str) -> None:
        """Shows a take in the viewer without choosing it; for the chosen one the film."""
        shot = self._document.project.shot(shot_id)
        if shot.chosen is not None and shot.chosen.take == take_id:
            self._session.show_film()
        else:
            self._session.show_take(shot_id, take_id)

    # ---- one take

    def star(self) -> None:
        """Stars the take, or takes its star away."""
        self._with_take(lambda shot, take: self.star_take(shot.id, take.id))

    def star_take(self, shot_id: str, take_id: str) -> None:
        starred = take_id in self._document.project.shot(shot_id).starred
        change = edit.unstar if starred else edit.star
        self._document.edit("Remove star" if starred else "Star take", lambda p: change(p, shot_id, take_id))

    def use_recipe(self) -> None:
        """Gives the shot the settings that the take was made with, and its seed, locked."""
        self._with_take(lambda shot, take: self.use_recipe_of(shot.id, take))

    def use_recipe_of(self, shot_id: str, take: Take) -> None:
        name, takes = f"Use recipe of take {take.number}", self._document.takes
        self._document.edit(name, lambda p: retake.use_recipe(p, shot_id, take, takes))

    def compare(self) -> None:
        """Shows the take beside the chosen one, or beside the newest other; again: shows the film."""
        trial = self._session.trial
        if trial is not None and trial.other:
            self._session.show_film()
            return
        self._with_take(self._compare)

    def compare_takes(self, shot_id: str, take_id: str, other_id: str) -> None:
        """Shows two takes of a shot in one picture, with a handle between them."""
        if take_id != other_id:
            self._session.compare(shot_id, take_id, other_id)

    def _compare(self, shot: Shot, take: Take) -> None:
        chosen = shot.chosen.take if shot.chosen else ""
        others = [
            other.id for other in reversed(self._document.takes.of_shot(shot.id)) if other.id != take.id
        ]
        if chosen in self._document.takes and chosen != take.id:
            others.insert(0, chosen)
        if others:
            self._session.compare(shot.id, others[0], take.id)
        else:
            self.said.emit(f"{self._name(shot)} has one take only; generate another to compare.", True)

    # ---- the trash

    def throw(self) -> None:
        """Moves the take to the project's trash."""
        self._with_take(lambda _, take: self.throw_take(take))

    def throw_take(self, take: Take) -> None:
        """Moves `take` to the project's trash, from where undo, or *Restore*, brings it back."""
        folder, takes = self._document.folder, self._document.takes
        thrown = self._document.edit_with_files(
            f"Trash take {take.number}",
            lambda p: retake.without_take(p, take, takes),
            do=partial(store.throw, folder, take),
            undo=partial(store.restore, folder, take),
        )
        if thrown:
            self.said.emit(f"Take {take.number} is in the project's trash; undo brings it back.", False)

    def restore(self, take: Take) -> None:
        """Brings a take back from the project's trash."""
        folder = self._document.folder
        self._document.edit_with_files(
            f"Restore take {take.number}",
            lambda p: p,
            do=partial(store.restore, folder, take),
            undo=partial(store.throw, folder, take),
        )

    def empty_trash(self) -> None:
        """Gives the thrown away takes to the system's trash."""
        thrown = self._document.takes.thrown
        try:
            store.empty(self._document.folder, thrown)
        except StoryboardError as error:
            self.said.emit(sentence(error), True)
        else:
            self.said.emit(f"{plural(len(thrown), 'take')} went to the system's trash.", False)
        self._document.rescan()

    # ---- inside

    def _with_take(self, do: Callable[[Shot, Take], None]) -> None:
        shot, take = self._session.current, self.at_hand
        if shot is None:
            self.said.emit("No shot is selected; click one in the timeline first.", True)
        elif take is None:
            self.said.emit(f"{self._name(shot)} has no take yet; generate one first.", True)
        else:
            do(shot, take)

    def _name(self, shot: Shot) -> str:
        return f"Shot {self._document.project.index(shot.id) + 1}"

    def _numbers(self, shot: Shot) -> str:
        numbers = [str(take.number) for take in self._document.takes.of_shot(shot.id)]
        if not numbers:
            return "none yet"
        return f"take {numbers[0]}" if len(numbers) == 1 else f"takes {', '.join(numbers)}"
