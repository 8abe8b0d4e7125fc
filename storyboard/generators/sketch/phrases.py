"""Several words that are one: "golden retriever", "in front of", "oil on canvas"."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from storyboard.generators.sketch import verbs
from storyboard.generators.sketch.compounds import CREATURES
from storyboard.generators.sketch.lemmas import forms, noun_forms
from storyboard.generators.sketch.nouns import nouns
from storyboard.generators.sketch.tokens import Part, Word

_MOVERS = CREATURES | {"vehicle", "aircraft", "boat"}
LONGEST = 5
"""Words in a phrase."""


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


def phrase_at(words: list[Word], at: int) -> tuple[int, list[Part]] | None:
    """The longest phrase of two words or more that starts at `at`: how many words it has, and what it may mean,
    likeliest first; words of style are a phrase that means nothing.
    """
    for length in range(min(LONGEST, len(words) - at), 1, -1):
        lows = [word.low for word in words[at : at + length]]
        if not all(lows):
            continue
        if " ".join(lows) in verbs.STYLES:
            return length, []
        text = " ".join(word.text for word in words[at : at + length])
        found = list(_meanings(text, lows))
        if found:
            return length, found
    return None


def _meanings(text: str, lows: list[str]) -> Iterator[Part]:
    joined = " ".join(lows)
    ing = lows[0].endswith("ing")
    role, table = next(((role, table) for role, table in _simple_tables() if joined in table), ("", {}))
    if role:
        yield Part(role, text, table[joined], ing=ing and role == "verb")
    for last in noun_forms(lows[-1]):
        doer = nouns().get(lows[0])
        if last != lows[-1] and last in verbs.motions() and doer is not None and doer.kind in _MOVERS:
            break  # "a dog runs", "a car races"
        phrase = " ".join([*lows[:-1], last])
        if phrase in nouns() and role not in ("direction", "time", "weather", "relation"):
            yield Part("thing", text, noun=nouns()[phrase])
            break
        if phrase in verbs.places() and not role:
            yield Part("place", text, verbs.places()[phrase])
            break
    if not role:
        for first in forms(lows[0]):
            phrase = " ".join([first, *lows[1:]])
            if phrase in verbs.motions():
                yield Part("verb", text, verbs.motions()[phrase], ing=ing)
                break
