"""Takes from recipes: their pixels written and their sidecars published, one take alone or several in one batch."""

from __future__ import annotations

import datetime
import itertools
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from storyboard import atomic, paths
from storyboard.errors import GeneratorError
from storyboard.frames import Report, Show
from storyboard.generators.base import Batching, Compiling, Crowded, Keeping
from storyboard.settings import MOST_TOGETHER
from storyboard.take import NO_TAKES, Take
from storyboard.workers import looks
from storyboard.workers.steps import Generate

if TYPE_CHECKING:
    from storyboard.frames import Frames
    from storyboard.generators.base import Generator
    from storyboard.media.lossless import Written
    from storyboard.take import Recipe


def make(folder: Path, step: Generate, generator: Generator, report: Report, show: Show) -> Take:
    """Makes the take of `step`. Raises `GeneratorError` when the model makes too few frames, and what `report` raises."""
    from storyboard.generators import starts

    start = time.monotonic()
    recipe = starts.settled(folder, step.recipe)
    _tell(generator, step.coming)
    with looks.shown_by(generator, show):
        made = starts.coloured(folder, recipe, _frames(folder, generator, recipe, step.keep_every, report))
        written = _written(folder, step, recipe, looks.now_and_then(made, show))
    take = _published(folder, step, recipe, written, generator, time.monotonic() - start)
    atomic.remove(kept(folder, recipe))
    return take


def make_together(
    folder: Path, steps: Sequence[Generate], generator: Generator, report: Report, show: Show
) -> tuple[Take, ...]:
    """Makes the takes of `steps`, which differ in their seeds alone, in one batch; those that are there already, from a
    try that was cut off, are left as they are. What was begun before at a step is carried on alone, as it was begun; and
    where memory does not hold so many, all are made one by one."""
    from storyboard import store
    from storyboard.generators import starts

    known = any(paths.inside(folder, f"takes/{step.take}.json").is_file() for step in steps)
    there = store.TakeFolder(folder).scan() if known else NO_TAKES
    missing = [step for step in steps if step.take not in there]
    fresh = [step for step in missing if not kept(folder, starts.settled(folder, step.recipe)).is_file()]
    made: dict[str, Take] = {}
    if len(fresh) > 1 and isinstance(generator, Batching):
        try:
            made = {take.id: take for take in _batch(folder, fresh, generator, report, show)}
        except Crowded:
            made = {}  # nothing was written: memory ran out before the first frame
    for step in missing:
        if step.take not in made:
            made[step.take] = make(folder, step, generator, report, show)
    return tuple(made.get(step.take) or there[step.take] for step in steps)


def _batch(
    folder: Path, steps: Sequence[Generate], generator: Batching, report: Report, show: Show
) -> list[Take]:
    from storyboard.generators import starts

    start = time.monotonic()
    recipes = [starts.settled(folder, step.recipe) for step in steps]
    takes = []
    _tell(generator, steps[-1].coming)
    with looks.shown_by(generator, show):
        makers = [iter(frames) for frames in generator.generate_together(recipes, report)]
        first = next(makers[0])
        each = (time.monotonic() - start) / len(steps)
        makers[0] = itertools.chain([first], makers[0])
        for step, recipe, frames in zip(steps, recipes, makers, strict=True):
            begun = time.monotonic()
            made = starts.coloured(folder, recipe, frames)
            written = _written(folder, step, recipe, looks.now_and_then(made, show))
            seconds = each + time.monotonic() - begun
            takes.append(_published(folder, step, recipe, written, generator, seconds))
    return takes


def again(folder: Path, take: Take, generator: Generator, report: Report) -> Frames:
    """The frames of `take` made anew as they were made: in a batch with those that it was made with. Raises
    `GeneratorError` for a take that no model made."""
    from storyboard.generators import starts

    recipe = take.recipe
    if recipe is None:
        raise GeneratorError(f"take {take.id} was imported, not generated: there is nothing to make again")
    seeds = seeds_of(take)
    _tell(generator, 0, "compiled" in take.ran)
    if recipe.seed in seeds and isinstance(generator, Batching):
        try:
            batch = generator.generate_together([replace(recipe, seed=seed) for seed in seeds], report)
            frames = iter(batch[seeds.index(recipe.seed)])
            first = next(frames)
        except Crowded:  # memory is short now: alone it differs a little, and is told to
            pass
        else:
            return starts.coloured(folder, recipe, itertools.chain([first], frames))
    return starts.coloured(folder, recipe, generator.generate(recipe, report))


def kept(folder: Path, recipe: Recipe) -> Path:
    """Where what is done of a take is kept: where anything may be deleted at any time."""
    return paths.inside(folder, f"cache/kept/{recipe.key}.safetensors")


def plain(facts: Mapping[str, str]) -> dict[str, str]:
    """`facts` as strings and nothing else: libraries give their versions as children of `str` that no encoder knows."""
    return {name: "".join(text) for name, text in facts.items()}


def now() -> str:
    """The time, as a sidecar has it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def seeds_of(take: Take) -> list[int]:
    """The seeds of the takes that were made in one batch with `take`, its own among them; none where it was alone. The
    sidecar may be a stranger's."""
    words = take.ran.get("seeds", "").split()[: MOST_TOGETHER + 1]
    if not 1 < len(words) <= MOST_TOGETHER or not all(word.isdecimal() and len(word) < 20 for word in words):
        return []
    return [int(word) for word in words]


def _tell(generator: Generator, coming: int, compiled: bool | None = None) -> None:
    """What a generator may know of more than the next take: how many like it are wanted after it, and whether it is to be
    made with compiled parts."""
    if isinstance(generator, Compiling):
        generator.coming, generator.compiled = coming, compiled


def _frames(folder: Path, generator: Generator, recipe: Recipe, keep_every: int, report: Report) -> Frames:
    """The frames of `recipe`, going on with what an earlier try has kept."""
    place = kept(folder, recipe)
    if isinstance(generator, Keeping) and generator.resumes() and (keep_every or place.is_file()):
        return generator.generate_kept(recipe, report, place, keep_every)
    return generator.generate(recipe, report)


def _written(folder: Path, step: Generate, recipe: Recipe, frames: Frames) -> Written:
    from storyboard.media import lossless

    path = paths.inside(folder, f"takes/{step.take}.mkv")
    path.parent.mkdir(exist_ok=True)
    written = lossless.write(path, frames, recipe.rate)
    if written.frames != recipe.frames:
        path.unlink()
        raise GeneratorError(
            f"{step.model} made {written.frames} frames where {recipe.frames} were asked; try another model"
        )
    return written


def _published(
    folder: Path, step: Generate, recipe: Recipe, written: Written, generator: Generator, seconds: float
) -> Take:
    from storyboard import store

    take = Take(
        id=step.take,
        shot=step.shot,
        number=step.number,
        created=now(),
        frames=written.frames,
        rate=recipe.rate,
        width=written.width,
        height=written.height,
        content=written.content,
        wish=step.wish,
        recipe=recipe,
        seconds=round(seconds, 3),
        ran=plain(generator.facts()),
        stored=store.stored(paths.inside(folder, f"takes/{step.take}.mkv")),
    )
    store.publish(folder, take)
    return take
