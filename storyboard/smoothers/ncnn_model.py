"""RIFE 4.25 as an ncnn model: `flownet.param` (the layers as text) and `flownet.bin` (their weights), written
from the weights that ship with the program.

The formats are ncnn's own: a text of one layer a line, `type name inputs outputs blobs... key=value...`, under a
magic number and the counts of layers and blobs; weights in layer order, each a 32-bit tag and its data, biases
bare. A blob may be read once only: a `Split` makes copies for several readers.
"""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from storyboard import atomic
from storyboard.errors import StoryboardError
from storyboard.smoothers.weights import digest, load

if TYPE_CHECKING:
    from storyboard.smoothers.weights import Array, Weights

VERSION = 1
"""Of what is written here."""

FOLDER = "rife-v4.25"
"""The wrapper reads the padding (64) from this name: with another it pads wrongly and crashes."""

_MAGIC = 7767517
_HALF_TAG = 0x01306B47
_LEAKY = "9=2 -23310=1,2.000000e-01"
_SCALES = (16, 8, 4, 2, 1)


def folder(cache: Path) -> Path:
    """The model's folder below `cache`, written if it is not there yet.

    Raises `DiskFull` when there is no room, `StoryboardError` when the folder cannot be written and
    `SmootherError` when the weights are missing.
    """
    place = cache / f"ncnn-{digest()}-{VERSION}" / FOLDER
    param, data = place / "flownet.param", place / "flownet.bin"
    if not (param.is_file() and data.is_file()):
        _make(place)
        text, blob = model(load())
        for path, content in ((data, blob), (param, text.encode())):
            with atomic.replacing(path) as temporary:
                temporary.write_bytes(content)
    return place


def _make(place: Path) -> None:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "it was refused").lower()
        raise StoryboardError(
            f"the cache folder {place} cannot be made: {reason}; make it writable"
        ) from error


def model(weights: Weights) -> tuple[str, bytes]:
    """The text of `flownet.param` and the bytes of `flownet.bin`."""
    net = _Net(weights)
    net.network()
    return net.text(), bytes(net.data)


class _Net:
    """Collects layers; each method adds some and returns the name of the blob that they make."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.layers: list[tuple[str, list[str], str, str]] = []
        self.data = bytearray()

    def network(self) -> None:
        a, b, t = (self.add("Input", [], "", name) for name in ("in0", "in1", "in2"))
        features_a, features_b = self.head(a), self.head(b)
        flow, rest = self.block(0, [a, b, features_a, features_b, t], None)
        for i in range(1, 5):
            to_a, to_b = self.cut(flow, 0, 2), self.cut(flow, 2, 4)
            warped = [
                self.warp(a, to_a),
                self.warp(b, to_b),
                self.warp(features_a, to_a),
                self.warp(features_b, to_b),
            ]
            more, rest = self.block(i, [*warped, t, rest], flow)
            flow = self.add("BinaryOp", [flow, more], "0=0")
        mask = self.add("Sigmoid", [self.cut(rest, 0, 1)], "")
        left = self.add("BinaryOp", [self.warp(a, self.cut(flow, 0, 2)), mask], "0=2")
        inverse = self.add("BinaryOp", [mask], "0=7 1=1 2=1.000000e+00")
        right = self.add("BinaryOp", [self.warp(b, self.cut(flow, 2, 4)), inverse], "0=2")
        self.add("BinaryOp", [left, right], "0=0", "out0")

    def head(self, x: str) -> str:
        for i, stride in enumerate((2, 1, 1)):
            x = self.convolution(f"head.{i}", x, stride, _LEAKY)
        return self.deconvolution("head.3", x)

    def block(self, i: int, inputs: list[str], flow: str | None) -> tuple[str, str]:
        """What block `i` adds to the flow (4 channels), and its mask and features (9)."""
        scale, name = _SCALES[i], f"block{i}"
        x = self.resize(self.add("Concat", inputs, "0=0"), 1 / scale)
        if flow is not None:
            x = self.add("Concat", [x, self.times(self.resize(flow, 1 / scale), 1 / scale)], "0=0")
        x = self.convolution(f"{name}.shrink.0", x, 2, _LEAKY)
        x = self.convolution(f"{name}.shrink.1", x, 2, _LEAKY)
        for k in range(8):
            y = self.convolution(f"{name}.residual.{k}", x, 1)
            x = self.add("ReLU", [self.add("BinaryOp", [y, x], "0=0")], "0=2.000000e-01")
        x = self.add("PixelShuffle", [self.deconvolution(f"{name}.out", x)], "0=2")
        x = self.resize(x, scale)
        return self.times(self.cut(x, 0, 4), scale), self.cut(x, 4, 13)

    def resize(self, x: str, factor: float) -> str:
        return x if factor == 1 else self.add("Interp", [x], f"0=2 1={factor:e} 2={factor:e}")

    def times(self, x: str, factor: float) -> str:
        return x if factor == 1 else self.add("BinaryOp", [x], f"0=2 1=1 2={factor:e}")

    def cut(self, x: str, start: int, end: int) -> str:
        return self.add("Crop", [x], f"-23309=1,{start} -23310=1,{end} -23311=1,0")

    def warp(self, x: str, flow: str) -> str:
        return self.add("rife.Warp", [x, flow], "")

    def convolution(self, name: str, x: str, stride: int, activation: str = "") -> str:
        weight = self.weights[f"{name}.weight"]
        self._store(weight, self.weights[f"{name}.bias"])
        what = f"0={len(weight)} 1=3 3={stride} 4=1 5=1 6={weight.size} {activation}"
        return self.add("Convolution", [x], what.rstrip())

    def deconvolution(self, name: str, x: str) -> str:
        weight = self.weights[f"{name}.weight"].transpose(1, 0, 2, 3)
        self._store(weight, self.weights[f"{name}.bias"])
        return self.add("Deconvolution", [x], f"0={len(weight)} 1=4 3=2 4=1 5=1 6={weight.size}")

    def add(self, kind: str, inputs: list[str], what: str, name: str = "") -> str:
        output = name or f"b{len(self.layers)}"
        self.layers.append((kind, inputs, output, what))
        return output

    def _store(self, weight: Array, bias: Array) -> None:
        half = np.ascontiguousarray(weight, dtype="<f2").tobytes()
        self.data += struct.pack("<I", _HALF_TAG) + half + b"\0" * (-len(half) % 4)
        self.data += np.ascontiguousarray(bias, dtype="<f4").tobytes()

    def text(self) -> str:
        readers = Counter(blob for _, inputs, _, _ in self.layers for blob in inputs)
        copies = {blob: [f"{blob}_{k}" for k in range(n)] for blob, n in readers.items() if n > 1}
        unread = {blob: iter(names) for blob, names in copies.items()}
        lines, blobs = [], 0
        for kind, inputs, output, what in self.layers:
            sources = [next(unread[blob]) if blob in unread else blob for blob in inputs]
            lines.append(_line(kind, output, sources, [output], what))
            blobs += 1
            if output in copies:
                lines.append(_line("Split", f"{output}_split", [output], copies[output], ""))
                blobs += len(copies[output])
        return "\n".join([str(_MAGIC), f"{len(lines)} {blobs}", *lines]) + "\n"


def _line(kind: str, name: str, inputs: list[str], outputs: list[str], what: str) -> str:
    return " ".join([kind, name, str(len(inputs)), str(len(outputs)), *inputs, *outputs, what]).rstrip()
