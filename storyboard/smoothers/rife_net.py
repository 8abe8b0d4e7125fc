"""The RIFE 4.25 network in PyTorch for a graphics card, where it makes whole in-betweens (on the processor only the
convolutions are PyTorch's, see `rife_torch`). Convolutions may be in half precision; flow and pictures are float32.

The same function as `tests/smoothers/rife_reference.py` in an order that does less, see `rife_layers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import torch.nn.functional as nnf
from torch import Tensor, nn

from storyboard.smoothers.rife_layers import LEAKY, SCALES, with_identity

if TYPE_CHECKING:
    from storyboard.smoothers.weights import Array, Weights

PLANES = 7
"""Channels of a picture: RGB from 0 to 1, then four features."""

# The channels of a block's input in our order: each picture beside its features, flow before time, mask, features.
FIRST = [0, 1, 2, 6, 7, 8, 9, 3, 4, 5, 10, 11, 12, 13, 14]
LATER = [*FIRST[:14], 24, 25, 26, 27, 14, *range(15, 24)]


class RifeNet(nn.Module):  # type: ignore[misc] # PyTorch has no types here
    """Two methods: `planes` once a picture, `between` for each in-between. Sizes are multiples of 64."""

    def __init__(self, weights: Weights, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype = dtype
        self.blocks = nn.ModuleList(_Block(weights, i).to(dtype) for i in range(len(SCALES)))
        self.blocks.to(memory_format=torch.channels_last)
        # In bf16 the head has given NaN on real pictures.
        self.head = nn.ModuleList(
            _conv(weights[f"head.{i}.weight"], weights[f"head.{i}.bias"], 2 if i == 0 else 1)
            for i in range(3)
        )
        self.head_end = _deconv(weights["head.3.weight"], weights["head.3.bias"])
        self.requires_grad_(False)

    def planes(self, frame: Tensor) -> Tensor:
        """(H, W, 3) uint8 -> (1, 7, H, W) float32."""
        picture = frame.permute(2, 0, 1)[None].float() * (1 / 255)
        x = picture
        for layer in self.head:
            x = nnf.leaky_relu(layer(x), LEAKY)
        return torch.cat([picture, self.head_end(x)], 1)

    def between(self, both: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """(2, 7, H, W) planes and t (1, 1, 1, 1) -> the picture (H, W, 3) uint8, and whether its numbers are finite."""
        height, width = both.shape[2:]
        small = _pairs(nnf.avg_pool2d(_at_points(both, 16), 2))
        flow, rest = self.blocks[0](torch.cat([small, _plane(t, small)], 1).to(self.dtype))
        flow = _enlarged(flow, 16)
        for i, scale in enumerate(SCALES[1:], 1):
            seen = _at_points(flow, scale)
            x = torch.cat([_pairs(_warped(both, seen, scale)), seen], 1)
            x = x if scale == 1 else nnf.avg_pool2d(x, 2)
            rest = _enlarged(rest, 2)
            x = torch.cat([x.to(self.dtype), _plane(t, x).to(self.dtype), rest], 1)
            more, rest = self.blocks[i](x.contiguous(memory_format=torch.channels_last))
            flow = flow + _enlarged(more, scale)
        first, second = _warped(both[:, :3], flow, 1).split(1)
        mask = torch.sigmoid(rest.float())
        mixed = second + (first - second) * mask
        levels = (mixed[0] * 255).round().clamp(0, 255).to(torch.uint8)
        return levels.permute(1, 2, 0)[:height, :width].contiguous(), (flow.sum() + mask.sum()).isfinite()


class Arrays(NamedTuple):
    """Of a convolution (out, in, 3, 3), or of the deconvolution (in, out, 4, 4) that ends a block."""

    weight: Array
    bias: Array
    stride: int


def block_arrays(weights: Weights, i: int) -> list[Arrays]:
    """Those of block `i`, as it reads our order of channels. Flow comes and goes in pixels of the whole picture: factors
    on it are in the weights."""
    name = f"block{i}"
    weight, bias = weights[f"{name}.shrink.0.weight"], weights[f"{name}.shrink.0.bias"]
    if i:
        weight = np.concatenate([weight[:, :24], weight[:, 24:] / SCALES[i]], 1)
    layers = [Arrays(weight[:, LATER if i else FIRST], bias, 2)]
    layers.append(Arrays(weights[f"{name}.shrink.1.weight"], weights[f"{name}.shrink.1.bias"], 2))
    for k in range(8):
        residual = f"{name}.residual.{k}"
        layers.append(Arrays(*with_identity(weights[f"{residual}.weight"], weights[f"{residual}.bias"]), 1))
    weight, bias = weights[f"{name}.out.weight"].copy(), weights[f"{name}.out.bias"].copy()
    weight[:, :16] *= SCALES[i]
    bias[:16] *= SCALES[i]
    # Of the last block only flow and mask are used.
    end = 52 if i < len(SCALES) - 1 else 20
    return [*layers, Arrays(weight[:, :end], bias[:end], 2)]


class _Block(nn.Module):  # type: ignore[misc]
    """What a block adds to the flow (1, 4, h, w) float32, in pixels of the whole picture; its mask and features."""

    def __init__(self, weights: Weights, i: int) -> None:
        super().__init__()
        *layers, out = block_arrays(weights, i)
        self.layers = nn.ModuleList(_conv(*layer) for layer in layers)
        self.out = _deconv(out.weight, out.bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        for layer in self.layers:
            x = nnf.leaky_relu(layer(x), LEAKY, inplace=True)
        x = nnf.pixel_shuffle(self.out(x), 2)
        return x[:, :4].float(), x[:, 4:]


def _conv(weight: Array, bias: Array, stride: int) -> nn.Conv2d:
    layer = nn.Conv2d(weight.shape[1], weight.shape[0], 3, stride, 1)
    return _filled(layer, weight, bias)


def _deconv(weight: Array, bias: Array) -> nn.ConvTranspose2d:
    layer = nn.ConvTranspose2d(weight.shape[0], weight.shape[1], 4, 2, 1)
    return _filled(layer, weight, bias)


def _filled(layer: nn.Module, weight: Array, bias: Array) -> nn.Module:
    layer.weight.data = torch.from_numpy(np.ascontiguousarray(weight))
    layer.bias.data = torch.from_numpy(np.ascontiguousarray(bias))
    return layer


def _pairs(x: Tensor) -> Tensor:
    """(2, 7, h, w) as (1, 14, h, w)."""
    return x.reshape(1, -1, *x.shape[2:])


def _plane(t: Tensor, like: Tensor) -> Tensor:
    return t.expand(1, 1, *like.shape[2:])


def _enlarged(x: Tensor, scale: int) -> Tensor:
    if scale == 1:
        return x
    return nnf.interpolate(x, scale_factor=scale, mode="bilinear", align_corners=False)


def _at_points(x: Tensor, scale: int) -> Tensor:
    """`x` at the places that a shrink by `scale` reads: the middle two by two of each cell."""
    if scale <= 2:
        return x
    count, channels, height, width = x.shape
    cells = x.reshape(count, channels, height // scale, scale, width // scale, scale)
    middle = slice(scale // 2 - 1, scale // 2 + 1)
    return cells[:, :, :, middle, :, middle].reshape(count, channels, 2 * height // scale, 2 * width // scale)


def _warped(both: Tensor, flow: Tensor, scale: int) -> Tensor:
    """(2, C, h, w): the pictures of `both` where `flow` (1, 4, h, w) points to from each of the scale's places."""
    height, width = both.shape[2:]
    rows, columns = _every(height, scale, flow), _every(width, scale, flow)
    moves = flow.reshape(2, 2, *flow.shape[2:])
    across = (moves[:, 0] + columns) * (2 / (width - 1)) - 1
    down = (moves[:, 1] + rows[:, None]) * (2 / (height - 1)) - 1
    # Clamped by hand: the edge goes on, and not every device knows that way of padding.
    grid = torch.stack([across, down], -1).clamp(-1, 1)
    return nnf.grid_sample(both, grid, mode="bilinear", padding_mode="zeros", align_corners=True)


def _every(size: int, scale: int, like: Tensor) -> Tensor:
    """The places along one side that a shrink by `scale` reads."""
    every = torch.arange(size, device=like.device, dtype=like.dtype)
    if scale <= 2:
        return every
    return every.reshape(-1, scale)[:, scale // 2 - 1 : scale // 2 + 1].reshape(-1)
