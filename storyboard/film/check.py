"""Whether a project is whole: every file that it needs is there and unchanged, and nothing lies about.

Looks, and changes nothing (`storyboard.film.repair` does). Bytes are compared with the checksums that were written
down when a file was made, which is as fast as the disk; `deep` decodes them as well, in worker processes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from storyboard import atomic, paths, reading, values
from storyboard.errors import Cancelled, ProjectError, why
from storyboard.film import references
from storyboard.film.history import History
from storyboard.film.runner import Outcome, Progress, Runner, Watch
from storyboard.project import Project
from storyboard.store import document, recovery, versions
from storyboard.store.takes import FOLDER, MAX_BYTES, TRASH
from storyboard.take import Take
from storyboard.workers.crew import Crew
from storyboard.workers.steps import Proof, Prove

Kind = Literal[
    "document", "sidecar", "missing", "truncated", "altered", "unreadable", "duplicate", "chosen", "orphaned", "leftover",
    "cache", "version",
]  # fmt: skip

HARMLESS: Final = frozenset(("orphaned", "leftover", "cache", "version", "duplicate"))
"""What takes room and no more: the film is whole without it."""
LEFTOVER: Final = re.compile(r"\..*\.[0-9a-f]{8}\.part(\.\w+)?")
"""How `storyboard.atomic` names an unfinished file; a user's own file is not called so by accident."""


class Finding(Struct, frozen=True, omit_defaults=True):
    """One thing that is not as it should be."""

    kind: Kind
    file: str
    """Relative to the project, with /."""
    sentence: str
    """What is wrong with it, and what helps."""
    shots: Annotated[tuple[int, ...], Meta(max_length=20_000)] = ()
    """Numbers of the shots that show it."""
    take: str = ""
    """Id of the take whose file it is."""
    remake: str = ""
    """The model that can make it again from its recipe; empty where there is no recipe."""
    mended: str = ""
    """What repairing did about it; empty as long as nothing was done."""

    @property
    def harms(self) -> bool:
        return self.kind not in HARMLESS and not self.mended


class Report(Struct, frozen=True):
    """What was found."""

    takes: int
    files: int
    """Whose bytes were compared with their checksum, or which were decoded."""
    bytes: int
    unproven: int
    """Takes of an earlier program that have no checksum of their file: only decoding tells whether they are whole."""
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether the film loses nothing: what is left to find is litter."""
        return not any(finding.harms for finding in self.findings)


class _Sidecar(NamedTuple):
    take: Take | None
    problem: str


class _Known(NamedTuple):
    """A project as its files tell it."""

    folder: Path
    project: Project
    takes: Mapping[str, Take]
    thrown: Mapping[str, Take]

    def shots_of(self, take_id: str) -> tuple[int, ...]:
        shots = enumerate(self.project.shots, 1)
        return tuple(number for number, shot in shots if shot.chosen and shot.chosen.take == take_id)


def check(
    folder: Path,
    *,
    deep: bool = False,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Report:
    """Look at everything in the project at `folder`. Raises `ProjectError` where there is no such folder, and
    `Cancelled`."""
    if not folder.is_dir():
        raise ProjectError(f"{folder} is no folder; name a project's folder")
    findings: list[Finding] = []
    known = _known(folder, findings)
    findings += _chosen(known, {finding.take for finding in findings})
    work = _Bytes(known, watch, cancelled)
    findings += work.compare()
    if deep:
        findings += _decoded(known, {finding.take for finding in findings}, watch, cancelled)
    findings += _litter(known)
    findings += _cache(folder)
    findings += [
        Finding(
            "version", f"{versions.FOLDER}/{version.name}", f"a version cannot be read: {version.problem}"
        )
        for version in versions.listing(folder)
        if version.problem
    ]
    unproven = 0 if deep else sum(take.stored is None and not take.is_import for take in known.takes.values())
    return Report(len(known.takes), work.files, work.bytes, unproven, tuple(findings))


# ---- the document and the sidecars


def _known(folder: Path, findings: list[Finding]) -> _Known:
    project = Project()
    if problem := recovery.problem(folder):
        newest = recovery.newest(folder)
        helps = f"version {newest.name} can take its place" if newest else "its takes tell the film's shots"
        findings.append(Finding("document", document.NAME, f"{problem}; {helps}"))
    else:
        project = document.load(folder / document.NAME).project
    known = _Known(folder, project, {}, {})
    thrown = {take.id: take for take in _takes(known, TRASH, [])}
    takes = {take.id: take for take in _takes(known, FOLDER, findings)}
    return known._replace(takes=takes, thrown=thrown)


def _takes(known: _Known, place: str, findings: list[Finding]) -> Iterator[Take]:
    folder = known.folder
    for name in _names(folder, place, ".json"):
        file = f"{place}/{name}"
        found = _sidecar(folder, file)
        if found.take is None:
            findings.append(_broken(known, file, found.problem))
        elif name != f"{found.take.id}.json":
            findings.append(_misnamed(known, file, found.take))
        else:
            yield found.take


def _sidecar(folder: Path, file: str) -> _Sidecar:
    try:
        return _Sidecar(values.decode(reading.whole(paths.inside(folder, file), MAX_BYTES), Take), "")
    except ProjectError as error:
        return _Sidecar(None, str(error))
    except OSError as error:
        return _Sidecar(None, f"the sidecar cannot be read: {why(error)}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _Sidecar(None, f"the sidecar is damaged ({error})")


def _broken(known: _Known, file: str, problem: str) -> Finding:
    take = Path(file).stem
    shots = known.shots_of(take)
    if (known.folder / file).with_suffix(".mkv").is_file():
        return Finding("sidecar", file, f"{problem}; it can be written anew from its pixels", shots, take)
    if shots:
        helps = "bring back a copy of it, or import the file again"
        return Finding("sidecar", file, f"{problem}; {helps}", shots, take)
    return Finding("orphaned", file, f"{problem}, and no shot shows its take", take=take)


def _misnamed(known: _Known, file: str, take: Take) -> Finding:
    """A sidecar under another name than its take's: a copy beside the right one, or the only one, which nobody finds."""
    right = f"{file.rpartition('/')[0]}/{take.id}.json"
    if (known.folder / right).exists():
        return Finding("duplicate", file, f"this is a second sidecar of take {take.id}", take=take.id)
    words = f"this is the sidecar of take {take.id}, which is not found under this name; call it {right}"
    return Finding("sidecar", file, words, known.shots_of(take.id), take.id)


def _chosen(known: _Known, told: set[str]) -> Iterator[Finding]:
    """Shots whose chosen take is not there, but for those that were `told` of."""
    for number, shot in enumerate(known.project.shots, 1):
        take = shot.chosen.take if shot.chosen else ""
        if not take or take in known.takes or take in told:
            continue
        file = f"{FOLDER}/{take}.json"
        if take in known.thrown:
            words = (
                "its chosen take is in the project's trash; restore it in the takes panel, or choose another"
            )
            yield Finding("chosen", file, f"shot {number}: {words}", (number,), take)
        elif (known.folder / FOLDER / f"{take}.mkv").is_file():
            words = "the sidecar of its chosen take is gone; it can be written anew from its pixels"
            yield Finding("sidecar", file, f"shot {number}: {words}", (number,), take)
        else:
            words = "its chosen take is gone; `storyboard render` makes another"
            yield Finding("chosen", file, f"shot {number}: {words}", (number,), take)


# ---- bytes against their checksums


class _Bytes:
    """Compares files with their checksums, and tells how far that is."""

    def __init__(self, known: _Known, watch: Watch, cancelled: Callable[[], bool]) -> None:
        self._known = known
        self._watch = watch
        self._cancelled = cancelled
        self._began = time.monotonic()
        self.files = 0
        self.bytes = 0

    def compare(self) -> list[Finding]:
        wanted = list(references.wanted(self._known.project, self._known.takes.values()))
        self._total = sum(_size(self._known.folder, one.file) for one in wanted if one.sha256)
        return [finding for one in wanted if (finding := self._compare(one)) is not None]

    def _compare(self, wanted: references.Wanted) -> Finding | None:
        try:
            path = paths.inside(self._known.folder, wanted.file)
            size = path.stat().st_size
            if wanted.size is not None and size != wanted.size:
                return self._wrong_size(wanted, size)
            self._watch(self._progress(wanted.file))
            found = reading.digest(path, self._read) if wanted.sha256 else ""
        except FileNotFoundError:
            return self._finding("missing", wanted, "is gone")
        except ProjectError as error:
            return self._finding("unreadable", wanted, f"is not usable: {error}")
        except OSError as error:
            return self._finding("unreadable", wanted, f"cannot be read: {why(error)}")
        self.files += bool(wanted.sha256)
        if found.startswith(wanted.sha256):
            return None
        return self._finding("altered", wanted, "holds other bytes than when it was made")

    def _wrong_size(self, wanted: references.Wanted, size: int) -> Finding:
        assert wanted.size is not None
        kind: Kind = "truncated" if size < wanted.size else "altered"
        return self._finding(kind, wanted, f"has {size:,} bytes in place of {wanted.size:,}")

    def _finding(self, kind: Kind, wanted: references.Wanted, what: str) -> Finding:
        return _damage(self._known, kind, wanted, what)

    def _read(self, count: int) -> None:
        if self._cancelled():
            raise Cancelled
        self.bytes += count

    def _progress(self, file: str) -> Progress:
        fraction = min(self.bytes / self._total, 1.0) if self._total else 1.0
        spent = time.monotonic() - self._began
        left = spent * (1 - fraction) / fraction if fraction else 0.0
        return Progress(fraction, left, (f"comparing {file}",))


def _damage(known: _Known, kind: Kind, wanted: references.Wanted, what: str) -> Finding:
    take = known.takes.get(wanted.take)
    model = take.recipe.model if take is not None and take.recipe is not None else ""
    if model:
        helps = f"it can be made again from its recipe with {model}"
    elif wanted.sha256:
        helps = "bring back a copy, or name folders to look in with --look-in"
    else:
        helps = "bring back a copy"
    shots = known.shots_of(wanted.take) if wanted.take else ()
    return Finding(kind, wanted.file, f"{wanted.what} {what}; {helps}", shots, wanted.take, model)


def _size(folder: Path, file: str) -> int:
    try:
        return paths.inside(folder, file).stat().st_size
    except (OSError, ProjectError):
        return 0


# ---- decoding


def _decoded(known: _Known, damaged: set[str], watch: Watch, cancelled: Callable[[], bool]) -> list[Finding]:
    """What decoding finds beyond that: pixels that are not those that were made, and broken parts in the cache."""
    proofs: dict[str, Proof] = {}
    with Crew(known.folder) as crew:
        runner = Runner(crew, History(), watch, cancelled)
        whole = [take for take in known.takes.values() if take.id not in damaged]
        for take in whole:
            step = Prove(file=take.pixels, take=take)
            runner.submit(take.id, step, take.id, partial(_note, proofs, take.id))
        for file in _parts(known.folder):
            runner.submit(file, Prove(file=file), file, lambda _: None)
        runner.run()
    reasons = {failure.label: failure.reason for failure in runner.failures}
    wanted = {one.take: one for one in references.wanted(known.project, whole) if one.take}
    found = [_judged(known, take, wanted[take.id], proofs.get(take.id), reasons) for take in whole]
    broken = [
        Finding("cache", file, f"{reasons[file]}; it is made again when it is needed")
        for file in _parts(known.folder)
        if file in reasons
    ]
    return [finding for finding in found if finding is not None] + broken


def _note(proofs: dict[str, Proof], take_id: str, outcome: Outcome) -> None:
    if outcome.proof is not None:
        proofs[take_id] = outcome.proof


def _judged(
    known: _Known, take: Take, wanted: references.Wanted, proof: Proof | None, reasons: Mapping[str, str]
) -> Finding | None:
    if proof is None:
        return _damage(known, "altered", wanted, f"cannot be decoded ({reasons.get(take.id, 'unknown')})")
    if proof.frames != take.frames:
        kind: Kind = "truncated" if proof.frames < take.frames else "altered"
        return _damage(known, kind, wanted, f"has {proof.frames} frames in place of {take.frames}")
    if not take.is_import and take.content and proof.content != take.content:
        return _damage(known, "altered", wanted, "holds other pixels than those that were made")
    return None


# ---- what lies about


def _litter(known: _Known) -> Iterator[Finding]:
    for path in _walk(known.folder, ("", FOLDER, "media", "exports", versions.FOLDER, "cache")):
        if LEFTOVER.fullmatch(path.name) and _old(path):
            file = path.relative_to(known.folder).as_posix()
            yield Finding("leftover", file, "an unfinished file that a program which was ended left behind")
    # What the document names is not known while it is broken.
    if not recovery.problem(known.folder):
        yield from _orphans(known)


def _orphans(known: _Known) -> Iterator[Finding]:
    chosen = {shot.chosen.take for shot in known.project.shots if shot.chosen}
    sidecars = {name.removesuffix(".json") for name in _names(known.folder, FOLDER, ".json")}
    for name in _names(known.folder, FOLDER, ".mkv"):
        take = name.removesuffix(".mkv")
        if take not in sidecars and take not in chosen and _old(known.folder / FOLDER / name):
            yield Finding(
                "orphaned", f"{FOLDER}/{name}", "pixels without a sidecar: no take uses them", take=take
            )
    named = references.media(known.folder, known.project, (*known.takes.values(), *known.thrown.values()))
    for path in _walk(known.folder, ("media",)):
        file = path.relative_to(known.folder).as_posix()
        if file not in named and not path.name.startswith(".") and _old(path):
            yield Finding("orphaned", file, "no take, no music and no cast of any version uses this file")


def _cache(folder: Path) -> Iterator[Finding]:
    """Parts that are plainly broken: empty ones, and in-betweens without a list that can be read."""
    for file in _parts(folder):
        path = folder / file
        index = path.with_suffix(".json")
        if _size(folder, file) == 0 and _old(path):
            yield Finding("cache", file, "an empty file; it is made again when it is needed")
        elif "/inbetweens/" in file and index.exists() and not _is_json(index):
            yield Finding(
                "cache", index.relative_to(folder).as_posix(), "a list of in-betweens that cannot be read"
            )


def _parts(folder: Path) -> list[str]:
    found = (path for path in _walk(folder, ("cache",)) if path.suffix in (".mp4", ".mkv", ".m4a"))
    return sorted(path.relative_to(folder).as_posix() for path in found if not path.name.startswith("."))


def _is_json(path: Path) -> bool:
    try:
        values.decode(reading.whole(path, MAX_BYTES), list[str | int])
    except (OSError, ValueError, RecursionError):
        return False
    return True


def _names(folder: Path, place: str, suffix: str) -> list[str]:
    try:
        found = [path.name for path in paths.inside(folder, place).iterdir()]
    except (OSError, ProjectError):
        return []
    return sorted(name for name in found if name.endswith(suffix) and not name.startswith("."))


def _walk(folder: Path, places: Iterable[str]) -> Iterator[Path]:
    """Plain files in these folders of the project and below them, those of the project's own folder alone."""
    for place in places:
        try:
            top = paths.inside(folder, place) if place else folder
        except ProjectError:
            continue
        found = top.rglob("*") if place else top.iterdir()
        yield from (path for path in found if path.is_file() and not path.is_symlink())


def _old(path: Path) -> bool:
    """Whether nobody can be writing it any more."""
    try:
        return time.time() - path.lstat().st_mtime > atomic.UNFINISHED
    except OSError:
        return False
