"""The film's sound: one bed, mixed for the whole film and encoded once.

AAC that is encoded piece by piece clicks and drifts at the joints, so there are no pieces.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from storyboard.atomic import replacing
from storyboard.frames import Report, unreported
from storyboard.media import files, limiter, sound_file
from storyboard.media.sound_file import RATE

if TYPE_CHECKING:
    from moviepy import AudioClip
    from numpy.typing import NDArray

    from storyboard.media.sound_file import Samples
    from storyboard.project import Music

VERSION = 2
"""Of this module: raised when the same sounds would be mixed otherwise."""
BIT_RATE = 192_000
"""Bits per second of AAC for both channels."""
_CHUNK = RATE
"""Samples that are worked on at a time."""


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


def mix(
    out: Path,
    seconds: Fraction,
    music: Music | None,
    music_file: Path | None,
    clips: Sequence[ClipSound],
    report: Report = unreported,
) -> None:
    """Writes the sound of a film `seconds` long to `out`: 48 kHz stereo AAC in an m4a, exactly that long.

    Louder than `limiter.CEILING` it does not get: peaks are turned down over 50 ms, not cut off. The same input gives the
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
            peaks.append(limiter.peaks(samples))
            report(number + 1, 2 * chunks)
    return _kept(file), limiter.gains(np.concatenate(peaks))


def _limited(bed: Samples, gain: NDArray[np.float64]) -> Iterator[Samples]:
    for first in range(0, len(bed), _CHUNK):
        yield limiter.limited(bed[first : first + _CHUNK], first, gain)


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
    """Up to `length` samples of `path` from `start` seconds on, kept in the file `to`."""
    written = 0
    with to.open("wb") as kept:
        for samples in sound_file.samples_from(path, start, synced=synced):
            samples = samples[: length - written]
            kept.write(samples.tobytes())
            written += len(samples)
            if written == length:
                break
    return _kept(to)


def _kept(file: Path) -> Samples:
    if not file.stat().st_size:
        return np.zeros((0, 2), np.float32)
    return np.memmap(file, np.float32, "r").reshape(-1, 2)
