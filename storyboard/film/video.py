"""Smoothing any videos, outside a project: Flowframes' job, for one file or whole folders."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Literal, NamedTuple

from storyboard.errors import MediaError, SmootherError, StoryboardError
from storyboard.film.history import History
from storyboard.film.runner import Outcome, Runner, Watch
from storyboard.workers.crew import Crew
from storyboard.workers.steps import SmoothedVideo, SmoothVideo
from storyboard.workers.video import SCRATCH

SUFFIXES = (".3gp", ".apng", ".asf", ".avi", ".dv", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg",
    ".mpg", ".mts", ".mxf", ".ogm", ".ogv", ".ts", ".vob", ".webm", ".wmv")  # fmt: skip
"""Names of the files that are taken out of a folder."""

CONTAINERS = {"h264": (".mp4", ".m4v", ".mov", ".mkv"), "ffv1": (".mkv",)}
"""The files that each preset can be written to; the first is the usual one."""


class Wanted(NamedTuple):
    """What to make of a video: `factor` times its frames, or `rate` frames per second; at `speed`."""

    factor: int | None
    rate: Fraction | None
    speed: Fraction
    engine: str
    preset: str
    start: Fraction = Fraction(0)
    """Seconds into the video, as `stop`."""
    stop: Fraction | None = None
    repeats: Literal["keep", "remove"] = "keep"
    compare: bool = False
    only_look: bool = False


class Job(NamedTuple):
    """A video, and the file that it becomes."""

    source: Path
    target: Path
    named: bool = False
    """Whether the user wrote the target's name. Under any other one a file that is not ours is never replaced."""


class Result(NamedTuple):
    """What came of a video: `made`, or `reason` why not."""

    job: Job
    made: SmoothedVideo | None
    reason: str = ""


def jobs(inputs: Sequence[Path], out: Path | None, preset: str) -> list[Job]:
    """What to write for each of `inputs`, files and folders.

    One file becomes `out`, or NAME-smooth beside it when there is no `out`. Several, and what is in folders, go into
    the folder `out` under their own names, folders in folders; there our own results are passed over. Raises
    `MediaError` when a name does not suit the preset or would replace its own source, or there is nothing to do.
    """
    suffix = CONTAINERS[preset][0]
    if len(inputs) == 1 and not inputs[0].is_dir() and (out is None or _is_file(out)):
        target = out or inputs[0].with_name(f"{_own(inputs[0], _endings(inputs[0].parent))}-smooth{suffix}")
        if target.suffix.lower() not in CONTAINERS[preset]:
            raise MediaError(
                f"{target.name}: a film in {preset} is a {suffix} file; name it {target.stem}{suffix}"
            )
        found = [Job(inputs[0], target, named=out is not None)]
    elif out is None:
        raise MediaError("several videos go into a folder; name it with -o")
    elif out.exists() and not out.is_dir():
        raise MediaError(f"{out} is a file, and several videos go into a folder; name one with -o")
    else:
        found = _named(list(_listed(inputs, out)), out, suffix)
    sources = {source.resolve() for source, *_ in found}
    for source, target, _ in found:
        if target.exists() and source.exists() and target.samefile(source):
            raise MediaError(f"{target} is the video itself; write to another file")
        if target.resolve() in sources:
            raise MediaError(f"{target} is one of the videos; write to another folder")
    if not found:
        raise MediaError(f"there is no video in {', '.join(map(str, inputs))}; name files or another folder")
    return found


def _listed(inputs: Sequence[Path], out: Path) -> Iterator[tuple[Path, Path]]:
    """Each video and the name that it has below the folder it was found in."""
    for given in inputs:
        if not given.is_dir():
            yield given, Path(given.name)
            continue
        for path in sorted(given.rglob("*")):
            inner = path.relative_to(given)
            hidden = any(part.startswith(".") for part in inner.parts)
            ours = path.resolve().is_relative_to(out.resolve()) or _is_ours(path)
            if path.suffix.lower() in SUFFIXES and path.is_file() and not hidden and not ours:
                yield path, inner


def _is_ours(path: Path) -> bool:
    return path.stem.endswith("-smooth") or path.name.startswith(SCRATCH)


def _named(listed: list[tuple[Path, Path]], out: Path, suffix: str) -> list[Job]:
    """A file of its own for each, below `out`."""
    endings = functools.cache(_endings)
    found: dict[Path, Job] = {}
    for source, inner in listed:
        target = out / inner.with_name(f"{_own(source, endings(source.parent))}{suffix}")
        if target in found:
            raise MediaError(
                f"{found[target].source} and {source} would both become {target}; smooth them into different folders"
            )
        found[target] = Job(source, target)
    return list(found.values())


def _endings(folder: Path) -> dict[str, set[str]]:
    """The endings of the videos in `folder`, by the rest of their names."""
    found: dict[str, set[str]] = {}
    for path in folder.glob("*"):
        if path.suffix.lower() in SUFFIXES:
            found.setdefault(path.stem, set()).add(path.suffix.lower())
    return found


def _own(source: Path, endings: dict[str, set[str]]) -> str:
    """The name of `source` without its ending; with it, where another video beside it differs in the ending alone."""
    alone = endings.get(source.stem, set()) <= {source.suffix.lower()}
    return source.stem if alone else source.name.replace(".", "-")


def _is_file(out: Path) -> bool:
    """Whether `out` is meant as a file: a name without an ending is a folder's."""
    return out.is_file() or (bool(out.suffix) and not out.is_dir())


def smooth_all(
    wanted_jobs: Sequence[Job],
    wanted: Wanted,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Result]:
    """Each job's result as it comes: a video that cannot be smoothed does not end the others.

    Raises `SmootherError` or `StoryboardError` for what is wrong with all of them, before any work; `DiskFull`;
    `Cancelled` when asked to stop. Parts that are done are kept then, and the next call goes on from them.
    """
    engine = _engine(wanted)
    # Workers keep their engines from one video to the next.
    with Crew(Path.cwd(), media_workers=1) as crew:
        for job in wanted_jobs:
            try:
                yield Result(job, _smoothed(crew, job, wanted, engine, watch, cancelled))
            except (MediaError, SmootherError) as error:
                yield Result(job, None, str(error))


def smooth(
    source: Path,
    target: Path,
    wanted: Wanted,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> SmoothedVideo:
    """Write `source` with more frames to `target`.

    Raises `MediaError` or `SmootherError` with a sentence, `Cancelled` when asked to stop; an earlier `target`
    stays in place then.
    """
    (result,) = smooth_all([Job(source, target, named=True)], wanted, watch, cancelled)
    if result.made is None:
        raise MediaError(result.reason)
    return result.made


def _engine(wanted: Wanted) -> str:
    from storyboard.smoothers import registry

    if not Fraction(1, 64) <= wanted.speed <= 64:
        raise StoryboardError("the speed must lie between 1/64 and 64; 1/2 is half speed")
    return registry.resolve(wanted.engine)


def _smoothed(
    crew: Crew, job: Job, wanted: Wanted, engine: str, watch: Watch, cancelled: Callable[[], bool]
) -> SmoothedVideo:
    source, target, _ = job
    if not source.is_file():
        raise MediaError(f"{source} is not there; check the path")
    if not wanted.only_look:
        _make_folder(target.resolve().parent)
    step = SmoothVideo(
        file=str(source.resolve()),
        out=str(target.resolve()),
        engine=engine,
        preset=wanted.preset,
        speed=wanted.speed,
        factor=wanted.factor,
        rate=wanted.rate,
        start=wanted.start,
        stop=wanted.stop,
        repeats=wanted.repeats,
        compare=wanted.compare,
        only_look=wanted.only_look,
        replace=job.named,
    )
    made: list[SmoothedVideo] = []

    def finished(outcome: Outcome) -> None:
        if outcome.video is not None:
            made.append(outcome.video)

    runner = Runner(crew, History(), watch, cancelled)
    runner.submit(step.out, step, source.name, finished)
    runner.run()
    if not made:
        raise MediaError(runner.failures[0].reason)
    return made[0]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "it was refused").lower()
        raise MediaError(f"the folder {folder} cannot be made: {reason}; write to another folder") from error
