"""Runs steps that depend on each other, each at most once, and tells how far the whole is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from storyboard.errors import Cancelled, DiskFull
from storyboard.film.history import History
from storyboard.take import Take
from storyboard.workers import messages
from storyboard.workers.crew import Crashed, Crew, Event, Lane
from storyboard.workers.steps import Comparison, Generate, SmoothedVideo, Step

_LOG = logging.getLogger(__name__)

POLL = 0.1
"""Seconds between looks at whether the user asked to stop."""
TRIES = 2
"""A step whose process crashed is tried once more: drivers do recover."""
GPU = ("cuda", "mps", "xpu")


class Progress(NamedTuple):
    """How far a run is."""

    fraction: float
    """0 to 1, by expected time."""
    seconds_left: float
    doing: tuple[str, ...]
    """What runs now, in words: `shot 4: step 12 of 25`."""


class Outcome(NamedTuple):
    """What a finished step answered."""

    take: Take | None
    comparison: Comparison | None
    video: SmoothedVideo | None
    seconds: float


class Failure(NamedTuple):
    label: str
    reason: str
    trace: str


Then = Callable[[Outcome], None]
Watch = Callable[[Progress], None]


@dataclass
class _Job:
    step: Step
    lane: Lane
    label: str
    unit: str
    then: list[Then]
    estimate: float
    done: int = 0
    total: int = 1
    started: bool = False
    tries: int = 1


@dataclass
class Runner:
    """Hands steps to a crew and calls back as they end. `run` returns when nothing is left to do."""

    crew: Crew
    history: History
    watch: Watch
    cancelled: Callable[[], bool] = lambda: False
    expected: float = 0.0
    """Seconds of steps that will follow but are not known yet."""
    failures: list[Failure] = field(default_factory=list)
    _jobs: dict[int, _Job] = field(default_factory=dict)
    _making: dict[str, _Job] = field(default_factory=dict)
    _held: list[_Job] = field(default_factory=list)
    _on_gpu: bool = False
    _finished: float = 0.0
    _spent: float = 0.0

    def submit(
        self, name: str, step: Step, label: str, then: Then, *, lane: Lane = "media", unit: str = "frame"
    ) -> bool:
        """Run `step`, which makes `name`, then call `then`; False when it is on its way already: then it is not
        run twice.

        On a machine without a GPU, other steps wait while a model generates: side by side on the same cores
        both would lose far more than they overlap.
        """
        if name in self._making:
            self._making[name].then.append(then)
            return False
        job = _Job(step, lane, label, unit, [then], self.history.estimate(step))
        self._making[name] = job
        if lane == "media" and self._generating() and not self._on_gpu:
            self._held.append(job)
        else:
            self._start(job)
        return True

    def run(self) -> None:
        """Work until no step is left. Raises `Cancelled`; steps that failed are in `failures`."""
        shown = 0.0
        while self._jobs:
            if self.cancelled():
                raise Cancelled
            event = self.crew.next(timeout=POLL)
            if event is not None:
                self._handle(event)
            if time.monotonic() - shown >= POLL:
                shown = time.monotonic()
                self.watch(self.progress())
        self.history.save()

    def progress(self) -> Progress:
        """How far the steps known so far, and those expected after them, are."""
        running = [*self._jobs.values(), *self._held]
        ahead = self.expected + sum(job.estimate * (1 - job.done / job.total) for job in running)
        behind = self._finished + sum(job.estimate * job.done / job.total for job in running)
        # Estimates are corrected by how this run went so far, once there is something to go by.
        ratio = self._spent / self._finished if self._finished > 1 else 1.0
        doing = tuple(
            f"{job.label}: {job.unit} {job.done} of {job.total}" if job.started else f"{job.label}: starting"
            for job in self._jobs.values()
            if job.started or job.lane == "generate"
        )
        return Progress(behind / max(ahead + behind, 1e-9), ahead * ratio, doing[:4])

    def _start(self, job: _Job) -> None:
        self._jobs[self.crew.submit(job.step, job.lane)] = job

    def _generating(self) -> bool:
        return any(job.lane == "generate" for job in self._jobs.values())

    def _handle(self, event: Event) -> None:
        job = self._jobs[event.job]
        if isinstance(event, messages.Progress):
            job.started, job.done, job.total = True, event.done, max(event.total, 1)
            return
        del self._jobs[event.job]
        if isinstance(event, Crashed) and job.tries < TRIES:
            job.tries, job.done = job.tries + 1, 0
            self._start(job)
            return
        self._end(job, event)
        if self._held and (self._on_gpu or not self._generating()):
            held, self._held = self._held, []
            for waiting in held:
                self._start(waiting)

    def _end(self, job: _Job, event: Event) -> None:
        del self._making[next(name for name, other in self._making.items() if other is job)]
        if isinstance(event, messages.Stopped):
            raise Cancelled
        if isinstance(event, messages.Failed) and event.kind == "DiskFull":
            raise DiskFull(event.reason)  # the others would only meet the same end
        if isinstance(event, messages.Done):
            self.history.learn(job.step, event.seconds)
            self._finished += job.estimate
            self._spent += event.seconds
            self._note_device(job, event)
            for then in job.then:
                then(Outcome(event.take, event.comparison, event.video, event.seconds))
        elif isinstance(event, Crashed):
            self._fail(Failure(job.label, event.reason, event.log))
        elif isinstance(event, messages.Failed):
            self._fail(Failure(job.label, event.reason, event.trace))

    def _fail(self, failure: Failure) -> None:
        self.failures.append(failure)
        if failure.trace:
            _LOG.error("%s: %s\n%s", *failure)

    def _note_device(self, job: _Job, event: messages.Done) -> None:
        if isinstance(job.step, Generate) and job.lane == "generate" and event.take is not None:
            self._on_gpu = event.take.ran.get("device", "").startswith(GPU)
