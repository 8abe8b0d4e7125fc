"""What was read of a sentence so far, and what that says of the word to come."""

from __future__ import annotations

from storyboard.generators.sketch import verbs
from storyboard.generators.sketch.compounds import CREATURES
from storyboard.generators.sketch.filming import filmed
from storyboard.generators.sketch.lookups import lookup, noun_of, place_in
from storyboard.generators.sketch.nouns import listed, nouns
from storyboard.generators.sketch.phrases import phrase_at
from storyboard.generators.sketch.tokens import Part, Word

DETERMINERS = listed("a an the this that these those his her its their my our your some any each every")
CONJUNCTIONS = listed("while as then when where but until before after")
_AGES = listed("old new own young beautiful little favourite favorite best lost")
_DESCRIBING = listed("unknown colour size state scenery time weather")
"""What may stand between "in a" and its place: "in an abandoned, dark hospital"."""
_HOLDING = frozenset({"with", "hold", "of"})
"""Relations after which a word that may be a place or a thing is a thing."""
_OUTSIDE = frozenset({"over", "behind", "before", "beside"})
"""Relations after which a building is seen from outside: "over the castle"."""
_BARE = frozenset({"in", "into", "under", "through", "on", "over", "with", "between", "behind"})
"""Relations after which a word in -ing describes the noun that follows: "under falling leaves"."""
_BE = listed("is are was were be been being gets get getting got")
_OBJECTS_NEXT = listed("at to a an the his her its their")
"""What follows a verb: "the astronaut, alone, waves at us"."""


class Context:
    """The words of a prompt, the parts that they became so far, and where the sentence stands."""

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.parts: list[Part] = []
        self.filmed = filmed([word.low for word in words])
        self.at = 0  # the word being read
        self.before = ""  # the word just read, as written in lower case
        self.opened = False  # "an antique": a determiner was read, its noun was not
        self.has_noun = False  # in this clause

    def _led(self, kind: str = "") -> bool:
        """Whether a word for where something of `kind` is came last: "in an abandoned, dark ..."."""
        said = (part for part in reversed(self.parts) if part.role not in _DESCRIBING)
        last = next(said, Part("", ""))
        if kind == "building" and last.value in _OUTSIDE and last.text.casefold() != "at":
            return False
        return last.role == "relation" and last.value not in _HOLDING

    def _films(self, at: int) -> bool:
        """Whether words that may speak of the camera do: a train, too, pulls away, and rain falls from above."""
        last = self.parts[-1] if self.parts else None
        if last is None or last.stop != at:
            return True
        first = self.words[at].low
        if first == "from":
            return last.role not in ("verb", "direction")
        return not (last.role in ("thing", "pronoun") and first.startswith(("pull", "push", "mov", "punch")))

    def _after_determiner(self) -> bool:
        """Whether a noun should come now."""
        last = self.parts[-1].role if self.parts else ""
        if self.before == "that" and last in ("thing", "place") and self.parts[-1].stop == self.at - 1:
            return False  # "a cloud that looks like a sheep"
        return self.before in DETERMINERS or last in ("colour", "size", "count") or self.before.isdigit()

    def _weather_does(self, at: int) -> bool:
        """Whether what is done at `at` is the weather's doing: "wind blowing", "rain falls"."""
        last = self.parts[-1] if self.parts else None
        if last is None or last.role != "weather" or last.stop != at or " " in last.text:
            return False
        return len(self.parts) < 2 or self.parts[-2].value != "of"  # "a dragon of smoke rises"

    def _someone(self) -> bool:
        """Whether somebody was named before."""
        return any(
            part.role == "pronoun" or (part.noun is not None and part.noun.kind in CREATURES)
            for part in self.parts
        )

    def _acts(self, following: Word) -> bool:
        """Whether `following` goes on after a noun: with a verb, a relation, or nothing."""
        low = following.low
        if not low[:1].isalpha() or low in verbs.relations():
            return True
        if low in verbs.FILLER or place_in(low) is not None or lookup(verbs.motions(), low) is None:
            return False
        return noun_of(low) is None or (low.endswith("s") and low not in nouns())

    def _owns(self, following: str) -> bool:
        """Whether "her" before `following` says whose it is ("her garage", "her old dog")."""
        if not following[:1].isalpha() or following in verbs.relations() or following in CONJUNCTIONS:
            return False
        known = noun_of(following) is not None or place_in(following) is not None
        return known or following in verbs.COLOURS or following in verbs.SIZES or following in _AGES

    def _noun_ahead(self) -> bool:
        """Whether the next word, or a phrase that begins with it, is a noun."""
        at = self.at + 1
        if at >= len(self.words):
            return False
        found = phrase_at(self.words, at)
        if found is not None:
            return any(part.role == "thing" for part in found[1])
        return noun_of(self.words[at].low) is not None

    def _describes_next(self) -> bool:
        """Whether a word in -ing here describes the noun after it: "a spinning top", "under falling leaves"."""
        last = self.parts[-1] if self.parts else Part("", "")
        led = last.role == "relation" and last.value in _BARE and last.stop == self.at
        return (self._after_determiner() or led) and self._noun_ahead()

    def _resumes(self, word: Word, following: Word) -> bool:
        """Whether a sentence goes on after what a comma put in: "the man, alone on the beach, waves at us"."""
        last = self.parts[-1] if self.parts else Part("", "")
        after_comma = last.text == "," and last.stop == self.at
        return after_comma and word.low.endswith("s") and following.low in _OBJECTS_NEXT and self._someone()

    def _passive(self) -> bool:
        """Whether the verb just read was done to its subject: "is chased", "painted"."""
        last = self.parts[-1] if self.parts else None
        if last is None or last.role != "verb" or last.ing or last.stop != self.at:
            return False
        low = self.words[self.at - 1].low
        be = last.start > 0 and self.words[last.start - 1].low in _BE
        return be or (low not in verbs.motions() and not low.endswith("s"))

    def _flown_over(self, at: int) -> bool:
        """Whether it is the camera that flies: "drone shot flying over a castle"."""
        last = self.parts[-1] if self.parts else Part("", "")
        low = self.words[at].low
        return (
            last.value == "aerial"
            and last.stop == at
            and low.endswith("ing")
            and lookup(verbs.motions(), low) == "fly"
        )

    def _names_object(self, at: int, length: int) -> bool:
        """Whether a verb of several words ends with what it is done to: "watches television", but "on fire"."""
        return (
            self.words[at].low not in verbs.relations()
            and noun_of(self.words[at + length - 1].low) is not None
        )
