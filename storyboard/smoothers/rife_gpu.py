"""RIFE 4.25 on a graphics card with PyTorch: pictures go there once, come back once, and several are on their way.

On CUDA copies run on streams of their own from and to pinned memory, and the network, some two hundred kernels, is
one recorded graph. Elsewhere the same without streams. The processor copies a picture once, on its way there: it is
padded and cropped on the card, and what comes back is the pinned memory itself.
"""

from __future__ import annotations

import collections
import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from storyboard.errors import EngineFailed, SmootherError
from storyboard.smoothers import gaps as gap_rules
from storyboard.smoothers import rife_kernels
from storyboard.smoothers import weights as rife_weights
from storyboard.smoothers.base import Engine, Gap
from storyboard.smoothers.rife_fused import FusedNet, pair_of, work_for
from storyboard.smoothers.rife_net import PLANES, RifeNet

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames

DEPTH = 3
"""In-betweens on their way at a time."""

_WARM = 3
"""Runs before one is recorded: the libraries choose their kernels and buffers in the first."""


class _OnItsWay(NamedTuple):
    picture: Tensor
    finite: Tensor
    wait: Callable[[], object]


class Prepared(NamedTuple):
    """A network for one size of pictures."""

    give: Callable[[Tensor, Tensor, float], None]
    """Says which two planes the next run is between, and when."""
    run: Callable[[], tuple[Tensor, Tensor]]
    """The picture (h, w, 3) uint8, and whether it is finite, each always in the same place on CUDA."""


class Network(Protocol):
    bytes_a_pixel: int
    """Of the card's memory for each pixel of the padded picture."""

    def planes(self, frame: Tensor, height: int, width: int) -> Tensor:
        """What it needs of a picture (h, w, 3) uint8 that is to be padded to `height` and `width`."""
        ...

    def prepared(self, height: int, width: int, h: int, w: int) -> Prepared:
        """For pictures of `h` and `w`, padded to `height` and `width`."""
        ...


class GpuRife:
    """A `Smoother` on `device` (`cuda`, `mps`; `cpu` works too, for tests)."""

    def __init__(self, engine: Engine, device: str, dtype: torch.dtype, kernels: bool = False) -> None:
        """`kernels`: with those of `rife_kernels`, in half precision whatever `dtype` says."""
        self.engine = engine
        self._device = torch.device(device)
        with self._failing():
            self._net: Network = _Fused(self._device) if kernels else _Plain(self._device, dtype)
            self._streams = _Streams(self._device)
        self._networks: tuple[tuple[int, ...], _Recorded] | None = None
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
        height, width = gap.before.shape[:2]
        with self._failing(), torch.inference_mode(), self._streams.working():
            recorded = self._recorded(height, width)
            planes = self._planes(gap.before), self._planes(gap.after)
            picture, finite = recorded.run(*planes, float(gap.t))
            # The graph's own arrays are written again by its next replay.
            wait, (picture, finite) = self._streams.fetch(picture.clone(), finite.clone())
        return _OnItsWay(picture, finite, wait)

    def _arrived(self, item: _OnItsWay | Frame) -> Frame:
        if not isinstance(item, _OnItsWay):
            return item
        with self._failing():
            item.wait()
        if not item.finite.any():
            raise EngineFailed(
                self.engine.name,
                f"{self.engine.name} gave numbers that are none (NaN) in place of a picture; try again, or choose "
                "another smoother",
            )
        made: Frame = item.picture.numpy()
        return made

    def _planes(self, frame: Frame) -> Tensor:
        for seen, planes in self._seen:
            if seen is frame:
                return planes
        sent = self._streams.send(frame)
        planes = self._net.planes(sent, *gap_rules.padded_size(*frame.shape[:2]))
        self._seen.append((frame, planes))
        return planes

    def _recorded(self, height: int, width: int) -> _Recorded:
        size = (height, width)
        if self._networks is None or self._networks[0] != size:
            self.close()
            padded = gap_rules.padded_size(height, width)
            _check_memory(self._device, *padded, self._net.bytes_a_pixel)
            self._networks = (size, _Recorded(self._net.prepared(*padded, *size), self._device))
        return self._networks[1]

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        """What the library says becomes our error. A card that is full today is nothing that the engine is held to."""
        try:
            yield
        except torch.cuda.OutOfMemoryError as error:
            raise SmootherError(
                "the graphics card's memory ran out while frames were smoothed; close other programs, smooth smaller "
                "frames, or choose the smoother `rife-openvino`"
            ) from error
        except RuntimeError as error:
            reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            raise EngineFailed(
                self.engine.name,
                f"{self.engine.name} failed on {self._device} ({reason.strip()}); try again, or choose another smoother",
            ) from error


class _Plain:
    """`Network` of PyTorch's own operations, on any device."""

    bytes_a_pixel = 600

    def __init__(self, device: torch.device, dtype: torch.dtype) -> None:
        self._device = device
        self._net = RifeNet(rife_weights.load(), dtype).to(device).eval()

    def planes(self, frame: Tensor, height: int, width: int) -> Tensor:
        return self._net.planes(_padded(frame, height, width))

    def prepared(self, height: int, width: int, h: int, w: int) -> Prepared:
        both = torch.zeros(2, PLANES, height, width, device=self._device)
        t = torch.zeros(1, 1, 1, 1, device=self._device)

        def give(a: Tensor, b: Tensor, time: float) -> None:
            both[:1].copy_(a)
            both[1:].copy_(b)
            t.fill_(time)

        def run() -> tuple[Tensor, Tensor]:
            picture, finite = self._net.between(both, t)
            return picture[:h, :w], finite

        return Prepared(give, run)


class _Fused:
    """`Network` of an NVIDIA card: `rife_fused`."""

    bytes_a_pixel = 240

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._net = FusedNet(rife_weights.load(), device, rife_kernels.on_card())

    def planes(self, frame: Tensor, height: int, width: int) -> Tensor:
        return self._net.planes(frame, height, width)

    def prepared(self, height: int, width: int, h: int, w: int) -> Prepared:
        work = work_for(self._device, height, width, h, w)
        # For the runs before one is recorded.
        black = self.planes(torch.zeros(h, w, 3, dtype=torch.uint8, device=self._device), height, width)
        pair, held = pair_of(black, black, 0.5).to(self._device), [black, black]

        def give(a: Tensor, b: Tensor, time: float) -> None:
            held[:] = a, b  # the graph knows but their addresses
            said = pair_of(a, b, time)
            pair.copy_(said.pin_memory() if self._device.type == "cuda" else said, non_blocking=True)

        def run() -> tuple[Tensor, Tensor]:
            self._net.between(work, pair)
            return work.picture, work.finite

        return Prepared(give, run)


class _Recorded:
    """What a network has prepared for one size; on CUDA one graph that is replayed."""

    def __init__(self, prepared: Prepared, device: torch.device) -> None:
        self._prepared = prepared
        self._graph: torch.cuda.CUDAGraph | None = None
        if device.type == "cuda":
            for _ in range(_WARM):
                prepared.run()
            torch.cuda.synchronize(device)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                self._made = prepared.run()
            self._graph = graph

    def run(self, a: Tensor, b: Tensor, t: float) -> tuple[Tensor, Tensor]:
        """The picture and whether it is finite, until the next run."""
        self._prepared.give(a, b, t)
        if self._graph is None:
            return self._prepared.run()
        self._graph.replay()
        return self._made


class _Streams:
    """Where work and copies run: three CUDA streams, or nothing of the kind."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._cuda = device.type == "cuda"
        if self._cuda:
            torch.cuda.synchronize(device)  # the weights are there
            self._work, self._there, self._back = (torch.cuda.Stream(device) for _ in range(3))

    def working(self) -> contextlib.AbstractContextManager[object]:
        return torch.cuda.stream(self._work) if self._cuda else contextlib.nullcontext()

    def send(self, frame: Frame) -> Tensor:
        """`frame` on the device, ready for what comes next in the working stream."""
        here = torch.empty(frame.shape, dtype=torch.uint8, pin_memory=self._cuda)
        np.copyto(here.numpy(), frame)
        if not self._cuda:
            return here.to(self._device)
        with torch.cuda.stream(self._there):
            sent = here.to(self._device, non_blocking=True)
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


def _padded(picture: Tensor, height: int, width: int) -> Tensor:
    """(h, w, 3) with its last row and column repeated up to the size."""
    down, right = height - picture.shape[0], width - picture.shape[1]
    if down:
        picture = torch.cat([picture, picture[-1:].expand(down, -1, -1)], 0)
    return torch.cat([picture, picture[:, -1:].expand(-1, right, -1)], 1) if right else picture


def _check_memory(device: torch.device, height: int, width: int, bytes_a_pixel: int) -> None:
    """Raises `SmootherError` before anything is allocated that will not fit."""
    if device.type != "cuda":
        return
    free, needed = torch.cuda.mem_get_info(device)[0], height * width * bytes_a_pixel
    if needed > free:
        raise SmootherError(
            f"smoothing frames of {width}x{height} takes about {needed / 2**30:.1f} GB of the graphics card's memory and "
            f"{free / 2**30:.1f} GB are free; close other programs, smooth smaller frames, or choose the smoother "
            "`rife-openvino`"
        )
