"""RIFE between its convolutions, on the processor: what OpenCV does many times quicker than a network's own
operators (sampling a 448x256 picture of four channels along a flow takes 0.4 ms there and 4 ms in OpenVINO).

A `Lane` makes one in-between at a time and owns the buffers that this takes, so that little is allocated for a
frame. Pictures and flows are (H, W, 4) float32; a flow is x and y into the picture before, x and y into the one
after, in pixels of the whole picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import cv2
import numpy as np

from storyboard.smoothers import gaps as gap_rules
from storyboard.smoothers import memory
from storyboard.smoothers.rife_layers import ANSWERS, FLOW, PIECES, SCALES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.frames import Frame

    Floats: TypeAlias = NDArray[np.float32]

BYTES_A_PIXEL = 480
"""What a lane takes for each pixel of the padded picture: its own arrays 205, the pictures on their way to it and the
buffers of the library that convolves the rest, of which two lanes share some (330 each)."""


class Planes(NamedTuple):
    """What a lane needs of a picture: RGB from 0 to 1 in four channels, its features, both shrunk by 16."""

    picture: Floats
    features: Floats
    small: tuple[Floats, Floats]

    @classmethod
    def of(cls, picture: Floats, two_by_two: Floats) -> Planes:
        """`two_by_two` is what the head makes of a picture: (H / 2, W / 2, 16)."""
        features = np.empty_like(picture)
        _unshuffle(two_by_two[..., None, :], features[None])
        return cls(picture, features, (_half(_points(picture, 16)), _half(_points(features, 16))))


Block: TypeAlias = Callable[[], object]
"""Computes a block's answer from its woven input, both bound before."""


class NoNumber(ArithmeticError):
    """The network gave NaN or infinity."""


class Bind(NamedTuple):
    """The arrays of a block: what it reads and where it answers."""

    woven: Floats
    answer: Floats


class Lane:
    """Makes in-betweens of one padded size, one at a time. `bind(i, arrays)` gives what runs block `i` on them."""

    def __init__(self, height: int, width: int, bind: Callable[[int, Bind], Block]) -> None:
        sizes = [(height // scale, width // scale) for scale in SCALES]
        self._woven = [np.zeros((h, n, w, 4), np.float32) for (h, w), n in zip(sizes, PIECES, strict=True)]
        # Some buffers lie in each other: what is used at different times needs memory once. When the last block answers,
        # what the one before it read is of no more use, nor is where the flow pointed to before that answer.
        read, points = self._woven[-2].shape, 4 * height * width
        room = np.empty(math.prod(read) + points, np.float32)
        self._woven[-2] = room[:-points].reshape(read)
        self._answers = [_Answer(h, w, n) for (h, w), n in zip(sizes[:-1], ANSWERS, strict=False)]
        self._answers.append(_Answer(height, width, ANSWERS[-1], room))
        self._blocks = [
            bind(i, Bind(woven.reshape(1, -1, woven.shape[2], 4), answer.raw))
            for i, (woven, answer) in enumerate(zip(self._woven, self._answers, strict=True))
        ]
        # The flow lies where the last block reads it.
        self._flow = self._woven[-1][:, FLOW]
        places = {_places(s) for s in SCALES[1:]}
        maps, sampled = room[-points:].reshape(4, -1), self._woven[-1][:, FLOW - 1]
        self._views = {scale: _View(height, width, scale, maps, sampled) for scale in places}

    def make(self, a: Planes, b: Planes, t: float) -> Frame:
        """The picture at `t` between `a` and `b`, of the padded size. Raises `NoNumber`."""
        for piece, plane in enumerate((*a.small, *b.small)):
            self._woven[0][:, piece] = plane
        self._woven[0][:, 0, :, 3] = t
        self._run(0)
        self._enlarged(self._answers[0].pieces[0], self._flow)
        for i in range(1, len(SCALES)):
            self._weave(i, a, b, t)
            self._run(i)
            self._add(self._answers[i].pieces[0])
        return self._blended(a.picture, b.picture)

    def _run(self, i: int) -> None:
        self._blocks[i]()
        self._answers[i].unshuffle()

    def _enlarged(self, flow: Floats, out: Floats) -> None:
        cv2.resize(flow, out.shape[1::-1], out, interpolation=cv2.INTER_LINEAR)

    def _add(self, more: Floats) -> None:
        if more.shape != self._flow.shape:
            # What the last block will read is woven later, but for the flow.
            larger = self._woven[-1][:, FLOW - 1]
            self._enlarged(more, larger)
            more = larger
        cv2.add(self._flow, more, self._flow)

    def _weave(self, i: int, a: Planes, b: Planes, t: float) -> None:
        """The input of block `i`, piece by piece. A block at scale s reads its input shrunk by s: bilinear shrinking
        by an even s is the mean of the two by two pixels in the middle of each cell, so only those are sampled."""
        woven, view = self._woven[i], self._views[_places(SCALES[i])]
        flow = _points(self._flow, SCALES[i])
        view.look(flow)
        for piece, plane in enumerate((a.picture, a.features, b.picture, b.features)):
            if SCALES[i] == 1:
                view.sample(plane, piece // 2, woven[:, piece])
            else:
                _half(view.sample(plane, piece // 2, view.sampled), woven[:, piece])
        if SCALES[i] > 1:
            _half(flow, woven[:, FLOW])
        before = self._answers[i - 1]
        # Enlarging by 2s and then shrinking by s is enlarging by 2.
        self._enlarged(before.pieces[1], woven[:, FLOW + 1])
        self._enlarged(before.pieces[2], woven[:, FLOW + 2])
        woven[:, 2, :, 3] = cv2.resize(before.single, woven.shape[2::-2], interpolation=cv2.INTER_LINEAR)
        woven[:, 0, :, 3] = t

    def _blended(self, a: Floats, b: Floats) -> Frame:
        answer, view = self._answers[-1], self._views[_places(1)]
        if not np.isfinite(answer.raw.sum()):
            raise NoNumber
        view.look(self._flow)
        # What the last block read is of no more use, but for the flow.
        first, second, mixed = (self._woven[-1][:, piece] for piece in range(3))
        view.sample(a, 0, first)
        view.sample(b, 1, second)
        mask = answer.single  # its sigmoid: 1 / (1 + exp(-x))
        cv2.exp(np.negative(mask, out=mask), mask)
        mask += 1
        np.reciprocal(mask, out=mask)
        cv2.blendLinear(first, second, mask, 1 - mask, mixed)
        # OpenCV adds 1e-5 to the sum of the two shares before it divides by it.
        levels = cv2.convertScaleAbs(mixed, alpha=255 * 1.00001)
        made: Frame = cv2.cvtColor(levels, cv2.COLOR_RGBA2RGB)
        return made


class _Answer:
    """What a block answers, as it comes and with the pixel shuffle undone."""

    def __init__(self, rows: int, columns: int, pieces: int, room: Floats | None = None) -> None:
        """In `room`, when there is one: it may be larger."""
        raw, shuffled = (1, rows // 2, columns // 2, 16 * pieces + 4), (pieces, rows, columns, 4)
        first, both = math.prod(raw), math.prod(raw) + math.prod(shuffled)
        memory = np.empty(both, np.float32) if room is None else room
        self.raw, self.pieces = memory[:first].reshape(raw), memory[first:both].reshape(shuffled)
        self.single = np.empty((rows, columns), np.float32)

    def unshuffle(self) -> None:
        rows, columns, channels = self.raw.shape[1:]
        _unshuffle(self.raw[0, ..., :-4].reshape(rows, columns, -1, 16), self.pieces)
        # Two pixels of the single channel are 8 bytes.
        singles = self.single.reshape(rows, 2, columns, 2).view("f8")[..., 0]
        np.copyto(singles, self.raw[0, ..., channels - 4 :].view("f8").transpose(0, 2, 1))


class _View:
    """Where the sampled points of pictures lie, and the buffers of sampling there, which views share."""

    def __init__(self, height: int, width: int, scale: int, maps: Floats, sampled: Floats) -> None:
        """`maps` is (4, points of a picture), `sampled` (H, W, 4)."""
        rows, columns = _every(height, scale), _every(width, scale)
        shape = (len(rows), len(columns))
        points = shape[0] * shape[1]
        across, down = columns.astype(np.float32), rows.astype(np.float32)[:, None]
        self._here = (across, down, across, down)
        self._maps = [one[:points].reshape(shape) for one in maps]
        self.sampled = sampled[: shape[0], : shape[1]]

    def look(self, flow: Floats) -> None:
        cv2.split(flow, self._maps)
        for places, here in zip(self._maps, self._here, strict=True):
            places += here

    def sample(self, picture: Floats, side: int, out: Floats) -> Floats:
        """`picture`, of before (0) or after (1), where the flow points to from each point; its edge goes on."""
        x, y = self._maps[2 * side : 2 * side + 2]
        cv2.remap(picture, x, y, cv2.INTER_LINEAR, out, borderMode=cv2.BORDER_REPLICATE)
        return out


def _unshuffle(answer: Floats, pieces: Floats) -> None:
    """(h, w, n, 16), for each pixel of two by two its four channels, into `pieces`, (n, 2h, 2w, 4)."""
    rows, columns, count, _ = answer.shape
    # Moved as items of two pixels, 32 bytes: numpy copies those quicker than axes of so few numbers.
    source = answer.view("V32").transpose(2, 0, 3, 1)
    np.copyto(pieces.reshape(count, rows, 2, columns, 8).view("V32")[..., 0], source)


def picture(frame: Frame) -> Floats:
    """(H, W, 4) float32 of the padded size: RGB from 0 to 1."""
    height, width = frame.shape[:2]
    down, right = gap_rules.padded_size(height, width)
    four = cv2.cvtColor(frame, cv2.COLOR_RGB2RGBA)
    if (down, right) != (height, width):
        four = cv2.copyMakeBorder(four, 0, down - height, 0, right - width, cv2.BORDER_REPLICATE)
    scaled: Floats = np.multiply(four, np.float32(1 / 255), dtype=np.float32)
    return scaled


def affordable(height: int, width: int, wanted: int) -> int:
    """How many lanes of this padded size fit into the free memory, `wanted` at most. Raises `SmootherError` when
    not even one does, before anything is allocated."""
    each, free = height * width * BYTES_A_PIXEL, memory.free()
    memory.require(each, height, width, "flow")
    return wanted if free is None else max(1, min(wanted, free // each))


def _places(scale: int) -> int:
    """Which scale reads the same places: scales 1 and 2 read every pixel."""
    return scale if scale > 2 else 1


def _every(size: int, scale: int) -> NDArray[np.int64]:
    """The places along one side that a shrink by `scale` reads: the middle two of each cell."""
    every = np.arange(size)
    return every if scale <= 2 else every.reshape(-1, scale)[:, scale // 2 - 1 : scale // 2 + 1].reshape(-1)


def _points(plane: Floats, scale: int) -> Floats:
    """`plane` at the places that a shrink by `scale` reads."""
    if scale <= 2:
        return plane
    height, width, channels = plane.shape
    middle = slice(scale // 2 - 1, scale // 2 + 1)
    cells = plane.reshape(height // scale, scale, width // scale, scale, channels)[:, middle, :, middle]
    return cells.reshape(height // scale * 2, width // scale * 2, channels)


def _half(plane: Floats, out: Floats | None = None) -> Floats:
    """The mean of each two by two."""
    height, width = plane.shape[:2]
    halved: Floats = cv2.resize(plane, (width // 2, height // 2), out, interpolation=cv2.INTER_LINEAR)
    return halved
