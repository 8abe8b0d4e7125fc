"""Values that hold each other are freed by the window's thread alone.

Python looks for them in whichever thread happens to make the next object. Where Qt's objects are among them and that
thread is not the window's, Qt takes their timers, watchers and sockets apart in a thread that they do not belong to: the
program crashes, now and then, far from the cause.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QThread, QTimer

EVERY: Final = 500
"""Milliseconds between two looks."""


class Cycles(QObject):
    """Takes Python's collector over for as long as the program runs, with the collector's own thresholds."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def _collect(self) -> None:
        # While a dialog or a drag runs a loop of its own, what is freed could be what that loop stands on.
        if QThread.currentThread().loopLevel() <= 1:
            collect()


def collect() -> None:
    """Frees the oldest generation that is due, and the younger ones with it."""
    counts, limits = gc.get_count(), gc.get_threshold()
    due = [
        generation
        for generation, (count, limit) in enumerate(zip(counts, limits, strict=True))
        if 0 < limit < count
    ]
    if due:
        gc.collect(due[-1])
