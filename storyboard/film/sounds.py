"""Which imported clips are heard in a film, where, and for how long."""

from __future__ import annotations

from collections.abc import Mapping

from storyboard.project import Project
from storyboard.take import Take
from storyboard.workers.steps import Sound


def clip_sounds(project: Project, shown: Mapping[str, Take]) -> list[Sound]:
    """The sound of each imported clip that plays at speed 1 and is not muted.

    `shown` is the take that each shot shows, by the shot's id; sketched shots are not in it.
    """
    sounds = []
    for shot, start in zip(project.shots, project.starts(), strict=True):
        take, motion = shown.get(shot.id), project.motion_of(shot)
        if take is None or take.source is None or not take.source.sound or shot.muted or motion.speed != 1:
            continue
        seconds = min(shot.length / project.rate, take.frames / take.rate - motion.source_in)
        if seconds > 0:
            sounds.append(Sound(take.source.file, start / project.rate, motion.source_in, seconds))
    return sounds
