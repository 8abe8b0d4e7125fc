"""What the sketch understands of a prompt, found out in a thread: the words, and a small picture of each thing."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject, QThreadPool, Signal
from PySide6.QtGui import QImage

from storyboard.errors import StoryboardError

if TYPE_CHECKING:
    from storyboard.generators.sketch.scene import Note

ICON_SIDE: Final = 40
"""Pixels of a picture on a chip: twice what is shown on a plain screen."""


class Understood(NamedTuple):
    """Some words of a prompt, what they gave, and its picture where it is one."""

    note: Note
    picture: QImage | None


class Reader(QObject):
    """Reads prompts beside the window's thread; only the newest one counts."""

    understood = Signal(str, list)
    """A prompt, and its words as `Understood`, in reading order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted = ""
        self._lock = threading.Lock()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def read(self, prompt: str) -> None:
        """Asks what is understood of `prompt`, instead of one that was asked for before."""
        with self._lock:
            self._wanted = prompt
        self._pool.start(lambda: self._read(prompt))

    def stop(self) -> None:
        """Ends after the prompt in hand."""
        self._pool.clear()
        self._pool.waitForDone()

    def _read(self, prompt: str) -> None:
        with self._lock:
            if prompt != self._wanted:
                return
        from storyboard.generators import sketch

        try:
            notes = sketch.explain(prompt)
        except StoryboardError:  # the pack of pictures is damaged: the viewer says so
            notes = []
        found = [
            Understood(note, picture_of(note.what) if note.role == "picture" else None) for note in notes
        ]
        self.understood.emit(prompt, found)


@lru_cache(1000)
def picture_of(name: str) -> QImage | None:
    """A picture of the sketch's by its name, small and without a ground; None when there is none."""
    from storyboard.generators.sketch import art

    try:
        drawing = art.picture_art(name)
    except (KeyError, StoryboardError):
        return None
    scale = ICON_SIDE / max(drawing.width, drawing.height)
    pixels = art.rasterise(
        drawing, max(1, round(drawing.width * scale)), max(1, round(drawing.height * scale))
    )
    kind = QImage.Format.Format_RGBA8888_Premultiplied
    height, width, _ = pixels.shape
    return QImage(pixels.tobytes(), width, height, 4 * width, kind).copy()
