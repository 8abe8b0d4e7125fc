"""The film: segments joined by copying their packets, with one sound bed; nothing is encoded again."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, Self

from storyboard.atomic import replacing
from storyboard.errors import MediaError
from storyboard.frames import Report, unreported
from storyboard.media import files, segment

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from storyboard.media.segment import Preset

METADATA = frozenset(
    (
        "title",
        "artist",
        "album",
        "comment",
        "description",
        "synopsis",
        "copyright",
        "genre",
        "date",
        "keywords",
    )
)
"""The names that MP4 and Matroska both keep."""

_TOLERANCE = Fraction(1, 1000)
"""Seconds by which a packet's time may be off its frame: Matroska counts whole milliseconds."""


class Beside(Protocol):
    """Streams that are written beside the picture: a context in which they are first added, then handed out."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def join(self, out: OutputContainer) -> None: ...
    def mux_until(self, seconds: float) -> None: ...


def stitch(
    segments: Sequence[Path],
    out: Path,
    rate: Fraction,
    preset: Preset,
    *,
    frames: int,
    audio: Path | None = None,
    beside: Beside | None = None,
    container: str | None = None,
    encoder: str = "",
    metadata: Mapping[str, str] = MappingProxyType({}),
    report: Report = unreported,
) -> None:
    """Joins `segments` (of `preset`, at `rate`) to the film `out` of `frames` frames, with the sound in `audio`.

    The film is written beside `out`, read back, and only then takes its place: an earlier film survives any
    failure. `beside` brings other streams in place of `audio`, `container` another format than the preset's, and
    `encoder` is kept as the name of the program. `report` counts segments. Raises `MediaError` naming a segment that does not go with the first one
    or is not whole, `DiskFull`, `ValueError` for a metadata name outside `METADATA`, and what `report` raises.
    """
    if not segments:
        raise MediaError(f"{out}: there is nothing to join; add a shot")
    if unknown := metadata.keys() - METADATA:
        raise ValueError(f"no metadata of films: {sorted(unknown)}")
    with replacing(out) as temporary:
        form = container or preset.container
        names = {**metadata, **({files.WRITER[form]: encoder} if encoder else {})}
        count = _join(segments, temporary, out, rate, preset, form, beside or _Sound(audio), names, report)
        if count != frames:
            raise MediaError(f"{out}: the segments have {count} frames, the film {frames}; render it again")
        _verify(temporary, out, rate, frames)


def _join(
    segments: Sequence[Path],
    temporary: Path,
    out: Path,
    rate: Fraction,
    preset: Preset,
    form: str,
    beside: Beside,
    metadata: Mapping[str, str],
    report: Report,
) -> int:
    """Writes the film and returns how many frames it has."""
    options = segment.container_options(preset, rate) if form == preset.container else {"fflags": "+bitexact"}
    if form == "mp4":
        options["movflags"] = "+faststart"
    else:
        # AAC starts before 0 with the coder's run-up. MP4 notes that; Matroska would move the picture instead.
        options["avoid_negative_ts"] = "disabled"
    count = 0
    with files.writing(temporary, out, form, options) as film, beside as sound:
        film.metadata.update(metadata)
        joint = _Joint(film, segments[0], rate, preset)
        sound.join(film)
        for done, part in enumerate(segments, 1):
            for packet in joint.packets(part, count):
                sound.mux_until(count / float(rate))
                film.mux(packet)
                count += 1
            report(done, len(segments))
        sound.mux_until(math.inf)
    return count


class _Joint:
    """The film's picture stream, and what a segment must be to be copied into it."""

    def __init__(self, out: OutputContainer, first: Path, rate: Fraction, preset: Preset) -> None:
        self._rate, self._preset, self._first = rate, preset, first
        with files.reading(first) as container:
            template = files.video_stream(container, first)
            self._head = _head(template)
            self._stream = out.add_stream_from_template(template)
        self._stream.time_base = Fraction(1, segment.time_scale(rate))

    def packets(self, part: Path, start: int) -> Iterator[Packet[VideoStream]]:
        """The packets of `part`, placed `start` frames into the film.

        A packet of the film is decoded at its place in the file less the preset's reordering: x264 gives a
        segment of one or two frames no delay, and its own times would collide with the next segment's.
        """
        shown: list[int] = []
        frame = 1 / self._rate
        with files.reading(part) as container:
            stream = files.video_stream(container, part)
            self._compare(_head(stream), part)
            clock = _Clock(stream.time_base or Fraction(1), self._rate)
            for packet in container.demux(stream):
                if packet.size == 0:
                    continue
                if packet.pts is None or not (shown or packet.is_keyframe):
                    raise _broken(part)
                number = clock.frame(packet.pts)
                if number is None:
                    raise MediaError(
                        f"{part}: this segment's frame rate is not {self._rate}; encode it again"
                    )
                shown.append(number)
                packet.dts = start + len(shown) - 1 - self._preset.reorder
                packet.pts = start + number
                packet.duration, packet.time_base = 1, frame
                packet.stream = self._stream
                if packet.dts > packet.pts:
                    raise _broken(part)
                yield packet
        if not shown or sorted(shown) != list(range(len(shown))):
            raise _broken(part)

    def _compare(self, head: dict[str, object], part: Path) -> None:
        for name, value in head.items():
            if value != self._head[name]:
                raise MediaError(
                    f"{part}: this segment's {name} differs from that of {self._first}; encode it again"
                )


class _Clock:
    """Tells which frame a time in ticks of `time_base` is. In whole numbers: a film has many packets."""

    def __init__(self, time_base: Fraction, rate: Fraction) -> None:
        self._ticks, self._per = (1 / (time_base * rate)).as_integer_ratio()
        self._slack = self._per * _TOLERANCE // time_base

    def frame(self, time: int) -> int | None:
        """The frame nearest to `time`, None when it is further off than a rounded time can be."""
        scaled = time * self._per
        number = (2 * scaled + self._ticks) // (2 * self._ticks)
        return number if abs(scaled - number * self._ticks) <= self._slack else None


def _head(stream: VideoStream) -> dict[str, object]:
    """What must be equal for packets of two files to be one stream, by its name in messages."""
    context = stream.codec_context
    return {
        "codec": context.name,
        "profile": context.profile,
        "size": (context.width, context.height),
        "pixel format": context.pix_fmt,
        "pixel shape": context.sample_aspect_ratio,
        "colours": (context.color_range, context.colorspace, context.color_primaries, context.color_trc),
        "time base": stream.time_base,
        "header": context.extradata,
    }


def _broken(part: Path) -> MediaError:
    return MediaError(f"{part}: the segment is damaged or incomplete; delete it and render again")


class _Sound:
    """The packets of a sound file, handed out as the picture goes on. Without a file it does nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._next: Packet[AudioStream] | None = None

    def __enter__(self) -> Self:
        self._open = contextlib.ExitStack()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def join(self, out: OutputContainer) -> None:
        """Opens the file and adds its stream to the film."""
        if self._path is None:
            return
        container = self._open.enter_context(files.reading(self._path))
        if not container.streams.audio:
            raise MediaError(f"{self._path}: there is no sound in this file; mix it again")
        source = container.streams.audio[0]
        self._out, self._stream = out, out.add_stream_from_template(source)
        self._packets = (packet for packet in container.demux(source) if packet.size)
        self._next = next(self._packets, None)

    def mux_until(self, seconds: float) -> None:
        """Writes the packets that start up to `seconds`."""
        while self._next is not None and _starts(self._next) <= seconds:
            self._next.stream = self._stream
            self._out.mux(self._next)
            self._next = next(self._packets, None)


def _starts(packet: Packet[AudioStream]) -> float:
    return float((packet.dts or 0) * packet.time_base)


def _verify(path: Path, out: Path, rate: Fraction, frames: int) -> None:
    """Reads the film back: every packet is there, it starts at 0, lasts exactly, its ends decode."""
    whole = _is_whole(path, rate, frames)
    if not whole or not _decodes(path, Fraction(0)) or not _decodes(path, (frames - 1) / rate):
        raise MediaError(f"{out}: the film did not read back as it was written; export it again")


def _is_whole(path: Path, rate: Fraction, frames: int) -> bool:
    with files.reading(path) as container:
        stream = files.video_stream(container, path)
        base = Fraction(stream.time_base or 1)
        if sum(1 for packet in container.demux(stream) if packet.size) != frames or stream.start_time:
            return False
        if stream.duration is not None:
            return stream.duration * base == frames / rate
        # Matroska has one length, of picture and sound together, in milliseconds.
        return Fraction(container.duration or 0, 1_000_000) >= frames / rate - _TOLERANCE


def _decodes(path: Path, at: Fraction) -> bool:
    """Whether the picture shown at `at` seconds can be decoded."""
    with files.reading(path) as container:
        stream = files.video_stream(container, path)
        base = Fraction(stream.time_base or 1)
        if at:
            container.seek(int(at / base), stream=stream)
        return any(
            frame.pts is not None and frame.pts * base >= at - _TOLERANCE
            for frame in container.decode(stream)
        )
