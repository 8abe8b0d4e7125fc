"""The thread that makes takes and films, and what it is doing for which shot."""

from __future__ import annotations

import queue
import re
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QThread, Signal

from storyboard.errors import Cancelled, StoryboardError
from storyboard.project import Shot

from .reel import PRESET, Film
from .words import Job, plural, sentence

if TYPE_CHECKING:
    from storyboard.film.plan import Plan
    from storyboard.film.runner import Progress

_FAILED = re.compile(r"shot (\d+)(?: take \d+)?: (.+)")
"""How the film's runner names what failed: `shot 4 take 2: the reason`."""


class Make(NamedTuple):
    """An order: `takes` new takes of each of `shots`."""

    film: Film
    shots: tuple[Shot, ...]
    takes: int = 1

    @property
    def title(self) -> str:
        if len(self.shots) == 1:
            return f"Generating shot {self.film.project.index(self.shots[0].id) + 1}"
        return f"Generating {plural(len(self.shots), 'shot')}"


class Export(NamedTuple):
    """An order: the film of what plays now. `out` is its file; None for the project's `exports/`."""

    film: Film
    out: Path | None = None

    @property
    def title(self) -> str:
        return "Exporting the film"


Order = Make | Export


class _Ticket(NamedTuple):
    order: Order
    cancelled: threading.Event


class _Outcome(NamedTuple):
    said: str
    failed: bool = False
    failures: tuple[str, ...] = ()


class FilmThread(QThread):
    """Owns the conversation with the worker processes: runs one order after another, and tells the window.

    Its methods and signals belong to the thread that made it. `stop` it before it is deleted.
    """

    changed = Signal()
    """What runs, waits or failed is another now: ask `current`, `waiting`, `states` and `progress`."""
    said = Signal(str, bool)
    """A sentence on how an order ended, and whether that is a failure."""
    ended = Signal()
    """An order ended: there may be new takes, and new parts in the cache."""

    _begun = Signal()
    _progressed = Signal(object)
    _done = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.progress: Progress | None = None
        self._running: _Ticket | None = None
        self._waiting: list[_Ticket] = []
        self._tickets: queue.SimpleQueue[_Ticket | None] = queue.SimpleQueue()
        self._busy_shots: dict[str, Job] = {}
        self._failed: dict[str, Job] = {}
        self._begun.connect(self._note_begun)
        self._progressed.connect(self._note_progress)
        self._done.connect(self._note_done)

    # ---- the window's side

    @property
    def current(self) -> Order | None:
        """What runs."""
        return None if self._running is None else self._running.order

    @property
    def waiting(self) -> int:
        """How many orders wait for the current one."""
        return len(self._waiting)

    @property
    def busy(self) -> bool:
        return self._running is not None or bool(self._waiting)

    def submit(self, order: Order) -> None:
        """Runs `order` after those that wait already."""
        ticket = _Ticket(order, threading.Event())
        self._waiting.append(ticket)
        if isinstance(order, Make):
            for shot in order.shots:
                self._failed.pop(shot.id, None)
        self._tickets.put(ticket)
        if not self.isRunning():
            self.start()
        self.changed.emit()

    def cancel(self) -> None:
        """Ends the order that runs; what it made so far is kept."""
        if self._running is not None:
            self._running.cancelled.set()

    def stop(self) -> None:
        """Ends everything and waits for it: seconds at most, workers that do not answer are killed."""
        for ticket in [*self._waiting, *([self._running] if self._running else [])]:
            ticket.cancelled.set()
        self._waiting.clear()
        self._tickets.put(None)
        self.wait()
        self._running = None

    def states(self) -> dict[str, Job]:
        """What the newest order does or did for each shot that it concerns."""
        states = dict(self._failed)
        for ticket in self._waiting:
            if isinstance(ticket.order, Make):
                states.update((shot.id, Job("queued")) for shot in ticket.order.shots)
        states.update(self._busy_shots)
        return states

    def _note_begun(self) -> None:
        if not self._waiting:  # stopped meanwhile
            return
        self._running = self._waiting.pop(0)
        self.progress = None
        if isinstance(self.current, Make):
            self._busy_shots = {shot.id: Job("queued") for shot in self.current.shots}
        self.changed.emit()

    def _note_progress(self, progress: Progress) -> None:
        # A step that reported nothing yet counts 0 of 1: a model is being loaded.
        doing = tuple(re.sub(r"\w+ 0 of 1$", "getting ready", words) for words in progress.doing)
        progress = progress._replace(doing=doing)
        self.progress = progress
        if isinstance(self.current, Make):
            self._busy_shots = _still_busy(self._busy_shots, progress)
        self.changed.emit()

    def _note_done(self, outcome: _Outcome) -> None:
        if self.current is None:
            return
        for shot_id, job in _failures(self.current, outcome.failures):
            self._failed[shot_id] = job
        self._running, self.progress, self._busy_shots = None, None, {}
        self.ended.emit()
        self.changed.emit()
        self.said.emit(outcome.said, outcome.failed)

    # ---- the thread's side

    def run(self) -> None:
        while (ticket := self._tickets.get()) is not None:
            if not ticket.cancelled.is_set():
                self._begun.emit()
                self._done.emit(self._outcome(ticket))

    def _outcome(self, ticket: _Ticket) -> _Outcome:
        order, cancelled = ticket
        try:
            if isinstance(order, Make):
                return self._make(order, cancelled.is_set)
            return self._export(order, cancelled.is_set)
        except Cancelled:
            return _Outcome("Stopped. What was made is kept.")
        except StoryboardError as error:
            return _Outcome(sentence(error), failed=True)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            return _Outcome(sentence(f"{where}{error.strerror or error}; check the disk"), failed=True)
        except Exception as error:  # noqa: BLE001 - the one place where a bug in this thread is reported
            traceback.print_exc()
            return _Outcome(f"A bug in Storyboard ({error!r}). The project is unharmed.", failed=True)

    def _make(self, order: Make, cancelled: Callable[[], bool]) -> _Outcome:
        from storyboard.film import takes

        film = order.film
        result = takes.make(
            film.folder,
            film.project,
            order.shots,
            order.takes,
            watch=self._progressed.emit,
            cancelled=cancelled,
        )
        if result.failures:
            return _Outcome(sentence(result.failures[0]), failed=True, failures=result.failures)
        return _Outcome(f"Made {plural(len(result.made), 'take')}.")

    def _export(self, order: Export, cancelled: Callable[[], bool]) -> _Outcome:
        from storyboard.film import build, place
        from storyboard.film import plan as planning

        film = order.film
        out = place.target(film.folder, PRESET, order.out)
        plan = planning.plan(film.folder, film.project, film.takes, mode="export", preset=PRESET, out=out)
        made = build.build(plan, self._progressed.emit, cancelled)
        return _Outcome(f"{made.film}, {made.seconds:.2f} s. {_sketched(plan)}".strip())


def _sketched(plan: Plan) -> str:
    numbers = [str(planned.number) for planned in plan.shots if planned.sketched]
    if not numbers:
        return ""
    shown = ", ".join(numbers[:8]) + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")
    return f"Sketched: shot {shown}." if len(numbers) == 1 else f"Sketched: shots {shown}."


def _still_busy(before: dict[str, Job], progress: Progress) -> dict[str, Job]:
    """What each shot waits for: one that was being made and is no longer named is done."""
    now = {
        shot_id: "getting ready"
        if (running.done, running.total) == (0, 1)
        else f"{running.unit} {running.done} of {running.total}"
        for running in progress.running
        for shot_id in running.shots
    }
    busy = {}
    for shot_id, job in before.items():
        if shot_id in now:
            busy[shot_id] = Job("generating", now[shot_id])
        elif job.state == "queued":
            busy[shot_id] = job
    return busy


def _failures(order: Order, failures: tuple[str, ...]) -> list[tuple[str, Job]]:
    found = []
    for failure in failures:
        if match := _FAILED.fullmatch(failure):
            shot = order.film.project.shots[int(match[1]) - 1]
            found.append((shot.id, Job("failed", sentence(match[2]))))
    return found
