"""Sound out of files: samples from any second on, in the order in which they are heard."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from storyboard.errors import MediaError
from storyboard.media import files

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from numpy.typing import NDArray

    Samples: TypeAlias = NDArray[np.float32]
    """(N, 2) float32, left and right at 48 kHz, full scale at 1."""

RATE = 48_000
"""Samples per second."""
SILENCE = RATE
"""Samples of silence that are given out at a time."""

_GAP = RATE // 50
"""Samples by which a sound's own times may wander (20 ms) before a gap in it is believed."""


def check(path: Path) -> None:
    """Raises `MediaError` unless `path` holds sound that can be decoded."""
    with files.reading(path, files.SOUNDS) as container:
        if next(_decoded(container, _stream(container, path)), None) is None:
            raise MediaError(f"{path}: the sound is damaged and cannot be decoded; replace it")


def samples_from(path: Path, start: Fraction, *, synced: bool) -> Iterator[Samples]:
    """The samples of `path` from `start` seconds on, piece by piece; where the file has a gap, silence.

    With `synced` seconds are counted from the file's first picture, else from its first sample. Raises
    `MediaError` naming a file without readable sound, at the first piece.
    """
    with files.reading(path, files.SOUNDS) as container:
        stream = _stream(container, path)
        origin = _origin(container, stream, synced)
        if start > 2:
            container.seek(int((origin + start - 1) * 1_000_000))
        given = 0
        for place, samples in _resampled(container, stream):
            behind = 0 if place is None else round((place - origin - start) * RATE) - given
            if given == 0 or abs(behind) > _GAP:
                for silence in _silence(behind):
                    yield silence
                    given += len(silence)
                samples = samples[max(0, -behind) :]
            if len(samples):
                yield samples
                given += len(samples)


def _silence(samples: int) -> Iterator[Samples]:
    """So many samples (none when negative), at most `SILENCE` at a time."""
    for first in range(0, samples, SILENCE):
        yield np.zeros((min(SILENCE, samples - first), 2), np.float32)


def _stream(container: InputContainer, path: Path) -> AudioStream:
    if not container.streams.audio:
        raise MediaError(f"{path}: there is no sound in this file; choose another")
    return container.streams.audio[0]


def _origin(container: InputContainer, stream: AudioStream, synced: bool) -> Fraction:
    """The time in the file, in seconds, that counts as 0."""
    pictures = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
    first = pictures[0] if synced and pictures else stream
    return (first.start_time or 0) * Fraction(first.time_base or 1)


def _resampled(container: InputContainer, stream: AudioStream) -> Iterator[tuple[Fraction | None, Samples]]:
    """The sound as samples of ours, each piece with its time in the file where that is known, in seconds."""
    import av

    # Mono is doubled, not spread: a channel keeps its level.
    layout = "mono" if stream.codec_context.channels == 1 else "stereo"
    resampler = av.AudioResampler(format="flt", layout=layout, rate=RATE)
    for frame in itertools.chain(_decoded(container, stream), [None]):
        for piece in resampler.resample(frame):
            samples = piece.to_ndarray().reshape(-1, 1 if layout == "mono" else 2)
            samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)  # files of floats may hold any
            time = None if piece.pts is None or piece.time_base is None else piece.pts * piece.time_base
            yield time, np.broadcast_to(samples, (len(samples), 2))


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """The sound as it decodes; pieces that do not are left out, and the gap becomes silence."""
    import av

    for packet in container.demux(stream):
        with contextlib.suppress(av.error.InvalidDataError):
            yield from packet.decode()
