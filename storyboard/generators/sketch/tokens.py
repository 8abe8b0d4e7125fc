"""Text cut into words, emoji and stops, and the parts of a sentence that they become."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from storyboard.generators.sketch import cast as casts
from storyboard.generators.sketch import pack, verbs
from storyboard.generators.sketch.lookups import lookup, noun_of
from storyboard.generators.sketch.nouns import Noun, from_picture

MAX_WORDS = 160
"""Words that are read; nobody sees more in one shot."""
_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_CJK}]+|[^\W\d_{_CJK}]+(?:['’-][^\W\d_]+)*|\d+|[,.;:!?—–…\n()]")


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
