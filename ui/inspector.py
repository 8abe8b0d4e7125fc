"""The selected shot's settings. What is inherited from the project's look is grey; what is typed overrides it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Unpack

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from storyboard import edit, timing
from storyboard.project import Shot, seed_for

from . import words
from .document import Document
from .fields import Choice, Field, Prompt, label, toggle
from .reel import take_of
from .session import Session

if TYPE_CHECKING:
    from storyboard.edit import Settings
    from storyboard.generators.registry import ModelStatus

WIDTH = 330
_NUMBER = re.compile(r"\d{1,16}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,6}([.,]\d{1,6})?", re.ASCII)


class Inspector(QScrollArea):
    """The shot's prompt first and large, then what else decides its takes.

    The prompt and the seed are the current shot's; the other settings are given to all selected shots.
    """

    said = Signal(str, bool)
    """A sentence about what was typed, and whether it is a problem."""

    def __init__(
        self, document: Document, session: Session, actions: dict[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._models: dict[str, ModelStatus] = {}
        self._build(actions)
        self._connect()
        document.changed.connect(self.follow)
        session.selection_changed.connect(self.follow)
        self.follow()

    def set_models(self, models: list[ModelStatus]) -> None:
        """The models that can be chosen."""
        self._models = {model.name: model for model in models}
        self.follow()

    # ---- building

    def _build(self, actions: dict[str, QAction]) -> None:
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(WIDTH - 50)
        page = self._page = QWidget()
        page.setObjectName("panel")
        self.setWidget(page)
        column = QVBoxLayout(page)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(6)
        self.heading = label("heading")
        column.addWidget(self.heading)
        self.prompt = Prompt()
        self.prompt.setAccessibleName("Prompt")
        self.prompt.setPlaceholderText("What does this shot show?")
        self.prompt.setFixedHeight(92)
        self.avoid = Field("Avoid", "What the pictures should not show. Empty: the project's.")
        self.model = Choice()
        self.model.setAccessibleName("Model")
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.model_note = label()
        self.model_note.setWordWrap(True)
        for name, field in (("Prompt", self.prompt), ("Avoid", self.avoid), ("Model", self.model)):
            column.addWidget(label("quiet", name, field))
            column.addWidget(field)
        column.addWidget(self.model_note)
        column.addLayout(self._build_numbers())
        column.addSpacing(6)
        self.motion = label("motion")
        self.motion.setWordWrap(True)
        column.addWidget(self.motion)
        column.addSpacing(6)
        column.addLayout(self._build_buttons(actions))
        column.addStretch(1)

    def _build_numbers(self) -> QGridLayout:
        self.seed = Field("Seed", "A number locks the seed: every take of this shot then uses it.")
        self.lock = toggle("Lock")
        self.lock.setAccessibleName("Lock the seed")
        self.length = Field("Length", "Frames (48), seconds (2s) or a timecode (00:00:02:00).")
        self.steps = Field("Steps", "Denoising steps. Empty: the project's, or the model's own.")
        self.guidance = Field("Guidance", "How closely the model follows the prompt. Empty: the project's.")
        seed_row = QHBoxLayout()
        seed_row.setSpacing(2)
        seed_row.addWidget(self.seed, 1)
        seed_row.addWidget(self.lock)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.addWidget(label("quiet", "Seed", self.seed), 0, 0)
        grid.addLayout(seed_row, 1, 0)
        grid.addWidget(label("quiet", "Length", self.length), 0, 1)
        grid.addWidget(self.length, 1, 1)
        grid.addWidget(label("quiet", "Steps", self.steps), 2, 0)
        grid.addWidget(self.steps, 3, 0)
        grid.addWidget(label("quiet", "Guidance", self.guidance), 2, 1)
        grid.addWidget(self.guidance, 3, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _build_buttons(self, actions: dict[str, QAction]) -> QHBoxLayout:
        row = QHBoxLayout()
        self.generate = QPushButton("Generate take")
        self.generate.setObjectName("primary")
        self.four = QPushButton("× 4")
        self.four.setAccessibleName("Generate four takes")
        for button, name in ((self.generate, "generate"), (self.four, "generate_four")):
            button.setToolTip(actions[name].toolTip())
            button.clicked.connect(actions[name].trigger)
        row.addWidget(self.generate, 1)
        row.addWidget(self.four)
        return row

    def _connect(self) -> None:
        self.prompt.typed.connect(self._type_prompt)
        self.prompt.left.connect(self._document.end_typing)
        self.avoid.entered.connect(lambda text: self._set("Set avoid words", avoid=text or None))
        self.model.activated.connect(self._choose_model)
        self.seed.entered.connect(self._enter_seed)
        self.lock.clicked.connect(self._lock_seed)
        self.length.entered.connect(self._enter_length)
        self.steps.entered.connect(self._enter_steps)
        self.guidance.entered.connect(self._enter_guidance)

    # ---- showing

    def follow(self) -> None:
        """Shows the current shot as it is now."""
        shot = self._session.current
        self._page.setEnabled(shot is not None)
        if shot is None:
            self.heading.setText("NO SHOT SELECTED")
            return
        project, takes = self._document.project, self._document.takes
        several = len(self._session.selected)
        number = project.index(shot.id) + 1
        self.heading.setText(f"SHOT {number}" + (f" · {several} SELECTED" if several > 1 else ""))
        self.prompt.show_text(shot.prompt)
        self.avoid.show_text(shot.avoid or "", project.look.avoid)
        self._show_models(shot)
        self.seed.show_text("" if shot.seed is None else str(shot.seed), str(self._next_seed(shot)))
        self.lock.setChecked(shot.seed is not None)
        self.length.show_text(words.seconds(shot.length, project.rate))
        own = "model's own"
        self.steps.show_text(_text(shot.steps), _text(project.look.steps) or own)
        self.guidance.show_text(_text(shot.guidance), _text(project.look.guidance) or own)
        self.motion.setText(f"<b>Motion</b>&nbsp; {words.motion(project, shot, take_of(shot, takes))}")

    def _show_models(self, shot: Shot) -> None:
        look = self._document.project.look.model
        names = dict.fromkeys([*self._models, *([shot.model] if shot.model else [])])
        wanted = [("", f"{look} (the project's)"), *((name, self._model_title(name)) for name in names)]
        if [(self.model.itemData(i), self.model.itemText(i)) for i in range(self.model.count())] != wanted:
            self.model.clear()
            for name, title in wanted:
                self.model.addItem(title, name)
        self.model.setCurrentIndex([name for name, _ in wanted].index(shot.model or ""))
        status = self._models.get(shot.model or look)
        note = "" if status is None else status.reason or _licence(status)
        self.model_note.setText(note)
        self.model_note.setVisible(bool(note))

    def _model_title(self, name: str) -> str:
        status = self._models.get(name)
        return name if status is None or status.ready else f"{name} (not here)"

    def _next_seed(self, shot: Shot) -> int:
        return seed_for(shot, self._document.takes.next_number(shot.id))

    # ---- editing

    def _type_prompt(self, text: str) -> None:
        shot = self._session.current
        if shot is None:
            return
        self._document.edit(
            "Edit prompt", lambda p: edit.set_shot(p, shot.id, prompt=text), merge=f"prompt {shot.id}"
        )
        self.follow()  # a text that was refused goes back to what it was

    def _set(self, name: str, **settings: Unpack[Settings]) -> None:
        ids = self._session.selected
        if ids:
            self._document.edit(name, lambda p: edit.set_shots(p, ids, **settings))
            self.follow()

    def _choose_model(self, index: int) -> None:
        self._set("Set model", model=self.model.itemData(index) or None)

    def _lock_seed(self) -> None:
        shot = self._session.current
        if shot is None:
            return
        seed = self._next_seed(shot) if shot.seed is None else None
        name = "Unlock seed" if seed is None else "Lock seed"
        self._document.edit(name, lambda p: edit.set_shot(p, shot.id, seed=seed))

    def _enter_seed(self, text: str) -> None:
        shot = self._session.current
        if shot is not None and self._fits(text, _NUMBER, "A seed is a whole number; empty unlocks it."):
            seed = int(text) if text else None
            self._document.edit("Set seed", lambda p: edit.set_shot(p, shot.id, seed=seed))
        self.follow()

    def _enter_length(self, text: str) -> None:
        try:
            length = timing.parse_length(text, self._document.project.rate)
        except ValueError as error:
            self.said.emit(words.sentence(error), True)
            self.follow()
            return
        self._set("Set length", length=length)

    def _enter_steps(self, text: str) -> None:
        if self._fits(text, _NUMBER, "Steps are a whole number; empty takes the model's own."):
            self._set("Set steps", steps=int(text) if text else None)

    def _enter_guidance(self, text: str) -> None:
        if self._fits(text, _DECIMAL, "Guidance is a number, such as 7.5; empty takes the model's own."):
            self._set("Set guidance", guidance=float(text.replace(",", ".")) if text else None)

    def _fits(self, text: str, pattern: re.Pattern[str], sentence: str) -> bool:
        if not text or pattern.fullmatch(text):
            return True
        self.said.emit(sentence, True)
        self.follow()
        return False


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _licence(status: ModelStatus) -> str:
    return " · ".join(part for part in (status.licence, status.licence_note) if part)
