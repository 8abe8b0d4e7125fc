"""The sketch of a shot moves while its prompt is typed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from .clock import Clock
from .document import Document
from .fields import Prompt
from .reel import take_of
from .route import Run
from .session import Session

AHEAD: Final = 3
"""Frames drawn ahead: the next letter may want others."""
WARM_AFTER: Final = 1200
"""Milliseconds from the first paint, which has more urgent things to load."""


class Rehearsal(QObject):
    """Plays the current shot in a loop, without moving the playhead, while a prompt has the focus and the shot has
    no take."""

    def __init__(self, document: Document, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._clock = Clock()
        self._typing = False
        self.always = False
        """Whether shots that have a take move too."""
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._next)
        self._pool = QThreadPool(self)
        self._warming = QTimer(self, singleShot=True, interval=WARM_AFTER)
        self._warming.timeout.connect(lambda: self._pool.start(_look_up))
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow_focus)
        document.changed.connect(self._follow)
        session.selection_changed.connect(self._follow)
        session.playing_changed.connect(lambda _: self._follow())
        session.moved.connect(lambda _: self._leave())

    def start(self) -> None:
        """Loads in a while what a word that nobody drew is looked up in: not while it is typed."""
        self._warming.start()

    def stop(self) -> None:
        self._warming.stop()
        self._pool.waitForDone()

    @property
    def on(self) -> bool:
        return self._timer.isActive()

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        self._typing = isinstance(now, Prompt)
        self._follow()

    def _follow(self) -> None:
        if not self._wanted():
            self._leave()
        elif not self.on:
            self._clock.start()
            self._timer.start(max(1, round(1000 / self._document.project.rate)))
            self._next()

    def _wanted(self) -> bool:
        shot = self._session.current
        if not self._typing or self._session.playing or shot is None or not shot.prompt.strip():
            return False
        return self.always or take_of(shot, self._document.takes) is None

    def _leave(self) -> None:
        if self.on:
            self._timer.stop()
            self._clock.stop()
            self._session.peek(None)

    def _next(self) -> None:
        shot, project = self._session.current, self._document.project
        if shot is None:
            return
        start = project.start_of(shot.id)
        tick = int(self._clock.seconds() * float(project.rate))
        run = Run(start, start, start + shot.length, loop=True)
        self._session.peek(start + tick % shot.length, run.upcoming(tick, AHEAD))


def _look_up() -> None:
    from storyboard.generators import standin
    from storyboard.project import SKETCH

    standin.is_card("zzyzx", SKETCH)
