"""How large a film will be, before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from storyboard.film.estimate import Parts
from storyboard.film.plan import Plan, ShotPlan
from storyboard.media import sound
from storyboard.project import SKETCH

DRAWN = {"h264": 0.03, "ffv1": 0.35}
"""Bytes of a pixel in a frame of a sketch: measured over the spaghetti sample at 256x256."""
TAKEN = {"h264": 0.08, "ffv1": 1.2}
"""The same of other pictures, on the safe side: they have grain."""


class Size(NamedTuple):
    """Bytes."""

    film: int
    parts: int
    """Of its parts that are still to be made, in the project's cache."""


def estimate(plan: Plan) -> Size:
    """How large the film of `plan` will likely be. Parts that are made are known; the others are taken to be like
    them."""
    parts = Parts(plan)
    files = {planned.shot.id: parts.file(planned) for planned in plan.shots}
    made = {shot: size for shot, file in files.items() if (size := _size(file))}
    known = sum(made.values())
    guessed = sum(_guess(plan, planned) for planned in plan.shots if planned.shot.id in made)
    correction = known / guessed if guessed else 1.0
    new = [planned for planned in plan.shots if planned.shot.id not in made]
    coming = {planned.shot.id: _guess(plan, planned) * correction for planned in new}
    # What several shots show is made once, and is in the film as often as it is shown.
    once = {files[shot]: size for shot, size in coming.items()}
    return Size(round(known + sum(coming.values())) + _sound(plan), round(sum(once.values())))


def _guess(plan: Plan, planned: ShotPlan) -> float:
    """Bytes of a shot that is like others."""
    take = planned.take
    drawn = take is None or (take.recipe is not None and take.recipe.generator == SKETCH)
    pixels = plan.project.width * plan.project.height * planned.shot.length
    return pixels * (DRAWN if drawn else TAKEN)[plan.preset]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _sound(plan: Plan) -> int:
    heard = any(shot.take and shot.take.source and shot.take.source.sound for shot in plan.shots)
    if plan.project.music is None and not heard:
        return 0
    return round(plan.project.seconds * sound.BIT_RATE / 8)
