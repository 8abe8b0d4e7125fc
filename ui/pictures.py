"""Pictures for the window, read and drawn beside its thread: the film's frames in order, and thumbnails."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QThread, QThreadPool, Signal
from PySide6.QtGui import QImage, QPixmap

from storyboard.errors import StoryboardError

from .reel import Film, Reel
from .words import sentence

if TYPE_CHECKING:
    from storyboard.frames import Frame

AHEAD = 12
"""Frames read ahead of the one that is shown: half a second at 24 fps."""
MAX_THUMBNAILS = 2000
GIVE_WAY = 0.3
"""Seconds that a thumbnail waits at most for the frame in the viewer: both need the same cores."""
MAX_WAITING = 300
"""Thumbnails that wait to be made; older wishes are for clips that were scrolled away."""


class _Wanted(NamedTuple):
    film: Film
    frame: int
    refresh: bool


def image_of(frame: Frame) -> QImage:
    """A copy of an (H, W, 3) uint8 RGB frame."""
    height, width, _ = frame.shape
    return QImage(frame.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


class PictureThread(QThread):
    """Reads the frame that was asked for last, then some after it. `stop` it before it is deleted."""

    shown = Signal(int, QImage)
    """A timeline frame and its picture."""
    unreadable = Signal(int, str)
    """A timeline frame and a sentence about why it has no picture."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: _Wanted | None = None
        self._stopped = False
        self._news = threading.Condition()
        self.idle = threading.Event()
        """Set while no frame is waited for."""
        self.idle.set()

    def ask(self, film: Film, frame: int, refresh: bool = False) -> None:
        """Wants timeline frame `frame` of `film`, instead of one that was asked for and not read yet.

        `refresh` looks again for segments that a build may have left.
        """
        with self._news:
            before = self._wanted is not None and self._wanted.refresh
            self._wanted = _Wanted(film, frame, refresh or before)
            self.idle.clear()
            self._news.notify()
        if not self.isRunning():
            self.start()

    def stop(self) -> None:
        """Ends the thread after the frame in hand."""
        with self._news:
            self._stopped = True
            self.idle.set()
            self._news.notify()
        self.wait()

    def run(self) -> None:
        reel = Reel()
        while (wanted := self._next()) is not None:
            if wanted.refresh:
                reel.refresh()
            shown = self._show(reel, wanted)
            self._rest()
            if shown:
                self._read_ahead(reel, wanted)

    def _next(self) -> _Wanted | None:
        with self._news:
            self._news.wait_for(lambda: self._stopped or self._wanted is not None)
            wanted, self._wanted = self._wanted, None
            return None if self._stopped else wanted

    def _rest(self) -> None:
        with self._news:
            if self._wanted is None:
                self.idle.set()

    def _show(self, reel: Reel, wanted: _Wanted) -> bool:
        try:
            image = image_of(reel.at(wanted.film, wanted.frame))
        except StoryboardError as error:
            self.unreadable.emit(wanted.frame, sentence(error))
            return False
        except IndexError:  # the film became shorter since this was asked
            return False
        self.shown.emit(wanted.frame, image)
        return True

    def _read_ahead(self, reel: Reel, wanted: _Wanted) -> None:
        for frame in range(wanted.frame + 1, wanted.frame + 1 + AHEAD):
            if self._wanted is not None or self._stopped:
                return
            try:
                reel.at(wanted.film, frame)
            except (StoryboardError, IndexError):  # said when the frame itself is asked for
                return


class Thumbnails(QObject):
    """Small pictures by key: at once when they were made before, else made in a thread and announced."""

    ready = Signal()

    _made = Signal(object, QImage)

    def __init__(self, viewer_idle: threading.Event, parent: QObject | None = None) -> None:
        """`viewer_idle` is set while the viewer waits for nothing (`PictureThread.idle`)."""
        super().__init__(parent)
        self._viewer_idle = viewer_idle
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._last: dict[Hashable, Hashable] = {}
        self._kept: OrderedDict[Hashable, QPixmap | None] = OrderedDict()
        self._waiting: deque[tuple[Hashable, Callable[[], Frame | None]]] = deque()
        self._making: set[Hashable] = set()
        self._lock = threading.Lock()
        self._made.connect(self._keep)

    def get(self, place: Hashable, key: Hashable, make: Callable[[], Frame | None]) -> QPixmap | None:
        """The picture called `key`. While it is not made yet (`ready` comes then) the last one that was shown at
        `place`, or None."""
        if key in self._kept:
            self._kept.move_to_end(key)
            self._last[place] = key
            return self._kept[key]
        if key not in self._making:
            with self._lock:
                self._making.add(key)
                self._waiting.append((key, make))
                if len(self._waiting) > MAX_WAITING:
                    self._making.discard(self._waiting.popleft()[0])
            self._pool.start(self._work)
        return self._kept.get(self._last.get(place))

    def stop(self) -> None:
        """Forgets what waits, and ends after the picture in hand."""
        with self._lock:
            self._waiting.clear()
            self._making.clear()
        self._pool.waitForDone()

    def _work(self) -> None:
        self._viewer_idle.wait(GIVE_WAY)
        with self._lock:
            if not self._waiting:
                return
            key, make = self._waiting.pop()  # the newest wish is what is looked at now
        frame = make()
        self._made.emit(key, QImage() if frame is None else image_of(frame))

    def _keep(self, key: Hashable, image: QImage) -> None:
        self._making.discard(key)
        self._kept[key] = None if image.isNull() else QPixmap.fromImage(image)
        while len(self._kept) > MAX_THUMBNAILS:
            self._kept.popitem(last=False)
        self.ready.emit()
