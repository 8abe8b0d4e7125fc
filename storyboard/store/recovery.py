"""A project whose `project.json` is broken or gone: brought back from a version, or from its takes' sidecars.

Nothing is deleted for it: the broken file is kept beside the new one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from itertools import groupby
from pathlib import Path

from msgspec.structs import replace

from storyboard import edit
from storyboard.errors import ProjectError, why
from storyboard.project import MAX_LENGTH, MAX_SHOTS, Look, Motion, Project, Shot, new_shot
from storyboard.store import document, lock, versions
from storyboard.store.document import Damaged, Missing
from storyboard.store.takes import TakeFolder
from storyboard.store.versions import Version
from storyboard.take import Take


def problem(folder: Path) -> str:
    """What is wrong with the document of the project in `folder`, which is damaged or gone, a sentence; empty when it
    is sound.

    Empty too when it may be sound: one of a newer format, or one that cannot be read now. Opening it says so.
    """
    try:
        document.load(folder / document.NAME)
    except (Damaged, Missing) as error:
        return str(error)
    except ProjectError:
        return ""
    return ""


def newest(folder: Path) -> Version | None:
    """The newest version that can be read; None where there is none."""
    return next((version for version in versions.listing(folder) if not version.problem), None)


def recover(folder: Path, name: str = "") -> str:
    """Writes a sound `project.json` where it is broken or gone, and says from what it was made, a sentence.

    That is version `name`, else the newest that can be read, else the film as its takes tell it: their shots with
    their prompts, in the order in which they were made first. Raises `ProjectError` where there is nothing of it or
    where the document is, or may be, sound, and `ProjectLocked`.
    """
    held = lock.acquire(folder)
    try:
        _refuse_sound(folder / document.NAME)
        version = name or getattr(newest(folder), "name", "")
        project = versions.load(folder, version) if version else _from_takes(folder)
        data = document.encode(project)
        aside = _put_aside(folder / document.NAME)
        document.write(folder / document.NAME, data)
    finally:
        held.release()
    origin = f"version {version}" if version else f"the takes of {len(project.shots)} shots"
    return f"{document.NAME} was made anew from {origin}" + (
        f"; the broken one is kept as {aside}" if aside else ""
    )


def _refuse_sound(path: Path) -> None:
    """Raises `ProjectError` unless the document is damaged or gone, whatever it was when somebody looked before."""
    try:
        document.load(path)
    except (Damaged, Missing):
        return
    raise ProjectError(f"{path} is sound, and nothing was changed; open the project again")


def _put_aside(path: Path) -> str:
    """Renames what cannot be read, and returns its new name; empty where there was nothing."""
    aside = path.with_name(f"project.broken-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ProjectError(f"{path} cannot be moved: {why(error)}; move it away yourself") from error
    return aside.name


def _from_takes(folder: Path) -> Project:
    takes = sorted(
        TakeFolder(folder).scan().values(), key=lambda take: (take.shot, take.created, take.number)
    )
    if not takes:
        raise ProjectError(
            f"{folder} has no version that can be read and no takes; copy a project.json from a backup into it"
        )
    by_shot = [list(group) for _, group in groupby(takes, key=lambda take: take.shot)]
    by_shot = sorted(by_shot, key=lambda group: group[0].created)[:MAX_SHOTS]
    model = next((take.recipe.model for take in takes if take.recipe is not None), "sketch")
    sizes = [(take.width, take.height) for take in takes if take.recipe is not None]
    width, height = next((size for size in sizes if not (size[0] % 2 or size[1] % 2)), (256, 256))
    film = Project(name=folder.name[:100] or "Untitled", width=width, height=height, look=Look(model=model))
    for newest_take in (group[-1] for group in by_shot):
        film = edit.append(film, _shot(newest_take, film))
        film = edit.choose(film, newest_take.shot, newest_take)
    return film


def _shot(take: Take, film: Project) -> Shot:
    """The shot that `take` was made for, as far as that tells it."""
    motion = Motion(speed=Fraction(1), smoothing="off") if take.is_import else None
    speed = (motion or film.motion).speed
    length = 48 if take.is_still else round(take.frames / take.rate / speed * film.rate)
    shot = new_shot(take.shot, take.recipe.prompt if take.recipe else "", min(max(length, 1), MAX_LENGTH))
    own_model = take.recipe.model if take.recipe and take.recipe.model != film.look.model else None
    return replace(shot, motion=motion, model=own_model)
