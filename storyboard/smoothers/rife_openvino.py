"""RIFE 4.25 through OpenVINO, on the processor. Needs no torch."""

from __future__ import annotations

import collections
import importlib.metadata
import queue
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from storyboard.errors import SmootherError
from storyboard.smoothers import gaps as gap_rules
from storyboard.smoothers import weights as rife_weights
from storyboard.smoothers.base import Engine, Gap
from storyboard.smoothers.threads import processors

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames
    from storyboard.smoothers.rife_lane import Bind, Block, Floats, Lane, Planes

NAME = "rife-openvino"
VERSION = "2"
"""Of this code: raise it when a change here, in `rife_graph` or `rife_lane` may change a pixel."""

MAX_LANES = 4
"""In-betweens made side by side. Each holds its own buffers (about 0.3 GB at 1280x768)."""

MAX_SIZES = 2
"""Networks kept ready; a film has one frame size, and its takes seldom more than two."""


def missing(name: str = NAME) -> str:
    """What it lacks beside its library, with what to do; or an empty string."""
    return rife_weights.missing(name)


def where(_name: str = NAME) -> str:
    """On what it runs here, in words."""
    return "on the processor"


def engine(name: str = NAME) -> Engine:
    """What decides this engine's pixels, without loading it."""
    libraries = [
        f"{package}-{importlib.metadata.version(package)}"
        for package in ("openvino", "opencv-python-headless")
    ]
    return Engine(
        name, "/".join([VERSION, *libraries]), "f32", rife_weights.digest(rife_weights.file_of(name))
    )


def open_engine(name: str, threads: int | None) -> OpenVinoRife:
    """See `OpenVinoRife`."""
    return OpenVinoRife(threads, name)


class OpenVinoRife:
    """A `Smoother`. `threads` is how many processor threads it may use; None asks for all that this process has.
    `name` says whose weights: the shipped ones, or the user's own for the same network."""

    def __init__(self, threads: int | None = None, name: str = NAME) -> None:
        self.engine = engine(name)
        self._threads = threads or processors()
        self._lanes = min(self._threads, MAX_LANES)
        self._weights = rife_weights.load(rife_weights.file_of(name))
        self._networks: collections.OrderedDict[tuple[int, int], _Network] = collections.OrderedDict()

    def between(self, gaps: Iterable[Gap]) -> Frames:
        """See `Smoother`. Reads at most `MAX_LANES` gaps ahead."""
        waiting: collections.deque[Future[Frame]] = collections.deque()
        try:
            for gap in gaps:
                gap_rules.check(gap)
                waiting.append(self._start(gap))
                if len(waiting) > self._lanes:
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
            self._networks[size] = _Network(self._weights, height, width, self._threads, self._lanes)
        self._networks.move_to_end(size)
        return self._networks[size]


class _Network:
    """The graphs compiled for one padded size, and lanes that make in-betweens with them side by side."""

    def __init__(
        self, weights: rife_weights.Weights, height: int, width: int, threads: int, lanes: int
    ) -> None:
        import cv2

        from storyboard.smoothers import rife_graph

        # A lane is one thread, and there are as many lanes as it takes. For the whole process: lanes that set it
        # and set it back would do so in each other's way.
        cv2.setNumThreads(1)
        config = {
            # The default may be bf16 where the processor has it, which is off by up to 39 of 255.
            "INFERENCE_PRECISION_HINT": "f32",
            "NUM_STREAMS": lanes,
            "INFERENCE_NUM_THREADS": threads,
            # Pinned threads of two processes, or of two graphs, would all sit on the same cores.
            "ENABLE_CPU_PINNING": False,
        }
        self._size = (height, width)
        self._head = _compiled(rife_graph.head_graph(weights, height, width), config)
        self._blocks = [
            _compiled(rife_graph.block_graph(weights, i, height, width), config)
            for i in range(len(rife_graph.SCALES))
        ]
        self._lanes: queue.SimpleQueue[Lane | None] = queue.SimpleQueue()
        for _ in range(lanes):
            self._lanes.put(None)
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
        # Its thread is never waited for by one that could have computed it: the pool works in this order.
        self._seen.append((frame, self._pool.submit(self._looked_at, frame)))
        return self._seen[-1][1]

    def _looked_at(self, frame: Frame) -> Planes:
        import openvino as ov

        from storyboard.smoothers import rife_lane

        picture = rife_lane.picture(frame)
        features: Floats = np.empty_like(picture)
        request = self._head.create_infer_request()
        request.set_input_tensor(ov.Tensor(picture[None], shared_memory=True))
        request.set_output_tensor(ov.Tensor(features, shared_memory=True))
        _run(request)
        return rife_lane.Planes.of(picture, features)

    def _made(self, gap: Gap, a: Future[Planes], b: Future[Planes]) -> Frame:
        from storyboard.smoothers.rife_lane import Lane

        lane = self._lanes.get()
        try:
            if lane is None:
                lane = Lane(*self._size, self._bind)
            height, width, _ = gap.before.shape
            made = lane.make(a.result(), b.result(), float(gap.t))
            return np.ascontiguousarray(made[:height, :width])
        finally:
            self._lanes.put(lane)

    def _bind(self, i: int, arrays: Bind) -> Block:
        import openvino as ov

        request = self._blocks[i].create_infer_request()
        # The arrays outlive the request: the lane holds both.
        request.set_input_tensor(ov.Tensor(arrays.woven, shared_memory=True))
        request.set_output_tensor(ov.Tensor(arrays.answer, shared_memory=True))
        return lambda: _run(request)


def _compiled(graph: Any, config: dict[str, Any]) -> Any:
    import openvino as ov

    try:
        return ov.Core().compile_model(graph, "CPU", config)
    except RuntimeError as error:
        raise SmootherError(
            f"OpenVINO could not prepare RIFE ({_first_line(error)}); choose the smoother `flow` or `rife-ncnn`"
        ) from error


def _run(request: Any) -> None:
    try:
        request.infer()
    except RuntimeError as error:
        raise SmootherError(
            f"OpenVINO failed while it made an in-between ({_first_line(error)}); try again"
        ) from error


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
