"""How each project was exported last, for *Export again*: kept in the user's config folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from storyboard import places, settings, values
from storyboard.errors import StoryboardError
from storyboard.film import queue

from .reel import PRESET

MOST: Final = 100
"""Projects that are remembered."""
MAX_BYTES: Final = 1 << 20


class Last(Struct, frozen=True):
    """How a film was exported."""

    preset: queue.Preset = PRESET
    out: Annotated[str, Meta(max_length=4096, pattern=r"^[^\x00]*$")] = ""
    """An absolute path; empty for the project's `exports/`."""

    @property
    def file(self) -> Path | None:
        return Path(self.out) if self.out else None


def load(folder: Path) -> Last:
    """How the project in `folder` was exported last; as it comes where that is not known."""
    return _all().get(_name(folder), Last())


def keep(folder: Path, last: Last) -> None:
    """Remembers `last`. Where that cannot be, the next export only has to be told again."""
    known = {name: other for name, other in _all().items() if name != _name(folder)}
    kept = dict([*known.items(), (_name(folder), last)][-MOST:])
    try:
        settings.write(_file(), values.encode(kept))
    except StoryboardError:
        return


def _all() -> dict[str, Last]:
    try:
        if _file().stat().st_size > MAX_BYTES:
            return {}
        return values.decode(_file().read_bytes(), dict[str, Last])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _name(folder: Path) -> str:
    return str(folder.absolute())


def _file() -> Path:
    return places.config() / "exports.json"
