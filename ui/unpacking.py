"""The film's sounds as plain samples: asked for as soon as they are in it, made by a worker, heard from then on."""

from __future__ import annotations

import threading
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QThreadPool, Signal

from storyboard.errors import Cancelled, StoryboardError

if TYPE_CHECKING:
    from storyboard.film.unpacked import Packed, Unpacked

REST: Final = 300
"""Milliseconds without an edit after which the sounds of a film are looked for."""


class Unpacking(QObject):
    """Has sounds unpacked beside the window's thread, and knows which are."""

    arrived = Signal()
    """More sounds are there, or could not be had."""

    _done = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._stopped = threading.Event()
        self._known: dict[tuple[Path, Packed], Unpacked | StoryboardError] = {}
        self._asked: set[tuple[Path, Packed]] = set()
        """Those that are on their way."""
        self._done.connect(self._keep)

    def want(self, folder: Path, sounds: Collection[Packed]) -> None:
        """Has those unpacked that were not asked for yet, and tries those again that could not be; `arrived` comes
        for each."""
        for sound in sounds:
            key = (folder, sound)
            known = self._known.get(key)
            if key not in self._asked and (known is None or isinstance(known, StoryboardError)):
                self._asked.add(key)
                self._pool.start(partial(self._unpack, folder, sound))

    def found(self, folder: Path, sounds: Collection[Packed]) -> dict[Packed, Unpacked] | None:
        """Where these are; None while some are not there yet. Raises why one cannot be had."""
        found: dict[Packed, Unpacked] = {}
        for sound in sounds:
            state = self._known.get((folder, sound))
            if isinstance(state, StoryboardError):
                raise state
            if state is not None and state.samples.exists():
                found[sound] = state
            elif state is not None:  # the cache was emptied
                del self._known[folder, sound]
                self.want(folder, (sound,))
        return found if len(found) == len(sounds) else None

    def stop(self) -> None:
        """Ends what is in hand."""
        self._stopped.set()
        self._pool.clear()
        self._pool.waitForDone()

    def _unpack(self, folder: Path, sound: Packed) -> None:
        from storyboard.film.unpacked import unpack

        try:
            self._done.emit(folder, sound, unpack(folder, [sound], self._stopped.is_set)[sound])
        except Cancelled:
            return
        except StoryboardError as error:
            self._done.emit(folder, sound, error)

    def _keep(self, folder: Path, sound: Packed, state: Unpacked | StoryboardError) -> None:
        self._known[folder, sound] = state
        self._asked.discard((folder, sound))
        self.arrived.emit()
