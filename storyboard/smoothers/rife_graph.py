"""The layers of RIFE (`rife_layers`) as OpenVINO graphs. Arrays go in and out as rows, columns, channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import openvino as ov
import openvino.opset13 as ops

from storyboard.smoothers import rife_layers
from storyboard.smoothers.rife_layers import LEAKY, PIECES, SCALES, Layer

if TYPE_CHECKING:
    from storyboard.smoothers.weights import Weights

Node: TypeAlias = Any
"""A node of a graph; OpenVINO has no types."""


def head_graph(weights: Weights, height: int, width: int) -> ov.Model:
    """(1, H, W, 4) f32, RGB from 0 to 1 and anything -> the features of two by two pixels, (1, H / 2, W / 2, 16)."""
    picture = ops.parameter([1, height, width, 4], ov.Type.f32)
    return _model(picture, rife_layers.head(weights), "rife-head")


def block_graph(weights: Weights, i: int, height: int, width: int) -> ov.Model:
    """The woven input of block `i`, (1, h * pieces, w, 4) f32, -> its answer (1, h / 2, w / 2, channels) f32, where
    h and w are `height` and `width` of the whole picture over the block's scale."""
    shape = [1, height // SCALES[i] * PIECES[i], width // SCALES[i], 4]
    return _model(ops.parameter(shape, ov.Type.f32), rife_layers.block(weights, i), f"rife-block-{i}")


def _model(given: Node, layers: list[Layer], name: str) -> ov.Model:
    x = ops.transpose(given, _ints(0, 3, 1, 2))
    for layer in layers:
        x = _computed(x, layer)
    return ov.Model([ops.transpose(x, _ints(0, 2, 3, 1))], [given], name)


def _computed(x: Node, layer: Layer) -> Node:
    weight, stride, before = _floats(layer.weight), list(layer.stride), list(layer.padding)
    if layer.deconvolution:
        x = ops.convolution_backprop_data(x, weight, stride, pads_begin=before, pads_end=before)
    else:
        # With stride 2 and even sides the last row and column are the last that are read.
        after = before if layer.stride == (1, 1) else [0, 0]
        x = ops.convolution(x, weight, stride, before, after, [1, 1])
    x = ops.add(x, _floats(layer.bias.reshape(1, -1, 1, 1)))
    return ops.prelu(x, _floats([LEAKY])) if layer.leaky else x


def _floats(values: object) -> Node:
    return ops.constant(np.ascontiguousarray(values, dtype=np.float32))


def _ints(*values: int) -> Node:
    return ops.constant(np.array(values, np.int64))
