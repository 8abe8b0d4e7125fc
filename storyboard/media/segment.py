"""Segments: a shot's final frames, encoded so that segments join by copying their packets.

One thread a segment: x264's output depends on the thread count, and the same input must give the same bytes.
Run segments side by side instead.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import av
import numpy as np

from storyboard import values
from storyboard.atomic import replacing
from storyboard.errors import MediaError
from storyboard.media import colour, files

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from storyboard.frames import Frame, Frames

VERSION = 1
"""Of this module: raised when the same frames would be encoded otherwise."""
KEYFRAME_SECONDS = 2
"""The longest way back to a picture that decodes alone."""


class Preset(NamedTuple):
    """A way to encode segments, and the film that is stitched from them."""

    name: str
    suffix: str
    """Of segment and film files."""
    codec: str
    container: str
    pixel_format: str
    reorder: int
    """By how many frames a packet may be decoded before it is shown (B-frames)."""
    options: tuple[tuple[str, str], ...]
    x264: str = ""
    """x264's own settings; the keyframe interval is added for each rate where they do not say it."""

    @property
    def exact(self) -> bool:
        """Whether every frame comes back bit for bit."""
        return self.pixel_format == "bgr0"


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="h264",
            suffix=".mp4",
            codec="libx264",
            container="mp4",
            pixel_format="yuv420p",
            reorder=2,
            # veryfast: at crf 15 as near to the frames as medium at 16, in half the time, for a tenth more bytes.
            options=(("preset", "veryfast"), ("crf", "15")),
            # stitchable: headers do not depend on rate control. cpu-independent: nor bytes on the processor.
            x264="stitchable=1:open-gop=0:bframes=3:b-pyramid=2:threads=1:lookahead-threads=1:cpu-independent=1",
        ),
        Preset(
            name="ffv1",
            suffix=".mkv",
            codec="ffv1",
            container="matroska",
            pixel_format="bgr0",  # FFV1 has no rgb24
            reorder=0,
            # g=1: FFV1 otherwise keeps coder state over 12 frames, and damage runs on through them.
            options=(("level", "3"), ("slicecrc", "1"), ("g", "1")),
        ),
    )
}


def version(preset: Preset) -> str:
    """The name of everything but the frames that decides a segment's bytes; part of its key."""
    libraries = {name: list(number) for name, number in av.library_versions.items()}
    return values.key("segment", VERSION, KEYFRAME_SECONDS, tuple(preset), av.__version__, libraries)[:16]


def write(
    path: Path, frames: Iterable[Frame], width: int, height: int, rate: Fraction, preset: Preset
) -> int:
    """Encodes (height, width, 3) uint8 RGB `frames` at a constant `rate`; returns how many there were.

    `path` appears whole or not at all. Raises `MediaError` for a frame of another size, for odd sides where
    colour is halved, and when there is no frame; `DiskFull`; and whatever `frames` raises.
    """
    if preset.pixel_format == "yuv420p" and (width % 2 or height % 2):
        raise MediaError(f"{path}: {width}x{height} has an odd side, which video colour cannot have; pad it")
    with replacing(path) as temporary:
        count = _encode(temporary, path, frames, width, height, rate, preset)
        if count == 0:
            raise MediaError(f"{path}: there are no frames to write; give the shot a length")
    return count


def read(path: Path, start: int = 0, step: int = 1) -> Frames:
    """The frames of a segment or film that this program wrote, (H, W, 3) uint8 RGB: frame `start`, and every
    `step`th after it. Those before and between cost their decoding only. Raises `MediaError`."""
    with files.reading(path) as container:
        stream = files.video_stream(container, path)
        for number, frame in _numbered(container, stream, start):
            if number >= start and (number - start) % step == 0:
                yield colour.to_rgb(frame)


def _numbered(container: InputContainer, stream: VideoStream, start: int) -> Iterator[tuple[int, VideoFrame]]:
    """Decoded frames with their numbers, from one at or before `start` on."""
    rate = stream.average_rate
    if not start or not rate:
        yield from enumerate(container.decode(stream))
        return
    container.seek(int(start / rate / (stream.time_base or 1)), stream=stream)
    coming = container.decode(stream)
    first = next(coming, None)
    number = start + 1 if first is None else round((first.pts or 0) * (first.time_base or 0) * rate)
    if first is None or number > start:  # no way back was found: count from the beginning
        container.seek(0, stream=stream)
        yield from enumerate(container.decode(stream))
    else:
        yield from enumerate(itertools.chain([first], coming), number)


def time_scale(rate: Fraction) -> int:
    """Ticks per second in which every frame's time is whole: 24 gives 24000, 24000/1001 gives 24000."""
    return rate.numerator if rate.numerator >= 10_000 else rate.numerator * 1000


def _encode(
    temporary: Path,
    path: Path,
    frames: Iterable[Frame],
    width: int,
    height: int,
    rate: Fraction,
    preset: Preset,
) -> int:
    count = 0
    with files.writing(temporary, path, preset.container, container_options(preset, rate)) as out:
        stream = _add_stream(out, width, height, rate, preset)
        for count, rgb in enumerate(frames, 1):
            if rgb.shape != (height, width, 3) or rgb.dtype != np.uint8:
                raise MediaError(
                    f"{path}: frame {count} is {rgb.dtype} {rgb.shape}, not uint8 {(height, width, 3)}; "
                    "fit it first"
                )
            frame = colour.to_video(rgb, preset.pixel_format)
            frame.pts, frame.time_base = count - 1, 1 / rate
            out.mux(stream.encode(frame))
        if count:
            out.mux(stream.encode(None))
    return count


def keyframe_distance(rate: Fraction) -> int:
    """Frames from one keyframe to the next, at least one; a slide show has less than a frame in that time."""
    return max(1, int(KEYFRAME_SECONDS * rate))


def container_options(preset: Preset, rate: Fraction) -> dict[str, str]:
    """How the container is written: no random or dated bytes, and times that are exact at `rate`."""
    options = {"fflags": "+bitexact"}
    if preset.container == "mp4":
        # The edit list, which says where the first frame lies, counts in the film's own scale: else milliseconds.
        options["video_track_timescale"] = options["movie_timescale"] = str(time_scale(rate))
    return options


def _add_stream(out: OutputContainer, width: int, height: int, rate: Fraction, preset: Preset) -> VideoStream:
    options = dict(preset.options) | {"flags": "+bitexact"}
    if preset.x264:
        # First, so that a preset may say otherwise.
        options["x264-params"] = f"keyint={keyframe_distance(rate)}:{preset.x264}"
    stream = cast("VideoStream", out.add_stream(preset.codec, rate=rate, options=options))
    stream.width, stream.height, stream.pix_fmt = width, height, preset.pixel_format
    context = stream.codec_context
    context.time_base = 1 / rate
    context.thread_count = 1
    if preset.pixel_format == "yuv420p":
        context.color_range = colour.LIMITED
        context.colorspace = context.color_primaries = context.color_trc = colour.BT709
    return stream
