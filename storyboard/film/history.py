"""How long steps take on this machine: learned from every step that ran, used for the time left."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from storyboard import atomic, places, reading
from storyboard.errors import StoryboardError
from storyboard.take import Recipe
from storyboard.workers import steps
from storyboard.workers.crew import Lane
from storyboard.workers.making import seeds_of

MAX_BYTES = 16 * 2**20
"""Of the file; a larger one is none of ours."""
WEIGHT = 0.3
"""Of the newest measurement in the running average."""

FRAME = 0.01
"""What a frame costs beside its pixels, in megapixels. Measured at 64, 256 and 512 pixels square: with it, sketching,
smoothing and encoding cost the same a megapixel at every size to within 40 %; without it, up to six times more."""

BYTES = {
    "take": 1.6,
    "take sketch": 0.2,
    "take card": 0.1,
    "in-betweens": 1.0,
    "segment h264": 0.08,
    "segment ffv1": 1.2,
}
"""Bytes a pixel of a frame, before anything was measured: camera pictures in FFV1, and H.264 at the film's quality."""

Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e7)]


class Cost(NamedTuple):
    """Seconds that a kind of step takes: `start + units * (unit + tail)`."""

    unit: float
    """A unit of work (see `work_of`), while progress is reported."""
    tail: float = 0.0
    """A unit, after the last report: frames still to be decoded, an encoder still to be emptied."""
    start: float = 0.0
    """Once in each worker process: importing libraries, loading a model, compiling a network."""
    measured: bool = False
    """Whether `unit` was measured on this machine."""

    def of(self, units: float, *, cold: bool = False) -> float:
        return units * (self.unit + self.tail) + (self.start if cold else 0.0)


FIRST_GUESS = {
    "generate": Cost(3.0, start=20.0),
    "generate sketch": Cost(0.1, start=0.9),
    "generate card": Cost(0.1, start=0.9),
    "smooth": Cost(1.1, start=1.3),
    "smooth-and-encode": Cost(1.3, start=1.3),
    "smooth-video": Cost(40.0, start=1.5),
    "encode": Cost(0.1, start=0.2),
    "draw": Cost(0.1, start=0.9),
    "mix": Cost(0.02, start=0.4),
    "stitch": Cost(0.0005, start=0.1),
}
"""Before anything was measured: what a machine of two cores without a GPU takes, `generate` apart."""


class Work(NamedTuple):
    """How much of what a step is."""

    kind: str
    units: float


class Timing(NamedTuple):
    """How a step went, in seconds since it began: what was reported first and last (of `total`), and its end."""

    seconds: float
    total: int = 1
    first: tuple[float, int] | None = None
    """When anything was done for the first time, and how much of `total`."""
    last: tuple[float, int] | None = None

    def each(self) -> float | None:
        """Seconds for each of `total`; None where a single report does not tell it from the start."""
        if self.first is None or self.last is None or self.last[1] <= self.first[1]:
            return None
        pace = (self.last[0] - self.first[0]) / (self.last[1] - self.first[1])
        return min(
            pace, self.last[0] / self.last[1]
        )  # reports a blink apart tell little: never more than it took


class _Kind(msgspec.Struct, omit_defaults=True):
    unit: Seconds | None = None
    tail: Seconds | None = None
    start: Seconds | None = None


class _File(msgspec.Struct):
    format: Literal[1]
    kinds: dict[str, _Kind]
    bytes: dict[str, Annotated[float, msgspec.Meta(ge=0, le=100)]] = {}


class History:
    """What each kind of step costs. Kept in the user's cache; losing it costs only accuracy."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or places.cache() / "times.json"
        self._kinds: dict[str, _Kind] = {}
        self._bytes: dict[str, float] = {}
        # A file that is no JSON, or of another form, is as good as none.
        with contextlib.suppress(OSError, ValueError, RecursionError, msgspec.MsgspecError):
            found = msgspec.json.decode(reading.whole(self._file, MAX_BYTES), type=_File)
            self._kinds, self._bytes = found.kinds, found.bytes

    def cost(self, kind: str) -> Cost:
        """What a step of `kind` will likely cost."""
        guess = self._guess(kind)
        known = self._kinds.get(kind, _Kind())
        return Cost(
            guess.unit if known.unit is None else known.unit,
            guess.tail if known.tail is None else known.tail,
            guess.start if known.start is None else known.start,
            known.unit is not None,
        )

    def _guess(self, kind: str) -> Cost:
        first, _, what = kind.partition(" ")
        if first == "audition":  # the steps of a take, and nothing decoded after them
            return self.cost(f"generate {what}")._replace(tail=0.0, measured=False)
        return FIRST_GUESS.get(kind) or FIRST_GUESS.get(first, Cost(1.0))

    def estimate(self, step: steps.Step, *, cold: bool = False) -> float:
        """Seconds that `step` will likely take; `cold` when it is the first of its kind in its process."""
        work = work_of(step)
        return self.cost(work.kind).of(work.units, cold=cold)

    def bytes_each(self, kind: str) -> float:
        """Bytes a pixel that a file of `kind` (`take sketch`, `segment h264`) will likely take."""
        guess = BYTES.get(kind) or BYTES.get(kind.split()[0], 3.0)
        return self._bytes.get(kind, guess)

    def learn_bytes(self, kind: str, pixels: int, size: int) -> None:
        """Remember that a file of `kind` took `size` bytes for so many pixels in all."""
        if pixels > 0:
            self._bytes[kind] = min(_average(self._bytes.get(kind), size / pixels), 100.0)

    def learn(self, work: Work, timing: Timing, *, cold: bool) -> float | None:
        """Remember how a step of this work went. Only a `cold` one tells what starting costs. Returns the seconds
        between its start and its tail; None when they cannot be told from its start."""
        head = timing.first[0] if timing.first else timing.seconds
        each = timing.each()
        if each is not None and timing.first is not None:
            unit: float | None = each * timing.total / work.units
            start = head - each * timing.first[1]
        elif cold:  # the start and the work came in one: the work is taken to be as it was
            unit, start = None, head - self.cost(work.kind).unit * work.units
        else:
            unit, start = head / work.units, 0.0
        known = self._kinds.setdefault(work.kind, _Kind())
        if unit is not None:
            known.unit = _average(known.unit, unit)
        if timing.last and timing.last[1] == timing.total:
            known.tail = _average(known.tail, (timing.seconds - timing.last[0]) / work.units)
        if cold:
            known.start = _average(known.start, start)
        return None if unit is None else unit * work.units

    def save(self) -> None:
        with contextlib.suppress(StoryboardError, OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with atomic.replacing(self._file) as temporary:
                temporary.write_bytes(msgspec.json.encode(_File(1, self._kinds, self._bytes)))


class Load:
    """Work ahead as time by the clock: one worker generates, `workers` share the rest.

    `cost` tells what a kind of step costs, `begun` how many of each kind began already: each worker that has
    not met a kind pays its start once.
    """

    def __init__(
        self, workers: int, cost: Callable[[str], Cost], begun: Mapping[str, int] | None = None
    ) -> None:
        self._workers = max(workers, 1)
        self._cost = cost
        self._begun = Counter(begun)
        self._generate = 0.0
        self._after = 0.0
        self._chains: dict[str, float] = {}

    def add(self, seconds: float, lane: Lane, chain: str) -> None:
        """Count `seconds`. What has the same `chain` cannot be shared out; an empty one follows all the rest."""
        if not chain:
            self._after += seconds
        elif lane == "generate":
            self._generate += seconds
        else:
            self._chains[chain] = self._chains.get(chain, 0.0) + seconds

    def add_work(self, work: Work, lane: Lane, chain: str) -> None:
        """Count a step that was not handed out yet."""
        cold = self._begun[work.kind] < (1 if lane == "generate" else self._workers)
        self._begun[work.kind] += 1
        self.add(self._cost(work.kind).of(work.units, cold=cold), lane, chain)

    def seconds(self, *, side_by_side: bool) -> float:
        """Until all is done. `side_by_side` says whether generating and the rest run at the same time; without a
        GPU they take turns."""
        longest = max(self._chains.values(), default=0.0)
        shared = max(sum(self._chains.values()) / self._workers, longest)
        if side_by_side and self._generate:
            return max(self._generate + longest, shared) + self._after
        return self._generate + shared + self._after


def work_of(step: steps.Step) -> Work:
    """The kind of a step, and how much it is: frames times megapixels (times denoising steps), or what else it
    grows with. A video that nobody opened yet is measured by its bytes."""
    match step:
        case steps.Generate(model=model, recipe=recipe):
            return Work(
                _making(model, recipe), _pixels(recipe.frames, recipe.width, recipe.height, recipe.steps)
            )
        case steps.Together(of=several):
            works = [work_of(one) for one in several]
            return Work(works[0].kind, sum(work.units for work in works))
        case steps.Audition(of=of, stop_at=steps_):
            size = _pixels(of.recipe.frames, of.recipe.width, of.recipe.height, steps_)
            return Work(f"audition {of.model}", size)
        case steps.Remake(take=take) if take.recipe:
            size = _pixels(take.frames, take.width, take.height, take.recipe.steps)
            return Work(_making(take.recipe.model, take.recipe), size * max(len(seeds_of(take)), 1))
        case steps.Smooth(engine=engine, take=take, positions=positions):
            return Work(f"smooth {engine}", _pixels(len(positions), take.width, take.height))
        case steps.SmoothVideo(engine=engine):
            return Work(f"smooth-video {engine}", _megabytes(step.file) * _made_for_each(step))
        case steps.Encode(smooth=steps.Smooth() as smooth):
            # Making a frame costs many times what encoding one does: what is made is what counts.
            made = work_of(smooth)
            return Work(f"smooth-and-encode {smooth.engine}", made.units)
        case steps.Encode(drawn=drawn):
            return Work("draw" if drawn else "encode", _pixels(step.length, step.width, step.height))
        case steps.Mix(seconds=seconds):
            return Work("mix", max(float(seconds), 0.1))
        case steps.Stitch(frames=frames):
            return Work("stitch", max(frames, 1))
        case _:
            return Work(type(step).__name__.lower(), 1.0)


def _making(model: str, recipe: Recipe) -> str:
    return f"generate {model}{', quick' if recipe.quick else ''}"


def _pixels(frames: int, width: int, height: int, steps_: int | None = None) -> float:
    return max(frames, 1) * (width * height / 1e6 + FRAME) * max(steps_ or 1, 1)


def _megabytes(file: str) -> float:
    with contextlib.suppress(OSError):
        return max(Path(file).stat().st_size / 1e6, 0.01)
    return 1.0


def _made_for_each(step: steps.SmoothVideo) -> float:
    """Frames made for each frame of the video; its rate is not known here, so a target rate counts as double."""
    return max(float((step.factor or 2) / step.speed) - 1, 0.2)


def _average(known: float | None, measured: float) -> float:
    measured = min(max(measured, 0.0), 1e7)
    return measured if known is None else known + WEIGHT * (measured - known)
