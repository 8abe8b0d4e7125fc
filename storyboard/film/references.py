"""Which files a project names, and what each should hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from storyboard.errors import ProjectError
from storyboard.film import audition
from storyboard.project import Project, Shot
from storyboard.start import FromPicture, FromTake
from storyboard.store import rescue, versions
from storyboard.store.takes import TRASH
from storyboard.store.versions import Version
from storyboard.take import Recipe, Take

_HASH_IN_NAME: Final = re.compile(r"-([0-9a-f]{10}|[0-9a-f]{16})\.[a-z0-9]+$")
"""The start of a file's SHA-256, as files in `media/` are named."""


class Wanted(NamedTuple):
    """A file that the project needs."""

    file: str
    """Relative to the project, with /."""
    what: str
    """In words, to begin a sentence: `take 2 of shot ab12`."""
    sha256: str
    """Of its bytes, or the first digits of it; empty where that is not known."""
    size: int | None = None
    """Bytes; None where that is not known."""
    take: str = ""
    """Id of the take whose pixels it holds."""


def wanted(project: Project, takes: Iterable[Take]) -> Iterator[Wanted]:
    """The files that `project` and its `takes` need, each once."""
    seen: set[str] = set()
    for one in (*map(_of_take, takes), *_of_document(project)):
        if one.file not in seen:
            seen.add(one.file)
            yield one


class Named(NamedTuple):
    """What is in use, now or in any state of a project that can come back."""

    files: set[str]
    """Outside `takes/`, relative to the project, with /."""
    shots: set[str]
    """Ids."""
    takes: set[str]
    """Ids of those that a shot shows or starts from."""
    whole: bool
    """Whether every version could be read: where not, more may be in use."""


def named(folder: Path, project: Project, takes: Iterable[Take]) -> Named:
    """What `project`, any version of it, edits of it that could not be saved, one of `takes` or a held one names."""
    takes = list(takes)
    recipes = [take.recipe for take in takes if take.recipe is not None]
    recipes += [held.step.recipe for held in audition.waiting(folder)]
    listed = versions.listing(folder)
    whole = not any(version.problem for version in listed)
    found = Named({take.source.file for take in takes if take.source is not None}, set(), set(), whole)
    found.files.update(file for recipe in recipes for file in _of_recipe(recipe))
    rescued = (kept.project for kept in rescue.find(folder))
    for one in (project, *_versions(folder, listed), *rescued):
        found.files.update(wanted.file for wanted in _of_document(one))
        found.shots.update(shot.id for shot in one.shots)
        found.takes.update(take for shot in one.shots for take in _takes_of(shot))
    return found


def thrown(takes: Iterable[Take]) -> Iterator[Wanted]:
    """The files in the project's trash that the `takes` there need."""
    for take in takes:
        if not take.is_import:
            yield _of_take(take)._replace(file=pixels_of_thrown(take))


def pixels_of_thrown(take: Take) -> str:
    """The file of the pixels of a take that lies in the project's trash; an import's original stays where it was."""
    return take.pixels if take.is_import else f"{TRASH}/{take.id}.mkv"


def _of_take(take: Take) -> Wanted:
    what = f"take {take.number} of shot {take.shot}"
    if take.stored is not None:
        return Wanted(take.pixels, what, take.stored.sha256, take.stored.size, take.id)
    return Wanted(take.pixels, what, take.content if take.is_import else "", None, take.id)


def _of_document(project: Project) -> Iterator[Wanted]:
    if project.music is not None:
        yield Wanted(project.music.file, "the music", _named(project.music.file))
    pictures = {role.picture for role in project.cast}
    pictures |= {one.picture for shot in project.shots for one in shot.pictures}
    pictures |= {shot.start.picture for shot in project.shots if isinstance(shot.start, FromPicture)}
    for picture in sorted(pictures | {shot.end for shot in project.shots if shot.end}):
        if "/" in picture:
            yield Wanted(picture, "a picture that shots are made from", _named(picture))


def _of_recipe(recipe: Recipe) -> Iterator[str]:
    """What making it again needs."""
    pictures = list(recipe.pictures)
    for start in recipe.starts:
        yield start.file
        pictures += start.drawn.pictures if start.drawn is not None else ()
    yield from (one.picture for one in pictures)


def _takes_of(shot: Shot) -> Iterator[str]:
    if shot.chosen is not None:
        yield shot.chosen.take
    if isinstance(shot.start, FromTake):
        yield shot.start.take


def _named(file: str) -> str:
    match = _HASH_IN_NAME.search(file)
    return match[1] if match else ""


def _versions(folder: Path, listed: Iterable[Version]) -> Iterator[Project]:
    for version in listed:
        if not version.problem:
            try:
                yield versions.load(folder, version.name)
            except ProjectError:  # gone since it was listed
                continue
