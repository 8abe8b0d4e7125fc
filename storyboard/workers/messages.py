"""The conversation with a worker: length-prefixed MessagePack over its standard input and output."""

from __future__ import annotations

import math
import struct
from fractions import Fraction
from typing import IO, Any, TypeVar

import msgspec
from msgspec import Struct

from storyboard.take import Take
from storyboard.workers.steps import Comparison, Proof, SmoothedVideo, Step

M = TypeVar("M")

MAX_MESSAGE = 256 << 20
"""Bytes. A film of 20,000 segments is named in 2 MB; more than this is noise on the line."""
PREVIEW_SIDE = 128
"""Pixels."""


class Do(Struct, frozen=True, tag=True):
    job: int
    folder: str
    step: Step


class Cancel(Struct, frozen=True, tag=True):
    job: int


class Progress(Struct, frozen=True, tag=True):
    job: int
    done: int
    total: int


class Preview(Struct, frozen=True, tag=True):
    """What is made looks like this so far: rows of RGB, a byte each, no side longer than `PREVIEW_SIDE`."""

    job: int
    width: int
    height: int
    pixels: bytes

    @property
    def whole(self) -> bool:
        """Whether there are as many bytes as the size says."""
        sides = (self.width, self.height)
        return all(0 < side <= PREVIEW_SIDE for side in sides) and len(self.pixels) == 3 * math.prod(sides)


class Memory(Struct, frozen=True, tag=True):
    """How full the device is that the step runs on, by everything on it."""

    job: int
    device: str
    """As PyTorch calls it: `cuda`, `cuda:1`."""
    used: int
    """Bytes."""
    total: int


class Done(Struct, frozen=True, tag=True):
    job: int
    seconds: float
    take: Take | None = None
    comparison: Comparison | None = None
    video: SmoothedVideo | None = None
    proof: Proof | None = None
    takes: tuple[Take, ...] = ()
    """Of a step that makes several."""
    room: int = 1
    """How many takes like the one that was made fit beside each other in the memory of its device."""


class Failed(Struct, frozen=True, tag=True):
    """The step ended with an error. `reason` is the sentence for the user; a bug of ours has a trace too."""

    job: int
    reason: str
    kind: str = "StoryboardError"
    trace: str = ""


class Stopped(Struct, frozen=True, tag=True):
    """The step ended because it was cancelled."""

    job: int


Order = Do | Cancel
Passing = Progress | Preview | Memory
"""Said while a step runs. Everything else ends it."""
Answer = Passing | Done | Failed | Stopped


def _encode_other(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    raise TypeError(type(value).__name__)


def _decode_other(kind: type, value: Any) -> Any:
    if kind is Fraction:
        return Fraction(value)
    raise TypeError(kind)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_encode_other)
_ORDERS: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order, dec_hook=_decode_other)
_ANSWERS: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer, dec_hook=_decode_other)


def write(stream: IO[bytes], message: Order | Answer) -> None:
    """Send one message. Raises `OSError` when the other side is gone."""
    data = _ENCODER.encode(message)
    stream.write(struct.pack("<I", len(data)) + data)
    stream.flush()


class Noise(Exception):
    """What came over the line is no message."""


def read_order(stream: IO[bytes]) -> Order | None:
    """The next order, or None when the parent has gone. Raises `Noise`."""
    data = _read(stream)
    return None if data is None else _decoded(data, _ORDERS)


def read_answer(stream: IO[bytes]) -> Answer | None:
    """The next answer, or None when the worker has gone. Raises `Noise`: it has decoded strangers' media, and is
    believed no more than they are."""
    data = _read(stream)
    return None if data is None else _decoded(data, _ANSWERS)


def _decoded(data: bytes, decoder: msgspec.msgpack.Decoder[M]) -> M:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, ValueError, ArithmeticError, RecursionError) as error:
        raise Noise(str(error)) from error


def _read(stream: IO[bytes]) -> bytes | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    (size,) = struct.unpack("<I", head)
    if size > MAX_MESSAGE:
        return None
    data = stream.read(size)
    return data if len(data) == size else None
