"""Runs steps that depend on each other, each at most once, and tells how far the whole is."""

from __future__ import annotations

import functools
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from storyboard.errors import Cancelled, DiskFull
from storyboard.film import disk, watchdog
from storyboard.film.history import Cost, History, Load, Work, work_of
from storyboard.film.job import Failure as Failure  # what those who submit steps are called back with
from storyboard.film.job import Job, Otherwise, Pace, Then
from storyboard.film.job import Outcome as Outcome
from storyboard.take import Take
from storyboard.workers import messages
from storyboard.workers.crew import MAX_MEDIA_WORKERS, Crashed, Crew, Event, Lane
from storyboard.workers.steps import Encode, Generate, Smooth, SmoothVideo, Step, Together

_LOG = logging.getLogger(__name__)

DISK_EVERY = 1.0
"""Seconds between looks at how full the disk is."""
POLL = 0.1
"""Seconds between looks at whether the user asked to stop."""
TRIES = 2
"""A step whose process crashed is tried once more: drivers do recover."""
GPU = ("cuda", "mps", "xpu")
TRUSTED = 0.25
"""Of one step done in this run: from there on the run's own pace counts alone, before it in proportion."""
WORKING = 0.99
"""The largest fraction shown while a step runs."""


class Running(NamedTuple):
    """A step that a worker has in hand."""

    label: str
    shots: tuple[str, ...]
    """Ids of the shots that it is for; empty for the film itself."""
    unit: str
    done: int
    total: int
    """Of what `unit` names. Nothing done of 1 means: getting ready, the total is not known yet."""


class Progress(NamedTuple):
    """How far a run is."""

    fraction: float
    """0 to 1, by expected time; it never falls during a run."""
    seconds_left: float
    doing: tuple[str, ...]
    """What runs now, in words: `shot 4: step 12 of 25`."""
    running: tuple[Running, ...] = ()
    """The same as values, of all steps in hand."""
    waiting: frozenset[str] = frozenset()
    """Ids of the shots for which a step waits, or is still to come."""
    notes: tuple[str, ...] = ()
    """What went wrong and was mended by trying again, a sentence each."""
    memory: messages.Memory | None = None
    """How full the device is that generates; None where no worker told."""


Watch = Callable[[Progress], None]
Show = Callable[[str, messages.Preview], None]
"""`show(shot_id, picture)` hears what a shot's take looks like while it is made."""


def media_workers() -> int:
    """How many media workers a crew has when nothing else is said."""
    return min(os.cpu_count() or 1, MAX_MEDIA_WORKERS)


@dataclass
class Runner:
    """Hands steps to a crew and calls back as they end. `run` returns when nothing is left to do.

    A step that does not get on for far too long is ended and tried once more. `places` are folders on whose disks some
    room must stay: the first is the project's.

    `workers` is how many media workers the crew has; `clock` gives seconds. `cancelled` ends the run at once,
    `pausing` after the steps in hand.
    """

    crew: Crew
    history: History
    watch: Watch
    cancelled: Callable[[], bool] = lambda: False
    workers: int = field(default_factory=media_workers)
    clock: Callable[[], float] = time.monotonic
    pausing: Callable[[], bool] = lambda: False
    show: Show = lambda _shot, _picture: None
    places: tuple[Path, ...] = ()
    failures: list[Failure] = field(default_factory=list)
    _jobs: dict[int, Job] = field(default_factory=dict)
    _making: dict[str, Job] = field(default_factory=dict)
    _held: list[Job] = field(default_factory=list)
    _on_gpu: bool = False
    _expected: dict[str, list[tuple[type[Step], Work, Lane]]] = field(default_factory=dict)
    _handed_in: Counter[str] = field(default_factory=Counter)
    _paces: dict[str, Pace] = field(default_factory=dict)
    _began: float | None = None
    _fraction: float = 0.0
    _notes: list[str] = field(default_factory=list)
    _memory: messages.Memory | None = None
    _looked: float | None = None
    """When the disk was looked at last."""
    _ending: bool = False
    """Whether only the steps in hand are still done."""
    _kills: int = field(default_factory=lambda: watchdog.memory_kills())
    """Processes that the system had ended for want of memory when it was looked at last."""
    _left_out: bool = False
    """Whether something was not done because of that."""

    def expect(self, shot: str, steps: Iterable[Step], lane: Lane = "media") -> None:
        """Say which steps will still be submitted for `shot`, in order, in place of what was said before; empty
        for the film as a whole, whose steps come last.

        Only the time left knows of them. Submitting one for that shot takes it off, with those before it.
        """
        self._begin()
        self._expected[shot] = [(type(step), work_of(step), lane) for step in steps]

    def submit(
        self,
        name: str,
        step: Step,
        label: str,
        then: Then,
        *,
        lane: Lane = "media",
        unit: str = "frame",
        shot: str = "",
        otherwise: Otherwise | None = None,
    ) -> bool:
        """Run `step`, which makes `name`, then call `then`, or `otherwise` when it failed; False when it is on its way already: then it is not
        run twice; and when the run is pausing. `shot` is the id of the shot that it is for.

        On a machine without a GPU, other steps wait while a model generates: side by side on the same cores
        both would lose far more than they overlap.
        """
        if self._ending:
            self._left_out = True
            return False
        self._begin()
        self._meet(shot, step)
        shots = [shot] if shot else [step.shot] if isinstance(step, Generate) else []
        if name in self._making:
            self._making[name].then.append(then)
            self._making[name].otherwise.extend([otherwise] if otherwise else [])
            self._making[name].shots.extend(shots)
            return False
        work = work_of(step)
        job = Job(
            step, lane, label, unit, [then], name, shots, shot or name, work, self._handed_in[work.kind],
            [otherwise] if otherwise else [],
        )  # fmt: skip
        self._handed_in[work.kind] += 1
        self._making[name] = job
        if lane == "media" and self._generating() and not self._on_gpu:
            self._held.append(job)
        else:
            self._start(job)
        return True

    def is_making(self, name: str) -> bool:
        return name in self._making

    def follow(self, name: str, then: Then) -> None:
        """Call `then` when the step that makes `name`, which is on its way, is done."""
        self._making[name].then.append(then)

    def run(self) -> None:
        """Work until no step is left. Raises `Cancelled` when the run was cancelled, or paused before its end;
        steps that failed are in `failures`. Raises `DiskFull` before a disk is quite full."""
        shown = self.clock() - POLL
        while self._jobs:
            if self.cancelled():
                raise Cancelled
            if not self._ending and self.pausing():
                self._leave_out()
            self._look_at_disk()
            event = self.crew.next(timeout=POLL)
            if event is not None:
                self._handle(event)
            self._end_silent()
            if self.clock() - shown >= POLL:
                shown = self.clock()
                self.watch(self.progress())
        self.history.save()
        if self._left_out:
            raise Cancelled

    def progress(self) -> Progress:
        """How far the steps submitted so far, and those expected after them, are."""
        now = self.clock()
        left = self._seconds_left(now)
        spent = 0.0 if self._began is None else now - self._began
        fraction = spent / (spent + left) if spent else 0.0
        self._fraction = max(self._fraction, min(fraction, WORKING) if self._jobs else fraction)
        doing = tuple(
            f"{job.label}: starting"
            if job.began is None
            else f"{job.label}: {job.unit} {job.done} of {job.total}"
            for job in self._jobs.values()
            if job.began is not None or job.lane == "generate"
        )
        running = tuple(
            Running(job.label, tuple(job.shots), job.unit, job.done, job.total)
            for job in self._jobs.values()
            if job.began is not None
        )
        waiting = frozenset(self._waiting())
        return Progress(self._fraction, left, doing[:4], running, waiting, tuple(self._notes), self._memory)

    def _waiting(self) -> Iterator[str]:
        for job in (*self._jobs.values(), *self._held):
            if job.began is None:
                yield from job.shots
        yield from (shot for shot, steps in self._expected.items() if shot and steps)

    # ---- time

    def _begin(self) -> None:
        if self._began is None:
            self._began = self.clock()

    def _meet(self, shot: str, step: Step) -> None:
        if isinstance(step, Together):
            for one in step.of:
                self._meet(shot, one)
        expected = self._expected.get(shot, [])
        for nth, (kind, _, _) in enumerate(expected):
            if isinstance(step, kind):
                del expected[: nth + 1]
                return

    def _seconds_left(self, now: float) -> float:
        paces = self._paces_now()
        cost = functools.cache(lambda kind: self._cost(kind, paces.get(kind, Pace())))
        load = Load(self.workers, cost, self._handed_in)
        for job in [*self._jobs.values(), *self._held]:
            load.add(job.left(cost(job.work.kind), now, cold=self._cold(job)), job.lane, job.chain)
        for shot, expected in self._expected.items():
            for _, work, lane in expected:
                load.add_work(work, lane, shot)
        return load.seconds(side_by_side=self._on_gpu)

    def _cold(self, job: Job) -> bool:
        return job.nth < (1 if job.lane == "generate" else self.workers)

    def _paces_now(self) -> dict[str, Pace]:
        paces = dict(self._paces)
        for job in self._jobs.values():
            if job.first is not None:
                paces[job.work.kind] = paces.get(job.work.kind, Pace()).plus(job.pace())
        return paces

    def _cost(self, kind: str, pace: Pace) -> Cost:
        """What was learned before, corrected by how this run goes."""
        known = self.history.cost(kind)
        if not pace.units:
            return known
        trust = min(pace.steps / TRUSTED, 1.0) if known.measured else 1.0
        return known._replace(unit=known.unit + trust * (pace.seconds / pace.units - known.unit))

    def _learn(self, job: Job, seconds: float) -> None:
        worked = self.history.learn(job.work, job.timing(seconds), cold=job.nth == 0)
        if worked is not None:
            whole = Pace(worked, job.work.units, 1.0)
            self._paces[job.work.kind] = self._paces.get(job.work.kind, Pace()).plus(whole)

    def _learn_bytes(self, job: Job, outcome: Outcome) -> None:
        step = job.step
        if isinstance(step, Generate | Together):
            for take in outcome.made:
                if take.recipe is not None and take.stored is not None:
                    pixels = take.frames * take.width * take.height
                    self.history.learn_bytes(f"take {take.recipe.model}", pixels, take.stored.size)
        elif isinstance(step, Encode) and self.places:
            pixels = step.length * step.width * step.height
            self.history.learn_bytes(
                f"segment {step.preset}", pixels, disk.size_of(self.places[0] / step.out)
            )
            if step.smooth is not None:
                made = len(step.smooth.positions) * step.smooth.take.width * step.smooth.take.height
                size = disk.size_of(self.places[0] / step.smooth.out)
                self.history.learn_bytes("in-betweens", made, size)

    # ---- steps

    def _start(self, job: Job) -> None:
        self._jobs[self.crew.submit(job.step, job.lane)] = job

    def _leave_out(self) -> None:
        """From now on nothing is begun."""
        self._ending = True
        waiting = [*(self._jobs.pop(number) for number in self.crew.withdraw()), *self._held]
        self._held = []
        for job in waiting:
            del self._making[job.name]
        self._left_out = bool(waiting)

    def _look_at_disk(self) -> None:
        if self._looked is None or self.clock() - self._looked >= DISK_EVERY:
            self._looked = self.clock()
            for place in self.places:
                disk.keep_reserve(place)

    def _end_silent(self) -> None:
        """End the workers whose steps do not get on."""
        now = self.clock()
        for number in self.crew.in_hand():
            job = self._jobs.get(number)
            if job is None or job.silent:
                continue
            job.heard = now if job.heard is None else job.heard
            cost = self.history.cost(job.work.kind)
            if now - job.heard > watchdog.patience(cost, job.work, job.total, job.done, job.lane):
                job.silent = now - job.heard
                self.crew.kill(number)

    def _generating(self) -> bool:
        return any(job.lane == "generate" for job in self._jobs.values())

    def _handle(self, event: Event) -> None:
        job = self._jobs[event.job]
        if isinstance(event, messages.Progress):
            job.note(event.done, event.total, self.clock())
            return
        if isinstance(event, messages.Preview):
            job.heard = self.clock()
            for shot in job.shots if event.whole else ():
                self.show(shot, event)
            return
        if isinstance(event, messages.Memory):
            self._memory = event
            return
        del self._jobs[event.job]
        if isinstance(event, Crashed) and job.silent:
            silent = watchdog.in_words(job.silent)
            event = Crashed(event.job, f"it did not get on for {silent} and was ended; try again", event.log)
        if isinstance(event, Crashed) and not job.silent:
            self._note_killed(job.step, event)
        if isinstance(event, Crashed) and job.tries < TRIES and not self._ending:
            self._notes.append(f"{job.label}: {event.reason.partition(';')[0]}; it was started again")
            job.again()
            self._start(job)
            return
        self._end(job, event)
        if self._held and (self._on_gpu or not self._generating()):
            held, self._held = self._held, []
            for waiting in held:
                self._start(waiting)

    def _end(self, job: Job, event: Event) -> None:
        del self._making[job.name]
        if isinstance(event, messages.Stopped):
            raise Cancelled
        if isinstance(event, messages.Failed) and event.kind == "DiskFull":
            raise DiskFull(event.reason)  # the others would only meet the same end
        if isinstance(event, messages.Done):
            outcome = Outcome(
                event.take, event.comparison, event.video, event.seconds, event.proof, event.takes, event.room
            )
            self._learn(job, event.seconds)
            self._learn_bytes(job, outcome)
            self._note_device(job, outcome)
            for then in job.then:
                then(outcome)
        elif isinstance(event, Crashed):
            _blame(job, event.reason)
            self._fail(job, event.reason, event.log)
        elif isinstance(event, messages.Failed):
            self._fail(job, event.reason, event.trace)

    def _fail(self, job: Job, reason: str, trace: str) -> None:
        failure = Failure(job.label, reason, trace, tuple(job.shots))
        self.give_up(failure)
        if failure.trace:
            _LOG.error("%s\n%s", failure, trace)
        for otherwise in job.otherwise:
            otherwise(failure)

    def give_up(self, failure: Failure) -> None:
        """Take down that something is not made; what was expected for its shots does not come."""
        self.failures.append(failure)
        for shot in failure.shots:
            self._expected.pop(shot, None)

    def _note_killed(self, step: Step, event: Crashed) -> None:
        """Where the system ended a model for want of memory, the next try is made in a smaller way."""
        first = step.of[0] if isinstance(step, Together) else step
        kills, self._kills = self._kills, watchdog.memory_kills()
        if isinstance(first, Generate) and "SIGKILL" in event.reason and self._kills > kills:
            from storyboard.generators import learned

            learned.killed(first.recipe.model_hash)

    def _note_device(self, job: Job, outcome: Outcome) -> None:
        if isinstance(job.step, Generate | Together) and job.lane == "generate" and outcome.made:
            self._on_gpu = on_gpu(outcome.made[0])


def on_gpu(take: Take) -> bool:
    """Whether `take` was made on a GPU."""
    return take.ran.get("device", "").startswith(GPU)


def _blame(job: Job, reason: str) -> None:
    """A crash in a smoothing step is put down to its engine, unless every frame was there, and what came after them
    crashed, or it was killed from outside: most likely out of memory, where another engine would need no less."""
    from storyboard.smoothers import registry

    smooth = job.step.smooth if isinstance(job.step, Encode) else job.step
    if isinstance(smooth, Smooth | SmoothVideo) and job.done < job.total and "SIGKILL" not in reason:
        registry.failed(smooth.engine, reason)
