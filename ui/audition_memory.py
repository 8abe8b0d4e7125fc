"""How this user auditioned last, for the next time: kept in the user's config folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from storyboard import places, settings, values
from storyboard.errors import StoryboardError

MOST_TAKES: Final = 100
"""Of each shot."""
MOST_STEPS: Final = 999


class Last(Struct, frozen=True):
    """How many takes of each shot, and the step at which they were held."""

    takes: Annotated[int, Meta(ge=1, le=MOST_TAKES)] = 6
    steps: Annotated[int, Meta(ge=1, le=MOST_STEPS)] = 6


def load() -> Last:
    """What was asked for last; the defaults where that is not known."""
    try:
        return values.decode(_file().read_bytes(), Last)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Last()


def keep(last: Last) -> None:
    """Remembers `last`. Where that cannot be, the next audition only has to be told again."""
    try:
        settings.write(_file(), values.encode(last))
    except StoryboardError:
        return


def _file() -> Path:
    return places.config() / "audition.json"
