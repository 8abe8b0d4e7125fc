"""RIFE 4.25 through OpenVINO, on the processor. Needs no torch."""

from __future__ import annotations

import collections
import importlib.metadata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from storyboard.errors import SmootherError
from storyboard.smoothers import gaps as gap_rules
from storyboard.smoothers import weights as rife_weights
from storyboard.smoothers.base import Engine, Gap
from storyboard.smoothers.threads import processors

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames

NAME = "rife-openvino"
VERSION = "1"
"""Of this code: raise it when a change here or in `rife_graph` may change a pixel."""

MAX_STREAMS = 4
"""In-betweens made side by side. Each holds its own buffers (about 0.4 GB at 1280x768)."""

MAX_SIZES = 2
"""Networks kept ready; a film has one frame size, and its takes seldom more than two."""


def missing(_name: str = NAME) -> str:
    """What it lacks beside its library, with what to do; or an empty string."""
    return rife_weights.missing()


def where(_name: str = NAME) -> str:
    """On what it runs here, in words."""
    return "on the processor"


def engine(name: str = NAME) -> Engine:
    """What decides this engine's pixels, without loading it."""
    library = importlib.metadata.version("openvino")
    return Engine(name, f"{VERSION}/openvino-{library}", "f32", rife_weights.digest())


def open_engine(_name: str, threads: int | None) -> OpenVinoRife:
    """See `OpenVinoRife`."""
    return OpenVinoRife(threads)


class OpenVinoRife:
    """A `Smoother`. `threads` is how many processor threads it may use; None asks for all that this process has."""

    def __init__(self, threads: int | None = None) -> None:
        self.engine = engine()
        self._threads = threads or processors()
        self._streams = min(self._threads, MAX_STREAMS)
        self._weights = rife_weights.load()
        self._networks: collections.OrderedDict[tuple[int, int], _Network] = collections.OrderedDict()

    def between(self, gaps: Iterable[Gap]) -> Frames:
        """See `Smoother`. Reads at most `MAX_STREAMS` gaps ahead."""
        waiting: collections.deque[_Job] = collections.deque()
        try:
            for gap in gaps:
                gap_rules.check(gap)
                waiting.append(self._start(gap))
                if len(waiting) >= self._streams:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for job in waiting:
                job.drop()

    def close(self) -> None:
        """Frees the networks; the next use builds them again."""
        self._networks.clear()

    def _start(self, gap: Gap) -> _Job:
        if gap_rules.is_still(gap):
            return _Job(None, None, gap.before)
        network = self._network(*gap_rules.padded_size(*gap.before.shape[:2]))
        return _Job(network, network.start(gap), gap.before)

    def _network(self, height: int, width: int) -> _Network:
        size = (height, width)
        if size not in self._networks:
            while len(self._networks) >= MAX_SIZES:
                self._networks.popitem(last=False)
            self._networks[size] = _Network(self._weights, height, width, self._threads, self._streams)
        self._networks.move_to_end(size)
        return self._networks[size]


class _Planes(NamedTuple):
    """What the head made of a picture: OpenVINO tensors."""

    whole: Any
    small: Any


class _Job(NamedTuple):
    """An in-between on its way; without a request, `frame` is already the answer."""

    network: _Network | None
    request: Any
    frame: Frame

    def result(self) -> Frame:
        if self.network is None:
            return self.frame
        height, width, _ = self.frame.shape
        return self.network.finish(self.request, height, width)

    def drop(self) -> None:
        if self.network is not None:
            self.network.finish(self.request, 1, 1)


class _Network:
    """The two graphs compiled for one padded size."""

    def __init__(
        self, weights: rife_weights.Weights, height: int, width: int, threads: int, streams: int
    ) -> None:
        import openvino as ov

        from storyboard.smoothers import rife_graph

        config = {
            # The default may be bf16 where the processor has it, which is off by up to 39 of 255.
            "INFERENCE_PRECISION_HINT": "f32",
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": threads,
            # Pinned threads of two processes, or of head and gap, would all sit on the same cores.
            "ENABLE_CPU_PINNING": False,
        }
        core = ov.Core()
        try:
            head = core.compile_model(rife_graph.head_graph(weights, height, width), "CPU", config)
            self._gap = core.compile_model(rife_graph.gap_graph(weights, height, width), "CPU", config)
        except RuntimeError as error:
            raise SmootherError(
                f"OpenVINO could not prepare RIFE for {width}x{height} ({_first_line(error)}); "
                "choose the smoother `flow` or `rife-ncnn`"
            ) from error
        self._head = head.create_infer_request()
        self._shapes = [tuple(output.shape) for output in head.outputs]
        self._idle: list[Any] = []
        self._seen: collections.deque[tuple[Frame, _Planes]] = collections.deque(maxlen=2)

    def start(self, gap: Gap) -> Any:
        """A request that is making the picture in `gap`."""
        a, b = self._planes(gap.before), self._planes(gap.after)
        request = self._idle.pop() if self._idle else self._gap.create_infer_request()
        for i, tensor in enumerate((a.whole, b.whole, a.small, b.small)):
            request.set_input_tensor(i, tensor)
        request.get_input_tensor(4).data[:] = float(gap.t)
        request.start_async()
        return request

    def finish(self, request: Any, height: int, width: int) -> Frame:
        """The made picture, cropped."""
        try:
            request.wait()
        except RuntimeError as error:
            raise SmootherError(
                f"OpenVINO failed while it made an in-between ({_first_line(error)}); try again"
            ) from error
        made: Frame = request.get_output_tensor(0).data[0, :height, :width].copy()
        self._idle.append(request)
        return made

    def _planes(self, frame: Frame) -> _Planes:
        """The head's answer for `frame`, kept while the two newest pictures are in use (by identity)."""
        import openvino as ov

        for seen, planes in self._seen:
            if seen is frame:
                return planes
        planes = _Planes(*(ov.Tensor(ov.Type.f32, ov.Shape(shape)) for shape in self._shapes))
        for i, tensor in enumerate(planes):
            self._head.set_output_tensor(i, tensor)
        self._head.infer([gap_rules.padded(frame)[None]], share_inputs=True)  # and waits: no copy
        self._seen.append((frame, planes))
        return planes


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
