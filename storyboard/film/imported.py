"""How a clip or a picture that was brought in becomes a shot."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from msgspec.structs import replace

from storyboard import edit, naming
from storyboard.project import Motion, Project, new_shot
from storyboard.take import Take

MOTION = Motion(speed=Fraction(1), smoothing="off")
"""Of an import: it plays as it was made."""
STILL_SECONDS = 2
"""How long a picture stands."""


def prompt_of(file: Path) -> str:
    """The prompt of the shot that `file` becomes: its name, as words."""
    return naming.whole(file.stem).replace("_", " ").strip() or "import"


def insert(project: Project, at: int, brought: Sequence[tuple[str, Take]]) -> Project:
    """A shot for each of `brought` (its name and its take, whose shot's id it gets) before the shot at `at`, or at
    the end. A shot that is there already stays as it is. Raises `EditError`."""
    there = {shot.id for shot in project.shots}
    shots = [
        replace(new_shot(take.shot, name, whole_length(project, take, MOTION)), motion=MOTION)
        for name, take in brought
        if take.shot not in there
    ]
    project = edit.insert(project, min(at, len(project.shots)), *shots)
    for _, take in brought:
        if take.shot not in there:
            project = edit.choose(project, take.shot, take)
    return project


def whole_length(project: Project, take: Take, motion: Motion) -> int:
    """Timeline frames of a whole clip; a still picture stands for two seconds."""
    if take.is_still:
        return round(STILL_SECONDS * project.rate)
    seconds = max(Fraction(0), take.frames / take.rate - motion.source_in) / motion.speed
    return max(1, int(seconds * project.rate))
