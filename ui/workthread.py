"""The thread that has the worker processes: it does what it is handed, one after another."""

from __future__ import annotations

import queue
import threading
import traceback
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, QThread, Signal

from storyboard.errors import Cancelled, StoryboardError
from storyboard.workers.crew import Crew

from .orders import Hands, Order, Outcome, Prepare
from .words import sentence

WARM: Final = 600.0
"""Seconds that idle workers keep their models: loading them again takes longer than most pauses."""


class Ticket(NamedTuple):
    """What the thread has in hand."""

    order: Order | Prepare
    job: str
    """Its id in the queue; empty for what is in nobody's queue."""
    cancelled: threading.Event
    pausing: threading.Event

    @classmethod
    def of(cls, order: Order | Prepare, job: str = "") -> Ticket:
        """A ticket that nobody cancelled yet."""
        return cls(order, job, threading.Event(), threading.Event())


class WorkThread(QThread):
    """Owns the conversation with the worker processes, which stay warm between orders."""

    progressed = Signal(object)
    """A `Progress`."""
    previewed = Signal(str, object)
    """A shot's id and a `messages.Preview`."""
    done = Signal(object, object)
    """A ticket and its `Outcome`; None when it was cancelled, or rests."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tickets: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()

    def hand(self, ticket: Ticket) -> None:
        """Does `ticket` after those that it was handed before."""
        self._tickets.put(ticket)
        if not self.isRunning():
            self.start()

    def end(self) -> None:
        """Ends the thread after the ticket in hand, and waits for it."""
        self._tickets.put(None)
        self.wait()

    def run(self) -> None:
        crew: Crew | None = None
        try:
            while (ticket := self._next(crew)) is not None:
                crew = crew or Crew(ticket.order.film.folder)
                self.done.emit(ticket, self._outcome(ticket, crew))
        finally:
            if crew is not None:
                crew.close()

    def _next(self, crew: Crew | None) -> Ticket | None:
        try:
            return self._tickets.get(timeout=None if crew is None else WARM)
        except queue.Empty:
            assert crew is not None
            crew.close()  # an idle model would keep the device's memory from others; the next step loads it again
            return self._tickets.get()

    def _outcome(self, ticket: Ticket, crew: Crew) -> Outcome | None:
        hands = Hands(
            crew,
            self.progressed.emit,
            self.previewed.emit,
            ticket.cancelled.is_set,
            ticket.pausing.is_set,
        )
        try:
            return ticket.order.run(hands)
        except Cancelled:
            return None
        except StoryboardError as error:
            return Outcome(sentence(error), failed=True)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            return Outcome(sentence(f"{where}{error.strerror or error}; check the disk"), failed=True)
        except Exception as error:  # noqa: BLE001 - the one place where a bug in this thread is reported
            traceback.print_exc()
            return Outcome(f"A bug in Storyboard ({error!r}). The project is unharmed.", failed=True)
