"""RIFE on the processor, whichever library convolves: several in-betweens side by side, in lanes of a thread each."""

from __future__ import annotations

import collections
import queue
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeAlias

import cv2
import numpy as np

from storyboard.errors import EngineFailed
from storyboard.smoothers import gaps as gap_rules
from storyboard.smoothers import rife_lane
from storyboard.smoothers.base import Engine, Gap
from storyboard.smoothers.rife_lane import Bind, Block, Lane, Planes
from storyboard.smoothers.threads import processors

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames
    from storyboard.smoothers.rife_lane import Floats

MAX_LANES = 4
"""In-betweens made side by side. Each holds its own buffers (`rife_lane.memory`)."""

MAX_SIZES = 2
"""Networks kept ready; a film has one frame size, and its takes seldom more than two."""


class Convolutions(Protocol):
    """The convolutions of one padded size. Both methods are called from the lanes' threads, `head` and what `bind`
    gives side by side; they raise `EngineFailed`."""

    def head(self, picture: Floats) -> Floats:
        """(H, W, 4) -> the features of two by two pixels, (H / 2, W / 2, 16)."""
        ...

    def bind(self, i: int, arrays: Bind) -> Block:
        """What computes block `i`'s answer from its woven input."""
        ...


Prepare: TypeAlias = Callable[[int, int, int, int], Convolutions]
"""The convolutions for a padded height and width, so many threads and lanes."""


class LanedRife:
    """A `Smoother`. `threads` is how many processor threads it may use; None asks for all that this process has."""

    def __init__(self, engine: Engine, prepare: Prepare, threads: int | None = None) -> None:
        self.engine = engine
        self._prepare = prepare
        self._threads = threads or processors()
        self._networks: collections.OrderedDict[tuple[int, int], _Network] = collections.OrderedDict()

    def between(self, gaps: Iterable[Gap]) -> Frames:
        """See `Smoother`. Reads at most `MAX_LANES` + 1 gaps ahead."""
        waiting: collections.deque[Future[Frame]] = collections.deque()
        try:
            for gap in gaps:
                gap_rules.check(gap)
                waiting.append(self._start(gap))
                if len(waiting) > min(self._threads, MAX_LANES):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """Frees the networks and ends their threads; the next use builds them again."""
        while self._networks:
            self._networks.popitem()[1].close()

    def _start(self, gap: Gap) -> Future[Frame]:
        if gap_rules.is_still(gap):
            still: Future[Frame] = Future()
            still.set_result(gap.before)
            return still
        return self._network(*gap_rules.padded_size(*gap.before.shape[:2])).start(gap)

    def _network(self, height: int, width: int) -> _Network:
        size = (height, width)
        if size not in self._networks:
            while len(self._networks) >= MAX_SIZES:
                self._networks.popitem(last=False)[1].close()
            lanes = rife_lane.affordable(height, width, min(self._threads, MAX_LANES))
            convolutions = self._prepare(height, width, self._threads, lanes)
            self._networks[size] = _Network(self.engine.name, size, convolutions, lanes)
        self._networks.move_to_end(size)
        return self._networks[size]


class _Network:
    """The lanes that make in-betweens of one padded size side by side."""

    def __init__(self, name: str, size: tuple[int, int], convolutions: Convolutions, lanes: int) -> None:
        # A lane is one thread, and there are as many lanes as it takes. For the whole process: lanes that set it
        # and set it back would do so in each other's way.
        cv2.setNumThreads(1)
        self._name = name
        self._size = size
        self._convolutions = convolutions
        self._lanes: queue.SimpleQueue[Lane | None] = queue.SimpleQueue()
        for _ in range(lanes):
            self._lanes.put(None)  # made when it is first needed
        self._pool = ThreadPoolExecutor(lanes, "rife")
        self._seen: collections.deque[tuple[Frame, Future[Planes]]] = collections.deque(maxlen=2)

    def start(self, gap: Gap) -> Future[Frame]:
        """The picture in `gap`, on its way."""
        a, b = self._planes(gap.before), self._planes(gap.after)
        return self._pool.submit(self._made, gap, a, b)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _planes(self, frame: Frame) -> Future[Planes]:
        """What a lane needs of `frame`, kept while the two newest pictures are in use (by identity)."""
        for seen, planes in self._seen:
            if seen is frame:
                return planes
        # Whoever waits for it never keeps a thread from it: the pool works in this order.
        self._seen.append((frame, self._pool.submit(self._looked_at, frame)))
        return self._seen[-1][1]

    def _looked_at(self, frame: Frame) -> Planes:
        picture = rife_lane.picture(frame)
        return Planes.of(picture, self._convolutions.head(picture))

    def _made(self, gap: Gap, a: Future[Planes], b: Future[Planes]) -> Frame:
        lane = self._lanes.get()
        try:
            if lane is None:
                lane = Lane(*self._size, self._convolutions.bind)
            height, width, _ = gap.before.shape
            made = lane.make(a.result(), b.result(), float(gap.t))
            return np.ascontiguousarray(made[:height, :width])
        except rife_lane.NoNumber as error:
            raise EngineFailed(
                self._name,
                f"{self._name} gave numbers that are none (NaN) in place of a picture; try again, or choose another "
                "smoother",
            ) from error
        finally:
            self._lanes.put(lane)
