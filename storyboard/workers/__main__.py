"""A worker: `python -m storyboard.workers THREADS`. It reads orders, runs one step at a time, answers."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from storyboard import atomic, heap
from storyboard.errors import Cancelled, StoryboardError, why
from storyboard.generators import pipeline
from storyboard.workers import messages
from storyboard.workers.workshop import Workshop

if TYPE_CHECKING:
    from storyboard.frames import Frame

MEMORY_EVERY = 2.0
"""Seconds between looks at how full the device is."""
REPORT_EVERY = 0.05
"""Seconds between progress messages: smooth to watch, and nothing beside the work itself."""
NICE = 10
"""Measured: with workers niced to 10 the window's longest stall is 10 ms, as when idle."""


class _Line:
    """The worker's end of the conversation. A thread reads orders, so that a cancel arrives during a step."""

    def __init__(self, orders: BinaryIO, answers: BinaryIO) -> None:
        self._orders = orders
        self._answers = answers
        self._writing = threading.Lock()
        self.cancelled: set[int] = set()
        self.work: queue.SimpleQueue[messages.Do] = queue.SimpleQueue()

    def listen(self) -> None:
        with contextlib.suppress(messages.Noise):
            while (order := messages.read_order(self._orders)) is not None:
                if isinstance(order, messages.Cancel):
                    self.cancelled.add(order.job)
                else:
                    self.work.put(order)
        # The parent is gone. Nothing half-written can be taken for whole, so leave at once.
        os._exit(0)

    def say(self, answer: messages.Answer) -> None:
        with self._writing:
            try:
                messages.write(self._answers, answer)
            except OSError:
                os._exit(0)


def _do(line: _Line, workshop: Workshop, order: messages.Do) -> messages.Answer:
    last = looked = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last, looked
        if order.job in line.cancelled:
            raise Cancelled
        now = time.monotonic()
        if now - last >= REPORT_EVERY or done == total:
            last = now
            line.say(messages.Progress(order.job, done, total))
        if now - looked >= MEMORY_EVERY:
            looked = now
            for device, used, size in pipeline.memory():
                line.say(messages.Memory(order.job, device, used, size))

    def show(picture: Frame) -> None:
        height, width = picture.shape[:2]
        line.say(messages.Preview(order.job, width, height, picture.tobytes()))

    start = time.monotonic()
    try:
        report(0, 1)
        result = workshop.run(Path(order.folder), order.step, report, show)
    except Cancelled:
        return messages.Stopped(order.job)
    except StoryboardError as error:
        return messages.Failed(order.job, str(error), type(error).__name__)
    except MemoryError:
        reason = (
            "this machine ran out of memory; close other programs and try again, or make the film smaller"
        )
        return messages.Failed(order.job, reason)
    except OSError as error:
        return _system(order.job, error)
    except Exception as error:  # noqa: BLE001 - the one place where a bug in a step becomes a report
        return _bug(order.job, error)
    return messages.Done(order.job, time.monotonic() - start, *result)


def _system(job: int, error: OSError) -> messages.Failed:
    """What the disk or the system did, as a sentence."""
    if error.errno in atomic.FULL:
        where = f"{error.filename}: " if error.filename else ""
        return messages.Failed(
            job, f"{where}no room is left on the disk; make some and try again", "DiskFull"
        )
    if error.filename is None:
        return _bug(job, error)
    return messages.Failed(job, f"{error.filename}: {why(error)}; look after that disk and try again")


def _bug(job: int, error: Exception) -> messages.Failed:
    return messages.Failed(job, f"a bug in Storyboard: {error!r}", "Bug", traceback.format_exc())


def main() -> None:
    """Serve until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICE)
    heap.share()
    threads = int(sys.argv[1])
    # Libraries print to standard output; the conversation keeps its own copy of it, they get standard error.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    line = _Line(sys.stdin.buffer, answers)
    threading.Thread(target=line.listen, daemon=True).start()
    workshop = Workshop(threads)
    while True:
        order = line.work.get()
        line.say(_do(line, workshop, order))
        line.cancelled.discard(order.job)


if __name__ == "__main__":
    main()
