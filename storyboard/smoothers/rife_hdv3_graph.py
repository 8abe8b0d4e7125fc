"""RIFE HDv3 as one OpenVINO graph, built from the weights.

Three blocks, at scales 4, 2 and 1, each asked twice: once for the way from the first picture to the second, once
for the way back; their answers are averaged. It has no time: its answer is the picture half way. A plain version
of it is in `tests/smoothers/rife_hdv3_reference.py`; here both ways are one batch of two, in which each picture
lies with its own flow, and factors on flow and the averaging are in the weights. What `rife_graph` says about
shrinking holds here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import openvino as ov
import openvino.opset13 as ops

from storyboard.smoothers import graph_parts as parts

if TYPE_CHECKING:
    from storyboard.smoothers.graph_parts import Node
    from storyboard.smoothers.weights import Array, Weights

SCALES = (4, 2, 1)
# The published channel order of a block's input is: picture a, picture b, mask, flow to a, flow to b. Ours is: the
# one picture and its flow, the other and its flow, mask.
_ORDER = [0, 1, 2, 7, 8, 3, 4, 5, 9, 10, 6]
_FLOW = slice(7, 11)


def graph(weights: Weights, height: int, width: int) -> ov.Model:
    """Two pictures (1, H, W, 3) u8 -> the one half way between them, (1, H, W, 3) u8."""
    frames = [ops.parameter([1, height, width, 3], ov.Type.u8) for _ in "ab"]
    both = parts.pictures(ops.concat(frames, 0))
    flow, small = _block(weights, 0, _both_ways(parts.resized(both, height // 4, width // 4)))
    flow = parts.enlarged(flow, height, width, 4)
    masks = [small]
    for i, scale in enumerate(SCALES[1:], 1):
        rows, columns = height // scale, width // scale
        seen = parts.at_points(flow, height, width, scale)
        own = ops.concat([parts.warped(both, seen, height, width, scale), _flows(seen)], 1)
        own = parts.halved(own, scale, rows, columns)
        more, small = _block(weights, i, ops.concat([_both_ways(own), _signed(masks, rows, columns)], 1))
        flow = ops.add(flow, parts.enlarged(more, height, width, scale))
        masks.append(small)
    made = parts.blend(parts.warped(both, flow, height, width, 1), ops.sigmoid(_sum(masks, height, width)))
    return ov.Model([made], frames, "rife-hdv3")


def _block(weights: Weights, i: int, x: Node) -> tuple[Node, Node]:
    """What block `i` adds to the flow (1, 4, h, w), in pixels of the whole picture, and to the mask (1, 1, h, w)."""
    weight, bias = parts.of(weights, f"block{i}.shrink.0")
    if i:
        weight = weight.copy()
        weight[:, _FLOW] /= SCALES[i]
        weight = weight[:, _ORDER]
    else:
        weight = weight[:, :6]  # mask and flow are still zero
    x = _sloped(weights, f"block{i}.shrink.0", parts.conv(x, weight, bias, 2))
    x = _convolved(weights, f"block{i}.shrink.1", x, 2)
    for k in range(4):
        y = _convolved(weights, f"block{i}.residual.{k}.0", x, 1)
        x = ops.add(_convolved(weights, f"block{i}.residual.{k}.1", y, 1), x)
    return _agreed(_answer(weights, i, x, "flow", SCALES[i]), _answer(weights, i, x, "mask", 1))


def _answer(weights: Weights, i: int, x: Node, what: str, factor: int) -> Node:
    """(2, 4 or 1, h, w): half of what each way says, so that the sum is the mean."""
    weight, bias = parts.of(weights, f"block{i}.{what}.0")
    x = _sloped(weights, f"block{i}.{what}.0", parts.deconv(x, weight, bias))
    weight, bias = parts.of(weights, f"block{i}.{what}.1")
    share = np.float32(factor / 2)
    return parts.deconv(x, weight * share, bias * share)


def _agreed(flow: Node, mask: Node) -> tuple[Node, Node]:
    """The two ways' answers as one: what the way back calls the other picture is the first way's own."""
    own, other = ops.split(flow, ops.constant(np.int64(1)), 2).outputs()
    _, _, rows, columns = mask.shape
    flow = ops.reshape(ops.add(own, _turned(other)), parts.ints(1, 4, rows, columns), False)
    there, back = ops.split(mask, ops.constant(np.int64(0)), 2).outputs()
    return flow, ops.subtract(there, back)


def _both_ways(own: Node) -> Node:
    """(2, C, h, w) of each picture -> (2, 2 C, h, w) of each picture and the other one."""
    return ops.concat([own, _turned(own)], 1)


def _turned(x: Node) -> Node:
    """A batch of two, the second first."""
    first, second = ops.split(x, ops.constant(np.int64(0)), 2).outputs()
    return ops.concat([second, first], 0)


def _flows(flow: Node) -> Node:
    """(1, 4, h, w) as (2, 2, h, w): each picture's; nothing moves."""
    _, _, rows, columns = flow.shape
    return ops.reshape(flow, parts.ints(2, 2, rows, columns), False)


def _signed(masks: list[Node], rows: int, columns: int) -> Node:
    """(2, 1, h, w): the mask so far for the one way, and its opposite for the other."""
    mask = _sum(masks, rows, columns)
    return ops.concat([mask, ops.negative(mask)], 0)


def _sum(masks: list[Node], rows: int, columns: int) -> Node:
    """The blocks' masks, each of its own size, enlarged and added."""
    total = None
    for mask in masks:
        mask = mask if tuple(mask.shape)[2:] == (rows, columns) else parts.resized(mask, rows, columns)
        total = mask if total is None else ops.add(total, mask)
    return total


def _convolved(weights: Weights, name: str, x: Node, stride: int) -> Node:
    return _sloped(weights, name, parts.conv(x, *parts.of(weights, name), stride))


def _sloped(weights: Weights, name: str, x: Node) -> Node:
    slope: Array = weights[f"{name}.slope"]
    return ops.prelu(x, parts.floats(slope))
