"""RIFE 4.25 on a graphics card with PyTorch: pictures go there once, come back once, and several are on their way.

On CUDA copies run on streams of their own from and to pinned memory, and the network, some two hundred kernels, is
one recorded graph. Elsewhere the same without streams.
"""

from __future__ import annotations

import collections
import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from storyboard.errors import EngineFailed, SmootherError
from storyboard.smoothers import gaps as gap_rules
from storyboard.smoothers import weights as rife_weights
from storyboard.smoothers.base import Engine, Gap
from storyboard.smoothers.rife_net import PLANES, RifeNet

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames

DEPTH = 3
"""In-betweens on their way at a time."""

BYTES_A_PIXEL = 600
"""Of the card's memory for each pixel of the padded picture."""

_WARM = 3
"""Runs before one is recorded: the libraries choose their kernels and buffers in the first."""


class _OnItsWay(NamedTuple):
    picture: Tensor
    finite: Tensor
    wait: Callable[[], object]
    size: tuple[int, int]


class GpuRife:
    """A `Smoother` on `device` (`cuda`, `cuda:1`, `mps`; `cpu` works too, for tests)."""

    def __init__(self, engine: Engine, device: str, dtype: torch.dtype) -> None:
        self.engine = engine
        self._device = torch.device(device)
        self._net = RifeNet(rife_weights.load(), dtype).to(self._device).eval()
        self._streams = _Streams(self._device)
        self._networks: tuple[tuple[int, int], _Recorded] | None = None
        self._seen: collections.deque[tuple[Frame, Tensor]] = collections.deque(maxlen=2)

    def between(self, gaps: Iterable[Gap]) -> Frames:
        """See `Smoother`. Reads at most `DEPTH` gaps ahead."""
        waiting: collections.deque[_OnItsWay | Frame] = collections.deque()
        for gap in gaps:
            gap_rules.check(gap)
            waiting.append(gap.before if gap_rules.is_still(gap) else self._start(gap))
            if len(waiting) > DEPTH:
                yield self._arrived(waiting.popleft())
        while waiting:
            yield self._arrived(waiting.popleft())

    def close(self) -> None:
        """Frees what belongs to a size of pictures; the next use prepares it again."""
        self._networks = None
        self._seen.clear()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _start(self, gap: Gap) -> _OnItsWay:
        with self._failing(), torch.inference_mode(), self._streams.working():
            recorded = self._recorded(*gap_rules.padded_size(*gap.before.shape[:2]))
            planes = self._planes(gap.before), self._planes(gap.after)
            picture, finite = recorded.run(*planes, float(gap.t))
            wait, (picture, finite) = self._streams.fetch(picture, finite)
        return _OnItsWay(picture, finite, wait, gap.before.shape[:2])

    def _arrived(self, item: _OnItsWay | Frame) -> Frame:
        if not isinstance(item, _OnItsWay):
            return item
        with self._failing():
            item.wait()
        if not bool(item.finite):
            raise EngineFailed(
                self.engine.name,
                f"{self.engine.name} gave numbers that are none (NaN) in place of a picture; try again, or choose "
                "another smoother",
            )
        height, width = item.size
        made: Frame = item.picture.numpy()[:height, :width].copy()
        return made

    def _planes(self, frame: Frame) -> Tensor:
        for seen, planes in self._seen:
            if seen is frame:
                return planes
        planes = self._net.planes(self._streams.send(torch.from_numpy(gap_rules.padded(frame).copy())))
        self._seen.append((frame, planes))
        return planes

    def _recorded(self, height: int, width: int) -> _Recorded:
        size = (height, width)
        if self._networks is None or self._networks[0] != size:
            self._networks = None
            _check_memory(self._device, height, width)
            self._networks = (size, _Recorded(self._net, self._device, height, width))
        return self._networks[1]

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        """What the library says becomes our error."""
        try:
            yield
        except RuntimeError as error:  # out of memory is one of them
            reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            raise EngineFailed(
                self.engine.name,
                f"{self.engine.name} failed on {self._device} ({reason.strip()}); try again, or choose another smoother",
            ) from error


class _Recorded:
    """The network for one padded size; on CUDA one graph that is replayed."""

    def __init__(self, net: RifeNet, device: torch.device, height: int, width: int) -> None:
        self._net = net
        self._both = torch.zeros(2, PLANES, height, width, device=device)
        self._t = torch.zeros(1, 1, 1, 1, device=device)
        self._graph: torch.cuda.CUDAGraph | None = None
        if device.type == "cuda":
            for _ in range(_WARM):
                net.between(self._both, self._t)
            torch.cuda.synchronize(device)
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph):
                self._made = net.between(self._both, self._t)

    def run(self, a: Tensor, b: Tensor, t: float) -> tuple[Tensor, Tensor]:
        self._both[:1].copy_(a)
        self._both[1:].copy_(b)
        self._t.fill_(t)
        if self._graph is None:
            return self._net.between(self._both, self._t)
        self._graph.replay()
        # The graph's own arrays are written again by the next replay.
        picture, finite = self._made
        return picture.clone(), finite.clone()


class _Streams:
    """Where work and copies run: three CUDA streams, or nothing of the kind."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._cuda = device.type == "cuda"
        if self._cuda:
            self._work, self._there, self._back = (torch.cuda.Stream(device) for _ in range(3))

    def working(self) -> contextlib.AbstractContextManager[object]:
        return torch.cuda.stream(self._work) if self._cuda else contextlib.nullcontext()

    def send(self, frame: Tensor) -> Tensor:
        """`frame` on the device, ready for what comes next in the working stream."""
        if not self._cuda:
            return frame.to(self._device)
        with torch.cuda.stream(self._there):
            sent = frame.pin_memory().to(self._device, non_blocking=True)
        self._work.wait_stream(self._there)
        sent.record_stream(self._work)
        return sent

    def fetch(self, *tensors: Tensor) -> tuple[Callable[[], object], tuple[Tensor, ...]]:
        """What waits for them, and `tensors` as they will be on the processor after that."""
        if not self._cuda:
            return (lambda: None), tuple(tensor.cpu() for tensor in tensors)
        self._back.wait_stream(self._work)
        with torch.cuda.stream(self._back):
            here = tuple(torch.empty(t.shape, dtype=t.dtype, pin_memory=True) for t in tensors)
            for target, tensor in zip(here, tensors, strict=True):
                target.copy_(tensor, non_blocking=True)
                tensor.record_stream(self._back)
            return self._back.record_event().synchronize, here


def _check_memory(device: torch.device, height: int, width: int) -> None:
    """Raises `SmootherError` before anything is allocated that will not fit."""
    if device.type != "cuda":
        return
    free, needed = torch.cuda.mem_get_info(device)[0], height * width * BYTES_A_PIXEL
    if needed > free:
        raise SmootherError(
            f"smoothing frames of {width}x{height} takes about {needed / 2**30:.1f} GB of the graphics card's memory and "
            f"{free / 2**30:.1f} GB are free; close other programs, smooth smaller frames, or choose the smoother "
            "`rife-openvino`"
        )
