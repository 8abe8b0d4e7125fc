"""Reading what was imported: clips as upright frames at a constant rate, and pictures."""

from __future__ import annotations

import contextlib
import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

import av
import numpy as np

from storyboard.errors import MediaError
from storyboard.media import colour, files

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from PIL.Image import Image

    from storyboard.frames import Frame, Frames
    from storyboard.take import Source

    Numbered: TypeAlias = Iterator[tuple[int, VideoFrame]]
    """Decoded pictures with their place in the clip: 0, 1, ..."""

PICTURES = ("PNG", "JPEG", "WEBP", "GIF")
"""Kinds of picture file, in Pillow's words."""

_NEAR = 24
"""Up to this picture a clip is read from its start: a seek is not quicker."""
_SEEKS = (0, 2, 10)
"""Seconds before the wanted picture at which a seek is tried."""


def read(
    path: Path, source: Source, start: int = 0, stop: int | None = None, *, rate: Fraction, frames: int
) -> Frames:
    """Frames `start` to `stop` (to `frames` when None) of a clip as it plays at the constant `rate`, upright.

    Frame i is the newest decoded picture whose time is at most i / `rate`. `source` and `frames` are as
    `importing.examine` found them. Yields (H, W, 3) uint8 RGB, the same array again where a picture stays.
    Raises `MediaError` for a file that cannot be read, or is not the one that was examined.
    """
    stop = frames if stop is None else stop
    if not 0 <= start <= stop <= frames:
        raise MediaError(f"{path}: frames {start} to {stop} were asked for, the clip has {frames}")
    places = pictures_at(source.times, source.time_base, rate, range(start, stop))
    with files.reading(path, files.CLIPS) as container:
        stream = files.video_stream(container, path)
        size = display_size(stream, path)
        pictures = _from(container, stream, path, source, places[0] if places else 0)
        shown = -1
        for place in places:
            if place != shown:
                picture = next((picture for number, picture in pictures if number == place), None)
                if picture is None:
                    raise MediaError(
                        f"{path}: the clip is shorter than when it was imported; import it again"
                    )
                shown = place
                upright = turned(colour.to_rgb(picture, *size), source.rotation, source.mirrored)
            yield upright


def picture(path: Path) -> Frame:
    """A PNG, JPEG, WebP or (its first picture) GIF file as (H, W, 3) uint8 RGB.

    Upright as its EXIF orientation says, transparency over black. Raises `MediaError`.
    """
    from PIL import ImageOps

    with opened_picture(path) as image:
        if image.mode.startswith("I;16"):
            image = image.point(lambda value: value / 256, "L")  # Pillow would cut off, not scale
        image = ImageOps.exif_transpose(image)
        if image.has_transparency_data:
            return colour.over_black(np.asarray(image.convert("RGBA")))
        return np.array(image.convert("RGB"))


@contextlib.contextmanager
def opened_picture(path: Path) -> Iterator[Image]:
    """A picture file whose size is known to be bearable; its pixels are not read yet. Raises `MediaError`."""
    from PIL import Image

    files.check_plain(path)
    try:
        with Image.open(path, formats=PICTURES) as image:
            files.check_size(image.width, image.height, path)
            yield image
    except Image.DecompressionBombError as error:
        raise MediaError(f"{path}: the picture is far too large; make it smaller first") from error
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for damaged files
        raise MediaError(
            f"{path}: this is no picture that can be read, or it is damaged; replace it"
        ) from error


def pictures_at(
    times: Sequence[int], time_base: Fraction, rate: Fraction, frames: Iterable[int]
) -> list[int]:
    """Which of the pictures shown from `times` on (in `time_base`) each frame at `rate` shows.

    A time is rounded to its time base, or to whole milliseconds by programs in between: half a tick or one
    millisecond early is on time, but never more than a quarter of a frame.
    """
    early = min(max(time_base / 2, Fraction(1, 1000)), 1 / (4 * rate))
    return [max(0, bisect_right(times, (i / rate + early) / time_base) - 1) for i in frames]


def display_size(stream: VideoStream, path: Path) -> tuple[int, int]:
    """Width and height of a clip's pictures with square pixels, before they are turned upright."""
    width, height = stream.codec_context.width, stream.codec_context.height
    shape = stream.sample_aspect_ratio or Fraction(1)
    if shape > 1:
        width = round(width * shape)
    elif 0 < shape < 1:
        height = round(height / shape)
    files.check_size(width, height, path)
    return width, height


def orientation(picture: VideoFrame) -> tuple[int, bool]:
    """How a decoded picture comes upright: degrees clockwise (0, 90, 180 or 270), and whether it is then mirrored, left
    for right.

    By FFmpeg's display matrix, which takes (x, y) to (ax + cy, bx + dy): a mirror has a negative determinant, and
    without it the angle is that of (a, b).
    """
    data = picture.side_data.get("DISPLAYMATRIX")
    if data is None:
        return 0, False
    a, b, _, c, d, *_ = np.frombuffer(cast("bytes", data), np.int32).tolist()
    mirrored = a * d < b * c
    angle = math.degrees(math.atan2(b, -a if mirrored else a))
    return round(angle / 90) * 90 % 360, mirrored


def turned(frame: Frame, rotation: int, mirrored: bool = False) -> Frame:
    """`frame` turned clockwise by `rotation` degrees, a multiple of 90, and mirrored then."""
    if not (rotation % 360 or mirrored):
        return frame
    upright = np.rot90(frame, -rotation // 90)
    return np.ascontiguousarray(upright[:, ::-1] if mirrored else upright)


def time_of(picture: VideoFrame) -> int | None:
    """When a decoded picture is shown, in its stream's time base; some AVI files tell only the other time."""
    return picture.dts if picture.pts is None else picture.pts


def _from(container: InputContainer, stream: VideoStream, path: Path, source: Source, first: int) -> Numbered:
    """The clip's pictures from number `first` or an earlier one on, each with its true number."""
    if first <= _NEAR:
        yield from enumerate(_decoded(container, stream))
        return
    pictures = _sought(container, stream, source, first)
    if pictures is not None:
        yield from pictures
        return
    # A clip that cannot be sought in exactly is counted through.
    with files.reading(path, files.CLIPS) as again:
        yield from enumerate(_decoded(again, files.video_stream(again, path)))


def _sought(container: InputContainer, stream: VideoStream, source: Source, first: int) -> Numbered | None:
    """The pictures from number `first` on after a seek, None when no seek leads there for certain."""
    opening = next(_decoded(container, stream), None)
    origin = None if opening is None else time_of(opening)
    if origin is None:
        return None
    for seconds in _SEEKS:
        ticks = source.times[first] - int(seconds / source.time_base)
        if ticks <= 0:
            break
        container.seek(origin + ticks, stream=stream)
        landed = _landed(_decoded(container, stream), source.times, origin, first)
        if landed is not None:
            return landed
    return None


def _landed(pictures: Iterator[VideoFrame], times: Sequence[int], origin: int, first: int) -> Numbered | None:
    """`pictures` from number `first` on, if the time of every one up to there is the one it should have."""
    number = -1
    for picture in pictures:
        time = time_of(picture)
        if time is None:
            return None
        number = bisect_left(times, time - origin) if number < 0 else number + 1
        if number > first or times[number] != time - origin:
            return None
        if number == first:
            return itertools.chain([(number, picture)], enumerate(pictures, number + 1))
    return None


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """The pictures that can be decoded, in the order in which they are shown."""
    for packet in container.demux(stream):
        with contextlib.suppress(av.error.InvalidDataError):
            yield from packet.decode()
