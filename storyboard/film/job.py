"""A step on its way through a runner: what it reported, and what that says of its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from storyboard.film.history import Cost, Timing, Work
from storyboard.take import Take
from storyboard.workers.crew import Lane
from storyboard.workers.steps import Comparison, Proof, SmoothedVideo, Step


class Outcome(NamedTuple):
    """What a finished step answered."""

    take: Take | None
    comparison: Comparison | None
    video: SmoothedVideo | None
    seconds: float
    proof: Proof | None = None
    takes: tuple[Take, ...] = ()
    """Of a step that makes several."""
    room: int = 1
    """How many takes like the one that was made fit beside each other in the memory of its device."""

    @property
    def made(self) -> tuple[Take, ...]:
        """Every take that the step made."""
        return self.takes or ((self.take,) if self.take else ())


class Failure(NamedTuple):
    """A step that ended with an error."""

    label: str
    reason: str
    trace: str
    shots: tuple[str, ...] = ()
    """Ids of the shots that it was for."""

    def __str__(self) -> str:
        return f"{self.label}: {self.reason}"


Then = Callable[[Outcome], None]
Otherwise = Callable[[Failure], None]


class Pace(NamedTuple):
    """What this run measured of a kind of step."""

    seconds: float = 0.0
    units: float = 0.0
    steps: float = 0.0
    """How many steps' worth that was."""

    def plus(self, other: Pace) -> Pace:
        return Pace(self.seconds + other.seconds, self.units + other.units, self.steps + other.steps)


@dataclass
class Job:
    step: Step
    lane: Lane
    label: str
    unit: str
    then: list[Then]
    name: str
    shots: list[str]
    chain: str
    """What is done one after the other has the same: the steps of a shot."""
    work: Work
    nth: int
    """How many of its kind were handed in before it."""
    otherwise: list[Otherwise] = field(default_factory=list)
    tries: int = 1
    done: int = 0
    total: int = 1
    began: float | None = None
    """When a worker took it. Like all times here, by the runner's clock."""
    first: tuple[float, int] | None = None
    last: tuple[float, int] | None = None
    """When the first and the latest of its parts were done, and how many that was."""
    heard: float | None = None
    """When it was seen last to get on; None while it waits for a worker."""
    silent: float = 0.0
    """Seconds that it was silent when its worker was ended for that."""

    def note(self, done: int, total: int, now: float) -> None:
        """Take down what the worker reports."""
        if self.began is None:
            self.began = self.heard = now
        if done > self.done:
            self.heard = now
        if done > self.done:
            self.last = (now, done)
            self.first = self.first or self.last
        self.done, self.total = done, max(total, 1)

    def again(self) -> None:
        """Forget a try that ended without an answer."""
        self.tries += 1
        self.done, self.total, self.began, self.first, self.last = 0, 1, None, None, None
        self.heard, self.silent = None, 0.0

    def timing(self, seconds: float) -> Timing:
        """How it went, when it took `seconds` in all."""
        if self.began is None or self.first is None or self.last is None:
            return Timing(seconds)
        first, last = (self.first[0] - self.began, self.first[1]), (self.last[0] - self.began, self.last[1])
        return Timing(seconds, self.total, first, last)

    def pace(self) -> Pace:
        """What its progress so far says of its kind."""
        each = self.timing(0.0).each()
        if each is None or self.first is None:
            return Pace()
        share = (self.done - self.first[1]) / self.total
        return Pace(each * share * self.total, self.work.units * share, share)

    def left(self, cost: Cost, now: float, *, cold: bool) -> float:
        """Seconds until it is done."""
        if self.began is None:
            return cost.of(self.work.units, cold=cold)
        if self.last is None:
            start = cost.start if cold else 0.0
            return max(start - (now - self.began), 0.0) + cost.of(self.work.units)
        since, tail = now - self.last[0], self.work.units * cost.tail
        if self.done >= self.total:
            return max(tail - since, 0.0)
        each = self.work.units * cost.unit / self.total
        return each * (self.total - self.done) - min(since, each) + tail
