"""From text to words with a role each: a noun is a picture, a verb motion, a place word background, and a word
that is one of these is not also another."""

from __future__ import annotations

from storyboard.generators.sketch import pack, verbs
from storyboard.generators.sketch.compounds import merged
from storyboard.generators.sketch.context import CONJUNCTIONS, DETERMINERS, Context
from storyboard.generators.sketch.lemmas import dictionary_form, noun_forms, respelt
from storyboard.generators.sketch.lookups import SIGNS, lookup, noun_of, place_in, vocabulary
from storyboard.generators.sketch.nouns import Noun, from_picture, listed, nouns
from storyboard.generators.sketch.phrases import phrase_at
from storyboard.generators.sketch.tokens import Part, Word, pictured
from storyboard.generators.sketch.unseen import seen

PRONOUNS = listed("he him she her they them it everyone everybody")
_NEGATIONS = listed("no not without never zero nobody")
_NOUNS = listed("thing pronoun body")
_OWNERS = {"his": "he", "her": "she", "its": "it"}
_ADVERBS = listed("underwater indoors downtown")
"""Places that need no preposition."""
_PEOPLE = ("er", "or", "ist", "ian", "eer", "man", "men", "woman", "women", "smith", "wright")
"""How the names of trades end: who does something and is otherwise unknown is a person."""
_ORDERS = listed("fly cross sail slide")
"""Verbs that are nouns after "a" or "the" only: "fly over the city", but "a fly lands"."""


class _Reader(Context):
    """Gives each word its role, looking one word back and one ahead."""

    def parts_of(self) -> list[Part]:
        at = 0
        while at < len(self.words):
            self.at = at
            part: Part | None
            phrase = self._phrase(at)
            camera = self.filmed(at)
            if camera is not None and self._films(at) and camera.words >= (phrase[0] if phrase else 1):
                text = " ".join(word.text for word in self.words[at : at + camera.words])
                length, part = camera.words, Part("camera", text, camera.value)
            elif self._flown_over(at):
                length, part = 1, None
            elif phrase:
                length, part = phrase
            else:
                length, part = 1, self._single(at)
            if part is not None:
                self.parts.append(part._replace(start=at, stop=at + length))
                self.has_noun = (self.has_noun or part.role in _NOUNS) and part.role != "break"
                if phrase and part.role == "verb" and self._names_object(at, length):
                    length -= 1  # what it is done to is read by itself
                self.opened = self.opened and part.role in ("unknown", "state")
            self.before = self.words[at + length - 1].low
            self.opened = self.opened or self._after_determiner()
            at += length
        return self.parts

    def _phrase(self, at: int) -> tuple[int, Part | None] | None:
        """The phrase at `at` and its part; one that may be a thing and something else is read by its place."""
        found = phrase_at(self.words, at)
        if found is None or len(found[1]) < 2:
            return None if found is None else (found[0], found[1][0] if found[1] else None)
        length, meanings = found
        by_role = {part.role: part for part in meanings}
        after_relation = bool(self.parts) and self.parts[-1].role == "relation"
        noun = by_role["thing"].noun if "thing" in by_role else None
        if "verb" in by_role and self.has_noun and not self.opened and not after_relation:
            return length, by_role["verb"]
        if "place" in by_role and self._led(noun.kind if noun else ""):
            return length, by_role["place"]
        return length, by_role.get("thing", meanings[0])

    def _single(self, at: int) -> Part | None:
        word = self.words[at]
        following = self.words[at + 1] if at + 1 < len(self.words) else Word("", "")
        low = word.low
        if word.picture:
            return pictured(word)
        if not low[0].isalnum():
            return Part("break", word.text)
        if ord(low[0]) > 0x2FFF:
            return None  # read by `foreign`
        if self._weather_does(at) and lookup(verbs.motions(), low) is not None:
            return None
        if low in verbs.body_parts() and noun_of(low) is None:
            return Part("body", word.text)
        for reader in (self._grammar, self._quality, self._frame, self._action, self._thing):
            part = reader(word, following)
            if part is not None:
                return part
        if low in verbs.FILLER or len(low) < 3 or low.isdigit():
            return None
        return self._rare(word, following)

    def _grammar(self, word: Word, following: Word) -> Part | None:
        low = word.low
        if low in ("and", "&", "plus"):
            return Part("and", word.text)
        if low in CONJUNCTIONS:
            return Part("break", word.text)
        after = self.parts[-1].role if self.parts else ""
        owns = low in _OWNERS and following.low in verbs.body_parts()
        if owns and after != "relation" and not self._someone():
            return Part("pronoun", word.text, _OWNERS[low])  # "her hands knead dough"
        if low in PRONOUNS and not (low == "her" and self._owns(following.low)):
            return Part("pronoun", word.text, low)
        if low == "empty":
            return Part("empty", word.text)
        if low in _NEGATIONS or low.endswith("n't"):
            return Part("not", word.text)
        return None

    def _quality(self, word: Word, following: Word) -> Part | None:
        low = word.low
        if low.isdecimal() and int(low[:6]) >= 2 and following.low.isalpha() and noun_of(following.low):
            return Part("count", word.text, str(min(verbs.MANY, int(low[:6]))))
        plain = noun_of(low) is None and lookup(verbs.motions(), low) is None and place_in(low) is None
        if low in verbs.NUMBERS and (following.low == "of" or plain or low in ("both", "two")):
            return Part("count", word.text, str(verbs.NUMBERS[low]))
        if low in nouns() and low in verbs.SIZES and self._acts(following):
            return None  # "a giant walks", "a baby in a crib"
        if low in verbs.SIZES and (low != "baby" or noun_of(following.low)):
            return Part("size", word.text, low)
        # "an orange" and "eats an orange" are fruit; "an orange cat" is a colour.
        if low in verbs.COLOURS and (low != "orange" or (following.low and noun_of(following.low))):
            return Part("colour", word.text, low)
        return None

    def _frame(self, word: Word, following: Word) -> Part | None:
        low = word.low
        if low == "camera" and not self.has_noun:
            return Part("break", word.text)  # "the camera lingers on": nothing that is seen
        for role, table in (("time", verbs.times()), ("weather", verbs.weathers())):
            # "the storm", "at night", "rain falls", but not "storms the castle".
            if low in table:
                return Part(role, word.text, table[low])
        if low in verbs.scenery():
            return Part("scenery", word.text, verbs.scenery()[low])
        if low in verbs.directions() and not self._after_determiner() and noun_of(following.low) is None:
            afterward = following.low in DETERMINERS or following.low in verbs.COLOURS
            if not (afterward and low in verbs.relations()):
                return Part("direction", word.text, verbs.directions()[low])
        if low == "by" and self._passive():
            return Part("relation", word.text, "agent")
        if low == "of" and self.parts and self.parts[-1].role in ("count", "place"):
            # "a row of trees", "a field of flowers"
            return None if self.parts[-1].role == "count" else Part("relation", "", "beside")
        if low in verbs.relations():
            return Part("relation", word.text, verbs.relations()[low])
        return None

    def _action(self, word: Word, following: Word) -> Part | None:
        low = word.low
        motion = lookup(verbs.motions(), low)
        if motion is None or low in verbs.FILLER:
            return None
        after_relation = bool(self.parts) and self.parts[-1].role == "relation"
        could_be = noun_of(low) is not None or place_in(low) is not None
        ing = low.endswith("ing")
        exact = low in nouns() or low in verbs.places()  # "a wedding" is one, "children building" do it
        orders = low in _ORDERS and not self.opened and not after_relation
        started = self.has_noun or self._resumes(word, following)
        if could_be and not ing and self.parts and self.parts[-1].role == "verb":
            return None  # "counts rings"
        if could_be and not ing and not orders and (self.opened or after_relation or not started):
            return None
        if ing and exact and (self.opened or after_relation):
            return None
        if self._after_determiner() and not ing:
            return None
        if ing and self._describes_next():
            return Part("state", word.text, motion)
        return Part("verb", word.text, motion, ing=ing)

    def _thing(self, word: Word, _following: Word) -> Part | None:
        low = word.low
        place = place_in(low)
        noun = noun_of(low)
        if place is not None and (noun is None or self._led(noun.kind)):
            # "kitchen knife", "city bus", "street dog": what follows is the thing.
            return Part("place", word.text, place)
        if noun is not None:
            return Part("thing", word.text, noun=noun)
        return None

    def _rare(self, word: Word, following: Word) -> Part:
        """A word outside the curated tables: the pack's own names and keywords, where a noun may stand."""
        low = word.low
        # "a quiet village", but "a swimmer underwater".
        coloured = following.low in verbs.COLOURS or following.low in verbs.SIZES  # "long red hair"
        describes = (
            coloured
            or self._noun_ahead()
            or (
                self._after_determiner()
                and following.low not in _ADVERBS
                and place_in(following.low) is not None
            )
        )
        last = self.parts[-1] if self.parts else Part("", "")
        # An unknown word after a noun, "the squirrel frobs", is what it does.
        acts = last.role in ("thing", "pronoun") and not self.opened and low.endswith(("s", "ed"))
        if (
            not describes
            and not acts
            and not low.endswith(("ed", "ly"))
            and (not low.endswith("ing") or self.opened)
        ):
            table = pack.words("en")
            form = next((form for form in (*noun_forms(low), dictionary_form(low)) if form in table), None)
            if form is not None and pack.picture(table[form]).group not in SIGNS:
                return Part("thing", word.text, noun=from_picture(table[form], low))
        subject = not self.has_noun and last.role != "relation" and not noun_of(following.low)
        named = word.text[:1].isupper() and lookup(verbs.motions(), following.low) is not None
        meant = None if named else self._respelt(word, following)
        if meant is not None:
            return meant
        if subject and len(low) > 5 and low.removesuffix("s").endswith(_PEOPLE):
            return Part("thing", word.text, noun=Noun("person", "figure", 0.66, low))
        finite = following.low.endswith("s") and lookup(verbs.motions(), following.low) is not None
        if subject and finite and self.opened and not low.endswith(("ing", "ed", "ly")):
            return Part("thing", word.text, noun=Noun("person", "figure", 0.66, low))  # "a frobber eats"
        verb = lookup(verbs.motions(), dictionary_form(low))
        if verb is not None and not self._after_determiner():
            return Part("verb", word.text, verb, ing=low.endswith("ing"))
        if word.text[:1].isupper() and lookup(verbs.motions(), following.low) is not None:
            return Part("thing", word.text, noun=Noun("person", "figure", 0.66, word.text))
        return Part("unknown", word.text)

    def _respelt(self, word: Word, following: Word) -> Part | None:
        """The part that a misspelt word was meant to be; names are left alone."""
        if word.text[:1].isupper() and not word.text.isupper() and self.parts:
            return None
        meant = respelt(word.low, vocabulary())
        if meant is None and (stem := word.low.removesuffix("s")) != word.low:
            meant = respelt(stem, vocabulary())
        if meant is None:
            return None
        better = Word(word.text, meant)
        return self._action(better, following) or self._thing(better, following)


def parts(words: list[Word]) -> list[Part]:
    """The words of an English prompt, each with its role, in order."""
    return list(merged(seen(_Reader(words).parts_of())))
