"""A scene while its words are read, and what is settled once all of them are."""

from __future__ import annotations

from dataclasses import replace

from storyboard.generators.sketch.cast import Cast, from_cast
from storyboard.generators.sketch.lemmas import is_plural
from storyboard.generators.sketch.nouns import listed, nouns
from storyboard.generators.sketch.scene import Deed, Note, Scene, Thing, Tie
from storyboard.generators.sketch.tokens import Part
from storyboard.generators.sketch.verbs import CROWD_WORDS

_NEEDS_SOMEONE = listed(
    "eat drink cook paint write read laugh cry sing talk dance wave walk run sleep play hug throw catch cut"
)
"""Motions that a person makes when the prompt names nobody ("eating spaghetti in bed")."""
_SEEKS = listed("eat drink read cook paint catch throw cut")
"""Motions that are nothing without an object."""


def count_of(part: Part) -> int:
    """How many a noun names by its form: "people", "dogs", "geese"."""
    low = part.text.casefold()
    if low in CROWD_WORDS:
        return 4
    assert part.noun is not None
    low = low.replace("’", "'").removesuffix("'s")
    plural = low.endswith("s") and low not in nouns() and not part.noun.word.endswith("s")
    return 3 if plural or is_plural(low) else 1


class Draft:
    """Things, deeds and ties in the order that they were named; `finish` settles the rest and gives the scene."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.things: list[Thing] = []
        self.deeds: list[Deed] = []
        self.ties: list[Tie] = []
        self.states: list[Deed] = []
        self.frame: dict[str, str] = {}
        self.moves: list[str] = []
        self.notes: list[Note] = []
        self.orphan: Part | None = None  # a verb before any thing ("eating spaghetti")

    def named_before(self, thing: Thing, *, joined: bool, last: int | None) -> int | None:
        """The thing named before that this one is again ("a dog ... the dog")."""
        for i, other in enumerate(self.things):
            # Two of the cast may have one picture and are two all the same; a name is always the same one.
            if other.noun.cast or thing.noun.cast:
                if other.noun.word == thing.noun.word:
                    return i
            elif other.noun.picture == thing.noun.picture and not joined and i != last:
                return i
        return None

    def finish(self) -> Scene:
        """The scene, with a doer for every deed."""
        if self.orphan is not None:
            self._adopt(self.orphan)
        if "aside" in self.frame:
            self.frame.setdefault("place", self.frame["aside"])
        if "anywhere" in self.frame:
            self.frame.setdefault("place", self.frame["anywhere"])
        if any(tie.kind == "under" and self.things[tie.b].noun.kind == "plant" for tie in self.ties):
            self.frame.setdefault("place", "garden")  # "under an old oak"
        if any(deed.motion == "cook" and deed.to is not None and self.things[deed.to].noun.kind == "plant"
               for deed in self.deeds):  # fmt: skip
            self.frame.setdefault("place", "garden")  # "plants a tree"
        if (around := self.frame.get("scenery")) and self.frame.setdefault("place", around) != around:
            self._snow_on(around)
        self._light()
        busy = {deed.who for deed in self.deeds}
        self.deeds.extend(deed for deed in self.states if deed.who not in busy)
        self._find_objects()
        return Scene(
            things=tuple(self.things),
            deeds=tuple(self.deeds),
            ties=tuple(dict.fromkeys(tie for tie in self.ties if tie.a != tie.b)),
            place=self.frame.get("place", ""),
            time=self.frame.get("time", ""),
            weather=self.frame.get("weather", ""),
            shot=self.frame.get("shot", ""),
            pace=self.frame.get("pace", ""),
            moves=tuple(dict.fromkeys(self.moves)),
            notes=tuple(self.notes),
        )

    def _snow_on(self, around: str) -> None:
        """ "A snowy forest" is a forest, and it snows."""
        if around == "snow":
            self.frame.setdefault("weather", "snowfall")

    def _light(self) -> None:
        """The sun that sets or rises says what time it is."""
        for deed in self.deeds:
            if self.things[deed.who].noun.picture == "sun" and deed.motion in ("fall", "rise"):
                self.frame.setdefault("time", "sunset" if deed.motion == "fall" else "dawn")

    def _find_objects(self) -> None:
        """What is eaten, drunk or read, where the verb comes last (Japanese) or the words are loose."""
        for d, deed in enumerate(self.deeds):
            if deed.to is None and deed.motion in _SEEKS:
                tied = {tie.b for tie in self.ties} | {other.to for other in self.deeds}
                free = [i for i, thing in enumerate(self.things)
                        if i != deed.who and i not in tied and thing.noun.kind in ("food", "thing")]  # fmt: skip
                if free and free[0] not in {other.who for other in self.deeds}:
                    self.deeds[d] = replace(deed, to=free[0])

    def _adopt(self, verb: Part) -> None:
        """Gives a verb without a subject someone who does it."""
        alive = next((i for i, thing in enumerate(self.things) if thing.alive), None)
        first: int | None = 0 if self.things else None
        if alive is None and verb.value in _NEEDS_SOMEONE and (self.things or "place" in self.frame):
            person = from_cast(self.cast, verb.text) or nouns()["person"]
            self.things.append(Thing(person))
            self.notes.append(Note(verb.text, "picture", person.picture))
            someone = len(self.things) - 1
            self.deeds.insert(0, Deed(verb.value, someone, first))
            self.ties = [
                tie._replace(a=someone) if tie.a == first and tie.kind != "of" else tie for tie in self.ties
            ]
        elif alive is not None:
            to = next((i for i in range(len(self.things)) if i != alive), None)
            self.deeds.insert(0, Deed(verb.value, alive, to))
        elif first is not None:
            self.deeds.insert(0, Deed(verb.value, first))
