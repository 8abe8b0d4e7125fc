"""The inspector's page for shots: what is typed into it becomes edits of the selected ones."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack, cast

from PySide6.QtWidgets import QWidget

from storyboard import edit, several
from storyboard.errors import EditError
from storyboard.project import Project, Smoothing

from . import words
from .document import Document, Edit
from .rows import Row
from .session import Session
from .shot_view import ShotView
from .start_row import Bringing, with_end, with_picture

if TYPE_CHECKING:
    from storyboard.edit import MotionSettings, Settings


PutPicture = Callable[[Project, Sequence[str], str], Project]
"""What becomes of a project, with a picture for the shots of these ids."""


class ShotPage(ShotView):
    """Gives an edit to all selected shots as one undo step, or says below its field why it cannot be."""

    def __init__(self, document: Document, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(document, session, parent)
        self._bringing: Bringing | None = None
        self._connect()

    def _connect(self) -> None:
        self.prompt.typed.connect(self._type_prompt)
        self.prompt.left.connect(self._document.end_typing)
        self.chips.picked.connect(self._replace_picture)
        self.lock.clicked.connect(self._lock)
        self.dice.clicked.connect(self._draw_seed)
        self.mute.clicked.connect(lambda: self._set(None, "Mute", muted=self.mute.isChecked()))
        for row, name, setting in (
            (self.avoid, "Set avoid words", "avoid"), (self.seed, "Set seed", "seed"),
            (self.length, "Set length", "length"), (self.steps, "Set steps", "steps"),
            (self.guidance, "Set guidance", "guidance"),
        ):  # fmt: skip
            row.entered.connect(
                lambda value, row=row, name=name, key=setting: self._set(row, name, **{key: value})
            )
        self.avoid.reset.connect(lambda: self._set(self.avoid, "Reset avoid words", avoid=None))
        self.model.reset.connect(lambda: self._set(self.model, "Reset model", model=None))
        self.steps.reset.connect(lambda: self._set(self.steps, "Reset steps", steps=None))
        self.guidance.reset.connect(lambda: self._set(self.guidance, "Reset guidance", guidance=None))
        self.model.chosen.connect(lambda name: self._set(self.model, "Set model", model=name or None))
        self.start.wanted.connect(self._start)
        self.start.picture_wanted.connect(partial(self._bring, self.start, "Set start", with_picture))
        self.start.end_wanted.connect(partial(self._bring, self.start.end, "Set end", with_end))
        self.fit.chosen.connect(lambda fit: self._set(self.fit, "Set fit", fit=fit))
        self.speed.entered.connect(self._enter_speed)
        self.start_in.entered.connect(lambda at: self._move(self.start_in, "Set start", source_in=at))
        self.smoothing.chosen.connect(self._choose_smoothing)
        self.speed.reset.connect(partial(self._reset_motion, self.speed))
        self.smoothing.reset.connect(partial(self._reset_motion, self.smoothing))

    def _apply(self, row: Row | None, name: str, change: Edit, merge: str = "") -> None:
        """Makes one undo step of `change`, or says under the row why it cannot be."""
        try:
            after = change(self._document.project)
        except EditError as error:
            if row is not None:
                row.refuse(words.sentence(error))
            return
        self._document.edit(name, lambda _: after, merge)
        if shots := self._selected():
            self.follow(shots)

    def _set(self, row: Row | None, name: str, **settings: Unpack[Settings]) -> None:
        ids = self._session.selected
        self._apply(row, name, lambda p: edit.set_shots(p, ids, **settings))

    def _start(self, name: str, change: Callable[[Project, Sequence[str]], Project]) -> None:
        ids = self._session.selected
        self.start.forgive()
        self._apply(self.start, name, lambda p: change(p, ids))
        self._follow_selected()  # what was refused is not what is shown

    def _follow_selected(self) -> None:
        if shots := self._selected():
            self.follow(shots)

    def _bring(self, row: Row, name: str, put: PutPicture, path: Path) -> None:
        """Does with the selected shots what `put` says of the picture in `path` as soon as it is in the project."""
        ids = self._session.selected
        self._bringing = Bringing(self._document.folder, path, self)
        self._bringing.brought.connect(lambda picture: self._apply(row, name, lambda p: put(p, ids, picture)))
        self._bringing.refused.connect(lambda problem: row.refuse(words.sentence(problem)))
        self._bringing.finished.connect(self._follow_selected)
        self._bringing.start()

    def stop(self) -> None:
        if self._bringing is not None:
            self._bringing.wait()
        super().stop()

    def _move(self, row: Row, name: str, **settings: Unpack[MotionSettings]) -> None:
        ids = self._session.selected
        self._apply(row, name, lambda p: several.set_motions(p, ids, **settings))

    def _type_prompt(self, text: str) -> None:
        ids = self._session.selected
        self.prompt_row.forgive()
        self._apply(
            self.prompt_row, "Edit prompt", lambda p: edit.set_shots(p, ids, prompt=text),
            merge=f"prompt {' '.join(ids[:50])}",
        )  # fmt: skip

    def _replace_picture(self, word: str, picture: str) -> None:
        ids = self._session.selected

        def change(project: Project) -> Project:
            for shot_id in ids:
                project = edit.replace_picture(project, shot_id, word, picture)
            return project

        self._apply(self.prompt_row, "Replace picture", change)

    def _lock(self) -> None:
        shots = self._selected()
        free = {shot.id: self._next_seed(shot) for shot in shots if shot.seed is None}
        if free:
            self._apply(self.seed, "Lock seed", lambda p: several.set_seeds(p, free))
        else:
            self._set(self.seed, "Unlock seed", seed=None)

    def _draw_seed(self) -> None:
        drawn = {shot_id: secrets.randbelow(2**31) for shot_id in self._session.selected}
        self._apply(self.seed, "Draw seed", lambda p: several.set_seeds(p, drawn))

    def _enter_speed(self, speed: Fraction | None) -> None:
        if speed is None:
            self._reset_motion(self.speed)
        else:
            self._move(self.speed, "Set speed", speed=speed)

    def _choose_smoothing(self, smoothing: str) -> None:
        if smoothing:
            self._move(self.smoothing, "Set smoothing", smoothing=cast(Smoothing, smoothing))
        else:
            self._reset_motion(self.smoothing)

    def _reset_motion(self, row: Row) -> None:
        ids = self._session.selected
        self._apply(row, "Reset motion", lambda p: several.inherit_motion(p, ids))
