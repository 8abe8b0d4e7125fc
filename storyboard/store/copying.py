"""A project copied as a whole: another folder of its own, there all at once or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from storyboard.atomic import UNFINISHED, is_temporary
from storyboard.errors import ProjectError, StoryboardError, why
from storyboard.project import Project
from storyboard.store import document, lock
from storyboard.store.folder import create, open_project

MADE = ("cache", "exports", "queue.json")
"""What can be made again, or was made for elsewhere."""
_UNFINISHED = re.compile(r"\.copy-[a-z0-9_]{8}")
"""The folder beside the target that a copy is made in; it holds the copy and the lock of who makes it."""
_COPY = "project"
_LOCK = {lock.NAME, lock.OWNER_NAME}


def copy(source: Path, target: Path, leave_out: tuple[str, ...] = MADE) -> Path:
    """Copies the project in `source` to the new folder `target` and returns that: its document, takes, media and
    versions, without its cache, its films and its queue. Links that lead out of the project, and what is no plain file
    or folder, stay behind: the project does not use them.

    Raises `ProjectError` when there is something at `target` already (an empty folder may be), when it lies inside
    of `source`, or when there is no room.
    """
    source, target = source.absolute(), target.absolute()
    if not (source / document.NAME).is_file():
        raise ProjectError(f"{source} holds no project to copy; choose another folder")
    if not _is_ours(source / document.NAME, source.resolve()):
        raise ProjectError(
            f"{source / document.NAME} is a link that leads out of the project; put the file itself in its place"
        )
    if target.resolve().is_relative_to(source.resolve()):
        raise ProjectError(f"{target} lies inside of the project itself; choose a place beside it")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ProjectError(f"{target} is there already and not empty; choose another name")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        with _beside(target) as made:
            shutil.copytree(source, made, ignore=_ignored(source, leave_out))
            if target.exists():
                target.rmdir()
            made.rename(target)
    except (OSError, shutil.Error) as error:
        raise ProjectError(
            f"{target}: the project cannot be copied there: {_reason(error)}; try another disk"
        ) from error
    return target


def copy_value(source: Path, project: Project, target: Path) -> Path:
    """Makes a new project at `target` of the value `project`, with the takes and media of the project in `source` as far
    as that is there. For edits that cannot be saved in `source`. Raises `ProjectError`."""
    try:
        copy(source, target)
    except ProjectError:
        if (source / document.NAME).is_file():
            raise
        create(target, project).close()
        return target
    with open_project(target, "write") as copied:
        copied.save(project)
    return target


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A place for the copy on the way; what is still there at the end goes."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".copy-") as folder:
        held = lock.acquire(Path(folder))
        try:
            yield Path(folder) / _COPY
        finally:
            held.release()


def _sweep(place: Path) -> None:
    """Removes copies in `place` whose programs were killed; never a folder of a user's (see `_is_left`)."""
    for path in place.glob(".copy-*"):
        with contextlib.suppress(OSError, StoryboardError):  # somebody makes it, or it is not ours to remove
            if _is_left(path):
                _remove(path)


def _remove(path: Path) -> None:
    held = lock.acquire(path)
    try:
        shutil.rmtree(path / _COPY, ignore_errors=True)
    finally:
        held.release()
    shutil.rmtree(path)


def _is_left(path: Path) -> bool:
    """Whether `path` is the folder of an unfinished copy, from long ago, and holds nothing else. Raises `OSError`."""
    status = path.lstat()
    ours = _UNFINISHED.fullmatch(path.name) and stat.S_ISDIR(status.st_mode)
    if not ours or time.time() - status.st_mtime < UNFINISHED:
        return False
    names = {inner.name for inner in path.iterdir()}
    return lock.OWNER_NAME in names and names <= {_COPY, *_LOCK}


def _ignored(source: Path, leave_out: tuple[str, ...]) -> Callable[[str, list[str]], set[str]]:
    whole = source.resolve()

    def ignored(folder: str, names: list[str]) -> set[str]:
        here = Path(folder)
        passing = {name for name in names if name in _LOCK or is_temporary(name)}
        if here == source:
            passing |= set(leave_out) & set(names)
        return passing | {name for name in set(names) - passing if not _is_ours(here / name, whole)}

    return ignored


def _is_ours(path: Path, whole: Path) -> bool:
    """Whether `path` is a plain file or folder of the project whose resolved folder is `whole`. Raises `OSError`."""
    mode = path.lstat().st_mode
    if not stat.S_ISLNK(mode):
        return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(whole):
        return False
    # One to a folder that it lies in has no end.
    return real.is_file() or (
        real.is_dir() and not any(above.resolve().is_relative_to(real) for above in path.parents)
    )


def _reason(error: OSError) -> str:
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        return str(error.args[0][0][2]).lower()
    return why(error)
