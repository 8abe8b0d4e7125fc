"""The pictures of a film as it plays now, whatever of it is made: no Qt here, one thread at a time."""

from __future__ import annotations

import bisect
import itertools
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from storyboard import timing
from storyboard.errors import MediaError, SmootherError, StoryboardError
from storyboard.project import CARD, Project, Shot, SmootherName, depicted, seed_for
from storyboard.take import Take

if TYPE_CHECKING:
    from storyboard.frames import Frame
    from storyboard.smoothers.base import Engine

KEPT_BYTES = 256 << 20
"""Of frames held for stepping back and for loops: 20 s at 256x256 take 94 MB."""
MAX_SKIP = 48
"""Frames decoded and dropped rather than opening the shot's pictures again."""
PRESET = "h264"
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
    its sketch.
    """

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._limit = kept_bytes
        self._kept: OrderedDict[tuple[object, ...], Frame] = OrderedDict()
        self._held = 0
        self._film: Film | None = None
        self._ends: list[int] = []
        self._sources: dict[str, _Source] = {}
        self._engines: dict[SmootherName, Engine | None] = {}
        self._coming: Iterator[Frame] | None = None
        self._coming_key: tuple[object, ...] = ()
        self._next = 0

    def at(self, film: Film, frame: int) -> Frame:
        """Timeline frame `frame` of `film`, (height, width, 3) uint8 RGB in the project's size.

        Raises `StoryboardError` when a file cannot be read, `IndexError` outside the film.
        """
        self._use(film)
        index = bisect.bisect_right(self._ends, frame)
        if not 0 <= index < len(film.project.shots) or frame < 0:
            raise IndexError(frame)
        inside = frame - (self._ends[index - 1] if index else 0)
        source = self._source(film, index)
        kept = self._kept.get((source.key, inside))
        return self._read(source, inside) if kept is None else kept

    def refresh(self) -> None:
        """Look again for what is built."""
        self._sources.clear()

    def _use(self, film: Film) -> None:
        if film is self._film:
            return
        self._film = film
        self._sources.clear()
        self._ends = list(itertools.accumulate(shot.length for shot in film.project.shots))

    def _read(self, source: _Source, inside: int) -> Frame:
        if self._coming is None or self._coming_key != source.key or not 0 <= inside - self._next <= MAX_SKIP:
            self._coming = source.frames_from(inside)
            self._coming_key, self._next = source.key, inside
        coming = self._coming
        self._coming = None  # one that raises is not read on
        while True:
            frame = next(coming, None)
            if frame is None:
                raise MediaError(f"frame {inside} of a shot is missing; generate a new take of it")
            self._keep((source.key, self._next), frame)
            self._next += 1
            if self._next > inside:
                self._coming = coming
                return frame

    def _keep(self, key: tuple[object, ...], frame: Frame) -> None:
        if key not in self._kept:
            self._held += frame.nbytes
        self._kept[key] = frame
        self._kept.move_to_end(key)
        while self._held > self._limit and len(self._kept) > 1:
            self._held -= self._kept.popitem(last=False)[1].nbytes

    def _source(self, film: Film, index: int) -> _Source:
        shot = film.project.shots[index]
        if shot.id not in self._sources:
            take = take_of(shot, film.takes)
            if take is None:
                self._sources[shot.id] = sketched(film, index)
            else:
                self._sources[shot.id] = self._segment(film, shot, take) or _raw(film, shot, take)
        return self._sources[shot.id]

    def _segment(self, film: Film, shot: Shot, take: Take) -> _Source | None:
        """The shot's segment, where a build left one for exactly what the shot is now."""
        from storyboard.film import cache, keys, plan

        folder = film.folder / cache.SEGMENTS
        if not folder.is_dir():
            return None
        from storyboard.media import segment

        project, preset = film.project, segment.PRESETS[PRESET]
        places = plan.positions(project, shot, take)
        engine = None
        if any(place.denominator != 1 for place in places):
            engine = self._engine(project.smoother)
            if engine is None:
                return None
        size = (project.width, project.height)
        name = keys.segment(take, places, shot.fit, size, project.rate, engine, segment.version(preset))
        path = folder / f"{name}{preset.suffix}"
        if not path.is_file():
            return None
        return _Source(("segment", name), lambda start: itertools.islice(segment.read(path), start, None))

    def _engine(self, smoother: SmootherName) -> Engine | None:
        from storyboard.smoothers import registry

        if smoother not in self._engines:
            try:
                self._engines[smoother] = registry.engine_of(smoother)
            except SmootherError:
                self._engines[smoother] = None
        return self._engines[smoother]


def sketched(film: Film, index: int, size: tuple[int, int] | None = None) -> _Source:
    """The sketch of a shot, as a build draws it; with `size` (width, height) a smaller picture, on which a card
    has no number: so it stays the same when shots move."""
    from storyboard.generators import standin

    project = film.project
    shot = project.shots[index]
    model = project.wish_of(shot).model
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


def _raw(film: Film, shot: Shot, take: Take) -> _Source:
    """A take without in-betweens: each timeline frame shows the take's newest whole frame."""
    project, motion = film.project, film.project.motion_of(shot)
    places = [
        math.floor(p) for p in timing.positions(motion, shot.length, take.rate, project.rate, take.frames)
    ]
    key = ("take", take.id, motion, shot.fit, shot.length, project.width, project.height, project.rate)

    def frames_from(start: int) -> Iterator[Frame]:
        from storyboard.media import fit, takes

        wanted = places[start:]
        at, shown = wanted[0] - 1, None
        coming = takes.frames_of(film.folder, take, wanted[0], wanted[-1] + 1)
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

    return _Source(key, frames_from)


def thumbnail(film: Film, index: int, frame: int, width: int, height: int) -> Frame | None:
    """A small picture of frame `frame` of a shot, (height, width, 3) uint8 RGB; None when it cannot be read."""
    shot = film.project.shots[index]
    take = take_of(shot, film.takes)
    try:
        if take is None:
            return next(sketched(film, index, (width, height)).frames_from(frame), None)
        motion = film.project.motion_of(shot)
        places = timing.positions(motion, frame + 1, take.rate, film.project.rate, take.frames)
        return take_thumbnail(film.folder, take, math.floor(places[-1]), width, height)
    except StoryboardError:
        return None


def take_thumbnail(folder: Path, take: Take, frame: int, width: int, height: int) -> Frame | None:
    """Frame `frame` of `take` in a small size; None when it cannot be read."""
    from storyboard.media import fit, takes

    try:
        picture = next(takes.frames_of(folder, take, frame, frame + 1), None)
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
