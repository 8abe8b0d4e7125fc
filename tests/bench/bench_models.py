"""What our way of running a model costs beside the bare call of diffusers' pipeline, with the same settings.

The model is Wan's real classes with the real number of blocks (30) and random weights, narrow enough for a processor.
Both sides are warm and run by turns in one process, shot by shot: ten shots with prompts of their own, then four takes of
one shot. The bare side reads its prompt anew for each take, as the pipeline does when it is called with words.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from storyboard.frames import unreported
from tests.bench.harness import Finding, Skipped, check, progress, ratio, spread

SHOTS = 10
TAKES = 4
STEPS = 4
SIZE = (96, 64)
SECONDS = Fraction(1, 2)
MOST = 2.0
"""Percent that ours may take more."""


def measure(scratch: Path, runs: int) -> list[Finding]:
    try:
        import torch
    except ImportError as error:
        raise Skipped("the models extra is not installed") from error
    torch.set_num_threads(2)
    sides = _Sides(scratch)
    sides.ours(range(2))
    sides.bare(range(2))
    ours, bare, together, one_by_one = [], [], [], []
    for number in range(runs):
        # A new film each time: none of its prompts was read before.
        film = range(100 * (number + 1), 100 * (number + 1) + SHOTS)
        times = {sides.ours: 0.0, sides.bare: 0.0}
        for shot in film:
            # By turns shot by shot: a shared machine is faster and slower for seconds at a time.
            for side in (sides.bare, sides.ours) if shot % 2 else (sides.ours, sides.bare):
                times[side] += _timed(side, range(shot, shot + 1))
        ours.append(times[sides.ours])
        bare.append(times[sides.bare])
        one_by_one.append(_timed(sides.bare_takes, TAKES))
        together.append(_timed(sides.takes_together, TAKES))
        progress(
            f"run {number + 1} of {runs}: {ours[-1]:.2f}, bare {bare[-1]:.2f}, together {together[-1]:.2f}"
        )
    more = 100 * (statistics.median(one / other for one, other in zip(ours, bare, strict=True)) - 1)
    return [
        Finding(f"{SHOTS} shots, more than the bare pipeline", more, "%", MOST, how=_how(ours, bare)),
        Finding(f"{TAKES} takes of a shot together, of the bare calls", 100 * ratio(together, one_by_one), "%", None,
                how=_how(together, one_by_one)),
        check("the frames are the bare pipeline's", sides.same(), "largest difference of a channel is at most 1"),
    ]  # fmt: skip


def _how(one: list[float], other: list[float]) -> str:
    return f"ours {spread(one)}, bare {spread(other)}"


def _timed(act: Callable[[Any], None], what: Any) -> float:
    start = time.perf_counter()
    act(what)
    return time.perf_counter() - start


class _Sides:
    """The same model, run in two ways."""

    def __init__(self, scratch: Path) -> None:
        from storyboard.generators import pipeline, registry
        from tests.tiny_pipelines import build

        self._model = build("WanPipeline", scratch / "model", layers=30, width=24)
        self._generator: Any = registry.open_generator(str(self._model))
        self._pipe = pipeline.load(self._generator._found).pipe

    def ours(self, film: range) -> None:
        for number in film:
            for _ in self._generator.generate(self._recipe(number), unreported):
                pass

    def bare(self, film: range) -> None:
        for number in film:
            self._call(self._recipe(number))

    def takes_together(self, count: int) -> None:
        from msgspec.structs import replace

        recipes = [replace(self._recipe(7), seed=seed) for seed in range(count)]
        for frames in self._generator.generate_together(recipes, unreported):
            for _ in frames:
                pass

    def bare_takes(self, count: int) -> None:
        from msgspec.structs import replace

        for seed in range(count):
            self._call(replace(self._recipe(7), seed=seed))

    def same(self) -> bool:
        import numpy as np

        recipe = self._recipe(1)
        ours = np.stack(list(self._generator.generate(recipe, unreported))).astype(int)
        return bool(np.abs(ours - np.round(self._call(recipe) * 255)).max() <= 1)

    def _recipe(self, number: int) -> Any:
        from storyboard.project import Wish

        wish = Wish(
            model=str(self._model), prompt=f"shot {number}, a red car in the rain", avoid="fog", steps=STEPS,
            guidance=None, seed=None,
        )  # fmt: skip
        return self._generator.recipe(wish, number, SECONDS, *SIZE)

    def _call(self, recipe: Any) -> Any:
        import torch

        return self._pipe(
            recipe.prompt,
            negative_prompt=recipe.avoid,
            height=recipe.height,
            width=recipe.width,
            num_frames=recipe.frames,
            num_inference_steps=recipe.steps,
            guidance_scale=recipe.guidance,
            generator=torch.Generator("cpu").manual_seed(recipe.seed),
            output_type="np",
        ).frames[0]
