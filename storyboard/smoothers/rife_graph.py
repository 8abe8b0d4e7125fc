"""The convolutions of RIFE 4.25 as OpenVINO graphs, built from the weights: the head, and five blocks.

Everything between two blocks (moving pictures along the flow, enlarging, shrinking) is done by `rife_lane`. Together
they compute the same function as the network its authors published (a plain version of it is in
`tests/smoothers/rife_reference.py`), in an order that does less:

- A residual step leaky(conv(x) + x) is one convolution whose middle tap has 1 added; factors on flow are in the
  weights; the last block computes no features.
- A block reads its input *woven*: pieces of four channels each, that lie in memory row by row, row 0 of every piece,
  row 1 of every piece, ... Seen as one picture of four channels with that many times the rows, a 3x3 convolution of
  stride 2 over all channels is one of 3n x 3 with stride (2n, 2). So nobody gathers channels: OpenCV writes each
  piece where the convolution reads it.
- A block answers with the channels of its last deconvolution as they are, ordered so that undoing the pixel shuffle
  moves pieces of 32 bytes (`rife_lane`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import openvino as ov
import openvino.opset13 as ops

if TYPE_CHECKING:
    from storyboard.smoothers.weights import Array, Weights

Node: TypeAlias = Any
"""A node of a graph; OpenVINO has no types."""

SCALES = (16, 8, 4, 2, 1)

# Channels of a block's input as its authors number them: picture a (0 to 2), picture b (3 to 5), features a (6 to
# 9), features b (10 to 13), time (14), and from the second block on mask (15), features of the block before (16 to
# 23), flow (24 to 27). A picture's fourth channel carries something that would need a piece of its own.
_FIRST = ((0, 1, 2, 14), (6, 7, 8, 9), (3, 4, 5, None), (10, 11, 12, 13))
_LATER = (
    (0, 1, 2, 14),
    (6, 7, 8, 9),
    (3, 4, 5, 23),
    (10, 11, 12, 13),
    (24, 25, 26, 27),
    (15, 16, 17, 18),
    (19, 20, 21, 22),
)
_FLOW_FROM = 24

PIECES = (len(_FIRST), *4 * (len(_LATER),))
"""How many pieces each block reads."""
ANSWERS = (3, 3, 3, 3, 1)
"""How many pieces of four channels each block answers: the flow; mask and features 0 to 2; features 3 to 6. After
them comes one single channel: feature 7, of the last block the mask."""


def head_graph(weights: Weights, height: int, width: int) -> ov.Model:
    """(1, H, W, 4) f32, RGB from 0 to 1 and anything -> the features (H, W, 4)."""
    picture = ops.parameter([1, height, width, 4], ov.Type.f32)
    x = ops.transpose(picture, _ints(0, 3, 1, 2))
    weight, bias = _of(weights, "head.0")
    x = _leaky(_conv(x, np.pad(weight, ((0, 0), (0, 1), (0, 0), (0, 0))), bias, 2))
    for i in (1, 2):
        x = _leaky(_conv(x, *_of(weights, f"head.{i}"), 1))
    # With so few channels a convolution is quicker than the deconvolution that it stands for.
    weight, bias = _of(weights, "head.3")
    x = _conv(x, _as_convolution(weight), np.tile(bias, 4), 1)
    x = ops.reshape(ops.transpose(x, _ints(0, 2, 3, 1)), _ints(height // 2, width // 2, 2, 8), False)
    x = ops.reshape(ops.transpose(x, _ints(0, 2, 1, 3)), _ints(height, width, 4), False)
    return ov.Model([x], [picture], "rife-head")


def block_graph(weights: Weights, i: int, height: int, width: int) -> ov.Model:
    """The woven input of block `i`, (1, h * pieces, w, 4) f32, -> its answer (1, h / 2, w / 2, channels) f32, where
    h and w are `height` and `width` of the whole picture over the block's scale."""
    pieces, rows, columns = PIECES[i], height // SCALES[i], width // SCALES[i]
    woven = ops.parameter([1, rows * pieces, columns, 4], ov.Type.f32)
    weight, bias = _of(weights, f"block{i}.shrink.0")
    x = ops.convolution(
        ops.transpose(woven, _ints(0, 3, 1, 2)),
        _floats(_woven(weight, i)),
        [2 * pieces, 2],
        [pieces, 1],
        [0, 0],
        [1, 1],
    )
    x = _leaky(ops.add(x, _floats(bias.reshape(1, -1, 1, 1))))
    x = _leaky(_conv(x, *_of(weights, f"block{i}.shrink.1"), 2))
    for k in range(8):
        x = _leaky(_conv(x, *_with_identity(*_of(weights, f"block{i}.residual.{k}")), 1))
    x = _deconv(x, *_answer(*_of(weights, f"block{i}.out"), i))
    return ov.Model([ops.transpose(x, _ints(0, 2, 3, 1))], [woven], f"rife-block-{i}")


def _woven(weight: Array, i: int) -> Array:
    """The 3x3 weights (out, channels, 3, 3) of block `i`'s first convolution for its woven input. The flow comes in
    pixels of the whole picture."""
    pieces = _LATER if i else _FIRST
    scaled = np.concatenate([weight[:, :_FLOW_FROM], weight[:, _FLOW_FROM:] / SCALES[i]], 1)
    result = np.zeros((len(weight), 4, 3, len(pieces), 3), np.float32)
    for n, piece in enumerate(pieces):
        for k, channel in enumerate(piece):
            if channel is not None:
                result[:, k, :, n] = scaled[:, channel]
    return result.reshape(len(weight), 4, 3 * len(pieces), 3)


def _answer(weight: Array, bias: Array, i: int) -> tuple[Array, Array]:
    """The last deconvolution of block `i` with its channels in order of piece, row and column of the two by two
    that the pixel shuffle makes of them, channel of the piece. The flow goes out in pixels of the whole picture."""
    channels, pieces = len(weight), ANSWERS[i]
    weight, bias = weight.reshape(channels, 13, 2, 2, 4, 4).copy(), bias.reshape(13, 2, 2).copy()
    weight[:, :4] *= SCALES[i]
    bias[:4] *= SCALES[i]
    several = weight[:, : 4 * pieces].reshape(channels, pieces, 4, 2, 2, 4, 4).transpose(0, 1, 3, 4, 2, 5, 6)
    several_bias = bias[: 4 * pieces].reshape(pieces, 4, 2, 2).transpose(0, 2, 3, 1)
    single = 4 * pieces  # feature 7 follows the three pieces, the mask follows the flow
    return (
        np.concatenate(
            [several.reshape(channels, -1, 4, 4), weight[:, single].reshape(channels, 4, 4, 4)], 1
        ),
        np.concatenate([several_bias.reshape(-1), bias[single].reshape(-1)]),
    )


def _with_identity(weight: Array, bias: Array) -> tuple[Array, Array]:
    """A 3x3 convolution that adds its own input to its output."""
    weight = weight.copy()
    each = np.arange(len(weight))
    weight[each, each, 1, 1] += 1
    return weight, bias


def _as_convolution(weight: Array) -> Array:
    """The 3x3 convolution to four times the channels that equals the 4x4 deconvolution of stride 2 and padding 1
    with `weight` (in, out, 4, 4): for each pixel of two by two, all of its channels."""
    channels, out = weight.shape[:2]
    result = np.zeros((2, 2, out, channels, 3, 3), np.float32)
    # (output row or column of the two, tap of the 3) -> tap of the 4
    taps = {(0, 0): 3, (0, 1): 1, (1, 1): 2, (1, 2): 0}
    for (y, row), down in taps.items():
        for (x, column), across in taps.items():
            result[y, x, :, :, row, column] = weight[:, :, down, across].T
    return result.reshape(4 * out, channels, 3, 3)


def _conv(x: Node, weight: Array, bias: Array, stride: int) -> Node:
    y = ops.convolution(x, _floats(weight), [stride, stride], [1, 1], [1, 1], [1, 1])
    return ops.add(y, _floats(bias.reshape(1, -1, 1, 1)))


def _deconv(x: Node, weight: Array, bias: Array) -> Node:
    y = ops.convolution_backprop_data(x, _floats(weight), [2, 2], pads_begin=[1, 1], pads_end=[1, 1])
    return ops.add(y, _floats(bias.reshape(1, -1, 1, 1)))


def _leaky(x: Node) -> Node:
    return ops.prelu(x, _floats([0.2]))


def _of(weights: Weights, name: str) -> tuple[Array, Array]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _floats(values: object) -> Node:
    return ops.constant(np.ascontiguousarray(values, dtype=np.float32))


def _ints(*values: int) -> Node:
    return ops.constant(np.array(values, np.int64))
