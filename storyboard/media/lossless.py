"""Exact pixels: a take's frames as FFV1 (level 3, bgr0, a checksum in every slice) in Matroska.

Every frame is coded alone, so a frame can be read without those before it. Matroska keeps times in whole
milliseconds: a frame's place is told by rounding its time back, which is exact up to 500 frames per second.
"""

from __future__ import annotations

import hashlib
import itertools
import zlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from storyboard.errors import MediaError
from storyboard.media import colour, files, segment

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from storyboard.frames import Frame, Frames

_BITS_TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Written(NamedTuple):
    """What a file of exact pixels holds."""

    frames: int
    width: int
    height: int
    content: str
    """SHA-256 of the frames' RGB bytes in order, 64 hex digits."""


def write(path: Path, frames: Iterable[Frame], rate: Fraction) -> Written:
    """Writes (H, W, 3) uint8 RGB frames of equal size to `path`, whole or not at all.

    Raises `MediaError` when there is no frame or sizes differ, `DiskFull`, and whatever `frames` raises.
    """
    source = iter(frames)
    first = next(source, None)
    if first is None:
        raise MediaError(f"{path}: there are no frames to write; make the take again")
    height, width = first.shape[:2]
    digest = hashlib.sha256()

    def hashed() -> Iterator[Frame]:
        for frame in itertools.chain([first], source):
            digest.update(np.ascontiguousarray(frame).data)
            yield frame

    count = segment.write(path, hashed(), width, height, rate, segment.PRESETS["ffv1"])
    return Written(count, width, height, digest.hexdigest())


def read(path: Path, start: int = 0, stop: int | None = None) -> Frames:
    """Frames `start` to `stop` (to the end when None) of a file that `write` made, bit for bit.

    Raises `MediaError` (at the first `next`, or where the damage is) for a missing, incomplete or damaged file,
    and when it has no such frames.
    """
    with files.reading(path) as container:
        stream = files.video_stream(container, path)
        stream.codec_context.thread_type = "SLICE"  # frame threads would read past what is asked for
        rate, total = _promised(container, stream, path)
        stop = total if stop is None else stop
        if not 0 <= start <= stop <= total:
            raise MediaError(
                f"{path}: frames {start} to {stop} were asked for, it has {total}; make it again"
            )
        if start and start < stop:
            container.seek(int(start / rate * 1_000_000))
        for packet in _packets(container.demux(stream), rate, path, start, stop):
            yield colour.to_rgb(_decoded(packet, path))


def head(path: Path) -> tuple[Fraction, int]:
    """The rate and the number of frames by the head of a file that `write` made. Raises `MediaError`."""
    with files.reading(path) as container:
        return _promised(container, files.video_stream(container, path), path)


def _promised(container: InputContainer, stream: VideoStream, path: Path) -> tuple[Fraction, int]:
    """Rate and frame count by the header, which is completed last: a half file has no length."""
    rate = stream.average_rate
    if stream.codec_context.name != "ffv1" or not rate or not container.duration:
        raise _damaged(path)
    return rate, round(Fraction(container.duration, 1_000_000) * rate)


def _packets(
    packets: Iterable[Packet[VideoStream]], rate: Fraction, path: Path, start: int, stop: int
) -> Iterator[Packet[VideoStream]]:
    """Those of frames `start` to `stop`, none missing."""
    expected: int | None = None
    for packet in packets if start < stop else ():
        if packet.pts is None:  # the end
            break
        number = round(packet.pts * packet.time_base * rate)
        # A seek lands at or before `start`, never after it; from there on every frame must be there.
        if (number > start) if expected is None else (number != expected):
            raise _damaged(path)
        expected = number + 1
        if number >= start:
            yield packet
        if expected == stop:
            return
    if start < stop:
        raise _damaged(path)


def _decoded(packet: Packet[VideoStream], path: Path) -> VideoFrame:
    frames = packet.decode() if _is_sound(bytes(packet)) else []
    if len(frames) != 1:
        raise _damaged(path)
    return frames[0]


def _is_sound(data: bytes) -> bool:
    """Whether the checksums in a frame's slices hold. FFmpeg only logs when they do not.

    Each slice ends in a parity that makes its CRC-32 (0x04C11DB7, most significant bit first, from 0) zero
    (RFC 9043, 4.9.3), hence the whole frame's is zero. zlib's CRC runs the other way round and inverts at both
    ends, so the bits of each byte are turned and both inversions undone.
    """
    return zlib.crc32(data.translate(_BITS_TURNED), 0xFFFFFFFF) == 0xFFFFFFFF


def _damaged(path: Path) -> MediaError:
    return MediaError(f"{path}: the file is damaged or incomplete; make the take again or restore it")
