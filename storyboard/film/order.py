"""In which order takes are made: shots of one model together, since loading a model takes longer than many a take."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def by_model(items: Iterable[T], model: Callable[[T], str]) -> list[T]:
    """The same `items`, those of one model beside each other: models in the order in which they first come, and the
    items of each in the order in which they come."""
    groups: dict[str, list[T]] = {}
    for item in items:
        groups.setdefault(model(item), []).append(item)
    return [item for group in groups.values() for item in group]
