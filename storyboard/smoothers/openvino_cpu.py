"""What the engines share that run one whole graph with OpenVINO on the processor: compiling it, several answers on
their way at once, networks kept for a few sizes."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from storyboard.errors import SmootherError

if TYPE_CHECKING:
    import openvino as ov

    from storyboard.frames import Frame, Frames

MAX_STREAMS = 4
"""In-betweens made side by side. Each holds its own buffers (up to 0.4 GB at 1280x768)."""

MAX_SIZES = 2
"""Networks kept ready; a film has one frame size, and its takes seldom more than two."""

Network = TypeVar("Network")


class Kept(Generic[Network]):
    """The networks made last, by padded height and width."""

    def __init__(self, make: Callable[[int, int], Network]) -> None:
        self._make = make
        self._networks: collections.OrderedDict[tuple[int, int], Network] = collections.OrderedDict()

    def get(self, height: int, width: int) -> Network:
        size = (height, width)
        if size not in self._networks:
            while len(self._networks) >= MAX_SIZES:
                self._networks.popitem(last=False)
            self._networks[size] = self._make(height, width)
        self._networks.move_to_end(size)
        return self._networks[size]

    def clear(self) -> None:
        self._networks.clear()


class Asked:
    """A compiled graph, and the requests that wait to be used again."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self._idle: list[Any] = []

    def start(self, *inputs: Any) -> Any:
        """A request that is working on these tensors."""
        request = self._idle.pop() if self._idle else self._compiled.create_infer_request()
        for i, tensor in enumerate(inputs):
            request.set_input_tensor(i, tensor)
        request.start_async()
        return request

    def finish(self, request: Any, height: int, width: int) -> Frame:
        """The picture that `request` made, cropped; it waits for it. Raises `SmootherError` when it failed."""
        try:
            request.wait()
        except RuntimeError as error:
            raise SmootherError(
                f"OpenVINO failed while it made an in-between ({_first_line(error)}); try again"
            ) from error
        made: Frame = request.get_output_tensor(0).data[0, :height, :width].copy()
        self._idle.append(request)
        return made


class Coming:
    """A picture on its way; without a request, `like` is already the answer."""

    def __init__(self, like: Frame, asked: Asked | None = None, request: Any = None) -> None:
        self._like, self._asked, self._request = like, asked, request

    def frame(self) -> Frame:
        """The picture, of the size of `like`; it waits for it the first time."""
        if self._asked is not None:
            height, width, _ = self._like.shape
            self._like = self._asked.finish(self._request, height, width)
            self._asked = self._request = None
        return self._like


def in_order(started: Iterable[Coming], threads: int) -> Frames:
    """The pictures of `started`, in order; at most `MAX_STREAMS` of them are on their way at once."""
    waiting: collections.deque[Coming] = collections.deque()
    try:
        for coming in started:
            waiting.append(coming)
            if len(waiting) >= min(threads, MAX_STREAMS):
                yield waiting.popleft().frame()
        while waiting:
            yield waiting.popleft().frame()
    finally:
        for coming in waiting:
            coming.frame()


def compiled(graph: ov.Model, threads: int) -> Any:
    """`graph`, ready to run. Raises `SmootherError` when it cannot be."""
    import openvino as ov

    config = {
        # The default may be bf16 where the processor has it, which is off by up to 39 of 255.
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": min(threads, MAX_STREAMS),
        "INFERENCE_NUM_THREADS": threads,
        # Pinned threads of two processes, or of two graphs, would all sit on the same cores.
        "ENABLE_CPU_PINNING": False,
    }
    try:
        return ov.Core().compile_model(graph, "CPU", config)
    except RuntimeError as error:
        raise SmootherError(
            f"OpenVINO could not prepare RIFE ({_first_line(error)}); choose the smoother `flow` or `rife-ncnn`"
        ) from error


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
