"""How much room on the disk a film will likely need."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from storyboard.errors import DiskFull
from storyboard.film import parts
from storyboard.film.disk import in_words, room, size_of
from storyboard.film.estimate import Parts
from storyboard.film.history import History
from storyboard.film.plan import Plan, ShotPlan, positions
from storyboard.film.takes import generate_step

SURE: Final = 2.0
"""How far off a forecast may be: less than half of it does not do."""


class Forecast(NamedTuple):
    """Bytes that a film will likely need, beside what is there."""

    project: int
    """In the project's folder: takes, in-betweens, segments."""
    film: int
    """Where the film goes."""


def forecast(plan: Plan, history: History | None = None, *, anew: bool = False) -> Forecast:
    """What making `plan` will likely need. What this machine's files took before is what is expected again.

    `anew` counts what the cache holds as well: more than what is needed, and known at once.
    """
    known, cached = history or History(), None if anew else Parts(plan)
    project = film = 0.0
    for planned in plan.shots:
        encoded = _pixels(planned.shot.length, plan.project.width, plan.project.height)
        segment = encoded * known.bytes_each(f"segment {plan.preset}")
        if planned.generate:
            project += segment + _generated(plan, planned, known)
        elif cached is None:
            project += segment + _at_most_between(planned) * known.bytes_each("in-betweens")
        elif made := size_of(cached.file(planned)):
            segment = made
        else:
            project += segment + _between(plan, planned) * known.bytes_each("in-betweens")
        film += segment
    return Forecast(int(project), int(film))


def _generated(plan: Plan, planned: ShotPlan, known: History) -> float:
    """Bytes of the take that is made for a shot, and of about as many in-betweens."""
    recipe = generate_step(plan.folder, plan.project, planned.shot, 1).recipe
    take = _pixels(recipe.frames, recipe.width, recipe.height) * known.bytes_each(f"take {recipe.model}")
    return take * (2 if plan.engine else 1)


def foresee(plan: Plan, history: History) -> str:
    """`check` for what `plan` needs. Where even all of it made anew would fit, nothing is looked up in the cache."""
    try:
        if not check(plan, forecast(plan, history, anew=True)):
            return ""
    except DiskFull:
        pass
    return check(plan, forecast(plan, history))


def check(plan: Plan, needed: Forecast) -> str:
    """A sentence where the room is likely too little for `needed`; empty where it is enough.

    Raises `DiskFull`, before any work, where it is too little beyond doubt.
    """
    there = plan.out.parent if plan.out.parent.is_dir() else plan.folder
    same = _device(there) == _device(plan.folder)
    wanted = [(plan.folder, needed.project + needed.film * same)] + [(there, needed.film)] * (not same)
    said = ""
    for place, size in wanted:
        free = room(place)
        if size > free * SURE:
            raise DiskFull(
                f"{_too_little(place, size, free)}; make room there first, or free the cache with: storyboard clean {plan.folder}"
            )
        if size > free:
            said = f"{_too_little(place, size, free)}; what was made is kept if it does not do"
    return said


def _too_little(place: Path, size: int, free: int) -> str:
    return f"{place}: this needs about {in_words(size)} and {in_words(free)} are free on that disk"


def _pixels(frames: int, width: int, height: int) -> int:
    return frames * width * height


def _at_most_between(planned: ShotPlan) -> int:
    take = planned.take
    return 0 if take is None else _pixels(planned.shot.length, take.width, take.height)


def _between(plan: Plan, planned: ShotPlan) -> int:
    if planned.take is None:
        return 0
    places = parts.between(positions(plan.project, planned.shot, planned.take))
    return _pixels(len(places), planned.take.width, planned.take.height)


def _device(place: Path) -> int:
    try:
        return place.stat().st_dev
    except OSError:
        return 0
