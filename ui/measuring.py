"""How long a prompt is for the model that reads it, found out in a thread."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal


class Measure(QObject):
    """Counts the tokens of prompts beside the window's thread; only the newest question is answered."""

    measured = Signal(str, str, object)
    """A prompt, a model, and a `storyboard.generators.tokens.Reading`, or None where it is not known."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        """`folder` is the project's, from which a relative model folder starts."""
        super().__init__(parent)
        self._folder = folder
        self._wanted = ("", "")
        self._lock = threading.Lock()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def measure(self, prompt: str, model: str) -> None:
        """Asks how much of `prompt` the model reads."""
        if (prompt, model) != self._wanted:
            with self._lock:
                self._wanted = (prompt, model)
            self._pool.start(lambda: self._measure(prompt, model))

    def stop(self) -> None:
        """Ends after the prompt in hand."""
        self._pool.clear()
        self._pool.waitForDone()

    def _measure(self, prompt: str, model: str) -> None:
        with self._lock:
            if (prompt, model) != self._wanted:
                return
        from storyboard.generators import tokens

        self.measured.emit(prompt, model, tokens.reading(prompt, model, self._folder))
