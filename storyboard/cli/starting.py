"""What a shot starts from, and LoRAs, as they are written on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import typer
from msgspec.structs import replace

from storyboard.cli import lazy
from storyboard.errors import EditError

if TYPE_CHECKING:
    from storyboard import edit, store
    from storyboard import start as starts
    from storyboard.film import takes as film_takes
    from storyboard.project import Project, Shot
    from storyboard.start import Begin, Lora
else:
    edit = lazy.module("storyboard.edit")
    store = lazy.module("storyboard.store")
    starts = lazy.module("storyboard.start")
    film_takes = lazy.module("storyboard.film.takes")

PREVIOUS, NONE, INHERIT = "previous", "none", "inherit"
_CLIPS = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi")


class Asked(NamedTuple):
    """What was asked for, as text."""

    start: str | None = None
    end: str | None = None
    from_take: int | None = None
    from_sketch: bool = False
    strength: float | None = None
    match_colour: bool | None = None

    @property
    def anything(self) -> bool:
        return self != Asked()


class Brought(NamedTuple):
    """The same with its files in the project."""

    asked: Asked
    picture: str = ""
    clip: str = ""
    """The id of the take that an imported clip is."""
    end: str = ""


def bring(folder: Path, asked: Asked, shots: str) -> Brought:
    """Copies the files that were named into the project. Raises `StoryboardError` for one that cannot be used, and
    `BadParameter` for what contradicts itself."""
    kinds = (asked.start is not None, asked.from_take is not None, asked.from_sketch)
    if sum(kinds) > 1:
        raise typer.BadParameter("a shot starts from one thing: give --start, --from-take or --from-sketch")
    picture = clip = end = ""
    with store.open_project(folder, mode="read") as opened:
        root, project = opened.folder, opened.project
    first = film_takes.shots_by_number(project, shots)[0]
    if asked.start is not None and asked.start not in (PREVIOUS, NONE):
        path = Path(asked.start)
        if path.suffix.lower() in _CLIPS:
            clip = film_takes.bring_in(root, path, first.id).id
        else:
            picture = _picture(root, path)
    if asked.end is not None and asked.end != NONE:
        end = _picture(root, Path(asked.end))
    return Brought(asked, picture, clip, end)


def apply(project: Project, shots: list[Shot], brought: Brought, found: store.Takes) -> Project:
    """The project with what was asked for on each of `shots`. Raises `EditError`."""
    for shot in shots:
        settings: edit.Settings = {"start": _begin(project, shot, brought, found)}
        if brought.asked.end is not None:
            settings["end"] = brought.end or None
        project = edit.set_shot(project, shot.id, **settings)
    return project


def loras(given: list[str] | None) -> tuple[Lora, ...] | Literal[False] | None:
    """The LoRAs that `FILE:WEIGHT`s name, added to the user's own; () for `none`, None for `inherit`, and False where
    nothing is given."""
    from storyboard.generators import loras as files

    if not given:
        return False
    if given in ([NONE], [INHERIT]):
        return () if given == [NONE] else None
    return tuple(files.add(Path(name), weight) for name, weight in map(weighed, given))


def weighed(text: str) -> tuple[str, float]:
    """The file and the weight of `FILE:WEIGHT`; 1 where there is none."""
    name, _, weight = text.rpartition(":")
    try:
        return (name, float(weight)) if name else (text, 1.0)
    except ValueError:
        return text, 1.0


def _picture(root: Path, path: Path) -> str:
    from storyboard.film import pictures

    return pictures.bring_picture(root, path, as_start=True)


def _begin(project: Project, shot: Shot, brought: Brought, found: store.Takes) -> Begin | None:
    asked = brought.asked
    begin = _kind(project, shot, brought, found)
    if asked.strength is not None:
        if not isinstance(begin, starts.FromTake | starts.FromSketch):
            raise EditError(
                f"shot {project.index(shot.id) + 1} makes no clip anew, so that it has no strength; give --from-take or "
                "--from-sketch with it"
            )
        begin = replace(begin, strength=asked.strength)
    if asked.match_colour is not None:
        if not isinstance(begin, starts.FromPrevious):
            raise EditError(
                f"shot {project.index(shot.id) + 1} does not go on from the shot before it, so that there are no colours "
                "to match; give --start previous with it"
            )
        begin = replace(begin, match_colour=asked.match_colour)
    return begin


def _kind(project: Project, shot: Shot, brought: Brought, found: store.Takes) -> Begin | None:
    asked = brought.asked
    if brought.picture:
        return starts.FromPicture(brought.picture)
    if brought.clip:
        return starts.FromTake(brought.clip)
    if asked.start == PREVIOUS:
        return starts.FromPrevious()
    if asked.from_sketch:
        return starts.FromSketch()
    if asked.from_take is not None:
        return starts.FromTake(_take(project, shot, asked.from_take, found))
    return None if asked.start == NONE else shot.start


def _take(project: Project, shot: Shot, number: int, found: store.Takes) -> str:
    listed = film_takes.of_shot(found, shot)
    for take in listed:
        if take.number == number:
            return take.id
    numbers = ", ".join(str(take.number) for take in listed) or "none yet"
    raise EditError(f"shot {project.index(shot.id) + 1} has no take {number}; its takes: {numbers}")
