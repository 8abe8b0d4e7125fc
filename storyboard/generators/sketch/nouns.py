"""The things that films are made of: which picture a noun is, what kind of thing, and how large it stands.

Sizes are the longer side of the drawn thing in stage heights, on a scale much flatter than the world's: a mouse
must be seen beside a whale.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

from storyboard import resources
from storyboard.generators.sketch import pack

Kind = Literal[
    "figure",  # a head from the pack on a drawn body
    "bust",  # head and chest from the pack on drawn legs
    "mask",  # an animal's head on a drawn body
    "beast",  # a whole animal or person, looking left in the pack
    "right",  # the same, looking right
    "bird",  # flies when nothing else is said
    "swimmer",  # lives in water
    "vehicle",
    "aircraft",
    "boat",
    "food",
    "plant",
    "building",
    "sky",  # hangs in the sky: sun, moon, cloud
    "thing",
]


class Noun(NamedTuple):
    picture: str
    """A name of the pack, or one of ours (`~fork`, see `drawn`)."""
    kind: Kind
    size: float
    word: str
    cast: bool = False
    """Whether the user said which picture it is; nothing varies it then."""


def listed(text: str) -> frozenset[str]:
    """The names in `text`, which spaces separate."""
    return frozenset(text.split())


_DEFAULTS: dict[int, tuple[Kind, float]] = {
    0: ("thing", 0.42),
    1: ("beast", 0.6),
    3: ("beast", 0.42),
    4: ("food", 0.28),
    5: ("building", 0.6),
    6: ("thing", 0.34),
    7: ("thing", 0.34),
}
"""Kind and size by Emojibase's group, for pictures that no table names."""

_PLANTS, _LAND, _WATER, _AIR, _FIRST_SKY = {40, 41}, {54}, {55}, {56}, 59
"""Emojibase's subgroups."""


@cache
def nouns() -> dict[str, Noun]:
    """Every curated word or phrase -> what it is."""
    result: dict[str, Noun] = {}
    kind: Kind = "thing"
    size = 0.4
    text = resources.path("pictures/nouns.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            name, number = line.split()
            kind, size = name, float(number)  # type: ignore[assignment]
            continue
        picture, _, words = line.strip().partition(": ")
        for word in words.split(", "):
            result.setdefault(word, Noun(picture, kind, size, word))
    return result


@cache
def _by_picture() -> dict[str, Noun]:
    found: dict[str, Noun] = {}
    for noun in nouns().values():
        found.setdefault(noun.picture, noun)
    return found


def from_picture(name: str, word: str) -> Noun:
    """The noun that a picture of the pack stands for, for words that no table names and for emoji."""
    known = _by_picture().get(name)
    if known is not None:
        return known._replace(word=word)
    picture = pack.picture(name)
    kind, size = _DEFAULTS.get(picture.group, ("thing", 0.34))
    if picture.group == 5:
        kind, size = _travel(picture.subgroup)
    elif picture.group == 3 and picture.subgroup in _PLANTS:
        kind, size = "plant", 0.3
    return Noun(name, kind, size, word)


def _travel(subgroup: int) -> tuple[Kind, float]:
    if subgroup in _LAND:
        return "vehicle", 0.6
    if subgroup in _WATER:
        return "boat", 0.6
    if subgroup in _AIR:
        return "aircraft", 0.5
    return ("sky", 0.3) if subgroup >= _FIRST_SKY else ("building", 0.7)
