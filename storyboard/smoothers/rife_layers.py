"""The convolutions of RIFE 4.25 as plain values, built from the weights, in the order in which `rife_lane` wants them
computed. `rife_graph` makes OpenVINO graphs of them, `rife_torch` PyTorch layers.

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

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from storyboard.smoothers.weights import Array, Weights

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
FLOW = 4
"""The piece that holds the flow."""
ANSWERS = (3, 3, 3, 3, 1)
"""How many pieces of four channels each block answers: the flow; mask and features 0 to 2; features 3 to 6. After
them comes one single channel: feature 7, of the last block the mask."""
LEAKY = 0.2
"""The slope below zero of a leaky ReLU."""


class Layer(NamedTuple):
    """A convolution, or the deconvolution of 4x4, stride 2 and padding 1 that ends a block."""

    weight: Array
    """(out, in, rows, columns); of a deconvolution (in, out, 4, 4)."""
    bias: Array
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (1, 1)
    """Rows of zeros above and columns of zeros to the left. Below and to the right as many, where they are read."""
    leaky: bool = True
    deconvolution: bool = False


def head(weights: Weights) -> list[Layer]:
    """(1, 4, H, W), RGB from 0 to 1 and anything -> (1, 16, H / 2, W / 2): for each pixel of two by two the four
    features."""
    weight, bias = _of(weights, "head.0")
    layers = [Layer(np.pad(weight, ((0, 0), (0, 1), (0, 0), (0, 0))), bias, (2, 2))]
    layers += [Layer(*_of(weights, f"head.{i}")) for i in (1, 2)]
    # With so few channels a convolution is quicker than the deconvolution that it stands for.
    weight, bias = _of(weights, "head.3")
    return [*layers, Layer(_as_convolution(weight), np.tile(bias, 4), leaky=False)]


def block(weights: Weights, i: int) -> list[Layer]:
    """The woven input of block `i`, (1, 4, h * pieces, w) -> its answer (1, channels, h / 2, w / 2), where h and w
    are those of the whole picture over the block's scale."""
    weight, bias = _of(weights, f"block{i}.shrink.0")
    layers = [Layer(_woven(weight, i), bias, (2 * PIECES[i], 2), (PIECES[i], 1))]
    layers.append(Layer(*_of(weights, f"block{i}.shrink.1"), (2, 2)))
    layers += [Layer(*with_identity(*_of(weights, f"block{i}.residual.{k}"))) for k in range(8)]
    return [
        *layers,
        Layer(*_answer(*_of(weights, f"block{i}.out"), i), (2, 2), leaky=False, deconvolution=True),
    ]


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


def with_identity(weight: Array, bias: Array) -> tuple[Array, Array]:
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


def _of(weights: Weights, name: str) -> tuple[Array, Array]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]
