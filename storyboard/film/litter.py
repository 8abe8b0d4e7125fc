"""What lies about in a project's folder: unfinished files, files that nothing uses, broken parts of the cache."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from storyboard import atomic, paths, reading, values
from storyboard.errors import ProjectError
from storyboard.film import references
from storyboard.film.findings import Finding, Known
from storyboard.film.references import Named
from storyboard.store import recovery, versions
from storyboard.store.takes import FOLDER, MAX_BYTES, TRASH

MOST_NAMED: Final = 10
"""Takes that one sentence names."""


def litter(known: Known) -> Iterator[Finding]:
    """Unfinished files that nobody writes any more, and files that nothing uses."""
    for path in _walk(known.folder, ("", FOLDER, "media", "exports", versions.FOLDER, "cache")):
        if atomic.is_temporary(path.name) and _old(path):
            file = path.relative_to(known.folder).as_posix()
            yield Finding("leftover", file, "an unfinished file that a program which was ended left behind")
    yield from _parted(known)
    # What the document names is not known while it is broken.
    if not recovery.problem(known.folder):
        named = references.named(known.folder, known.project, (*known.takes.values(), *known.thrown.values()))
        if named.whole:
            yield from _orphans(known, named)
            yield from _unplaced(known, named)


def _parted(known: Known) -> Iterator[Finding]:
    """Takes in the project's trash without their pixels: throwing or restoring them was cut off, or they are gone."""
    for take in known.thrown.values():
        pixels = references.pixels_of_thrown(take)
        if take.id in known.takes or _is_file(known.folder, pixels):
            continue
        what = f"take {take.number} of shot {take.shot}, which is in the project's trash"
        if _is_file(known.folder, f"{FOLDER}/{take.id}.mkv"):
            words = f"the pixels of {what}, lie outside of it"
            yield Finding("orphaned", f"{FOLDER}/{take.id}.mkv", words, take=take.id)
        else:
            file = f"{TRASH}/{take.id}.json" if take.is_import else pixels
            yield Finding("missing", file, f"the pixels of {what}, are gone", take=take.id)


def _orphans(known: Known, named: Named) -> Iterator[Finding]:
    sidecars = (name for place in (FOLDER, TRASH) for name in names(known.folder, place, ".json"))
    used = named.takes | {name.removesuffix(".json") for name in sidecars}
    for name in names(known.folder, FOLDER, ".mkv"):
        take = name.removesuffix(".mkv")
        if take not in used and _old(known.folder / FOLDER / name):
            yield Finding(
                "orphaned", f"{FOLDER}/{name}", "pixels without a sidecar: no take uses them", take=take
            )
    for path in _walk(known.folder, ("media",)):
        file = path.relative_to(known.folder).as_posix()
        if file not in named.files and not path.name.startswith(".") and _old(path):
            yield Finding("orphaned", file, "no take, no music and no cast of any version uses this file")


def _unplaced(known: Known, named: Named) -> Iterator[Finding]:
    """Takes of shots that were removed, or whose import was cut off before its shot was saved."""
    nowhere = [
        take.id
        for take in known.takes.values()
        if take.shot not in named.shots
        and take.id not in named.takes
        and _old(known.folder / FOLDER / f"{take.id}.json")
    ]
    if nowhere:
        which = ", ".join(nowhere[:MOST_NAMED]) + (", ..." if len(nowhere) > MOST_NAMED else "")
        belong = "take belongs to a shot" if len(nowhere) == 1 else "takes belong to shots"
        words = f"{len(nowhere)} {belong} that no document or version holds ({which})"
        yield Finding("unplaced", FOLDER, f"{words}: removed ones, or imports that were cut off")


def _is_file(folder: Path, file: str) -> bool:
    try:
        return paths.inside(folder, file).is_file()
    except (OSError, ProjectError):
        return False


def broken_parts(folder: Path) -> Iterator[Finding]:
    """Parts that are plainly broken: empty ones, and in-betweens without a list that can be read."""
    for file in parts(folder):
        path = folder / file
        index = path.with_suffix(".json")
        if size_of(folder, file) == 0 and _old(path):
            yield Finding("cache", file, "an empty file; it is made again when it is needed")
        elif "/inbetweens/" in file and index.exists() and not _is_json(index):
            yield Finding(
                "cache", index.relative_to(folder).as_posix(), "a list of in-betweens that cannot be read"
            )


def parts(folder: Path) -> list[str]:
    """The files of pictures and sound in the cache, relative to the project."""
    found = (path for path in _walk(folder, ("cache",)) if path.suffix in (".mp4", ".mkv", ".m4a"))
    return sorted(path.relative_to(folder).as_posix() for path in found if not path.name.startswith("."))


def _is_json(path: Path) -> bool:
    try:
        values.decode(reading.whole(path, MAX_BYTES), list[str | int])
    except (OSError, ValueError, RecursionError):
        return False
    return True


def names(folder: Path, place: str, suffix: str) -> list[str]:
    """Names in the folder `place` of the project that end in `suffix`; none where there is no such folder."""
    try:
        found = [path.name for path in paths.inside(folder, place).iterdir()]
    except (OSError, ProjectError):
        return []
    return sorted(name for name in found if name.endswith(suffix) and not name.startswith("."))


def _walk(folder: Path, places: Iterable[str]) -> Iterator[Path]:
    """Plain files in these folders of the project and below them, those of the project's own folder alone."""
    for place in places:
        try:
            top = paths.inside(folder, place) if place else folder
        except ProjectError:
            continue
        found = top.rglob("*") if place else top.iterdir()
        yield from (path for path in found if path.is_file() and not path.is_symlink())


def _old(path: Path) -> bool:
    """Whether nobody can be writing it any more."""
    try:
        return time.time() - path.lstat().st_mtime > atomic.UNFINISHED
    except OSError:
        return False


def size_of(folder: Path, file: str) -> int:
    """Bytes of a file of the project; 0 where there is none."""
    try:
        return paths.inside(folder, file).stat().st_size
    except (OSError, ProjectError):
        return 0
