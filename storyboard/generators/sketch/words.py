"""From text to words with a role each: a noun is a picture, a verb motion, a place word background, and a word
that is one of these is not also another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from storyboard.generators.sketch import cast as casts
from storyboard.generators.sketch import pack, verbs
from storyboard.generators.sketch.filming import filmed
from storyboard.generators.sketch.lemmas import dictionary_form, forms, noun_forms, respelt
from storyboard.generators.sketch.nouns import Noun, from_picture, listed, nouns

MAX_WORDS = 160
"""Words that are read; nobody sees more in one shot."""
LONGEST_PHRASE = 5

DETERMINERS = listed("a an the this that these those his her its their my our your some any each every")
PRONOUNS = listed("he him she her they them it everyone everybody")
_CONJUNCTIONS = listed("while as then when where but until before after")
_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_CJK}]+|[^\W\d_{_CJK}]+(?:['’-][^\W\d_]+)*|\d+|[,.;:!?—–…\n()]")


_ADVERBS = listed("underwater indoors downtown")
"""Places that need no preposition."""
_PEOPLE = ("er", "or", "ist", "ian", "eer", "man", "men", "woman", "women", "smith", "wright")
"""How the names of trades end: who does something and is otherwise unknown is a person."""
_AGES = listed("old new own young beautiful little favourite favorite best lost")
_DESCRIBING = listed("unknown colour size state scenery time weather")
"""What may stand between "in a" and its place: "in an abandoned, dark hospital"."""
_HOLDING = frozenset({"with", "hold", "of"})
"""Relations after which a word that may be a place or a thing is a thing."""
SIGNS = frozenset({-1, 0, 2, 8, 9})
"""Groups of pictures that are faces, symbols and flags: no film is made of these by name."""


class Word(NamedTuple):
    text: str
    """As written."""
    low: str
    """Casefolded, straight apostrophes."""
    picture: str = ""
    """The picture that an emoji is, or that the cast has for the word."""


class Part(NamedTuple):
    """A word or phrase with its role."""

    role: str
    """`thing`, `verb`, `relation`, `direction`, `place`, `time`, `weather`, `camera`, `colour`, `size`, `count`,
    `empty`, `and`, `break`, `pronoun`, `state`, `scenery`, `unknown`. A `state` is a verb that only describes ("a burning
    candle")."""
    text: str
    value: str = ""
    noun: Noun | None = None
    ing: bool = False
    start: int = -1
    """The word it begins with, -1 where that does not matter."""
    stop: int = -1
    """The word after it."""


def split(text: str, cast: casts.Cast = ()) -> list[Word]:
    """The words, emoji and stops of `text`, at most `MAX_WORDS`; words of `cast` with their pictures."""
    text = unicodedata.normalize("NFC", text)
    marks = casts.marks(text, cast) if cast else {}
    words: list[Word] = []
    at = 0
    while at < len(text) and len(words) < MAX_WORDS:
        if (mark := marks.get(at)) is not None:
            words.append(_marked(text[at : mark.end], mark.picture))
            at = mark.after
        elif (emoji := pack.emoji_at(text, at)) is not None:
            words.append(Word(text[at : at + emoji[0]], "", emoji[1]))
            at += emoji[0]
        elif match := _WORD.match(text, at, casts.next_start(marks, at, len(text))):
            words.append(Word(match[0], match[0].casefold().replace("’", "'").removesuffix("'s")))
            at = match.end()
        else:
            at += 1
    return words


def _marked(text: str, picture: str) -> Word:
    """A word of the cast. A deed stays one ("eating"): then the picture is that of whoever does it."""
    low = text.casefold().replace("’", "'")
    deed = not text[0].isupper() and low.endswith("ing") and lookup(verbs.motions(), low) and not noun_of(low)
    return Word(text, low, "" if deed else picture)


def pictured(word: Word) -> Part:
    """The thing that an emoji or a word of the cast is."""
    known = noun_of(word.low) if word.low else None
    noun = casts.noun(word.picture, word.low, known) if word.low else from_picture(word.picture, word.text)
    return Part("thing", word.text, noun=noun)


def lookup(table: dict[str, str], word: str) -> str | None:
    for form in forms(word):
        if form in table:
            return table[form]
    return None


def noun_of(word: str) -> Noun | None:
    """The curated noun `word` (or its singular) is."""
    table = nouns()
    return next((table[form] for form in noun_forms(word) if form in table), None)


def place_in(word: str) -> str | None:
    """The place that `word` (or its singular) names."""
    table = verbs.places()
    return next((table[form] for form in noun_forms(word) if form in table), None)


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(nouns()) | frozenset(verbs.places()) | frozenset(verbs.motions())


@cache
def _simple_tables() -> tuple[tuple[str, dict[str, str]], ...]:
    return (
        ("direction", verbs.directions()),
        ("time", verbs.times()),
        ("weather", verbs.weathers()),
        ("place", verbs.places()),
        ("relation", verbs.relations()),
        ("verb", verbs.motions()),
    )


def _phrase(words: list[Word], at: int) -> tuple[int, Part | None] | None:
    """The longest phrase of two words or more that starts at `at`; words of style are a phrase that is nothing."""
    for length in range(min(LONGEST_PHRASE, len(words) - at), 1, -1):
        part = [word.low for word in words[at : at + length]]
        if not all(part):
            continue
        text = " ".join(word.text for word in words[at : at + length])
        joined = " ".join(part)
        if joined in verbs.STYLES:
            return length, None
        for role, table in _simple_tables():
            if joined in table:
                return length, Part(role, text, table[joined])
        for last in noun_forms(part[-1]):
            phrase = " ".join([*part[:-1], last])
            if phrase in nouns():
                return length, Part("thing", text, noun=nouns()[phrase])
            if phrase in verbs.places():
                return length, Part("place", text, verbs.places()[phrase])
        for first in forms(part[0]):
            phrase = " ".join([first, *part[1:]])
            if phrase in verbs.motions():
                return length, Part("verb", text, verbs.motions()[phrase], ing=part[0].endswith("ing"))
    return None


class _Reader:
    """Gives each word its role, looking one word back and one ahead."""

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.parts: list[Part] = []
        self.filmed = filmed([word.low for word in words])
        self.before = ""  # the word just read, as written in lower case
        self.opened = False  # "an antique": a determiner was read, its noun was not
        self.has_noun = False  # in this clause

    def parts_of(self) -> list[Part]:
        at = 0
        while at < len(self.words):
            part: Part | None
            phrase = _phrase(self.words, at)
            camera = self.filmed(at)
            if camera is not None and self._films(at) and camera.words >= (phrase[0] if phrase else 1):
                text = " ".join(word.text for word in self.words[at : at + camera.words])
                length, part = camera.words, Part("camera", text, camera.value)
            elif phrase:
                length, part = phrase
            else:
                length, part = 1, self._single(at)
            if part is not None:
                self.parts.append(part._replace(start=at, stop=at + length))
                self.has_noun = (self.has_noun or part.role in ("thing", "pronoun")) and part.role != "break"
                self.opened = self.opened and part.role in ("unknown", "state")
            self.before = self.words[at + length - 1].low
            self.opened = self.opened or self._after_determiner()
            at += length
        return self.parts

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
        return self.before in DETERMINERS or last in ("colour", "size", "count") or self.before.isdigit()

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
        for reader in (self._grammar, self._quality, self._frame, self._action, self._thing):
            part = reader(word, following)
            if part is not None:
                return part
        if low in verbs.FILLER or len(low) < 3 or low.isdigit():
            return None
        return self._rare(word, following)

    def _weather_does(self, at: int) -> bool:
        """Whether what is done at `at` is the weather's doing: "wind blowing", "rain falls"."""
        last = self.parts[-1] if self.parts else None
        return last is not None and last.role == "weather" and last.stop == at and " " not in last.text

    def _grammar(self, word: Word, following: Word) -> Part | None:
        low = word.low
        if low in ("and", "&", "plus"):
            return Part("and", word.text)
        if low in _CONJUNCTIONS:
            return Part("break", word.text)
        if low in PRONOUNS and not (low == "her" and self._owns(following.low)):
            return Part("pronoun", word.text, low)
        if low == "empty":
            return Part("empty", word.text)
        return None

    def _owns(self, following: str) -> bool:
        """Whether "her" before `following` says whose it is ("her garage", "her old dog")."""
        if not following[:1].isalpha() or following in verbs.relations() or following in _CONJUNCTIONS:
            return False
        known = noun_of(following) is not None or place_in(following) is not None
        return known or following in verbs.COLOURS or following in verbs.SIZES or following in _AGES

    def _quality(self, word: Word, following: Word) -> Part | None:
        low = word.low
        if low.isdecimal() and int(low[:6]) >= 2 and following.low.isalpha() and noun_of(following.low):
            return Part("count", word.text, str(min(verbs.MANY, int(low[:6]))))
        if low in verbs.NUMBERS and (following.low == "of" or noun_of(low) is None or low in ("both", "two")):
            return Part("count", word.text, str(verbs.NUMBERS[low]))
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
        if could_be and not ing and (self.opened or after_relation or not self.has_noun):
            return None
        if ing and exact and (self.opened or after_relation):
            return None
        if self._after_determiner() and not ing:
            return None
        if ing and self._after_determiner() and noun_of(following.low) is not None:
            return Part("state", word.text, motion)  # "a spinning top", "a melting clock"
        return Part("verb", word.text, motion, ing=ing)

    def _thing(self, word: Word, _following: Word) -> Part | None:
        low = word.low
        place = place_in(low)
        noun = noun_of(low)
        said = (part for part in reversed(self.parts) if part.role not in _DESCRIBING)
        last = next(said, Part("", ""))
        where = last.role == "relation" and last.value not in _HOLDING
        if place is not None and (noun is None or where):
            # "kitchen knife", "city bus", "street dog": what follows is the thing.
            return Part("place", word.text, place)
        if noun is not None:
            return Part("thing", word.text, noun=noun)
        return None

    def _rare(self, word: Word, following: Word) -> Part:
        """A word outside the curated tables: the pack's own names and keywords, where a noun may stand."""
        low = word.low
        # "a quiet village", but "a swimmer underwater".
        describes = noun_of(following.low) is not None or (
            self._after_determiner() and following.low not in _ADVERBS and place_in(following.low) is not None
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
        meant = respelt(word.low, _vocabulary())
        if meant is None and (stem := word.low.removesuffix("s")) != word.low:
            meant = respelt(stem, _vocabulary())
        if meant is None:
            return None
        better = Word(word.text, meant)
        return self._action(better, following) or self._thing(better, following)


def parts(text: str, cast: casts.Cast = ()) -> list[Part]:
    """The words of `text`, each with its role, in order."""
    return list(_merged(_Reader(split(text, cast)).parts_of()))


def _merged(found: list[Part]) -> Iterator[Part]:
    """Drops what only describes the noun after it: "street dog", "race car driver"; or "waiter" in "robot waiter"."""
    for i, part in enumerate(found):
        following = found[i + 1] if i + 1 < len(found) else None
        before = found[i - 1] if i else None
        if before is not None and _compound(before, part) and _is_trade(before, part):
            continue
        if following is not None and _compound(part, following) and not _is_trade(part, following):
            continue
        if part.role == "scenery" and following is not None and following.start == part.stop:
            kind = following.noun.kind if following.noun else ""
            if kind and kind not in ("building", "plant", "sky"):
                continue  # "a frozen pizza" is no landscape
        describes = part.role == "place" and following is not None and following.role == "thing"
        if (
            describes
            and following
            and following.start == part.stop
            and before
            and before.role not in _OPENERS
        ):
            continue
        yield part


_OPENERS = frozenset({"relation", "break"})
_TRADES = listed(
    "rider driver trainer keeper tamer owner hunter catcher slayer seller dealer farmer player surfer lover"
)


def _compound(first: Part, second: Part) -> bool:
    """Whether two nouns stand side by side as one; emoji and words of the cast are whole things."""
    if first.role != "thing" or second.role != "thing" or first.stop != second.start:
        return False
    return all(part.text[0].isalpha() and part.noun and not part.noun.cast for part in (first, second))


def _is_trade(first: Part, second: Part) -> bool:
    """Whether the second of two nouns is what a creature is by trade: the creature is drawn."""
    assert first.noun is not None
    assert second.noun is not None
    creature = first.noun.kind in ("mask", "beast", "right", "bird", "swimmer")
    human = second.noun.kind in ("figure", "bust")
    return creature and human and second.text.casefold() not in _TRADES
