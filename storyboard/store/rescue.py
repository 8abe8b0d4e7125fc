"""Edits that could not be saved into their project, because its disk was away or full: kept in the user's own folder.

The next start offers them. They can be declined, and one that cannot be read is as good as none: nothing here is ever in
the way of opening a project, and nothing here writes to it. Each start has a file of its own: what an earlier one kept
stays until the user has answered.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from storyboard import places, reading, values
from storyboard.atomic import replacing
from storyboard.errors import StoryboardError
from storyboard.project import Project
from storyboard.store import document

FOLDER: Final = "unsaved"


class Rescued(NamedTuple):
    """Edits of a project as they were when they could not be saved."""

    file: Path
    """Where they are kept."""
    saved: str
    """UTC, ISO 8601."""
    project: Project


class _File(Struct, frozen=True):
    format: Literal[1]
    folder: Annotated[str, Meta(max_length=5000)]
    """The project's."""
    saved: Annotated[str, Meta(max_length=40)]
    project: Project


def new_file(folder: Path) -> Path:
    """Where a start that begins now keeps what it cannot save in the project in `folder`."""
    return places.data() / FOLDER / f"{_key(folder)}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json"


def keep(file: Path, folder: Path, project: Project) -> bool:
    """Keeps `project`, which could not be saved in `folder`, as `file`; False where that could not be either."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        data = values.encode(_File(1, str(folder.absolute()), now, project))
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as temporary:
            temporary.write_bytes(data)
    except (OSError, UnicodeEncodeError, StoryboardError):
        return False
    return True


def find(folder: Path) -> list[Rescued]:
    """The edits of the project in `folder` that were kept here and can be read, the oldest first."""
    files = (places.data() / FOLDER).glob(f"{_key(folder)}*.json")
    found = [rescued for file in files if (rescued := _read(file, folder)) is not None]
    return sorted(found, key=lambda rescued: (rescued.saved, rescued.file.name))


def forget(file: Path) -> None:
    """Lets go of what is kept as `file`: it is saved, or not wanted."""
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)


def _read(file: Path, folder: Path) -> Rescued | None:
    try:
        found = values.decode(reading.whole(file, document.MAX_BYTES), _File)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return None
    return Rescued(file, found.saved, found.project) if found.folder == str(folder.absolute()) else None


def _key(folder: Path) -> str:
    return values.key(str(folder.absolute()))[:32]
