"""Which film the viewer shows: the project's own, or one in which a shot shows another of its takes."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from storyboard.project import Chosen

from .reel import Film


class Trial(NamedTuple):
    """Takes of a shot that are looked at without being chosen."""

    shot: str
    take: str
    other: str = ""
    """A second take, beside which the first one is held; empty where there is none."""


class Films(NamedTuple):
    """What the viewer shows, and what it shows beside it."""

    film: Film
    other: Film | None = None


class Showing:
    """Remembers what it made, so that equal questions get the same film."""

    def __init__(self) -> None:
        self._known: tuple[Film, Trial | None, Films] | None = None

    def films(self, film: Film, trial: Trial | None) -> Films:
        """`film` as it is shown with `trial`."""
        if self._known is None or self._known[0] is not film or self._known[1] != trial:
            self._known = (film, trial, _films(film, trial))
        return self._known[2]


def _films(film: Film, trial: Trial | None) -> Films:
    if trial is None:
        return Films(film)
    other = with_take(film, trial.shot, trial.other) if trial.other else None
    return Films(with_take(film, trial.shot, trial.take), other)


def with_take(film: Film, shot_id: str, take_id: str) -> Film:
    """`film` as if that take were chosen for the shot."""
    shots = tuple(
        msgspec.structs.replace(shot, chosen=Chosen(take=take_id)) if shot.id == shot_id else shot
        for shot in film.project.shots
    )
    return film._replace(project=msgspec.structs.replace(film.project, shots=shots))
