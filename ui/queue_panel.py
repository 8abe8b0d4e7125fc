"""The queue: every job with its state, over the lower part of the window. Opened from the status line."""

from __future__ import annotations

import itertools
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from storyboard.film import queue

from .expecting import Expected
from .fields import SmallButton, label
from .orders import ForTakes, Order
from .queue_rows import JobRow, Shown
from .worker import FilmThread

WIDTH: Final = 600
MOST_HEIGHT: Final = 420
MARGIN: Final = 10
HEAD: Final = 62
"""Pixels of the panel beside its list."""


class QueuePanel(QFrame):
    """Lists the jobs of `worker` while it is open. It floats over its parent, above `foot`."""

    def __init__(self, worker: FilmThread, parent: QWidget, foot: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Queue")
        self._worker = worker
        self._room = parent
        self._foot = foot
        self._before: QWidget | None = None
        self._pictures: dict[str, QImage] = {}
        """The last look at what each job made."""
        self.expected = Expected(self)
        self.rows: dict[str, JobRow] = {}
        self.pause_all = SmallButton("Pause all", "What runs finishes the step in hand")
        self.resume_all = SmallButton("Resume all")
        self.clear = SmallButton("Clear finished")
        self.shut = SmallButton("×", "Close (Esc)")
        self.shut.setAccessibleName("Close the queue")
        self.empty = label(
            "quiet", "Nothing is asked for. What you generate, export or import is listed here."
        )
        self.empty.setWordWrap(True)
        self._build()
        worker.changed.connect(self._follow)
        self.expected.changed.connect(self._follow)
        parent.installEventFilter(self)
        self.hide()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(label("heading", "QUEUE"), 1)
        for button in (self.pause_all, self.resume_all, self.clear, self.shut):
            head.addWidget(button)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.empty)
        self._column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self._list)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for widget in (self.area, self.area.viewport(), self._list):
            widget.setStyleSheet("background: transparent")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 12)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        self.pause_all.clicked.connect(self._pause_all)
        self.resume_all.clicked.connect(self._resume_all)
        self.clear.clicked.connect(self._worker.clear_finished)
        self.shut.clicked.connect(self.close_panel)

    def stop(self) -> None:
        """Ends the thread that finds out how long jobs will take."""
        self.expected.stop()

    # ---- open and closed

    def toggle(self) -> None:
        """Opens the panel with the focus in it, or closes it."""
        if self.isVisible():
            self.close_panel()
            return
        self._before = self.window().focusWidget()
        self.show()
        self.raise_()
        first = next(iter(self.rows.values()), None)
        (first or self.shut).setFocus(Qt.FocusReason.PopupFocusReason)

    def close_panel(self) -> None:
        """Gives the focus back to where it was."""
        self.hide()
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
            self._before = None

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._follow()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.close_panel()
                return True
        return super().event(event)

    def _place(self) -> None:
        room = self._room
        width = min(WIDTH, room.width() - 2 * MARGIN)
        foot = self._foot.height()
        self._column.activate()
        wanted = self._column.sizeHint().height() + HEAD
        height = max(120, min(wanted, MOST_HEIGHT, room.height() - foot - 2 * MARGIN))
        self.setGeometry(MARGIN, room.height() - foot - height - MARGIN, width, height)

    # ---- following

    def _follow(self) -> None:
        if not self.isVisible():
            return
        jobs = self._worker.jobs
        self._fit_rows(jobs)
        places = [job.id for job in jobs if not job.finished and job.state != "running"]
        for job in jobs:
            self.rows[job.id].show_job(
                self._shown(job), first=job.id in places[:1], last=job.id in places[-1:]
            )
        self.empty.setVisible(not jobs)
        self.pause_all.setVisible(any(job.state in ("waiting", "running") for job in jobs))
        self.resume_all.setVisible(any(job.state == "paused" for job in jobs))
        self.clear.setVisible(any(job.finished for job in jobs))
        self._place()

    def _fit_rows(self, jobs: queue.Jobs) -> None:
        """A row for each job, in order; rows that stay keep the focus, and a drag."""
        wanted = [job.id for job in jobs]
        if list(self.rows) == wanted:
            return
        for gone in [job_id for job_id in self.rows if job_id not in set(wanted)]:
            row = self.rows.pop(gone)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
            self._pictures.pop(gone, None)
        rows = {job_id: self.rows.get(job_id) or self._new_row(job_id) for job_id in wanted}
        for place, row in enumerate(rows.values()):
            if self._column.indexOf(row) != place:
                self._column.insertWidget(place, row)
                row.show()  # one that was never shown has no height yet
        self.rows = rows
        self._tab_order()

    def _tab_order(self) -> None:
        stops = [
            widget
            for row in self.rows.values()
            for widget in (row, row.up, row.down, row.pause, row.again, row.gone)
        ]
        stops += [self.pause_all, self.resume_all, self.clear, self.shut]
        for one, next_ in itertools.pairwise(stops):
            QWidget.setTabOrder(one, next_)

    def _new_row(self, job_id: str) -> JobRow:
        row = JobRow(job_id)
        row.pause_wanted.connect(self._worker.pause)
        row.again_wanted.connect(self._worker.resume)
        row.gone_wanted.connect(self._worker.cancel)
        row.moved.connect(self._move_by)
        row.dragged.connect(self._drag)
        row.stepped.connect(self._step)
        return row

    def _shown(self, job: queue.Job) -> Shown:
        order = self._worker.order(job.id)
        name = "A job that is gone" if order is None else order.name
        if job.state == "running":
            now = job.id == self._worker.current_job
            progress = self._worker.progress if now else None
            self._look(job.id, order)
            picture = self._pictures.get(job.id)
            return Shown(job, name, progress, picture, pausing=now and self._worker.pausing)
        waits = job.state in ("waiting", "paused") and order is not None
        expected = self.expected.seconds(job.id, order) if waits and order is not None else None
        return Shown(job, name, None, self._pictures.get(job.id), expected)

    def _look(self, job_id: str, order: Order | None) -> None:
        """Keeps the newest look at what is being made."""
        if isinstance(order, ForTakes) and self._worker.previews:
            self._pictures[job_id] = list(self._worker.previews.values())[-1]

    # ---- hands

    def _pause_all(self) -> None:
        for job in self._worker.jobs:
            if job.state in ("waiting", "running"):
                self._worker.pause(job.id)

    def _resume_all(self) -> None:
        for job in self._worker.jobs:
            if job.state == "paused":
                self._worker.resume(job.id)

    def _movable(self) -> list[str]:
        return [job.id for job in self._worker.jobs if not job.finished and job.state != "running"]

    def _move_by(self, job_id: str, places: int) -> None:
        order = self._movable()
        if job_id in order:
            at = min(max(order.index(job_id) + places, 0), len(order) - 1)
            self._move_to(job_id, at)

    def _drag(self, job_id: str, height: int) -> None:
        """The row follows the pointer: past the middle of a neighbour they change places."""
        order = self._movable()
        at = sum(self.rows[other].geometry().center().y() < height for other in order if other != job_id)
        if job_id in order and order.index(job_id) != at:
            self._move_to(job_id, at)

    def _move_to(self, job_id: str, at: int) -> None:
        others = [other for other in self._movable() if other != job_id]
        self._worker.move(job_id, others[at] if at < len(others) else "")
        self.rows[job_id].setFocus(Qt.FocusReason.OtherFocusReason)

    def _step(self, job_id: str, step: int) -> None:
        rows = list(self.rows.values())
        at = list(self.rows).index(job_id) + step
        if 0 <= at < len(rows):
            rows[at].setFocus(Qt.FocusReason.OtherFocusReason)
            self.area.ensureWidgetVisible(rows[at])
