"""Which other pictures a word might have: what is offered where one is to be replaced."""

from __future__ import annotations

from functools import cache, lru_cache

from storyboard import naming
from storyboard.generators.sketch import drawn, pack
from storyboard.generators.sketch.lemmas import forms
from storyboard.generators.sketch.nouns import nouns

MOST = 60

_SAME, _MEANT, _KEYWORD_FOR, _IN_NAME, _AMONG_KEYWORDS, _RELATIVE = 100, 60, 50, 30, 20, 5
"""What it counts that a picture is called so, is what the sketch draws for the word, ..., is of the same kind."""


@lru_cache(512)
def alternatives(word: str) -> tuple[str, ...]:
    """Pictures that `word` might stand for, likeliest first, at most `MOST`: those it names, those that it is a
    keyword of, and their near relatives (other animals for an animal). `word` may be a phrase or a picture's name.
    """
    wanted = naming.folded(word).replace("-", " ")
    if not wanted:
        return ()
    scores: dict[str, int] = {}
    for name in (*pack.names(), *drawn.names()):
        score = _score(name, wanted)
        if score:
            scores[name] = score
    if not scores:
        return ()
    best = _sorted(scores)[0]
    for name in _relatives(best):
        scores.setdefault(name, _RELATIVE)
    return tuple(_sorted(scores)[:MOST])


def _sorted(scores: dict[str, int]) -> list[str]:
    return sorted(scores, key=lambda name: (-scores[name], len(name), name))


def _score(name: str, wanted: str) -> int:
    own = name.removeprefix("~").replace("-", " ")
    inflected = forms(wanted)
    score = _SAME * (own in inflected) + _MEANT * (_meant(wanted) == name)
    score += _KEYWORD_FOR * any(form in _keywords().get(name, ()) for form in inflected)
    parts = wanted.split()
    in_name, keywords = set(own.split()), _keyword_parts().get(name, frozenset())
    if all(in_name & set(forms(part)) for part in parts):
        score += _IN_NAME
    elif all(keywords & set(forms(part)) for part in parts):
        score += _AMONG_KEYWORDS
    return score


def _meant(wanted: str) -> str:
    """The picture that the sketch draws for the word by itself."""
    table = nouns()
    found = next((table[form] for form in forms(wanted) if form in table), None)
    return "" if found is None else found.picture


@cache
def _keywords() -> dict[str, frozenset[str]]:
    """Picture -> the words that mean it before any other picture."""
    found: dict[str, set[str]] = {}
    for word, name in pack.words("en").items():
        found.setdefault(name, set()).add(word)
    for word, noun in nouns().items():
        found.setdefault(noun.picture, set()).add(word)
    return {name: frozenset(keywords) for name, keywords in found.items()}


@cache
def _keyword_parts() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(part for keyword in keywords for part in keyword.split())
        for name, keywords in _keywords().items()
    }


def _relatives(name: str) -> list[str]:
    """The pictures of the same kind: people of a trade, land animals, fruit."""
    if not pack.has(name):
        return []
    kind = pack.picture(name)
    if kind.subgroup < 0:
        return []
    others = (pack.picture(other) for other in pack.names())
    return [other.name for other in others if (other.group, other.subgroup) == (kind.group, kind.subgroup)]
