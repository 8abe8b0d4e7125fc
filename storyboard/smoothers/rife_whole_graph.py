"""RIFE from 4.21 on as two OpenVINO graphs, built from the weights: any network of `rife_family`, where
`rife_graph` and `rife_lane` are made for that of 4.25 alone, and quicker.

`head_graph` computes once a picture what every gap beside it needs; `gap_graph` makes the picture between two.
They compute the same function as the network its authors published (a plain version of it is in
`tests/smoothers/rife_reference.py`), in an order that does less:

- A block at scale s reads its input shrunk by s: bilinear shrinking by an even s is the mean of the two by two
  pixels in the middle of each cell, so only those are warped.
- Mask and features are enlarged only to the size at which the next block reads them: enlarging by 2s and then
  shrinking by s is the same as enlarging by 2.
- A residual step leaky(conv(x) + x) is one convolution whose middle tap has 1 added; factors on flow are in the
  weights; the last block computes no features.
- Both pictures are warped as one batch, so that no channel has to be copied apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import openvino as ov
import openvino.opset13 as ops

from storyboard.smoothers import graph_parts as parts
from storyboard.smoothers.rife_family import HANDED_ON, RESIDUALS

if TYPE_CHECKING:
    from storyboard.smoothers.graph_parts import Node
    from storyboard.smoothers.rife_family import Family
    from storyboard.smoothers.weights import Array, Weights


def head_graph(family: Family, weights: Weights, height: int, width: int) -> ov.Model:
    """(1, H, W, 3) u8 -> its planes (1, P, H, W) f32, and the same shrunk by the first block's scale."""
    frame = ops.parameter([1, height, width, 3], ov.Type.u8)
    picture = x = parts.pictures(frame)
    for i, stride in enumerate((2, 1, 1)):
        x = _leaky(parts.conv(x, *parts.of(weights, f"head.{i}"), stride))
    # With so few channels a convolution is quicker than the deconvolution that it stands for.
    weight, bias = parts.of(weights, "head.3")
    features = parts.unshuffled(parts.conv(x, _as_convolution(weight), np.repeat(bias, 4), 1))
    planes = ops.concat([picture, features], 1)
    shrink = family.scales[0]
    return ov.Model([planes, parts.resized(planes, height // shrink, width // shrink)], [frame], "rife-head")


def gap_graph(family: Family, weights: Weights, height: int, width: int) -> ov.Model:
    """Planes of both pictures, both shrunk, and t (1, 1, 1, 1) f32 -> (1, H, W, 3) u8."""
    first, *others = family.scales
    few = (height // first, width // first)
    whole = [ops.parameter([1, family.planes, height, width], ov.Type.f32) for _ in "ab"]
    small = [ops.parameter([1, family.planes, *few], ov.Type.f32) for _ in "ab"]
    t = ops.parameter([1, 1, 1, 1], ov.Type.f32)
    both = ops.concat(whole, 0)
    flow, rest = _block(family, weights, 0, ops.concat([*small, _plane(t, *few)], 1))
    flow = parts.enlarged(flow, height, width, first)
    for i, scale in enumerate(others, 1):
        rows, columns = height // scale, width // scale
        seen = parts.at_points(flow, height, width, scale)
        x = ops.concat([_pair(parts.warped(both, seen, height, width, scale)), seen], 1)
        x = parts.halved(x, scale, rows, columns)
        x = ops.concat([x, _plane(t, rows, columns), parts.resized(rest, rows, columns)], 1)
        more, rest = _block(family, weights, i, x)
        flow = ops.add(flow, parts.enlarged(more, height, width, scale))
    pictures = ops.slice(both, parts.ints(0), parts.ints(3), parts.ints(1), parts.ints(1))
    made = parts.blend(parts.warped(pictures, flow, height, width, 1), ops.sigmoid(rest))
    return ov.Model([made], [*whole, *small, t], "rife-gap")


def _block(family: Family, weights: Weights, i: int, x: Node) -> tuple[Node, Node]:
    """What block `i` adds to the flow (1, 4, h, w), in pixels of the whole picture, and its mask and features."""
    scale, last = family.scales[i], i == len(family.scales) - 1
    weight, bias = parts.of(weights, f"block{i}.shrink.0")
    if i:
        weight = np.concatenate([weight[:, :-4], weight[:, -4:] / scale], 1)
    x = _leaky(parts.conv(x, weight[:, _order(family.features, i == 0)], bias, 2))
    x = _leaky(parts.conv(x, *parts.of(weights, f"block{i}.shrink.1"), 2))
    for k in range(RESIDUALS):
        x = _leaky(parts.conv(x, *_with_identity(*parts.of(weights, f"block{i}.residual.{k}")), 1))
    weight, bias = parts.of(weights, f"block{i}.out")
    end = 20 if last else 4 * (5 + HANDED_ON)
    flow = parts.deconv(x, weight[:, :16] * scale, bias[:16] * scale)
    return parts.unshuffled(flow), parts.unshuffled(parts.deconv(x, weight[:, 16:end], bias[16:end]))


def _order(features: int, first: bool) -> list[int]:
    """The published channel of each of ours. Published: picture a, picture b, features a, features b, time, and
    from the second block on mask, features of the block before, flow. Ours keeps each picture with its features,
    and flow beside what is warped by it."""
    time = 6 + 2 * features
    a, b = range(6, 6 + features), range(6 + features, time)
    pictures = [0, 1, 2, *a, 3, 4, 5, *b]
    if first:
        return [*pictures, time]
    flow = time + 2 + HANDED_ON
    return [*pictures, *range(flow, flow + 4), *range(time, flow)]


def _with_identity(weight: Array, bias: Array) -> tuple[Array, Array]:
    """A 3x3 convolution that adds its own input to its output."""
    weight = weight.copy()
    each = np.arange(len(weight))
    weight[each, each, 1, 1] += 1
    return weight, bias


def _as_convolution(weight: Array) -> Array:
    """The 3x3 convolution to four times the channels (one for each pixel of two by two) that, pixel-shuffled,
    equals the 4x4 deconvolution of stride 2 and padding 1 with `weight` (in, out, 4, 4)."""
    channels, out = weight.shape[:2]
    result = np.zeros((out, 2, 2, channels, 3, 3), np.float32)
    # (output row or column of the two, tap of the 3) -> tap of the 4
    taps = {(0, 0): 3, (0, 1): 1, (1, 1): 2, (1, 2): 0}
    for (y, row), down in taps.items():
        for (x, column), across in taps.items():
            result[:, y, x, :, row, column] = weight[:, :, down, across].T
    return result.reshape(out * 4, channels, 3, 3)


def _pair(x: Node) -> Node:
    """(2, 7, h, w) as (1, 14, h, w); nothing moves."""
    _, channels, rows, columns = x.shape
    return ops.reshape(x, parts.ints(1, 2 * channels, rows, columns), False)


def _plane(t: Node, rows: int, columns: int) -> Node:
    return ops.broadcast(t, parts.ints(1, 1, rows, columns))


def _leaky(x: Node) -> Node:
    return ops.prelu(x, parts.floats([0.2]))
