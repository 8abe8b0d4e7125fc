"""The row that says what a shot's takes start from, and what belongs to that: a strength, the chain's colours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, QThread, Signal, SignalInstance
from PySide6.QtWidgets import QVBoxLayout, QWidget

from storyboard import edit
from storyboard.errors import EditError, StoryboardError
from storyboard.project import CARD, Project, Shot
from storyboard.project import SKETCH as SKETCH_MODEL
from storyboard.start import STRENGTH, Begin, FromPicture, FromPrevious, FromSketch, FromTake
from storyboard.take import Take

from . import entry
from .choosing import SystemChooser
from .fields import SHORT, Tick
from .rows import ChoiceRow, TextRow
from .shared import Shared, shared

TEXT, PICTURE, PREVIOUS, TAKE, SKETCH = "text", "picture", "previous", "take", "sketch"
KINDS = (
    (TEXT, "Text only", "Text only"),
    (PICTURE, "A picture…", "A picture"),
    (PREVIOUS, "The previous shot's last picture", "Previous shot"),
    (TAKE, "The take it shows, made anew", "Its take"),
    (SKETCH, "Its sketch, made anew", "Its sketch"),
)
"""Each with its name in the list, and in the closed field."""
ENDS = (("", "Where it comes to"), (PICTURE, "A picture…"))
ROOM = 8
"""Letters of a picture's name that are shown: the row is half as wide as the panel."""
_PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.gif *.svg *.svgz)"


class StartRow(ChoiceRow):
    """Offers what there is to start from. `more` stands below it and shows only what the choice has."""

    wanted = Signal(str, object)
    """The name of an edit, and the edit: a project and the ids of shots to the project that follows."""
    picture_wanted = Signal(object)
    """The file of a picture that is to be brought into the project."""
    end_wanted = Signal(object)
    """The same, for the picture on which takes end."""

    def __init__(self) -> None:
        super().__init__("Start from", "What a take starts from, besides its words. Not every model can.")
        self.offer([(kind, title) for kind, title, _ in KINDS])
        for nth, (_, _, short) in enumerate(KINDS):
            self.field.setItemData(nth, short, SHORT)
        self._takes: Mapping[str, Take] = {}
        self.choose_file: Callable[[], Path | None] = lambda: SystemChooser().file(
            self, "Start from a picture", _PICTURES
        )
        self.end = ChoiceRow("End on", "What a take comes to: the model fills in what lies between.")
        self.end.offer(ENDS)
        self._lacked = False
        self.end.field.setItemData(1, "A picture", SHORT)
        self.end.chosen.connect(self._choose_end)
        self.strength = TextRow(
            "Strength", "How far it is made anew: 1 keeps nothing of it, 0.1 nearly all.", entry.strength
        )
        self.colours = Tick(
            "Match the colours of the chain's first shot", "Against colours that drift from shot to shot."
        )
        self.more = QWidget()
        column = QVBoxLayout(self.more)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(9)
        column.addWidget(self.end)
        column.addWidget(self.strength)
        column.addWidget(self.colours)
        self.chosen.connect(self._choose)
        self.strength.entered.connect(
            lambda number: self.wanted.emit(
                "Set strength", lambda p, ids: with_strength(p, ids, number or STRENGTH)
            )
        )
        self.colours.clicked.connect(
            lambda: self.wanted.emit(
                "Match colours", lambda p, ids: with_colours(p, ids, self.colours.isChecked())
            )
        )

    def show_shots(self, shots: Sequence[Shot], takes: Mapping[str, Take], model: str) -> None:
        """Shows what `shots`, at least one, start from; `takes` are those that are there, `model` makes new ones."""
        self._takes = takes
        kind, start = shared(shots, kind_of), shared(shots, lambda shot: shot.start)
        self.show_choice(kind.value, own=kind.value != TEXT, mixed=kind.mixed)
        self.restore.hide()  # there is nothing that it could inherit
        value = start.value
        picture = _name(value) if isinstance(value, FromPicture) and not start.mixed else ""
        self.aside.setText(_short(picture))
        self.aside.setToolTip(picture)
        clips = not kind.mixed and isinstance(value, FromTake | FromSketch)
        strength = shared(shots, lambda s: getattr(s.start, "strength", STRENGTH))
        self.strength.show_text(f"{strength.value:g}", mixed=strength.mixed)
        self.strength.setVisible(clips)
        chained = not kind.mixed and isinstance(value, FromPrevious)
        matched = shared(shots, lambda s: getattr(s.start, "match_colour", False))
        self.colours.show_ticked(matched.value, mixed=matched.mixed)
        self.colours.setVisible(chained)
        self.more.setVisible(self._show_end(shots, kind, model) or clips or chained)

    def _show_end(self, shots: Sequence[Shot], kind: Shared[str], model: str) -> bool:
        """Whether there is something to say of where takes end: for a start that can have one, with a model that can."""
        end = shared(shots, lambda shot: shot.end or "")
        able = kind.value in (PICTURE, PREVIOUS) and not kind.mixed and can_end(model)
        self.end.show_choice(PICTURE if end.value else "", own=True, mixed=end.mixed)
        self.end.restore.hide()
        self.end.aside.setText(_stem(end.value) if end.value and not end.mixed else "")
        self.end.setVisible(able or end.mixed or bool(end.value))
        lacks = (end.mixed or bool(end.value)) and not can_end(model)
        if lacks:
            self.end.refuse("This model cannot; choose another, or no picture.")
        elif self._lacked:
            self.end.forgive()  # but not what was said of a picture
        self._lacked = lacks
        return not self.end.isHidden()

    def _choose(self, kind: str) -> None:
        if kind != PICTURE:
            self.wanted.emit("Set start", lambda p, ids: started(p, ids, self._takes, kind))
            return
        self._ask(self.picture_wanted)

    def _choose_end(self, kind: str) -> None:
        if kind == PICTURE:
            self._ask(self.end_wanted)
        else:
            self.wanted.emit("Set end", without_end)

    def _ask(self, wanted: SignalInstance) -> None:
        """Asks the user for a picture, and says with `wanted` which it is."""
        path = self.choose_file()
        if path is None:
            self.wanted.emit("", lambda p, _: p)  # shown again as it is
        else:
            wanted.emit(path)


class Bringing(QThread):
    """Brings one picture into a project: a stranger's file, which a process of its own reads."""

    brought = Signal(str)
    """Its name in the project."""
    refused = Signal(str)
    """Why it cannot be used."""

    def __init__(self, folder: Path, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder, self._path = folder, path

    def run(self) -> None:
        from storyboard.film import pictures

        try:
            self.brought.emit(pictures.bring_picture(self._folder, self._path, as_start=True))
        except StoryboardError as error:
            self.refused.emit(str(error))


def kind_of(shot: Shot) -> str:
    """Which of `KINDS` a shot starts from."""
    match shot.start:
        case None:
            return TEXT
        case FromPicture():
            return PICTURE
        case FromPrevious():
            return PREVIOUS
        case FromTake():
            return TAKE
        case FromSketch():
            return SKETCH


def started(project: Project, ids: Collection[str], takes: Mapping[str, Take], kind: str) -> Project:
    """`project` with the shots `ids` starting so. Raises `EditError`."""
    for shot in [project.shot(shot_id) for shot_id in ids]:
        start = shot.start if kind_of(shot) == kind else _begin(project, shot, takes, kind)
        project = edit.set_shot(project, shot.id, start=start)
    return project


def with_picture(project: Project, ids: Collection[str], picture: str) -> Project:
    """`project` with those of the shots `ids` that are still there starting from `picture`."""
    there = [shot.id for shot in project.shots if shot.id in ids]
    return edit.set_shots(project, there, start=FromPicture(picture))


def with_end(project: Project, ids: Collection[str], picture: str) -> Project:
    """`project` with those of the shots `ids` that are still there ending on `picture`. Raises `EditError`."""
    there = [shot.id for shot in project.shots if shot.id in ids]
    return edit.set_shots(project, there, end=picture)


def without_end(project: Project, ids: Collection[str]) -> Project:
    return edit.set_shots(project, ids, end=None)


def can_end(model: str) -> bool:
    """Whether takes of `model` can come to a picture; of one that nobody has described, yes: it is asked."""
    from storyboard.generators import catalog

    if model in (SKETCH_MODEL, CARD):
        return model == SKETCH_MODEL
    return model not in catalog.known() or "ends" in catalog.facts(model).tasks


def with_strength(project: Project, ids: Collection[str], strength: float) -> Project:
    for shot in [project.shot(shot_id) for shot_id in ids]:
        if isinstance(shot.start, FromTake | FromSketch):
            project = edit.set_shot(project, shot.id, start=replace(shot.start, strength=strength))
    return project


def with_colours(project: Project, ids: Collection[str], match: bool) -> Project:
    for shot in [project.shot(shot_id) for shot_id in ids]:
        if isinstance(shot.start, FromPrevious):
            project = edit.set_shot(project, shot.id, start=replace(shot.start, match_colour=match))
    return project


def _begin(project: Project, shot: Shot, takes: Mapping[str, Take], kind: str) -> Begin | None:
    if kind == PREVIOUS:
        return FromPrevious()
    if kind == SKETCH:
        return FromSketch()
    if kind == TEXT:
        return None
    if shot.chosen is None or shot.chosen.take not in takes:
        raise EditError(f"shot {project.index(shot.id) + 1} has no take yet; start from its sketch instead")
    return FromTake(shot.chosen.take)


def _name(start: FromPicture) -> str:
    return _stem(start.picture)


def _short(name: str) -> str:
    """As much of a name as has room beside the row's own."""
    return name if len(name) <= ROOM else f"{name[: ROOM - 1]}…"


def _stem(picture: str) -> str:
    """What a picture was called, without its folder and its hash."""
    return picture.removeprefix("media/").rpartition("-")[0]
