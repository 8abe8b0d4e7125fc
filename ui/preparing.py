"""Encodes the film's parts while nobody needs the machine, so that it plays smoothed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from storyboard.errors import SmootherError

from .document import Document
from .reel import Film, place_of
from .session import Session
from .worker import FilmThread, Prepare

REST: Final = 3000
"""Milliseconds without an edit, a job, playing or hands on the timeline before the parts are made."""
TOGETHER: Final = 24
"""Shots whose parts are asked for at once."""


class Preparing(QObject):
    """Hands the film to the worker when it changed and everything is at rest: a few shots at a time, from the
    playhead on, then those before it.

    Not before the project's smoother is known to run here: what it would make without one is thrown away.
    """

    _answered = Signal(bool)

    def __init__(
        self, document: Document, session: Session, worker: FilmThread, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._worker = worker
        self._smoother = ""
        self._usable: bool | None = None
        self._done: Film | None = None
        """The film that is prepared, or being prepared."""
        self._left: list[int] = []
        """Places of shots where a part of it begins that was not asked for yet."""
        self._pool = QThreadPool(self)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._look)
        self._answered.connect(self._note)
        document.changed.connect(self._again)
        session.playing_changed.connect(self._make_room)
        worker.changed.connect(self._follow_jobs)

    def start(self) -> None:
        """Looks for the first time."""
        self._rest.start()

    def stop(self) -> None:
        """Ends before the worker does."""
        self._rest.stop()
        self._document.changed.disconnect(self._again)
        self._worker.changed.disconnect(self._follow_jobs)
        self._pool.waitForDone()

    def give_way(self) -> None:
        """Hands are on the timeline: it is painted in time, and the rest is made later."""
        if self._left or self._worker.preparing:
            self._make_room()
        elif self._rest.isActive():
            self._rest.start()

    def _again(self) -> None:
        if self._document.film is not self._done:
            self._make_room()

    def _make_room(self) -> None:
        """Somebody else needs the machine, or the film changed: the rest is made later."""
        self._done = None
        self._worker.stop_preparing()
        self._rest.start()

    def _follow_jobs(self) -> None:
        if self._worker.busy:
            self._done = None  # it had to give way
            self._rest.start()
        elif self._done is not None and not self._rest.isActive():
            self._go_on()

    def _look(self) -> None:
        film = self._document.film
        if film is self._done or self._session.playing or self._worker.busy or not film.project.shots:
            return
        if self._smoother != film.project.smoother:
            self._smoother, self._usable = film.project.smoother, None
            self._pool.start(self._ask)
        elif self._usable and self._document.writable:
            place = place_of(film.project, self._session.frame)
            self._done = film
            self._left = _parts(len(film.project.shots), 0 if place is None else place.shot_index)
            self._go_on()

    def _go_on(self) -> None:
        """Asks for the next part, when the last one is made."""
        if self._left and self._done is not None and not self._worker.preparing:
            self._worker.prepare(Prepare(self._done, self._left.pop(0), TOGETHER))

    def _ask(self) -> None:
        from storyboard.smoothers import registry

        try:
            registry.resolve(self._smoother)
        except SmootherError:
            self._answered.emit(False)
        else:
            self._answered.emit(True)

    def _note(self, usable: bool) -> None:
        self._usable = usable
        self._look()


def _parts(shots: int, first: int) -> list[int]:
    """Where the parts of a film of so many shots begin, in the order in which they are wanted from shot `first`."""
    return [*range(first, shots, TOGETHER), *range(0, first, TOGETHER)]
