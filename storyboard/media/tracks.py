"""What else is in a video: sound, subtitles, chapters and its names, brought along into the smoothed one.

Packets are copied where the new file takes them; sound that it does not take is encoded again as AAC, text subtitles
as MP4's own kind.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self, cast

import av
import numpy as np

from storyboard.errors import MediaError
from storyboard.media import files
from storyboard.media.stitch import METADATA

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.container.core import Chapter
    from av.packet import Packet
    from av.stream import Stream
    from av.subtitles.stream import SubtitleStream

_MP4_SOUND = frozenset(("aac", "mp3", "ac3", "eac3", "alac", "opus"))
_MP4_TEXT = frozenset(("mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text"))
_BIT_RATE = 96_000
"""Bits per second for each channel of sound that is encoded again."""
_GAP = Fraction(1, 50)
"""Seconds by which a sound's own times may wander before a gap in it is believed."""
_LONGEST_GAP = 3600
"""Seconds of silence that are believed; a file whose times leap further is damaged."""
_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
"""What so many channels usually are."""
_RUN_UP = Fraction(1, 10)
"""Seconds of sound before the first picture that are kept: a decoder starts with packets that are not heard."""
_TAGS = (*sorted(METADATA), "creation_time")


ENDLESS = Fraction(10**9)
"""Seconds: past the end of any video."""


class Span(NamedTuple):
    """The part of the source that is kept, in seconds from its first picture."""

    origin: Fraction
    """Seconds in the file at which the first picture comes."""
    start: Fraction
    stop: Fraction
    """`ENDLESS` for all there is: sound may last longer than the picture."""
    speed: Fraction

    def placed(self, seconds: Fraction) -> Fraction:
        """Where a time of the file comes in the new video."""
        return (seconds - self.origin - self.start) / self.speed


class _Carried(NamedTuple):
    """One stream on its way: what becomes of each of its packets, and what is left at the end."""

    name: str
    carry: Callable[[Packet[Stream]], Iterator[Packet[Stream]]]
    rest: Callable[[], Iterator[Packet[Stream]]] = lambda: iter(())


class Tracks:
    """The other streams of the video at `path`, handed out as the picture goes on (see `stitch`).

    `container` is the new file's format, `mp4` or `matroska`. Sound is kept at speed 1 only.
    """

    def __init__(self, path: Path, container: str, span: Span, *, picture: bool = False) -> None:
        self._path, self._form, self._span, self._picture = path, container, span, picture
        self._next: tuple[Fraction, Packet[Stream]] | None = None
        self.kept: list[str] = []
        """What is brought along, in words."""
        self.notes: list[str] = []
        """What could not be, a sentence each."""

    def __enter__(self) -> Self:
        self._open = contextlib.ExitStack()
        self._container = self._open.enter_context(files.reading(self._path, files.VIDEOS))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def join(self, out: OutputContainer) -> None:
        """Adds the streams, chapters and names to the new file."""
        self._out = out
        carried = {
            stream.index: found for stream in self._container.streams if (found := self._carried(stream))
        }
        self.kept = [one.name for one in carried.values()]
        for name in _TAGS:
            if name in self._container.metadata and name not in out.metadata:
                out.metadata[name] = self._container.metadata[name]
        self._add_chapters()
        self._coming = self._packets(carried)
        self._advance()

    def mux_until(self, seconds: float) -> None:
        """Writes the packets that come up to `seconds`."""
        while self._next is not None and self._next[0] <= seconds:
            self._out.mux(self._next[1])
            self._advance()

    def _advance(self) -> None:
        packet = next(self._coming, None)
        self._next = None
        if packet is not None:
            time = packet.dts if packet.dts is not None else packet.pts or 0
            self._next = Fraction(time) * packet.time_base, packet

    def _packets(self, carried: dict[int, _Carried]) -> Iterator[Packet[Stream]]:
        streams = [self._container.streams[index] for index in carried]
        for packet in self._container.demux(streams) if streams else ():
            if packet.size:
                yield from carried[packet.stream_index].carry(packet)
        for one in carried.values():
            yield from one.rest()

    def _carried(self, stream: Stream) -> _Carried | None:
        if stream.type == "audio":
            return self._sound(stream)  # type: ignore[arg-type]
        if stream.type == "subtitle":
            return self._text(stream)  # type: ignore[arg-type]
        if self._picture and stream is files.video_stream(self._container, self._path):
            return self._copied(stream, "picture")
        return None

    def _sound(self, stream: AudioStream) -> _Carried | None:
        if self._span.speed != 1:
            self._note("its sound is left out, since the speed is not 1")
            return None
        context = stream.codec_context
        if context is None or not context.sample_rate:
            self._note("a sound track of an unknown kind is left out")
            return None
        if self._form == "matroska" or context.name in _MP4_SOUND:
            return self._copied(stream, f"sound ({context.name})")
        return self._encoded(stream)

    def _text(self, stream: SubtitleStream) -> _Carried | None:
        name = stream.codec_context.name if stream.codec_context else "unknown"
        if self._form == "matroska" and name != "mov_text":
            return self._copied(stream, f"subtitles ({name})")
        if name not in _MP4_TEXT:
            self._note(
                f"subtitles that are pictures ({name}) are left out: MP4 has none; write an .mkv file to keep them"
            )
            return None
        return self._worded(stream, name)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _copied(self, stream: Stream, name: str) -> _Carried:
        target = self._out.add_stream_from_template(stream)
        _name(stream, target)

        def carry(packet: Packet[Stream]) -> Iterator[Packet[Stream]]:
            if self._picture or self._holds(packet):
                self._move(packet)
                packet.stream = target
                yield packet

        return _Carried(name, carry)

    def _holds(self, packet: Packet[Stream]) -> bool:
        """Whether a packet starts within the span. What starts before its picture is of no use without it."""
        time = packet.pts if packet.pts is not None else packet.dts
        if time is None:
            return False
        seconds = time * packet.time_base - self._span.origin
        first = self._span.start or -_RUN_UP
        return first <= seconds < self._span.stop

    def _move(self, packet: Packet[Stream]) -> None:
        base = Fraction(packet.time_base)
        scale = 1 / self._span.speed

        def moved(time: int) -> int:
            return round(self._span.placed(time * base) / base)

        if self._picture:
            return
        if packet.pts is not None:
            packet.pts = moved(packet.pts)
        packet.dts = packet.pts if packet.dts is None else moved(packet.dts)
        if packet.duration and scale != 1:
            packet.duration = round(packet.duration * scale)

    def _encoded(self, stream: AudioStream) -> _Carried:
        context = stream.codec_context
        target = self._out.add_stream(
            "aac", rate=min(context.sample_rate, 48_000), options={"aac_coder": "fast"}
        )
        # Some files tell only how many channels there are.
        named = "channels" not in context.layout.name
        target.codec_context.layout = (
            context.layout.name if named else _LAYOUTS.get(context.channels, "stereo")
        )
        target.codec_context.bit_rate = _BIT_RATE * max(1, context.layout.nb_channels)
        _name(stream, target)
        sound = _Sound(target, self._span)
        return _Carried(f"sound ({context.name}, as aac)", sound.carry, sound.rest)

    def _worded(self, stream: SubtitleStream, name: str) -> _Carried:
        kind = "mov_text" if self._form == "mp4" else "subrip"
        if kind == name:
            return self._copied(stream, f"subtitles ({name})")
        target = cast("SubtitleStream", self._out.add_stream(kind))
        stream.codec_context.open(strict=False)  # then it knows the styles of its lines
        target.codec_context.subtitle_header = stream.codec_context.subtitle_header or b""
        _name(stream, target)

        def carry(packet: Packet[Stream]) -> Iterator[Packet[Stream]]:
            if not self._holds(packet):
                return
            self._move(packet)
            found = stream.codec_context.decode2(packet)
            lines = [rect.ass for rect in found or () if hasattr(rect, "ass")]
            for line in lines[:1]:
                milliseconds = round(1000 * (packet.duration or 0) * packet.time_base)
                text = av.subtitles.subtitle.SubtitleSet.create(line, 0, milliseconds)
                made = target.codec_context.encode_subtitle(text)
                made.pts = made.dts = packet.pts
                made.duration, made.time_base, made.stream = packet.duration, packet.time_base, target
                yield made

        return _Carried(f"subtitles ({name}, as {kind})", carry)

    def _add_chapters(self) -> None:
        """Those that start within the span, moved to where it is shown."""
        found: list[Chapter] = []
        for chapter in self._container.chapters():
            base = Fraction(chapter["time_base"] or 1)
            start, end = (self._span.placed(chapter[side] * base) for side in ("start", "end"))
            last = (self._span.stop - self._span.start) / self._span.speed
            if end > 0 and start < last:
                moved = chapter.copy()
                moved["start"], moved["end"] = max(0, round(start * 1000)), round(min(end, last) * 1000)
                moved["time_base"] = Fraction(1, 1000)
                found.append(moved)
        if found:
            self._out.set_chapters(found)
            self.kept.append(f"{len(found)} chapters")


class _Sound:
    """Sound that is encoded again: its gaps filled, so that it stays in time."""

    def __init__(self, target: AudioStream, span: Span) -> None:
        self._target, self._span = target, span
        context = target.codec_context
        self._rate = context.sample_rate
        self._resampler = av.AudioResampler(format="fltp", layout=context.layout, rate=self._rate)
        self._at = 0
        """Of the next sample that is encoded."""

    def carry(self, packet: Packet[Stream]) -> Iterator[Packet[Stream]]:
        with contextlib.suppress(av.error.InvalidDataError):
            for frame in cast("Packet[AudioStream]", packet).decode():
                yield from self._taken(frame)

    def rest(self) -> Iterator[Packet[Stream]]:
        yield from self._taken(None)
        yield from self._target.encode(None)

    def _taken(self, frame: AudioFrame | None) -> Iterator[Packet[Stream]]:
        for piece in self._resampler.resample(frame):
            samples = piece.to_ndarray()
            if piece.pts is not None and piece.time_base is not None:
                place = self._span.placed(piece.pts * piece.time_base)
                behind = round(place * self._rate) - self._at
                if self._at == 0 or abs(behind) > _GAP * self._rate:
                    yield from self._silence(behind)
                    samples = samples[:, max(0, -behind) :]
            most = round((self._span.stop - self._span.start) * self._rate) - self._at
            yield from self._written(samples[:, : max(0, most)])

    def _silence(self, samples: int) -> Iterator[Packet[Stream]]:
        """So many samples of silence, none when negative, or more than any sensible file has; a second at a time."""
        channels = self._target.codec_context.layout.nb_channels
        for first in range(0, samples if samples < _LONGEST_GAP * self._rate else 0, self._rate):
            yield from self._written(np.zeros((channels, min(self._rate, samples - first)), np.float32))

    def _written(
        self, samples: np.ndarray[tuple[int, int], np.dtype[np.float32]]
    ) -> Iterator[Packet[Stream]]:
        if samples.shape[1]:
            layout = self._target.codec_context.layout.name
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = self._rate, self._at, Fraction(1, self._rate)
            self._at += samples.shape[1]
            yield from self._target.encode(frame)


def _name(source: Stream, target: Stream) -> None:
    """Language, title and whether it plays by default."""
    for name in ("language", "title", "handler_name"):
        if name in source.metadata:
            target.metadata[name] = source.metadata[name]
    target.disposition = source.disposition


def tag(path: Path) -> str:
    """The text that `stitch` was given for the file's `encoder`, empty for other files."""
    try:
        with files.reading(path, files.VIDEOS) as container:
            names = {name.lower(): text for name, text in container.metadata.items()}
            return names.get("encoded_by") or names.get("encoder", "")
    except (MediaError, OSError):
        return ""


def copy(path: Path, out: Path, temporary: Path, container: str, span: Span, encoder: str) -> Tracks:
    """Writes all that `container` takes of the video at `path`, its picture untouched, to `temporary`, which is to
    become `out`."""
    options = {"movflags": "+faststart"} if container == "mp4" else {}
    span = span._replace(origin=Fraction(0))  # nothing is moved
    with (
        files.writing(temporary, out, container, options) as film,
        Tracks(path, container, span, picture=True) as tracks,
    ):
        film.metadata[files.WRITER[container]] = encoder
        tracks.join(film)
        tracks.mux_until(float("inf"))
    return tracks
