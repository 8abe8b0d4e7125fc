"""What the window remembers between two starts: recent projects, and how each was looked at last.

It is the user's and this machine's, so it lies in the config folder and not in the project. A damaged file, or a
damaged part of it, is forgotten; it never stops a start.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from storyboard import places, settings, values
from storyboard.errors import StoryboardError

RECENT: Final = 12
VIEWS: Final = 60
"""Projects whose view is remembered."""
MAX_BYTES: Final = 4 << 20

T = TypeVar("T")
Sizes = Annotated[tuple[Annotated[int, Meta(ge=0, le=100_000)], ...], Meta(max_length=8)]


class View(Struct, frozen=True):
    """How a project was looked at."""

    page: Literal["timeline", "storyboard"] = "timeline"
    scale: Annotated[float, Meta(gt=0, le=1000)] | None = None
    """Pixels a frame of the timeline; None for the whole film."""
    scroll: Annotated[int, Meta(ge=0)] = 0
    """Pixels to the left of what is seen of the timeline."""
    selected: Annotated[tuple[str, ...], Meta(max_length=20_000)] = ()
    current: str = ""
    """The shot in the inspector."""
    playhead: Annotated[int, Meta(ge=0)] = 0
    across: Sizes = ()
    """Widths of the panels, in pixels."""
    down: Sizes = ()
    """Heights of the upper part and of the timeline."""


class Memory(Struct, frozen=True):
    """Everything that is remembered."""

    recent: tuple[str, ...] = ()
    """Folders of projects, the newest first."""
    views: dict[str, View] = {}
    """By project folder, the newest last."""
    geometry: str = ""
    """The window's place and size, as Qt writes it, in hexadecimal digits."""
    advice_seen: bool = False
    """Whether the line about a model for this machine was put away."""


def load() -> Memory:
    """What is remembered, as far as it can be read."""
    try:
        if _file().stat().st_size > MAX_BYTES:
            return Memory()
        found = msgspec.json.decode(_file().read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Memory()
    if not isinstance(found, dict):
        return Memory()
    given = found.get("views")
    views = (
        {name: _part(view, View, View()) for name, view in given.items()} if isinstance(given, dict) else {}
    )
    return Memory(
        recent=_part(found.get("recent"), tuple[str, ...], ())[:RECENT],
        views=views,
        geometry=_part(found.get("geometry"), str, ""),
        advice_seen=_part(found.get("advice_seen"), bool, False),
    )


def save(memory: Memory) -> None:
    """Keeps `memory`. Where that cannot be, the next start remembers less: no reason to stop this one."""
    views = dict(list(memory.views.items())[-VIEWS:])
    try:
        settings.write(
            _file(),
            values.encode(msgspec.structs.replace(memory, views=views, recent=memory.recent[:RECENT])),
        )
    except StoryboardError:
        return


def opened(folder: Path) -> None:
    """Puts `folder` first among the recent projects."""
    memory, name = load(), str(folder.absolute())
    recent = (name, *(other for other in memory.recent if other != name))
    save(msgspec.structs.replace(memory, recent=recent))


def forget(folder: Path) -> None:
    """Takes `folder` off the recent projects."""
    memory = load()
    recent = tuple(other for other in memory.recent if other != str(folder.absolute()))
    save(msgspec.structs.replace(memory, recent=recent))


def see_advice() -> None:
    """The line about a model is not shown again."""
    save(msgspec.structs.replace(load(), advice_seen=True))


def keep(folder: Path, view: View, geometry: str) -> None:
    """Remembers how `folder` is looked at now."""
    memory, name = load(), str(folder.absolute())
    views = {other: seen for other, seen in memory.views.items() if other != name}
    save(msgspec.structs.replace(memory, views={**views, name: view}, geometry=geometry))


def view_of(folder: Path) -> View | None:
    """How `folder` was looked at last."""
    return load().views.get(str(folder.absolute()))


def is_there(folder: str) -> bool:
    """Whether a recent project can still be opened."""
    try:
        return (Path(folder) / "project.json").is_file()
    except (OSError, ValueError):  # such as a name that no file system takes
        return False


def _part(found: Any, kind: type[T], otherwise: T) -> T:
    try:
        return values.convert(found, kind)
    except (msgspec.ValidationError, RecursionError):
        return otherwise


def _file() -> Path:
    return places.config() / "window.json"
