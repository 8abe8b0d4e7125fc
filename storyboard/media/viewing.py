"""A video's pictures with their times, one after the other, from the start or from anywhere."""

from __future__ import annotations

import contextlib
from bisect import bisect_left
from collections.abc import Generator, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import av

from storyboard.errors import MediaError
from storyboard.media import clip, colour, files

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from storyboard.frames import Frame
    from storyboard.media.scan import Scanned

    Timed = Iterator[tuple[int, VideoFrame]]
    """Decoded pictures with their times in ticks from 0."""

_BACK = 1
"""Seconds before the wanted picture that is sought: the first pictures after a seek may lack what they refer to."""
_BAD = Fraction(1, 10)
"""The part of a video's packets that may fail to decode."""


class Picture(NamedTuple):
    """A picture of a video."""

    at: Fraction
    """Seconds from the video's first picture."""
    frame: Frame
    starts: bool = False
    """Whether a hard cut lies before it."""


def pictures(path: Path, scanned: Scanned, first: int = 0) -> Generator[Picture, None, None]:
    """The pictures of a video from number `first` on, upright with square pixels, (H, W, 3) uint8 RGB.

    Half pictures (interlaced) are made whole. Raises `MediaError` for a file that cannot be read, or when a tenth of
    it cannot be decoded.
    """
    size = (scanned.width, scanned.height)
    across = size[::-1] if scanned.rotation % 180 else size
    wanted = scanned.times[first] if first else 0
    for ticks, picture in _from(path, scanned, wanted):
        if ticks >= wanted:
            frame = clip.turned(colour.to_rgb(picture, *across), scanned.rotation, scanned.mirrored)
            yield Picture(scanned.at(ticks), frame)


def _from(path: Path, scanned: Scanned, wanted: int) -> Timed:
    """The video's pictures from `wanted` (ticks) or earlier on."""
    # What is counted needs all that came before; what is made of neighbours, those too.
    if wanted and not scanned.counted and not scanned.interlaced:
        sought = _sought(path, scanned, wanted)
        if sought is not None:
            yield from sought
            return
    with files.reading(path, files.VIDEOS) as container:
        stream = files.video_stream(container, path)
        whole = _whole(_decoded(container, stream, path), stream) if scanned.interlaced else None
        yield from _timed(whole or _decoded(container, stream, path), scanned)


def _sought(path: Path, scanned: Scanned, wanted: int) -> Timed | None:
    """The pictures from before `wanted` on after a seek; None where no seek leads there for certain."""
    open_ = contextlib.ExitStack()
    with open_:
        container = open_.enter_context(files.reading(path, files.VIDEOS))
        stream = files.video_stream(container, path)
        back = int(_BACK / scanned.time_base)
        container.seek(max(0, scanned.origin + wanted - back), stream=stream)
        coming = _timed(_decoded(container, stream, path), scanned)
        skipped = next(((t, p) for t, p in coming if t >= wanted - back // 2), None)
        if skipped is None or skipped[0] > wanted or not _is_known(skipped[0], scanned):
            return None
        return _closing(skipped, coming, open_.pop_all())
    return None


def _is_known(ticks: int, scanned: Scanned) -> bool:
    place = bisect_left(scanned.times, ticks)
    return place < len(scanned.times) and scanned.times[place] == ticks


def _closing(first: tuple[int, VideoFrame], rest: Timed, opened: contextlib.ExitStack) -> Timed:
    with opened:
        yield first
        yield from rest


def _timed(decoded: Iterable[VideoFrame], scanned: Scanned) -> Timed:
    """Times that rise: a picture without one, or not after the one before it, follows at once."""
    last = -1
    for number, picture in enumerate(decoded):
        if scanned.counted:
            ticks: int | None = scanned.times[min(number, len(scanned.times) - 1)]
        else:
            time = clip.time_of(picture)
            ticks = None if time is None else time - scanned.origin
        last = max(last + 1, last + 1 if ticks is None else ticks)
        yield last, picture


def _decoded(container: InputContainer, stream: VideoStream, path: Path) -> Iterator[VideoFrame]:
    bad = 0
    for packets, packet in enumerate(container.demux(stream), 1):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            bad += 1
            if bad > 10 and bad > packets * _BAD:
                raise MediaError(
                    f"{path}: the video is damaged and cannot be decoded from packet {packets} on; replace it"
                ) from None


def _whole(decoded: Iterator[VideoFrame], stream: VideoStream) -> Iterator[VideoFrame]:
    """Interlaced pictures made whole, one for each, at the same times."""
    graph = av.filter.Graph()
    source = graph.add_buffer(template=stream, time_base=stream.time_base)
    filtered = graph.add("bwdif", "mode=send_frame:deint=interlaced")
    graph.link_nodes(source, filtered, graph.add("buffersink")).configure()
    for picture in decoded:
        graph.vpush(picture)
        yield from _pulled(graph)
    graph.vpush(None)
    yield from _pulled(graph)


def _pulled(graph: av.filter.Graph) -> Iterator[VideoFrame]:
    with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
        while True:
            yield graph.vpull()
