"""Settings of this machine and of this window. Each is kept as soon as it is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec
from PySide6.QtCore import QThreadPool, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QListWidget,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from storyboard import settings
from storyboard.errors import StoryboardError
from storyboard.film.cache import Cache

from .. import preferences
from ..choosing import Chooser
from ..fields import Choice, label
from ..words import sentence
from .page import Page, button, in_a_row, named

COLOURS: Final = (("As the system", "system"), ("Dark", "dark"), ("Light", "light"))
DEVICES: Final = (
    ("The best there is", ""),
    ("Processor", "cpu"),
    ("First NVIDIA or AMD GPU", "cuda"),
    ("Second GPU", "cuda:1"),
    ("Apple GPU", "mps"),
)
GIGABYTE: Final = 1 << 30


class Settings(Page):
    """Colours and motion of the window; device, folders of models and the cache of this machine."""

    changed = Signal()
    """The preferences of the window are others now."""
    models_changed = Signal()
    """Other folders are looked into for models."""

    _measured = Signal(object, str)

    def __init__(self, project: Path, choose: Chooser, parent: QWidget | None = None) -> None:
        """`project` is the folder whose cache can be cleared."""
        super().__init__("Settings", parent)
        self._cache = Cache(project)
        self._choose = choose
        self._pool = QThreadPool(self)
        self._form = self.form()
        self._build_window()
        self._build_machine()
        self._build_cache()
        close = button("Close", primary=True)
        close.clicked.connect(self.accept)
        self.buttons(close)
        self._measured.connect(self._show_size)
        self._measure()

    # ---- the window

    def _build_window(self) -> None:
        liked = preferences.load()
        self.colours = _choice("Colours", COLOURS, liked.colours)
        self.still = QCheckBox("Less motion: nothing moves only to decorate")
        self.still.setChecked(liked.still)
        self._form.addRow("&Colours", self.colours)
        self._form.addRow("", self.still)
        self.colours.activated.connect(lambda _: self._prefer(colours=self.colours.currentData()))
        self.still.toggled.connect(lambda on: self._prefer(still=on))

    def _prefer(self, **changes: Any) -> None:
        self._keep(lambda: preferences.save(msgspec.structs.replace(preferences.load(), **changes)))
        self.changed.emit()

    # ---- the machine

    def _build_machine(self) -> None:
        set_now = settings.load()
        devices = list(DEVICES)
        if set_now.device not in {name for _, name in devices}:
            devices.append((set_now.device, set_now.device))
        self.device = _choice("Device", devices, set_now.device)
        self.device.activated.connect(lambda _: self._set(device=self.device.currentData()))
        self.folders = QListWidget()
        self.folders.setAccessibleName("Folders of models")
        self.folders.addItems(list(set_now.model_folders))
        self.folders.setFixedHeight(84)
        add, self.remove = button("Add…"), button("Remove")
        add.setAccessibleName("Add a folder of models")
        self.remove.setAccessibleName("Remove the folder of models from the list")
        beside = QVBoxLayout()
        for widget in (add, self.remove):
            beside.addWidget(widget)
        beside.addStretch(1)
        row = in_a_row(self.folders)
        row.addLayout(beside)
        self._form.addRow("&Models run on", self.device)
        self._form.addRow(named("Models &lie in", self.folders), row)
        self._form.addRow("", label("quiet", "Besides your own folder of models and what was downloaded."))
        self.folders.currentRowChanged.connect(lambda at: self.remove.setEnabled(at >= 0))
        self.remove.setEnabled(False)
        add.clicked.connect(self._add_folder)
        self.remove.clicked.connect(self._remove_folder)

    def _add_folder(self) -> None:
        if folder := self._choose.folder(self, "A folder that holds models", Path.home()):
            if str(folder) not in self._folders():
                self.folders.addItem(str(folder))
            self._set_folders()

    def _remove_folder(self) -> None:
        self.folders.takeItem(self.folders.currentRow())
        self._set_folders()

    def _folders(self) -> tuple[str, ...]:
        return tuple(self.folders.item(row).text() for row in range(self.folders.count()))

    def _set_folders(self) -> None:
        self._set(model_folders=self._folders())
        self.models_changed.emit()

    def _set(self, **changes: Any) -> None:
        self._keep(lambda: settings.save(msgspec.structs.replace(settings.load(), **changes)))

    # ---- the cache

    def _build_cache(self) -> None:
        self.limit = _number("Most gigabytes of a project's cache", 1, 10_000, " GB")
        self.limit.setValue(max(1, settings.load().cache_limit // GIGABYTE))
        self.limit.valueChanged.connect(lambda value: self._set(cache_limit=value * GIGABYTE))
        self.held = QLabel("…")
        self.clear = button("Clear")
        self.clear.setAccessibleName("Clear this project's cache")
        self.clear.clicked.connect(self._clear)
        row = in_a_row(self.limit, self.held, self.clear)
        self._form.addRow(named("C&ache at most", self.limit), row)
        self._form.addRow("", label("quiet", "What is in it is made again when it is needed: never a take."))
        self.kept = _number("Steps after which an unfinished take is kept", 0, 1000, " steps")
        self.kept.setSpecialValueText("never")
        self.kept.setPrefix("every ")
        self.kept.setValue(settings.load().checkpoint_steps)
        self.kept.valueChanged.connect(lambda value: self._set(checkpoint_steps=value))
        self._form.addRow(named("&Keep unfinished takes", self.kept), self.kept)
        self._form.addRow(
            "", label("quiet", "After a crash a take goes on where it was kept, with the same pixels.")
        )

        self.together = _number("Takes of a shot that are made at once", 0, settings.MOST_TOGETHER, " takes")
        self.together.setSpecialValueText("as the GPU allows")
        self.together.setPrefix("up to ")
        self.together.setValue(settings.load().takes_together)
        self.together.valueChanged.connect(lambda value: self._set(takes_together=value))
        self._form.addRow(named("Takes at &once", self.together), self.together)
        self.compile = QCheckBox("Compile a model's repeated blocks when a long run pays for it")
        self.compile.setChecked(settings.load().compile_blocks)
        self.compile.toggled.connect(lambda on: self._set(compile_blocks=on))
        self._form.addRow("", self.compile)

    def _measure(self) -> None:
        self._pool.start(lambda: self._measured.emit(self._cache.size(), ""))

    def _clear(self) -> None:
        def clear() -> None:
            try:
                self._cache.clear(0)
                problem = ""
            except (StoryboardError, OSError) as error:
                problem = sentence(error)
            self._measured.emit(self._cache.size(), problem)

        self.clear.setEnabled(False)
        self._pool.start(clear)

    def _show_size(self, size: int, problem: str) -> None:
        self.held.setText(f"This project: {size / GIGABYTE:.2f} GB")
        self.clear.setEnabled(size > 0)
        self.say(problem)

    def _keep(self, save: Any) -> None:
        try:
            save()
            self.say("")
        except StoryboardError as error:
            self.say(sentence(error))

    def done(self, result: int) -> None:
        self._pool.waitForDone()
        super().done(result)


def _choice(name: str, options: Any, now: str) -> QComboBox:
    made = Choice()
    made.setAccessibleName(name)
    for title, value in options:
        made.addItem(title, value)
    made.setCurrentIndex(max(0, made.findData(now)))
    return made


def _number(name: str, least: int, most: int, unit: str) -> QSpinBox:
    box = QSpinBox()
    box.setAccessibleName(name)
    box.setRange(least, most)
    box.setSuffix(unit)
    box.lineEdit().setTextMargins(8, 0, 8, 0)  # a style sheet's padding does not reach into the box
    return box
