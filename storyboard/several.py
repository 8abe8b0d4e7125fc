"""Edits of several shots at once, in one pass over the film."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Unpack

from msgspec.structs import replace

from storyboard.edit import MotionSettings
from storyboard.errors import EditError
from storyboard.limits import read_back
from storyboard.project import Project, Shot


def set_motions(project: Project, ids: Collection[str], **settings: Unpack[MotionSettings]) -> Project:
    """These shots with a motion of their own: the one that each has or inherits, changed so."""

    def change(shot: Shot, name: str) -> Shot:
        return replace(shot, motion=read_back(project.motion_of(shot), dict(settings), name))

    return _changed(project, ids, change)


def inherit_motion(project: Project, ids: Collection[str]) -> Project:
    """These shots moving at the speed and with the smoothing that the project has. One that starts later in its
    take keeps that start, as long as it differs from the project's."""

    def change(shot: Shot, _: str) -> Shot:
        if shot.motion is None:
            return shot
        motion = replace(project.motion, source_in=shot.motion.source_in)
        return replace(shot, motion=None if motion == project.motion else motion)

    return _changed(project, ids, change)


def set_seeds(project: Project, seeds: Mapping[str, int]) -> Project:
    """Each of these shots with its own locked seed, by its id."""
    return _changed(project, seeds, lambda shot, name: read_back(shot, {"seed": seeds[shot.id]}, name))


def _changed(project: Project, ids: Collection[str], change: Callable[[Shot, str], Shot]) -> Project:
    """The film with `change(shot, "shot 4")` in the place of each of the shots."""
    wanted = frozenset(ids)
    missing = wanted - {shot.id for shot in project.shots}
    if missing:
        raise EditError(f"there is no shot {min(missing)} in {project.name!r}")
    shots = tuple(
        change(shot, f"shot {number}") if shot.id in wanted else shot
        for number, shot in enumerate(project.shots, 1)
    )
    return project if shots == project.shots else replace(project, shots=shots)
