"""What the user set for this machine: the device, further folders of models, how much the cache may hold.

One small file in the user's config folder, read by the window, the command line and the workers alike.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from storyboard import atomic, places, values
from storyboard.errors import StoryboardError, why

CACHE_LIMIT: Final = 20 << 30
"""Bytes that one project's cache may hold before its least recently used parts go."""

MOST_TOGETHER: Final = 16
"""Takes of one shot in one batch, at most."""

MAX_BYTES: Final = 1 << 20
"""A larger file is not one that was written here."""

Device = Annotated[str, Meta(max_length=40, pattern=r"^[a-z]*(:\d{1,3})?$(?!\n)")]


class Settings(Struct, frozen=True):
    """Settings of this machine. Unknown fields are a newer program's and are left out."""

    device: Device = ""
    """Where models run: `cpu`, `cuda`, `cuda:1`, `mps`; empty for the best there is."""
    model_folders: Annotated[tuple[str, ...], Meta(max_length=50)] = ()
    """Folders that hold models, one folder each, besides the user's own `models/`."""
    cache_limit: Annotated[int, Meta(ge=0, le=1 << 50)] = CACHE_LIMIT
    checkpoint_steps: Annotated[int, Meta(ge=0, le=1000)] = 0
    """Steps of a model after which what is done of a take is kept, to be gone on with after a crash; 0 for never."""
    takes_together: Annotated[int, Meta(ge=0, le=MOST_TOGETHER)] = 0
    """Takes of one shot that are made in one batch, at most; 1 for one by one, 0 for as many as a GPU gains from."""
    compile_blocks: bool = True
    """Whether what a model repeats is compiled where a run on a GPU is long enough to pay for it."""


def load() -> Settings:
    """The settings; the defaults where nothing was set or the file is damaged: they are never in the way."""
    try:
        path = file()
        if path.stat().st_size > MAX_BYTES:
            return Settings()
        return values.decode(path.read_bytes(), Settings)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Settings()


def save(settings: Settings) -> None:
    """Keeps `settings` for this and later starts. Raises `StoryboardError`."""
    try:
        values.convert(msgspec.to_builtins(settings), Settings)
    except msgspec.ValidationError as error:
        raise StoryboardError(f"these settings cannot be kept: {error}; change them") from error
    write(file(), values.encode(settings))


def write(path: Path, data: bytes) -> None:
    """Puts `data` at `path` in the user's config folder, whole or not at all. Raises `StoryboardError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(path) as temporary:
            temporary.write_bytes(data)
    except OSError as error:
        reason = why(error)
        raise StoryboardError(
            f"{path} cannot be written: {reason}; check the folder's permissions"
        ) from error


def file() -> Path:
    return places.config() / "settings.json"
