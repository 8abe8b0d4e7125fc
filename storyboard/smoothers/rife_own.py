"""RIFE with the user's own weights (`storyboard models convert`), on the processor.

Weights for the network of 4.25 run as the shipped ones do. The others of `rife_family` run as one whole graph.
"""

from __future__ import annotations

import collections
import importlib.metadata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from storyboard.errors import SmootherError
from storyboard.smoothers import gaps as gap_rules
from storyboard.smoothers import openvino_cpu, rife_openvino
from storyboard.smoothers import weights as rife_weights
from storyboard.smoothers.base import Engine, Gap
from storyboard.smoothers.rife_family import SHIPPED, Family, family_of
from storyboard.smoothers.threads import processors

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames
    from storyboard.smoothers.rife_lanes import LanedRife

VERSION = "1"
"""Of this code: raise it when a change here or in `rife_whole_graph` may change a pixel."""


def missing(name: str) -> str:
    """What it lacks beside its library, with what to do; or an empty string."""
    if lacks := rife_weights.missing(name):
        return lacks
    try:
        _family(name)
    except SmootherError as error:
        return str(error)
    return ""


def where(name: str) -> str:
    """On what it runs here, in words."""
    return f"on the processor, RIFE {_family(name).name} with your own weights"


def engine(name: str) -> Engine:
    """What decides this engine's pixels, without loading it."""
    if _family(name) == SHIPPED:
        return rife_openvino.engine(name)
    library = importlib.metadata.version("openvino")
    digest = rife_weights.digest(rife_weights.file_of(name))
    return Engine(name, f"whole-{VERSION}/openvino-{library}", "f32", digest)


def open_engine(name: str, threads: int | None) -> LanedRife | WholeRife:
    """The quickest for this network."""
    if _family(name) == SHIPPED:
        return rife_openvino.open_engine(name, threads)
    return WholeRife(name, threads)


def _family(name: str) -> Family:
    return family_of(rife_weights.shapes(rife_weights.file_of(name)))


class WholeRife:
    """A `Smoother`. `threads` is how many processor threads it may use; None asks for all that this process has."""

    def __init__(self, name: str, threads: int | None = None) -> None:
        self.engine = engine(name)
        self._threads = threads or processors()
        self._family = _family(name)
        self._weights = rife_weights.load(rife_weights.file_of(name))
        self._networks = openvino_cpu.Kept(self._prepared)

    def between(self, gaps: Iterable[Gap]) -> Frames:
        """See `Smoother`. Reads at most `MAX_STREAMS` gaps ahead."""
        return openvino_cpu.in_order(map(self._start, gaps), self._threads)

    def close(self) -> None:
        """Frees the networks; the next use builds them again."""
        self._networks.clear()

    def _start(self, gap: Gap) -> openvino_cpu.Coming:
        gap_rules.check(gap)
        if gap_rules.is_still(gap):
            return openvino_cpu.Coming(gap.before)
        height, width, _ = gap.before.shape
        size = gap_rules.padded_size(height, width, self._family.step)
        return self._networks.get(*size).start(gap)

    def _prepared(self, height: int, width: int) -> _Network:
        return _Network(self._family, self._weights, height, width, self._threads)


class _Planes(NamedTuple):
    """What the head made of a picture: OpenVINO tensors."""

    whole: Any
    small: Any


class _Network:
    """The two graphs compiled for one padded size."""

    def __init__(
        self, family: Family, weights: rife_weights.Weights, height: int, width: int, threads: int
    ) -> None:
        from storyboard.smoothers import rife_whole_graph

        head = openvino_cpu.compiled(rife_whole_graph.head_graph(family, weights, height, width), threads)
        gap = openvino_cpu.compiled(rife_whole_graph.gap_graph(family, weights, height, width), threads)
        self._step = family.step
        self._asked = openvino_cpu.Asked(gap)
        self._head = head.create_infer_request()
        self._shapes = [tuple(output.shape) for output in head.outputs]
        self._seen: collections.deque[tuple[Frame, _Planes]] = collections.deque(maxlen=2)

    def start(self, gap: Gap) -> openvino_cpu.Coming:
        """The picture in `gap`, on its way."""
        import numpy as np
        import openvino as ov

        a, b = self._planes(gap.before), self._planes(gap.after)
        t = ov.Tensor(np.full((1, 1, 1, 1), float(gap.t), np.float32))
        request = self._asked.start(a.whole, b.whole, a.small, b.small, t)
        return openvino_cpu.Coming(gap.before, self._asked, request)

    def _planes(self, frame: Frame) -> _Planes:
        """The head's answer for `frame`, kept while the two newest pictures are in use (by identity)."""
        import openvino as ov

        for seen, planes in self._seen:
            if seen is frame:
                return planes
        planes = _Planes(*(ov.Tensor(ov.Type.f32, ov.Shape(shape)) for shape in self._shapes))
        for i, tensor in enumerate(planes):
            self._head.set_output_tensor(i, tensor)
        self._head.infer([gap_rules.padded(frame, self._step)[None]], share_inputs=True)  # and waits: no copy
        self._seen.append((frame, planes))
        return planes
