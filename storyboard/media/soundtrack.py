"""The film's sound for listening: what `sound.mix` encodes, mixed as it is read and from any place on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from storyboard.media import limiter, plain_sound
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


class Soundtrack:
    """The sound of a film `seconds` long, out of plain files (`plain_sound.unpack`). `close` it after use."""

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

        Raises `MediaError` naming a file that cannot be read.
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
        self._file = _File(clip.file, clip.source_in)

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
        self._gain = 10 ** (music.gain / 20)
        start = Fraction(0) if music.loop else music.offset
        self._skipped = round(music.offset * RATE) if music.loop else 0
        self._file = _File(file, start)

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
            samples = self._file.read(at % max(1, len(self._file.samples)), count)
            if len(samples) == 0:
                break
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
    """The samples of a plain file, counted from `start` seconds on."""

    def __init__(self, path: Path, start: Fraction) -> None:
        self._path = path
        self._first = round(start * RATE)
        self._samples: Samples | None = None

    @property
    def samples(self) -> Samples:
        """All of them. Raises `MediaError` when the file is not there."""
        if self._samples is None:
            self._samples = plain_sound.read(self._path)
        return self._samples

    def read(self, first: int, count: int) -> Samples:
        """Samples from `first` on, fewer than `count` where the file ends."""
        at = self._first + first
        return self.samples[at : at + count]

    def close(self) -> None:
        self._samples = None
