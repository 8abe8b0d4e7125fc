"""What a shot without a take shows: the sketch of its prompt, or a card with its words."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from storyboard.generators import card
from storyboard.generators.sketch import generator as sketch
from storyboard.project import CARD

if TYPE_CHECKING:
    from storyboard.frames import Frames

VERSION = f"sketch {sketch.VERSION}, card {card.VERSION}"
"""Part of the key of every segment that is drawn."""


def is_card(prompt: str, model: str) -> bool:
    """Whether the words themselves are shown: the model is `card`, or nothing in the prompt can be drawn."""
    return model == CARD or not sketch.can_draw(prompt)


def card_number(prompt: str, model: str, number: int) -> int | None:
    """The number that a card shows above its words: `number`, the shot's, except on a card that was wished for."""
    return None if model == CARD or sketch.can_draw(prompt) else number


def draw(
    prompt: str,
    seed: int,
    width: int,
    height: int,
    count: int,
    rate: Fraction,
    start: int = 0,
    *,
    as_card: bool,
    number: int | None = None,
) -> Frames:
    """Frames `start` to `start + count` of the stand-in at `rate` frames per second.

    Each is (height, width, 3) uint8 RGB, made as it is asked for, and a function of its time.
    """
    if as_card:
        return card.moving(prompt, number, width, height, count, rate, start)
    return sketch.draw(prompt, seed, width, height, count, rate, start)
