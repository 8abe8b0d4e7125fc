"""What a shot without a take shows: the sketch of its prompt, or a card with its words."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.generators import card
from storyboard.generators.sketch import generator as sketch
from storyboard.generators.sketch.cast import Cast
from storyboard.project import CARD

if TYPE_CHECKING:
    from storyboard.frames import Frames

VERSION = f"sketch {sketch.VERSION}, card {card.VERSION}"
"""Part of the key of every segment that is drawn."""


def is_card(prompt: str, model: str, pictures: Cast = ()) -> bool:
    """Whether the words themselves are shown: the model is `card`, or nothing in the prompt can be drawn."""
    return model == CARD or not sketch.can_draw(prompt, pictures)


def card_number(prompt: str, model: str, number: int, pictures: Cast = ()) -> int | None:
    """The number that a card shows above its words: `number`, the shot's, except on a card that was wished for."""
    return None if model == CARD or sketch.can_draw(prompt, pictures) else number


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
    pictures: Cast = (),
    folder: Path | None = None,
) -> Frames:
    """Frames `start` to `start + count` of the stand-in at `rate` frames per second.

    Each is (height, width, 3) uint8 RGB, made as it is asked for, and a function of its time. `pictures` are those
    of the shot's words (`project.depicted`), `folder` the project's, where own ones are. Raises `MediaError` for
    an own picture that is gone or changed.
    """
    if as_card:
        return card.moving(prompt, number, width, height, count, rate, start)
    return sketch.draw(prompt, seed, width, height, count, rate, start, cast=pictures, folder=folder)
