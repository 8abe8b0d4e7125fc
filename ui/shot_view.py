"""What the inspector shows of the selected shots: every setting. What is inherited is grey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from storyboard.project import CARD, SKETCH, Shot, seed_for

from . import entry, icons, theme, words
from .chips import Chips
from .document import Document
from .fields import Prompt, SmallButton, Tick
from .measuring import Measure
from .models_row import ModelRow
from .motion_diagram import MotionDiagram
from .reel import take_of
from .rows import INHERITED, ChoiceRow, Row, TextRow, note, pair
from .session import Session
from .shared import Shared, shared
from .start_row import StartRow

if TYPE_CHECKING:
    from storyboard.generators.registry import ModelStatus
    from storyboard.generators.tokens import Reading

OWN = "model's own"
"""Stands where neither the shot nor the project says: the model decides."""
SMOOTHINGS = (("off", "Off"), ("auto", "Automatic"), ("x2", "×2"), ("x3", "×3"), ("x4", "×4"))
FITS = (("cover", "Fill the frame"), ("contain", "Show all of it"), ("stretch", "Stretch"))


class ShotView(QWidget):
    """The prompt first and large, then what else decides the takes of the selected shots, then their motion.

    A value that is not the same in all of them is `mixed`.
    """

    def __init__(self, document: Document, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._of: tuple[str, ...] = ()
        self._reading: Reading | None = None
        self._measure = Measure(document.folder, self)
        self._measure.measured.connect(self._note_reading)
        self._make_rows()
        self._wear()
        self._arrange()

    def set_models(self, models: Sequence[ModelStatus]) -> None:
        """The models that can be chosen."""
        self.model.set_models(models)

    def stop(self) -> None:
        """Ends the threads that read prompts."""
        self.chips.stop()
        self._measure.stop()

    # ---- building

    def _make_rows(self) -> None:
        self.prompt = Prompt(grows=True)
        self.prompt.setAccessibleName("Prompt")
        self.prompt_row = Row("Prompt", self.prompt)
        self.unread = note()
        self.unread.setAccessibleName("What the model does not read")
        self.chips = Chips()
        self.avoid = TextRow(
            "Avoid", "What the pictures should not show. Empty: the project's.", lambda t: t or None
        )
        self.model = ModelRow("Which model makes this shot's takes.")
        self.start = StartRow()
        self.lock = _icon_button("Lock the seed: every take of this shot then uses it")
        self.lock.setCheckable(True)
        self.dice = _icon_button("Lock another seed, drawn at random")
        self.seed = TextRow(
            "Seed", "A number locks the seed: every take then uses it.", entry.seed, (self.lock, self.dice)
        )
        self.length = TextRow(
            "Length",
            "Frames (48), seconds (2s) or a timecode (00:00:02:00).",
            self._read_length,
        )
        self.steps = TextRow(
            "Steps", "Denoising steps. Empty: the project's, or the model's own.", entry.steps
        )
        self.guidance = TextRow(
            "Guidance", "How closely the model follows the prompt. Empty: the project's.", entry.guidance
        )
        self.speed = TextRow("Speed", "Of the take: 1/2 or 50 % is half its own speed.", entry.speed)
        self.smoothing = ChoiceRow("Smoothing", "How many pictures are made between those of the take.")
        self.start_in = TextRow("Starts at", "Seconds into the take at which the shot starts.", entry.seconds)
        self.fit = ChoiceRow("Fit", "How a take of another shape fills the film's frame.")
        self.fit.offer(FITS)
        self.mute = Tick("Mute the clip's sound", "Leaves the sound of the imported clip out of the film.")
        self.rows = (
            self.prompt_row, self.avoid, self.model, self.start, self.seed, self.length, self.steps, self.guidance,
            self.speed, self.smoothing, self.start_in, self.fit, self.start.end,
        )  # fmt: skip

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(9)
        for row in (self.prompt_row, self.unread, self.chips, self.avoid):
            column.addWidget(row)
        column.addLayout(pair(self.model, self.start))
        column.addWidget(self.start.more)
        column.addWidget(self.model.note)
        column.addWidget(self.model.get, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(pair(self.seed, self.length))
        column.addLayout(pair(self.steps, self.guidance))
        column.addWidget(self._motion_box())
        column.addLayout(pair(self.speed, self.smoothing))
        column.addLayout(pair(self.start_in, self.fit))
        column.addWidget(self.mute)
        column.addStretch(1)

    def _motion_box(self) -> QFrame:
        box = QFrame()
        box.setObjectName("motion")
        self.motion = QLabel()
        self.motion.setWordWrap(True)
        self.motion.setTextFormat(Qt.TextFormat.RichText)
        self.diagram = MotionDiagram()
        column = QVBoxLayout(box)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self.motion)
        column.addWidget(self.diagram)
        return box

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._wear()

    def _wear(self) -> None:
        """The icons in the theme's colours."""
        self.lock.setIcon(icons.icon("lock"))
        self.dice.setIcon(icons.icon("dice"))

    # ---- showing

    def follow(self, shots: Sequence[Shot]) -> None:
        """Shows `shots`, at least one, as they are now."""
        ids = tuple(shot.id for shot in shots)
        if ids != self._of:
            self._of = ids
            for row in self.rows:
                row.forgive()
        self._show_prompt(shots)
        self._show_recipe(shots)
        self._show_motion(shots)

    def _show_prompt(self, shots: Sequence[Shot]) -> None:
        prompt = shared(shots, lambda shot: shot.prompt)
        typed = self.prompt.hasFocus() and not self.prompt_row.problem.isHidden()
        if not typed:  # what was refused stays, to be mended
            self.prompt.show_text("" if prompt.mixed else prompt.value)
            self.prompt_row.forgive()
        several = f"mixed; what is typed here is given to all {len(shots)} shots"
        self.prompt.setPlaceholderText(several if prompt.mixed else "What does this shot show?")
        self.chips.show_shot(None if prompt.mixed else shots[0])
        wanted = self._document.project.wish_of(shots[0])
        self.prompt_row.aside.setText("" if prompt.mixed else words.plural(len(wanted.prompt), "character"))
        self.prompt_row.aside.setToolTip("")
        self.unread.hide()
        if not prompt.mixed and wanted.model not in (SKETCH, CARD):
            self._measure.measure(wanted.prompt, wanted.model)
            self._show_reading(wanted.prompt, wanted.model, self._reading)

    def _show_reading(self, prompt: str, model: str, reading: Reading | None) -> None:
        """How many tokens the model reads, beside the prompt's name; in another colour where it reads not all."""
        shots = self._selected()
        if reading is None or not shots:
            return
        wanted = self._document.project.wish_of(shots[0])
        if (prompt, model) != (wanted.prompt, wanted.model) or any(
            shot.prompt != shots[0].prompt for shot in shots
        ):
            return
        most = f" of {reading.most}" if reading.most else ""
        text = f"{reading.tokens}{most} tokens"
        if reading.unread:
            colour = theme.current().warning
            self.prompt_row.aside.setText(f'<span style="color:{colour}">{text}</span>')
            tip = f"The model reads the first {reading.most} tokens."
            self.unread.setText(f"Not read by the model: “{reading.unread}”")
        else:
            self.prompt_row.aside.setText(text)
            tip = f"{len(prompt)} characters, of which the model reads all."
        self.unread.setVisible(bool(reading.unread))
        self.prompt_row.aside.setToolTip(tip)

    def _note_reading(self, prompt: str, model: str, reading: Reading | None) -> None:
        self._reading = reading
        self._show_reading(prompt, model, reading)

    def _show_recipe(self, shots: Sequence[Shot]) -> None:
        look = self._document.project.look
        avoid, model = shared(shots, lambda shot: shot.avoid), shared(shots, lambda shot: shot.model)
        _show_own(self.avoid, avoid, avoid.value or "", look.avoid)
        used = dict.fromkeys(shot.model for shot in shots if shot.model)
        self.model.show_models(used, look.model)
        self.model.show_choice(
            model.value or "", own=model.mixed or model.value is not None, mixed=model.mixed
        )
        self.model.show_note("" if model.mixed else model.value or look.model)
        self.start.show_shots(shots, self._document.takes, model.value or look.model)
        seed, locked = shared(shots, lambda shot: shot.seed), all(shot.seed is not None for shot in shots)
        next_seed = str(self._next_seed(shots[0])) if len(shots) == 1 else "another each"
        self.seed.show_text("" if seed.value is None else str(seed.value), next_seed, mixed=seed.mixed)
        self.seed.aside.setText("locked" if locked else "")
        self.lock.setChecked(locked)
        steps, guidance = shared(shots, lambda shot: shot.steps), shared(shots, lambda shot: shot.guidance)
        _show_own(self.steps, steps, _number(steps.value), _number(look.steps) or OWN)
        _show_own(self.guidance, guidance, _number(guidance.value), _number(look.guidance) or OWN)

    def _read_length(self, text: str) -> int:
        return entry.length(text, self._document.project.rate)

    def _show_motion(self, shots: Sequence[Shot]) -> None:
        project, takes = self._document.project, self._document.takes
        length = shared(shots, lambda shot: shot.length)
        self.length.show_text(words.seconds(length.value, project.rate), mixed=length.mixed)
        speed = shared(shots, lambda shot: project.motion_of(shot).speed)
        smoothing = shared(shots, lambda shot: project.motion_of(shot).smoothing)
        start = shared(shots, lambda shot: project.motion_of(shot).source_in)
        own = [shot.motion for shot in shots if shot.motion is not None]
        own_speed = any(motion.speed != project.motion.speed for motion in own)
        own_smoothing = any(motion.smoothing != project.motion.smoothing for motion in own)
        self.speed.show_text(
            str(speed.value) if own_speed else "", str(speed.value), own=own_speed, mixed=speed.mixed
        )
        inherited = dict(SMOOTHINGS)[project.motion.smoothing]
        self.smoothing.offer([("", f"{inherited}{INHERITED}"), *SMOOTHINGS])
        self.smoothing.show_choice(
            smoothing.value if own_smoothing else "", own=own_smoothing, mixed=smoothing.mixed
        )
        self.start_in.show_text(f"{float(start.value):g} s", mixed=start.mixed)
        fit = shared(shots, lambda shot: shot.fit)
        self.fit.show_choice(fit.value, mixed=fit.mixed)
        shown = [take_of(shot, takes) for shot in shots]
        self.mute.setVisible(any(take and take.source and take.source.sound for take in shown))
        muted = shared(shots, lambda shot: shot.muted)
        self.mute.show_ticked(muted.value, mixed=muted.mixed)
        if len(shots) == 1:
            told = words.motion(project, shots[0], shown[0])
            self.diagram.show_shot(project, shots[0], shown[0])
        else:
            together = words.seconds(sum(shot.length for shot in shots), project.rate)
            told = f"{words.plural(len(shots), 'shot')}, {together} together"
            self.diagram.hide()
        self.motion.setText(f"<b>Motion</b>&nbsp; {told}")

    def _next_seed(self, shot: Shot) -> int:
        return seed_for(shot, self._document.takes.next_number(shot.id))

    def _selected(self) -> list[Shot]:
        chosen = set(self._session.selected)
        return [shot for shot in self._document.project.shots if shot.id in chosen]


def _show_own(
    row: TextRow,
    value: Shared[str | None] | Shared[int | None] | Shared[float | None],
    text: str,
    inherited: str,
) -> None:
    row.show_text(text, inherited, own=value.mixed or value.value is not None, mixed=value.mixed)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _icon_button(tip: str) -> SmallButton:
    button = SmallButton("", tip)
    button.setObjectName("inline")
    button.setIconSize(QSize(14, 14))
    button.setAccessibleName(tip.partition(":")[0])
    return button
