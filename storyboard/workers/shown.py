"""The final frames of a shot, in timeline order: originals of its take, and in-betweens that are kept or made now."""

from __future__ import annotations

import concurrent.futures
import contextlib
import itertools
import math
import queue
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard import atomic, paths, values
from storyboard.errors import Cancelled, MediaError
from storyboard.take import Take
from storyboard.workers.steps import Encode, InBetweens, Smooth

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames
    from storyboard.smoothers.base import Smoother

AHEAD = 4
"""Frames that may wait to be kept."""


def smoothed(folder: Path, step: Smooth, smoother: Smoother, source: Frames | None = None) -> Iterator[Frame]:
    """Make the in-betweens of `step`: each is given out and kept losslessly.

    `source` gives the take's frames from the first one that is needed; they are read when it is None.
    """
    from storyboard.smoothers import inbetween

    first, last = span(step.positions)
    frames = take_frames(folder, step.take, first, last) if source is None else source
    out = paths.inside(folder, step.out)
    with _keeping(out, step.take.rate) as keep:
        for frame in inbetween.at_positions(frames, step.positions, smoother, first=first):
            keep.add(frame)
            yield frame
    # The index comes last: in-betweens that it does not name are not believed.
    with atomic.replacing(out.with_suffix(".json")) as index:
        index.write_bytes(values.encode_line(step.positions))


def shown(folder: Path, step: Encode, smoother: Smoother | None) -> Iterator[Frame]:
    """The frames of the shot that `step` encodes; `smoother` makes those of `step.smooth`, where it has one."""
    assert step.take is not None
    first, last = span(step.positions)
    source = take_frames(folder, step.take, first, last)
    making: list[_Places] = []
    if step.smooth is not None and smoother is not None:
        # Read once for both: the smoother is never more than a few frames ahead.
        source, for_smoother = itertools.tee(source)
        wanted = step.smooth.positions
        skipped = itertools.islice(for_smoother, int(wanted[0]) - first, None)
        making = [_Places(smoothed(folder, step.smooth, smoother, skipped), wanted)]
    originals = _Places(source, (Fraction(n) for n in itertools.count(first)))
    kept = [_Places(_kept(folder, file), file.positions) for file in step.inbetweens]
    for position in step.positions:
        # Always brought along, so that what was read for the smoother does not pile up.
        frame = originals.at(Fraction(math.floor(position)))
        if position.denominator != 1:
            frame = next((file.at(position) for file in (*kept, *making) if position in file.holds), None)
        if frame is None:
            raise MediaError(
                f"frame {position} of take {step.take.id} is missing; run `storyboard render` again"
            )
        yield frame
    for file in making:
        file.drain()


def take_frames(folder: Path, take: Take, first: int, last: int) -> Frames:
    """Frames `first` to `last`, both included, of a take."""
    from storyboard.media import takes

    return takes.frames_of(folder, take, first, last + 1)


def span(positions: tuple[Fraction, ...]) -> tuple[int, int]:
    """The first and the last frame of a take that `positions` (ascending) need."""
    last = positions[-1]
    return int(positions[0]), int(last) + (last.denominator != 1)


def _kept(folder: Path, file: InBetweens) -> Frames:
    from storyboard.media import lossless

    return lossless.read(paths.inside(folder, file.file))


class _Places:
    """Frames that come in ascending order, asked for by their place; the last one is kept for a repeat."""

    def __init__(self, frames: Frames, places: Iterable[Fraction]) -> None:
        self.holds = frozenset(places) if isinstance(places, tuple) else frozenset()
        self._coming = zip(frames, places, strict=False)
        self._place: Fraction | None = None
        self._frame: Frame | None = None

    def at(self, wanted: Fraction) -> Frame | None:
        while self._place is None or self._place < wanted:
            try:
                self._frame, self._place = next(self._coming)
            except StopIteration:
                return None
        return self._frame if self._place == wanted else None

    def drain(self) -> None:
        """Ask for the rest, so that whoever makes the frames comes to an end."""
        for _ in self._coming:
            pass


@contextlib.contextmanager
def _keeping(path: Path, rate: Fraction) -> Iterator[_Keeper]:
    """A lossless file that is written beside other work, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keeper = _Keeper(path, rate)
    done = False
    try:
        yield keeper
        done = True
    finally:
        keeper.end(whole=done)


class _Keeper:
    """Hands frames to a thread that encodes and writes them (both leave Python's lock free)."""

    def __init__(self, path: Path, rate: Fraction) -> None:
        from storyboard.media import lossless

        self._frames: queue.Queue[Frame | bool] = queue.Queue(AHEAD)
        self._pool = concurrent.futures.ThreadPoolExecutor(1)
        self._written = self._pool.submit(lossless.write, path, self._coming(), rate)

    def add(self, frame: Frame) -> None:
        """Raises what stopped the writing, where something did."""
        self._put(frame)

    def end(self, *, whole: bool) -> None:
        """Finish the file, or leave none; raises what stopped the writing of one that should be whole."""
        if not self._written.done():
            self._put(whole)
        self._pool.shutdown()
        if whole:
            self._written.result()

    def _put(self, item: Frame | bool) -> None:
        while True:
            try:
                self._frames.put(item, timeout=0.1)
                return
            except queue.Full:
                if self._written.done():
                    self._written.result()
                    return

    def _coming(self) -> Iterator[Frame]:
        while not isinstance(item := self._frames.get(), bool):
            yield item
        if not item:
            raise Cancelled
