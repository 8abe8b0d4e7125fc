"""Which files a project names, and what each should hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from storyboard.errors import ProjectError
from storyboard.project import Project
from storyboard.start import FromPicture
from storyboard.store import versions
from storyboard.take import Take

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


def media(folder: Path, project: Project, takes: Iterable[Take]) -> set[str]:
    """The files outside `takes/` that `project`, any version of it, or one of `takes` names."""
    takes = list(takes)
    found = {take.source.file for take in takes if take.source is not None}
    found |= {start.file for take in takes if take.recipe for start in take.recipe.starts}
    for one in (project, *_versions(folder)):
        found |= {wanted.file for wanted in _of_document(one)}
    return found


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


def _named(file: str) -> str:
    match = _HASH_IN_NAME.search(file)
    return match[1] if match else ""


def _versions(folder: Path) -> Iterator[Project]:
    for version in versions.listing(folder):
        if not version.problem:
            try:
                yield versions.load(folder, version.name)
            except ProjectError:  # gone since it was listed
                continue
