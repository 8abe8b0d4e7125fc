"""Prompts in other languages than English: nouns through the pack's keyword tables, and a few verbs and places."""

from __future__ import annotations

import re
from functools import cache

from storyboard import resources
from storyboard.generators.sketch import pack
from storyboard.generators.sketch.nouns import from_picture
from storyboard.generators.sketch.words import Part, Word

_STOPS = {
    "en": "the a an of and in on with is at through over under by to",
    "es": "el la los las un una unos de del y en con por sobre al su es bajo",
    "fr": "le la les un une des du de et dans avec sur au aux en il elle est sous",
    "de": "der die das ein eine einen einem einer und in im mit auf am den dem ist durch über unter",
    "pt": "o a os as um uma de do da e em no na com por sobre ao seu é",
    "it": "il lo la gli le un uno una di del della e in nel nella con su sul per è dei",
}
_ENDINGS = ("", "s", "es", "n", "en", "e", "er", "x")
_KANA = re.compile(r"[\u3040-\u30ff]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_LONGEST = 8
"""Characters in the longest Japanese or Chinese name looked up."""


@cache
def _stops() -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in _STOPS.items()}


@cache
def _actions(language: str) -> dict[str, tuple[str, str]]:
    """Word -> (role, value) of one language, from `foreign.txt`."""
    result: dict[str, tuple[str, str]] = {}
    for line in resources.path("pictures/foreign.txt").read_text(encoding="utf-8").splitlines():
        head, _, words = line.partition(": ")
        if line.startswith(language + " "):
            _, role, value = head.split()
            result.update(dict.fromkeys(words.split(", "), (role, value)))
    return result


def language_of(words: list[Word]) -> str:
    """The language that a prompt is most likely written in, by its small words and its script; else English."""
    text = "".join(word.text for word in words)
    if _CJK.search(text):
        return "ja" if _KANA.search(text) else "zh"
    lows = [word.low for word in words]
    scores = {language: sum(low in stops for low in lows) for language, stops in _stops().items()}
    return max(scores, key=lambda language: (scores[language], language == "en"))


def parts(words: list[Word], language: str) -> list[Part]:
    """The words of a prompt in `language` with their roles."""
    found: list[Part] = []
    for word in words:
        if word.picture:
            found.append(Part("thing", word.text, noun=from_picture(word.picture, word.text)))
        elif not word.low[:1].isalnum():
            found.append(Part("break", word.text))
        elif _CJK.match(word.low):
            found.extend(_within(word.text, language))
        elif (part := _latin(word, language)) is not None:
            found.append(part)
    return found


def _part(text: str, word: str, language: str) -> Part | None:
    action = _actions(language).get(word)
    if action is not None:
        return Part(action[0], text, action[1])
    name = pack.words(language).get(word)
    return None if name is None else Part("thing", text, noun=from_picture(name, text))


def _latin(word: Word, language: str) -> Part | None:
    if word.low in _stops().get(language, ()) or len(word.low) < 3:
        return None
    for ending in _ENDINGS:
        if word.low.endswith(ending):
            part = _part(word.text, word.low.removesuffix(ending), language)
            if part is not None:
                return part
    return Part("unknown", word.text)


def _within(run: str, language: str) -> list[Part]:
    """The names in a run of Japanese or Chinese, which puts no spaces between words; the longest wins."""
    found: list[Part] = []
    at = 0
    while at < len(run):
        for length in range(min(_LONGEST, len(run) - at), 0, -1):
            piece = run[at : at + length]
            # One kana is a particle, never a name.
            part = None if length == 1 and _KANA.match(piece) else _part(piece, piece, language)
            if part is not None:
                found.append(part)
                at += length
                break
        else:
            at += 1
    return found
