"""Shots on their way from one place to another, in one project or between two: what the clipboard carries."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import msgspec
from msgspec.structs import replace

from storyboard import values
from storyboard.errors import EditError
from storyboard.project import MAX_LENGTH, Chosen, Motion, Project, Shot, _Value, base_seed
from storyboard.start import Begin, FromTake

MAX_BYTES = 64 * 2**20
"""A film of 20,000 shots with long prompts stays below this."""


class Clipping(_Value, frozen=True, omit_defaults=False):
    """Shots cut out of a film, in order, with what they inherited there."""

    folder: str
    """The project that they come from: where their takes are."""
    rate: Fraction
    motion: Motion
    shots: tuple[Shot, ...]
    format: Literal[1] = 1
    """Of what the clipboard carries."""

    def __post_init__(self) -> None:
        if not 1 <= self.rate <= 240:
            raise ValueError("rate must lie between 1 and 240 frames per second")

    @property
    def text(self) -> str:
        """The prompts, one a line: what a text editor gets."""
        return "\n".join(" ".join(shot.prompt.split()) for shot in self.shots)


def clip(project: Project, folder: str, ids: frozenset[str]) -> Clipping:
    """The shots with these `ids`, in the film's order."""
    shots = tuple(shot for shot in project.shots if shot.id in ids)
    return Clipping(folder=folder, rate=project.rate, motion=project.motion, shots=shots)


def encode(clipping: Clipping) -> bytes:
    return values.encode_line(clipping)


def decode(data: bytes) -> Clipping:
    """Raises `EditError` for what no Storyboard put there."""
    if len(data) > MAX_BYTES:
        raise EditError("what was copied is too much to be shots; copy fewer")
    try:
        return values.decode(data, Clipping)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EditError(
            "what was copied are no shots of this version of Storyboard; copy them again"
        ) from error


def fitted(
    clipping: Clipping, project: Project, ids: list[str], takes: dict[str, str | None]
) -> tuple[Shot, ...]:
    """The shots of `clipping` as `project` can take them in: under the new `ids`, lengths in its frames.

    `takes` says under which id the take that a shot shows is found in `project`, by its old id: None for one that
    is not there, so that the shot becomes a draft. One that is not named keeps its id.
    """
    ratio = project.rate / clipping.rate
    return tuple(
        _fitted(shot, new_id, ratio, clipping.motion, project, takes)
        for shot, new_id in zip(clipping.shots, ids, strict=True)
    )


def _fitted(
    shot: Shot,
    new_id: str,
    ratio: Fraction,
    inherited: Motion,
    project: Project,
    takes: dict[str, str | None],
) -> Shot:
    chosen = shot.chosen
    if chosen is not None:
        take = takes.get(chosen.take, chosen.take)
        chosen = None if take is None else Chosen(take=take, wish=chosen.wish)
    # What plays stays the same where the other project moves its takes otherwise.
    motion = shot.motion if shot.motion or inherited == project.motion else inherited
    length = min(max(1, round(shot.length * ratio)), MAX_LENGTH)
    return replace(
        shot, id=new_id, base_seed=base_seed(new_id), starred=(), chosen=chosen, motion=motion, length=length,
        start=_started(shot.start, takes),
    )  # fmt: skip


def _started(start: Begin | None, takes: dict[str, str | None]) -> Begin | None:
    """`start` with the id that its take has here; none where that take did not come along."""
    if not isinstance(start, FromTake):
        return start
    take = takes.get(start.take, start.take)
    return None if take is None else replace(start, take=take)
