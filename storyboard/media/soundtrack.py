"""The film's sound for listening: what `sound.mix` encodes, mixed as it is read and from any place on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from storyboard.media import limiter, sound_file
from storyboard.media.sound_file import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.media.sound import ClipSound
    from storyboard.media.sound_file import Samples
    from storyboard.project import Music

_CHUNK = 100 * limiter.BLOCK
"""Samples that are mixed at a time, half a second: more than the limiter looks to each side."""
_KEPT = 4
"""Chunks kept: one is limited with its neighbours at both sides."""
_NEAR = RATE
"""Samples that are read and not heard rather than sought in the file."""


class Soundtrack:
    """The sound of a film `seconds` long. Files stay open from one `read` to the next; `close` it after use."""

    def __init__(
        self, seconds: Fraction, music: Music | None, music_file: Path | None, clips: Sequence[ClipSound]
    ) -> None:
        self.length = max(1, round(seconds * RATE))
        """In samples."""
        self._voices: list[_Music | _Clip] = []
        if music is not None and music_file is not None:
            self._voices.append(_Music(self.length, music, music_file))
        self._voices += [_Clip(self.length, clip) for clip in clips]
        self._mixed: OrderedDict[int, Samples] = OrderedDict()

    def read(self, start: int, count: int) -> Samples:
        """`count` samples from sample `start` on, fewer at the film's end, with the levels of an export.

        Raises `MediaError` naming a file without readable sound.
        """
        stop = min(start + count, self.length)
        if start >= stop:
            return np.zeros((0, 2), np.float32)
        return np.concatenate(
            [self._part(n, start, stop) for n in range(start // _CHUNK, -(-stop // _CHUNK))]
        )

    def close(self) -> None:
        for voice in self._voices:
            voice.close()

    def _part(self, number: int, start: int, stop: int) -> Samples:
        """What `read` takes from one chunk."""
        # `mix` works in whole seconds, so the limiter sees silence up to the end of the last one.
        chunks = -(-self.length // RATE) * (RATE // _CHUNK)
        around = range(max(number - 1, 0), min(number + 2, chunks))
        gain = limiter.gains(np.concatenate([limiter.peaks(self._chunk(n)) for n in around]))
        first = number * _CHUNK
        a, b = max(start, first), min(stop, first + _CHUNK)
        samples = self._chunk(number)[a - first : b - first]
        return limiter.limited(samples, a, gain, around.start * (_CHUNK // limiter.BLOCK))

    def _chunk(self, number: int) -> Samples:
        """All voices summed over a chunk; silent past the film's end."""
        if number not in self._mixed:
            mixed = np.zeros((_CHUNK, 2), np.float32)
            first = number * _CHUNK
            count = min(_CHUNK, self.length - first)
            for voice in self._voices if count > 0 else ():
                voice.add(mixed[:count], first)
            self._mixed[number] = mixed
            while len(self._mixed) > _KEPT:
                self._mixed.popitem(last=False)
        return self._mixed[number]


class _Clip:
    """The sound of an imported clip."""

    def __init__(self, length: int, clip: ClipSound) -> None:
        self._first = round(clip.start * RATE)
        self._stop = min(self._first + round(clip.seconds * RATE), length)
        self._gain = 10 ** (clip.gain / 20)
        self._file = _File(clip.file, clip.source_in, synced=True)

    def add(self, mixed: Samples, first: int) -> None:
        """Adds what is heard from sample `first` of the film on."""
        a, b = max(first, self._first), min(first + len(mixed), self._stop)
        if a < b:
            samples = self._file.read(a - self._first, b - a)
            mixed[a - first : a - first + len(samples)] += np.float32(self._gain) * samples
        else:
            self.close()

    def close(self) -> None:
        self._file.close()


class _Music:
    """The music bed: from its offset on, once or again and again, with its fades at the film's ends."""

    def __init__(self, length: int, music: Music, file: Path) -> None:
        self._length = length
        self._music = music
        self._path = file
        self._gain = 10 ** (music.gain / 20)
        start = Fraction(0) if music.loop else music.offset
        self._skipped = round(music.offset * RATE) if music.loop else 0
        self._file = _File(file, start, synced=False)

    def add(self, mixed: Samples, first: int) -> None:
        """Adds what is heard from sample `first` of the film on."""
        samples = self._looped(first, len(mixed)) if self._music.loop else self._file.read(first, len(mixed))
        level = self._gain * self._fade(np.arange(first, first + len(samples)) / RATE)
        mixed[: len(samples)] += (samples * level[:, None]).astype(np.float32)

    def close(self) -> None:
        self._file.close()

    def _looped(self, first: int, count: int) -> Samples:
        at = self._skipped + first
        parts = []
        while count > 0:
            samples = self._file.read(at, count)
            if len(samples) == 0:
                whole = _length(self._path, self._path.stat().st_mtime_ns)
                if whole == 0 or at < whole:
                    break
                at %= whole
                continue
            parts.append(samples)
            at, count = at + len(samples), count - len(samples)
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)

    def _fade(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """As `mix` fades: straight lines over seconds `t` of the film."""
        level = np.ones_like(t)
        if self._music.fade_in:
            level = np.minimum(level, t / float(self._music.fade_in))
        if self._music.fade_out:
            level *= np.minimum(1.0, (self._length / RATE - t) / float(self._music.fade_out))
        return level


class _File:
    """A file's sound, its seconds counted from `start` on. Quick in order; elsewhere it is opened anew."""

    def __init__(self, path: Path, start: Fraction, *, synced: bool) -> None:
        self._path = path
        self._start = start
        self._synced = synced
        self._coming: Iterator[Samples] | None = None
        self._rest = np.zeros((0, 2), np.float32)
        self._at = 0
        """Of the first sample in `_rest`."""

    def read(self, first: int, count: int) -> Samples:
        """Samples from `first` on, fewer than `count` where the file ends."""
        if self._coming is None or not 0 <= first - self._at <= _NEAR:
            self.close()
            where = self._start + Fraction(first, RATE)
            self._coming, self._at = sound_file.samples_from(self._path, where, synced=self._synced), first
        parts = []
        wanted = first
        while wanted < first + count:
            if len(self._rest) == 0:
                samples = next(self._coming, None)
                if samples is None:
                    break
                self._rest = samples
            skip = min(wanted - self._at, len(self._rest))
            part = self._rest[skip : skip + first + count - wanted]
            self._rest = self._rest[skip + len(part) :]
            self._at += skip + len(part)
            wanted += len(part)
            parts.append(part)
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)

    def close(self) -> None:
        self._coming = None
        self._rest = np.zeros((0, 2), np.float32)


@lru_cache(maxsize=8)
def _length(path: Path, _modified: int) -> int:
    """Samples in a whole file, counted: what files promise is not exact."""
    return sum(len(samples) for samples in sound_file.samples_from(path, Fraction(0), synced=False))
