"""The RIFE 4.25 network on an NVIDIA card: PyTorch's convolutions, and between them `rife_kernels.cu`, which reads and
writes each number once where PyTorch's own operations do so a dozen times.

The same function as `rife_net`, in half precision (f16) but for flow, places and sums. The head too: whatever a picture
shows, nothing within it goes beyond 1,400 (the sums of its weights' sizes), and f16 reaches 65,504.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import torch.nn.functional as nnf
from torch import Tensor

from storyboard.smoothers.rife_layers import SCALES
from storyboard.smoothers.rife_net import block_arrays

if TYPE_CHECKING:
    from storyboard.smoothers.rife_kernels import Kernels
    from storyboard.smoothers.weights import Array, Weights

_PLANES = 8
"""Red, green, blue from 0 to 255, four features, and one that is nothing."""
_PICTURES = [0, 1, 2, 7, 8, 9]
"""Red, green and blue of both pictures, among the channels that a block reads."""
_FIRST_READ, _LATER_READ = 16, 32
"""Channels of what a block reads: their number, up to the next that the card multiplies well."""


class _Layer(NamedTuple):
    """A convolution, or the deconvolution that ends a block."""

    weight: Tensor
    """Half precision, channels last."""
    bias: Tensor
    """float32, for as many channels as come out."""
    stride: int


class FusedNet:
    """`planes` once a picture, `between` for each in-between."""

    def __init__(self, weights: Weights, device: torch.device, kernels: Kernels) -> None:
        self._device, self._kernels = device, kernels
        self._head = [self._head_layer(weights, i) for i in range(3)]
        self._head_end = self._layer(
            weights["head.3.weight"], weights["head.3.bias"], 2, outputs=_PLANES, axis=1
        )
        self._blocks = [self._block(weights, i) for i in range(len(SCALES))]

    def planes(self, frame: Tensor, height: int, width: int) -> Tensor:
        """(h, w, 3) uint8 -> (height, width, 8) float16 of the picture padded to that size, multiples of 64."""
        planes = self._empty(height, width, _PLANES)
        count = height * width
        self._kernels("picture_planes", count, planes, frame, height, width, *frame.shape[:2])
        x = planes.permute(2, 0, 1)[None]
        for layer in self._head:
            x = self._leaky(x, layer)
        features = _rows(nnf.conv_transpose2d(x, self._head_end.weight, None, 2, 1))
        self._kernels("feature_planes", count, planes, features, self._head_end.bias, height, width)
        return planes

    def between(self, work: Work, pair: Tensor) -> None:
        """Makes `work.picture` of what `pair` says: the addresses of both pictures' planes and the time (`pair_of`)."""
        height, width = work.flow.shape[:2]
        run = self._kernels
        answer: Tensor | None = None
        for i, scale in enumerate(SCALES):
            cells = (height // scale) * (width // scale)
            channels = _LATER_READ if i else _FIRST_READ
            woven = self._empty(height // scale, width // scale, channels)
            if answer is None:
                run("first_woven", cells, woven, pair, height, width, scale)
            else:
                before = self._blocks[i - 1][-1].bias
                given = (answer, before, height, width, answer.shape[2])
                run("flow_added", height * width, work.flow, *given, SCALES[i - 1], int(i == 1))
                run("later_woven", cells, woven, pair, work.flow, *given, scale)
            answer = _rows(self._answer(woven.permute(2, 0, 1)[None], self._blocks[i]))
        assert answer is not None
        last, (h, w) = self._blocks[-1][-1].bias, work.picture.shape[:2]
        work.finite.fill_(1)
        given = (answer, last, height, width, answer.shape[2])
        run("blended", h * w, work.picture, work.finite, pair, work.flow, *given, h, w)

    def _answer(self, x: Tensor, block: list[_Layer]) -> Tensor:
        *layers, last = block
        for layer in layers:
            x = self._leaky(x, layer)
        return nnf.conv_transpose2d(x, last.weight, None, 2, 1)

    def _leaky(self, x: Tensor, layer: _Layer) -> Tensor:
        x = nnf.conv2d(x, layer.weight, None, layer.stride, 1).contiguous(memory_format=torch.channels_last)
        channels, count = x.shape[1], x.numel() // 8
        self._kernels("bias_leaky", count, _rows(x), layer.bias, channels, count)
        return x

    def _empty(self, *shape: int) -> Tensor:
        return torch.empty(shape, dtype=torch.float16, device=self._device)

    def _head_layer(self, weights: Weights, i: int) -> _Layer:
        weight = weights[f"head.{i}.weight"]
        if i == 0:
            weight = np.pad(weight / 255, ((0, 0), (0, _PLANES - 3), (0, 0), (0, 0)))
        return self._layer(weight, weights[f"head.{i}.bias"], 2 if i == 0 else 1)

    def _block(self, weights: Weights, i: int) -> list[_Layer]:
        first, *layers, out = block_arrays(weights, i)
        # Pictures come as numbers up to 255.
        weight = first.weight.copy()
        weight[:, _PICTURES] /= 255
        reads = _LATER_READ if i else _FIRST_READ
        weight = np.pad(weight, ((0, 0), (0, reads - weight.shape[1]), (0, 0), (0, 0)))
        outputs = len(out.bias) + 4  # the next multiple of eight
        return [
            self._layer(weight, first.bias, first.stride),
            *(self._layer(*layer) for layer in layers),
            self._layer(*out, outputs=outputs, axis=1),
        ]

    def _layer(
        self, weight: Array, bias: Array, stride: int, outputs: int | None = None, axis: int = 0
    ) -> _Layer:
        """`outputs`: so many channels, the last of which are zero. `axis` is theirs in `weight`."""
        more = (outputs or len(bias)) - len(bias)
        weight = np.pad(weight, [(0, more if k == axis else 0) for k in range(4)])
        made = torch.from_numpy(np.ascontiguousarray(weight)).to(self._device, torch.float16)
        wide = torch.from_numpy(np.pad(bias, (0, more)).astype(np.float32)).to(self._device)
        return _Layer(made.contiguous(memory_format=torch.channels_last), wide, stride)


class Work(NamedTuple):
    """What `between` writes: for one size of pictures."""

    flow: Tensor
    """(H, W, 4) float32; H and W are multiples of 64."""
    picture: Tensor
    """(h, w, 3) uint8, not padded."""
    finite: Tensor
    """(1,) uint8: 0 where a number came that is none."""


def work_for(device: torch.device, height: int, width: int, h: int, w: int) -> Work:
    return Work(
        torch.empty((height, width, 4), device=device),
        torch.empty((h, w, 3), dtype=torch.uint8, device=device),
        torch.empty(1, dtype=torch.uint8, device=device),
    )


def pair_of(a: Tensor, b: Tensor, t: float) -> Tensor:
    """(3,) int64 on the processor: the kernels' `Pair`."""
    return torch.tensor([a.data_ptr(), b.data_ptr(), np.float64(t).view(np.int64).item()], dtype=torch.int64)


def _rows(x: Tensor) -> Tensor:
    """(1, C, h, w) as (h, w, C), as the kernels read it: the very same memory where it lies so, as it should."""
    return x.permute(0, 2, 3, 1)[0].contiguous()
