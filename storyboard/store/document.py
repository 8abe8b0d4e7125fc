"""`project.json`: its bytes to a `Project` and back, older formats, and words for what is wrong with a file."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from storyboard import reading, values
from storyboard.atomic import nothing, replacing
from storyboard.errors import ProjectError, why
from storyboard.limits import sentence
from storyboard.paths import inside
from storyboard.project import FORMAT, Project

NAME = "project.json"
MAX_BYTES = 256 * 2**20
"""A film of 20,000 shots with long prompts stays below this; a bigger file is not one of ours."""

MAX_VALUES = 500_000
"""In one file: 20,000 shots with all their settings have fewer. It bounds memory before anything is allocated."""

Migration = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATIONS: Mapping[int, Migration] = {}
"""From each older format to the next one: `MIGRATIONS[n]` turns the parsed JSON of format n into format n + 1."""


class Damaged(ProjectError):
    """The file was read and holds no project. Only then another one may take its place."""


class Missing(ProjectError):
    """There is no file."""


class Document(NamedTuple):
    """A project as it was read."""

    project: Project
    data: bytes
    format: int
    """The format the file was written in; older than `FORMAT` when the project was converted."""


class _Head(msgspec.Struct):
    format: Any = None


def load(path: Path, migrations: Mapping[int, Migration] = MIGRATIONS) -> Document:
    """The project in the file at `path`. Raises `ProjectError` and leaves the file as it is: `Damaged`, `Missing`, or
    another one where the file may be sound: it is of a newer format, or could not be read."""
    return parse(read(path), path, migrations)


def read(path: Path) -> bytes:
    """The file's bytes. Raises `Missing` when there is none, `Damaged` when it is too large to be a project, and
    another `ProjectError` when it cannot be read."""
    try:
        return reading.whole(path, MAX_BYTES)
    except FileNotFoundError:
        if path.is_symlink():
            raise ProjectError(
                f"{path} cannot be read: it leads to a file that is not there; connect the disk of that again"
            ) from None
        raise Missing(f"{path} is not there; make a project with: storyboard new {path.parent}") from None
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise Damaged(
                f"{path} is larger than {MAX_BYTES // 2**20} MiB and cannot be a project; restore a version"
            ) from None
        raise ProjectError(
            f"{path} cannot be read: {why(error)}; check that it is a file of yours"
        ) from error


def write(path: Path, data: bytes, before: Callable[[], None] = nothing) -> None:
    """Puts `data` at `path`, whole or not at all; `before` is called right before and may refuse it by an error.

    Raises `DiskFull` or another `StoryboardError`.
    """
    try:
        with replacing(path, before) as temporary:
            temporary.write_bytes(data)
    except OSError as error:
        raise ProjectError(f"{path} could not be written: {why(error)}; try another disk") from error


def leads_out(folder: Path, name: str) -> str:
    """A sentence on the folder `name` of the project in `folder` where that is a link that leads out of the project;
    else an empty string."""
    try:
        inside(folder, name)
    except ProjectError:
        return (
            f"{folder / name} is a link that leads out of the project, and a project is all in its folder; put the "
            "folder itself in its place, or move the whole project to the other disk"
        )
    return ""


def refuse_elsewhere(folder: Path, name: str) -> None:
    """Raises `ProjectError` when the folder `name` of the project in `folder` is a link that leads out of it."""
    if problem := leads_out(folder, name):
        raise ProjectError(problem)


def subfolder(folder: Path, name: str) -> Path:
    """The folder `name` in an existing project folder, made when it is not there. Raises `ProjectError`, also for a
    link that leads out of the project."""
    refuse_elsewhere(folder, name)
    path = folder / name
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise ProjectError(f"{path} cannot be made: {why(error)}; move away what is in its place") from error
    return path


def encode(project: Project) -> bytes:
    """`project` as the bytes of its file, after a check that they can be read again and mean the same.

    Raises `ProjectError`: no file is ever written that could not be opened.
    """
    try:
        data = values.encode(project)
    except UnicodeEncodeError as error:
        raise ProjectError(
            f"{project.name!r} cannot be saved: a text holds half a character; type it again"
        ) from error
    if parse(data, Path(NAME)).project != project:
        raise ProjectError(f"{project.name!r} cannot be saved: it holds a number that JSON has no word for")
    return data


def parse(data: bytes, path: Path, migrations: Mapping[int, Migration] = MIGRATIONS) -> Document:
    """The project that `data` holds; `path` is for messages. Raises `Damaged`, one sentence with the place, or another
    `ProjectError` when it is of a newer format."""
    text = data.removeprefix(b"\xef\xbb\xbf")  # some editors put a byte order mark first
    if not text.strip():
        raise Damaged(f"{path} is empty; restore a file from versions/ beside it")
    try:
        written = _format(values.bounded(text, MAX_VALUES), path)
        if written == FORMAT:
            return Document(values.decode(text, Project), data, written)
        return Document(values.convert(_migrated(text, written, path, migrations), Project), data, written)
    except msgspec.ValidationError as error:
        raise Damaged(f"{path}: {_place_and_reason(str(error))}; the file was left as it is") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(f"{path} {_broken(error, text)}; restore a file from versions/ beside it") from error
    except RecursionError as error:
        raise Damaged(
            f"{path} is nested too deeply to be a Storyboard project; choose another file"
        ) from error


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `project.json`."""
    return values.schema(Project)


def _format(text: bytes, path: Path) -> int:
    try:
        written = values.decode(text, _Head).format
    except msgspec.ValidationError:
        written = None
    if type(written) is not int:
        raise Damaged(
            f'{path} is JSON but no Storyboard project: it has no "format" number; choose a project.json'
        )
    if written > FORMAT:
        raise ProjectError(
            f"{path} has format {written} and this Storyboard reads up to {FORMAT}; install a newer Storyboard "
            "(the file was left as it is)"
        )
    return written


def _migrated(text: bytes, written: int, path: Path, migrations: Mapping[int, Migration]) -> dict[str, Any]:
    parsed: dict[str, Any] = msgspec.json.decode(text)
    for number in range(written, FORMAT):
        if number not in migrations:
            raise Damaged(f"{path} has format {written}, which no Storyboard wrote; restore a version")
        parsed = migrations[number](parsed)
    return parsed


def _place_and_reason(message: str) -> str:
    """``Expected `int` >= 1 - at `$.shots[3].length` `` as ``shots[3].length (shot 4): ...``."""
    reason, _, place = message.partition(" - at `$")
    place = place.rstrip("`").lstrip(".")
    if found := re.match(r"shots\[(\d+)\]", place):
        place += f" (shot {int(found[1]) + 1})"
    known = sentence(message)
    words = known if known != reason else reason[:1].lower() + reason[1:].replace("`", "'")
    return f"{place}: {words}" if place else words


def _broken(error: Exception, text: bytes) -> str:
    """What is wrong with bytes that are not JSON, and at which line and column."""
    try:
        text.decode()
    except UnicodeDecodeError as where:
        return f"is not text in UTF-8 {_line_column(text, where.start)}"
    if found := re.search(r"(.*) \(byte (\d+)\)", str(error)):
        reason = found[1].removeprefix("JSON is malformed: ")
        return f"is not JSON {_line_column(text, int(found[2]))}: {reason}"
    return f"ends in the middle {_line_column(text, len(text))}"


def _line_column(text: bytes, at: int) -> str:
    before = text[:at]
    column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
    return f"at line {before.count(10) + 1}, column {column}"
