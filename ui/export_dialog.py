"""The export: how the film is encoded and where it goes, with how large it will be and how long it takes."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QThreadPool, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from storyboard.errors import StoryboardError
from storyboard.film import place, queue

from .choosing import Chooser
from .dialogs.page import Page, button, wrapped
from .export_memory import Last
from .fields import Field, label
from .orders import Export, sketched
from .reel import Film
from .words import duration, facts, sentence

if TYPE_CHECKING:
    from storyboard.film.plan import Plan

PRESETS: Final[tuple[tuple[queue.Preset, str, str], ...]] = (
    ("h264", "MP4 · H.264", "Small, and plays everywhere."),
    ("ffv1", "MKV · FFV1", "Every pixel exact, for another editor. Large."),
)
SETTLE: Final = 200
"""Milliseconds after the last key before a name is judged."""
NOTES: Final = 4
"""Remarks on shots that are shown."""


class Expectation(NamedTuple):
    """What an export will be."""

    seconds: float = 0.0
    size: int = 0
    """Bytes of the film."""
    room: int = 0
    """Bytes that are needed in all, the parts in the cache too."""
    notes: tuple[str, ...] = ()
    problem: str = ""


class ExportDialog(Page):
    """Asks how and where; `wanted` is the order."""

    wanted = Signal(object)
    """An `Export`."""

    _looked = Signal(str, object)

    def __init__(
        self, film: Film, last: Last, choose: Chooser, pool: QThreadPool, parent: QWidget | None = None
    ) -> None:
        """`last` is how it was done last; `pool` finds out what the export will be."""
        super().__init__("Export film", parent, about=facts(film.project))
        self._film = film
        self._choose = choose
        self._pool = pool
        self._expected: dict[str, Expectation] = {}
        self._settle = QTimer(self, singleShot=True, interval=SETTLE)
        self._settle.timeout.connect(self._judge)
        self._build()
        self._looked.connect(self._note)
        self._fill(last)

    # ---- building

    def _build(self) -> None:
        self.presets: dict[queue.Preset, QRadioButton] = {}
        self.sizes = {name: label("quiet", "…") for name, _, _ in PRESETS}
        group = QButtonGroup(self)
        for name, title, words in PRESETS:
            self.column.addWidget(self._card(name, title, words))
            group.addButton(self.presets[name])
        group.buttonToggled.connect(lambda _, on: self._choose_preset() if on else None)
        self.name = Field("Name", "The film's file")
        self.place = Field("Place", "The folder that the film's file is put into")
        browse = button("Choose…")
        browse.setAccessibleName("Choose the place")
        browse.clicked.connect(self._browse)
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(self.place, 1)
        where.addWidget(browse)
        form = self.form()
        form.addRow(label("", "&Name", self.name), self.name)
        form.addRow(label("", "&Place", self.place), where)
        self.outcome = wrapped("")
        self.outcome.setAccessibleName("What it will be")
        self.column.addWidget(self.outcome)
        self.cancel, self.export = button("Cancel"), button("Export", primary=True)
        self.buttons(self.cancel, self.export)
        self.cancel.clicked.connect(self.reject)
        self.export.clicked.connect(self._export)
        for field in (self.name, self.place):
            field.textEdited.connect(lambda _: self._settle.start())

    def _card(self, name: queue.Preset, title: str, words: str) -> QWidget:
        radio = self.presets[name] = QRadioButton(title)
        radio.setAccessibleDescription(words)
        head = QHBoxLayout()
        head.addWidget(radio, 1)
        head.addWidget(self.sizes[name])
        below = label("quiet", words)
        below.setContentsMargins(24, 0, 0, 0)
        card = QFrame()
        card.setObjectName("motion")
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(below)
        return card

    def _fill(self, last: Last) -> None:
        out = last.file or place.target(self._film.folder, last.preset)
        self.place.setText(str(out.parent))
        self.name.setText(out.name)
        self.presets[last.preset].setChecked(True)
        for preset, _, _ in PRESETS:
            self._pool.start(partial(self._look, preset))

    # ---- what is chosen

    @property
    def preset(self) -> queue.Preset:
        return next(name for name, _, _ in PRESETS if self.presets[name].isChecked())

    @property
    def file(self) -> Path:
        """Where the film goes. Raises `StoryboardError`, a sentence."""
        folder = Path(self.place.text().strip()).expanduser()
        name = self.name.text().strip()
        if not name or Path(name).name != name:
            raise StoryboardError("the film needs a plain file name; write one without folders")
        if not folder.is_absolute():
            raise StoryboardError("the place is no full path; choose a folder")
        return place.target(self._film.folder, self.preset, folder / name)

    def _choose_preset(self) -> None:
        """The name gets the ending that the preset has."""
        from storyboard.media import segment

        suffix = segment.PRESETS[self.preset].suffix
        name = Path(self.name.text().strip() or self._film.folder.name)
        endings = {preset.suffix for preset in segment.PRESETS.values()}
        self.name.setText((name.stem if name.suffix.lower() in endings else name.name) + suffix)
        self._judge()

    def _browse(self) -> None:
        if folder := self._choose.folder(self, "Where the film goes", Path(self.place.text())):
            self.place.setText(str(folder))
            self._judge()

    # ---- what it will be

    def _look(self, preset: queue.Preset) -> None:
        """In a thread of the pool."""
        self._looked.emit(preset, expectation(Export(self._film, preset=preset)))

    def _note(self, preset: queue.Preset, expected: Expectation) -> None:
        self._expected[preset] = expected
        self.sizes[preset].setText("" if expected.problem else f"about {size_words(expected.size)}")
        self._judge()

    def _judge(self) -> None:
        """Says what will be, and what is in the way."""
        expected = self._expected.get(self.preset)
        problem, lines = "", ["Looking at the film…"]
        try:
            file = self.file
        except StoryboardError as error:
            file, problem = None, sentence(error)
        if expected is not None:
            problem = problem or expected.problem
            lines = self._lines(expected, file)
            free = None if file is None else free_room(file.parent)
            if not problem and free is not None and free < expected.room:
                problem = (
                    f"There is no room for the film there: it needs about {size_words(expected.room)} and "
                    f"{size_words(free)} are free. Make room, or choose another place."
                )
        self.outcome.setText("\n".join(lines))
        self.say(problem)
        self.export.setEnabled(not problem)

    def _lines(self, expected: Expectation, file: Path | None) -> list[str]:
        if expected.problem:
            return ["The film cannot be exported yet."]
        took = f"about {duration(expected.seconds)}" if expected.seconds >= 1 else "a moment"
        lines = [f"It takes {took} and goes on while you edit."]
        if file is not None and file.exists():
            lines.append(f"{file.name} is there already and will be replaced.")
        notes = expected.notes
        lines += notes[:NOTES]
        if len(notes) > NOTES:
            lines.append(f"{len(notes) - NOTES} more such remarks.")
        return lines

    def _export(self) -> None:
        try:
            file = self.file
        except StoryboardError as error:
            self.say(sentence(error))
            return
        self.wanted.emit(Export(self._film, file, self.preset))
        self.accept()


def expectation(export: Export) -> Expectation:
    """What `export` will be; a problem where it cannot be."""
    from storyboard.film import size
    from storyboard.film.estimate import estimate

    try:
        plan = export.plan()
        film, parts = size.estimate(plan)
        return Expectation(estimate(plan), film, film + parts, _notes(plan))
    except (StoryboardError, OSError) as error:
        return Expectation(problem=sentence(error))


def _notes(plan: Plan) -> tuple[str, ...]:
    """The sketched shots in one line, then what else should be known."""
    drawn = sketched(plan)
    others = [sentence(note) for note in plan.notes if "no take yet" not in note]  # said in the first line
    return (*([drawn] if drawn else []), *others)


def free_room(folder: Path) -> int | None:
    """Bytes that are free where `folder` is or will be; None where nobody knows."""
    for there in (folder, *folder.parents):
        try:
            return shutil.disk_usage(there).free
        except OSError:
            continue
    return None


def size_words(size: int) -> str:
    """`820 KB`, `8.2 MB`, `1.4 GB`."""
    for unit, name in ((10**9, "GB"), (10**6, "MB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{max(1, round(size / 1000))} KB"
