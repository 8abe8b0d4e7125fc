"""Frames at any position of a take: its own where a position is whole, made ones between."""

from __future__ import annotations

import collections
import enum
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

from storyboard.errors import SmootherError
from storyboard.smoothers.base import Gap, Smoother

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames

_AHEAD = 4
"""How many frames that need no smoother may wait behind one that does. Past a longer run the smoother is asked
anew, so that a take of whole positions is never gathered up in memory."""


class _Again(enum.Enum):
    FRAME = "the frame before, once more"


_AGAIN: Final = _Again.FRAME
_Item: TypeAlias = "Frame | Gap | _Again"


def at_positions(
    frames: Frames, positions: Iterable[Fraction], smoother: Smoother | None, first: int = 0
) -> Iterator[Frame]:
    """One frame for each of `positions`, which are in frames of the take and never fall.

    `frames` starts at frame `first` of the take. A whole position gives that very frame, a fraction n + t the
    smoother's frame at t between n and n + 1; equal neighbours give the same array. Memory does not grow, and
    `frames` is read no further than the last position needs.

    Raises `SmootherError` when a fraction comes and `smoother` is None, or when `frames` ends too early, and
    whatever the smoother and `frames` raise.
    """
    items = _walk(frames, positions, first)
    shown: Frame | None = None
    for item in items:
        for frame in _smoothed(item, items, smoother) if isinstance(item, Gap) else (item,):
            shown = _resolved(frame, shown)
            yield shown


def _resolved(item: Frame | _Again, shown: Frame | None) -> Frame:
    if item is _AGAIN:
        assert shown is not None  # the walk never starts with a repeat
        return shown
    return item


def _smoothed(gap: Gap, items: Iterator[_Item], smoother: Smoother | None) -> Iterator[Frame | _Again]:
    """What `gap` and the items after it show, up to a long run that needs no smoother."""
    if smoother is None:
        raise SmootherError(
            f"the shot needs a frame {gap.t} of the way between two and no smoother is chosen; choose one, "
            "or switch smoothing off for it"
        )
    waiting: collections.deque[Frame | _Again | None] = collections.deque()  # None: the next frame made
    for made in smoother.between(_gaps(gap, items, waiting)):
        while (item := waiting.popleft()) is not None:
            yield item
        yield made
    yield from (item for item in waiting if item is not None)


def _gaps(
    gap: Gap, items: Iterator[_Item], waiting: collections.deque[Frame | _Again | None]
) -> Iterator[Gap]:
    """`gap` and the gaps after it; notes in `waiting` in which order they and everything else are shown."""
    waiting.append(None)
    yield gap
    run = 0
    while run < _AHEAD:
        item = next(items, None)
        if item is None:
            return
        if isinstance(item, Gap):
            run = 0
            waiting.append(None)
            yield item
        else:
            run += 1
            waiting.append(item)


def _walk(frames: Frames, positions: Iterable[Fraction], first: int) -> Iterator[_Item]:
    """What each position needs: a frame of the take, a gap, or the same as the position before."""
    reader = _Reader(frames, first)
    before: Fraction | None = None
    for position in positions:
        if position == before:
            yield _AGAIN
            continue
        if before is not None and position < before:
            raise ValueError(f"positions never fall, but {position} comes after {before}")
        before = position
        n = math.floor(position)
        frame = reader.at(n)
        yield frame if position == n else Gap(frame, reader.after(n), position - n)


class _Reader:
    """Walks forward through a take's frames; holds two at most."""

    def __init__(self, frames: Frames, first: int) -> None:
        self._frames = frames
        self._held: collections.deque[tuple[int, Frame]] = collections.deque()
        self._next = first

    def at(self, n: int) -> Frame:
        """Frame `n`; those before it are let go."""
        if n < (self._held[0][0] if self._held else self._next):
            raise ValueError(f"frame {n} lies before the first one that is read")
        while self._held and self._held[0][0] < n:
            self._held.popleft()
        while not self._held:
            index, frame = self._read(n)
            if index == n:
                self._held.append((index, frame))
        return self._held[0][1]

    def after(self, n: int) -> Frame:
        """Frame `n` + 1, while `n` is held."""
        if len(self._held) < 2:
            self._held.append(self._read(n + 1))
        return self._held[1][1]

    def _read(self, wanted: int) -> tuple[int, Frame]:
        frame = next(self._frames, None)
        if frame is None:
            raise SmootherError(
                f"the take ends after frame {self._next - 1} and frame {wanted} is needed; make or import it again"
            )
        index, self._next = self._next, self._next + 1
        return index, frame
