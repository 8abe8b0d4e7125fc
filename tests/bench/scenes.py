"""Projects to measure with: takes that look like film (texture that moves, no two shots alike), made without a
model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from storyboard import edit, store
from storyboard.media import lossless
from storyboard.project import Project, Shot, new_shot, wish
from storyboard.take import Take

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames

RATE = Fraction(24)
TAKE_FRAMES = 24
"""Of a take in the classic motion: 48 timeline frames at half speed."""
CREATED = "2026-01-01T00:00:00+00:00"


def moving(seed: int, size: int, frames: int = TAKE_FRAMES) -> Frames:
    """A camera pan of a few pixels a frame over a soft, grainy picture, with a ball that crosses it."""
    import cv2

    chance = np.random.default_rng(seed)
    side = size + 4 * frames
    soft = cv2.resize(chance.integers(30, 220, (9, 9, 3)).astype(np.float32), (side, side), interpolation=2)
    detail = cv2.resize(chance.normal(0, 14, (side // 4, side // 4, 3)).astype(np.float32), (side, side))
    world = np.clip(soft + detail, 0, 255).astype(np.uint8)
    dx, dy = chance.uniform(0.5, 4, 2)
    colour = tuple(int(c) for c in chance.integers(0, 256, 3))
    for n in range(frames):
        x, y = int(dx * n), int(dy * n)
        frame = np.ascontiguousarray(world[y : y + size, x : x + size])
        centre = (int(size * (0.2 + 0.6 * n / frames)), int(size * (0.5 + 0.2 * np.sin(n / 4))))
        cv2.circle(frame, centre, size // 8, colour, -1, cv2.LINE_AA)
        yield frame


def project(
    folder: Path, shots: int, size: int = 256, length: int = 48, *, others: int = 0, sketched: int = 0
) -> Path:
    """A project of `shots` shots whose takes are there and chosen.

    The first `others` shots have a second take; every `sketched`-th shot (0: none) has no take at all.
    """
    values = tuple(
        new_shot(f"shot-{n}", f"a dog runs in the forest, {n}", length) for n in range(1, shots + 1)
    )
    made = edit.append(Project(name=folder.name, width=size, height=size, rate=RATE), *values)
    with store.create(folder, made) as opened:
        (folder / "takes").mkdir()
        for n, shot in enumerate(values, 1):
            if sketched and n % sketched == 0:
                continue
            first = add_take(folder, made, shot, number=1, seed=n, size=size)
            made = edit.choose(made, shot.id, first)
            if n <= others:
                add_take(folder, made, shot, number=2, seed=shots + n, size=size)
        opened.save(made)
    return folder


def add_take(folder: Path, made: Project, shot: Shot, *, number: int, seed: int, size: int) -> Take:
    """Writes and publishes take `number` of `shot`, long enough for its length at half speed."""
    name = f"{shot.id}-{number}"
    written = lossless.write(folder / "takes" / f"{name}.mkv", moving(seed, size, shot.length // 2), RATE)
    take = Take(
        id=name,
        shot=shot.id,
        number=number,
        created=CREATED,
        frames=written.frames,
        rate=RATE,
        width=written.width,
        height=written.height,
        content=written.content,
        wish=wish(shot, made.look).key,
    )
    store.publish(folder, take)
    return take


def forget(folder: Path, *parts: str) -> None:
    """Deletes parts of a project that can be made again."""
    for part in parts:
        shutil.rmtree(folder / part, ignore_errors=True)


def pictures(folder: Path) -> Iterator[list[Frame]]:
    """The frames of each chosen take, shot by shot."""
    with store.open_project(folder) as opened:
        takes = opened.takes()
        for shot in opened.project.shots:
            if shot.chosen is not None:
                yield list(lossless.read(folder / takes[shot.chosen.take].pixels))
