"""What else is in a video: sound, subtitles, chapters, fonts and its names, brought along into the smoothed one.

Packets are copied where the new file takes them; sound that it does not take is encoded again as AAC, text subtitles
as the new file's own kind.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self, cast

import av

from storyboard.errors import MediaError
from storyboard.media import aac, files
from storyboard.media.stitch import METADATA

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.container.core import Chapter
    from av.packet import Packet
    from av.stream import AttachmentStream, Stream
    from av.subtitles.stream import SubtitleStream

_MP4_SOUND = frozenset(("aac", "mp3", "ac3", "eac3", "alac", "opus"))
_MP3_RATE = 16_000
"""Samples per second that MP3 has at least in an MP4."""
_RUN_UP = Fraction(1, 10)
"""Seconds of sound before the first picture that are kept: a decoder starts with packets that are not heard."""
_UNHEARD = 2112
"""Samples that an encoder may put before the sound, and no player plays."""
_COVERS = {"png": ("cover.png", "image/png"), "mjpeg": ("cover.jpg", "image/jpeg")}
"""What cover pictures are called in Matroska, and their kind, by codec."""
_NO_LINE = b"\0\0"
"""What MP4 has between two lines of text."""
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
        self._attached = 0
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
        if self._attached:
            self.kept.append(f"{self._attached} attached {'file' if self._attached == 1 else 'files'}")
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
        if stream.type == "attachment":
            self._attach(stream)  # type: ignore[arg-type]
        if stream.type == "video":
            return self._pictures(stream)
        return None

    def _pictures(self, stream: Stream) -> _Carried | None:
        if _is_cover(stream):
            return self._cover(stream)
        if stream is not files.video_stream(self._container, self._path):
            self._note("a second video in it is left out")
        elif self._picture:
            return self._copied(stream, "picture", self._moved)
        return None

    def _cover(self, stream: Stream) -> _Carried | None:
        """The cover picture: a stream of one packet in MP4, an attached file in Matroska."""
        kind = stream.codec_context.codec.canonical_name if stream.codec_context else ""
        if kind not in _COVERS:
            self._note("its cover picture is left out, it is neither PNG nor JPEG")
            return None
        if self._form == "mp4":
            return self._copied(stream, "cover picture", self._moved)
        # Attached files come before all packets, and the packet cannot be read twice.
        with files.reading(self._path, files.VIDEOS) as container:
            data = next((bytes(packet) for packet in container.demux(stream.index) if packet.size), b"")
        self._out.add_attachment(*_COVERS[kind], data)
        self._attached += 1
        return None

    def _attach(self, stream: AttachmentStream) -> None:
        """A font, as a rule, without which styled subtitles look otherwise."""
        if self._form != "matroska":
            self._note("attached files (fonts) are left out: MP4 has none; write an .mkv file to keep them")
            return
        name = stream.metadata.get("filename") or f"attachment {stream.index}"
        self._out.add_attachment(name, stream.mimetype or "application/octet-stream", stream.data)
        self._attached += 1

    def _sound(self, stream: AudioStream) -> _Carried | None:
        if self._span.speed != 1:
            self._note("its sound is left out, since the speed is not 1")
            return None
        context = stream.codec_context
        if context is None or not context.sample_rate:
            self._note("a sound track of an unknown kind is left out")
            return None
        self._note_early(stream)
        if self._form == "matroska" or _suits_mp4(context):
            with contextlib.suppress(ValueError):  # Matroska does not take everything either
                place = self._moved if self._picture else self._heard
                return self._copied(stream, f"sound ({context.codec.canonical_name})", place)
        return self._encoded(stream)

    def _note_early(self, stream: AudioStream) -> None:
        """Says what of the sound comes before there is anything to see: the new video begins with its picture."""
        if stream.start_time is None or stream.time_base is None or self._span.start:
            return
        early = self._span.origin - stream.start_time * stream.time_base
        if early > _RUN_UP + Fraction(_UNHEARD, stream.codec_context.sample_rate):
            self._note(
                f"the first {float(early):.2f} s of its sound, before its picture begins, are left out"
            )

    def _text(self, stream: SubtitleStream) -> _Carried | None:
        if stream.codec_context is None:
            self._note("subtitles of an unknown kind are left out")
            return None
        codec = stream.codec_context.codec
        if (codec.canonical_name == "mov_text") == (self._form == "mp4"):
            with contextlib.suppress(ValueError):  # Matroska does not take everything
                return self._copied(stream, f"subtitles ({codec.canonical_name})", self._shown)
        if codec.text_sub:
            return self._worded(stream, codec.canonical_name)
        self._note(
            f"subtitles that are pictures ({codec.canonical_name}) are left out: MP4 has none; write an .mkv file to "
            "keep them"
            if self._form == "mp4" and codec.bitmap_sub
            else f"subtitles of an unknown kind ({codec.canonical_name}) are left out"
        )
        return None

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _copied(self, stream: Stream, name: str, place: Callable[[Packet[Stream]], bool]) -> _Carried:
        """`place` moves a packet to its place in the new file and says whether it has one."""
        target = self._out.add_stream_from_template(stream)
        _name(stream, target)

        def carry(packet: Packet[Stream]) -> Iterator[Packet[Stream]]:
            if place(packet):
                packet.stream = target
                yield packet

        return _Carried(name, carry)

    def _heard(self, packet: Packet[Stream]) -> bool:
        """Places a packet of sound that starts within the span: what starts before is of no use without it."""
        time = packet.pts if packet.pts is not None else packet.dts
        if time is None:
            return False
        seconds = time * packet.time_base - self._span.origin
        first = self._span.start or -_RUN_UP
        if not first <= seconds < self._span.stop:
            return False
        self._moved(packet)
        packet.dts = packet.pts if packet.dts is None else packet.dts
        return True

    def _shown(self, packet: Packet[Stream]) -> bool:
        """Places a line, or a picture, that is to be seen within the span, and for no longer than that.

        MP4's nothing between two lines is written by the muxer; at a time before 0 it would move all that follow.
        """
        packet.pts = packet.dts if packet.pts is None else packet.pts
        if packet.pts is None or bytes(packet) == _NO_LINE:
            return False
        base = Fraction(packet.time_base)
        ends = self._span.placed((packet.pts + (packet.duration or 0)) * base)
        last = (self._span.stop - self._span.start) / self._span.speed
        self._moved(packet)
        if packet.pts * base >= last or (packet.pts < 0 and ends <= 0):
            return False
        packet.pts = max(0, packet.pts)
        packet.dts = packet.pts if packet.dts is None else max(0, packet.dts)
        if packet.duration:
            packet.duration = max(1, _ticks(min(ends, last), base) - packet.pts)
        return True

    def _moved(self, packet: Packet[Stream]) -> bool:
        """Places any packet; times that it has not, the muxer knows best."""
        base = Fraction(packet.time_base)
        if packet.pts is not None:
            packet.pts = _ticks(self._span.placed(packet.pts * base), base)
        if packet.dts is not None:
            packet.dts = _ticks(self._span.placed(packet.dts * base), base)
        return True

    def _encoded(self, stream: AudioStream) -> _Carried | None:
        context = stream.codec_context
        target = aac.add(self._out, stream)
        if target is None:
            self._note(f"a sound track of {context.channels} channels without names is left out")
            return None
        _name(stream, target)
        sound = aac.Sound(target, self._span)
        return _Carried(f"sound ({context.codec.canonical_name}, as aac)", sound.carry, sound.rest)

    def _worded(self, stream: SubtitleStream, name: str) -> _Carried:
        kind = "mov_text" if self._form == "mp4" else "subrip"
        target = cast("SubtitleStream", self._out.add_stream(kind))
        stream.codec_context.open(strict=False)  # then it knows the styles of its lines
        target.codec_context.subtitle_header = stream.codec_context.subtitle_header or b""
        _name(stream, target)

        def carry(packet: Packet[Stream]) -> Iterator[Packet[Stream]]:
            if not self._shown(packet):
                return
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


def _ticks(seconds: Fraction, base: Fraction) -> int:
    """Halves always go up: `round` would move two neighbours together."""
    return math.floor(seconds / base + Fraction(1, 2))


def _suits_mp4(context: AudioCodecContext) -> bool:
    name = context.codec.canonical_name
    return name in _MP4_SOUND and (name != "mp3" or context.sample_rate >= _MP3_RATE)


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


def _begins(path: Path) -> Fraction:
    """Seconds on the file's clock at which it begins: a broadcast's runs for hours before. Never less than 0, where
    only a decoder's run-up is."""
    with files.reading(path, files.VIDEOS) as container:
        starts = [
            stream.start_time * stream.time_base
            for stream in (*container.streams.video, *container.streams.audio)
            if not _is_cover(stream) and stream.start_time is not None and stream.time_base
        ]
    return max(Fraction(0), min(starts, default=Fraction(0)))


def _is_cover(stream: Stream) -> bool:
    return bool(stream.disposition & stream.disposition.attached_pic)


def copy(path: Path, out: Path, temporary: Path, container: str, span: Span, encoder: str) -> Tracks:
    """Writes all that `container` takes of the video at `path`, its picture untouched, to `temporary`, which is to
    become `out`."""
    options = {"movflags": "+faststart"} if container == "mp4" else {}
    span = span._replace(origin=_begins(path))
    with (
        files.writing(temporary, out, container, options) as film,
        Tracks(path, container, span, picture=True) as tracks,
    ):
        film.metadata[files.WRITER[container]] = encoder
        tracks.join(film)
        tracks.mux_until(float("inf"))
    return tracks
