"""A new project: its name, its place, size and rate; empty, or with a shot for each line of a text."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from storyboard import edit, script, store, timing
from storyboard.errors import StoryboardError
from storyboard.project import Look, Project, new_shot

from ..choosing import Chooser
from ..fields import Choice, Field
from ..words import plural, sentence
from .page import Page, button, in_a_row, named

SIZES: Final = (
    ("Classic square", 256, 256),
    ("Square", 512, 512),
    ("Wide", 576, 320),
    ("Wide, large", 1024, 576),
    ("HD", 1280, 720),
    ("Full HD", 1920, 1080),
    ("Upright", 320, 576),
    ("Upright, Full HD", 1080, 1920),
)
"""Sizes that models are made for, and those that screens have."""
RATES: Final = ("24", "25", "30", "8", "12", "16", "23.976", "29.97", "48", "50", "60")
LENGTH: Final = 2
"""Seconds of a shot."""
_SIZE: Final = re.compile(r"\s*(\d{1,5})\s*[x×]\s*(\d{1,5})\s*")
_NOT_IN_NAMES: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


class NewProject(Page):
    """Asks for what a project needs, and makes it."""

    made = Signal(Path)
    """The folder of a project that was made."""

    def __init__(self, place: Path, choose: Chooser, parent: QWidget | None = None) -> None:
        """`place` is the folder that new projects are put into first."""
        super().__init__("New project", parent)
        self._choose = choose
        self.setAcceptDrops(True)
        self.name = Field("Name")
        self.name.setText("Untitled")
        self.place = Field("Place", "The folder that the project's folder is made in.")
        self.place.setText(str(place))
        self.dimensions = Choice()
        self.dimensions.setAccessibleName("Size")
        self.dimensions.setEditable(True)
        for title, width, height in SIZES:
            self.dimensions.addItem(f"{width}×{height}   {title}")
        self.rate = Choice()
        self.rate.setAccessibleName("Frames per second")
        self.rate.setEditable(True)
        self.rate.addItems(RATES)
        self.script = QPlainTextEdit()
        self.script.setAccessibleName("Script")
        self.script.setPlaceholderText("One prompt a line. Paste or drop a text here, or leave it empty.")
        self.script.setTabChangesFocus(True)
        self.script.setMinimumHeight(150)
        self.script.setAcceptDrops(False)  # a file is dropped on the page
        self._build()

    def _build(self) -> None:
        browse = button("Choose…")
        browse.setAccessibleName("Choose the place")
        form = self.form()
        form.addRow("&Name", self.name)
        form.addRow(named("&Place", self.place), in_a_row(self.place, browse))
        form.addRow("&Size", self.dimensions)
        form.addRow("&Rate", self.rate)
        form.addRow("S&cript", self.script)
        from_file = button("From a text file…")
        cancel, self.make = button("Cancel"), button("Make project", primary=True)
        self.buttons(cancel, self.make, left=(from_file,))
        browse.clicked.connect(self._browse)
        from_file.clicked.connect(self._read)
        cancel.clicked.connect(self.reject)
        self.make.clicked.connect(self._make)
        self.script.textChanged.connect(self._count)
        self.name.setFocus()
        self.name.selectAll()

    def _count(self) -> None:
        lines = sum(bool(line.strip()) for line in self.script.toPlainText().splitlines())
        self.make.setText(f"Make project of {plural(lines, 'shot')}" if lines else "Make project")

    def _browse(self) -> None:
        if folder := self._choose.folder(self, "Where new projects go", Path(self.place.text())):
            self.place.setText(str(folder))

    def _read(self) -> None:
        if file := self._choose.file(
            self, "A text with a prompt per line", "Texts (*.txt *.md);;All files (*)"
        ):
            self.read(file)

    def read(self, file: Path) -> None:
        """Takes the prompts of a text file."""
        try:
            self.script.setPlainText("\n".join(script.read(file)))
        except StoryboardError as error:
            self.say(sentence(error))
            return
        self.say("")
        if self.name.text() in ("", "Untitled"):
            self.name.setText(file.stem[:100])

    def _make(self) -> None:
        try:
            folder = self._folder()
            project = self._project()
            store.create(folder, project).close()
        except (StoryboardError, ValueError, OSError) as error:
            self.say(sentence(error))
            return
        self.made.emit(folder)
        self.accept()

    def _folder(self) -> Path:
        name = _NOT_IN_NAMES.sub(" ", self.name.text()).strip(" .")
        if not name:
            raise ValueError("the project has no name; give it one")
        place = Path(self.place.text().strip()).expanduser()
        if not place.is_absolute():
            raise ValueError("the place is no full path; choose a folder")
        folder = place / name
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ValueError(f"{folder} is there already and not empty; choose another name or place")
        return folder

    def _project(self) -> Project:
        from storyboard.generators import registry

        width, height = _size(self.dimensions.currentText())
        rate = timing.parse_rate(self.rate.currentText().strip())
        base = Project(
            name=self.name.text().strip()[:100], width=width, height=height, rate=rate,
            look=Look(model=registry.best()),
        )  # fmt: skip
        length = max(1, round(Fraction(LENGTH) * rate))
        prompts = script.prompts(self.script.toPlainText())
        shots = [new_shot(store.new_id(), prompt, length) for prompt in prompts]
        return edit.append(edit.set_project(base, width=width, height=height), *shots)

    # ---- dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.read(files[0])
        else:
            self.script.setPlainText(event.mimeData().text())


def _size(text: str) -> tuple[int, int]:
    """`512×512   Square` as (512, 512)."""
    found = _SIZE.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no size; write it as 512×512")
    return int(found[1]), int(found[2])
