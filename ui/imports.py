"""What is shown of imports: asked for as soon as they are in the film or looked at, made by a worker."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QThread, QTimer, Signal

from storyboard.film.proxies import Proxies

from .document import Document
from .reel import take_of
from .words import Job, sentence

REST: Final = 300
"""Milliseconds without an edit after which the imports of the film are looked for."""


class ImportThread(QThread):
    """Has the proxies of a document's imports made. `stop` it before it is deleted."""

    arrived = Signal()
    """There is more to be shown, or to be said of what cannot be."""

    states_changed = Signal()
    """Ask for `states`: shots may show other takes now."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.proxies = Proxies(document.folder)
        self._resting = QTimer(self, singleShot=True, interval=REST)
        self._resting.timeout.connect(self._prepare)
        document.changed.connect(self._follow)
        self.started.connect(self._prepare)

    def states(self) -> dict[str, Job]:
        """The shots of the film whose import cannot be shown, and why."""
        failures = self.proxies.failures
        if not failures:
            return {}
        film = self._document.film
        takes = {shot.id: take_of(shot, film.takes) for shot in film.project.shots}
        return {
            shot: Job("failed", sentence(failures[take.id]), again=False)
            for shot, take in takes.items()
            if take is not None and take.id in failures
        }

    def stop(self) -> None:
        """Ends what is in hand."""
        self._document.changed.disconnect(self._follow)
        self._resting.stop()
        self.proxies.stop()
        self.wait()

    def run(self) -> None:
        """The thread's life."""
        self.proxies.work(self.arrived.emit)

    def _follow(self) -> None:
        self._resting.start()
        if self.proxies.failures:
            self.states_changed.emit()

    def _prepare(self) -> None:
        film = self._document.film
        self.proxies.prepare(film.project, film.takes)
