"""Real takes for tests of the window, published beside it as a worker does."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from storyboard import store
from storyboard.media import lossless
from storyboard.project import Project, seed_for, wish
from storyboard.take import Recipe, Take


def add_take(
    folder: Path, project: Project, index: int, number: int, grey: int = 60, frames: int = 8
) -> Take:
    """Take `number` of a shot: 64x64 pictures of one grey, at 8 fps, made by the sketch from the shot's wish."""
    shot, found = project.shots[index], store.new_id()
    wanted = wish(shot, project.look)
    (folder / "takes").mkdir(exist_ok=True)
    pictures = (np.full((64, 64, 3), grey + i, np.uint8) for i in range(frames))
    written = lossless.write(folder / "takes" / f"{found}.mkv", pictures, Fraction(8))
    recipe = Recipe(
        generator="sketch", version="1", model=wanted.model, prompt=wanted.prompt, seed=seed_for(shot, number),
        frames=frames, width=64, height=64, rate=Fraction(8),
    )  # fmt: skip
    take = Take(
        id=found, shot=shot.id, number=number, created=f"2026-01-01T00:00:{number:02}+00:00", frames=frames,
        rate=Fraction(8), width=64, height=64, content=written.content, wish=wanted.key, recipe=recipe,
        seconds=1.5, ran={"device": "cpu", "dtype": "float32"},
    )  # fmt: skip
    store.publish(folder, take)
    return take
