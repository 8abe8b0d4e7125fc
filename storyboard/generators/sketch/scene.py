"""What a prompt means to the sketch: a plain value, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from storyboard.generators.sketch.nouns import Noun


class Note(NamedTuple):
    """How some words of the prompt were understood."""

    words: str
    role: str
    """`picture`, `motion`, `place`, `time`, `weather`, `camera`, `colour`, `size`, `count`, `relation`, or
    `unknown`."""
    what: str
    """The picture's name, the motion, the place, ...; empty for `unknown`."""


@dataclass(frozen=True)
class Thing:
    """Something to be seen, as often as `count` says."""

    noun: Noun
    count: int = 1
    colour: str = ""
    scale: float = 1.0
    empty: bool = False

    @property
    def alive(self) -> bool:
        return self.noun.kind in ("figure", "bust", "mask", "beast", "right", "bird", "swimmer")

    @property
    def human(self) -> bool:
        return self.noun.kind in ("figure", "bust")


@dataclass(frozen=True)
class Deed:
    """What a thing does. `who` and `to` are places in `Scene.things`."""

    motion: str
    who: int
    to: int | None = None
    way: str = ""
    """`left`, `right`, `up`, `down`, `away`, `near`, `around`, or empty."""


class Tie(NamedTuple):
    """How thing `a` stands to thing `b`: `on`, `ride`, `under`, `over`, `in`, `into`, `behind`, `with`, ..."""

    kind: str
    a: int
    b: int


@dataclass(frozen=True)
class Scene:
    things: tuple[Thing, ...] = ()
    deeds: tuple[Deed, ...] = ()
    ties: tuple[Tie, ...] = ()
    place: str = ""
    time: str = ""
    weather: str = ""
    shot: str = ""
    """`close`, `medium`, `wide`, `aerial`, `low`, or empty."""
    moves: tuple[str, ...] = ()
    pace: str = ""
    """`slow`, `fast`, or empty."""
    notes: tuple[Note, ...] = ()

    @property
    def drawable(self) -> bool:
        """Whether there is anything to see; a camera or weather word alone is not."""
        return bool(self.things or self.place)

    def deed_of(self, thing: int) -> Deed | None:
        """The first thing that `thing` does."""
        return next((deed for deed in self.deeds if deed.who == thing), None)
