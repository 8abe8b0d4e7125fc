"""The way in: `main` finds a project and opens the window on it."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import traceback
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from storyboard import places, resources, store
from storyboard.errors import ProjectError, StoryboardError
from storyboard.store import copying, recovery

from . import display, memory

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtWidgets import QApplication

    from .window import Window

SAMPLE = "spaghetti"
SWITCH = 0.0005
"""Seconds that a thread beside the window's may keep Python for itself: a tenth of what is usual, so that the
window paints while thumbnails are drawn."""
SIGNALS_EVERY = 300
"""Milliseconds between the moments at which Python sees Ctrl+C while Qt waits."""


def main(project: Path | None = None) -> int:
    """Opens the window on the project in the folder `project`, else on the last one, else on a sample; returns
    when it is closed, 0. Raises `StoryboardError` when there is no display or the project cannot be opened."""
    display.check(os.environ)
    qt = application()
    from PySide6.QtCore import QTimer

    windows = Windows()
    if project:
        windows.open(_folder(project))
    else:
        windows.open_last()
    sys.excepthook = windows.report
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: windows.shut())
    # Python runs its signal handlers only between its own instructions: give it some while Qt waits.
    ticks = QTimer()
    ticks.timeout.connect(lambda: None)
    ticks.start(SIGNALS_EVERY)
    code = qt.exec()
    let_go_of_clipboard()
    return code


def let_go_of_clipboard() -> None:
    """Leaves only the words of copied shots. What Python put together would be deleted after Python itself, and that
    ends in a crash."""
    from PySide6.QtGui import QGuiApplication

    from .cutting import MIME

    clipboard = QGuiApplication.clipboard()
    # Not `ownsClipboard`: some platforms never say yes.
    held: QMimeData | None = clipboard.mimeData()  # none where nothing was ever copied
    if held is not None and held.hasFormat(MIME):
        words = clipboard.text()
        clipboard.clear()
        clipboard.setText(words)


def application() -> QApplication:
    """The one `QApplication`, in our clothes. Raises `StoryboardError` when Qt's libraries do not load."""
    try:
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise StoryboardError(
            f"the window's libraries do not load ({error}); install those that the README names"
        ) from error
    from storyboard import heap

    from . import cycles, preferences, theme

    there = QApplication.instance()
    if isinstance(there, QApplication):
        return there
    sys.setswitchinterval(SWITCH)
    heap.share()
    made = QApplication(["storyboard"])
    made.setApplicationName("Storyboard")
    made.setDesktopFileName("storyboard")
    cycles.Cycles(made)
    theme.apply(made)
    theme.prefer(made, preferences.load())
    return made


class Windows:
    """The window that is open: another project takes its place."""

    def __init__(self) -> None:
        self.window: Window | None = None

    def open(self, folder: Path) -> None:
        """The window that was open stays where the user wants it to go on. It stays too when this raises
        `ProjectError`."""
        from . import looking
        from .window import Window

        before = self.window
        if before is not None:
            looking.keep(before)  # the next one takes its place, in its size
        opened = Window(folder)
        if before is not None and not before.agrees_to_close():
            opened.shut()
            opened.deleteLater()
            return
        self.window = opened
        opened.open_wanted.connect(self._open_instead)
        opened.liked.connect(_dress)
        opened.show()
        if before is not None:
            before.shut()
            before.deleteLater()
        memory.opened(opened.document.folder)

    def open_last(self) -> None:
        """The project that was open last, else the sample. One that cannot be opened any more is no reason not to
        start: the sample says why."""
        last = last_project()
        if last is None or last == own_sample():
            self._open_sample()
            return
        try:
            self.open(last)
        except StoryboardError as error:
            self._open_sample()
            self._say(error)
            self._offer_recovery(last)

    def _open_sample(self) -> None:
        """The user's copy of the sample. One that cannot be opened is no reason not to start: another one is made, and
        says where that one is now."""
        try:
            self.open(sample())
        except ProjectError as error:
            aside = put_sample_aside()
            if aside is None:
                raise
            self.open(sample())
            reason = recovery.problem(aside) or error
            self._say(
                StoryboardError(f"{reason}; that folder was moved to {aside}, and this is a new sample")
            )
            self._offer_recovery(aside)

    def _say(self, error: StoryboardError) -> None:
        from .words import sentence

        if self.window is not None:
            self.window.status.say(sentence(error), True)

    def _offer_recovery(self, folder: Path) -> None:
        """Where only the document of a project is damaged or gone, its newest sound version can come back, if the user
        likes. One of a newer format, or one that cannot be read now, is neither."""
        from .messages import Action

        newest = recovery.newest(folder) if recovery.problem(folder) else None
        if self.window is None or newest is None:
            return
        when = newest.saved.replace("T", " ")[:16]
        state = "damaged" if (folder / "project.json").exists() else "gone"
        self.window.banner.show_text(
            "broken",
            f"The document of {folder.name} is {state}. Its version of {when} UTC can take its place; a damaged file is "
            "kept, and no take is touched.",
            Action("Bring it back", partial(self._recover, folder, newest.name)),
        )

    def _recover(self, folder: Path, version: str) -> None:
        try:
            store.recover(folder, version)
            self.open(folder)
        except StoryboardError as error:
            self._say(error)

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
            told = "".join(traceback.format_exception(kind, error, trace))
            self.window.bug.emit(f"A bug in Storyboard ({error!r}). The project is unharmed.", told)

    def _open_instead(self, folder: Path) -> None:
        window = self.window
        if window is None:
            return
        again = folder == window.document.folder
        if again and window.document.writable:
            return
        try:
            self.open(folder)
        except StoryboardError as error:
            self._say(error)
            self._offer_recovery(folder)


# Which project


def last_project() -> Path | None:
    """The folder of the project that was open last, if it is still there."""
    recent = memory.load().recent
    return Path(recent[0]) if recent and memory.is_there(recent[0]) else None


def own_sample() -> Path:
    """Where the user's own copy of the sample film is, or will be."""
    return places.data() / SAMPLE.capitalize()


def put_sample_aside() -> Path | None:
    """Gives what is at the place of the user's copy of the sample another name, and returns that; None where there is
    nothing or it cannot be moved."""
    place = own_sample()
    names = (place.with_name(f"{place.name} aside {number}") for number in itertools.count(1))
    aside = next(name for name in names if not (name.exists() or name.is_symlink()))
    try:
        place.rename(aside)
    except OSError:
        return None
    return aside


def sample() -> Path:
    """The user's own copy of the sample film; made when it is not there yet. Raises `StoryboardError`."""
    copy = own_sample()
    if (copy / "project.json").is_file():
        return copy
    original = resources.samples() / SAMPLE
    if not (original / "project.json").is_file():
        raise ProjectError(f"{original} is not there; name a project to open: storyboard edit PROJECT")
    return store.copy(original, copy, (*copying.MADE, "versions"))


def _folder(project: Path) -> Path:
    """A project may be named by its document, as file managers do."""
    whole = project.absolute()
    return whole.parent if whole.name == "project.json" and whole.is_file() else whole


def _dress() -> None:
    """Wears what the user likes now."""
    from . import preferences, theme

    theme.prefer(application(), preferences.load())
