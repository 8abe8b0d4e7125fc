"""What the window asked to be made: the queue, what runs of it, and what is done for which shot."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThreadPool, Signal
from PySide6.QtGui import QImage

from storyboard.errors import StoryboardError
from storyboard.film import queue
from storyboard.film.wanted import Wanted

from .orders import (
    Brought,
    Export,
    ForTakes,
    Import,
    Make,
    Order,
    Outcome,
    Prepare,
    order_of,
    settled,
    task_of,
)
from .reel import Film
from .words import Job, doing, sentence
from .workthread import Ticket, WorkThread

if TYPE_CHECKING:
    from storyboard.film.runner import Progress
    from storyboard.workers import messages

__all__ = ["Brought", "Export", "FilmThread", "Import", "Make", "Order", "Prepare"]

STOPPED = "Stopped. What was made is kept."
ARRIVING = "Brought in. Done when the film with it is saved."
CLOSED = "The window was closed before this was done."


class FilmThread(QObject):
    """Runs one order after another in a thread of its own, keeps the queue on disk, and tells the window.

    Its methods and signals belong to the thread that made it. `stop` it before it is deleted.
    """

    changed = Signal()
    """What runs, waits or failed is another now: ask `current`, `waiting`, `jobs`, `states` and `progress`."""
    said = Signal(str, bool)
    """A sentence on how an order ended, and whether that is a failure."""
    ended = Signal()
    """An order ended: there may be new takes, and new parts in the cache."""
    preview = Signal(str, QImage)
    """A shot's id, and how its take looks so far."""
    exported = Signal(Path)
    """A film was written there."""
    brought = Signal(object, str)
    """Files were brought in (`Brought`) by the job of this id: they are to be put into the film. `settle` the job when
    the film with them is saved; until then the next start would bring them in again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.progress: Progress | None = None
        self.jobs: queue.Jobs = ()
        """What was asked for, in the order in which it is done; finished ones are where they were."""
        self.previews: dict[str, QImage] = {}
        """How the takes that are being made look, by the id of their shot."""
        self.memory: messages.Memory | None = None
        """How full the device was when a worker last told."""
        self.held: Callable[[], Iterable[Wanted]] = tuple
        """Says what auditions hold: new takes get other seeds."""
        self._orders: dict[str, Order] = {}
        self._arriving: dict[str, Outcome] = {}
        self._may_write: Callable[[], bool] = lambda: True
        self._film: Callable[[], Film] | None = None
        self._folder: Path | None = None
        self._running: Ticket | None = None
        self._preparing: Prepare | None = None
        self._busy_shots: dict[str, Job] = {}
        self._failed: dict[str, Job] = {}
        self._stopped = False
        self._writing = QThreadPool(self)
        self._writing.setMaxThreadCount(1)
        self._thread = WorkThread(self)
        self._thread.progressed.connect(self._note_progress)
        self._thread.previewed.connect(self._note_preview)
        self._thread.done.connect(self._note_done)

    # ---- what is asked for

    @property
    def current(self) -> Order | None:
        """What runs, of the queue."""
        order = None if self._running is None else self._running.order
        return None if isinstance(order, Prepare) else order

    @property
    def current_job(self) -> str:
        """The id of the job that runs; empty when none does."""
        return "" if self._running is None else self._running.job

    @property
    def waiting(self) -> int:
        """How many jobs wait for the current one."""
        return sum(job.state == "waiting" for job in self.jobs)

    @property
    def busy(self) -> bool:
        return self.current is not None or self.waiting > 0

    @property
    def pausing(self) -> bool:
        """Whether the current job rests after the step in hand."""
        return self._running is not None and self._running.pausing.is_set()

    def isRunning(self) -> bool:  # noqa: N802 - as Qt's threads call it
        """Whether its thread is there."""
        return self._thread.isRunning()

    def order(self, job_id: str) -> Order | None:
        """What that job asks for; None when it cannot be done any more."""
        return self._orders.get(job_id)

    def submit(self, order: Order) -> None:
        """Runs `order` after those that wait already."""
        try:
            order = settled(order, [*queue.wanted(self.jobs), *self.held()])
        except StoryboardError as error:
            self.said.emit(sentence(error), True)
            return
        job = queue.new(task_of(order))
        self._orders[job.id] = order
        self._forget_failures(order)
        self._set((*self.jobs, job))

    def prepare(self, order: Prepare) -> None:
        """Runs `order` when nothing else is to be done, and only until something is."""
        self._preparing = order
        self._go_on()

    @property
    def preparing(self) -> bool:
        """Whether what `prepare` was given is not done yet."""
        running = self._running is not None and isinstance(self._running.order, Prepare)
        return running or self._preparing is not None

    def stop_preparing(self) -> None:
        """Ends what `prepare` was given; what it made is kept."""
        self._preparing = None
        if self._running is not None and isinstance(self._running.order, Prepare):
            self._running.cancelled.set()

    def cancel(self, job_id: str = "") -> None:
        """Ends a job, the one that runs if none is named, and takes it out of the queue; what it made is kept."""
        running = self._running
        if running is not None and running.job and job_id in ("", running.job):
            running.cancelled.set()
        elif job_id:
            self.remove(job_id)

    def remove(self, job_id: str) -> None:
        """Takes a job out of the queue that does not run."""
        if job_id != self.current_job:
            order = self._orders.pop(job_id, None)
            if order is not None:
                self._forget_failures(order)
            self._set(queue.without(self.jobs, {job_id}))

    def pause(self, job_id: str) -> None:
        """Lets a job rest; the one that runs first finishes the step in hand."""
        if self._running is not None and job_id == self._running.job:
            self._running.pausing.set()
            self.changed.emit()
        elif self._job(job_id).state == "waiting":
            self._set(queue.changed(self.jobs, job_id, "paused"))

    def resume(self, job_id: str) -> None:
        """Lets a job wait for its turn again: one that rests, or (*retry*) one that failed. It makes the same takes,
        of the project as it is now: what made it fail may have been changed."""
        if self._running is not None and job_id == self._running.job:
            self._running.pausing.clear()
            self.changed.emit()
        elif self._job(job_id).state in ("paused", "failed"):
            now = None if self._film is None else order_of(self._job(job_id).task, self._film())
            self._orders[job_id] = now or self._orders[job_id]
            self._forget_failures(self._orders[job_id])
            self._set(queue.changed(self.jobs, job_id, "waiting"))

    def move(self, job_id: str, before: str) -> None:
        """Puts a job before the job `before`, or at the end where that is empty."""
        self._set(queue.moved(self.jobs, job_id, before))

    def clear_finished(self) -> None:
        """Forgets the jobs that are done or failed."""
        gone = {job.id for job in self.jobs if job.finished}
        for job_id in gone:
            order = self._orders.pop(job_id, None)
            if order is not None:
                self._forget_failures(order)
        self._set(queue.without(self.jobs, gone))

    # ---- the queue on disk

    def restore(self, film: Callable[[], Film], may_write: Callable[[], bool] = lambda: True) -> str:
        """Goes on with the queue that the last start left in the folder of `film()`, the film as it is when asked;
        returns a sentence on a file that could not be read. Who may not write, or could not read it, keeps the queue in
        memory: `may_write` is asked now and before each write, in the thread that writes."""
        self._film, self._may_write, now = film, may_write, film()
        writable = may_write()
        loaded = queue.load(now.folder) if writable else queue.Loaded(())
        self._folder = now.folder if writable and loaded.known else None
        found = {job.id: order_of(job.task, now) for job in loaded.jobs}
        self._orders |= {job_id: order for job_id, order in found.items() if order is not None}
        jobs = queue.left_behind(loaded, now.folder)
        for job in jobs:
            if job.state == "failed" and job.id in self._orders:
                order = self._orders[job.id]
                self._fail(order, _shots(order), job.reason)
        if jobs or self.jobs:
            self._set((*(job for job in jobs if job.id in self._orders), *self.jobs))
        return loaded.problem

    def _set(self, jobs: queue.Jobs) -> None:
        """The queue is `jobs` from now on, here and on disk."""
        self.jobs = queue.trimmed(jobs)
        self._orders = {job.id: self._orders[job.id] for job in self.jobs}
        self._go_on()
        if self._folder is not None:
            folder, written = self._folder, self.jobs
            self._writing.start(lambda: self._write(folder, written))
        self.changed.emit()

    def _write(self, folder: Path, jobs: queue.Jobs) -> None:
        """In a thread of its own: a slow disk must not hold the window up."""
        if not self._may_write():
            return  # another program took the project over: the file is its queue now
        try:
            queue.save(folder, jobs)
        except StoryboardError as error:
            self.said.emit(sentence(error), True)

    def _job(self, job_id: str) -> queue.Job:
        return next(job for job in self.jobs if job.id == job_id)

    # ---- one after another

    def _go_on(self) -> None:
        """Hands the next order to the thread, when it has none."""
        job = next((job for job in self.jobs if job.state == "waiting"), None)
        if self._running is not None:
            if job is not None and isinstance(self._running.order, Prepare):
                self._running.cancelled.set()
            return
        if self._stopped:
            return
        if job is not None:
            order = self._orders[job.id]
            self._busy_shots = {shot: Job("queued") for shot in _shots(order)}
            self.jobs = queue.changed(self.jobs, job.id, "running")
            self._hand(Ticket.of(order, job.id))
        elif self._preparing is not None:
            preparing, self._preparing = self._preparing, None
            self._hand(Ticket.of(preparing))

    def _hand(self, ticket: Ticket) -> None:
        self._running, self.progress = ticket, None
        self._thread.hand(ticket)

    def stop(self) -> None:
        """Ends everything and waits for it: seconds at most, workers that do not answer are killed.

        What was not done rests in the queue until the next start's user wants it.
        """
        self._stopped = True
        if self._running is not None:
            self._running.cancelled.set()
        self._thread.end()
        self._running = None
        self._writing.waitForDone()
        for job in self.jobs:
            if job.state in ("waiting", "running"):
                self.jobs = queue.changed(self.jobs, job.id, "paused", CLOSED)
        if self._folder is not None:
            self._write(self._folder, self.jobs)
            self._folder = None

    # ---- what shots show

    def states(self) -> dict[str, Job]:
        """What the newest job does or did for each shot that it concerns."""
        states = dict(self._failed)
        for job in self.jobs:
            if job.state == "waiting":
                states.update((shot, Job("queued")) for shot in _shots(self._orders[job.id]))
        states.update(self._busy_shots)
        return states

    def _fail(self, order: Order | Prepare, shots: Iterable[str], reason: str) -> None:
        # An audition is retried where it is listed: on the shot, a whole take would be made in its place.
        failed = Job("failed", sentence(reason), again=isinstance(order, Make))
        self._failed.update((shot, failed) for shot in shots)

    def _forget_failures(self, order: Order) -> None:
        for shot in _shots(order):
            self._failed.pop(shot, None)

    # ---- what the thread tells

    def _note_progress(self, progress: Progress) -> None:
        if self.current is None:
            return
        self.progress = progress
        self.memory = progress.memory or self.memory
        if isinstance(self.current, ForTakes):
            self._busy_shots = _still_busy(progress)
            self.previews = {
                shot: picture for shot, picture in self.previews.items() if shot in self._busy_shots
            }
        self.changed.emit()

    def _note_preview(self, shot_id: str, picture: messages.Preview) -> None:
        if self.current is None:
            return
        stride = 3 * picture.width
        form = QImage.Format.Format_RGB888
        image = QImage(picture.pixels, picture.width, picture.height, stride, form).copy()
        self.previews.pop(shot_id, None)  # the newest is the last one
        self.previews[shot_id] = image
        self.preview.emit(shot_id, image)

    def _note_done(self, ticket: Ticket, outcome: Outcome | None) -> None:
        if self._stopped or self._running is not ticket:
            return
        paused = outcome is None and ticket.pausing.is_set() and not ticket.cancelled.is_set()
        unmade = tuple(self._busy_shots)
        self._running, self.progress, self._busy_shots, self.previews = None, None, {}, {}
        if outcome is not None and outcome.failed:
            for failure in outcome.failures:
                self._fail(ticket.order, failure.shots, failure.reason)
            if not outcome.failures:
                self._fail(ticket.order, unmade, outcome.said)
        brought = None if outcome is None else outcome.brought
        if outcome is not None and brought is not None:
            self._await_save(ticket.job, outcome)
        elif ticket.job:
            self._finish(ticket.job, outcome, paused)
        else:
            self._go_on()  # what it gave way to
        self.ended.emit()
        if brought is not None:
            self.brought.emit(brought, ticket.job)
        self.changed.emit()
        if outcome is not None and outcome.said and ticket.job:
            self.said.emit(outcome.said, outcome.failed)
        elif outcome is None and ticket.job and not paused:
            self.said.emit(STOPPED, False)
        if outcome is not None and outcome.film is not None:
            self.exported.emit(outcome.film)

    def _await_save(self, job_id: str, outcome: Outcome) -> None:
        """What the job brought is not in the film on disk yet."""
        self._arriving[job_id] = outcome
        self._set(queue.changed(self.jobs, job_id, "running", ARRIVING))

    @property
    def arriving(self) -> bool:
        """Whether a job waits for `settle`."""
        return bool(self._arriving)

    def settle(self, job_id: str) -> None:
        """What that job brought is saved in the film: it is done."""
        outcome = self._arriving.pop(job_id, None)
        if outcome is not None:
            self._finish(job_id, outcome, paused=False)

    def _finish(self, job_id: str, outcome: Outcome | None, paused: bool) -> None:
        if paused:
            self._set(queue.changed(self.jobs, job_id, "paused"))
        elif outcome is None:
            self._orders.pop(job_id, None)
            self._set(queue.without(self.jobs, {job_id}))
        else:
            state: queue.State = "failed" if outcome.failed else "done"
            self._set(queue.changed(self.jobs, job_id, state, outcome.said))


def _shots(order: Order) -> tuple[str, ...]:
    """Ids of the shots that `order` makes."""
    return tuple(shot.id for shot in order.shots) if isinstance(order, ForTakes) else ()


def _still_busy(progress: Progress) -> dict[str, Job]:
    """What is done for each shot that has something left to be made."""
    busy = {shot: Job("queued") for shot in progress.waiting}
    for running in progress.running:
        busy.update((shot, Job("generating", doing(running))) for shot in running.shots)
    return busy
