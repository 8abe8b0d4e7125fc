"""What a model can be asked for: what a shot starts from, sizes, steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from storyboard.errors import GeneratorError
from storyboard.generators import catalog, starts
from storyboard.generators.catalog import Facts, Task
from storyboard.take import Recipe

if TYPE_CHECKING:
    from storyboard.project import Wish

ROLES: Final[dict[Task, tuple[str, ...]]] = {
    "text": (),
    "picture": ("first",),
    "ends": ("first", "last"),
    "clip": ("clip",),
}
WORDS: Final[dict[Task, str]] = {
    "text": "words",
    "picture": "a picture",
    "ends": "a first and a last picture",
    "clip": "a clip",
}


def refuse(wish: Wish, facts: Facts, most: int) -> None:
    """Raises `GeneratorError` for what a model cannot do, whoever asks. `most` is how many steps its scheduler has."""
    steps = facts.steps if wish.steps is None else wish.steps
    if steps < 1:
        raise GeneratorError(f"{wish.model} needs at least one step and {steps} are asked; set more")
    if steps > most:
        raise GeneratorError(f"{wish.model} has at most {most} steps and {steps} are asked; set fewer")
    if facts.model.sigmas and steps != len(facts.model.sigmas):
        raise GeneratorError(
            f"{wish.model} is made for {len(facts.model.sigmas)} steps and {steps} are asked; leave steps to the model"
        )
    if wish.guidance is not None and not 0 <= wish.guidance <= 100:
        raise GeneratorError(f"guidance is a number from 0 to 100, and {wish.guidance} is none; set another")
    roles = {role for task in facts.tasks for role in ROLES[task]}
    starts.refuse(wish, sorted(roles), others_that_can(wish), loras=True)  # type: ignore[arg-type]
    if not wish.starts and "text" not in facts.tasks:
        raise GeneratorError(
            f"{wish.model} makes shots from {' or '.join(WORDS[task] for task in facts.tasks)}; give the shot one "
            "to start from, or choose another model"
        )


def task_of(recipe: Recipe | Wish) -> Task:
    """What a take of `recipe` is made from."""
    roles = {start.role for start in recipe.starts}
    if "clip" in roles:
        return "clip"
    return "ends" if "last" in roles else "picture" if roles else "text"


def others_that_can(wish: Wish) -> list[str]:
    """Models that can start from what `wish` starts from, as people call them."""
    roles = {start.role for start in wish.starts}
    able = (
        facts
        for facts in (catalog.of(model) for model in catalog.built_in().values())
        if any(roles <= set(ROLES[task]) for task in facts.tasks)
    )
    return [facts.title for facts in able][:3]


def fitted(width: int, height: int, most_pixels: int, factor: int) -> tuple[int, int]:
    """The size of a model's frames for a project of `width` x `height`: the same shape, no more than about
    `most_pixels`, both sides multiples of `factor`."""
    scale = min(1.0, math.sqrt(most_pixels / (width * height)))
    return (
        max(factor, round(width * scale / factor) * factor),
        max(factor, round(height * scale / factor) * factor),
    )


def refuse_unlike(recipes: Sequence[Recipe], facts: Facts) -> None:
    """Raises `GeneratorError` unless `recipes` may be made together."""
    if len({replace(recipe, seed=0).key for recipe in recipes}) != 1:
        raise GeneratorError(
            "only takes that differ in their seeds alone are made together; make these one by one"
        )
    if len(recipes) > 1 and not facts.pipeline.batches:
        raise GeneratorError(f"{recipes[0].model} makes takes one by one only; ask for one at a time")
    if len(recipes) > 1 and recipes[0].quick:
        # What is left out is decided for all of a batch at once: none would be what it is alone.
        raise GeneratorError("quick takes are made one by one; ask for one at a time")
    if len(recipes) > 1 and recipes[0].starts:
        raise GeneratorError("takes that start from pictures are made one by one; ask for one at a time")


def too_large(recipe: Recipe) -> GeneratorError:
    """What is said when memory ran out."""
    return GeneratorError(
        f"memory ran out while {recipe.model} made {recipe.frames} frames of "
        f"{recipe.width}x{recipe.height}; make the project smaller, split the shot, or close other programs"
    )
