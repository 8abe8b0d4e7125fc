"""What a word of English may be: inflected forms looked up in the tables of nouns, places and motions."""

from __future__ import annotations

from functools import cache

from storyboard.generators.sketch import verbs
from storyboard.generators.sketch.lemmas import forms, noun_forms
from storyboard.generators.sketch.nouns import Noun, nouns

SIGNS = frozenset({-1, 0, 2, 8, 9})
"""Groups of pictures that are faces, symbols and flags: no film is made of these by name."""


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
def vocabulary() -> frozenset[str]:
    """Every noun, place and verb of the tables."""
    return frozenset(nouns()) | frozenset(verbs.places()) | frozenset(verbs.motions())
