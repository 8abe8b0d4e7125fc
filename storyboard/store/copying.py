"""A project copied as a whole: another folder of its own, there all at once or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from storyboard.atomic import is_temporary
from storyboard.errors import ProjectError, why
from storyboard.project import Project
from storyboard.store import document
from storyboard.store.folder import create, open_project

MADE = ("cache", "exports", "queue.json")
"""What can be made again, or was made for elsewhere."""


def copy(source: Path, target: Path, leave_out: tuple[str, ...] = MADE) -> Path:
    """Copies the project in `source` to the new folder `target` and returns that: its document, takes, media and
    versions, without its cache, its films and its queue.

    Raises `ProjectError` when there is something at `target` already (an empty folder may be), when it lies inside
    of `source`, or when there is no room.
    """
    source, target = source.absolute(), target.absolute()
    if not (source / document.NAME).is_file():
        raise ProjectError(f"{source} holds no project to copy; choose another folder")
    if target.resolve().is_relative_to(source.resolve()):
        raise ProjectError(f"{target} lies inside of the project itself; choose a place beside it")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ProjectError(f"{target} is there already and not empty; choose another name")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".copy-") as folder:
            made = Path(folder) / "project"
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


def _ignored(source: Path, leave_out: tuple[str, ...]) -> Callable[[str, list[str]], set[str]]:
    def ignored(folder: str, names: list[str]) -> set[str]:
        passing = {name for name in names if name.startswith(".lock") or is_temporary(name)}
        return passing | (set(leave_out) & set(names) if Path(folder) == source else set())

    return ignored


def _reason(error: OSError) -> str:
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        return str(error.args[0][0][2]).lower()
    return why(error)
