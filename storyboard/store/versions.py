"""Earlier states of a project in `versions/`: named ones, which stay, and timed ones, which thin out with age.

A version is a whole `project.json`; its name is its time and, for a named one, its name:
`20260131T174500.120Z Before the new ending.json`.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from storyboard.errors import ProjectError
from storyboard.project import Project
from storyboard.store import document

FOLDER = "versions"
EVERY = timedelta(minutes=1)
"""The least time between two timed versions."""
LATEST = 20
"""How many timed versions are kept whatever their age."""
MAX_LABEL = 80

_NAME = re.compile(r"(\d{8}T\d{6}\.\d{3})Z(?: (.+))?\.json", re.ASCII)
_TIME = "%Y%m%dT%H%M%S.%f"
_UNSAFE = re.compile(r'[%/\\:*?"<>|]')


class Version(Struct, frozen=True):
    """One file in `versions/`."""

    name: str
    """Its time in short, which no other version of the project has: `20260131T174500.120Z`."""
    label: str
    """What the user called it; empty for a timed version."""
    saved: str
    """UTC, ISO 8601."""
    shots: int
    problem: str
    """Why it cannot be restored, or an empty string."""


class _File(NamedTuple):
    path: Path
    time: datetime
    label: str

    @property
    def name(self) -> str:
        return _stamp(self.time)


def name_of(file: Path) -> str:
    """The name of the version in `file`, which `keep` wrote: its time."""
    return file.stem.partition(" ")[0]


def listing(folder: Path) -> list[Version]:
    """The versions of the project in `folder`, newest first. Broken ones are listed with their problem."""
    return [_version(file) for file in sorted(_files(folder), key=lambda file: file.time, reverse=True)]


def load(folder: Path, name: str) -> Project:
    """The project that version `name` holds. Raises `ProjectError` when it is not there or broken."""
    for file in _files(folder):
        if file.name == name:
            return document.load(file.path).project
    raise ProjectError(f"{folder} has no version {name}; list them with: storyboard versions {folder}")


def keep(folder: Path, data: bytes, label: str = "", now: datetime | None = None) -> Path:
    """Writes `data` as a version and returns its file. Raises `StoryboardError`."""
    time = now or datetime.now(UTC)
    tail = f" {_file_name(label)}" if label else ""
    taken = {file.name for file in _files(folder)}
    while _stamp(time) in taken:
        time += timedelta(milliseconds=1)
    path = document.subfolder(folder, FOLDER) / f"{_stamp(time)}{tail}.json"
    document.write(path, data)
    return path


def keep_timed(folder: Path, data: bytes, now: datetime | None = None) -> None:
    """Writes `data` as a timed version unless the newest is less than a minute old, and thins old ones out."""
    now = now or datetime.now(UTC)
    if any(timedelta(0) <= now - file.time < EVERY for file in _files(folder) if not file.label):
        return
    keep(folder, data, now=now)
    prune(folder, now)


def prune(folder: Path, now: datetime) -> None:
    """Removes the timed versions that `kept` does not keep; never a named one."""
    timed = {file.time: file.path for file in _files(folder) if not file.label}
    for time in set(timed) - kept(timed, now):
        with contextlib.suppress(OSError):  # one that stays is only one too many
            timed[time].unlink()


def kept(times: Iterable[datetime], now: datetime) -> set[datetime]:
    """Which timed versions stay: the last 20, then the newest of each hour for a day, of each day for 30 days."""
    newest_first = sorted(times, reverse=True)
    stay = set(newest_first[:LATEST])
    seen: set[str] = set()
    for time in newest_first:
        age = now - time
        pattern = "%Y%m%d%H" if age <= timedelta(days=1) else "%Y%m%d" if age <= timedelta(days=30) else ""
        slot = time.strftime(pattern) if pattern else ""
        if slot and slot not in seen:
            seen.add(slot)
            stay.add(time)
    return stay


def _stamp(time: datetime) -> str:
    return f"{time.strftime(_TIME)[:-3]}Z"


def _files(folder: Path) -> list[_File]:
    try:
        paths = list((folder / FOLDER).iterdir())
    except OSError:  # none yet, or none that can be read: never in the way of the project itself
        return []
    found = []
    for path in paths:
        if match := _NAME.fullmatch(path.name):
            with contextlib.suppress(ValueError):  # digits that are no time: not ours
                time = datetime.strptime(match[1], _TIME).replace(tzinfo=UTC)
                found.append(_File(path, time, _shown_label(match[2] or "")))
    return found


def _version(file: _File) -> Version:
    try:
        shots, problem = len(document.load(file.path).project.shots), ""
    except ProjectError as error:
        shots, problem = 0, str(error)
    return Version(file.name, file.label, file.time.isoformat(timespec="seconds"), shots, problem)


def _file_name(label: str) -> str:
    """`label` with what file systems refuse written as %xx."""
    safe = _UNSAFE.sub(lambda char: f"%{ord(char[0]):02x}", label.strip())
    if not safe or len(label) > MAX_LABEL or not label.isprintable() or len(safe.encode()) > 200:
        raise ProjectError(
            f"a version's name has 1 to {MAX_LABEL} plain characters; give a shorter, plainer one"
        )
    return safe


def _shown_label(safe: str) -> str:
    label = re.sub(r"%([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), safe)
    return unicodedata.normalize("NFC", label)  # macOS takes letters apart
