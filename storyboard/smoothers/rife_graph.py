"""RIFE 4.25 as two OpenVINO graphs, built from the weights.

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

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import openvino as ov
import openvino.opset13 as ops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.smoothers.weights import Array, Weights

Node: TypeAlias = Any
"""A node of a graph; OpenVINO has no types."""

SCALES = (16, 8, 4, 2, 1)
PLANES = 7
"""Channels of a picture as the graphs pass it on: RGB from 0 to 1, then four features."""

_MATMUL_FROM = 4
"""Enlarging flow by at least this much is quicker as two small matrix products (measured at 256x256, x86)."""

# The published channel order of a block's input is: picture a, picture b, features a, features b, time, and from
# the second block on mask, features of the block before (8), flow (4). Ours keeps each picture with its features.
_FIRST = [0, 1, 2, 6, 7, 8, 9, 3, 4, 5, 10, 11, 12, 13, 14]
_LATER = [*_FIRST[:14], 24, 25, 26, 27, 14, *range(15, 24)]


def head_graph(weights: Weights, height: int, width: int) -> ov.Model:
    """(1, H, W, 3) u8 -> its planes (1, 7, H, W) f32, and the same shrunk by 16."""
    frame = ops.parameter([1, height, width, 3], ov.Type.u8)
    picture = ops.multiply(ops.transpose(ops.convert(frame, "f32"), _ints(0, 3, 1, 2)), _floats(1 / 255))
    x = picture
    for i, stride in enumerate((2, 1, 1)):
        x = _leaky(_conv(x, *_of(weights, f"head.{i}"), stride))
    # With so few channels a convolution is quicker than the deconvolution that it stands for.
    weight, bias = _of(weights, "head.3")
    features = _unshuffled(_conv(x, _as_convolution(weight), np.repeat(bias, 4), 1))
    planes = ops.concat([picture, features], 1)
    return ov.Model([planes, _resized(planes, height // 16, width // 16)], [frame], "rife-head")


def gap_graph(weights: Weights, height: int, width: int) -> ov.Model:
    """Planes of both pictures, both shrunk by 16, and t (1, 1, 1, 1) f32 -> (1, H, W, 3) u8."""
    whole = [ops.parameter([1, PLANES, height, width], ov.Type.f32) for _ in "ab"]
    small = [ops.parameter([1, PLANES, height // 16, width // 16], ov.Type.f32) for _ in "ab"]
    t = ops.parameter([1, 1, 1, 1], ov.Type.f32)
    both = ops.concat(whole, 0)
    flow, rest = _block(weights, 0, ops.concat([*small, _plane(t, height // 16, width // 16)], 1))
    flow = _enlarged(flow, height, width, 16)
    for i, scale in enumerate(SCALES[1:], 1):
        rows, columns = height // scale, width // scale
        seen = _at_points(flow, height, width, scale)
        x = ops.concat([_pair(_warped(both, seen, height, width, scale)), seen], 1)
        x = _halved(x, scale, rows, columns)
        x = ops.concat([x, _plane(t, rows, columns), _resized(rest, rows, columns)], 1)
        more, rest = _block(weights, i, x)
        flow = ops.add(flow, _enlarged(more, height, width, scale))
    pictures = ops.slice(both, _ints(0), _ints(3), _ints(1), _ints(1))
    made = _blend(_warped(pictures, flow, height, width, 1), ops.sigmoid(rest))
    return ov.Model([made], [*whole, *small, t], "rife-gap")


def _blend(warped: Node, mask: Node) -> Node:
    first, second = ops.split(warped, ops.constant(np.int64(0)), 2).outputs()
    mixed = ops.add(second, ops.multiply(ops.subtract(first, second), mask))
    levels = ops.round(ops.clamp(ops.multiply(mixed, _floats(255)), 0.0, 255.0), "half_to_even")
    return ops.convert(ops.transpose(levels, _ints(0, 2, 3, 1)), "u8")


def _block(weights: Weights, i: int, x: Node) -> tuple[Node, Node]:
    """What block `i` adds to the flow (1, 4, h, w), in pixels of the whole picture, and its mask and features."""
    weight, bias = _of(weights, f"block{i}.shrink.0")
    if i:
        weight = np.concatenate([weight[:, :24], weight[:, 24:] / SCALES[i]], 1)
    x = _leaky(_conv(x, weight[:, _LATER if i else _FIRST], bias, 2))
    x = _leaky(_conv(x, *_of(weights, f"block{i}.shrink.1"), 2))
    for k in range(8):
        x = _leaky(_conv(x, *_with_identity(*_of(weights, f"block{i}.residual.{k}")), 1))
    weight, bias = _of(weights, f"block{i}.out")
    end = 52 if i < 4 else 20
    flow = _deconv(x, weight[:, :16] * SCALES[i], bias[:16] * SCALES[i])
    return _unshuffled(flow), _unshuffled(_deconv(x, weight[:, 16:end], bias[16:end]))


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


def _points(size: int, scale: int) -> NDArray[np.int64]:
    """The places along one side that a shrink by `scale` reads: the middle two of each cell."""
    every = np.arange(size)
    return every if scale <= 2 else every.reshape(-1, scale)[:, scale // 2 - 1 : scale // 2 + 1].reshape(-1)


def _at_points(flow: Node, height: int, width: int, scale: int) -> Node:
    """`flow` (1, 4, H, W) at the points that a shrink by `scale` reads."""
    if scale <= 2:
        return flow
    rows, columns = height // scale, width // scale
    cells = ops.reshape(flow, _ints(1, 4, rows, scale, columns, scale), False)
    middle = (scale // 2 - 1, scale // 2 + 1)
    cells = ops.slice(
        cells, _ints(middle[0], middle[0]), _ints(middle[1], middle[1]), _ints(1, 1), _ints(3, 5)
    )
    return ops.reshape(cells, _ints(1, 4, rows * 2, columns * 2), False)


def _warped(both: Node, flow: Node, height: int, width: int, scale: int) -> Node:
    """(2, C, h, w): the pictures of `both` sampled where `flow` points to from each of the scale's points."""
    ys, xs = _points(height, scale), _points(width, scale)
    across, down = np.meshgrid(xs * 2 / (width - 1) - 1, ys * 2 / (height - 1) - 1)
    unit = _floats(np.array([2 / (width - 1), 2 / (height - 1)]).reshape(1, 2, 1, 1))
    flow = ops.reshape(flow, _ints(2, 2, len(ys), len(xs)), False)
    grid = ops.add(ops.multiply(flow, unit), _floats(np.stack([across, down])[None]))
    how = {"align_corners": True, "mode": "bilinear", "padding_mode": "border"}
    return ops.grid_sample(both, ops.transpose(grid, _ints(0, 2, 3, 1)), how)


def _pair(x: Node) -> Node:
    """(2, 7, h, w) as (1, 14, h, w); nothing moves."""
    _, channels, rows, columns = x.shape
    return ops.reshape(x, _ints(1, 2 * channels, rows, columns), False)


def _halved(x: Node, scale: int, rows: int, columns: int) -> Node:
    """The mean of each two by two. The same by two operations: which is quicker depends on the size."""
    if scale == 1:
        return x
    if scale == 2:
        return _resized(x, rows, columns)
    return ops.avg_pool(x, [2, 2], [0, 0], [0, 0], [2, 2], True)


def _enlarged(flow: Node, height: int, width: int, scale: int) -> Node:
    if scale == 1:
        return flow
    if scale < _MATMUL_FROM:
        return _resized(flow, height, width)
    across = ops.matmul(flow, _floats(_linear(width, scale).T[None, None]), False, False)
    return ops.matmul(_floats(_linear(height, scale)[None, None]), across, False, False)


def _linear(size: int, scale: int) -> NDArray[np.float64]:
    """(size, size / scale): the matrix of linear enlarging by `scale`, pixel centres at one half."""
    few = size // scale
    place = np.clip((np.arange(size) + 0.5) / scale - 0.5, 0, few - 1)
    left = np.floor(place).astype(int)
    matrix = np.zeros((size, few))
    matrix[np.arange(size), left] = 1 - (place - left)
    matrix[np.arange(size), np.minimum(left + 1, few - 1)] += place - left
    return matrix


def _resized(x: Node, rows: int, columns: int) -> Node:
    size, axes = np.array([rows, columns], np.int64), np.array([2, 3], np.int64)
    return ops.interpolate(x, size, "linear_onnx", "sizes", [0, 0], [0, 0], "half_pixel", axes=axes)


def _plane(t: Node, rows: int, columns: int) -> Node:
    return ops.broadcast(t, _ints(1, 1, rows, columns))


def _conv(x: Node, weight: Array, bias: Array, stride: int) -> Node:
    y = ops.convolution(x, _floats(weight), [stride, stride], [1, 1], [1, 1], [1, 1])
    return ops.add(y, _floats(bias.reshape(1, -1, 1, 1)))


def _deconv(x: Node, weight: Array, bias: Array) -> Node:
    y = ops.convolution_backprop_data(x, _floats(weight), [2, 2], pads_begin=[1, 1], pads_end=[1, 1])
    return ops.add(y, _floats(bias.reshape(1, -1, 1, 1)))


def _unshuffled(x: Node) -> Node:
    """Pixel shuffle by 2."""
    return ops.depth_to_space(x, "depth_first", 2)


def _leaky(x: Node) -> Node:
    return ops.prelu(x, _floats([0.2]))


def _of(weights: Weights, name: str) -> tuple[Array, Array]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _floats(values: object) -> Node:
    return ops.constant(np.ascontiguousarray(values, dtype=np.float32))


def _ints(*values: int) -> Node:
    return ops.constant(np.array(values, np.int64))
