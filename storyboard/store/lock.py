"""One program at a time edits a project: a lock that ends with its process, and words about who holds it."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from storyboard import values
from storyboard.atomic import replacing
from storyboard.errors import ProjectError, ProjectLocked, StoryboardError, why

if TYPE_CHECKING:
    from filelock import BaseFileLock

NAME = ".lock"
OWNER_NAME = ".lock.json"
_MAX_OWNER_BYTES = 4096


class Owner(msgspec.Struct, frozen=True):
    """Who holds the lock. It is for people: the lock itself is the operating system's, and ends with a crash."""

    program: str
    host: str
    pid: int
    since: str
    """UTC, ISO 8601."""

    def __str__(self) -> str:
        return f"{self.program} (process {self.pid} on {self.host}, since {self.since})"


class Lock:
    """The right to write a project, held until `release` or the end of the process."""

    def __init__(self, folder: Path, held: BaseFileLock) -> None:
        self._folder = folder
        self._held = held

    def release(self) -> None:
        with contextlib.suppress(OSError):
            (self._folder / OWNER_NAME).unlink(missing_ok=True)
        self._held.release()


def acquire(folder: Path) -> Lock:
    """The lock of the project in `folder`, without waiting.

    Raises `ProjectLocked` when another program has it and `ProjectError` when the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    # Not per thread: a window may open a project on one thread and close it on another.
    held = FileLock(folder / NAME, thread_local=False)
    try:
        held.acquire(timeout=0)
    except Timeout:
        raise ProjectLocked(
            f"{folder} is being edited by {_owner(folder)}; close it there, or open it for reading only"
        ) from None
    except OSError as error:
        reason = why(error)
        raise ProjectError(f"{folder} cannot be written ({reason}); copy the project to edit it") from error
    _say_who(folder)
    return Lock(folder, held)


def _say_who(folder: Path) -> None:
    owner = Owner(
        program=Path(sys.argv[0] or "python").name,
        host=platform.node() or "this computer",
        pid=os.getpid(),
        since=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    # Only words: a project is not refused because they could not be written.
    with contextlib.suppress(OSError, StoryboardError), replacing(folder / OWNER_NAME) as temporary:
        temporary.write_bytes(values.encode(owner))


def _owner(folder: Path) -> str:
    try:
        with (folder / OWNER_NAME).open("rb") as file:
            return str(values.decode(file.read(_MAX_OWNER_BYTES), Owner))
    except (OSError, ValueError):
        return "another program"
