"""The weights in an ncnn model of RIFE: what `ncnn_model` writes, read back, also as others wrote it.

`flownet.param` lists the layers as text, `flownet.bin` holds their weights in the same order: a 32-bit tag and the
data for convolutions, bare float32 for biases and constants.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from storyboard.errors import SmootherError
from storyboard.smoothers.rife_family import RESIDUALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storyboard.smoothers.weights import Array, Weights

MAGIC = "7767517"
MAX_LAYERS = 5000
MAX_SIDE = 4096
"""Channels or a kernel's side; RIFE's are far below."""

_HALF, _SINGLE = 0x01306B47, 0
_TIMES = "2"


class _Layer(NamedTuple):
    kind: str
    inputs: list[str]
    outputs: list[str]
    numbers: dict[str, str]

    def number(self, key: int, default: int = 0) -> int:
        text = self.numbers.get(str(key), str(default))
        if not text.isdecimal() or int(text) > MAX_SIDE**2:
            raise SmootherError(f"flownet.param: {text[:40]!r} is no size of a layer; get the file again")
        return int(text)


def weights(param: str, data: bytes) -> Weights:
    """Our names -> float32 arrays, for a network of `rife_family`: the head's layers, then each block's, in the
    order in which one reads the other. Layers that appear twice, once for each picture, count once. Raises
    `SmootherError` when the files do not belong together or hold something else."""
    layers = list(_layers(param))
    arrays, constants = _read(layers, data)
    _fold(layers, arrays, constants)
    found: dict[bytes, tuple[Array, Array]] = {}
    for weight, bias in arrays.values():
        found.setdefault(hashlib.sha256(weight.tobytes() + bias.tobytes()).digest(), (weight, bias))
    return dict(_named(list(found.values())))


def _layers(param: str) -> Iterator[_Layer]:
    magic, _, *lines = param.splitlines() or ["", ""]
    if magic.strip() != MAGIC or not lines or len(lines) > MAX_LAYERS:
        raise SmootherError("flownet.param is no ncnn model; get the file again")
    for line in lines:
        words = line.split()
        if len(words) < 4 or not (words[2].isdecimal() and words[3].isdecimal()):
            raise SmootherError(
                f"flownet.param has a line that is no layer: {line[:60]!r}; get the file again"
            )
        ends = 4 + int(words[2]), 4 + int(words[2]) + int(words[3])
        numbers = dict(word.split("=", 1) for word in words[ends[1] :] if "=" in word)
        yield _Layer(words[0], words[4 : ends[0]], words[ends[0] : ends[1]], numbers)


def _read(layers: list[_Layer], data: bytes) -> tuple[dict[str, tuple[Array, Array]], dict[str, Array]]:
    """By the blob that each layer makes: weights and biases of convolutions, and constants."""
    arrays, constants, reader = {}, {}, _Reader(data)
    for layer in layers:
        if layer.kind in ("Convolution", "Deconvolution"):
            arrays[layer.outputs[0]] = _convolution(layer, reader)
        elif layer.kind == "MemoryData":
            sides = [layer.number(key) or 1 for key in (0, 1, 11, 2)]
            constants[layer.outputs[0]] = reader.single(int(np.prod(sides)))
    if reader.left():
        raise SmootherError("flownet.bin is longer than flownet.param says; get both files again")
    return arrays, constants


def _convolution(layer: _Layer, reader: _Reader) -> tuple[Array, Array]:
    out, wide, size = layer.number(0), layer.number(1), layer.number(6)
    high = layer.number(11, wide)
    each = out * wide * high
    if not each or size % each or max(out, wide, high) > MAX_SIDE or not layer.number(5):
        raise SmootherError(f"flownet.param: {layer.outputs[0]} has an impossible size; get the file again")
    weight = reader.tagged(size).reshape(out, size // each, high, wide)
    if layer.kind == "Deconvolution":
        weight = weight.transpose(1, 0, 2, 3)
    return weight, reader.single(out)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def left(self) -> int:
        return len(self._data) - self._at

    def tagged(self, count: int) -> Array:
        tag = int.from_bytes(self._take(4), "little")
        if tag == _HALF:
            half = np.frombuffer(self._take(2 * count + -2 * count % 4), "<f2")[:count]
            return half.astype(np.float32)
        if tag == _SINGLE:
            return self.single(count)
        raise SmootherError(
            "flownet.bin holds shortened (int8) weights; get those in half or single precision"
        )

    def single(self, count: int) -> Array:
        return np.frombuffer(self._take(4 * count), "<f4").astype(np.float32)

    def _take(self, count: int) -> bytes:
        if count > self.left():
            raise SmootherError("flownet.bin ends too early; get the file again")
        self._at += count
        return self._data[self._at - count : self._at]


def _fold(layers: list[_Layer], arrays: dict[str, tuple[Array, Array]], constants: dict[str, Array]) -> None:
    """Multiplies a constant with which a convolution's answer is multiplied into the convolution."""
    for layer in layers:
        if layer.kind != "BinaryOp" or layer.numbers.get("0") != _TIMES or len(layer.inputs) != 2:
            continue
        for made, constant in (layer.inputs, layer.inputs[::-1]):
            if made in arrays and constant in constants:
                weight, bias = arrays[made]
                factor = constants[constant]
                if factor.size != len(bias):
                    raise SmootherError(
                        f"flownet.param multiplies {made} with too few numbers; get the file again"
                    )
                arrays[made] = weight * factor[:, None, None, None], bias * factor


def _named(found: list[tuple[Array, Array]]) -> Iterator[tuple[str, Array]]:
    layers = ["shrink.0", "shrink.1", *(f"residual.{k}" for k in range(RESIDUALS)), "out"]
    for n, (weight, bias) in enumerate(found):
        block, place = divmod(n - 4, len(layers))
        name = f"head.{n}" if n < 4 else f"block{block}.{layers[place]}"
        yield f"{name}.weight", weight
        yield f"{name}.bias", bias
