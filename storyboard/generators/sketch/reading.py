"""A prompt's words made into a scene: who does what to whom, where, and how it is filmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from storyboard.generators.sketch import foreign, tokens, words
from storyboard.generators.sketch.cast import Cast
from storyboard.generators.sketch.draft import Draft, count_of
from storyboard.generators.sketch.filming import PACES, SHOT_SIZES
from storyboard.generators.sketch.nouns import nouns
from storyboard.generators.sketch.scene import Deed, Note, Scene, Thing, Tie
from storyboard.generators.sketch.tokens import Part
from storyboard.generators.sketch.verbs import MANY, SIZES

MAX_THINGS = 7
"""Different things that are drawn; more would be a heap."""

_TO_OBJECT = frozenset({"throw", "hold", "push", "catch"})
"""Motions after which "on", "into", ... place the object, not the one who acts."""
_ROLES = {"thing": "picture", "verb": "motion", "state": "motion", "scenery": "place", "place": "place", "time": "time", "weather": "weather",
          "camera": "camera", "colour": "colour", "size": "size", "count": "count", "unknown": "unknown"}  # fmt: skip
_ASIDE = frozenset({"of", "out", "with", "hold", "behind"})
"""Relations whose place is where something comes from or what it has, if another place is named."""
_ANYWHERE = frozenset({"interior", "indoors"})
"""Places that any other place says more about."""
_DIRECTED_PLACES = frozenset({"into", "out", "through", "over"})


@lru_cache(256)
def read(prompt: str, cast: Cast = ()) -> Scene:
    """What `prompt` (any text, any length, any language) means, with the pictures that `cast` has for its words.

    Never fails; the unknown is in the notes.
    """
    found_words = tokens.split(prompt, cast)
    language = foreign.language_of(found_words)
    found = words.parts(found_words) if language == "en" else foreign.parts(found_words, language)
    return _Parser(found, cast).scene()


class _Parser(Draft):
    """One pass over the parts, remembering the clause's subject and what waits for an object."""

    def __init__(self, parts: list[Part], cast: Cast) -> None:
        super().__init__(cast)
        self.parts = parts
        self.subject: int | None = None
        self.main: int | None = None  # the subject of an earlier clause
        self.agent: int | None = None  # a deed whose doer comes after "by"
        self.joined_last: int | None = None  # a thing that "and" joined after a deed: perhaps a new subject
        self.fronted = ""  # a relation before any thing: "under the table a cat sleeps"
        self.stage: tuple[str, int] | None = None  # that relation and its thing
        self.idle = False  # in this clause a place or something unknown was named, and no thing
        self.clause_deed: int | None = None  # index of the clause's newest deed
        self.last: int | None = None  # thing just named
        self.waiting: tuple[str, int] | None = None  # a relation and its first thing
        self.joined = False  # "and" was just read
        self.state = ""  # a motion that describes the next thing ("a burning candle")
        self.led = False  # a relation was read, its place or thing was not
        self.aside = False  # the place just named was by the way
        self.colour, self.scale, self.count, self.empty = "", 1.0, 0, False

    def scene(self) -> Scene:
        readers: dict[str, Callable[[Part], None]] = {
            "thing": self._thing, "pronoun": self._pronoun, "verb": self._verb, "state": self._state, "scenery": self._scenery, "relation": self._relation,
            "direction": self._direction, "place": self._setting, "time": self._setting, "weather": self._setting,
            "camera": self._camera, "colour": self._colour, "size": self._size, "count": self._count,
            "empty": self._empty, "and": self._and, "break": self._break, "unknown": self._unknown,
        }  # fmt: skip
        for part in self.parts:
            if part.role in _ROLES:
                what = part.noun.picture if part.noun else part.value
                self.notes.append(Note(part.text, _ROLES[part.role], what))
            if part.role in readers:
                readers[part.role](part)
        self._settle_qualities()
        return self.finish()

    # Things and what is said of them.

    def _thing(self, part: Part) -> None:
        assert part.noun is not None
        if len(self.things) >= MAX_THINGS:
            self._forget_qualities()
            return
        count = self.count or count_of(part)
        thing = Thing(part.noun, count, self.colour, self.scale, self.empty)
        same = self.named_before(thing, joined=self.joined, last=self.last)
        if same is None:
            self.things.append(thing)
        self._forget_qualities()
        index = len(self.things) - 1 if same is None else same
        if self.state:
            self.states.append(Deed(self.state, index))
            self.state = ""
        self._place_thing(index)

    def _place_thing(self, index: int) -> None:
        """Gives a thing just named its part in the clause: related, acted on, or the subject."""
        self.led = self.idle = False
        self.joined_last = None
        deed = None if self.clause_deed is None else self.deeds[self.clause_deed]
        if self.agent is not None:
            self._done_by(index)
            return
        if self.fronted:
            self.stage, self.fronted, self.last = (self.fronted, index), "", index
            return
        if self.waiting is not None:
            kind, anchor = self.waiting
            self.ties.append(Tie(kind, anchor, index))
            self.waiting = None
        elif self.stage is not None and self.subject is None:
            self._take_stage(index)
        elif self.orphan is not None and self.subject is None:
            self.last = index
            return
        elif self.joined and self.last is not None:
            self.joined_last = index if deed is not None else None
            self.ties.append(Tie("with", self.last, index))
        elif deed is not None and deed.to is None and deed.who != index:
            self.deeds[self.clause_deed or 0] = replace(deed, to=index)
        elif self.subject is None:
            self.subject = index
        self.last, self.joined = index, False

    def _take_stage(self, index: int) -> None:
        """Makes a thing the subject where one was named only to say where it is: "on the roof (sits) a cat"."""
        assert self.stage is not None
        kind, where = self.stage
        self.ties.append(Tie(kind, index, where))
        self.deeds = [replace(deed, who=index) if deed.who == where else deed for deed in self.deeds]
        self.subject, self.stage = index, None

    def _done_by(self, index: int) -> None:
        """Gives what was done to the subject its doer: "a child is chased by a duck"."""
        assert self.agent is not None
        deed = self.deeds[self.agent]
        thing = self.things[index]
        if thing.noun.kind in ("building", "plant") or index == deed.who:
            self.ties.append(Tie("beside", deed.who, index))
        else:
            self.deeds[self.agent] = replace(deed, who=index, to=deed.who)
        self.agent, self.last, self.joined = None, index, False

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
        if self.idle and self.subject is None and self.things:
            return  # "as waves crash below": nobody in the picture does it
        if self.joined_last is not None and not part.ing and not self.joined:
            self._begin_with(self.joined_last)
        who = self._actor(part)
        self._settle_qualities()
        if who is None:
            self.orphan = part
            return
        self.waiting = None
        self.deeds.append(Deed(part.value, who))
        self.clause_deed = len(self.deeds) - 1
        self.joined = False

    def _begin_with(self, index: int) -> None:
        """Begins a clause with the thing that "and" seemed to join: "a ship lands and an alien steps out"."""
        self.ties = [tie for tie in self.ties if tie.kind != "with" or tie.b != index]
        self.subject, self.clause_deed, self.last, self.joined_last = index, None, index, None

    def _unknown(self, part: Part) -> None:
        if self.subject is None and self.deeds and not part.text.endswith("ly"):
            self.idle = True

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
        if self.subject is not None:
            return self.subject
        return self.main if self.main is not None else self.last

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
        if part.value == "agent":
            self.agent = self.clause_deed
            return
        if self.last is None and not self.things and part.value not in ("of", "to"):
            self.fronted = part.value
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
        self.agent = None
        self.fronted = ""
        if part.role == "place" and self.subject is None and not self.led:
            self.idle = True
        # "A waterfall in the jungle": what is shown is not where it is.
        shown = not self.things and not self.led
        if part.text.casefold() in _ANYWHERE:
            self.frame.setdefault("anywhere", part.value)
            return
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
        self.main = self.subject if self.subject is not None else self.main
        self.subject, self.clause_deed, self.waiting, self.joined = None, None, None, False
        self.agent, self.joined_last, self.idle = None, None, False
