"""How long the jobs that wait will likely take: found out beside the window's thread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QThreadPool, Signal

from storyboard.errors import StoryboardError

from .orders import Order


class Expected(QObject):
    """Seconds for each job, learned from what this machine did before."""

    changed = Signal()
    """Another job's time is known."""

    _found = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._known: dict[str, float | None] = {}
        self._found.connect(self._note)

    def seconds(self, job_id: str, order: Order) -> float | None:
        """What `order` will likely take; None where that is not known, or not yet (`changed` comes then)."""
        if job_id not in self._known:
            self._known[job_id] = None
            self._pool.start(partial(self._find, job_id, order))
        return self._known[job_id]

    def stop(self) -> None:
        """Forgets what waits, and ends after the one in hand."""
        self._pool.clear()
        self._pool.waitForDone()

    def _find(self, job_id: str, order: Order) -> None:
        try:
            seconds = order.seconds()
        except (StoryboardError, OSError):  # said when the job itself runs
            seconds = None
        self._found.emit(job_id, seconds)

    def _note(self, job_id: str, seconds: float | None) -> None:
        self._known[job_id] = seconds
        self.changed.emit()
