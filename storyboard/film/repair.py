"""Mending what `storyboard.film.check` found. Nothing that a user made is deleted: what is in the way goes to `orphaned/`."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from storyboard import atomic, paths, reading, store, values
from storyboard.errors import Cancelled, ProjectError, StoryboardError, why
from storyboard.film import references
from storyboard.film.findings import Finding, Kind, Report
from storyboard.film.history import History
from storyboard.film.references import Wanted
from storyboard.film.runner import Runner, Watch
from storyboard.project import Shot
from storyboard.store import document, lock, recovery
from storyboard.store.takes import FOLDER, MAX_BYTES, TRASH, TakeFolder
from storyboard.take import Recipe, Take
from storyboard.workers.crew import Crew
from storyboard.workers.steps import Proof, Prove

ORPHANED: Final = "orphaned"
"""Where files go that nothing uses, and those that were replaced, under the names that they had."""
MAX_LOOKED_AT: Final = 1_000_000
"""Files in the folders to look in; a search of a whole disk ends there."""
ORDER: Final[Mapping[Kind, int]] = {"duplicate": 1, "orphaned": 2}
"""What is moved out of the way comes after all else: what is gone or damaged may lie among it."""
REBUILT: Final = "rebuilt"
"""In `Take.ran`: says that a sidecar was written anew from its pixels."""


def repair(
    folder: Path,
    report: Report,
    look_in: Sequence[Path] = (),
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    held: bool = False,
) -> Report:
    """Mend what can be mended of `report`, which `check` gave for the project at `folder`; its findings say what was done.

    A file that is gone or damaged is looked for by its content, in the project and in the folders `look_in`, and
    copied into its place. `held` says that the caller holds the project's lock itself. Raises `ProjectLocked` while a program edits the project, `ProjectError`, and `Cancelled`.
    """
    anew = ""
    if any(finding.kind == "document" for finding in report.findings):
        anew = recovery.recover(folder)
    taken = None if held else lock.acquire(folder)
    try:
        work = _Repair(folder, look_in, watch, cancelled)
        ordered = sorted(report.findings, key=lambda finding: ORDER.get(finding.kind, 0))
        mended = {
            finding: replace(finding, mended=anew) if finding.kind == "document" else work.mend(finding)
            for finding in ordered
        }
    finally:
        if taken is not None:
            taken.release()
    return replace(report, findings=tuple(mended[finding] for finding in report.findings))


class _Repair:
    def __init__(
        self, folder: Path, look_in: Sequence[Path], watch: Watch, cancelled: Callable[[], bool]
    ) -> None:
        self._folder = folder
        self._watch = watch
        self._cancelled = cancelled
        self._project = document.load(folder / document.NAME).project
        self._takes = TakeFolder(folder)
        self._wanted = {one.file: one for one in references.wanted(self._project, sidecars(folder))}
        self._wanted |= {one.file: one for one in references.thrown(sidecars(folder, TRASH))}
        self._search = _Search((folder, *look_in), folder, cancelled)

    def mend(self, finding: Finding) -> Finding:
        """Does what can be done about `finding`; it says what that was, or why it failed."""
        if self._cancelled():
            raise Cancelled
        do: Mapping[str, Callable[[Finding], str]] = {
            "sidecar": self._rebuild,
            "missing": self._bring_back,
            "truncated": self._bring_back,
            "altered": self._bring_back,
            "duplicate": self._rename,
            "orphaned": self._put_aside,
            "leftover": self._delete,
            "cache": self._drop,
        }
        try:
            return replace(finding, mended=do[finding.kind](finding) if finding.kind in do else "")
        except (OSError, StoryboardError) as error:
            reason = why(error) if isinstance(error, OSError) else str(error)
            return replace(finding, sentence=f"{finding.sentence}; mending failed: {reason}")

    # ---- files that are gone or damaged

    def _bring_back(self, finding: Finding) -> str:
        wanted = self._wanted.get(finding.file)
        found = self._search.find(wanted) if wanted is not None and wanted.sha256 else None
        if found is None:
            return ""
        target = paths.inside(self._folder, finding.file)
        target.parent.mkdir(exist_ok=True)
        with spared(self._folder, finding.file), atomic.replacing(target) as temporary:
            shutil.copyfile(found, temporary)
        return f"it was copied back from {found}"

    # ---- sidecars

    def _rebuild(self, finding: Finding) -> str:
        pixels = f"{FOLDER}/{finding.take}.mkv"
        sidecar = f"{FOLDER}/{finding.take}.json"
        if finding.file != sidecar:
            return self._rename(finding)
        if copy := next(self._copies(finding.take), None):
            return self._take_copy(copy, sidecar)
        if not paths.inside(self._folder, pixels).is_file():
            return ""
        take = self._take_of(finding.take, pixels, self._proved(pixels))
        with spared(self._folder, sidecar):
            store.publish(self._folder, take)
        recipe = "with its recipe" if take.recipe else "without its recipe, which is lost"
        return f"its sidecar was written anew from its {take.frames} frames, {recipe}"

    def _copies(self, take_id: str) -> Iterator[Path]:
        """Sidecars of the take under other names, as cloud folders leave them, that tell of the pixels that are there."""
        for path, take in _readable(self._folder, FOLDER):
            if take.id == take_id and path.stem != take_id and self._fits(take):
                yield path

    def _fits(self, take: Take) -> bool:
        pixels = paths.inside(self._folder, take.pixels)
        if not pixels.is_file():
            return True  # nothing contradicts it, and its recipe can make them again
        if take.is_import or take.stored is not None:
            wanted = take.stored.sha256 if take.stored is not None else take.content
            return reading.digest(pixels) == wanted
        return self._proved(take.pixels).content == take.content

    def _take_copy(self, copy: Path, sidecar: str) -> str:
        target = paths.inside(self._folder, sidecar)
        with spared(self._folder, sidecar):
            copy.replace(target)
        return f"{copy.name} took its place"

    def _proved(self, pixels: str) -> Proof:
        proofs: list[Proof] = []
        with Crew(self._folder, media_workers=1) as crew:
            runner = Runner(crew, History(), self._watch, self._cancelled)
            runner.submit(
                pixels, Prove(file=pixels), pixels, lambda done: proofs.extend(filter(None, [done.proof]))
            )
            runner.run()
        if not proofs:
            raise ProjectError(runner.failures[0].reason)
        return proofs[0]

    def _take_of(self, take_id: str, pixels: str, proof: Proof) -> Take:
        """The take that `pixels` are, with what can still be read of its sidecar."""
        known = _salvaged(self._folder / FOLDER / f"{take_id}.json")
        path = self._folder / pixels
        shown = next(
            (shot for shot in self._project.shots if shot.chosen and shot.chosen.take == take_id), None
        )
        shot_id: str = known.get("shot") or (shown.id if shown else take_id)
        written = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
        return Take(
            id=take_id,
            shot=shot_id,
            number=known.get("number") or self._takes.scan().next_number(shot_id),
            created=known.get("created") or written.isoformat(timespec="seconds"),
            frames=proof.frames,
            rate=proof.rate,
            width=proof.width,
            height=proof.height,
            content=proof.content,
            wish=known.get("wish") or _wish(shown),
            recipe=known.get("recipe"),
            ran={**(known.get("ran") or {}), REBUILT: "from its pixels"},
            stored=store.stored(path),
        )

    def _rename(self, finding: Finding) -> str:
        target = f"{FOLDER}/{finding.take}.json"
        source, place = paths.inside(self._folder, finding.file), paths.inside(self._folder, target)
        if not source.exists():
            return f"it is called {target} now"  # it took the place of a damaged one
        if not place.exists():
            source.rename(place)
            return f"it is called {target} again"
        # Beside one that is damaged still, it is all there is of the recipe.
        return self._put_aside(finding) if _read(place) is not None else ""

    # ---- what lies about

    def _put_aside(self, finding: Finding) -> str:
        if finding.file == f"{FOLDER}/{finding.take}.mkv" and self._is_thrown(finding.take):
            target = f"{TRASH}/{finding.take}.mkv"
            paths.inside(self._folder, finding.file).rename(paths.inside(self._folder, target))
            return "it was moved into the project's trash, beside its sidecar"
        return f"it was moved to {aside(self._folder, finding.file)}"

    def _is_thrown(self, take_id: str) -> bool:
        """Whether the take's sidecar lies in the project's trash without its pixels."""
        there = self._folder / TRASH
        return (there / f"{take_id}.json").is_file() and not (there / f"{take_id}.mkv").exists()

    def _delete(self, finding: Finding) -> str:
        paths.inside(self._folder, finding.file).unlink(missing_ok=True)
        return "it was deleted"

    def _drop(self, finding: Finding) -> str:
        path = paths.inside(self._folder, finding.file)
        # Of in-betweens the list goes first: it is what is believed.
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        return "it was deleted from the cache"


def sidecars(folder: Path, place: str = FOLDER) -> Iterator[Take]:
    """The takes whose sidecars in `place` can be read, also those whose pixels are gone."""
    return (take for _, take in _readable(folder, place))


def _readable(folder: Path, place: str) -> Iterator[tuple[Path, Take]]:
    for path in sorted((folder / place).glob("*.json")):
        if (take := _read(path)) is not None:
            yield path, take


def _read(sidecar: Path) -> Take | None:
    try:
        return values.decode(reading.whole(sidecar, MAX_BYTES), Take)
    except (OSError, ValueError, RecursionError):
        return None


def aside(folder: Path, file: str) -> str:
    """Moves a file of the project out of the way, and returns where to; what lies there stays."""
    target = _place_aside(folder, file)
    paths.inside(folder, file).rename(target)
    return target.relative_to(folder).as_posix()


@contextlib.contextmanager
def spared(folder: Path, file: str) -> Iterator[None]:
    """For a block that may put another file in the place of `file`, which is not lost then but lies in `orphaned/`.

    It has both names meanwhile: whatever ends the block, or the program, something is in its place. Raises `OSError`
    and `StoryboardError` before the block.
    """
    path = paths.inside(folder, file)
    if not path.is_file():
        yield
        return
    kept, before = _place_aside(folder, file), _stamp(path)
    try:
        os.link(path, kept)
    except OSError:  # some file systems have one name for a file
        with atomic.replacing(kept) as temporary:
            shutil.copyfile(path, temporary)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # a second name for it does no harm
            if not path.exists():
                kept.rename(path)
            elif _stamp(path) == before:
                kept.unlink()


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _place_aside(folder: Path, file: str) -> Path:
    target = paths.inside(folder, f"{ORPHANED}/{file}")
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{Path(file).stem}-{number}{Path(file).suffix}")
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _wish(shot: Shot | None) -> str:
    return shot.chosen.wish if shot is not None and shot.chosen else ""


_PARTS: Final[Mapping[str, Any]] = {
    "shot": str,
    "number": int,
    "created": str,
    "wish": str,
    "recipe": Recipe,
    "ran": dict[str, str],
}
"""What a damaged sidecar may still tell, where the rest of it is wrong."""


def _salvaged(sidecar: Path) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(reading.whole(sidecar, MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    known = {}
    for name, kind in _PARTS.items() if isinstance(found, dict) else ():
        try:
            known[name] = values.convert(found.get(name), kind)
        except (msgspec.ValidationError, ValueError, RecursionError):
            continue
    return known


class _Search:
    """Looks for files by their content. Each file is hashed at most once, and only where its size or ending fits."""

    def __init__(self, places: Iterable[Path], folder: Path, cancelled: Callable[[], bool]) -> None:
        self._places = tuple(places)
        self._skipped = {folder / "cache", folder / "exports"}
        self._cancelled = cancelled
        self._files: list[tuple[Path, int]] | None = None
        self._hashes: dict[Path, str] = {}

    def find(self, wanted: Wanted) -> Path | None:
        """A file that holds what `wanted` should; None where there is none."""
        suffix = Path(wanted.file).suffix
        for path, size in self._all():
            fits = size == wanted.size if wanted.size is not None else path.suffix.lower() == suffix
            if fits and self._hash(path).startswith(wanted.sha256):
                return path
        return None

    def _all(self) -> list[tuple[Path, int]]:
        if self._files is None:
            self._files = list(self._walk())
        return self._files

    def _walk(self) -> Iterator[tuple[Path, int]]:
        left = MAX_LOOKED_AT
        for place in self._places:
            for root, folders, names in os.walk(place):
                folders[:] = sorted(name for name in folders if Path(root, name) not in self._skipped)
                for name in sorted(names):
                    left -= 1
                    path = Path(root, name)
                    if left > 0 and not path.is_symlink() and path.is_file():
                        yield path, path.stat().st_size

    def _hash(self, path: Path) -> str:
        if path not in self._hashes:
            self._hashes[path] = _digest(path, self._go_on)
        return self._hashes[path]

    def _go_on(self, _count: int) -> None:
        if self._cancelled():
            raise Cancelled


def _digest(path: Path, report: Callable[[int], None]) -> str:
    try:
        return reading.digest(path, report)
    except OSError:  # not ours to read, or gone: not the one that is looked for
        return "-"
