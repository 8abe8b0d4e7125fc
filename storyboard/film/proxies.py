"""What the window reads of imports: kept in the cache, made by a worker as soon as somebody asks for it."""

from __future__ import annotations

import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from storyboard import paths, places, timing, values
from storyboard.errors import Cancelled, MediaError, why
from storyboard.film import keys
from storyboard.film.cache import PROXIES, Cache
from storyboard.film.history import History
from storyboard.film.runner import Runner
from storyboard.take import Take, shown
from storyboard.workers.crew import Crew
from storyboard.workers.steps import Proxy

if TYPE_CHECKING:
    from storyboard.frames import Frames
    from storyboard.project import Project, Shot

WARM: Final = 5.0
"""Seconds for which a worker waits for more."""
RETRY: Final = 30.0
"""Seconds after which an import that could not be read is tried again, when the film is asked for again."""


class NotYet(MediaError):
    """Frames of an import whose proxy is on its way."""


class Failure(NamedTuple):
    reason: str
    """For the user."""
    at: float


class _Part(NamedTuple):
    take: Take
    number: int

    @property
    def id(self) -> tuple[str, int]:
        return self.take.id, self.number


class Proxies:
    """The imports of the project at `folder`, for those who show them; `work` is a thread's whole life.

    Where the project cannot be written they are kept with the user's own cache. Any thread may ask.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._own = os.access(folder, os.W_OK)
        self._kept = self._folder if self._own else places.cache()
        self._cache = Cache(self._kept)
        self._names: dict[str, tuple[Take, str]] = {}
        self._news = threading.Condition()
        self._waiting: OrderedDict[tuple[str, int], _Part] = OrderedDict()
        self._missed: set[tuple[str, int]] = set()
        """Parts that somebody wanted to show and could not."""
        self._there: set[tuple[str, int]] = set()
        self._damaged: set[tuple[str, int]] = set()
        self._failed: dict[str, Failure] = {}
        self._stopped = False

    # ---- for those who show

    def frames(self, take: Take, start: int, stop: int) -> Frames:
        """Frames `start` to `stop` of an import, (H, W, 3) uint8 RGB, small.

        At the first that is not there, asks for it and raises `NotYet`; raises `MediaError` where it cannot be had.
        """
        from storyboard.media import proxy

        for number in proxy.parts(start, stop - 1) if start < stop else ():
            part, first = _Part(take, number), number * proxy.PART
            path = self._found(part)
            with self._mended(part, path):
                yield from proxy.read(path, max(start - first, 0), min(stop - first, proxy.PART))

    def prepare(self, project: Project, takes: Mapping[str, Take]) -> None:
        """Asks for all that the film shows, from its beginning on; what was looked at in vain comes before that."""
        now = time.monotonic()
        with self._news:
            for shot in project.shots:
                take = shown(shot, takes)
                if take is not None and take.is_import and not self._gave_up(take, now):
                    self._ask(project, shot, take)
            self._news.notify()

    @property
    def failures(self) -> Mapping[str, str]:
        """Why there is no picture of an import, by its take's id."""
        with self._news:
            return {take: failure.reason for take, failure in self._failed.items()}

    def _ask(self, project: Project, shot: Shot, take: Take) -> None:
        for number in _parts(project, shot, take):
            part = _Part(take, number)
            if part.id not in self._there:
                self._waiting.setdefault(part.id, part)

    def _gave_up(self, take: Take, now: float) -> bool:
        failure = self._failed.get(take.id)
        return failure is not None and now - failure.at < RETRY

    def _found(self, part: _Part) -> Path:
        name = self._name(part)
        if self._cache.has(name):
            return paths.inside(self._kept, name)
        self._miss(part)
        raise NotYet(f"take {part.take.number}: its picture is on its way")

    def _miss(self, part: _Part) -> None:
        """What is looked at now is made next. Raises why it cannot be."""
        with self._news:
            if failure := self._failed.get(part.take.id):
                raise MediaError(failure.reason)
            self._missed.add(part.id)
            self._waiting[part.id] = part
            self._waiting.move_to_end(part.id, last=False)
            self._news.notify()

    @contextmanager
    def _mended(self, part: _Part, path: Path) -> Iterator[None]:
        """A file that cannot be read is made again, once."""
        try:
            yield
        except MediaError:
            if part.id in self._damaged:
                raise
            self._damaged.add(part.id)
            path.unlink(missing_ok=True)
            self._miss(part)
            raise NotYet(f"take {part.take.number}: its picture is made again") from None

    def _name(self, part: _Part) -> str:
        from storyboard.media import proxy

        take, name = self._names.get(part.take.id, (None, ""))
        if take is not part.take:
            # What lies in the user's cache is nobody's but this project's: its sidecar may claim any content.
            name = values.key(keys.proxy(part.take, proxy.version()), "" if self._own else str(self._folder))
            self._names[part.take.id] = (part.take, name)
        return f"{PROXIES}/{values.key(name, part.number)}{proxy.ENCODING.suffix}"

    # ---- the thread that has them made

    def work(self, arrived: Callable[[], None]) -> None:
        """Has made what is asked for, until `stop`. `arrived` hears when there is more to be shown, or to be said."""
        with suppress(Cancelled):
            while (part := self._next(None)) is not None:
                if self._cache.has(self._name(part)):
                    self._note(part, "", arrived)
                else:
                    self._work_with_worker(part, arrived)

    def stop(self) -> None:
        """Ends `work`, also what is in hand."""
        with self._news:
            self._stopped = True
            self._news.notify()

    def _work_with_worker(self, first: _Part, arrived: Callable[[], None]) -> None:
        with Crew(self._kept, media_workers=1) as crew:
            part: _Part | None = first
            while part is not None:
                reason = "" if self._cache.has(self._name(part)) else self._make(crew, part)
                self._note(part, reason, arrived)
                part = self._next(WARM)

    def _make(self, crew: Crew, part: _Part) -> str:
        """Why it could not be made; empty where it was."""
        try:
            self._kept.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return f"{self._kept} cannot be made ({why(error)}); check its permissions"
        step = Proxy(str(self._folder), part.take, part.number, self._name(part))
        runner = Runner(crew, History(), lambda _: None, cancelled=lambda: self._stopped)
        runner.submit(step.out, step, Path(part.take.pixels).name, lambda _: None)
        runner.run()
        return self._about(part, runner.failures[0].reason) if runner.failures else ""

    def _about(self, part: _Part, reason: str) -> str:
        """`reason` with the file as the project calls it, also where it names none: a worker that died does not."""
        file = part.take.pixels
        said = reason.replace(str(self._folder / file), file)
        return said if file in said else f"{file}: {said}"

    def _next(self, patience: float | None) -> _Part | None:
        """The part that is to be made next; None when there was none for `patience` seconds, or at the end."""
        with self._news:
            self._news.wait_for(lambda: self._stopped or bool(self._waiting), patience)
            return None if self._stopped or not self._waiting else self._waiting.popitem(last=False)[1]

    def _note(self, part: _Part, reason: str, arrived: Callable[[], None]) -> None:
        """Takes down how it ended. What cannot be read here is not tried further on."""
        if self._stopped:
            return
        with self._news:
            news = part.id in self._missed or bool(reason) or part.take.id in self._failed
            self._missed.discard(part.id)
            if reason:
                self._failed[part.take.id] = Failure(reason, time.monotonic())
                for other in [other for other in self._waiting if other[0] == part.take.id]:
                    del self._waiting[other]
            else:
                self._failed.pop(part.take.id, None)
                self._there.add(part.id)
        if news:
            arrived()


def _parts(project: Project, shot: Shot, take: Take) -> range:
    """The parts of its take that a shot shows."""
    from storyboard.media import proxy

    motion = project.motion_of(shot)
    first, last = (
        min(math.floor(timing.unclamped(motion, frame, take.rate, project.rate)), take.frames - 1)
        for frame in (0, shot.length - 1)
    )
    return proxy.parts(first, last)
