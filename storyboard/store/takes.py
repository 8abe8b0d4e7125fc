"""The takes of a project: sidecars in `takes/`, each carrying its shot's id. They need no lock.

A take is there from the moment its sidecar is, and the sidecar is written last and at once: so a kill at any
moment leaves a take whole or not there, and several programs can make takes of one project.
"""

from __future__ import annotations

import os
import secrets
import stat
import string
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from storyboard import reading, values
from storyboard.errors import ProjectError, why
from storyboard.paths import inside
from storyboard.store import document
from storyboard.take import Stored, Take

FOLDER = "takes"
TRASH = "takes/.trash"
"""Where the takes lie that the user threw away, until that is emptied (`storyboard.store.thrown`)."""
MAX_BYTES = 64 * 2**20
"""Of one sidecar: an import of many hours with the time of each frame stays below this."""
MAX_VALUES = 2_000_000
"""In one sidecar: the times of the longest import that is taken are half as many."""
MAX_TAKES = 100_000
"""In one project; more than five for each shot of the longest film."""

_ALPHABET = string.ascii_lowercase + string.digits
_Stamp = tuple[int, int, int]


def new_id() -> str:
    """A fresh id for a shot or a take: 12 characters of a-z and 0-9 (62 random bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


class Takes(Mapping[str, Take]):
    """The takes that were on disk at one moment, by id."""

    def __init__(
        self, takes: Iterable[Take], problems: Iterable[str] = (), thrown: Iterable[Take] = ()
    ) -> None:
        self._by_id = {take.id: take for take in takes}
        self._by_shot: dict[str, list[Take]] = {}
        for take in sorted(self._by_id.values(), key=lambda take: (take.number, take.id)):
            self._by_shot.setdefault(take.shot, []).append(take)
        self.problems = tuple(problems)
        """One sentence for each sidecar that could not be used; the others are. One alone where `takes/` leads out of
        the project: then there are no takes."""
        self.thrown = tuple(sorted(thrown, key=lambda take: (take.created, take.id), reverse=True))
        """The takes in the project's trash, newest first. They are none of the mapping's."""
        self._highest: dict[str, int] = {}
        for take in (*self._by_id.values(), *self.thrown):
            self._highest[take.shot] = max(take.number, self._highest.get(take.shot, 0))

    def __getitem__(self, take_id: str) -> Take:
        return self._by_id[take_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def of_shot(self, shot_id: str) -> tuple[Take, ...]:
        """The takes made for a shot, in the order of their numbers."""
        return tuple(self._by_shot.get(shot_id, ()))

    def next_number(self, shot_id: str) -> int:
        """The number for a shot's next take: one more than its highest, thrown away ones too.

        So the take that follows one that was thrown away has another seed, and that one can come back.
        """
        return self._highest.get(shot_id, 0) + 1

    def numbers(self) -> dict[str, int]:
        """The highest number of each shot that has, or had, takes."""
        return dict(self._highest)


class TakeFolder:
    """Reads `takes/` again and again: a rescan opens only the sidecars that are new or changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._live = _Sidecars(folder, FOLDER)
        self._thrown = _Sidecars(folder, TRASH)

    def scan(self) -> Takes:
        """The takes that are on disk now. A broken or foreign sidecar is skipped and reported."""
        found = [self._whole(found) for found in self._live.read()]
        return Takes(
            (t for t in found if isinstance(t, Take)),
            (t for t in found if isinstance(t, str)),
            (t for t in self._thrown.read() if isinstance(t, Take)),
        )

    def _whole(self, found: Take | str) -> Take | str:
        """A take whose pixels are gone is none: its shots show that, and can be made again."""
        if isinstance(found, str) or _is_file(self.folder / found.pixels):
            return found
        return f"{self.folder / found.pixels} is gone, and with it take {found.number} of its shot; bring it back, or make another"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # such as a name that no file system takes
        return False


class _Sidecars:
    """The sidecars in one folder, as far as they changed since they were read last."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._place = folder / name
        self._seen: dict[str, tuple[_Stamp, Take | str]] = {}

    def read(self) -> list[Take | str]:
        """Each take, or a sentence about what is wrong with its sidecar, or with the folder."""
        if problem := document.leads_out(self._folder, self._name):
            return [problem]
        seen = {}
        names = list(self._stamps())
        for name, stamp in names[:MAX_TAKES]:
            known = self._seen.get(name)
            if known is not None and known[0] == stamp:
                seen[name] = known
            elif (read := _read(self._place / name, stamp)) is not None:
                seen[name] = (stamp, read)
        self._seen = seen
        found = [found for _, found in seen.values()]
        if len(names) > MAX_TAKES:
            found.append(
                f"{self._place} holds more than {MAX_TAKES:,} sidecars; the others are left out, move them away"
            )
        return found

    def _stamps(self) -> Iterable[tuple[str, _Stamp]]:
        try:
            entries = list(os.scandir(self._place))
        except OSError:  # no takes yet
            return
        for entry in entries:
            if entry.name.endswith(".json") and not entry.name.startswith("."):
                try:
                    status = entry.stat(follow_symlinks=False)
                except OSError:  # gone since the scan began
                    continue
                yield entry.name, (status.st_mtime_ns, status.st_size, status.st_mode)


def refuse_elsewhere(folder: Path) -> None:
    """Raises `ProjectError` when `takes/` of the project in `folder` is a link that leads out of it: no take there is
    used, and none can be made."""
    document.refuse_elsewhere(folder, FOLDER)


def numbers(folder: Path) -> dict[str, int]:
    """The highest take number of each shot that has, or had, takes in the project at `folder`."""
    return TakeFolder(folder).scan().numbers()


def stored(path: Path) -> Stored:
    """How the file at `path` is stored now. Raises `OSError`."""
    return Stored(path.stat().st_size, reading.digest(path))


def publish(folder: Path, take: Take) -> None:
    """Writes the sidecar of `take`, whose pixels are in their place already: from now on the take is there.

    Raises `ProjectError` when the pixels are not there or not inside the project, and `DiskFull`.
    """
    refuse_elsewhere(folder)
    if not inside(folder, take.pixels).is_file():
        raise ProjectError(f"{take.pixels} is not in {folder}: take {take.id} has no pixels; make it again")
    sidecar = inside(folder, f"{FOLDER}/{take.id}.json")
    document.subfolder(folder, FOLDER)  # an import may be the first take
    document.write(sidecar, values.encode(take))


def trash(folder: Path, take: Take, place: str = FOLDER) -> None:
    """Moves `take`, which lies in `place`, to the system's trash: its sidecar and its pixels, but not the
    original of an import, which other takes may use. Raises `ProjectError` when there is no trash for this place."""
    from send2trash import send2trash

    files = [inside(folder, f"{place}/{take.id}.json")]  # first: without it the take is not there any more
    if not take.is_import:
        files.append(inside(folder, f"{place}/{take.id}.mkv"))
    for path in files:
        if path.exists():
            try:
                send2trash(path)
            except OSError as error:
                raise ProjectError(
                    f"{path} could not be moved to the trash ({error.strerror or error}); delete it yourself"
                ) from error


def _read(path: Path, stamp: _Stamp) -> Take | str | None:
    """The take in a sidecar, or a sentence about what is wrong with it; None when it is gone."""
    if not stat.S_ISREG(stamp[2]):
        return f"{path} is no plain file and was skipped; move it away"
    if stamp[1] > MAX_BYTES:
        return f"{path} is too large to be a take's sidecar and was skipped; move it away"
    try:
        take = values.decode(values.bounded(reading.whole(path, MAX_BYTES), MAX_VALUES), Take)
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"{path} cannot be read and was skipped ({why(error)}); look after its disk"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"{path} is no take's sidecar and was skipped ({error}); move it away"
    if path.name != f"{take.id}.json":
        return f"{path} is the sidecar of take {take.id} under another name and was skipped; rename it"
    return take
