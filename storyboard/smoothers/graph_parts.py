"""Pieces that the OpenVINO graphs of the RIFE networks are built of.

Pictures are (batch, channels, rows, columns) f32. Flow is (1, 4, rows, columns): x and y in pixels to the first
picture, then to the second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import openvino.opset13 as ops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.smoothers.weights import Array, Weights

Node: TypeAlias = Any
"""A node of a graph; OpenVINO has no types."""

_MATMUL_FROM = 4
"""Enlarging flow by at least this much is quicker as two small matrix products (measured at 256x256, x86)."""


def pictures(frames: Node) -> Node:
    """(B, H, W, 3) u8 -> (B, 3, H, W), 0 to 1."""
    return ops.multiply(ops.transpose(ops.convert(frames, "f32"), ints(0, 3, 1, 2)), floats(1 / 255))


def blend(warped: Node, mask: Node) -> Node:
    first, second = ops.split(warped, ops.constant(np.int64(0)), 2).outputs()
    mixed = ops.add(second, ops.multiply(ops.subtract(first, second), mask))
    levels = ops.round(ops.clamp(ops.multiply(mixed, floats(255)), 0.0, 255.0), "half_to_even")
    return ops.convert(ops.transpose(levels, ints(0, 2, 3, 1)), "u8")


def points(size: int, scale: int) -> NDArray[np.int64]:
    """The places along one side that a shrink by `scale` reads: the middle two of each cell."""
    every = np.arange(size)
    return every if scale <= 2 else every.reshape(-1, scale)[:, scale // 2 - 1 : scale // 2 + 1].reshape(-1)


def at_points(flow: Node, height: int, width: int, scale: int) -> Node:
    """`flow` (1, 4, H, W) at the points that a shrink by `scale` reads."""
    if scale <= 2:
        return flow
    rows, columns = height // scale, width // scale
    cells = ops.reshape(flow, ints(1, 4, rows, scale, columns, scale), False)
    middle = (scale // 2 - 1, scale // 2 + 1)
    cells = ops.slice(cells, ints(middle[0], middle[0]), ints(middle[1], middle[1]), ints(1, 1), ints(3, 5))
    return ops.reshape(cells, ints(1, 4, rows * 2, columns * 2), False)


def warped(both: Node, flow: Node, height: int, width: int, scale: int) -> Node:
    """(2, C, h, w): the pictures of `both` sampled where `flow` points to from each of the scale's points."""
    ys, xs = points(height, scale), points(width, scale)
    across, down = np.meshgrid(xs * 2 / (width - 1) - 1, ys * 2 / (height - 1) - 1)
    unit = floats(np.array([2 / (width - 1), 2 / (height - 1)]).reshape(1, 2, 1, 1))
    flow = ops.reshape(flow, ints(2, 2, len(ys), len(xs)), False)
    grid = ops.add(ops.multiply(flow, unit), floats(np.stack([across, down])[None]))
    how = {"align_corners": True, "mode": "bilinear", "padding_mode": "border"}
    return ops.grid_sample(both, ops.transpose(grid, ints(0, 2, 3, 1)), how)


def halved(x: Node, scale: int, rows: int, columns: int) -> Node:
    """The mean of each two by two. The same by two operations: which is quicker depends on the size."""
    if scale == 1:
        return x
    if scale == 2:
        return resized(x, rows, columns)
    return ops.avg_pool(x, [2, 2], [0, 0], [0, 0], [2, 2], True)


def enlarged(flow: Node, height: int, width: int, scale: int) -> Node:
    if scale == 1:
        return flow
    if scale < _MATMUL_FROM:
        return resized(flow, height, width)
    across = ops.matmul(flow, floats(linear(width, scale).T[None, None]), False, False)
    return ops.matmul(floats(linear(height, scale)[None, None]), across, False, False)


def linear(size: int, scale: int) -> NDArray[np.float64]:
    """(size, size / scale): the matrix of linear enlarging by `scale`, pixel centres at one half."""
    few = size // scale
    place = np.clip((np.arange(size) + 0.5) / scale - 0.5, 0, few - 1)
    left = np.floor(place).astype(int)
    matrix = np.zeros((size, few))
    matrix[np.arange(size), left] = 1 - (place - left)
    matrix[np.arange(size), np.minimum(left + 1, few - 1)] += place - left
    return matrix


def resized(x: Node, rows: int, columns: int) -> Node:
    size, axes = np.array([rows, columns], np.int64), np.array([2, 3], np.int64)
    return ops.interpolate(x, size, "linear_onnx", "sizes", [0, 0], [0, 0], "half_pixel", axes=axes)


def conv(x: Node, weight: Array, bias: Array, stride: int) -> Node:
    y = ops.convolution(x, floats(weight), [stride, stride], [1, 1], [1, 1], [1, 1])
    return ops.add(y, floats(bias.reshape(1, -1, 1, 1)))


def deconv(x: Node, weight: Array, bias: Array) -> Node:
    y = ops.convolution_backprop_data(x, floats(weight), [2, 2], pads_begin=[1, 1], pads_end=[1, 1])
    return ops.add(y, floats(bias.reshape(1, -1, 1, 1)))


def unshuffled(x: Node) -> Node:
    """Pixel shuffle by 2."""
    return ops.depth_to_space(x, "depth_first", 2)


def of(weights: Weights, name: str) -> tuple[Array, Array]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def floats(values: object) -> Node:
    return ops.constant(np.ascontiguousarray(values, dtype=np.float32))


def ints(*values: int) -> Node:
    return ops.constant(np.array(values, np.int64))
