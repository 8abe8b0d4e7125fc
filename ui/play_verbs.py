"""What is done to playing: the shuttle, the range, how the picture is shown and heard."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication

from .document import Document
from .session import Session

LOUDER: Final = 0.1
"""Of the full volume, what one step louder is."""


class PlayVerbs(QObject):
    """J K L and their kin. What needs a widget is asked for by a signal."""

    timecode_wanted = Signal()
    """The cursor should stand in the timecode."""
    size_wanted = Signal()
    """Between fitted and 100 %."""
    full_screen_wanted = Signal()

    def __init__(self, document: Document, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._stop: QAction | None = None
        self._ways: tuple[QAction, ...] = ()
        self._held = False

    # ---- the shuttle

    def watch(self, stop: QAction, back: QAction, forward: QAction) -> None:
        """While the key of `stop` is held, those of the other two step a frame, again and again if held too."""
        self._stop, self._ways = stop, (back, forward)
        stop.setAutoRepeat(False)
        self._hold(False)

    def shuttle_back(self) -> None:
        self._shuttle(-1)

    def shuttle_forward(self) -> None:
        self._shuttle(1)

    def stop(self) -> None:
        self._session.pause()
        self._hold(True)

    def _shuttle(self, direction: int) -> None:
        if self._held:
            self._session.pause()
            self._session.seek(self._session.frame + direction)
        else:
            self._session.shuttle(direction)

    def _hold(self, held: bool) -> None:
        self._held = held
        for action in self._ways:
            action.setAutoRepeat(held)
        application = QApplication.instance()
        if application is not None:
            # Shortcuts tell when they are pressed, never when they are let go.
            (application.installEventFilter if held else application.removeEventFilter)(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.ApplicationDeactivate or self._lets_go(event):
            self._hold(False)
        return False

    def _lets_go(self, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyRelease or event.isAutoRepeat():
            return False
        keys = self._stop.shortcuts() if self._stop is not None else []
        return QKeySequence(event.key()) in keys

    # ---- the range

    def mark_in(self) -> None:
        """The range begins at the playhead."""
        frame, length = self._session.frame, self._document.project.length
        stop = self._session.range[1] if self._session.range else length
        self._session.range = (frame, stop if stop > frame else length)

    def mark_out(self) -> None:
        """The range ends with the frame at the playhead."""
        frame = self._session.frame
        start = self._session.range[0] if self._session.range else 0
        self._session.range = (start if start <= frame else 0, frame + 1)

    def clear_range(self) -> None:
        self._session.range = None

    def toggle_loop(self) -> None:
        self._session.loop = not self._session.loop

    # ---- seeing and hearing

    def toggle_smoothed(self) -> None:
        self._session.split = False
        self._session.smoothed = not self._session.smoothed

    def toggle_split(self) -> None:
        """Before and after in one picture."""
        self._session.split = not self._session.split

    def toggle_mute(self) -> None:
        self._session.sound.muted = not self._session.sound.muted

    def louder(self) -> None:
        self._session.sound.volume += LOUDER

    def quieter(self) -> None:
        self._session.sound.volume -= LOUDER

    def go_to(self) -> None:
        self.timecode_wanted.emit()

    def toggle_size(self) -> None:
        self.size_wanted.emit()

    def toggle_full_screen(self) -> None:
        self.full_screen_wanted.emit()
