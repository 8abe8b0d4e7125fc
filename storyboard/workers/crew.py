"""The parent's side: worker processes in two lanes, and one queue on which all their answers arrive."""

from __future__ import annotations

import collections
import contextlib
import itertools
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self, TypeAlias

from msgspec import Struct

from storyboard.workers import messages
from storyboard.workers.steps import Step

Lane = Literal["generate", "media"]

GRACE = 1.5
"""Seconds that a worker has to answer a cancel before it is killed: the user was promised two in all."""
MAX_MEDIA_WORKERS = 4
"""Beyond four the smoother's memory costs more than the last cores bring."""


class Crashed(Struct, frozen=True):
    """The worker ended without an answer: a crash in a driver or a library. `reason` is for the user."""

    job: int
    reason: str
    log: str


_Answers: TypeAlias = "queue.Queue[tuple[_Worker, subprocess.Popen[bytes], messages.Answer | None]]"

Event = messages.Answer | Crashed


class Crew:
    """Runs steps in worker processes: one for generating, a few for media.

    Processes start with their first step and stay warm. `submit` returns at once; answers are fetched with
    `next`. Used from one thread.
    """

    def __init__(self, folder: Path, media_workers: int | None = None) -> None:
        self._cores = os.cpu_count() or 1
        count = min(self._cores, MAX_MEDIA_WORKERS, media_workers or MAX_MEDIA_WORKERS)
        self._folder = folder.resolve()
        self._answers: _Answers = queue.Queue()
        self._workers: dict[Lane, list[_Worker]] = {
            "generate": [_Worker(self._answers)],
            "media": [_Worker(self._answers) for _ in range(count)],
        }
        self._waiting: dict[Lane, collections.deque[messages.Do]] = {
            "generate": collections.deque(),
            "media": collections.deque(),
        }
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, step: Step, lane: Lane) -> int:
        """Queue `step`; returns the number that its events carry. It is begun by the next call of `next`, which
        knows how many others there are."""
        job = next(self._numbers)
        self._waiting[lane].append(messages.Do(job, str(self._folder), step))
        return job

    def next(self, timeout: float | None = None) -> Event | None:
        """The next event, or None when none came within `timeout` seconds."""
        self._hand_out()
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                worker, process, answer = self._answers.get(timeout=left)
            except queue.Empty:
                return None
            event = worker.crashed(process) if answer is None else answer
            if event is not None and event.job == worker.job:
                if not isinstance(event, messages.Passing):
                    worker.job = None
                    self._hand_out()
                return event

    def cancel(self, job: int) -> None:
        """Ask for the end of a job, waiting or running; a running one answers `Stopped` or is killed."""
        for lane, waiting in self._waiting.items():
            self._waiting[lane] = collections.deque(order for order in waiting if order.job != job)
        for worker in itertools.chain(*self._workers.values()):
            if worker.job == job:
                worker.cancel()

    def in_hand(self) -> list[int]:
        """The numbers of the jobs that a worker has begun."""
        return [w.job for w in itertools.chain(*self._workers.values()) if w.job is not None]

    def kill(self, job: int) -> None:
        """End the process that has `job` in hand, at once: it is reported as `Crashed`."""
        for worker in itertools.chain(*self._workers.values()):
            if worker.job == job:
                worker.kill()

    def withdraw(self) -> list[int]:
        """Take back the jobs that no worker has begun; their numbers. Those that run go on."""
        numbers = [order.job for waiting in self._waiting.values() for order in waiting]
        for waiting in self._waiting.values():
            waiting.clear()
        return numbers

    def settle(self) -> None:
        """Forget what waits and cancel what runs. A worker that answers within `GRACE` seconds stays warm."""
        self.withdraw()
        busy = [w for w in itertools.chain(*self._workers.values()) if w.job is not None]
        for worker in busy:
            worker.cancel()
        deadline = time.monotonic() + GRACE
        while any(w.job is not None for w in busy) and (left := deadline - time.monotonic()) > 0:
            self.next(timeout=left)
        for worker in busy:
            if worker.job is not None:
                worker.end()

    def close(self) -> None:
        """Cancel what runs, give it `GRACE` seconds, end every process."""
        self.settle()
        for worker in itertools.chain(*self._workers.values()):
            worker.end()

    def _hand_out(self) -> None:
        for lane, waiting in self._waiting.items():
            workers = self._workers[lane]
            busy = sum(worker.job is not None for worker in workers)
            # Fewer workers than steps would leave cores idle; where steps are fewer, each has more threads.
            threads = max(1, self._cores // max(1, min(len(workers), busy + len(waiting))))
            for worker in workers:
                if waiting and worker.job is None:
                    worker.do(waiting.popleft(), threads)


@contextlib.contextmanager
def borrowed(folder: Path, crew: Crew | None) -> Iterator[Crew]:
    """`crew`, with nothing of ours left on it afterwards; where there is none, one for this time only."""
    if crew is None:
        with Crew(folder) as own:
            yield own
        return
    try:
        yield crew
    finally:
        crew.settle()


class _Worker:
    """One process and the thread that reads its answers."""

    def __init__(self, answers: _Answers) -> None:
        self._answers = answers
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self.job: int | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def do(self, order: messages.Do, threads: int) -> None:
        """Begin a job; a process that is started for it may use `threads`, one that runs keeps what it has."""
        if not self.running:
            self._start(threads)
        self.job = order.job
        # A worker that died between two steps shows itself to the reading thread.
        with contextlib.suppress(OSError):
            self._send(order)

    def cancel(self) -> None:
        if self.job is None:
            return
        with contextlib.suppress(OSError):
            self._send(messages.Cancel(self.job))
        process, job = self._process, self.job

        def kill_if_silent() -> None:
            if self.job == job and process is not None and process.poll() is None:
                process.kill()

        timer = threading.Timer(GRACE, kill_if_silent)
        timer.daemon = True
        timer.start()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def crashed(self, process: subprocess.Popen[bytes]) -> Crashed | None:
        """What to say of a process whose answers ended; None when it had no job or was replaced since."""
        if process is not self._process:
            return None
        if self.job is None:
            self.end()  # it may still be on its way out: the next step must not be handed to it
            return None
        reason = _ended(process.wait())
        return Crashed(self.job, f"the worker process {reason}", self._log_tail())

    def end(self) -> None:
        process = self._process
        if process is None:
            return
        if self.job is not None:
            process.kill()
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._log is not None:
            self._log.close()
        self._process, self.job = None, None

    def _start(self, threads: int) -> None:
        self.end()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        # -P: a file in the user's folder must not be imported in place of a library. A session of its own:
        # Ctrl+C is for the parent, which then tells the worker.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "storyboard.workers", str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        # Closed here and by nobody else: closing a stream that another thread reads would wait for that read.
        with process.stdout as stream:
            try:
                while (answer := messages.read_answer(stream)) is not None:
                    self._answers.put((self, process, answer))
            except messages.Noise:  # this worker cannot be understood any more
                process.kill()
        self._answers.put((self, process, None))

    def _send(self, order: messages.Order) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        messages.write(self._process.stdin, order)

    def _log_tail(self, size: int = 4000) -> str:
        if self._log is None:
            return ""
        end = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, end - size))
        return self._log.read().decode("utf-8", "replace")


def _ended(code: int) -> str:
    """How a process ended, to follow its name, and what to do."""
    import signal

    if code >= 0:
        return f"ended (exit code {code}); try again"
    name = f"signal {-code}"
    with contextlib.suppress(ValueError):
        name = signal.Signals(-code).name
    if name == "SIGKILL":
        return (
            "was ended by the system (SIGKILL), which probably ran out of memory; close other programs and try again, or "
            "make the film smaller or the shot shorter"
        )
    return f"crashed ({name}), in a driver or a library; try again"
