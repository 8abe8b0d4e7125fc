"""`queue.json`: what a window was asked to make, in order, so that a restart goes on where it ended.

A queue is a tuple of `Job`: functions take one and give the next. Whoever holds the project's lock writes the file;
losing it costs no take and no edit. What is read from it is not trusted.
"""

from __future__ import annotations

import datetime
import platform
import secrets
import stat
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from storyboard import places, reading, settings, values
from storyboard.errors import StoryboardError, why
from storyboard.film.wanted import Wanted
from storyboard.project import Id
from storyboard.store import document, new_id

NAME = "queue.json"
ASIDE = "queue.json.broken"
"""Where a file goes that cannot be read; the one before it goes."""
MAX_BYTES = 64 * 2**20
"""Of the file: 200,000 wanted takes stay below it. A bigger one is not ours."""
MAX_VALUES = 700_000
"""In the file: 200,000 wanted takes have fewer."""
MACHINE = "machine"
"""The file, among the user's own, that names this machine."""
MAX_NAME = 200
"""Bytes of that name."""
FINISHED = 50
"""Finished jobs that are remembered."""
TRUSTED = 2
"""A job that ran while the program was killed this often does not start by itself again."""

State = Literal["waiting", "running", "paused", "failed", "done"]
Preset = Literal["h264", "ffv1"]
File = Annotated[str, Meta(min_length=1, max_length=4096, pattern=r"^[^\x00]*$")]
"""An absolute path."""
Sentence = Annotated[str, Meta(max_length=4000)]


class _Task(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    pass


class MakeTakes(_Task, frozen=True, tag="make"):
    """Takes to be made."""

    takes: Annotated[tuple[Wanted, ...], Meta(max_length=200_000)]

    @property
    def shots(self) -> tuple[str, ...]:
        """Ids of the shots that they are for, each once."""
        return _shots(self.takes)


class MakeAudition(_Task, frozen=True, tag="audition"):
    """Takes to be held at one of their steps, to be looked at."""

    takes: Annotated[tuple[Wanted, ...], Meta(max_length=200_000)]
    steps: Annotated[int, Meta(ge=1, le=1000)]

    @property
    def shots(self) -> tuple[str, ...]:
        """Ids of the shots that they are for, each once."""
        return _shots(self.takes)


class CarryOn(_Task, frozen=True, tag="carry-on"):
    """Held takes to be made whole."""

    takes: Annotated[tuple[Wanted, ...], Meta(max_length=200_000)]

    @property
    def shots(self) -> tuple[str, ...]:
        """Ids of the shots that they are for, each once."""
        return _shots(self.takes)


def _shots(takes: Iterable[Wanted]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(take.shot for take in takes))


class ExportFilm(_Task, frozen=True, tag="export"):
    """The film as it plays, to be written to a file."""

    preset: Preset
    out: File


class Incoming(Struct, frozen=True, forbid_unknown_fields=True):
    """A file to be brought in, and the id of the shot that it becomes."""

    file: File
    shot: Id


class ImportFiles(_Task, frozen=True, tag="import"):
    """Clips, pictures and music to be brought in before the shot at `at`."""

    files: Annotated[tuple[Incoming, ...], Meta(max_length=10_000)]
    at: Annotated[int, Meta(ge=0, le=1_000_000)]


ForTakes = MakeTakes | MakeAudition | CarryOn
"""What asks for takes, whole or up to a step."""
Task = ForTakes | ExportFilm | ImportFiles


class Job(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that was asked for."""

    id: Id
    task: Task
    created: Annotated[str, Meta(max_length=40)]
    """UTC, ISO 8601."""
    state: State = "waiting"
    reason: Sentence = ""
    """Why it failed or rests, or what came of it: a sentence."""
    killed: Annotated[int, Meta(ge=0, le=1000)] = 0
    """How often it ran while the program was killed."""

    @property
    def finished(self) -> bool:
        return self.state in ("failed", "done")


Jobs = tuple[Job, ...]


class Loaded(NamedTuple):
    """A queue as it was found."""

    jobs: Jobs
    problem: str = ""
    """A sentence on a file that could not be used."""
    here: bool = True
    """Whether this machine wrote it, for this folder: what waits may then go on by itself."""
    known: bool = True
    """Whether this is all there was. Where it is not, the disk did not give the file: nobody may write over it."""


class _File(Struct, forbid_unknown_fields=True):
    format: Literal[1]
    place: Annotated[str, Meta(max_length=5000)]
    jobs: Annotated[Jobs, Meta(max_length=10_000)]


# The file


def load(folder: Path) -> Loaded:
    """The queue of the project in `folder`; an empty one where there is none.

    A file that cannot be used is put aside and named; it is never in the way. One that the disk does not give now
    may be sound: it stays, and what is loaded is not `known`.
    """
    path = folder / NAME
    try:
        found = values.decode(values.bounded(reading.whole(path, MAX_BYTES), MAX_VALUES), _File)
    except FileNotFoundError:
        return Loaded(())
    except OSError as error:
        if _is_foreign(path):
            return Loaded((), _put_aside(path, why(error)))
        return Loaded((), _unread(path, why(error)), known=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Loaded((), _put_aside(path, str(error)))
    if len({job.id for job in found.jobs}) != len(found.jobs):
        return Loaded((), _put_aside(path, "two jobs have the same id"))
    return Loaded(found.jobs, here=found.place == _place(folder))


def save(folder: Path, jobs: Jobs) -> None:
    """Writes the queue of the project in `folder`, whole or not at all. Raises `StoryboardError`."""
    path = folder / NAME
    if not jobs and not path.exists():
        return
    document.write(path, values.encode(_File(1, _place(folder), jobs)))


def _place(folder: Path) -> str:
    return f"{_machine()}:{folder.resolve()}"


def _machine() -> str:
    """This machine's name, drawn once and kept with the user's files: that of the network changes with the network."""
    path = places.data() / MACHINE
    try:
        return reading.whole(path, MAX_NAME).decode(errors="replace")
    except FileNotFoundError:
        name = secrets.token_hex(16)
    except OSError:
        return platform.node()
    try:
        settings.write(path, name.encode())
    except StoryboardError:  # a home that cannot be written
        return platform.node()
    return name


def _is_foreign(path: Path) -> bool:
    """Whether what is there cannot be a queue, whatever the disk gives of it."""
    try:
        status = path.stat()
    except OSError:
        return False
    return not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES


def _unread(path: Path, reason: str) -> str:
    return (
        f"{path} cannot be read now ({reason}), so the queue of the last start rests there, and what is asked for now is "
        "kept only until this is closed; look after the disk, then open the project again"
    )


def _put_aside(path: Path, reason: str) -> str:
    try:
        path.replace(path.with_name(ASIDE))
    except OSError:
        return f"{path} cannot be read ({reason}); the queue starts empty, move that file away"
    return f"The queue could not be read ({reason}); it starts empty, and the file is kept as {ASIDE}."


# Jobs


def new(task: Task) -> Job:
    """A job that waits."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return Job(id=new_id(), task=task, created=now)


def changed(jobs: Jobs, job_id: str, state: State, reason: str = "") -> Jobs:
    """The queue with that job in another state."""
    return tuple(replace(job, state=state, reason=reason[:4000]) if job.id == job_id else job for job in jobs)


def moved(jobs: Jobs, job_id: str, before: str) -> Jobs:
    """The queue with that job before the job `before`; at the end where that is empty."""
    job = next((job for job in jobs if job.id == job_id), None)
    if job is None or job_id == before:
        return jobs
    others = [other for other in jobs if other.id != job_id]
    at = next((n for n, other in enumerate(others) if other.id == before), len(others))
    return (*others[:at], job, *others[at:])


def without(jobs: Jobs, ids: Collection[str]) -> Jobs:
    """The queue without these jobs."""
    return tuple(job for job in jobs if job.id not in ids)


def trimmed(jobs: Jobs) -> Jobs:
    """The queue with no more than the last `FINISHED` of its finished jobs."""
    finished = [job.id for job in jobs if job.finished]
    return without(jobs, set(finished[:-FINISHED]))


def wanted(jobs: Iterable[Job]) -> list[Wanted]:
    """The takes that are asked for by jobs that are not finished."""
    return [
        take
        for job in jobs
        if isinstance(job.task, ForTakes) and job.state != "done"
        for take in job.task.takes
    ]


def left_behind(loaded: Loaded, folder: Path) -> Jobs:
    """The queue as a new start finds it: what a kill interrupted goes on, in order and with the same seeds.

    A job rests instead, until the user says so, when the file comes from another place, when it would touch files
    outside the project in `folder`, or when the program was killed again and again while it ran.
    """
    return tuple(_again(job, loaded.here, folder) for job in loaded.jobs)


def _again(job: Job, here: bool, folder: Path) -> Job:
    if job.state not in ("waiting", "running"):
        return job
    killed = job.killed + (job.state == "running")
    if not here:
        return replace(job, state="paused", reason="It was asked for in another place.")
    if killed >= TRUSTED:
        reason = "The program ended twice while this ran; go on when you know why."
        return replace(job, state="paused", reason=reason, killed=0)
    if _leaves(job.task, folder):
        return replace(job, state="paused", reason="It uses files outside the project.", killed=killed)
    return replace(job, state="waiting", killed=killed)


def _leaves(task: Task, folder: Path) -> bool:
    if isinstance(task, ExportFilm):
        return not Path(task.out).resolve().is_relative_to((folder / "exports").resolve())
    return isinstance(task, ImportFiles)
