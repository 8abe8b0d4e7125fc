"""Which frame is due when: a run along the timeline at some speed, once or in a loop."""

from __future__ import annotations

from typing import NamedTuple

SPEEDS = (1, 2, 4, 8)
"""How many frames the shuttle goes on each time one is due."""


class Run(NamedTuple):
    """Frames from `start` on, each `speed` after the one before; backwards where that is negative.

    It stays within `first` to `stop` (excluded). `start` lies within them.
    """

    start: int
    first: int
    stop: int
    speed: int = 1
    loop: bool = False

    def at(self, tick: int) -> int | None:
        """The frame that is due `tick` frame times after the start; None when the run is over."""
        frame = self.start + tick * self.speed
        if self.first <= frame < self.stop:
            return frame
        if not self.loop:
            return None
        return self.first + (frame - self.first) % (self.stop - self.first)

    @property
    def last(self) -> int:
        """Where a run that is over stands."""
        return self.stop - 1 if self.speed > 0 else self.first

    def upcoming(self, tick: int, count: int) -> tuple[int, ...]:
        """The frames that are due next after `tick`, at most `count`, each once."""
        frames = dict.fromkeys(self.at(tick + further) for further in range(1, count + 1))
        return tuple(frame for frame in frames if frame is not None)


def around(frame: int, first: int, stop: int, ahead: int, behind: int) -> tuple[int, ...]:
    """The frames beside one that stands still, the following ones first."""
    after = range(frame + 1, min(frame + 1 + ahead, stop))
    before = range(frame - 1, max(frame - 1 - behind, first - 1), -1)
    return (*after, *before)


def faster(speed: int, direction: int) -> int:
    """The shuttle's speed after another press of J (`direction` -1) or L (1). 0 stands for standing still."""
    if speed * direction <= 0:
        return direction
    return direction * next((s for s in SPEEDS if s > abs(speed)), SPEEDS[-1])
