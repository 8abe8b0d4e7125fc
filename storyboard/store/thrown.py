"""A project's own trash: the takes that the user threw away lie in `takes/.trash/` until that is emptied.

Takes cost hours on a GPU. So throwing one away only moves it, and it can be brought back; emptying gives the
files to the system's trash, and nothing here ever deletes one.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from storyboard.errors import ProjectError, why
from storyboard.paths import inside
from storyboard.store import document
from storyboard.store.takes import FOLDER, TRASH, trash
from storyboard.take import Take


def throw(folder: Path, take: Take) -> None:
    """Moves `take` into the project's trash: its sidecar, and its pixels unless they are the original of an
    import, which other takes may use. Raises `ProjectError`; then the take is where it was."""
    _refuse_elsewhere(folder, take)
    document.subfolder(folder, FOLDER)
    document.subfolder(folder, TRASH)
    # The sidecar goes first: without it the take is not there any more, and no one reads half of it.
    _move(take, _files(take), folder / FOLDER, folder / TRASH)


def restore(folder: Path, take: Take) -> None:
    """Brings `take` back from the project's trash. Raises `ProjectError` when it is not there any more."""
    _refuse_elsewhere(folder, take)
    thrown = folder / TRASH
    if not (thrown / f"{take.id}.json").is_file():
        raise ProjectError(
            f"take {take.number} is not in the trash of {folder} any more; look in the system's trash"
        )
    # The pixels come first: a take is there from the moment its sidecar is.
    _move(take, tuple(reversed(_files(take))), thrown, folder / FOLDER)


def empty(folder: Path, takes: Iterable[Take]) -> None:
    """Gives the thrown away `takes` to the system's trash. Raises `ProjectError` when there is none for this
    place; those that it had not come to are still in the project's."""
    for take in takes:
        trash(folder, take, TRASH)


def _refuse_elsewhere(folder: Path, take: Take) -> None:
    """Raises `ProjectError` when a link leads out of the project: the files there are not ours to move."""
    for place in (FOLDER, TRASH):
        document.refuse_elsewhere(folder, place)
        for name in _files(take):
            inside(folder, f"{place}/{name}")


def _files(take: Take) -> tuple[str, ...]:
    sidecar = f"{take.id}.json"
    return (sidecar,) if take.is_import else (sidecar, f"{take.id}.mkv")


def _move(take: Take, names: tuple[str, ...], source: Path, target: Path) -> None:
    """Moves all of the files or none. One that is in its new place already was moved before a crash."""
    moved: list[str] = []
    try:
        for name in names:
            if (source / name).exists():
                if (target / name).exists():
                    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target / name))
                (source / name).rename(target / name)
                moved.append(name)
            elif not (target / name).exists():
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(source / name))
    except OSError as error:
        for name in reversed(moved):
            (target / name).rename(source / name)
        reason = why(error)
        raise ProjectError(
            f"take {take.number} cannot be moved from {source} to {target}: {reason}; look there, and try again"
        ) from error
