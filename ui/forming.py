"""How a take looks that is not whole, in the viewer."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from .session import Session
from .viewer import Viewer
from .worker import FilmThread


class Forming(QObject):
    """Shows the preview of the current shot's take, while it is made and the film stands; before that the held take that
    is looked at."""

    def __init__(
        self, session: Session, worker: FilmThread, viewer: Viewer, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._worker = worker
        self._viewer = viewer
        self._held: tuple[QImage, str] | None = None
        for signal in (worker.preview, worker.changed, session.selection_changed, session.playing_changed):
            signal.connect(self._follow)

    def show_held(self, image: QImage | None, words: str) -> None:
        """Shows a held take, with its words, until it is None."""
        self._held = None if image is None else (image, words)
        self._follow()

    def _follow(self, *_: object) -> None:
        if self._held is not None:
            self._viewer.show_forming(*self._held)
            return
        shot = self._session.current
        image = None if shot is None or self._session.playing else self._worker.previews.get(shot.id)
        job = None if shot is None else self._worker.states().get(shot.id)
        if image is None or job is None or job.state != "generating":
            self._viewer.show_forming(None)
        else:
            self._viewer.show_forming(image, job.detail)
