"""RIFE HDv3 through OpenVINO, on the processor: better than 4.25 where little moves, worse where much does.

Its network knows only the middle of two pictures. A quarter is the middle of the first picture and the middle, and
so on: powers of two, and nothing else.
"""

from __future__ import annotations

import collections
import importlib.metadata
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from storyboard.errors import SmootherError
from storyboard.smoothers import gaps as gap_rules
from storyboard.smoothers import openvino_cpu
from storyboard.smoothers import weights as rife_weights
from storyboard.smoothers.base import Engine, Gap
from storyboard.smoothers.openvino_cpu import Coming
from storyboard.smoothers.threads import processors

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames

NAME = "rife-hdv3"
VERSION = "1"
"""Of this code: raise it when a change here or in `rife_hdv3_graph` may change a pixel."""

STEP = 32
"""Both sides must be multiples of this: the first block works at 1/4 and halves twice more, and as much again as
the published code leaves."""

HALF = Fraction(1, 2)
FINEST = 64
"""The most parts that a gap is halved into."""


def missing(name: str = NAME) -> str:
    """What it lacks beside its library, with what to do; or an empty string."""
    return rife_weights.missing(name)


def where(_name: str = NAME) -> str:
    """On what it runs here, in words."""
    return "on the processor; for x2, x4 and x8, where little moves"


def engine(name: str = NAME) -> Engine:
    """What decides this engine's pixels, without loading it."""
    library = importlib.metadata.version("openvino")
    return Engine(
        name, f"{VERSION}/openvino-{library}", "f32", rife_weights.digest(rife_weights.file_of(NAME))
    )


def open_engine(_name: str, threads: int | None) -> OpenVinoHdv3:
    """See `OpenVinoHdv3`."""
    return OpenVinoHdv3(threads)


class OpenVinoHdv3:
    """A `Smoother` for times that are whole halves, quarters, ... of a gap. `threads` is how many processor threads
    it may use; None asks for all that this process has."""

    def __init__(self, threads: int | None = None) -> None:
        self.engine = engine()
        self._threads = threads or processors()
        self._weights = rife_weights.load(rife_weights.file_of(NAME))
        self._networks = openvino_cpu.Kept(self._prepared)

    def between(self, gaps: Iterable[Gap]) -> Frames:
        """See `Smoother`. Reads at most `MAX_STREAMS` gaps ahead."""
        return openvino_cpu.in_order(self._started(gaps), self._threads)

    def close(self) -> None:
        """Frees the networks; the next use builds them again."""
        self._networks.clear()

    def _started(self, gaps: Iterable[Gap]) -> Iterator[Coming]:
        """Each gap's picture, on its way."""
        newest: Gap | None = None
        way: dict[Fraction, Coming] = {}
        for gap in gaps:
            _check(gap)
            if newest is None or gap.before is not newest.before or gap.after is not newest.after:
                way = {}
            newest = gap
            way = self._way(gap, way)
            yield way[gap.t]

    def _way(self, gap: Gap, known: dict[Fraction, Coming]) -> dict[Fraction, Coming]:
        """The middles on the way to the gap's time, the last one on its way; those of `known` are taken from there:
        times of the same gap share the first of them."""
        ends = {Fraction(0): Coming(gap.before), Fraction(1): Coming(gap.after)}
        way: dict[Fraction, Coming] = {}
        for low, t, high in _halvings(gap.t):
            way[t] = ends[t] = known.get(t) or self._middle(ends[low].frame(), ends[high].frame())
        return way

    def _middle(self, before: Frame, after: Frame) -> Coming:
        if gap_rules.is_still(Gap(before, after, HALF)):
            return Coming(before)
        height, width, _ = before.shape
        return self._networks.get(*gap_rules.padded_size(height, width, STEP)).start(before, after)

    def _prepared(self, height: int, width: int) -> _Network:
        return _Network(self._weights, height, width, self._threads)


class _Network:
    """The graph compiled for one padded size."""

    def __init__(self, weights: rife_weights.Weights, height: int, width: int, threads: int) -> None:
        from storyboard.smoothers import rife_hdv3_graph

        graph = rife_hdv3_graph.graph(weights, height, width)
        self._asked = openvino_cpu.Asked(openvino_cpu.compiled(graph, threads))
        self._seen: collections.deque[tuple[Frame, Any]] = collections.deque(maxlen=2)

    def start(self, before: Frame, after: Frame) -> Coming:
        """The picture between, on its way."""
        request = self._asked.start(self._tensor(before), self._tensor(after))
        return Coming(before, self._asked, request)

    def _tensor(self, frame: Frame) -> Any:
        """`frame` as the network takes it, kept while the two newest pictures are in use (by identity)."""
        import openvino as ov

        for seen, tensor in self._seen:
            if seen is frame:
                return tensor
        tensor = ov.Tensor(gap_rules.padded(frame, STEP)[None])  # copied: it outlives the array
        self._seen.append((frame, tensor))
        return tensor


def _halvings(t: Fraction) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """Low end, middle and high end of each halving that leads to `t`, whose denominator is a power of two."""
    low, high = Fraction(0), Fraction(1)
    while True:
        middle = (low + high) / 2
        yield low, middle, high
        if middle == t:
            return
        low, high = (low, middle) if t < middle else (middle, high)


def _check(gap: Gap) -> None:
    gap_rules.check(gap)
    parts = gap.t.denominator
    if parts & (parts - 1) or parts > FINEST:
        raise SmootherError(
            f"rife-hdv3 halves the time between two frames again and again and never comes to {gap.t} of it; "
            "smooth x2, x4 or x8, or choose the smoother rife"
        )
