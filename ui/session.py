"""What the window looks at: the playhead and the selected shots. Nothing here is part of the project."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from storyboard.project import Shot

from .document import Document
from .pictures import PictureThread
from .reel import place_of


class Session(QObject):
    """The playhead, whether the film plays, and which shots are selected."""

    moved = Signal(int)
    """The playhead stands on another timeline frame."""
    playing_changed = Signal(bool)
    selection_changed = Signal()

    def __init__(self, document: Document, pictures: PictureThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._pictures = pictures
        self._selected: tuple[str, ...] = ()
        self._current = ""
        self._frame = 0
        self._from = (0.0, 0)
        self.loop = True
        self._clock = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._tick)
        document.changed.connect(self._follow)
        self._order = [shot.id for shot in document.project.shots]
        if document.project.shots:
            self.select(document.project.shots[0].id)

    # ---- selection

    @property
    def selected(self) -> tuple[str, ...]:
        """Ids of the selected shots, in the film's order."""
        return self._selected

    @property
    def current(self) -> Shot | None:
        """The shot that the inspector and the takes show: the one selected last."""
        shots = (shot for shot in self._document.project.shots if shot.id == self._current)
        return next(shots, None)

    def select(self, *ids: str, current: str = "") -> None:
        """Selects these shots; `current` (else the first) is shown in the inspector."""
        wanted = set(ids)
        selected = tuple(shot.id for shot in self._document.project.shots if shot.id in wanted)
        shown = current if current in wanted else (ids[0] if ids else "")
        if (selected, shown) != (self._selected, self._current):
            self._document.end_typing()
            self._selected, self._current = selected, shown
            self.selection_changed.emit()

    def toggle(self, shot_id: str) -> None:
        """Adds a shot to the selection, or takes it away."""
        if shot_id in self._selected:
            self.select(*(other for other in self._selected if other != shot_id))
        else:
            self.select(*self._selected, shot_id, current=shot_id)

    def extend(self, shot_id: str) -> None:
        """Selects everything from the current shot to this one."""
        order = [shot.id for shot in self._document.project.shots]
        if self._current not in order:
            self.select(shot_id)
            return
        first, last = sorted((order.index(self._current), order.index(shot_id)))
        self.select(*order[first : last + 1], current=self._current)

    # ---- the playhead

    @property
    def frame(self) -> int:
        return self._frame

    @property
    def playing(self) -> bool:
        return self._clock.isActive()

    def seek(self, frame: int) -> None:
        """Puts the playhead on `frame`, or the nearest one in the film."""
        self._place(frame)
        self._from = (time.monotonic(), self._frame)

    def toggle_play(self) -> None:
        if self.playing:
            self.pause()
        elif self._document.project.length:
            if self._frame >= self._document.project.length - 1:
                self._place(0)
            self._from = (time.monotonic(), self._frame)
            self._clock.start(max(1, round(1000 / self._document.project.rate)))
            self.playing_changed.emit(True)

    def pause(self) -> None:
        if self.playing:
            self._clock.stop()
            self.playing_changed.emit(False)

    def edit_point(self, forward: bool) -> int:
        """The timeline frame of the next edit, or of the one before the playhead."""
        project = self._document.project
        starts = [*project.starts(), max(project.length - 1, 0)]
        if forward:
            return next((start for start in starts if start > self._frame), starts[-1])
        return next((start for start in reversed(starts) if start < self._frame), 0)

    def shot_under_playhead(self) -> tuple[Shot, int] | None:
        """The shot at the playhead and the frame of it."""
        place = place_of(self._document.project, self._frame)
        return None if place is None else (self._document.project.shots[place.shot_index], place.frame)

    def look_again(self) -> None:
        """Shows the present frame anew, from what is built by now."""
        self._ask(refresh=True)

    def _tick(self) -> None:
        since, start = self._from
        project = self._document.project
        # By the clock and not by counting ticks: where pictures come slowly, frames are left out, not time.
        frame = start + int((time.monotonic() - since) * float(project.rate))
        if frame < project.length:
            self._place(frame)
        elif self.loop:
            self.seek(0)
        else:
            self._place(project.length - 1)
            self.pause()

    def _place(self, frame: int) -> None:
        frame = max(0, min(frame, self._document.project.length - 1))
        if frame != self._frame:
            self._frame = frame
            self._ask()
            self.moved.emit(frame)

    def _ask(self, refresh: bool = False) -> None:
        if self._document.project.length:
            self._pictures.ask(self._document.film, self._frame, refresh)

    def _follow(self) -> None:
        """Keeps to what is still there when the project is another."""
        order = [shot.id for shot in self._document.project.shots]
        if order != self._order:
            self._reselect(order)
            self._order = order
        if not order:
            self.pause()
        self._place(self._frame)
        self._ask()

    def _reselect(self, order: list[str]) -> None:
        left = [shot_id for shot_id in self._selected if shot_id in order]
        if not left and order:
            # Beside where the removed one was.
            was = self._order.index(self._current) if self._current in self._order else 0
            left = [order[min(was, len(order) - 1)]]
        self.select(*left, current=self._current)
