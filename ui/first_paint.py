"""What can wait until something is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

HIDDEN: Final = 500
"""Milliseconds after which a window that is never painted, as when it is minimised, does its work all the same."""


class FirstPaint(QObject):
    """Calls `then` once, after `widget` was painted for the first time. A timer of no length would come before."""

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget, self._then = widget, then
        self.done = False
        """Whether it was called."""
        self._waiting = QTimer(self, singleShot=True)
        self._waiting.timeout.connect(self._now)
        # From the loop's first turn on: what is still to be built until then counts as no waiting.
        self._turned = QTimer(self, singleShot=True, interval=0)
        self._turned.timeout.connect(self._wait)
        self._turned.start()
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            self._widget.removeEventFilter(self)
            self._turned.stop()
            self._waiting.start(0)
        return False

    def _wait(self) -> None:
        self._waiting.start(HIDDEN)

    def _now(self) -> None:
        self._widget.removeEventFilter(self)
        self._then()
        self.done = True
