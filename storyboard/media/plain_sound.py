"""Sounds as plain samples in files of ours, which anybody may read: nothing in them has to be decoded.

A stranger's sound is unpacked once, in a worker; whoever plays or draws it reads what that worker wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import numpy as np

from storyboard import reading
from storyboard.atomic import replacing
from storyboard.errors import MediaError
from storyboard.frames import Report, unreported
from storyboard.media import sound_file, waveform

if TYPE_CHECKING:
    from storyboard.media.sound_file import Samples
    from storyboard.media.waveform import Peaks

VERSION: Final = 1
"""Of this module: raised when the same sound would be unpacked otherwise."""
MAX_PEAKS: Final = 3 * waveform.MAX_SECONDS * waveform.PER_SECOND
"""Bytes of a shape: two for each bucket, and its head."""
_HEAD: Final = re.compile(
    rb"\x93NUMPY\x01\x00..{'descr': '\|i1', 'fortran_order': False, 'shape': \((\d{1,12}), 2\), } *\n",
    re.DOTALL,
)
"""What numpy's `save` puts before a shape (NPY format 1.0)."""
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
    """The shape that `unpack` wrote; None where there is none, or not all of it.

    Its head is read here and not by numpy, which runs Python's own parser on whatever stands there.
    """
    try:
        data = reading.whole(path, MAX_PEAKS)
    except OSError:
        return None
    head = _HEAD.match(data)
    if head is None or len(data) != head.end() + 2 * int(head[1]):
        return None
    return np.frombuffer(data, np.int8, offset=head.end()).reshape(-1, 2)


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
