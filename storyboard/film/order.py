"""In which order takes are made: shots of one model together, since loading a model takes longer than many a take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

if TYPE_CHECKING:
    from storyboard.workers.steps import Generate

T = TypeVar("T")


def by_model(items: Iterable[T], model: Callable[[T], str]) -> list[T]:
    """The same `items`, those of one model beside each other: models in the order in which they first come, and the
    items of each in the order in which they come."""
    groups: dict[str, list[T]] = {}
    for item in items:
        groups.setdefault(model(item), []).append(item)
    return [item for group in groups.values() for item in group]


def size_of(step: Generate) -> tuple[str, int, int, int]:
    """The model that makes a take, and the size that it has there."""
    return step.model, step.recipe.width, step.recipe.height, step.recipe.frames


def counted_down(steps: Sequence[Generate]) -> list[Generate]:
    """`steps`, in the order in which they are made, each with how many of its model and size come after it."""
    left = Counter(map(size_of, steps))
    counted = []
    for step in steps:
        left[size_of(step)] -= 1
        counted.append(replace(step, coming=left[size_of(step)]))
    return counted
