"""The clock that a playing film follows, and how many of its frames were seen in time."""

from __future__ import annotations

import time
from collections.abc import Callable

JUMP = 0.15
"""Seconds beyond which the clock is set to the sound at once: it stopped, or started late."""
PULL = 0.05
"""Of a smaller difference, what is made up each time: a device tells its place in coarse steps, and a picture
must not jump with them."""


class Clock:
    """Seconds that a film has played. It runs by itself; sound that is heard steers it."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._zero: float | None = None

    def start(self) -> None:
        self._zero = self._now()

    def stop(self) -> None:
        self._zero = None

    @property
    def running(self) -> bool:
        return self._zero is not None

    def seconds(self) -> float:
        """0 while it stands."""
        return 0.0 if self._zero is None else self._now() - self._zero

    def steer(self, heard: float) -> None:
        """Follows the sound, of which `heard` seconds have left the device."""
        if self._zero is not None:
            behind = heard - self.seconds()
            self._zero -= behind if abs(behind) > JUMP else PULL * behind


class Tally:
    """Counts the frames that were due while a film played: painted in time, or not."""

    def __init__(self) -> None:
        self.presented = 0
        self.dropped = 0
        self._due: tuple[int, int] | None = None
        self._seen = False

    def start(self) -> None:
        """A film starts to play: nothing is counted yet."""
        self.presented = self.dropped = 0
        self._due = None

    def due(self, tick: int, frame: int) -> None:
        """`frame` is due now, the `tick`th of this run; those between the last tick and this one never were."""
        if self._due is not None:
            missed = tick - self._due[0] - 1
            self.dropped += missed + (not self._seen)
        self._due, self._seen = (tick, frame), False

    def painted(self, frame: int) -> None:
        """`frame` is on the screen."""
        if self._due is not None and self._due[1] == frame and not self._seen:
            self._seen = True
            self.presented += 1

    def stop(self) -> None:
        """The film stands; the frame it stands on has all the time there is."""
        self._due = None
