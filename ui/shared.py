"""What several selected shots have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, NamedTuple, TypeVar

from storyboard.project import Shot

V = TypeVar("V", bound=Hashable)

MIXED = "mixed"
"""What stands in a field whose value is not the same in all selected shots."""


class Shared(NamedTuple, Generic[V]):
    """A value of several shots."""

    value: V
    """Of the first of them."""
    mixed: bool
    """Whether another has another."""


def shared(shots: Sequence[Shot], of: Callable[[Shot], V]) -> Shared[V]:
    """What `of` gives for `shots`, of which there is at least one."""
    first = of(shots[0])
    return Shared(first, any(of(shot) != first for shot in shots[1:]))
