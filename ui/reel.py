"""The pictures of a film as it plays now, whatever of it is made: no Qt here, one thread at a time."""

from __future__ import annotations

import bisect
import itertools
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from storyboard import timing
from storyboard.errors import MediaError, SmootherError, StoryboardError
from storyboard.project import CARD, Project, Shot, SmootherName, depicted, seed_for
from storyboard.take import Take

from .route import SPEEDS

if TYPE_CHECKING:
    from storyboard.film.proxies import Proxies
    from storyboard.frames import Frame, Frames
    from storyboard.smoothers.base import Engine

KEPT_BYTES = 256 << 20
"""Of frames held for stepping back and for loops: 20 s at 256x256 take 94 MB."""
MAX_SKIP = 6
"""Frames read and not shown rather than looked for anew."""
OPEN = 3
"""Shots whose files stay open: the one that is shown and its neighbours."""
BACK = 24
BACK_BYTES = 48 << 20
"""Frames that are read at once on the way back, which files can be read in one direction only."""
PRESET: Final = "h264"
"""The encoding of the segments that are looked for: the one that the window exports."""


class Film(NamedTuple):
    """What plays: values that another thread may read."""

    folder: Path
    project: Project
    takes: Mapping[str, Take]


class Place(NamedTuple):
    """A timeline frame as a shot's place in the film and a frame of that shot."""

    shot_index: int
    frame: int


class _Source(NamedTuple):
    """Where a shot's pictures come from now. Equal keys show equal pictures."""

    key: tuple[object, ...]
    frames_from: Callable[[int], Iterator[Frame]]


class _Footage(NamedTuple):
    """A shot's pictures as the reel reads them: `read(start, step)` gives every `step`th from `start` on."""

    key: tuple[object, ...]
    read: Callable[[int, int], Iterator[Frame]]
    anywhere: bool = False
    """Whether each frame stands for itself, so that none before it need be read."""


class _Coming(NamedTuple):
    """Frames on their way: the next one is `at`."""

    frames: Iterator[Frame]
    at: int
    step: int

    def reaches(self, frame: int) -> bool:
        """Whether `frame` is among the next few."""
        steps, beside = divmod(frame - self.at, self.step)
        return beside == 0 and 0 <= steps <= MAX_SKIP


def place_of(project: Project, frame: int) -> Place | None:
    """Where timeline frame `frame` lies; None outside the film."""
    ends = list(itertools.accumulate(shot.length for shot in project.shots))
    if not ends or not 0 <= frame < ends[-1]:
        return None
    index = bisect.bisect_right(ends, frame)
    return Place(index, frame - (ends[index - 1] if index else 0))


def take_of(shot: Shot, takes: Mapping[str, Take]) -> Take | None:
    """The sidecar of the take that `shot` shows; None for a draft, and when it is gone."""
    return takes.get(shot.chosen.take) if shot.chosen else None


class Reel:
    """Gives the film's frames, quickly in order and from memory when they were seen before.

    A shot shows its built segment where that is in the cache, else its take held to the timeline's time, else
    its sketch. Of an import it reads what a worker made of it; its words stand there until that is there.
    """

    def __init__(self, kept_bytes: int | None = None, proxies: Proxies | None = None) -> None:
        self._limit = KEPT_BYTES if kept_bytes is None else kept_bytes
        self._proxies = proxies
        self._kept: OrderedDict[tuple[object, ...], Frame] = OrderedDict()
        self._held = 0
        self._film: Film | None = None
        self._ends: list[int] = []
        self._footage: dict[tuple[str, bool], _Footage] = {}
        self._engines: dict[SmootherName, Engine | None] = {}
        self._coming: OrderedDict[tuple[object, ...], _Coming] = OrderedDict()
        self._last = 0
        self._back = BACK

    def at(self, film: Film, frame: int, smoothed: bool = True) -> Frame:
        """Timeline frame `frame` of `film`, (height, width, 3) uint8 RGB in the project's size. Without
        `smoothed` a take's own frames, held.

        Raises `StoryboardError` when a file cannot be read, `IndexError` outside the film.
        """
        self._use(film)
        index = bisect.bisect_right(self._ends, frame)
        if not 0 <= index < len(film.project.shots) or frame < 0:
            raise IndexError(frame)
        inside = frame - (self._ends[index - 1] if index else 0)
        moved, self._last = frame - self._last, frame
        footage = self._footage_of(film, index, smoothed)
        kept = self._kept.get((footage.key, inside))
        if kept is not None:
            return kept
        from storyboard.film.proxies import NotYet

        try:
            return self._read(footage, inside, moved)
        except NotYet:
            return self._read(_live(sketched(film, index, as_card=True)), inside, moved)

    def refresh(self) -> None:
        """Look again for what is built."""
        self._footage.clear()

    def _use(self, film: Film) -> None:
        if film is self._film:
            return
        self._film = film
        self._footage.clear()
        self._ends = list(itertools.accumulate(shot.length for shot in film.project.shots))
        frame_bytes = 3 * film.project.width * film.project.height
        self._back = max(2, min(BACK, BACK_BYTES // frame_bytes))

    def _read(self, footage: _Footage, inside: int, moved: int) -> Frame:
        """A frame, and those that lie on the way to it; `moved` is how far the reel went, backwards if negative."""
        coming = self._coming.pop(footage.key, None)  # one that raises is not read on
        if coming is None or not coming.reaches(inside):
            back = -BACK <= moved < 0 and not footage.anywhere
            start = max(0, inside - self._back + 1) if back else inside
            step = moved if moved in SPEEDS else 1
            coming = _Coming(footage.read(start, step), start, step)
        while True:
            frame = next(coming.frames, None)
            if frame is None:
                raise MediaError(f"frame {inside} of a shot is missing; generate a new take of it")
            self._keep((footage.key, coming.at), frame)
            found = coming.at == inside
            coming = coming._replace(at=coming.at + coming.step)
            if found:
                self._open(footage.key, coming)
                return frame

    def _open(self, key: tuple[object, ...], coming: _Coming) -> None:
        self._coming[key] = coming
        while len(self._coming) > OPEN:
            self._coming.popitem(last=False)

    def _keep(self, key: tuple[object, ...], frame: Frame) -> None:
        if key not in self._kept:
            self._held += frame.nbytes
        self._kept[key] = frame
        self._kept.move_to_end(key)
        while self._held > self._limit and len(self._kept) > 1:
            self._held -= self._kept.popitem(last=False)[1].nbytes

    def _footage_of(self, film: Film, index: int, smoothed: bool) -> _Footage:
        shot = film.project.shots[index]
        known = self._footage.get((shot.id, smoothed))
        if known is None:
            known = self._footage[shot.id, smoothed] = self._found(film, index, smoothed)
        return known

    def _found(self, film: Film, index: int, smoothed: bool) -> _Footage:
        shot = film.project.shots[index]
        take = take_of(shot, film.takes)
        if take is None:
            return (self._drawn(film, index) if smoothed else None) or _live(sketched(film, index))
        built = self._segment(film, shot, take) if smoothed else None
        return built or _raw(film, shot, take, self._proxies)

    def _segment(self, film: Film, shot: Shot, take: Take) -> _Footage | None:
        """The shot's segment, where a build left one for exactly what the shot is now."""
        if not _has_segments(film.folder):
            return None
        from storyboard.film import keys, plan
        from storyboard.media import segment

        project = film.project
        places = plan.positions(project, shot, take)
        engine = None
        if any(place.denominator != 1 for place in places):
            engine = self._engine(project.smoother)
            if engine is None:
                return None
        size, encoder = (project.width, project.height), segment.version(segment.PRESETS[PRESET])
        return _built(film, keys.segment(take, places, shot.fit, size, project.rate, engine, encoder))

    def _drawn(self, film: Film, index: int) -> _Footage | None:
        """The segment of a shot's sketch, where a build left one."""
        if not _has_segments(film.folder):
            return None
        from storyboard.film import keys, parts
        from storyboard.film.plan import ShotPlan
        from storyboard.generators import standin
        from storyboard.media import segment

        project, shot = film.project, film.project.shots[index]
        drawn = parts.drawn(project, ShotPlan(index + 1, shot, "draft", None, generate=False))
        size, encoder = (project.width, project.height), segment.version(segment.PRESETS[PRESET])
        key = keys.drawn_segment(drawn, standin.VERSION, shot.length, size, project.rate, encoder)
        return _built(film, key)

    def _engine(self, smoother: SmootherName) -> Engine | None:
        from storyboard.smoothers import registry

        if smoother not in self._engines:
            try:
                self._engines[smoother] = registry.engine_of(smoother)
            except SmootherError:
                self._engines[smoother] = None
        return self._engines[smoother]


def _has_segments(folder: Path) -> bool:
    from storyboard.film import cache

    place = folder / cache.SEGMENTS
    return place.is_dir() and any(place.iterdir())


def _built(film: Film, name: str) -> _Footage | None:
    """The segment called `name`, if it is there."""
    from storyboard.film import cache
    from storyboard.media import segment

    path = film.folder / cache.SEGMENTS / f"{name}{segment.PRESETS[PRESET].suffix}"
    if not path.is_file():
        return None
    return _Footage(("segment", name), lambda start, step: segment.read(path, start, step))


def _live(source: _Source) -> _Footage:
    """A sketch, drawn as it is shown."""
    return _Footage(
        source.key,
        lambda start, step: itertools.islice(source.frames_from(start), 0, None, step),
        anywhere=True,
    )


def sketched(
    film: Film, index: int, size: tuple[int, int] | None = None, *, as_card: bool = False
) -> _Source:
    """The sketch of a shot, as a build draws it, or `as_card` its words; with `size` (width, height) a smaller
    picture, on which a card has no number: so it stays the same when shots move."""
    from storyboard.generators import standin

    project = film.project
    shot = project.shots[index]
    model = CARD if as_card else project.wish_of(shot).model
    pictures = depicted(shot.prompt, shot, project.cast)
    as_card = standin.is_card(shot.prompt, model, pictures)
    number = None if size else standin.card_number(shot.prompt, model, index + 1, pictures)
    width, height = size or (project.width, project.height)
    seed, rate = seed_for(shot, 1), project.rate

    def frames_from(start: int) -> Iterator[Frame]:
        # More than the shot's length does no harm, frames are drawn as they are asked for; fewer would.
        count = max(1, shot.length - start)
        return standin.draw(
            shot.prompt, seed, width, height, count, rate, start, as_card=as_card, number=number,
            pictures=pictures, folder=film.folder,
        )  # fmt: skip

    return _Source(("sketch", shot.prompt, seed, as_card, number, width, height, rate, pictures), frames_from)


def _raw(film: Film, shot: Shot, take: Take, proxies: Proxies | None) -> _Footage:
    """A take without in-betweens: each timeline frame shows the take's newest whole frame."""
    project, motion = film.project, film.project.motion_of(shot)
    places = [
        math.floor(p) for p in timing.positions(motion, shot.length, take.rate, project.rate, take.frames)
    ]
    key = ("take", take.id, motion, shot.fit, shot.length, project.width, project.height, project.rate)

    def read(start: int, step: int) -> Iterator[Frame]:
        from storyboard.media import fit

        wanted = places[start::step]
        at, shown = wanted[0] - 1, None
        coming = _frames_of(film.folder, take, wanted[0], wanted[-1] + 1, proxies)
        for place in wanted:
            while at < place:
                frame = next(coming, None)
                if frame is None:
                    return
                at += 1
                if at == place:
                    shown = fit.fit(frame, project.width, project.height, shot.fit)
            if shown is not None:
                yield shown

    return _Footage(key, read, anywhere=True)


def _frames_of(folder: Path, take: Take, start: int, stop: int, proxies: Proxies | None) -> Frames:
    """A take's frames from files that we wrote. Raises `StoryboardError`, `NotYet` among them."""
    from storyboard.film.proxies import NotYet
    from storyboard.media import takes

    if take.source is None:
        return takes.frames_of(folder, take, start, stop)
    if proxies is None:
        raise NotYet(f"{take.pixels} is not opened here")
    return proxies.frames(take, start, stop)


def thumbnail(
    film: Film, index: int, frame: int, width: int, height: int, proxies: Proxies | None = None
) -> Frame | None:
    """A small picture of frame `frame` of a shot, (height, width, 3) uint8 RGB; None when it cannot be read.
    Raises `NotYet` while it is on its way."""
    shot = film.project.shots[index]
    take = take_of(shot, film.takes)
    try:
        if take is None:
            return next(sketched(film, index, (width, height)).frames_from(frame), None)
    except StoryboardError:
        return None
    motion = film.project.motion_of(shot)
    places = timing.positions(motion, frame + 1, take.rate, film.project.rate, take.frames)
    return take_thumbnail(film.folder, take, math.floor(places[-1]), width, height, proxies)


def take_thumbnail(
    folder: Path, take: Take, frame: int, width: int, height: int, proxies: Proxies | None = None
) -> Frame | None:
    """Frame `frame` of `take` in a small size; None when it cannot be read. Raises `NotYet` as `thumbnail` does."""
    from storyboard.film.proxies import NotYet
    from storyboard.media import fit

    try:
        picture = next(_frames_of(folder, take, frame, frame + 1, proxies), None)
    except NotYet:
        raise
    except StoryboardError:
        return None
    return None if picture is None else fit.fit(picture, width, height, "cover")


def picture_key(film: Film, index: int, frame: int) -> tuple[object, ...]:
    """Names the picture that `thumbnail` gives: equal keys, equal pictures."""
    shot = film.project.shots[index]
    take = take_of(shot, film.takes)
    if take is None:
        project = film.project
        as_card = project.wish_of(shot).model == CARD
        pictures = depicted(shot.prompt, shot, project.cast)
        return ("sketch", shot.prompt, as_card, seed_for(shot, 1), frame, project.rate, pictures)
    return ("take", take.id, film.project.motion_of(shot), frame, film.project.rate)
