"""One video in, the same video with more frames out: streaming, in constant memory, in parts that outlive a stop.

Decoding with the search for cuts, smoothing, and encoding each run in a thread of their own with a few frames between
them. The new video's frames are at a constant rate, each made at its own time: a video of uneven pictures (VFR) keeps
its length and stays with its sound, and pictures that come at a frame's time are kept bit for bit.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from storyboard import values
from storyboard.ahead import ahead
from storyboard.errors import MediaError, why
from storyboard.frames import Report
from storyboard.workers import forecast
from storyboard.workers.steps import SmoothedVideo, SmoothVideo

if TYPE_CHECKING:
    from storyboard.frames import Frame
    from storyboard.media.scan import Scanned
    from storyboard.media.segment import Preset
    from storyboard.media.tracks import Span
    from storyboard.media.viewing import Picture
    from storyboard.smoothers import instants
    from storyboard.smoothers.base import Smoother

VERSION = 3
"""Of this module: raised when the same video would come out otherwise."""
SCRATCH = ".storyboard-smooth-"
"""How the folders of finished parts begin, beside the video that is made."""
ABANDONED = 14 * 24 * 3600.0
"""Seconds after which parts that nobody went on with are removed."""

_ENCODER = "Storyboard smooth "
"""How the name begins by which our own results are known."""
_PART_SECONDS = 4
"""Of a part at most. It is a whole number of the encoder's keyframe distances of two seconds: parts cost no quality."""
_PART_PIXELS = 50e6
"""Pixels that a part should not have much more of: about half a minute on two cores."""
_WAITING = 64e6
"""Bytes of frames that may wait between two threads."""
_BEFORE = 8
"""Pictures read before the first that is needed, so that cuts and flashes are judged as in one go."""
_DIVIDER = 4
"""Pixels between the two sides of a comparison."""
_GREY = 200


class _Plan(NamedTuple):
    """What is to be made of a video."""

    step: SmoothVideo
    found: Scanned
    rate: Fraction
    start: Fraction
    stop: Fraction
    length: int
    """Frames."""
    width: int
    height: int
    key: str

    @property
    def preset(self) -> Preset:
        from storyboard.media import segment

        return segment.PRESETS[self.step.preset]

    @property
    def container(self) -> str:
        return "matroska" if Path(self.step.out).suffix.lower() == ".mkv" else self.preset.container

    @property
    def encoder(self) -> str:
        return f"{_ENCODER}{self.key}"

    @property
    def span(self) -> Span:
        from storyboard.media import tracks

        found = self.found
        stop = tracks.ENDLESS if self.step.stop is None else self.stop
        return tracks.Span(found.origin * found.time_base, self.start, stop, self.step.speed)

    @property
    def part(self) -> int:
        """Frames in each part but the last."""
        from storyboard.media import segment

        keyframes = segment.keyframe_distance(self.rate)
        most = _PART_SECONDS // segment.KEYFRAME_SECONDS
        return keyframes * max(1, min(most, int(_PART_PIXELS / (self.width * self.height * keyframes))))

    @property
    def same(self) -> bool:
        """Whether the picture needs no change, and can be copied."""
        step, found = self.step, self.found
        whole = step.speed == 1 and self.start == 0 and step.stop is None
        plain = whole and step.repeats == "keep" and not step.compare
        # What is counted has times in our reckoning alone, and its packets would be shown when FFmpeg guesses.
        plain = plain and not found.counted
        suits = found.codec == {"libx264": "h264"}.get(self.preset.codec, self.preset.codec)
        unchanged = step.factor == 1 or (step.rate == found.rate and found.steady)
        return plain and suits and unchanged and not found.interlaced

    def result(
        self, *, engine: str = "", cuts: int = 0, kept: tuple[str, ...] = (), **more: object
    ) -> SmoothedVideo:
        found = self.found
        notes = (*found.notes, *more.pop("notes", ()))  # type: ignore[misc]
        frames = len(found.times) if self.same else self.length
        return SmoothedVideo(
            file=self.step.out,
            source_frames=len(found.times),
            frames=frames,
            rate=self.rate,
            engine=engine,
            cuts=cuts,
            width=self.width,
            height=self.height,
            seconds=float(frames / self.rate),
            kept=kept,
            notes=notes,
            **more,  # type: ignore[arg-type]
        )


def smooth(step: SmoothVideo, open_smoother: Callable[[], Smoother], report: Report) -> SmoothedVideo:
    """Make the video that `step` wants. Cuts are held, sound is kept at speed 1.

    Finished parts stay in a hidden folder beside it when this is stopped, and the next call for the same content and
    settings goes on after them. Raises `MediaError`, `SmootherError`, `DiskFull`, and what `report` raises.
    """
    from storyboard.media import scan, tracks

    file, out = Path(step.file), Path(step.out)
    plan = _planned(step, scan.scan(file, report))
    made_by = tracks.tag(out) if out.is_file() else ""
    if made_by == plan.encoder:
        return plan.result(up_to_date=True)
    if out.exists() and not step.replace and not made_by.startswith(_ENCODER):
        raise MediaError(
            f"{out} is there already, and is not of this command's making; name another file with -o"
        )
    if not plan.same:
        forecast.check(step.engine, plan.found.width, plan.found.height, file.name)
    if step.only_look:
        return plan.result(engine="" if plan.same else step.engine)
    _sweep(out.parent)
    return _copied(plan, file, out) if plan.same else _smoothed(plan, file, out, open_smoother, report)


def _planned(step: SmoothVideo, found: Scanned) -> _Plan:
    from storyboard.media import fit

    name = Path(step.file).name
    stop = found.seconds if step.stop is None else min(step.stop, found.seconds)
    if step.start >= stop:
        raise MediaError(
            f"{name} is {float(found.seconds):.3f} s long; start before that, and before the stop"
        )
    rate = step.rate or found.rate * (step.factor or 1)
    if rate > 1000:
        raise MediaError(f"{name}: {rate} frames per second are too many; choose a smaller factor or a rate")
    length = max(1, round((stop - step.start) / step.speed * rate))
    width, height = fit.even(found.width, found.height)
    width = 2 * width + _DIVIDER if step.compare else width
    return _Plan(step, found, rate, step.start, stop, length, width, height, _key(step, found))


def _key(step: SmoothVideo, found: Scanned) -> str:
    """The name of everything that decides the new video's frames."""
    from storyboard.media import segment
    from storyboard.smoothers import registry

    settings = (step.speed, step.factor, step.rate, step.start, step.stop, step.repeats, step.compare)
    engine = tuple(registry.engine_of(step.engine))
    encoder = segment.version(segment.PRESETS[step.preset])
    return values.key("smooth-video", VERSION, found.sha256, engine, encoder, *map(str, settings))[:16]


def _copied(plan: _Plan, file: Path, out: Path) -> SmoothedVideo:
    """Nothing changes: every packet as it was."""
    from storyboard.atomic import replacing
    from storyboard.media import tracks

    with replacing(out) as temporary:
        brought = tracks.copy(file, out, temporary, plan.container, plan.span, plan.encoder)
    return plan.result(
        kept=tuple(brought.kept), notes=("nothing changes: the picture was copied as it is", *brought.notes)
    )


def _smoothed(
    plan: _Plan, file: Path, out: Path, open_smoother: Callable[[], Smoother], report: Report
) -> SmoothedVideo:
    from storyboard.media import stitch, tracks

    with _kept(out.parent / f"{SCRATCH}{plan.key}", file.name) as scratch:
        parts = [scratch / f"{n:05}{plan.preset.suffix}" for n in range(-(-plan.length // plan.part))]
        done = sum(1 for _ in itertools.takewhile(Path.is_file, parts))
        resumed, cuts = min(done * plan.part, plan.length), [0]
        report(resumed, plan.length)
        if done < len(parts):
            smoother = open_smoother()
            _write(plan, parts[done:], _frames(plan, file, smoother, resumed, cuts), resumed, report)
        others = tracks.Tracks(file, plan.container, plan.span)
        stitch.stitch(
            parts,
            out,
            plan.rate,
            plan.preset,
            frames=plan.length,
            beside=others,
            container=plan.container,
            encoder=plan.encoder,
            report=lambda _done, _total: report(plan.length, plan.length),
        )
    return plan.result(
        engine=plan.step.engine,
        cuts=cuts[0],
        kept=tuple(others.kept),
        notes=tuple(others.notes),
        resumed=resumed,
    )


def _write(
    plan: _Plan, parts: list[Path], frames: Generator[Frame, None, None], done: int, report: Report
) -> None:
    """The parts that are still to be made, one after the other from one stream of frames."""
    from storyboard.media import segment

    def told(coming: Iterator[Frame]) -> Iterator[Frame]:
        for number, frame in enumerate(coming, done + 1):
            yield frame
            report(number, plan.length)

    with contextlib.closing(ahead(frames, _room(plan))) as coming:
        counted = told(coming)
        for part in parts:
            segment.write(
                part, itertools.islice(counted, plan.part), plan.width, plan.height, plan.rate, plan.preset
            )


def _frames(
    plan: _Plan, file: Path, smoother: Smoother, first: int, cuts: list[int]
) -> Generator[Frame, None, None]:
    """The new video's frames from number `first` on; counts in `cuts` the cuts that were met."""
    from storyboard.smoothers import instants

    step, found = plan.step, plan.found
    times = (plan.start + j * step.speed / plan.rate for j in range(first, plan.length))
    begin = plan.start + first * step.speed / plan.rate
    # Which repeats are taken out depends on all that came before.
    number = 0 if step.repeats == "remove" else found.before(begin, _BEFORE)
    beat = instants.Beat(1 / found.rate, min(found.slack, step.speed / plan.rate / 4))
    with contextlib.closing(ahead(_pictures(plan, file, number, cuts), _room(plan))) as pictures:
        made = first
        for shown in instants.at_instants(pictures, times, beat, smoother):
            yield _fitted(plan, shown)
            made += 1
        if made < plan.length:
            raise MediaError(f"{file}: no picture of it could be decoded; replace it")


def _pictures(plan: _Plan, file: Path, number: int, cuts: list[int]) -> Generator[Picture, None, None]:
    """The video's pictures with their cuts, and without repeats where that is wanted."""
    from storyboard.media import viewing
    from storyboard.smoothers import cuts as cutting
    from storyboard.smoothers import repeats

    def marked() -> Iterator[Picture]:
        source = viewing.pictures(file, plan.found, number)
        for picture, starts in cutting.marked(source, lambda one: cutting.glance(one.frame)):
            cuts[0] += starts
            yield picture._replace(starts=True) if starts else picture

    if plan.step.repeats == "remove":
        yield from repeats.without_repeats(marked(), 1 / plan.found.rate)
    else:
        yield from marked()


def _fitted(plan: _Plan, shown: instants.Shown) -> Frame:
    import numpy as np

    from storyboard.media import fit

    width, height = fit.even(plan.found.width, plan.found.height)
    frame = fit.pad(shown.frame, width, height)
    if not plan.step.compare:
        return frame
    line = np.full((height, _DIVIDER, 3), _GREY, np.uint8)
    return np.concatenate((fit.pad(shown.held, width, height), line, frame), axis=1)


def _room(plan: _Plan) -> int:
    return max(1, min(8, int(_WAITING / (3 * plan.width * plan.height))))


@contextlib.contextmanager
def _kept(scratch: Path, name: str) -> Iterator[Path]:
    """The folder of finished parts, for this run alone. It stays when the block raises and there are any."""
    import filelock

    try:
        _make(scratch)
        with filelock.FileLock(scratch / "lock", timeout=0):
            for left in scratch.glob(".*"):
                left.unlink()  # of a part that was being written when it was stopped
            yield scratch
    except filelock.Timeout as error:
        raise MediaError(f"{name} is being smoothed in just this way by another run; wait for it") from error
    except BaseException:
        if not any(path.name != "lock" for path in scratch.glob("[!.]*")):
            shutil.rmtree(scratch, ignore_errors=True)
        raise
    shutil.rmtree(scratch, ignore_errors=True)


def _make(scratch: Path) -> None:
    from storyboard.atomic import FULL

    try:
        scratch.mkdir(exist_ok=True)
    except OSError as error:
        if error.errno in FULL:
            raise
        raise MediaError(
            f"the folder {scratch.parent} cannot be written: {why(error)}; write to another one"
        ) from error


def _sweep(folder: Path) -> None:
    """Removes parts that nobody came back for."""
    for left in folder.glob(f"{SCRATCH}*"):
        with contextlib.suppress(OSError):
            newest = max((path.stat().st_mtime for path in (left, *left.iterdir())), default=0.0)
            if time.time() - newest > ABANDONED:
                shutil.rmtree(left, ignore_errors=True)
