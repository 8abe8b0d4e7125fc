"""Whether a project is whole: every file that it needs is there and unchanged, and nothing lies about.

Looks, and changes nothing (`storyboard.film.repair` does). Bytes are compared with the checksums that were written
down when a file was made, which is as fast as the disk; `deep` decodes them as well, in worker processes.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from storyboard import paths, reading, values
from storyboard.errors import Cancelled, ProjectError, why
from storyboard.film import references
from storyboard.film.findings import Finding, Kind, Known, Report
from storyboard.film.history import History
from storyboard.film.litter import broken_parts, litter, names, parts, size_of
from storyboard.film.runner import Outcome, Progress, Runner, Watch
from storyboard.project import Project, Shot
from storyboard.store import document, recovery, versions
from storyboard.store.takes import FOLDER, MAX_BYTES, TRASH, Takes, refuse_elsewhere
from storyboard.take import Take
from storyboard.workers.crew import Crew
from storyboard.workers.steps import Proof, Prove

READERS: Final = 4
"""Files that are hashed side by side, at most: more would only make a disk seek."""


class _Sidecar(NamedTuple):
    take: Take | None
    problem: str


def check(
    folder: Path,
    *,
    deep: bool = False,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Report:
    """Look at everything in the project at `folder`. Raises `ProjectError` where there is no such folder or its takes
    lie elsewhere, and `Cancelled`."""
    if not folder.is_dir():
        raise ProjectError(f"{folder} is no folder; name a project's folder")
    refuse_elsewhere(folder)
    findings: list[Finding] = []
    known = _known(folder, findings)
    findings += _chosen(known, {finding.take for finding in findings})
    work = _Bytes(known, watch, cancelled)
    findings += work.compare()
    if deep:
        findings += _decoded(known, {finding.take for finding in findings}, watch, cancelled)
    findings += litter(known)
    findings += broken_parts(folder)
    findings += _broken_versions(folder)
    unproven = 0 if deep else sum(take.stored is None and not take.is_import for take in known.takes.values())
    return Report(len(known.takes), work.files, work.bytes, unproven, tuple(findings))


def _broken_versions(folder: Path) -> Iterator[Finding]:
    for version in versions.listing(folder):
        if version.problem:
            words = f"a version cannot be read: {version.problem}"
            stays = "what it alone may use is not taken for unused as long as it lies there"
            yield Finding("version", f"{versions.FOLDER}/{version.name}", f"{words}; {stays}")


def lost(folder: Path, found: Takes, shots: Iterable[Shot]) -> dict[str, str]:
    """What became of the chosen takes of `shots` that are not among those `found`, by their ids. Imports whose originals
    are gone are left out. Raises `ProjectError` where the project's takes lie elsewhere."""
    refuse_elsewhere(folder)
    thrown = {take.id for take in found.thrown}
    told: dict[str, str] = {}
    for take in dict.fromkeys(shot.chosen.take for shot in shots if shot.chosen):
        if take not in found and (words := _fate(folder, take, take in thrown)):
            told[take] = words
    return told


def _fate(folder: Path, take: str, thrown: bool) -> str:
    if thrown:
        return "its take is in the project's trash"
    if not (folder / FOLDER / f"{take}.json").exists():
        pixels = (folder / FOLDER / f"{take}.mkv").is_file()
        return "the sidecar of its take is gone" if pixels else "its take is gone"
    sidecar = _sidecar(folder, f"{FOLDER}/{take}.json")
    if sidecar.take is None:
        return f"its take is damaged: {sidecar.problem}"
    return "" if sidecar.take.is_import else "its take is gone"


# ---- the document and the sidecars


def _known(folder: Path, findings: list[Finding]) -> Known:
    project = Project()
    if problem := recovery.problem(folder):
        newest = recovery.newest(folder)
        helps = f"version {newest.name} can take its place" if newest else "its takes tell the film's shots"
        findings.append(Finding("document", document.NAME, f"{problem}; {helps}"))
    else:
        project = document.load(folder / document.NAME).project
    known = Known(folder, project, {}, {})
    thrown = {take.id: take for take in _takes(known, TRASH, [])}
    takes = {take.id: take for take in _takes(known, FOLDER, findings)}
    return known._replace(takes=takes, thrown=thrown)


def _takes(known: Known, place: str, findings: list[Finding]) -> Iterator[Take]:
    found = {name: _sidecar(known.folder, f"{place}/{name}") for name in names(known.folder, place, ".json")}
    copied = {one.take.id for name, one in found.items() if one.take and name != f"{one.take.id}.json"}
    for name, one in found.items():
        file = f"{place}/{name}"
        if one.take is None:
            findings.append(_broken(known, file, one.problem, Path(name).stem in copied))
        elif name != f"{one.take.id}.json":
            findings.append(_misnamed(known, file, one.take, found.get(f"{one.take.id}.json")))
        else:
            yield one.take


def _sidecar(folder: Path, file: str) -> _Sidecar:
    try:
        return _Sidecar(values.decode(reading.whole(paths.inside(folder, file), MAX_BYTES), Take), "")
    except ProjectError as error:
        return _Sidecar(None, str(error))
    except OSError as error:
        return _Sidecar(None, f"the sidecar cannot be read: {why(error)}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _Sidecar(None, f"the sidecar is damaged ({error})")


def _broken(known: Known, file: str, problem: str, copied: bool) -> Finding:
    take = Path(file).stem
    shots = known.shots_of(take)
    if copied:
        helps = "a copy of it under another name can take its place"
        return Finding("sidecar", file, f"{problem}; {helps}", shots, take)
    if (known.folder / file).with_suffix(".mkv").is_file():
        return Finding("sidecar", file, f"{problem}; it can be written anew from its pixels", shots, take)
    if shots:
        helps = "bring back a copy of it, or import the file again"
        return Finding("sidecar", file, f"{problem}; {helps}", shots, take)
    return Finding("orphaned", file, f"{problem}, and no shot shows its take", take=take)


def _misnamed(known: Known, file: str, take: Take, beside: _Sidecar | None) -> Finding:
    """A sidecar under another name than its take's: a copy of the one `beside` it, or the only one, which nobody finds."""
    right = f"{file.rpartition('/')[0]}/{take.id}.json"
    if beside is not None:
        words = "a second sidecar" if beside.take else "a copy of the damaged sidecar"
        return Finding("duplicate", file, f"this is {words} of take {take.id}", take=take.id)
    words = f"this is the sidecar of take {take.id}, which is not found under this name; call it {right}"
    return Finding("sidecar", file, words, known.shots_of(take.id), take.id)


def _chosen(known: Known, told: set[str]) -> Iterator[Finding]:
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

    def __init__(self, known: Known, watch: Watch, cancelled: Callable[[], bool]) -> None:
        self._known = known
        self._watch = watch
        self._cancelled = cancelled
        self._began = time.monotonic()
        self._counting = threading.Lock()
        self.files = 0
        self.bytes = 0

    def compare(self) -> list[Finding]:
        wanted = list(references.wanted(self._known.project, self._known.takes.values()))
        self._total = sum(size_of(self._known.folder, one.file) for one in wanted if one.sha256)
        # Hashing lets other threads run: it is as fast as there are cores, or as the disk.
        with ThreadPoolExecutor(min(os.cpu_count() or 1, READERS)) as readers:
            return [finding for finding in readers.map(self._compare, wanted) if finding is not None]

    def _compare(self, wanted: references.Wanted) -> Finding | None:
        try:
            path = paths.inside(self._known.folder, wanted.file)
            size = path.stat().st_size
            if wanted.size is not None and size != wanted.size:
                return self._wrong_size(wanted, size)
            with self._counting:
                self._watch(self._progress(wanted.file))
            found = reading.digest(path, self._read) if wanted.sha256 else ""
        except FileNotFoundError:
            return self._finding("missing", wanted, "is gone")
        except ProjectError as error:
            return self._finding("unreadable", wanted, f"is not usable: {error}")
        except OSError as error:
            return self._finding("unreadable", wanted, f"cannot be read: {why(error)}")
        with self._counting:
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
        with self._counting:
            self.bytes += count

    def _progress(self, file: str) -> Progress:
        fraction = min(self.bytes / self._total, 1.0) if self._total else 1.0
        spent = time.monotonic() - self._began
        left = spent * (1 - fraction) / fraction if fraction else 0.0
        return Progress(fraction, left, (f"comparing {file}",))


def _damage(known: Known, kind: Kind, wanted: references.Wanted, what: str) -> Finding:
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


# ---- decoding


def _decoded(known: Known, damaged: set[str], watch: Watch, cancelled: Callable[[], bool]) -> list[Finding]:
    """What decoding finds beyond that: pixels that are not those that were made, and broken parts in the cache."""
    proofs: dict[str, Proof] = {}
    with Crew(known.folder) as crew:
        runner = Runner(crew, History(), watch, cancelled)
        whole = [take for take in known.takes.values() if take.id not in damaged]
        for take in whole:
            step = Prove(file=take.pixels, take=take)
            runner.submit(take.id, step, take.id, partial(_note, proofs, take.id))
        for file in parts(known.folder):
            runner.submit(file, Prove(file=file), file, lambda _: None)
        runner.run()
    reasons = {failure.label: failure.reason for failure in runner.failures}
    wanted = {one.take: one for one in references.wanted(known.project, whole) if one.take}
    found = [_judged(known, take, wanted[take.id], proofs.get(take.id), reasons) for take in whole]
    broken = [
        Finding("cache", file, f"{reasons[file]}; it is made again when it is needed")
        for file in parts(known.folder)
        if file in reasons
    ]
    return [finding for finding in found if finding is not None] + broken


def _note(proofs: dict[str, Proof], take_id: str, outcome: Outcome) -> None:
    if outcome.proof is not None:
        proofs[take_id] = outcome.proof


def _judged(
    known: Known, take: Take, wanted: references.Wanted, proof: Proof | None, reasons: Mapping[str, str]
) -> Finding | None:
    if proof is None:
        return _damage(known, "altered", wanted, f"cannot be decoded ({reasons.get(take.id, 'unknown')})")
    if proof.frames != take.frames:
        kind: Kind = "truncated" if proof.frames < take.frames else "altered"
        return _damage(known, kind, wanted, f"has {proof.frames} frames in place of {take.frames}")
    if not take.is_import and take.content and proof.content != take.content:
        return _damage(known, "altered", wanted, "holds other pixels than those that were made")
    return None
