"""Which takes are being made in a project now, so that programs beside each other make different ones.

Takes need no lock, so two programs would find the same next number and seed for a shot. Each says what it is about to
make in a file of its own in the cache, and holds a lock beside it as long as it runs: what a killed one claimed is free.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import filelock
import msgspec
from msgspec import Meta, Struct

from storyboard import reading, store, values
from storyboard.errors import StoryboardError
from storyboard.film.wanted import Wanted
from storyboard.store import document
from storyboard.store.takes import refuse_elsewhere

FOLDER: Final = "cache/claims"
DECIDING: Final = ".lock"
"""Held while a program decides what it makes: a moment."""
PATIENCE: Final = 30.0
"""Seconds after which another program is taken to hang in the middle of that, and is not waited for."""
MAX_BYTES: Final = 64 * 2**20
"""Of one file: 200,000 wanted takes stay below it."""
MAX_VALUES: Final = 1_500_000
"""In one file."""

Choose = Callable[[store.Takes, Sequence[Wanted]], Sequence[Wanted]]
"""The takes that are wanted, given those that are there and those that others make now."""


class Numbered(Struct, frozen=True, forbid_unknown_fields=True):
    """A take that is being made, and its number."""

    take: Wanted
    number: Annotated[int, Meta(ge=1)]


class Claim(NamedTuple):
    """What a program makes."""

    found: store.Takes
    """The takes that were there."""
    wanted: Sequence[Wanted]
    numbers: Mapping[str, int]
    """By id, of those of the `wanted` takes that are not there yet."""


@contextlib.contextmanager
def claimed(folder: Path, choose: Choose) -> Iterator[Claim]:
    """What `choose` wants in the project at `folder`, with numbers that nobody else gives until the block ends.

    Where the disk knows no locks, or cannot be written, others are not known of. Raises what `choose` raises, and
    `ProjectError` where the project's takes lie elsewhere.
    """
    refuse_elsewhere(folder)
    with contextlib.ExitStack() as until_made:
        with _deciding(folder) as place:
            others = _of_others(place) if place else []
            found = store.TakeFolder(folder).scan()
            wanted = choose(found, [one.take for one in others])
            claim = Claim(found, wanted, _numbers(found, wanted, others))
            if place and claim.numbers:
                _say(place, claim, until_made)
        yield claim


@contextlib.contextmanager
def _deciding(folder: Path) -> Iterator[Path | None]:
    """The folder of the claims, while no other program reads or writes them; None where that cannot be had."""
    with contextlib.ExitStack() as held:
        place = None
        with contextlib.suppress(filelock.Timeout, NotImplementedError, OSError, StoryboardError):
            document.subfolder(folder, FOLDER.partition("/")[0])
            claims = document.subfolder(folder, FOLDER)
            held.enter_context(filelock.FileLock(claims / DECIDING, timeout=PATIENCE))
            place = claims
        yield place


def _numbers(found: store.Takes, wanted: Iterable[Wanted], others: Iterable[Numbered]) -> dict[str, int]:
    last = found.numbers()
    for other in others:
        last[other.take.shot] = max(other.number, last.get(other.take.shot, 0))
    numbers: dict[str, int] = {}
    for one in wanted:
        if one.take not in found:
            last[one.shot] = numbers[one.take] = last.get(one.shot, 0) + 1
    return numbers


def _say(place: Path, claim: Claim, until_made: contextlib.ExitStack) -> None:
    name = store.new_id()
    mine = [Numbered(one, claim.numbers[one.take]) for one in claim.wanted if one.take in claim.numbers]
    until_made.callback(_forget, place, name)
    # Only a help to others: what the disk refuses here, it refuses the takes too, with better words.
    with contextlib.suppress(filelock.Timeout, OSError, StoryboardError):
        until_made.enter_context(filelock.FileLock(place / f"{name}.lock", timeout=0))
        document.write(place / f"{name}.json", values.encode(mine))


def _of_others(place: Path) -> list[Numbered]:
    """What programs that run have claimed. The files of those that do not are removed."""
    claims: list[Numbered] = []
    for path in list(place.glob("*.json")):
        if _runs(path.with_suffix(".lock")):
            claims += _read(path)
        else:
            _forget(place, path.stem)
    return claims


def _runs(lock: Path) -> bool:
    try:
        with filelock.FileLock(lock, timeout=0):
            return False
    except filelock.Timeout:
        return True
    except (NotImplementedError, OSError):
        return False


def _read(path: Path) -> list[Numbered]:
    try:
        return values.decode(values.bounded(reading.whole(path, MAX_BYTES), MAX_VALUES), list[Numbered])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []


def _forget(place: Path, name: str) -> None:
    for suffix in (".json", ".lock"):
        with contextlib.suppress(OSError):
            (place / f"{name}{suffix}").unlink()
