"""A video's packets, looked through once: when each picture comes, how fast, which way up, how long. No picture but
the first is decoded, so an hour takes a second or so, and eight bytes a picture are all that is kept."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import av
import numpy as np

from storyboard import timing
from storyboard.errors import MediaError, why
from storyboard.frames import Report, unreported
from storyboard.media import clip, files

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

STILL_RATE = Fraction(24)
"""Frames per second of a video that has one picture and says nothing of its rate."""
TOP_RATE = Fraction(1000)
"""Frames per second; faster ones are a header's nonsense."""

_MILLISECOND = Fraction(1, 1000)
_HDR = {16: "PQ", 18: "HLG"}
"""H.273 codes of transfers that ordinary screens and 8 bits cannot show as meant."""
_WHOLE = ("mov", "matroska", "avi")
"""Formats whose header tells reliably how long the file is."""
_HASHED = 4 << 20
_BAD = Fraction(1, 10)
"""The part of the pictures that may fail to decode."""


class Scanned(NamedTuple):
    """What a video is."""

    sha256: str
    width: int
    """Upright and with square pixels, as `height`."""
    height: int
    rotation: int
    """Degrees clockwise to turn decoded pictures by: 0, 90, 180 or 270."""
    mirrored: bool
    """Whether they are then to be mirrored, left for right."""
    time_base: Fraction
    """Seconds in a tick."""
    origin: int
    """The first picture's time in the file, in ticks: it counts as 0."""
    times: array[int]
    """When each picture comes, in ticks from 0, ascending."""
    rate: Fraction
    """Frames per second: the standard rate nearest to most pictures' distance, or the exact one where it is steady."""
    even: bool
    """Whether every picture lies on a whole frame of `rate`; some may be missing."""
    steady: bool
    """Whether none is missing either: frame n is picture n."""
    counted: bool
    """Whether the file tells no times, so that pictures are counted."""
    seconds: Fraction
    """From the first picture to the end of the last one."""
    interlaced: bool
    codec: str
    form: str
    """FFmpeg's name of the container format."""
    notes: tuple[str, ...]
    """What of it cannot be kept, a sentence each."""

    @property
    def slack(self) -> Fraction:
        """Seconds by which a time may have been rounded: half a tick, or to whole milliseconds on the way."""
        return Fraction(0) if self.even else max(self.time_base / 2, _MILLISECOND)

    def at(self, ticks: int) -> Fraction:
        """Seconds of a time in ticks from 0, freed of its rounding where the video keeps to its rate."""
        seconds = ticks * self.time_base
        return round(seconds * self.rate) / self.rate if self.even else seconds

    def before(self, seconds: Fraction, pictures: int) -> int:
        """The number of the picture that lies `pictures` before the one shown at `seconds`."""
        shown = bisect_right(self.times, (seconds + self.slack) / self.time_base) - 1
        return max(0, shown - pictures)


def scan(path: Path, report: Report = unreported) -> Scanned:
    """Looks through a video of any format that FFmpeg reads. `report` counts megabytes.

    Raises `MediaError` for a file that is missing, empty, cut off, too large in size, without pictures, or HDR.
    """
    if not path.is_file():
        raise MediaError(f"{path} is not there; check the path")
    if path.stat().st_size == 0:
        raise MediaError(f"{path}: the file is empty; copy it again")
    sha256 = _digest(path, report)
    with files.reading(path, files.VIDEOS) as container:
        look = _Look(container, path)
        look.through()
        return look.found(sha256)


def _digest(path: Path, report: Report) -> str:
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    try:
        with path.open("rb") as file:
            while piece := file.read(_HASHED):
                digest.update(piece)
                done += len(piece)
                report(0, max(1, (total - done) >> 20))
    except OSError as error:
        raise MediaError(
            f"{path} cannot be read: {why(error)}; look after that, or copy it to another place"
        ) from error
    return digest.hexdigest()


class _Look:
    def __init__(self, container: InputContainer, path: Path) -> None:
        self._container, self._path = container, path
        self._stream: VideoStream = files.video_stream(container, path)
        self._base = Fraction(self._stream.time_base or 1)
        self._shown: array[int] = array("q")
        self._first: VideoFrame | None = None
        self._untimed = self._packets = self._bad = 0
        self._end = Fraction(0)
        self._last_duration = 0

    def through(self) -> None:
        """Every packet of the file."""
        for packet in self._container.demux():
            if packet.stream_index == self._stream.index:
                if packet.size and not packet.is_discard:
                    self._note(cast("Packet[VideoStream]", packet))
                if self._first is None:
                    self._decode(cast("Packet[VideoStream]", packet))
            self._note_end(packet)

    def _note(self, packet: Packet[VideoStream]) -> None:
        self._packets += 1
        if packet.pts is None:
            self._untimed += 1
            return
        if not self._shown or packet.pts >= max(self._shown[-1], self._shown[0]):
            self._last_duration = packet.duration or 0
        self._shown.append(packet.pts)

    def _decode(self, packet: Packet[VideoStream]) -> None:
        try:
            self._first = next(iter(packet.decode()), None)
        except av.error.InvalidDataError:
            self._bad += 1

    def _note_end(self, packet: Packet[Stream]) -> None:
        time = packet.dts if packet.pts is None else packet.pts
        if time is not None and packet.time_base:
            self._end = max(self._end, (time + (packet.duration or 0)) * packet.time_base)

    def found(self, sha256: str) -> Scanned:
        self._check()
        first, context = self._first, self._stream.codec_context
        assert first is not None
        declared = _sane(self._stream.average_rate) or _sane(self._stream.base_rate)
        counted = self._counted()
        times, origin = self._times(counted, declared)
        rate, even, steady = (
            (declared or STILL_RATE, True, True) if counted else beat(times, self._base, declared)
        )
        width, height = clip.display_size(self._stream, self._path)
        rotation, mirrored = clip.orientation(first)
        if rotation % 180:
            width, height = height, width
        return Scanned(
            sha256=sha256,
            width=width,
            height=height,
            rotation=rotation,
            mirrored=mirrored,
            time_base=self._base,
            origin=origin,
            times=times,
            rate=rate,
            even=even,
            steady=steady,
            counted=counted,
            seconds=self._seconds(times, rate, steady),
            interlaced=bool(first.interlaced_frame),
            codec=context.name,
            form=self._container.format.name,
            notes=self._notes(first),
        )

    def _counted(self) -> bool:
        """AVI has no times of showing: with B-frames FFmpeg guesses them, and unevenly. Bare streams have none."""
        guessed = self._container.format.name == "avi" and self._stream.codec_context.has_b_frames
        return bool(guessed) or self._untimed > self._packets / 2 or not self._shown

    def _times(self, counted: bool, declared: Fraction | None) -> tuple[array[int], int]:
        if counted:
            each = 1 / ((declared or STILL_RATE) * self._base)
            return array("q", (round(i * each) for i in range(self._packets))), 0
        ordered = np.unique(np.frombuffer(self._shown, np.int64))
        origin = int(ordered[0])
        return array("q", (ordered - origin).tobytes()), origin

    def _seconds(self, times: array[int], rate: Fraction, steady: bool) -> Fraction:
        if steady:
            return len(times) / rate
        last = self._last_duration * self._base
        # The last picture stays as long as the file says; no file says sensibly more than a second.
        return times[-1] * self._base + (last if 0 < last <= 1 else 1 / rate)

    def _check(self) -> None:
        if self._first is None or not self._packets:
            raise MediaError(f"{self._path}: the video is damaged and cannot be decoded; replace it")
        transfer = _HDR.get(self._first.color_trc) or _HDR.get(self._stream.codec_context.color_trc)
        if transfer:
            raise MediaError(
                f"{self._path}: this is HDR ({transfer}); smoothing works on ordinary 8-bit colour, in which it would "
                "look grey: convert it to SDR first"
            )
        if not any(name in self._container.format.name for name in _WHOLE):
            return
        promised = Fraction(
            (self._container.duration or 0) + min(0, self._container.start_time or 0), 1_000_000
        )
        # AVI's length is guessed from the file's size, but its header counts the pictures.
        rate = _sane(self._stream.average_rate) or STILL_RATE
        missing = max(promised - self._end, max(0, self._stream.frames - self._packets) / rate)
        if missing > max(Fraction(1, 2), promised / 50):
            raise MediaError(
                f"{self._path}: the file ends {float(missing):.1f} s early, it was cut off; copy it again"
            )

    def _notes(self, first: VideoFrame) -> tuple[str, ...]:
        notes = []
        if first.interlaced_frame:
            notes.append("it is interlaced: its half pictures were made whole (bwdif) before it was smoothed")
        bits = max((component.bits for component in first.format.components), default=8)
        if bits > 8:
            notes.append(f"its {bits}-bit colour is written with 8 bits")
        return tuple(notes)


def _sane(rate: Fraction | None) -> Fraction | None:
    return rate if rate and Fraction(1, 10) <= rate <= TOP_RATE else None


def beat(times: array[int], base: Fraction, declared: Fraction | None) -> tuple[Fraction, bool, bool]:
    """The rate at which pictures come at `times` (ticks of `base` seconds, from 0); whether all lie on its frames;
    and whether none is missing. Times may be rounded to their ticks or to milliseconds."""
    if len(times) < 2:
        return declared or STILL_RATE, True, True
    seconds = np.frombuffer(times, np.int64) * float(base)
    slack = float(max(base / 2, _MILLISECOND)) + 1e-6
    measured = Fraction((len(times) - 1) / seconds[-1]).limit_denominator(100_000)
    usual = Fraction(1 / float(np.median(np.diff(seconds)))).limit_denominator(100_000)
    # A standard rate before the header's own number: "29.97" is meant as 30000/1001.
    near = [timing.nearest_standard_rate(rate) for rate in (declared, measured, usual) if rate]
    for rate in (*near, declared, measured):
        if rate and np.abs(seconds - np.arange(len(times)) / float(rate)).max() <= slack:
            return rate, True, True
    for rate in (*near, declared):
        if rate and _on_frames(seconds, float(rate), slack):
            return rate, True, False
    return max(Fraction(1), timing.nearest_standard_rate(usual)), False, False


def _on_frames(seconds: NDArray[np.floating], rate: float, slack: float) -> bool:
    """Whether every time is that of a frame, and no two of the same. At a high rate anything would be."""
    frames = np.rint(seconds * rate)
    usual = float(np.median(np.diff(frames)))
    return usual == 1 and bool(np.diff(frames).min() > 0) and np.abs(seconds - frames / rate).max() <= slack
