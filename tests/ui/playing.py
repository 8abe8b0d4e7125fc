"""A film whose frames carry their number, for the tests of playing."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

from storyboard import edit, store
from storyboard.film import cache, keys, plan
from storyboard.media import lossless, segment
from storyboard.project import Chosen, Motion, Project, Shot
from storyboard.take import Take
from ui.reel import PRESET, Film

if TYPE_CHECKING:
    from storyboard.frames import Frame

BITS = 12
SIDE = 96
CELL = 16
"""Pixels of the blocks that stand for a number's bits: large enough to survive any encoding."""


def numbered(number: int) -> Frame:
    """A picture with `number` in it."""
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    for bit in range(BITS):
        top, left = CELL * (bit // 4 + 1), CELL * (bit % 4 + 1)
        picture[top : top + CELL, left : left + CELL] = 235 if number >> bit & 1 else 20
    return picture


def number_of(picture: Frame) -> int:
    """The number in a picture of `numbered`."""
    centres = ((CELL * (bit // 4 + 1) + CELL // 2, CELL * (bit % 4 + 1) + CELL // 2) for bit in range(BITS))
    return sum((int(picture[y, x, 1]) > 128) << bit for bit, (y, x) in enumerate(centres))


def number_in(image: QImage) -> int:
    """The same of what the window shows."""
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    for bit in range(BITS):
        x, y = CELL * (bit % 4 + 1) + CELL // 2, CELL * (bit // 4 + 1) + CELL // 2
        picture[y, x] = image.pixelColor(x, y).green()
    return number_of(picture)


def numbered_film(
    folder: Path, lengths: tuple[int, ...], rate: int = 24, *, built: tuple[bool, ...] = (), more: int = 0
) -> Film:
    """A project on disk whose timeline frame n shows n. Shots that are `built` have a segment, which shows n +
    `more`; the others play their take."""
    shots, takes, first = [], {}, 0
    for index, length in enumerate(lengths):
        take = _take(folder, index, range(first, first + length), rate)
        takes[take.id] = take
        shots.append(
            Shot(
                id=f"shot-{index}",
                prompt="numbers",
                length=length,
                motion=Motion(speed=Fraction(1)),
                chosen=Chosen(take=take.id),
            )
        )
        first += length
    project = edit.append(Project(name="Numbers", width=SIDE, height=SIDE, rate=Fraction(rate)), *shots)
    store.create(folder, project).close()
    film = Film(folder, project, takes)
    for index, wanted in enumerate(built):
        if wanted:
            _build(film, index, more)
    return film


def _take(folder: Path, index: int, numbers: range, rate: int) -> Take:
    (folder / "takes").mkdir(parents=True, exist_ok=True)
    name = f"take-{index}"
    pictures: Iterator[Frame] = (numbered(n) for n in numbers)
    written = lossless.write(folder / "takes" / f"{name}.mkv", pictures, Fraction(rate))
    take = Take(
        id=name, shot=f"shot-{index}", number=1, created="", frames=len(numbers), rate=Fraction(rate),
        width=SIDE, height=SIDE, content=written.content,
    )  # fmt: skip
    store.publish(folder, take)
    return take


def _build(film: Film, index: int, more: int) -> None:
    """Encodes a shot as a build does."""
    project, shot = film.project, film.project.shots[index]
    take = film.takes[f"take-{index}"]
    preset = segment.PRESETS[PRESET]
    places = plan.positions(project, shot, take)
    size = (project.width, project.height)
    name = keys.segment(take, places, shot.fit, size, project.rate, None, segment.version(preset))
    path = film.folder / cache.SEGMENTS / f"{name}{preset.suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    first = list(project.starts())[index] + more
    frames = (numbered(n) for n in range(first, first + shot.length))
    segment.write(path, frames, *size, project.rate, preset)
