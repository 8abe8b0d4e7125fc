"""Sound that is encoded again, as AAC, where the new file does not take it as it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av
import numpy as np

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from numpy.typing import NDArray

    from storyboard.media.tracks import Span

_BIT_RATE = 96_000
"""Bits per second for each channel."""
_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
"""Samples per second that AAC has; the higher ones are for no ear."""
_GAP = Fraction(1, 50)
"""Seconds by which a sound's own times may wander before a gap in it is believed."""
_LONGEST_GAP = 3600
"""Seconds of silence that are believed; a file whose times leap further is damaged."""
_USUAL = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
"""What so many channels usually are."""
_FORMAT = "flt"
"""One plane for all channels: PyAV looks past the end of a frame's own list of planes when it has eight."""


def add(out: OutputContainer, source: AudioStream) -> AudioStream | None:
    """A stream of `out` for the sound of `source`, None where AAC has nothing that its channels could become."""
    context = source.codec_context
    rate = next((rate for rate in _RATES if rate >= context.sample_rate), _RATES[-1])
    layout = _layout(context, rate)
    if layout is None:
        return None
    target = out.add_stream("aac", rate=rate, options={"aac_coder": "fast"})
    target.codec_context.layout = layout
    target.codec_context.bit_rate = _BIT_RATE * target.codec_context.layout.nb_channels
    return target


def _layout(source: AudioCodecContext, rate: int) -> str | None:
    """The source's own, or else what is nearest. Some files tell only how many channels there are."""
    own, usual = source.layout.name, _USUAL.get(source.channels, "stereo")
    named = "channels" not in own
    for layout in (own, usual, "stereo") if named else (usual, "stereo"):
        if _encodes(layout, rate) and _becomes(own, layout, rate):
            return layout
    return None


def _encodes(layout: str, rate: int) -> bool:
    """Whether AAC has such channels: no list of them tells as surely as the encoder."""
    encoder = av.CodecContext.create("aac", "w")
    encoder.layout, encoder.sample_rate, encoder.format = layout, rate, "fltp"
    encoder.bit_rate = _BIT_RATE * encoder.layout.nb_channels
    with contextlib.suppress(av.error.FFmpegError):
        encoder.open()
        return True
    return False


def _becomes(source: str, layout: str, rate: int) -> bool:
    """Whether channels can be mixed to others: nobody knows what thirteen without a name are."""
    silence = _frame(np.zeros((1, av.AudioLayout(source).nb_channels), np.float32), source, rate, 0)
    with contextlib.suppress(av.error.FFmpegError):
        av.AudioResampler(format=_FORMAT, layout=layout, rate=rate).resample(silence)
        return True
    return False


def _frame(samples: NDArray[np.float32], layout: str, rate: int, at: int) -> AudioFrame:
    frame: AudioFrame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples), format=_FORMAT, layout=layout
    )
    frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
    return frame


class Sound:
    """Sound on its way into `target`: its gaps filled, so that it stays in time."""

    def __init__(self, target: AudioStream, span: Span) -> None:
        context = target.codec_context
        self._target, self._span = target, span
        self._rate, self._layout = context.sample_rate, context.layout.name
        self._channels = context.layout.nb_channels
        self._mixer: av.AudioResampler | None = None
        self._kind: tuple[str, str, int] | None = None
        """Of the frames that the mixer takes."""
        self._at = 0
        """Of the next sample that is encoded."""

    def carry(self, packet: Packet[Stream]) -> Iterator[Packet[Stream]]:
        """What becomes of a packet of the source."""
        with contextlib.suppress(av.error.InvalidDataError):
            for frame in cast("Packet[AudioStream]", packet).decode():
                yield from self._taken(frame)

    def rest(self) -> Iterator[Packet[Stream]]:
        """What is left when there are no more packets."""
        yield from self._drained()
        yield from self._target.encode(None)

    def _taken(self, frame: AudioFrame) -> Iterator[Packet[Stream]]:
        kind = frame.format.name, frame.layout.name, frame.sample_rate
        if self._mixer is None or kind != self._kind:  # broadcasts change between mono and stereo
            yield from self._drained()
            self._mixer = av.AudioResampler(format=_FORMAT, layout=self._layout, rate=self._rate)
            self._kind = kind
        yield from self._placed(self._mixer.resample(frame))

    def _drained(self) -> Iterator[Packet[Stream]]:
        if self._mixer is not None:
            yield from self._placed(self._mixer.resample(None))

    def _placed(self, pieces: Iterable[AudioFrame]) -> Iterator[Packet[Stream]]:
        for piece in pieces:
            samples = cast("NDArray[np.float32]", piece.to_ndarray())
            if piece.pts is not None and piece.time_base is not None:
                place = self._span.placed(piece.pts * piece.time_base)
                behind = round(place * self._rate) - self._at
                if self._at == 0 or abs(behind) > _GAP * self._rate:
                    yield from self._silence(behind)
                    samples = samples[:, max(0, -behind) * self._channels :]
            most = round((self._span.stop - self._span.start) * self._rate) - self._at
            yield from self._written(samples[:, : max(0, most) * self._channels])

    def _silence(self, samples: int) -> Iterator[Packet[Stream]]:
        """So many samples of silence, none when negative, or more than any sensible file has; a second at a time."""
        for first in range(0, samples if samples < _LONGEST_GAP * self._rate else 0, self._rate):
            count = min(self._rate, samples - first)
            yield from self._written(np.zeros((1, count * self._channels), np.float32))

    def _written(self, samples: NDArray[np.float32]) -> Iterator[Packet[Stream]]:
        if samples.size:
            frame = _frame(samples, self._layout, self._rate, self._at)
            self._at += frame.samples
            yield from self._target.encode(frame)
