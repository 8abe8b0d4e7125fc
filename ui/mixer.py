"""Mixes the film's sound ahead of what is heard, in a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from storyboard.errors import StoryboardError

from .route import Run

if TYPE_CHECKING:
    from storyboard.media.sound_file import Samples
    from storyboard.media.soundtrack import Soundtrack

PIECE: Final = 2400
"""Samples mixed at a time: 50 ms."""
PIECES_AHEAD: Final = 20
TAIL: Final = 10
"""Pieces of silence after the end, so that a device plays all of what comes before them."""


class Mixer:
    """The sound of a run along the film, as bytes in the order in which they are heard."""

    def __init__(
        self,
        track: Soundtrack,
        run: Run,
        rate: Fraction,
        floats: bool,
        failed: Callable[[StoryboardError], None],
    ) -> None:
        """`floats`: float32 samples, else int16. `failed` is called in the mixer's thread."""
        self._pieces: queue.Queue[bytes] = queue.Queue(PIECES_AHEAD)
        self._stopped = threading.Event()
        self._failed = failed
        self._thread = threading.Thread(target=self._work, args=(track, run, rate, floats), daemon=True)
        self._thread.start()

    def next(self) -> bytes | None:
        """The next piece, or None when it is not mixed yet or all were given."""
        try:
            return self._pieces.get_nowait()
        except queue.Empty:
            return None

    @property
    def ready(self) -> bool:
        """Whether there is a piece, or will be none."""
        return not self._pieces.empty() or not self._thread.is_alive()

    def stop(self) -> None:
        """Ends the thread after the piece in hand, without waiting for it."""
        self._stopped.set()

    def _work(self, track: Soundtrack, run: Run, rate: Fraction, floats: bool) -> None:
        try:
            for samples in heard(track, run, rate):
                if not self._put(samples, floats):
                    break
        except StoryboardError as error:
            self._failed(error)
        finally:
            track.close()

    def _put(self, samples: Samples, floats: bool) -> bool:
        data = samples.tobytes() if floats else (samples * 32767).astype("<i2").tobytes()
        while not self._stopped.is_set():
            try:
                self._pieces.put(data, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False


def heard(track: Soundtrack, run: Run, rate: Fraction) -> Iterator[Samples]:
    """The samples of a run forwards at its own speed, around the loop without a gap; then silence for a moment."""
    import numpy as np

    from storyboard.media.sound_file import RATE

    first, stop = (round(frame / rate * RATE) for frame in (run.first, run.stop))
    at = round(run.start / rate * RATE)
    while True:
        samples = track.read(at, min(PIECE, stop - at))
        if len(samples):
            yield samples
            at += len(samples)
        elif run.loop and stop > first and at > first:
            at = first
        else:
            break
    for _ in range(TAIL):
        yield np.zeros((PIECE, 2), np.float32)
