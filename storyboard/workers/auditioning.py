"""A take up to one of its steps: held in the project's cache, with a moving picture of how it looks so far."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from storyboard import atomic, paths, values
from storyboard.errors import GeneratorError
from storyboard.frames import Report
from storyboard.generators.base import Auditioning
from storyboard.workers.steps import Audition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storyboard.frames import Frame
    from storyboard.generators.base import Generator

SHOWN = 256
"""Pixels: the longest side of the picture; its cells are a model's own, far fewer."""


def run(folder: Path, step: Audition, generator: Generator, report: Report) -> None:
    """Holds the take of `step`. Raises `GeneratorError` for a model whose takes cannot be held."""
    from storyboard.generators import registry, starts

    if not isinstance(generator, Auditioning) or not generator.resumes():
        raise GeneratorError(registry.NOT_HELD.format(step.of.model))

    def counted(done: int, _total: int) -> None:
        report(min(done, step.stop_at), step.stop_at)  # of the steps that this is about

    recipe = starts.settled(folder, step.of.recipe)
    kept = paths.inside(folder, f"cache/kept/{recipe.key}.safetensors")
    frames = generator.audition(recipe, step.stop_at, counted, kept)
    out = paths.inside(folder, f"{step.out}.webp")
    out.parent.mkdir(parents=True, exist_ok=True)
    _write(out, frames, float(recipe.rate) * len(frames) / recipe.frames)
    facts = {"step": step.of, "done": step.stop_at, "picture": f"{step.out}.webp"}
    with atomic.replacing(paths.inside(folder, f"{step.out}.json")) as temporary:
        temporary.write_bytes(values.encode(facts))


def _write(path: Path, frames: Sequence[Frame], rate: float) -> None:
    from PIL import Image

    pictures = [Image.fromarray(frame) for frame in frames]
    scale = max(1, SHOWN // max(pictures[0].size))
    large = [
        one.resize((one.width * scale, one.height * scale), Image.Resampling.BICUBIC) for one in pictures
    ]
    with atomic.replacing(path) as temporary:
        large[0].save(
            temporary, "WEBP", save_all=True, append_images=large[1:], duration=round(1000 / rate), loop=0
        )
