"""Looking at a file that is to be imported: what it is, how long, how fast, which way up, where it cuts."""

from __future__ import annotations

import hashlib
import statistics
from bisect import bisect_left
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

import av

from storyboard import timing
from storyboard.errors import MediaError
from storyboard.frames import Report, unreported
from storyboard.media import clip, colour, files
from storyboard.project import MAX_LENGTH
from storyboard.take import Source

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from storyboard.frames import Frame

STILL_RATE = Fraction(24)
"""Frames per second that a picture is said to have; it has one frame."""

_GLANCE = 256
"""Pixels of the longer side at which cuts are looked for."""
_BAD = Fraction(1, 10)
"""The part of a clip's packets that may fail to decode."""
_PQ = 16
"""The H.273 code of the transfer of HDR10 and Dolby Vision (SMPTE ST 2084)."""


class Examined(NamedTuple):
    """What an imported file is."""

    kind: Literal["clip", "picture"]
    rotation: int
    """Degrees clockwise to turn decoded frames by: 0, 90, 180 or 270."""
    mirrored: bool
    """Whether they are then to be mirrored, left for right."""
    time_base: Fraction
    times: tuple[int, ...]
    """When each decoded picture is shown, ascending from 0, in units of `time_base`; empty for a picture."""
    sound: bool
    frames: int
    """At the constant `rate`."""
    rate: Fraction
    """The nearest standard rate, in frames per second."""
    width: int
    """Upright and with square pixels, as `height`."""
    height: int
    sha256: str
    cuts: tuple[int, ...]
    """The frames that start a new picture after a hard cut."""

    def source(self, file: str) -> Source:
        """The sidecar's record of the original, which now lies at `file` in the project."""
        return Source(
            file=file,
            sha256=self.sha256,
            kind=self.kind,
            rotation=self.rotation,
            mirrored=self.mirrored,
            time_base=self.time_base,
            times=self.times,
            sound=self.sound,
        )


def examine(path: Path, report: Report = unreported) -> Examined:
    """Reads all of a clip (mp4, mov, webm, mkv, avi, gif) or picture (png, jpg, webp, gif), by content not name.

    `report` counts seconds of the clip. Raises `MediaError` for a file that cannot be read, is not whole, has no
    picture, is too large or too long, or is HDR that only a grading could bring to ordinary colours.
    """
    if not path.is_file():
        raise MediaError(f"{path}: there is no such file; choose another")
    if path.stat().st_size == 0:
        raise MediaError(f"{path}: the file is empty; choose another")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return _picture(path, sha256) if _is_picture(path) else _clip(path, sha256, report)


def _is_picture(path: Path) -> bool:
    """Whether Pillow knows the file and it does not move (a GIF may, and is a clip then)."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=clip.PICTURES) as image:
            return image.format != "GIF" or getattr(image, "n_frames", 1) == 1
    except UnidentifiedImageError:
        return False
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return True  # a picture, if a bad one: reading it says what is wrong


def _picture(path: Path, sha256: str) -> Examined:
    height, width = clip.picture(path).shape[:2]
    return Examined("picture", 0, False, Fraction(1), (), False, 1, STILL_RATE, width, height, sha256, ())


def _clip(path: Path, sha256: str, report: Report) -> Examined:
    from storyboard.smoothers.cuts import find_cuts

    with files.reading(path, files.CLIPS) as container:
        watch = _Watch(container, path, report)
        cuts = tuple(find_cuts(watch.glances()))
        watch.check()
        times, base = watch.times(), watch.time_base
        rate = _rate(times, base, watch.stream.average_rate)
        frames = max(1, round((times[-1] + watch.last_duration(rate)) * base * rate))
        if frames > MAX_LENGTH:
            raise _too_long(path)
        places = clip.pictures_at(times, base, rate, range(frames))
        width, height = clip.display_size(watch.stream, path)
        if watch.rotation % 180:
            width, height = height, width
        starts = sorted({bisect_left(places, cut) for cut in cuts} - {frames})
        sound = bool(container.streams.audio)
        way, mirrored = watch.rotation, watch.mirrored
        return Examined(
            "clip", way, mirrored, base, times, sound, frames, rate, width, height, sha256, tuple(starts)
        )


def _rate(times: tuple[int, ...], base: Fraction, declared: Fraction | None) -> Fraction:
    """The standard rate nearest to the one at which the pictures come."""
    if len(times) < 2:
        return timing.nearest_standard_rate(declared or STILL_RATE)
    measured = (len(times) - 1) / (times[-1] * base)
    # Times that were rounded to milliseconds cannot tell 24 from 23.976 in a short clip; the header can.
    exact = declared is not None and declared > 0 and abs(declared / measured - 1) < Fraction(1, 100)
    return timing.nearest_standard_rate(declared if exact and declared else measured)


def _too_long(path: Path) -> MediaError:
    return MediaError(f"{path}: the clip has more than {MAX_LENGTH:,} frames; cut it into parts first")


class _Watch:
    """Decodes a clip once, start to end, and notes what passes by."""

    def __init__(self, container: InputContainer, path: Path, report: Report) -> None:
        self._container, self._path, self._report = container, path, report
        self.stream: VideoStream = files.video_stream(container, path)
        if self.stream.codec_context.color_trc == _PQ:
            raise MediaError(f"{path}: this is HDR (PQ), which would look grey; convert it to SDR first")
        self.time_base = Fraction(self.stream.time_base or 1)
        self._times: list[int] = []
        self.rotation, self.mirrored = 0, False
        self._origin = 0
        self._duration = 0
        self._end = Fraction(0)
        self._packets = 0
        self._bad = 0

    def glances(self) -> Iterator[Frame]:
        """Every picture, small: (H, W, 3) uint8 RGB."""
        width, height = clip.display_size(self.stream, self._path)
        scale = min(1.0, _GLANCE / max(width, height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        for packet in self._container.demux():
            self._note_end(packet)
            if packet.stream_index != self.stream.index:
                continue
            self._packets += 1
            for picture in self._decoded(cast("Packet[VideoStream]", packet)):
                self._note(picture)
                yield colour.to_rgb(picture, *size)

    def _decoded(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        try:
            pictures = packet.decode()
        except av.error.InvalidDataError:
            self._bad += 1
            return []
        self._bad += sum(picture.is_corrupt for picture in pictures)
        return pictures

    def _note(self, picture: VideoFrame) -> None:
        time = clip.time_of(picture)
        if not self._times:
            self._origin = time or 0
            self.rotation, self.mirrored = clip.orientation(picture)
        if len(self._times) >= MAX_LENGTH:
            raise _too_long(self._path)
        # A picture that comes without a time, or not after the one before it, follows at once.
        least = self._times[-1] + 1 if self._times else 0
        self._times.append(max(least, 0 if time is None else time - self._origin))
        self._duration = picture.duration or 0

    def _note_end(self, packet: Packet[Stream]) -> None:
        time = packet.dts if packet.pts is None else packet.pts
        if time is not None:
            self._end = max(self._end, (time + (packet.duration or 0)) * packet.time_base)
            self._report(int(self._end), max(int(self._end), (self._container.duration or 0) // 1_000_000))

    def times(self) -> tuple[int, ...]:
        """When each picture is shown, in `time_base` from 0."""
        rate = self.stream.average_rate
        # AVI has no times of showing: with B-frames FFmpeg guesses them, and unevenly.
        if self._container.format.name == "avi" and self.stream.codec_context.has_b_frames and rate:
            return tuple(round(number / (rate * self.time_base)) for number in range(len(self._times)))
        return tuple(self._times)

    def last_duration(self, rate: Fraction) -> int:
        """How long the last picture stays, in ticks: as the file says, else as long as most do."""
        if self._duration > 0:
            return self._duration
        gaps = [b - a for a, b in zip(self._times, self._times[1:], strict=False)]
        return round(statistics.median(gaps)) if gaps else round(1 / (rate * self.time_base))

    def check(self) -> None:
        """Raises `MediaError` when what passed by was not a whole clip."""
        if not self._times or self._bad > self._packets * _BAD:
            raise MediaError(f"{self._path}: the clip is damaged and cannot be decoded; replace it")
        promised = Fraction(
            (self._container.duration or 0) + min(0, self._container.start_time or 0), 1_000_000
        )
        # AVI's length is guessed from the file's size, but its header counts the pictures.
        pictures = max(0, self.stream.frames - self._packets) / (self.stream.average_rate or STILL_RATE)
        missing = max(promised - self._end, pictures)
        if missing > max(Fraction(1, 2), promised / 50):
            raise MediaError(
                f"{self._path}: the file ends {float(missing):.1f} s early, it was cut off; copy it again"
            )
