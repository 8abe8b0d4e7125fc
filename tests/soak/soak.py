"""Hours at the window in minutes: edits, takes and films, round after round, and what that leaves in memory."""

from __future__ import annotations

import gc
import os
import random
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import psutil
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent

from storyboard import edit, heap, store
from storyboard.project import Project, new_shot
from storyboard.workers import crew
from tests.soak import edits
from ui import app, pictures, reel, strips
from ui.window import Window
from ui.worker import Export, Make

PATIENCE = 300.0
"""Seconds for one job: far more than any takes here on a busy machine."""


class Round(NamedTuple):
    """How much is done in one round."""

    edits: int
    takes: int
    """Of the sketch and, where there is one, of the model, in turn."""
    exports: int


class Held(NamedTuple):
    """What the processes hold after a round."""

    memory: int
    """Bytes that this process holds (see `own`)."""
    workers: int
    """The same of all worker processes."""
    handles: int
    """Open files, pipes and sockets of this process."""
    threads: int
    processes: int
    """Started by this one."""
    values: int
    """Python objects."""

    def __str__(self) -> str:
        return (
            f"{self.memory / 2**20:7.1f} MB, workers {self.workers / 2**20:7.1f} MB, {self.handles} handles, "
            f"{self.threads} threads, {self.processes} processes, {self.values:,} values"
        )


def own(process: psutil.Process) -> int:
    """Bytes that `process` has put into memory itself, those that are swapped out among them; where the system does not
    tell, those that it shares with no other. What is read of a library counts among the latter until another program
    reads it too: with PyTorch that is 100 MB."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return int(process.memory_full_info().uss)
    held = {name: int(size.split()[0]) for name, size in (line.split(":") for line in lines)}
    return 1024 * (held["Anonymous"] + held["Swap"])


class Soak:
    """A window on a new project in `folder`; `model` is a text-to-video model's folder, if there is one."""

    def __init__(self, folder: Path, seed: int, model: Path | None = None) -> None:
        shots = [new_shot(store.new_id(), edits.prompt(random.Random(n)), 8) for n in range(6)]
        film = Project(name="Soak", width=64, height=64, rate=Fraction(8), smoother="flow")
        film = edit.set_look(film, steps=2)
        store.create(folder, edit.append(film, *shots)).close()
        self._chance = random.Random(seed)
        self._models = ["sketch", str(model)] if model else ["sketch"]
        self._made = 0
        self._qt = app.application()
        self.window = Window(folder, ask=lambda *_: True)
        self.window.show()
        self.undone = self.failed = 0

    def round(self, much: Round) -> Held:
        """Edits with undo and redo, then takes, then films; what is held when all is quiet again."""
        for _ in range(much.edits):
            self._edit()
        for _ in range(much.takes):
            self._take()
        for _ in range(much.exports):
            self.window.worker.submit(Export(self.window.document.film))
            self._wait(lambda: not self.window.worker.busy)
        self._note_failures()
        return self.held()

    def held(self) -> Held:
        """After everything that was only put off is done."""
        self._settle()
        process = psutil.Process()
        children = process.children(recursive=True)
        return Held(
            own(process),
            sum(own(child) for child in children),
            process.num_fds() if os.name == "posix" else process.num_handles(),
            process.num_threads(),
            len(children),
            len(gc.get_objects()),
        )

    def close(self) -> None:
        self.window.shut()
        self.window.deleteLater()
        del self.window
        self._settle()

    def _edit(self) -> None:
        stack, lot = self.window.document.undo_stack, self._chance.random()
        if lot < 0.2 and stack.canUndo():
            stack.undo()
            self.undone += 1
        elif lot < 0.3 and stack.canRedo():
            stack.redo()
        else:
            self.window.document.edit("Edit", edits.at_random(self.window.document.project, self._chance))
        self._qt.processEvents()

    def _take(self) -> None:
        """One take of a shot, short and cheap, whatever edits made of that."""
        project = self.window.document.project
        model = self._models[self._made % len(self._models)]
        self._made += 1
        shot = replace(
            self._chance.choice(project.shots), model=model, length=8, prompt=edits.prompt(self._chance)
        )
        self.window.document.edit(
            "Take", lambda p: edit.set_shot(p, shot.id, model=model, prompt=shot.prompt)
        )
        self.window.worker.submit(
            Make(self.window.document.film, (self.window.document.project.shot(shot.id),))
        )
        self._wait(lambda: not self.window.worker.busy)

    def _note_failures(self) -> None:
        for job in self.window.worker.jobs:
            if job.state == "failed":
                self.failed += 1
                print(f"failed: {job.reason}")
        self.window.worker.clear_finished()

    def _wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            self._qt.processEvents()
            time.sleep(0.002)

    def _settle(self) -> None:
        end = time.monotonic() + 2.0
        while time.monotonic() < end:
            self._qt.processEvents()
            time.sleep(0.01)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        heap.give_back()


def keep_little() -> None:
    """For a process that does nothing but soak. Pictures are kept on purpose, up to so many bytes. Here that is little, and
    reached within the first rounds: what grows after that is a leak, and does not hide behind what is allowed to grow."""
    pictures.THUMBNAIL_BYTES = 4 << 20
    pictures.KEPT_BYTES = reel.KEPT_BYTES = 4 << 20
    strips.MOST_FITTING, strips.MOST_STRIPS = 100, 200  # type: ignore[misc]
    # One worker that does everything meets everything in the first rounds; of two, one may import OpenCV in the last.
    crew.MAX_MEDIA_WORKERS = 1
