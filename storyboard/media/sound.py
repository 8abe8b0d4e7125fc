"""The film's sound: one bed, mixed for the whole film and encoded once.

AAC that is encoded piece by piece clicks and drifts at the joints, so there are no pieces.
"""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeAlias

import numpy as np

from storyboard.atomic import replacing
from storyboard.errors import MediaError
from storyboard.frames import Report, unreported
from storyboard.media import files

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from moviepy import AudioClip
    from numpy.typing import NDArray

    from storyboard.project import Music

    Samples: TypeAlias = NDArray[np.float32]
    """(N, 2) float32, left and right at 48 kHz, full scale at 1."""

VERSION = 2
"""Of this module: raised when the same sounds would be mixed otherwise."""
RATE = 48_000
"""Samples per second."""
BIT_RATE = 192_000
"""Bits per second of AAC for both channels."""
CEILING = 10 ** (-1 / 20)
"""The loudest sample, -1 dB of full scale: the headroom EBU R 128 asks for before a lossy codec."""

_CHUNK = RATE
"""Samples that are worked on at a time."""
_BLOCK = 240
"""Samples over which the limiter looks for one peak, 5 ms."""
_REACH = 10
"""Blocks over which the limiter's gain comes down and goes up again, 50 ms each way."""
_GAP = RATE // 50
"""Samples by which a sound's own times may wander (20 ms) before a gap in it is believed."""


class ClipSound(NamedTuple):
    """A piece of an imported clip's sound in the film."""

    file: Path
    start: Fraction
    """Seconds into the film."""
    source_in: Fraction
    """Seconds into the clip, counted from its first picture."""
    seconds: Fraction
    gain: float = 0.0
    """Decibels."""


def check(path: Path) -> None:
    """Raises `MediaError` unless `path` holds sound that can be decoded."""
    with files.reading(path, files.SOUNDS) as container:
        if next(_decoded(container, _stream(container, path)), None) is None:
            raise MediaError(f"{path}: the sound is damaged and cannot be decoded; replace it")


def mix(
    out: Path,
    seconds: Fraction,
    music: Music | None,
    music_file: Path | None,
    clips: Sequence[ClipSound],
    report: Report = unreported,
) -> None:
    """Writes the sound of a film `seconds` long to `out`: 48 kHz stereo AAC in an m4a, exactly that long.

    Louder than `CEILING` it does not get: peaks are turned down over 50 ms, not cut off. The same input gives the
    same bytes. Raises `MediaError` naming a file without readable sound, `DiskFull`, and what `report` raises.
    """
    length = max(1, round(seconds * RATE))
    chunks = -(-length // _CHUNK)
    with (
        replacing(out) as temporary,
        # Sounds are kept decoded on disk, so memory does not grow with the film.
        tempfile.TemporaryDirectory(
            prefix=f".{out.stem[:50]}.part", dir=out.parent, ignore_cleanup_errors=True
        ) as at,
    ):
        scratch = Path(at)
        bed, gain = _mixed(
            _tracks(scratch, length, music, music_file, clips), length, scratch / "bed", report
        )
        _encode(temporary, out, _limited(bed, gain), lambda done: report(chunks + done, 2 * chunks))


def _tracks(
    scratch: Path, length: int, music: Music | None, music_file: Path | None, clips: Sequence[ClipSound]
) -> list[AudioClip]:
    tracks = []
    if music is not None and music_file is not None:
        tracks.append(_music_track(scratch / "music", length, music, music_file))
    for number, clip in enumerate(clips):
        wanted = min(round(clip.seconds * RATE), length - round(clip.start * RATE))
        if wanted > 0:
            samples = _decode(clip.file, clip.source_in, wanted, scratch / f"clip{number}", synced=True)
            track = _track(samples, wanted, 0, clip.gain)
            tracks.append(track.with_start(round(clip.start * RATE) / RATE))
    return tracks


def _music_track(scratch: Path, length: int, music: Music, file: Path) -> AudioClip:
    from moviepy import afx

    first = round(music.offset * RATE)
    # What repeats must be known from its beginning.
    start, wanted = (Fraction(0), first + length) if music.loop else (music.offset, length)
    samples = _decode(file, start, wanted, scratch, synced=False)
    track = _track(samples, length, first if music.loop else 0, music.gain, loop=music.loop)
    fades = []
    if music.fade_in:
        fades.append(afx.AudioFadeIn(float(music.fade_in)))
    if music.fade_out:
        fades.append(afx.AudioFadeOut(float(music.fade_out)))
    return track.with_effects(fades)


def _track(samples: Samples, length: int, first: int, gain: float, loop: bool = False) -> AudioClip:
    """A moviepy clip of `length` samples from `first` on; silent past the end unless it loops."""
    from moviepy import AudioClip, afx

    def at(t: NDArray[np.float64]) -> NDArray[np.float32]:
        index = np.rint(np.atleast_1d(t) * RATE).astype(np.int64) + first
        if loop and len(samples):
            index %= len(samples)
        there = (index >= 0) & (index < len(samples))
        result = np.zeros((len(index), 2), np.float32)
        result[there] = samples[index[there]]
        return result if np.ndim(t) else result[0]

    clip = AudioClip(at, duration=length / RATE, fps=RATE)
    return clip.with_effects([afx.MultiplyVolume(10 ** (gain / 20))])


def _mixed(
    tracks: list[AudioClip], length: int, file: Path, report: Report
) -> tuple[Samples, NDArray[np.float64]]:
    """All tracks summed, kept in `file`, and the gain of each block that keeps the sum under the ceiling."""
    from moviepy import CompositeAudioClip

    chunks = -(-length // _CHUNK)
    peaks: list[NDArray[np.float32]] = []
    with file.open("wb") as kept:
        for number in range(chunks):
            first, last = number * _CHUNK, min((number + 1) * _CHUNK, length)
            samples = np.zeros((_CHUNK, 2), np.float32)
            # Only what plays now: moviepy asks every clip of a composition about every sample.
            if playing := [t for t in tracks if t.start * RATE < last and t.end * RATE > first]:
                bed = CompositeAudioClip(playing)
                samples[: last - first] = bed.get_frame(np.arange(first, last) / RATE)
            kept.write(samples[: last - first].tobytes())
            peaks.append(np.abs(samples).reshape(-1, _BLOCK * 2).max(axis=1))
            report(number + 1, 2 * chunks)
    return _kept(file), _gains(np.concatenate(peaks))


def _gains(peaks: NDArray[np.float32]) -> NDArray[np.float64]:
    """The limiter's gain at the centre of each block.

    The least gain of all blocks within reach, then its running mean: the mean near a block is only over values
    that are no more than that block needs, so no peak gets through and the gain still moves slowly.
    """
    needed = np.minimum(1.0, CEILING / np.maximum(peaks.astype(np.float64), 1e-9))
    wide = np.pad(needed, 2 * _REACH + 1, constant_values=1.0)
    least = np.lib.stride_tricks.sliding_window_view(wide, 2 * _REACH + 3).min(axis=1)
    return np.convolve(least, np.full(2 * _REACH + 1, 1 / (2 * _REACH + 1)), mode="valid")


def _limited(bed: Samples, gain: NDArray[np.float64]) -> Iterator[Samples]:
    centres = (np.arange(len(gain)) + 0.5) * _BLOCK
    for first in range(0, len(bed), _CHUNK):
        samples = bed[first : first + _CHUNK]
        at = np.interp(np.arange(first, first + len(samples)) + 0.5, centres, gain)
        yield (samples * at[:, None]).astype(np.float32)


def _encode(temporary: Path, path: Path, chunks: Iterator[Samples], report: Callable[[int], None]) -> None:
    import av

    options = {"fflags": "+bitexact", "movie_timescale": str(RATE)}
    with files.writing(temporary, path, "mp4", options) as out:
        # "fast" is the better coder: the default one came out ten times further from the source on plucked
        # strings, its first frame worst.
        stream = out.add_stream("aac", rate=RATE, options={"flags": "+bitexact", "aac_coder": "fast"})
        stream.codec_context.layout = "stereo"
        stream.codec_context.bit_rate = BIT_RATE
        at = 0
        for done, samples in enumerate(chunks, 1):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples.T), format="fltp", layout="stereo"
            )
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            out.mux(stream.encode(frame))
            at += len(samples)
            report(done)
        out.mux(stream.encode(None))


def _decode(path: Path, start: Fraction, length: int, to: Path, *, synced: bool) -> Samples:
    """Up to `length` samples of `path` from `start` seconds on, kept in the file `to`.

    With `synced` seconds are counted from the file's first picture, else from its first sample.
    """
    with files.reading(path, files.SOUNDS) as container, to.open("wb") as kept:
        stream = _stream(container, path)
        origin = _origin(container, stream, synced)
        if start > 2:
            container.seek(int((origin + start - 1) * 1_000_000))
        written = 0
        for place, samples in _resampled(container, stream):
            behind = 0 if place is None else round((place - origin - start) * RATE) - written
            if written == 0 or abs(behind) > _GAP:
                _silence(kept, min(behind, length - written))
                written += max(0, min(behind, length - written))
                samples = samples[max(0, -behind) :]
            samples = samples[: length - written]
            kept.write(samples.tobytes())
            written += len(samples)
            if written == length:
                break
    return _kept(to)


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


def _silence(file: BinaryIO, samples: int) -> None:
    """Writes `samples` samples (none when negative), at most a chunk at a time."""
    while samples > 0:
        file.write(bytes(8 * min(samples, _CHUNK)))
        samples -= _CHUNK


def _kept(file: Path) -> Samples:
    if not file.stat().st_size:
        return np.zeros((0, 2), np.float32)
    return np.memmap(file, np.float32, "r").reshape(-1, 2)
