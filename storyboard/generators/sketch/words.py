"""From text to words with a role each: a noun is a picture, a verb motion, a place word background, and a word
that is one of these is not also another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from storyboard.generators.sketch import pack, verbs
from storyboard.generators.sketch.nouns import Noun, from_picture, listed, nouns

MAX_WORDS = 160
"""Words that are read; nobody sees more in one shot."""
LONGEST_PHRASE = 5

DETERMINERS = listed("a an the this that these those his her its their my our your some any each every")
PRONOUNS = listed("he him she her they them it")
_CONJUNCTIONS = listed("while as then when where but until before after")
_IRREGULAR = {
    "ate": "eat", "eaten": "eat", "ran": "run", "flew": "fly", "drove": "drive", "swam": "swim", "rode": "ride",
    "fell": "fall", "rose": "rise", "threw": "throw", "caught": "catch", "slept": "sleep", "drank": "drink",
    "sang": "sing", "held": "hold", "fought": "fight", "wrote": "write", "drew": "draw", "sat": "sit", "stood": "stand",
    "dove": "dive", "lying": "lie", "tying": "tie", "men": "man", "women": "woman", "children": "child", "mice": "mouse",
    "geese": "goose", "wolves": "wolf", "knives": "knife", "loaves": "loaf", "thieves": "thief", "wives": "wife",
    "left": "left", "woke": "wake", "spun": "spin", "shook": "shake", "blew": "blow", "grew": "grow", "went": "go",
    "came": "come", "elves": "elf", "oxen": "ox", "calves": "calf", "scarves": "scarf", "people": "people",
}  # fmt: skip

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_CJK}]+|[^\W\d_{_CJK}]+(?:['’-][^\W\d_]+)*|\d+|[,.;:!?—–…\n()]")


_ADVERBS = listed("underwater indoors downtown")
"""Places that need no preposition."""
_SIGNS = frozenset({-1, 0, 2, 8, 9})
"""Groups of pictures that are faces, symbols and flags: no film is made of these by name."""


class Word(NamedTuple):
    text: str
    """As written."""
    low: str
    """Casefolded, straight apostrophes."""
    picture: str = ""
    """The picture that an emoji is."""


class Part(NamedTuple):
    """A word or phrase with its role."""

    role: str
    """`thing`, `verb`, `relation`, `direction`, `place`, `time`, `weather`, `camera`, `colour`, `size`, `count`,
    `empty`, `and`, `break`, `pronoun`, `unknown`."""
    text: str
    value: str = ""
    noun: Noun | None = None
    ing: bool = False


def split(text: str) -> list[Word]:
    """The words, emoji and stops of `text`, at most `MAX_WORDS`."""
    text = unicodedata.normalize("NFC", text)
    words: list[Word] = []
    at = 0
    while at < len(text) and len(words) < MAX_WORDS:
        if (emoji := pack.emoji_at(text, at)) is not None:
            words.append(Word(text[at : at + emoji[0]], "", emoji[1]))
            at += emoji[0]
        elif match := _WORD.match(text, at):
            words.append(Word(match[0], match[0].casefold().replace("’", "'").removesuffix("'s")))
            at = match.end()
        else:
            at += 1
    return words


@lru_cache(4096)
def forms(word: str) -> tuple[str, ...]:
    """`word` and what it may be an inflected form of, likeliest first."""
    found = [word]
    if word in _IRREGULAR:
        found.append(_IRREGULAR[word])
    for ending, instead in (
        ("ies", "y"), ("ied", "y"), ("ves", "f"), ("ses", "s"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"),
        ("zes", "z"), ("oes", "o"), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("in'", ""),
    ):  # fmt: skip
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            stem = word[: -len(ending)]
            found.append(stem + instead)
            if ending in ("ing", "ed") and not instead and len(stem) > 2 and stem[-1] == stem[-2]:
                found.insert(1, stem[:-1])
    return tuple(dict.fromkeys(found))


@lru_cache(1024)
def _dictionary_form(word: str) -> str:
    import simplemma  # a third of a second the first time: only for words that no rule resolves

    return str(simplemma.lemmatize(word, lang="en"))


def lookup(table: dict[str, str], word: str) -> str | None:
    for form in forms(word):
        if form in table:
            return table[form]
    return None


def noun_of(word: str) -> Noun | None:
    """The curated noun `word` (or its singular) is."""
    table = nouns()
    return next((table[form] for form in forms(word) if form in table), None)


@cache
def _simple_tables() -> tuple[tuple[str, dict[str, str]], ...]:
    return (
        ("camera", verbs.cameras()),
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
        for last in forms(part[-1]):
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
        self.before = ""  # the word just read, as written in lower case
        self.has_noun = False  # in this clause

    def parts_of(self) -> list[Part]:
        at = 0
        while at < len(self.words):
            phrase = _phrase(self.words, at)
            length, part = phrase if phrase else (1, self._single(at))
            if part is not None:
                self.parts.append(part)
                self.has_noun = (self.has_noun or part.role == "thing") and part.role != "break"
            self.before = self.words[at + length - 1].low
            at += length
        return self.parts

    def _after_determiner(self) -> bool:
        """Whether a noun should come now."""
        last = self.parts[-1].role if self.parts else ""
        return self.before in DETERMINERS or last in ("colour", "size", "count") or self.before.isdigit()

    def _single(self, at: int) -> Part | None:
        word = self.words[at]
        following = self.words[at + 1] if at + 1 < len(self.words) else Word("", "")
        low = word.low
        if word.picture:
            return Part("thing", word.text, noun=from_picture(word.picture, word.text))
        if not low[0].isalnum():
            return Part("break", word.text)
        if ord(low[0]) > 0x2FFF:
            return None  # read by `foreign`
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
        if low in _CONJUNCTIONS:
            return Part("break", word.text)
        if low in PRONOUNS and not (low == "her" and noun_of(following.low)):
            return Part("pronoun", word.text, low)
        if low == "empty":
            return Part("empty", word.text)
        return None

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
        if low in verbs.cameras() and not self._after_determiner():
            return Part("camera", word.text, verbs.cameras()[low])
        for role, table in (("time", verbs.times()), ("weather", verbs.weathers())):
            # "the storm", "at night", "rain falls", but not "storms the castle".
            if low in table:
                return Part(role, word.text, table[low])
        if low in verbs.scenery():
            return Part("place", word.text, verbs.scenery()[low])
        if low in verbs.directions() and not self._after_determiner() and noun_of(following.low) is None:
            afterward = following.low in DETERMINERS or following.low in verbs.COLOURS
            if not (afterward and low in verbs.relations()):
                return Part("direction", word.text, verbs.directions()[low])
        if low in verbs.relations():
            return Part("relation", word.text, verbs.relations()[low])
        return None

    def _action(self, word: Word, _following: Word) -> Part | None:
        low = word.low
        motion = lookup(verbs.motions(), low)
        if motion is None or low in verbs.FILLER:
            return None
        after_relation = bool(self.parts) and self.parts[-1].role == "relation"
        could_be = noun_of(low) is not None or lookup(verbs.places(), low) is not None
        ing = low.endswith("ing")
        if could_be and not ing and (self._after_determiner() or after_relation or not self.has_noun):
            return None
        if self._after_determiner() and not ing:
            return None
        # "a spinning top", "a melting clock": a quality that moves; the noun comes next.
        return Part("verb", word.text, motion, ing=ing)

    def _thing(self, word: Word, _following: Word) -> Part | None:
        low = word.low
        place = lookup(verbs.places(), low)
        noun = noun_of(low)
        last = self.parts[-1].role if self.parts else ""
        if place is not None and (noun is None or last == "relation"):
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
            self._after_determiner()
            and following.low not in _ADVERBS
            and lookup(verbs.places(), following.low) is not None
        )
        if not describes and (not low.endswith(("ing", "ed", "ly")) or self._after_determiner()):
            table = pack.words("en")
            form = next((form for form in (*forms(low), _lemma(low)) if form in table), None)
            if form is not None and pack.picture(table[form]).group not in _SIGNS:
                return Part("thing", word.text, noun=from_picture(table[form], low))
        verb = lookup(verbs.motions(), _lemma(low))
        if verb is not None and not self._after_determiner():
            return Part("verb", word.text, verb, ing=low.endswith("ing"))
        if word.text[:1].isupper() and lookup(verbs.motions(), following.low) is not None:
            return Part("thing", word.text, noun=Noun("person", "figure", 0.66, word.text))
        return Part("unknown", word.text)


def _lemma(low: str) -> str:
    # The dictionary is loaded for words that look inflected, not for every half-typed one.
    return _dictionary_form(low) if low.isascii() and len(low) > 4 else low


def parts(text: str) -> list[Part]:
    """The words of `text`, each with its role, in order."""
    return list(_merged(_Reader(split(text)).parts_of()))


def _merged(found: list[Part]) -> Iterator[Part]:
    """Drops a place that only describes the noun after it ("street dog", "kitchen knife")."""
    for i, part in enumerate(found):
        following = found[i + 1] if i + 1 < len(found) else None
        before = found[i - 1].role if i else ""
        describes = (
            part.role == "place"
            and following is not None
            and following.role == "thing"
            and before not in ("relation", "break", "")
        )
        if not describes:
            yield part
