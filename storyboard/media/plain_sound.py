"""Sounds as plain samples in files of ours, which anybody may read: nothing in them has to be decoded.

A stranger's sound is unpacked once, in a worker; whoever plays or draws it reads what that worker wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import numpy as np

from storyboard.atomic import replacing
from storyboard.errors import MediaError
from storyboard.frames import Report, unreported
from storyboard.media import sound_file, waveform

if TYPE_CHECKING:
    from storyboard.media.sound_file import Samples
    from storyboard.media.waveform import Peaks

VERSION: Final = 1
"""Of this module: raised when the same sound would be unpacked otherwise."""
_SAMPLE: Final = 8
"""Bytes of a sample: left and right."""


def unpack(path: Path, samples: Path, peaks: Path, *, synced: bool, report: Report = unreported) -> None:
    """Writes the sound of `path` to the file `samples`, and its shape to `peaks`.

    With `synced` it begins at the file's first picture, else at its first sample. `report` gets the seconds that are
    done, twice: nobody knows how many there are. Raises `MediaError` naming a file without readable sound,
    `DiskFull`, and what `report` raises.
    """
    pieces = sound_file.samples_from(path, Fraction(0), synced=synced)
    with replacing(samples) as temporary:
        with temporary.open("wb") as file:
            shape = waveform.measure(_kept(pieces, file, report))
            file.truncate()
        with replacing(peaks) as other, other.open("wb") as drawn:
            np.save(drawn, shape, allow_pickle=False)


def read(path: Path) -> Samples:
    """The samples that `unpack` wrote, on disk until they are used. Raises `MediaError` when they are not whole."""
    try:
        size = path.stat().st_size
        if size % _SAMPLE:
            raise MediaError(f"{path}: this file of samples is damaged; delete it, it is made again")
        return np.memmap(path, np.float32, "r").reshape(-1, 2) if size else np.zeros((0, 2), np.float32)
    except OSError as error:
        raise MediaError(f"{path}: cannot be read ({error.strerror}); check the disk") from None


def read_peaks(path: Path) -> Peaks | None:
    """The shape that `unpack` wrote; None where there is none, or not all of it."""
    try:
        with path.open("rb") as file:
            peaks = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    whole = (
        isinstance(peaks, np.ndarray) and peaks.dtype == np.int8 and peaks.ndim == 2 and peaks.shape[1] == 2
    )
    return peaks if whole else None


def _kept(pieces: Iterable[Samples], file: IO[bytes], report: Report) -> Iterator[Samples]:
    """The same pieces, each of them written. Silence is skipped over: a file that claims hours of it fills no disk."""
    done = said = 0
    for samples in pieces:
        if samples.any():
            file.write(np.ascontiguousarray(samples, np.float32).tobytes())
        else:
            file.seek(_SAMPLE * len(samples), 1)
        done += len(samples)
        if (seconds := done // sound_file.RATE) > said:
            said = seconds
            report(seconds, seconds)
        yield samples
