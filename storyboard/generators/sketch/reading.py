"""A prompt's words made into a scene: who does what to whom, where, and how it is filmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from storyboard.generators.sketch import foreign, words
from storyboard.generators.sketch.cast import Cast, from_cast
from storyboard.generators.sketch.filming import PACES, SHOT_SIZES
from storyboard.generators.sketch.lemmas import is_plural
from storyboard.generators.sketch.nouns import listed, nouns
from storyboard.generators.sketch.scene import Deed, Note, Scene, Thing, Tie
from storyboard.generators.sketch.verbs import CROWD_WORDS, MANY, SIZES
from storyboard.generators.sketch.words import Part

MAX_THINGS = 7
"""Different things that are drawn; more would be a heap."""

_NEEDS_SOMEONE = listed(
    "eat drink cook paint write read laugh cry sing talk dance wave walk run sleep play hug throw catch cut"
)
"""Motions that a person makes when the prompt names nobody ("eating spaghetti in bed")."""
_TO_OBJECT = frozenset({"throw", "hold", "push", "catch"})
"""Motions after which "on", "into", ... place the object, not the one who acts."""
_SEEKS = listed("eat drink read cook paint catch throw cut")
"""Motions that are nothing without an object."""
_ROLES = {"thing": "picture", "verb": "motion", "state": "motion", "scenery": "place", "place": "place", "time": "time", "weather": "weather",
          "camera": "camera", "colour": "colour", "size": "size", "count": "count", "unknown": "unknown"}  # fmt: skip
_ASIDE = frozenset({"of", "out", "with", "hold", "behind"})
"""Relations whose place is where something comes from or what it has, if another place is named."""
_DIRECTED_PLACES = frozenset({"into", "out", "through", "over"})


@lru_cache(256)
def read(prompt: str, cast: Cast = ()) -> Scene:
    """What `prompt` (any text, any length, any language) means, with the pictures that `cast` has for its words.

    Never fails; the unknown is in the notes.
    """
    listed = words.split(prompt, cast)
    language = foreign.language_of(listed)
    found = words.parts(prompt, cast) if language == "en" else foreign.parts(listed, language)
    return _Parser(found, cast).scene()


class _Parser:
    """One pass over the parts, remembering the clause's subject and what waits for an object."""

    def __init__(self, parts: list[Part], cast: Cast) -> None:
        self.parts = parts
        self.cast = cast
        self.things: list[Thing] = []
        self.deeds: list[Deed] = []
        self.ties: list[Tie] = []
        self.frame: dict[str, str] = {}
        self.moves: list[str] = []
        self.notes: list[Note] = []
        self.subject: int | None = None
        self.clause_deed: int | None = None  # index of the clause's newest deed
        self.last: int | None = None  # thing just named
        self.waiting: tuple[str, int] | None = None  # a relation and its first thing
        self.joined = False  # "and" was just read
        self.orphan: Part | None = None  # a verb before any thing ("eating spaghetti")
        self.state = ""  # a motion that describes the next thing ("a burning candle")
        self.states: list[Deed] = []
        self.led = False  # a relation was read, its place or thing was not
        self.aside = False  # the place just named was by the way
        self.colour, self.scale, self.count, self.empty = "", 1.0, 0, False

    def scene(self) -> Scene:
        readers: dict[str, Callable[[Part], None]] = {
            "thing": self._thing, "pronoun": self._pronoun, "verb": self._verb, "state": self._state, "scenery": self._scenery, "relation": self._relation,
            "direction": self._direction, "place": self._setting, "time": self._setting, "weather": self._setting,
            "camera": self._camera, "colour": self._colour, "size": self._size, "count": self._count,
            "empty": self._empty, "and": self._and, "break": self._break,
        }  # fmt: skip
        for part in self.parts:
            if part.role in _ROLES:
                what = part.noun.picture if part.noun else part.value
                self.notes.append(Note(part.text, _ROLES[part.role], what))
            if part.role in readers:
                readers[part.role](part)
        self._finish()
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

    # Things and what is said of them.

    def _thing(self, part: Part) -> None:
        assert part.noun is not None
        if len(self.things) >= MAX_THINGS:
            self._forget_qualities()
            return
        count = self.count or self._plural_count(part)
        thing = Thing(part.noun, count, self.colour, self.scale, self.empty)
        same = self._same(thing)
        if same is None:
            self.things.append(thing)
        self._forget_qualities()
        index = len(self.things) - 1 if same is None else same
        if self.state:
            self.states.append(Deed(self.state, index))
            self.state = ""
        self._place_thing(index)

    def _same(self, thing: Thing) -> int | None:
        """The thing named before that this one is again ("a dog ... the dog")."""
        for i, other in enumerate(self.things):
            # Two of the cast may have one picture and are two all the same; a name is always the same one.
            if other.noun.cast or thing.noun.cast:
                if other.noun.word == thing.noun.word:
                    return i
            elif other.noun.picture == thing.noun.picture and not self.joined and i != self.last:
                return i
        return None

    def _plural_count(self, part: Part) -> int:
        low = part.text.casefold()
        if low in CROWD_WORDS:
            return 4
        assert part.noun is not None
        plural = low.endswith("s") and low not in nouns() and not part.noun.word.endswith("s")
        return 3 if plural or is_plural(low) else 1

    def _place_thing(self, index: int) -> None:
        """Gives a thing just named its part in the clause: related, acted on, or the subject."""
        self.led = False
        deed = None if self.clause_deed is None else self.deeds[self.clause_deed]
        if self.waiting is not None:
            kind, anchor = self.waiting
            self.ties.append(Tie(kind, anchor, index))
            self.waiting = None
        elif self.orphan is not None and self.subject is None:
            self.last = index
            return
        elif self.joined and self.last is not None:
            self.ties.append(Tie("with", self.last, index))
        elif deed is not None and deed.to is None and deed.who != index:
            self.deeds[self.clause_deed or 0] = replace(deed, to=index)
        elif self.subject is None:
            self.subject = index
        self.last, self.joined = index, False

    def _forget_qualities(self) -> None:
        self.colour, self.scale, self.count, self.empty = "", 1.0, 0, False

    def _pronoun(self, part: Part) -> None:
        wanted = {"he": ("man",), "him": ("man",), "she": ("woman",), "her": ("woman",)}.get(part.value)
        index: int | None
        alive = [i for i, thing in enumerate(self.things) if thing.alive]
        human = [i for i in alive if self.things[i].human]
        if part.value == "it":
            index = self.last if self.last is not None else next(iter(alive), None)
        elif human or alive:
            index = (human or alive)[0]
        elif wanted:
            self.things.append(Thing(nouns()[wanted[0]]))
            index = len(self.things) - 1
            self.notes.append(Note(part.text, "picture", wanted[0]))
        else:
            self.things.append(Thing(nouns()["person"], 2))
            index = len(self.things) - 1
        if index is not None and self.waiting is None:
            self._place_thing(index)
        self.waiting = None

    def _colour(self, part: Part) -> None:
        self.colour = part.value

    def _size(self, part: Part) -> None:
        self.scale *= SIZES[part.value]

    def _count(self, part: Part) -> None:
        self.count = min(MANY, int(part.value))

    def _empty(self, _part: Part) -> None:
        # "an empty bowl", "the bowl is empty".
        if self.last is not None and self.subject == self.last:
            self.things[self.last] = replace(self.things[self.last], empty=True)
        else:
            self.empty = True

    # What happens.

    def _verb(self, part: Part) -> None:
        who = self._actor(part)
        self._settle_qualities()
        if who is None:
            self.orphan = part
            return
        self.waiting = None
        self.deeds.append(Deed(part.value, who))
        self.clause_deed = len(self.deeds) - 1
        self.joined = False

    def _state(self, part: Part) -> None:
        self.state = part.value

    def _actor(self, part: Part) -> int | None:
        """Who does it: the subject, or in "a man watches a dog running" the one just named."""
        deed = None if self.clause_deed is None else self.deeds[self.clause_deed]
        if (
            deed is not None
            and part.ing
            and self.last is not None
            and self.last == deed.to
            and not self.joined
        ):
            return self.last if self.things[self.last].alive or deed.motion == "look" else deed.who
        return self.subject if self.subject is not None else self.last

    def _direction(self, part: Part) -> None:
        if self.clause_deed is not None:
            self.deeds[self.clause_deed] = replace(self.deeds[self.clause_deed], way=part.value)
        elif part.value == "around" and self.last is not None:
            self.deeds.append(Deed("splash", self.last, way="around"))
            self.clause_deed = len(self.deeds) - 1
        self.notes.append(Note(part.text, "motion", part.value))

    def _relation(self, part: Part) -> None:
        deed = None if self.clause_deed is None else self.deeds[self.clause_deed]
        self.led = True
        if self.last is None or part.value == "to":
            return
        anchor = self.last
        if deed is not None and part.value != "of" and (deed.to is None or deed.motion not in _TO_OBJECT):
            anchor = deed.who
        if part.value == "hold" and deed is None:
            anchor = self.subject if self.subject is not None else self.last
        self.waiting = (part.value, anchor)
        if part.text:
            self.notes.append(Note(part.text, "relation", part.value))

    # How it is filmed.

    def _scenery(self, part: Part) -> None:
        self.frame.setdefault("scenery", part.value)

    def _setting(self, part: Part) -> None:
        # "A waterfall in the jungle": what is shown is not where it is.
        shown = not self.things and not self.led
        aside = (self.aside or shown) and self.waiting is None and part.role == "place" and not self.led
        if part.role == "place" and self.waiting is not None:
            kind, anchor = self.waiting
            aside = kind in _ASIDE
            if kind == "of" and self.things[anchor].noun.kind in ("thing", "food"):
                self.waiting = None  # "a map of Paris", "a bucket of sand": nobody is there
                self.notes = [note for note in self.notes if note.words != part.text or note.role != "place"]
                return
            deed = self.clause_deed
            if kind in _DIRECTED_PLACES and deed is not None and not self.deeds[deed].way:
                self.deeds[deed] = replace(self.deeds[deed], way=kind)
            self.last = anchor
        self.waiting = None
        self.led = False
        self.aside = aside  # "from a rooftop loft"
        self.frame.setdefault("aside" if aside else part.role, part.value)
        self._settle_qualities()

    def _camera(self, part: Part) -> None:
        if part.value in SHOT_SIZES:
            self.frame.setdefault("shot", part.value)
        elif part.value in PACES:
            self.frame.setdefault("pace", part.value)
        else:
            self.moves.append(part.value)

    # Clauses.

    def _and(self, _part: Part) -> None:
        self.joined = True

    def _settle_qualities(self) -> None:
        """A colour that no noun followed belongs to the thing before it: "the car is red"."""
        if self.colour and self.last is not None:
            self.things[self.last] = replace(self.things[self.last], colour=self.colour)
        self._forget_qualities()

    def _break(self, _part: Part) -> None:
        self._settle_qualities()
        self.subject, self.clause_deed, self.waiting, self.joined = None, None, None, False

    def _finish(self) -> None:
        self._settle_qualities()
        if self.orphan is not None:
            self._adopt(self.orphan)
        if "aside" in self.frame:
            self.frame.setdefault("place", self.frame["aside"])
        if (around := self.frame.get("scenery")) and self.frame.setdefault("place", around) != around:
            self._snow_on(around)
        busy = {deed.who for deed in self.deeds}
        self.deeds.extend(deed for deed in self.states if deed.who not in busy)
        self._find_objects()

    def _snow_on(self, around: str) -> None:
        """ "A snowy forest" is a forest, and it snows."""
        if around == "snow":
            self.frame.setdefault("weather", "snowfall")

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
