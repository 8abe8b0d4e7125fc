"""How a take looks while it is made, in the viewer."""

from __future__ import annotations

from PySide6.QtCore import QObject

from .session import Session
from .viewer import Viewer
from .worker import FilmThread


class Forming(QObject):
    """Shows the preview of the current shot's take, while it is made and the film stands."""

    def __init__(
        self, session: Session, worker: FilmThread, viewer: Viewer, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._worker = worker
        self._viewer = viewer
        for signal in (worker.preview, worker.changed, session.selection_changed, session.playing_changed):
            signal.connect(self._follow)

    def _follow(self, *_: object) -> None:
        shot = self._session.current
        image = None if shot is None or self._session.playing else self._worker.previews.get(shot.id)
        job = None if shot is None else self._worker.states().get(shot.id)
        if image is None or job is None or job.state != "generating":
            self._viewer.show_forming(None)
        else:
            self._viewer.show_forming(image, job.detail)
