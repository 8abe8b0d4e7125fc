"""Plays: says which frame is due, by the sound that is heard, or by the machine's clock where there is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from .clock import Clock
from .route import Run

if TYPE_CHECKING:
    from .sound import Sound

READY_WITHIN: Final = 0.3
"""Seconds that a start waits at most for the first pictures."""
HEARD_WITHIN: Final = 1.0
"""Seconds that it waits at most for the sound device."""
LOOK_EVERY: Final = 5
"""Milliseconds between looks while it waits."""


class Player(QObject):
    """Runs along the timeline. Its timer is set for each frame anew, so frames come when they are due."""

    due = Signal(int, int)
    """A tick of the run, and the frame that is due at it."""
    over = Signal(int)
    """The run is over; the frame on which it stands."""

    def __init__(self, sound: Sound, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sound = sound
        self._clock = Clock()
        self._waiting = Clock()
        self._run: Run | None = None
        self._rate = Fraction(24)
        self._tick = 0
        self._ready: Callable[[], bool] = lambda: True
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)

    @property
    def run(self) -> Run | None:
        """Where it runs; None while it stands."""
        return self._run

    @property
    def rate(self) -> Fraction:
        """Frames per second of the run."""
        return self._rate

    @property
    def tick(self) -> int:
        """Frame times since the run began."""
        return self._tick

    def start(self, run: Run, rate: Fraction, ready: Callable[[], bool]) -> None:
        """Begins `run` at `rate` frames per second, as soon as `ready` says that there are pictures and the
        sound is heard, and without them after a moment."""
        self.stop()
        self._run, self._rate, self._tick, self._ready = run, rate, 0, ready
        self._sound.start(run, rate)
        self._waiting.start()
        self._timer.start(0)

    def stop(self) -> None:
        self._timer.stop()
        self._clock.stop()
        self._waiting.stop()
        self._sound.stop()
        self._run = None

    def _look(self) -> None:
        if self._run is None:
            return
        if not self._clock.running and not self._begin():
            self._timer.start(LOOK_EVERY)
            return
        if heard := self._sound.heard():
            self._clock.steer(heard)
        # A sound that comes late must not take pictures back.
        tick = max(math.floor(self._clock.seconds() * float(self._rate) + 1e-6), self._tick)
        if tick > self._tick:
            self._go_to(self._run, tick)
        if self._run is not None:
            left = (self._tick + 1) / float(self._rate) - self._clock.seconds()
            self._timer.start(max(1, math.ceil(left * 1000)))

    def _begin(self) -> bool:
        """Starts the clock when everything is there, or has been waited for long enough."""
        waited = self._waiting.seconds()
        if waited < READY_WITHIN and not self._ready():
            return False
        self._sound.go()
        if waited < HEARD_WITHIN and self._sound.heard() == 0.0:
            return False
        self._clock.start()
        return True

    def _go_to(self, run: Run, tick: int) -> None:
        frame = run.at(tick)
        if frame is None:
            self.stop()
            self.over.emit(run.last)
        else:
            self._tick = tick
            self.due.emit(tick, frame)
