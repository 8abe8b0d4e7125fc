"""Someone at the real window: `python -m tests.faults.window FOLDER SEED [make]`, until it is killed.

Edits at random and says each change as a line, `edit TIME HASH`: when it was made, by `time.monotonic`, and the hash of the
project's file as it must then become. With `make` it asks for a take of every draft first. With `finish` in place of
the seed it makes no edit, waits for the queue to be done, and closes the window.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer

from storyboard import edit
from storyboard.project import Project
from storyboard.store import document
from ui import app
from ui.window import Window
from ui.worker import Make

EVERY = 30
"""Milliseconds between edits, as fast as anyone types."""


def main() -> None:
    folder, what = Path(sys.argv[1]), sys.argv[2]
    qt = app.application()
    window = Window(folder, ask=lambda *_: True)
    window.show()
    hands = Hands(window, what)
    timer = QTimer()
    timer.timeout.connect(hands.close_when_done if what == "finish" else hands.edit)
    timer.start(EVERY)
    if "make" in sys.argv[3:]:
        film = window.document.film
        window.worker.submit(Make(film, tuple(shot for shot in film.project.shots if shot.chosen is None)))
    print("ready", flush=True)
    qt.exec()


class Hands:
    """Makes edits, undoes and redoes some. None of them changes a picture of the film."""

    def __init__(self, window: Window, seed: str) -> None:
        self._window = window
        self._chance = random.Random(seed)
        self._say()
        # Not only edits: a take that arrives is chosen, and that may be on disk before the next edit is made.
        window.document.changed.connect(self._say)

    def close_when_done(self) -> None:
        jobs = self._window.worker.jobs
        for job in jobs:
            if job.state == "paused":
                self._window.worker.resume(job.id)
        if not self._window.worker.busy:
            print("jobs", *(job.state for job in jobs), flush=True)
            self._window.close()
            app.application().quit()

    def edit(self) -> None:
        stack, chance = self._window.document.undo_stack, self._chance
        lot = chance.random()
        if lot < 0.15 and stack.canUndo():
            stack.undo()
        elif lot < 0.3 and stack.canRedo():
            stack.redo()
        elif lot < 0.5:
            shot = chance.choice(self._window.document.project.shots)
            self._window.document.edit("Mute", lambda p: edit.set_shot(p, shot.id, muted=not shot.muted))
        else:
            self._window.document.edit("Mark", self._marked)

    def _marked(self, project: Project) -> Project:
        if len(project.markers) > 20:
            return edit.remove_marker(project, self._chance.choice(project.markers))
        return edit.add_marker(
            project, self._chance.randrange(project.length), f"{self._chance.random():.9f}"
        )

    def _say(self) -> None:
        digest = hashlib.sha256(document.encode(self._window.document.project)).hexdigest()
        print(f"edit {time.monotonic():.4f} {digest}", flush=True)


if __name__ == "__main__":
    main()
