"""Edits that could not be saved into their project, because its disk was away or full: kept in the user's own folder.

The next start offers them. They can be declined, and one that cannot be read is as good as none: nothing here is ever in
the way of opening a project, and nothing here writes to it.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from storyboard import places, reading, values
from storyboard.atomic import replacing
from storyboard.errors import StoryboardError
from storyboard.project import Project
from storyboard.store import document

FOLDER: Final = "unsaved"


class Rescued(Struct, frozen=True):
    """Edits of a project as they were when they could not be saved."""

    format: Literal[1]
    folder: Annotated[str, Meta(max_length=5000)]
    """The project's."""
    saved: Annotated[str, Meta(max_length=40)]
    """UTC, ISO 8601."""
    project: Project


def keep(folder: Path, project: Project) -> bool:
    """Keeps `project`, which could not be saved in `folder`; False where that could not be either."""
    path = file_of(folder)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        data = values.encode(Rescued(1, str(folder.absolute()), now, project))
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_bytes(data)
    except (OSError, UnicodeEncodeError, StoryboardError):
        return False
    return True


def find(folder: Path) -> Rescued | None:
    """The edits of the project in `folder` that were kept here; None where there are none that can be read."""
    try:
        found = values.decode(reading.whole(file_of(folder), document.MAX_BYTES), Rescued)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return None
    return found if found.folder == str(folder.absolute()) else None


def forget(folder: Path) -> None:
    """Lets go of them: they are saved, or not wanted."""
    with contextlib.suppress(OSError):
        file_of(folder).unlink(missing_ok=True)


def file_of(folder: Path) -> Path:
    """Where the edits of the project in `folder` are kept."""
    return places.data() / FOLDER / f"{values.key(str(folder.absolute()))[:32]}.json"
