"""The way in: `main` finds a project and opens the window on it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec

from storyboard import atomic, places, resources, values
from storyboard.errors import ProjectError, StoryboardError

from . import display

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from .window import Window

SAMPLE = "spaghetti"
SIGNALS_EVERY = 300
"""Milliseconds between the moments at which Python sees Ctrl+C while Qt waits."""


def main(project: Path | None = None) -> int:
    """Opens the window on the project in the folder `project`, else on the last one, else on a sample; returns
    when it is closed, 0. Raises `StoryboardError` when there is no display or the project cannot be opened."""
    display.check(os.environ)
    qt = application()
    from PySide6.QtCore import QTimer

    windows = Windows()
    windows.open(project.absolute() if project else last_project() or sample())
    sys.excepthook = windows.report
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: windows.shut())
    # Python runs its signal handlers only between its own instructions: give it some while Qt waits.
    ticks = QTimer()
    ticks.timeout.connect(lambda: None)
    ticks.start(SIGNALS_EVERY)
    return qt.exec()


def application() -> QApplication:
    """The one `QApplication`, in our clothes. Raises `StoryboardError` when Qt's libraries do not load."""
    try:
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise StoryboardError(
            f"the window's libraries do not load ({error}); install those that the README names"
        ) from error
    from . import theme

    there = QApplication.instance()
    if isinstance(there, QApplication):
        return there
    made = QApplication(["storyboard"])
    made.setApplicationName("Storyboard")
    made.setDesktopFileName("storyboard")
    theme.apply(made)
    return made


class Windows:
    """The window that is open: another project takes its place."""

    def __init__(self) -> None:
        self.window: Window | None = None

    def open(self, folder: Path) -> None:
        """Raises `ProjectError`; then the window that was open stays."""
        from .window import Window

        opened = Window(folder)
        before, self.window = self.window, opened
        opened.open_wanted.connect(self._open_instead)
        opened.show()
        if before is not None:
            before.close()
            before.deleteLater()
        _remember(opened.document.folder)

    def shut(self) -> None:
        """Ends the program without a question, as for Ctrl+C."""
        from PySide6.QtWidgets import QApplication

        if self.window is not None:
            self.window.shut()
        QApplication.quit()

    def report(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """The one place for our bugs: the trace goes to standard error, a sentence to the window."""
        traceback.print_exception(kind, error, trace)
        if self.window is not None:
            # By a signal: it may have happened in another thread.
            self.window.worker.said.emit(f"A bug in Storyboard ({error!r}). The project is unharmed.", True)

    def _open_instead(self, folder: Path) -> None:
        window = self.window
        if window is None or folder == window.document.folder:
            return
        try:
            self.open(folder)
        except StoryboardError as error:
            from .words import sentence

            window.status.say(sentence(error), True)


# Which project


class _Remembered(msgspec.Struct):
    """What the window keeps between two starts."""

    project: str = ""


def last_project() -> Path | None:
    """The folder of the project that was open last, if it is still there."""
    try:
        kept = values.decode(_memory().read_bytes(), _Remembered)
    except (OSError, msgspec.DecodeError):
        return None
    folder = Path(kept.project)
    return folder if kept.project and (folder / "project.json").is_file() else None


def sample() -> Path:
    """The user's own copy of the sample film; made when it is not there yet. Raises `StoryboardError`."""
    copy = places.data() / SAMPLE.capitalize()
    if (copy / "project.json").is_file():
        return copy
    original = resources.samples() / SAMPLE
    if not (original / "project.json").is_file():
        raise ProjectError(f"{original} is not there; name a project to open: storyboard edit PROJECT")
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=copy.parent, prefix=".sample-") as folder:
            made = shutil.ignore_patterns("cache", "exports", "versions", ".lock*")
            shutil.copytree(original, Path(folder) / SAMPLE, ignore=made)
            (Path(folder) / SAMPLE).rename(copy)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ProjectError(f"{copy}: the sample cannot be copied there: {reason}; free that place") from error
    return copy


def _memory() -> Path:
    return places.config() / "window.json"


def _remember(folder: Path) -> None:
    try:
        _memory().parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(_memory()) as temporary:
            temporary.write_bytes(values.encode(_Remembered(str(folder.absolute()))))
    except (OSError, StoryboardError):
        return  # the next start opens the sample: no reason to stop this one
