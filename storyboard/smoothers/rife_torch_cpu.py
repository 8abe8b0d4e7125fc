"""RIFE 4.25's convolutions through PyTorch on the processor, for lanes (`rife_lanes`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from storyboard.smoothers import rife_layers

if TYPE_CHECKING:
    from storyboard.smoothers.rife_lane import Bind, Block, Floats
    from storyboard.smoothers.weights import Weights


class Layers:
    """`Convolutions` of PyTorch on the processor, of any size."""

    def __init__(self, weights: Weights) -> None:
        import torch

        torch.set_num_threads(1)  # a lane is a thread
        self._head = [_ready(layer) for layer in rife_layers.head(weights)]
        self._blocks = [
            [_ready(layer) for layer in rife_layers.block(weights, i)] for i in range(len(rife_layers.SCALES))
        ]

    def head(self, picture: Floats) -> Floats:
        return np.ascontiguousarray(_through(self._head, picture[None])[0])

    def bind(self, i: int, arrays: Bind) -> Block:
        def run() -> None:
            np.copyto(arrays.answer, _through(self._blocks[i], arrays.woven))

        return run


def _ready(layer: rife_layers.Layer) -> tuple[Any, Any, rife_layers.Layer]:
    import torch

    weight, bias = (torch.from_numpy(np.ascontiguousarray(a, np.float32)) for a in layer[:2])
    return weight.contiguous(memory_format=torch.channels_last), bias, layer


def _through(layers: list[tuple[Any, Any, rife_layers.Layer]], given: Floats) -> Floats:
    """(1, rows, columns, channels) through the layers."""
    import torch
    import torch.nn.functional as nnf

    with torch.inference_mode():
        x = torch.from_numpy(given).permute(0, 3, 1, 2)
        for weight, bias, layer in layers:
            if layer.deconvolution:
                x = nnf.conv_transpose2d(x, weight, bias, layer.stride, layer.padding)
            else:
                x = nnf.conv2d(x, weight, bias, layer.stride, layer.padding)
            if layer.leaky:
                x = nnf.leaky_relu_(x, rife_layers.LEAKY)
        made: Floats = x.permute(0, 2, 3, 1).numpy()
    return made
