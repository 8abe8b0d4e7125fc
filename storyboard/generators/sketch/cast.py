"""The cast in a prompt: words that stand for a picture, whatever they would mean otherwise."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from storyboard import naming
from storyboard.generators.sketch import drawn, own, pack
from storyboard.generators.sketch.nouns import Kind, Noun, from_picture
from storyboard.project import Depiction

Cast: TypeAlias = tuple[Depiction, ...]
"""Words of a prompt and the pictures they stand for; see `project.depicted`."""

_LIMBED = frozenset({"figure", "bust", "mask", "beast"})
"""Kinds that are put together from parts, or look left in the pack."""
_STRANGER: tuple[Kind, float] = ("right", 0.66)
"""What an own picture is when its word says nothing: somebody, as tall as people are."""


class Mark(NamedTuple):
    """A word of the cast where it stands in a prompt."""

    end: int
    after: int
    """`end`, or the place after "'s"."""
    picture: str


def can_be_drawn(picture: str) -> bool:
    """Whether there is such a picture: in the pack, among ours, or as a file of the project."""
    return own.is_own(picture) or pack.has(picture) or drawn.has(picture)


def marks(text: str, cast: Cast) -> dict[int, Mark]:
    """Where words of `cast` start in `text` (composed). Pictures that this pack has not are passed over."""
    pictures = {one.word: one.picture for one in cast if can_be_drawn(one.picture)}
    return {
        found.start: Mark(found.end, naming.after_possessive(text, found.end), pictures[found.name])
        for found in naming.mentions(text, pictures)
    }


def next_start(found: dict[int, Mark], at: int, end: int) -> int:
    """The first place from `at` on where a word of the cast starts, else `end`."""
    return min((start for start in found if start >= at), default=end)


def noun(picture: str, word: str, known: Noun | None) -> Noun:
    """What a word of the cast is. `known` is what it would be without: an own picture of "the car" is a vehicle."""
    singular = word if known is None else known.word
    if not own.is_own(picture):
        return from_picture(picture, singular)._replace(cast=True)
    kind, size = _STRANGER if known is None else (known.kind, known.size)
    return Noun(picture, "right" if kind in _LIMBED else kind, size, singular, cast=True)


def from_cast(cast: Cast, word: str) -> Noun | None:
    """The noun that `cast` has for `word`, or None."""
    low = naming.folded(word)
    return next(
        (noun(one.picture, low, None) for one in cast if one.word == low and can_be_drawn(one.picture)), None
    )
