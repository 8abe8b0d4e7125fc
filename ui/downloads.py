"""Downloads of models, each in a process of its own: what the user asked for goes on when its page is closed."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, QProcess, Signal

from .words import sentence

_GET: Final = "from storyboard.cli import main; main()"
GIVE_UP: Final = 3000
"""Milliseconds that a download is given to end."""


class Coming(NamedTuple):
    """How far a download is."""

    done: int = 0
    """Bytes."""
    total: int = 0
    """Bytes; 0 until the hub has said how many there are."""


class Downloads(QObject):
    """What is being downloaded. One that is cancelled or fails goes on where it ended when it is asked for again."""

    changed = Signal()
    """A download is further, began or ended."""
    ended = Signal(str, bool, str)
    """A model; whether it is here now; and why not, in a sentence that is empty where it was cancelled."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: dict[str, _Download] = {}

    @property
    def coming(self) -> Mapping[str, Coming]:
        """The models that are being downloaded."""
        return MappingProxyType({name: one.coming for name, one in self._running.items()})

    def get(self, name: str) -> None:
        """Begins a download, or goes on with one. The only thing in the window that uses the network."""
        if name in self._running:
            return
        one = _Download(name, self)
        one.further.connect(self.changed)
        one.over.connect(self._end)
        self._running[name] = one
        one.start()
        self.changed.emit()

    def cancel(self, name: str) -> None:
        """Ends a download. What it got is kept."""
        if name in self._running:
            self._running[name].cancel()

    def stop(self) -> None:
        """Ends all."""
        for name in list(self._running):
            self.cancel(name)

    def _end(self, name: str, here: bool, problem: str) -> None:
        self._running.pop(name).deleteLater()
        self.changed.emit()
        self.ended.emit(name, here, problem)


class _Download(QObject):
    further = Signal()
    over = Signal(str, bool, str)

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._name = name
        self._said: dict[str, object] = {}
        self.coming = Coming()
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._finish)
        self._process.errorOccurred.connect(self._fail)

    def start(self) -> None:
        self._process.start(sys.executable, ["-c", _GET, "models", "get", "--json", "--", self._name])

    def cancel(self) -> None:
        self._process.blockSignals(True)
        self._process.kill()
        self._process.waitForFinished(GIVE_UP)
        self.over.emit(self._name, False, "")

    def _read(self) -> None:
        while self._process.canReadLine():
            try:
                said = json.loads(bytes(self._process.readLine().data()))
            except ValueError:  # something that a library printed
                continue
            if isinstance(said, dict):
                self._said = said
        done, total = self._said.get("done"), self._said.get("total")
        if isinstance(done, int) and isinstance(total, int):
            self.coming = Coming(done, total)
            self.further.emit()

    def _finish(self) -> None:
        self._read()
        here = "folder" in self._said
        problem = self._said.get("error") or "its process ended early; try again, whole files are kept"
        self.over.emit(self._name, here, "" if here else sentence(problem))

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:  # all others finish as well
            self.over.emit(self._name, False, sentence(self._process.errorString()))
