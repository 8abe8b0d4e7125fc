"""Frames at any instant of a video whose pictures come at times of their own.

A picture that comes just then is shown bit for bit; between two the smoother makes one at that very time, so that
uneven pictures move evenly. Nothing is made across a cut, nor over a long rest: where the next picture is far off, the
last one is held until shortly before it.
"""

from __future__ import annotations

import collections
from collections.abc import Generator, Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from storyboard.smoothers import inbetween

if TYPE_CHECKING:
    from storyboard.frames import Frame
    from storyboard.smoothers.base import Smoother

LONGEST = Fraction(9, 2)
"""Usual distances between pictures, over which motion is still made: animation on fours, three dropped frames."""


class Timed(Protocol):
    """A picture, when it comes, and whether a hard cut lies before it."""

    @property
    def at(self) -> Fraction: ...
    @property
    def frame(self) -> Frame: ...
    @property
    def starts(self) -> bool: ...


class Shown(NamedTuple):
    """What is seen at an instant."""

    frame: Frame
    held: Frame
    """The video's own newest picture, which is seen without smoothing."""


class Beat(NamedTuple):
    """How pictures come: `usual` seconds apart, their times rounded by up to `slack`."""

    usual: Fraction
    slack: Fraction


def at_instants(
    pictures: Iterator[Timed], instants: Iterable[Fraction], beat: Beat, smoother: Smoother | None
) -> Generator[Shown, None, None]:
    """One `Shown` for each of `instants`, seconds that never fall. Reads `pictures` one or two ahead, skips those
    that are not seen, and holds the last one. Raises what the smoother and `pictures` raise; nothing comes of no
    pictures."""
    walk = _Walk(pictures, instants, beat)
    for frame in inbetween.at_positions(walk.frames(), walk.places(), smoother):
        yield Shown(frame, walk.held.popleft())


class _Walk:
    """Numbers the pictures that are used, and says where between them each instant lies."""

    def __init__(self, pictures: Iterator[Timed], instants: Iterable[Fraction], beat: Beat) -> None:
        self._pictures, self._instants, self._beat = pictures, instants, beat
        self._coming: collections.deque[Frame] = collections.deque()
        self.held: collections.deque[Frame] = collections.deque()

    def frames(self) -> Iterator[Frame]:
        """The pictures that `places` numbered. It asks for none before it was numbered."""
        while self._coming:
            yield self._coming.popleft()

    def places(self) -> Iterator[Fraction]:
        """For each instant a place among `frames`: a whole number is that picture, a fraction lies between two."""
        now, later = next(self._pictures, None), next(self._pictures, None)
        number, used, used_later = -1, False, False
        for instant in self._instants if now is not None else ():
            assert now is not None
            while later is not None and later.at <= instant + self._beat.slack:
                now, later = later, next(self._pictures, None)
                used, used_later = used_later, False
                number += used
            if not used:
                self._coming.append(now.frame)
                number, used = number + 1, True
            part = Fraction(0) if later is None else self._part(now, later, instant)
            if part and later is not None and not used_later:
                self._coming.append(later.frame)
                used_later = True
            self.held.append(now.frame)
            yield number + part

    def _part(self, now: Timed, later: Timed, instant: Fraction) -> Fraction:
        """How much of the way from `now` to `later` is done."""
        start = now.at
        if later.at - start > LONGEST * self._beat.usual:
            start = later.at - self._beat.usual
        if later.starts or instant <= start + self._beat.slack:
            return Fraction(0)
        return (instant - start) / (later.at - start)
