"""Words side by side that are one thing, and words that only describe: "race car driver", "a woman's face"."""

from __future__ import annotations

from collections.abc import Iterator

from storyboard.generators.sketch.nouns import listed
from storyboard.generators.sketch.tokens import Part

CREATURES = listed("figure bust mask beast right bird swimmer")
"""Kinds of nouns that are somebody."""


def merged(found: list[Part]) -> Iterator[Part]:
    """Drops what only describes the noun after it: "street dog", "race car driver"; or "waiter" in "robot waiter"."""
    for i, part in enumerate(found):
        following = found[i + 1] if i + 1 < len(found) else None
        before = found[i - 1] if i else None
        if before is not None and compound(before, part) and _is_trade(before, part):
            continue
        if following is not None and compound(part, following) and not _is_trade(part, following):
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


def compound(first: Part, second: Part) -> bool:
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
