"""How this user likes the window: its colours, its motion, its keys. One small file in the config folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from storyboard import places, settings, values

Colours = Literal["system", "dark", "light"]
Key = Annotated[str, Meta(max_length=40)]


class Preferences(Struct, frozen=True):
    """What the user set for the window."""

    colours: Colours = "system"
    still: bool = False
    """Whether motion that only decorates is left out."""
    keys: dict[str, tuple[Key, ...]] = {}
    """Keys of actions that have others than the table gives them, by the action's name."""


def load() -> Preferences:
    """The preferences; the defaults where there are none or the file is damaged."""
    try:
        return values.decode(_file().read_bytes(), Preferences)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Preferences()


def save(preferences: Preferences) -> None:
    """Keeps `preferences`. Raises `StoryboardError`."""
    settings.write(_file(), values.encode(preferences))


def _file() -> Path:
    return places.config() / "preferences.json"
