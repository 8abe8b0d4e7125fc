"""Pictures for the window, read and drawn beside its thread: the film's frames in order, and thumbnails."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QThread, QThreadPool, Signal
from PySide6.QtGui import QImage, QPixmap

from storyboard import heap
from storyboard.errors import StoryboardError
from storyboard.project import Project

from .reel import KEPT_BYTES, Film, Reel
from .words import sentence

if TYPE_CHECKING:
    from storyboard.film.proxies import Proxies
    from storyboard.frames import Frame

AHEAD = 24
"""Frames read ahead of a film that plays, where `AHEAD_BYTES` has room for them: a second at 24 fps."""
AHEAD_BYTES = 96 << 20
"""Of pictures that wait to be shown: 12 of them at 1920x1080."""
LEAST_AHEAD = 4
THUMBNAIL_BYTES = 128 << 20
"""Of thumbnails that are kept: 3,500 of 96x96, a few hundred of a storyboard's cards on a screen of high density."""
MOST_PLACES = 5000
"""Places whose last picture is remembered, before those are forgotten whose picture is gone."""
GIVE_WAY = 0.3
"""Seconds that a thumbnail waits at most for the frame in the viewer: both need the same cores."""
REST = 0.12
"""Seconds without a scroll, a zoom or a drag after which thumbnails are made again."""
SAY = 0.1
"""Seconds between two signals that hands are still at it."""
LONGEST_REST = 10.0
"""Seconds that one waits for that at most: who scrolls on and on sees pictures, too, if few. A sketch that is drawn
meanwhile keeps Python from the next paint or two."""
MAX_WAITING = 300
"""Thumbnails that wait to be made; older wishes are for clips that were scrolled away."""


class Wanted(NamedTuple):
    """A frame of a film, and those that will be wanted after it, the next one first."""

    film: Film
    frame: int
    ahead: tuple[int, ...] = ()
    smoothed: bool = True
    """Whether in-betweens are shown where they are made."""
    other: Film | None = None
    """A film whose same frame is wanted too."""
    other_smoothed: bool = True
    """Whether it is shown with its in-betweens."""
    refresh: bool = False
    """Whether to look again for segments that a build may have left."""

    def is_of(self, other: Wanted) -> bool:
        """Whether equal frames of both show equal pictures."""
        same_films = self.film is other.film and self.other is other.other
        same_ways = self.smoothed == other.smoothed and self.other_smoothed == other.other_smoothed
        return same_films and same_ways


class Picture(NamedTuple):
    """A timeline frame's picture, and the one to compare it with."""

    image: QImage
    other: QImage | None = None


def image_of(frame: Frame) -> QImage:
    """A copy of an (H, W, 3) uint8 RGB frame, in the form that is painted fastest."""
    height, width, _ = frame.shape
    rows = frame if frame.flags.c_contiguous else frame.copy()
    seen = QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return seen.convertToFormat(QImage.Format.Format_RGB32)


class PictureThread(QThread):
    """Reads the frame that was asked for last, then those that come after it. `stop` it before it is deleted."""

    shown = Signal(int, object)
    """A timeline frame and its `Picture`."""
    unreadable = Signal(int, str)
    """A timeline frame and a sentence about why it has no picture."""

    _arrived = Signal(int, int, object)
    _failed = Signal(int, int, str)

    def __init__(self, parent: QObject | None = None, proxies: Proxies | None = None) -> None:
        """`proxies` has the pictures of imports; without it their words are shown."""
        super().__init__(parent)
        self._proxies = proxies
        self._wanted: tuple[int, Wanted] | None = None
        self._asked = 0
        self._seen = 0
        self._stopped = False
        self._news = threading.Condition()
        self._shelf = _Shelf()
        self.idle = threading.Event()
        """Set while no frame is waited for."""
        self.idle.set()
        self._arrived.connect(self._show)
        self._failed.connect(self._say)

    # ---- the window's side

    def ask(self, wanted: Wanted) -> None:
        """Wants a frame, instead of one that was asked for and not read yet. One that was read ahead is shown
        before this returns."""
        picture = None if wanted.refresh else self._shelf.find(wanted, wanted.frame)
        with self._news:
            refresh = wanted.refresh or (self._wanted is not None and self._wanted[1].refresh)
            number = self._asked = self._asked + 1
            self._wanted = (number, wanted._replace(refresh=refresh))
            self.idle.clear()
            self._news.notify()
        if picture is not None:
            self._show(number, wanted.frame, picture)
        if not self.isRunning() and not self._stopped:
            self.start()

    def has(self, frame: int) -> bool:
        """Whether that frame of the film that was asked for last was read ahead."""
        return self._shelf.has(frame)

    @staticmethod
    def ahead(project: Project) -> int:
        """How many frames are read ahead while the film plays."""
        return max(LEAST_AHEAD, min(AHEAD, AHEAD_BYTES // (4 * project.width * project.height)))

    def stop(self) -> None:
        """Ends the thread after the frame in hand."""
        with self._news:
            self._stopped = True
            self.idle.set()
            self._news.notify()
        self.wait()

    def _show(self, number: int, frame: int, picture: Picture) -> None:
        # One that comes late is better than none, but not after one that was asked for later.
        if number > self._seen:
            self._seen = number
            self.shown.emit(frame, picture)

    def _say(self, number: int, frame: int, words: str) -> None:
        if number > self._seen:
            self._seen = number
            self.unreadable.emit(frame, words)

    # ---- the thread's side

    def run(self) -> None:
        self._work()
        self._shelf.clear()
        heap.give_back()

    def _work(self) -> None:
        reels = _Reels(self._proxies)
        while (asked := self._next()) is not None:
            number, wanted = asked
            reels.prepare(wanted)
            self._shelf.prepare(wanted)
            if self._read(reels, number, wanted):
                self._read_ahead(reels, wanted)
            self._rest()

    def _next(self) -> tuple[int, Wanted] | None:
        with self._news:
            self._news.wait_for(lambda: self._stopped or self._wanted is not None)
            wanted, self._wanted = self._wanted, None
            return None if self._stopped else wanted

    def _rest(self) -> None:
        with self._news:
            if self._wanted is None:
                self.idle.set()

    def _read(self, reels: _Reels, number: int, wanted: Wanted) -> bool:
        try:
            picture = self._shelf.find(wanted, wanted.frame) or reels.picture(wanted, wanted.frame)
        except StoryboardError as error:
            self._failed.emit(number, wanted.frame, sentence(error))
            return False
        except IndexError:  # the film became shorter since this was asked
            return False
        self._shelf.add(wanted, wanted.frame, picture)
        self._arrived.emit(number, wanted.frame, picture)
        return True

    def _read_ahead(self, reels: _Reels, wanted: Wanted) -> None:
        for frame in wanted.ahead:
            if self._wanted is not None or self._stopped:
                return
            if self._shelf.find(wanted, frame) is None:
                try:
                    self._shelf.add(wanted, frame, reels.picture(wanted, frame))
                except (StoryboardError, IndexError):  # said when the frame itself is asked for
                    return


class _Reels:
    """Reads pictures of one film, and of a second one while two are compared."""

    def __init__(self, proxies: Proxies | None) -> None:
        self._proxies = proxies
        self._reel = Reel(proxies=proxies)
        self._other: Reel | None = None

    def prepare(self, wanted: Wanted) -> None:
        if wanted.other is None:
            self._other = None
        elif self._other is None:
            self._other = Reel(KEPT_BYTES // 2, self._proxies)
        for reel in (self._reel, self._other):
            if wanted.refresh and reel is not None:
                reel.refresh()

    def picture(self, wanted: Wanted, frame: int) -> Picture:
        """Raises as `Reel.at`."""
        image = image_of(self._reel.at(wanted.film, frame, wanted.smoothed))
        if wanted.other is None or self._other is None:
            return Picture(image)
        return Picture(image, image_of(self._other.at(wanted.other, frame, wanted.other_smoothed)))


class _Shelf:
    """Pictures that were read ahead, for both threads: only those that are wanted soon."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: Wanted | None = None
        self._pictures: dict[int, Picture] = {}

    def prepare(self, wanted: Wanted) -> None:
        """Keeps what `wanted` needs of what is there."""
        keep = {wanted.frame, *wanted.ahead}
        with self._lock:
            same = self._of is not None and self._of.is_of(wanted) and not wanted.refresh
            before = self._pictures if same else {}
            self._of, self._pictures = wanted, {n: p for n, p in before.items() if n in keep}

    def add(self, wanted: Wanted, frame: int, picture: Picture) -> None:
        with self._lock:
            if self._of is wanted:
                self._pictures[frame] = picture

    def find(self, wanted: Wanted, frame: int) -> Picture | None:
        with self._lock:
            same = self._of is not None and self._of.is_of(wanted)
            return self._pictures.get(frame) if same else None

    def clear(self) -> None:
        with self._lock:
            self._pictures.clear()

    def has(self, frame: int) -> bool:
        with self._lock:
            return frame in self._pictures


class _Wish(NamedTuple):
    """A small picture that is to be made."""

    key: Hashable
    make: Callable[[], Frame | None]


class Thumbnails(QObject):
    """Small pictures by key: at once when they were made before, else made in a thread and announced."""

    ready = Signal()

    gave_way = Signal()
    """Hands scroll, zoom or drag: now and then while they do."""

    _made = Signal(object, QImage)
    _late = Signal(object, int)

    def __init__(
        self, viewer_idle: threading.Event, parent: QObject | None = None, proxies: Proxies | None = None
    ) -> None:
        """`viewer_idle` is set while the viewer waits for nothing (`PictureThread.idle`); `proxies` has the pictures
        of imports."""
        super().__init__(parent)
        self.proxies = proxies
        self._viewer_idle = viewer_idle
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._last: dict[Hashable, Hashable] = {}
        self._kept: OrderedDict[Hashable, QPixmap | None] = OrderedDict()
        self._held = 0
        """Bytes of what is kept."""
        self.news = 0
        """Counts what was made, or can be made now: while it stays the same, asking again gives the same."""
        self._waiting: OrderedDict[Hashable, _Wish] = OrderedDict()
        self._making: set[Hashable] = set()
        self._lock = threading.Lock()
        self._handled = self._said = 0.0
        self._stopped = threading.Event()
        self._painted = threading.Event()
        self._postponed: set[Hashable] = set()
        """Those whose proxy is on its way: asked for again when more of them `arrived`."""
        self._arrivals = 0
        self._made.connect(self._keep)
        self._late.connect(self._postpone)

    @property
    def gives_way(self) -> bool:
        """Whether hands scroll, zoom or drag now."""
        return time.monotonic() - self._handled < REST

    @property
    def idle(self) -> bool:
        """Whether everything that was asked for is made, or waits for a proxy."""
        return not self._making

    def give_way(self) -> None:
        """Hands scroll, zoom or drag: pictures wait until they rest, so that every paint comes in time."""
        self._handled = time.monotonic()
        if self._handled - self._said >= SAY:
            self._said = self._handled
            self.gave_way.emit()

    def painted(self) -> None:
        """What shows pictures was painted just now."""
        self._painted.set()

    def get(self, place: Hashable, key: Hashable, make: Callable[[], Frame | None]) -> QPixmap | None:
        """The picture called `key`. While it is not made yet (`ready` comes then) the last one that was shown at
        `place`, or None."""
        if key in self._kept:
            self._kept.move_to_end(key)
            self._last[place] = key
            return self._kept[key]
        if key not in self._making and key not in self._postponed:
            self._wish(place, _Wish(key, make))
            self._pool.start(self._work)
        return self._kept.get(self._last.get(place))

    def look_again(self) -> None:
        """More of the imports can be shown: what had to wait for that is asked for again."""
        self._arrivals += 1
        self.news += 1
        self._postponed.clear()
        for key in [key for key, picture in self._kept.items() if picture is None]:
            del self._kept[key]
        self.ready.emit()

    def has(self, key: Hashable) -> bool:
        """Whether the picture called `key` was made."""
        return self._kept.get(key) is not None

    def _wish(self, place: Hashable, wish: _Wish) -> None:
        """Notes what is wanted at a place. What was wanted there before is not any more: a prompt is typed letter
        by letter, and nobody looks at the pictures in between."""
        with self._lock:
            gone = [self._waiting.pop(place, None)]
            self._waiting[place] = wish
            self._making.add(wish.key)
            if len(self._waiting) > MAX_WAITING:
                gone.append(self._waiting.popitem(last=False)[1])
            self._making.difference_update(wish.key for wish in gone if wish is not None)

    def stop(self) -> None:
        """Forgets what waits, and ends after the picture in hand."""
        self._stopped.set()
        with self._lock:
            self._waiting.clear()
            self._making.clear()
        self._pool.waitForDone()

    def _work(self) -> None:
        self._viewer_idle.wait(GIVE_WAY)
        latest = time.monotonic() + LONGEST_REST
        while (now := time.monotonic()) < min(self._handled + REST, latest):
            if self._stopped.wait(min(self._handled + REST, latest) - now):
                return
        if self.gives_way:
            # Just after a paint there is the most time before the next one.
            self._painted.clear()
            self._painted.wait(REST)
        with self._lock:
            if not self._waiting:
                return
            _, (key, make) = self._waiting.popitem()  # the newest wish is what is looked at now
        from storyboard.film.proxies import NotYet

        arrivals = self._arrivals
        try:
            frame = make()
        except NotYet:
            self._late.emit(key, arrivals)
            return
        self._made.emit(key, QImage() if frame is None else image_of(frame))

    def _postpone(self, key: Hashable, arrivals: int) -> None:
        self._making.discard(key)
        if arrivals == self._arrivals:
            self._postponed.add(key)
        else:  # what it waited for has come meanwhile
            self.ready.emit()

    def _keep(self, key: Hashable, image: QImage) -> None:
        self._making.discard(key)
        self.news += 1
        self._held -= _bytes(self._kept.pop(key, None))
        self._kept[key] = picture = None if image.isNull() else QPixmap.fromImage(image)
        self._held += _bytes(picture)
        while self._held > THUMBNAIL_BYTES:
            self._held -= _bytes(self._kept.popitem(last=False)[1])
        if len(self._last) > MOST_PLACES:
            self._last = {place: last for place, last in self._last.items() if last in self._kept}
        self.ready.emit()


def _bytes(picture: QPixmap | None) -> int:
    return 0 if picture is None else picture.width() * picture.height() * picture.depth() // 8
