"""One program at a time edits a project: a lock that ends with its process, and words about who holds it.

The lock is the operating system's where it has one for the project's folder. On a network folder it may have none, or
one that other machines do not see. So who holds it also says so in a file, and touches that now and then: a program on
another machine, or one that finds no lock of the system's, goes by that.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import secrets
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from storyboard import reading, values
from storyboard.atomic import replacing
from storyboard.errors import ProjectError, ProjectLocked, StoryboardError, why

if TYPE_CHECKING:
    from filelock import BaseFileLock

NAME: Final = ".lock"
OWNER_NAME: Final = ".lock.json"
TOUCH_EVERY: Final = 20.0
"""Seconds after which who holds the lock says so again."""
SILENT: Final = 120.0
"""Seconds without that after which an owner on another machine is taken for gone."""
_MAX_OWNER_BYTES: Final = 4096
_NO_LOCKS: Final = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}
"""What a file system says that knows no locks."""

_Words = Annotated[str, Meta(max_length=300)]


class Owner(msgspec.Struct, frozen=True):
    """Who holds the lock."""

    program: _Words
    host: _Words
    pid: Annotated[int, Meta(ge=0, le=2**32)]
    since: _Words
    """UTC, ISO 8601."""
    started: _Words = ""
    """When its process started, as its system counts: another process may get the same number later."""
    token: _Words = ""
    """Which no other lock has."""

    def __str__(self) -> str:
        return f"{self.program} (process {self.pid} on {self.host}, since {self.since})"

    @property
    def is_here(self) -> bool:
        """Whether it is, or was, a process of this machine."""
        return self.host == _host()

    @property
    def runs(self) -> bool:
        """Whether its process, one of this machine, still runs; True where that cannot be told."""
        if os.name != "posix":
            return True
        try:
            os.kill(self.pid, 0)  # asks, and sends nothing
        except ProcessLookupError:
            return False
        except (OSError, OverflowError):
            return True
        return not self.started or self.started == _started(self.pid)


class Lock:
    """The right to write a project, held until `release` or the end of the process."""

    def __init__(self, folder: Path, held: BaseFileLock | None, owner: Owner) -> None:
        """`held` is the system's lock; None where it has none."""
        self._folder = folder
        self._held = held
        self._owner = owner
        self._over = threading.Event()
        self._toucher = threading.Thread(target=self._touch, name="lock", daemon=True)
        self._toucher.start()

    def taken_over(self) -> Owner | None:
        """Who has taken this lock over meanwhile; None as long as it is ours.

        Where whoever took it over has given it back, it is taken again, before a third one does.
        """
        # A disk that is full or away takes nothing from anybody: then nobody else gets the lock either.
        with contextlib.suppress(OSError):
            _say_again(self._folder, self._owner)
        return self._other()

    def _other(self) -> Owner | None:
        now = _owner(self._folder)
        return None if now is None or now.token == self._owner.token else now

    def release(self) -> None:
        self._over.set()
        self._toucher.join()
        with contextlib.suppress(OSError):
            if self._other() is None:
                (self._folder / OWNER_NAME).unlink(missing_ok=True)
        if self._held is not None:
            self._held.release()

    def _touch(self) -> None:
        while not self._over.wait(TOUCH_EVERY):
            with contextlib.suppress(OSError):  # a disk that is away now may come back
                if self.taken_over() is None:
                    os.utime(self._folder / OWNER_NAME)


def acquire(folder: Path) -> Lock:
    """The lock of the project in `folder`, without waiting.

    Raises `ProjectLocked` when another program has it, or left it behind on another machine, and `ProjectError` when
    the folder cannot be written.
    """
    held = _system_lock(folder)
    try:
        _refuse_other(folder, held is not None)
        owner = _say_who(folder, held is not None)
    except BaseException:
        if held is not None:
            held.release()
        raise
    return Lock(folder, held, owner)


def take_over(folder: Path) -> str:
    """Lets this machine edit the project in `folder`, which a program on another one left open; returns who that was,
    or an empty string where nobody did.

    Raises `ProjectLocked` when a program that runs has it.
    """
    held = _system_lock(folder)
    try:
        owner = _owner(folder)
        if owner is not None and held is None and owner.is_here and owner.runs:
            raise ProjectLocked(f"{folder} is being edited by {owner}, which still runs; close it there")
        if owner is not None and not owner.is_here and (silent := _silent_for(folder)) < SILENT:
            raise ProjectLocked(
                f"{folder} is being edited by {owner}, which was heard of {_ago(silent)} ago; close it there, or wait "
                f"until it is silent for {_ago(SILENT)}"
            )
        (folder / OWNER_NAME).unlink(missing_ok=True)
    except OSError as error:
        raise ProjectError(
            f"{folder / OWNER_NAME} cannot be removed: {why(error)}; remove it yourself"
        ) from error
    finally:
        if held is not None:
            held.release()
    return "" if owner is None else str(owner)


def _system_lock(folder: Path) -> BaseFileLock | None:
    """The operating system's lock; None where this folder's file system has none."""
    from filelock import FileLock, Timeout

    path = folder / NAME
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise ProjectError(f"{path} is no plain file; move it away to edit this project")
    # Not per thread: a window may open a project on one thread and close it on another.
    held = FileLock(path, thread_local=False)
    try:
        held.acquire(timeout=0)
    except Timeout:
        raise ProjectLocked(
            f"{folder} is being edited by {_owner(folder) or 'another program'}; close it there, or open it for "
            "reading only"
        ) from None
    except (OSError, NotImplementedError) as error:
        if isinstance(error, NotImplementedError) or error.errno in _NO_LOCKS:
            return None
        reason = why(error)
        raise ProjectError(f"{folder} cannot be written ({reason}); copy the project to edit it") from error
    return held


def _refuse_other(folder: Path, locked: bool) -> None:
    """Raises `ProjectLocked` when another program says that it edits the project. One of this machine needs no such
    words where the system's lock is ours (`locked`), or when it does not run any more: it crashed."""
    owner = _owner(folder)
    if owner is None or (owner.is_here and (locked or not owner.runs)):
        return
    silent = _silent_for(folder)
    if owner.is_here or silent < SILENT:
        raise ProjectLocked(
            f"{folder} is being edited by {owner}; close it there, or open it for reading only"
        )
    raise ProjectLocked(
        f"{folder} was left open by {owner}, which was last heard of {_ago(silent)} ago; if it is not open there any "
        f"more, take it over with: storyboard unlock {folder}"
    )


def _silent_for(folder: Path) -> float:
    """Seconds since the owner was heard of, by the clock of the disk: those of two machines may differ."""
    probe = folder / NAME
    try:
        with probe.open("ab"):  # made where the system's lock left none
            os.utime(probe)
        now = probe.stat().st_mtime
    except OSError:
        now = time.time()
    try:
        return max(now - (folder / OWNER_NAME).stat().st_mtime, 0.0)
    except OSError:  # given back just now
        return 0.0


def _ago(seconds: float) -> str:
    for size, name in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"


def _say_who(folder: Path, locked: bool) -> Owner:
    owner = Owner(
        program=Path(sys.argv[0] or "python").name[:300],
        host=_host(),
        pid=os.getpid(),
        since=datetime.now(UTC).isoformat(timespec="seconds"),
        started=_started(os.getpid()),
        token=secrets.token_hex(8),
    )
    try:
        with replacing(folder / OWNER_NAME) as temporary:
            temporary.write_bytes(values.encode(owner))
    except (OSError, StoryboardError) as error:
        if not locked:  # then these words are the lock; else a project is not refused for want of them
            reason = why(error) if isinstance(error, OSError) else str(error)
            raise ProjectError(f"{folder} cannot be edited: {reason}") from error
    return owner


def _say_again(folder: Path, owner: Owner) -> None:
    """Writes the words of `owner` where nobody says anything. Raises `OSError`."""
    try:
        handle = os.open(folder / OWNER_NAME, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    except FileExistsError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(values.encode(owner))
    except OSError:
        (folder / OWNER_NAME).unlink(missing_ok=True)  # half a sentence says nothing
        raise


def _host() -> str:
    return platform.node()[:300] or "this computer"


def _started(pid: int) -> str:
    """When a process of this machine started, in ticks since the machine did; empty where that cannot be told."""
    try:
        # After the name, which may hold anything, in brackets: field 22 of the line.
        return (
            Path(f"/proc/{pid}/stat")
            .read_text(encoding="utf-8", errors="replace")
            .rpartition(")")[2]
            .split()[19]
        )
    except (OSError, IndexError):
        return ""


def _owner(folder: Path) -> Owner | None:
    try:
        return values.decode(reading.whole(folder / OWNER_NAME, _MAX_OWNER_BYTES), Owner)
    except (OSError, ValueError, RecursionError):
        return None
