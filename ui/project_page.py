"""The inspector's page for the whole film: its size and rate, the look that shots inherit, motion, music."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Unpack

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from storyboard import edit
from storyboard.errors import EditError
from storyboard.project import Music, Project

from . import entry, words
from .document import Document, Edit
from .fields import Prompt, ShortLabel, SmallButton, Tick, label
from .models_row import ModelRow
from .rows import ChoiceRow, Row, TextRow, pair
from .shot_view import OWN, SMOOTHINGS
from .smoother_row import SmootherRow

if TYPE_CHECKING:
    from storyboard.edit import LookSettings, MotionSettings, ProjectSettings
    from storyboard.generators.registry import ModelStatus


class ProjectPage(QWidget):
    """What is the same for the whole film. Every edit is one undo step; what cannot be says why below its field."""

    def __init__(
        self, document: Document, actions: dict[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._make_rows()
        self._make_music(actions)
        self._arrange()
        self._connect()

    def set_models(self, models: Sequence[ModelStatus]) -> None:
        """The models that can be chosen."""
        self.model.set_models(models)

    def stop(self) -> None:
        """Ends the thread that looks for engines."""
        self.smoother.stop()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self.smoother.look()  # an engine may have failed meanwhile, or weights may have been added

    # ---- building

    def _make_rows(self) -> None:
        self.name = TextRow("Name", "What the film is called.", str)
        self.film_size = TextRow(
            "Size", "Width x height of the film in pixels, such as 1280x720.", entry.size
        )
        self.rate = TextRow(
            "Rate", "Frames per second: 24, 23.976, 30000/1001. Shots keep their seconds.", entry.rate
        )
        self.model = ModelRow("Which model makes takes, for shots that name none of their own.")
        self.style_words = Prompt(grows=False)
        self.style_words.setAccessibleName("Style")
        self.style_words.setPlaceholderText("Words put after every prompt, such as “film grain, soft light”")
        self.style_words.setFixedHeight(58)
        self.style_row = Row("Style", self.style_words)
        self.avoid = TextRow("Avoid", "What no picture should show, unless a shot says otherwise.", str)
        self.steps = TextRow("Steps", "Denoising steps. Empty: the model's own.", entry.steps)
        self.guidance = TextRow(
            "Guidance", "How closely models follow prompts. Empty: the model's own.", entry.guidance
        )
        self.speed = TextRow("Speed", "Of takes: 1/2 or 50 % is half their own speed.", entry.speed)
        self.smoothing = ChoiceRow("Smoothing", "How many pictures are made between those of a take.")
        self.smoothing.offer(SMOOTHINGS)
        self.smoother = SmootherRow()

    def _make_music(self, actions: dict[str, QAction]) -> None:
        self.music_file = ShortLabel()
        self.choose_music = SmallButton("Choose…", "Choose a piece of music; it is copied into the project")
        self.choose_music.setAccessibleName("Choose music")
        self.choose_music.clicked.connect(actions["music"].trigger)
        self.remove_music = SmallButton("Remove", "Take the music away; its file stays in the project")
        self.remove_music.setAccessibleName("Remove music")
        self.music_row = Row("Music", self.music_file, (self.choose_music, self.remove_music))
        self.gain = TextRow("Gain", "Decibels, from -60 to 24.", entry.decibels)
        self.offset = TextRow("Starts at", "Seconds into the music at which the film starts.", entry.seconds)
        self.fade_in = TextRow("Fade in", "Seconds.", entry.seconds)
        self.fade_out = TextRow("Fade out", "Seconds.", entry.seconds)
        self.loop = Tick(
            "Repeat until the film ends", "Plays the music again when it is over before the film is."
        )

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(9)
        column.addWidget(self.name)
        column.addLayout(pair(self.film_size, self.rate))
        column.addSpacing(4)
        column.addWidget(label("heading", "LOOK"))
        column.addWidget(self.model)
        column.addWidget(self.model.note)
        column.addWidget(self.model.get, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.style_row)
        column.addWidget(self.avoid)
        column.addLayout(pair(self.steps, self.guidance))
        column.addSpacing(4)
        column.addWidget(label("heading", "MOTION"))
        column.addLayout(pair(self.speed, self.smoothing))
        column.addWidget(self.smoother)
        column.addWidget(self.smoother.note)
        column.addSpacing(4)
        column.addWidget(label("heading", "SOUND"))
        column.addWidget(self.music_row)
        self._music_settings = QWidget()
        below = QVBoxLayout(self._music_settings)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(9)
        below.addLayout(pair(self.gain, self.offset))
        below.addLayout(pair(self.fade_in, self.fade_out))
        below.addWidget(self.loop)
        column.addWidget(self._music_settings)
        column.addStretch(1)

    def _connect(self) -> None:
        self.name.entered.connect(lambda name: self._set(self.name, "Rename film", name=name))
        self.film_size.entered.connect(self._enter_size)
        self.rate.entered.connect(lambda rate: self._set(self.rate, "Set rate", rate=rate))
        self.model.chosen.connect(lambda model: self._look(self.model, "Set model", model=model))
        self.style_words.typed.connect(self._type_style)
        self.style_words.left.connect(self._document.end_typing)
        self.avoid.entered.connect(lambda avoid: self._look(self.avoid, "Set avoid words", avoid=avoid))
        self.steps.entered.connect(lambda steps: self._look(self.steps, "Set steps", steps=steps))
        self.guidance.entered.connect(lambda value: self._look(self.guidance, "Set guidance", guidance=value))
        self.speed.entered.connect(
            lambda speed: self._move(self.speed, "Set speed", speed=speed or Fraction(1))
        )
        self.smoothing.chosen.connect(lambda how: self._move(self.smoothing, "Set smoothing", smoothing=how))
        self.smoother.chosen.connect(lambda name: self._set(self.smoother, "Set smoother", smoother=name))
        self.remove_music.clicked.connect(lambda: self._apply(self.music_row, "Remove music", _without_music))
        for row, name, setting in (
            (self.gain, "Set gain", "gain"), (self.offset, "Move music", "offset"),
            (self.fade_in, "Set fade in", "fade_in"), (self.fade_out, "Set fade out", "fade_out"),
        ):  # fmt: skip
            row.entered.connect(
                lambda value, row=row, name=name, key=setting: self._play(row, name, key, value)
            )
        self.loop.clicked.connect(
            lambda: self._play(self.music_row, "Repeat music", "loop", self.loop.isChecked())
        )

    # ---- showing

    def follow(self) -> None:
        """Shows the project as it is now."""
        project = self._document.project
        look = project.look
        self.name.show_text(project.name)
        self.film_size.show_text(f"{project.width} × {project.height}")
        self.rate.show_text(f"{words.rate(project.rate)} fps")
        self.model.show_models([look.model, *(shot.model for shot in project.shots if shot.model)])
        self.model.show_choice(look.model, own=True)
        self.model.restore.hide()  # the film has no one to inherit from
        self.model.show_note(look.model)
        if self.style_row.problem.isHidden() or not self.style_words.hasFocus():
            self.style_words.show_text(look.style)
        self.avoid.show_text(look.avoid)
        self.steps.show_text("" if look.steps is None else str(look.steps), OWN)
        self.guidance.show_text("" if look.guidance is None else f"{look.guidance:g}", OWN)
        self.speed.show_text(str(project.motion.speed))
        self.smoothing.show_choice(project.motion.smoothing)
        self.smoother.show_project(project, self._document.takes)
        self._show_music(project.music)

    def _show_music(self, music: Music | None) -> None:
        self._music_settings.setVisible(music is not None)
        self.remove_music.setVisible(music is not None)
        self.music_file.show_text("None" if music is None else words.media_name(music.file))
        if music is not None:
            self.gain.show_text(f"{music.gain:+g} dB")
            self.offset.show_text(_seconds(music.offset))
            self.fade_in.show_text(_seconds(music.fade_in))
            self.fade_out.show_text(_seconds(music.fade_out))
            self.loop.show_ticked(music.loop)

    # ---- editing

    def _apply(self, row: Row, name: str, change: Edit, merge: str = "") -> None:
        """Makes one undo step of `change`, or says under the row why it cannot be."""
        try:
            after = change(self._document.project)
        except EditError as error:
            row.refuse(words.sentence(error))
            return
        self._document.edit(name, lambda _: after, merge)
        self.follow()

    def _set(self, row: Row, name: str, /, **settings: Unpack[ProjectSettings]) -> None:
        self._apply(row, name, lambda p: edit.set_project(p, **settings))

    def _look(self, row: Row, name: str, /, **settings: Unpack[LookSettings]) -> None:
        self._apply(row, name, lambda p: edit.set_look(p, **settings))

    def _move(self, row: Row, name: str, **settings: Unpack[MotionSettings]) -> None:
        def change(project: Project) -> Project:
            motion = edit.read_back(project.motion, dict(settings), "the project's motion")
            return edit.set_project(project, motion=motion)

        self._apply(row, name, change)

    def _play(self, row: Row, name: str, setting: str, value: object) -> None:
        def change(project: Project) -> Project:
            if project.music is None:
                return project
            return edit.set_music(project, edit.read_back(project.music, {setting: value}, "the music"))

        self._apply(row, name, change)

    def _enter_size(self, size: tuple[int, int]) -> None:
        self._set(self.film_size, "Set size", width=size[0], height=size[1])

    def _type_style(self, text: str) -> None:
        self.style_row.forgive()
        self._apply(self.style_row, "Edit style", lambda p: edit.set_look(p, style=text), merge="style")


def _without_music(project: Project) -> Project:
    return edit.set_music(project, None)


def _seconds(value: Fraction) -> str:
    return f"{float(value):g} s"
