"""The shape of a sound, to be drawn: its lowest and highest sample in each hundredth of a second or so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from storyboard.media import sound_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.media.sound_file import Samples

    Peaks: TypeAlias = NDArray[np.int8]
    """(N, 2) int8, the lowest and the highest sample of both channels in each bucket; full scale is 127."""

VERSION: Final = 1
"""Of this module: raised when the same sound would give other peaks."""
BUCKET: Final = 480
"""Samples at 48 kHz in a bucket: 100 buckets a second, 72 kB for six minutes."""
PER_SECOND: Final = sound_file.RATE // BUCKET
MAX_SECONDS: Final = 24 * 3600
"""Sound after that is not drawn; no music bed is as long."""


def measure(pieces: Iterable[Samples]) -> Peaks:
    """The peaks of a sound that comes in pieces, of which no more are taken than are drawn."""
    found: list[Peaks] = []
    rest = np.zeros((0, 2), np.float32)
    wanted = MAX_SECONDS * PER_SECOND
    for samples in pieces:
        rest = np.concatenate([rest, samples])
        whole = len(rest) // BUCKET * BUCKET
        if whole:
            found.append(_peaks(rest[:whole]))
            rest = rest[whole:]
            wanted -= whole // BUCKET
        if wanted <= 0:
            break
    if len(rest):
        found.append(_peaks(rest))
    return np.concatenate(found) if found else np.zeros((0, 2), np.int8)


def levels(peaks: Peaks) -> list[Peaks]:
    """`peaks`, and after it coarser and coarser ones: each level has half as many buckets, down to one.
    No sound has no levels."""
    found = [peaks] if len(peaks) else []
    while found and len(found[-1]) > 1:
        finer = found[-1]
        if len(finer) % 2:
            finer = np.concatenate([finer, finer[-1:]])
        pairs = finer.reshape(-1, 2, 2)
        found.append(np.stack([pairs[:, :, 0].min(axis=1), pairs[:, :, 1].max(axis=1)], axis=1))
    return found


def _peaks(samples: NDArray[np.float32]) -> Peaks:
    """Of whole buckets, or of the last, shorter one."""
    scaled = np.clip(samples * 127, -127, 127).reshape(-1, min(BUCKET, len(samples)) * 2)
    return np.stack([np.floor(scaled.min(axis=1)), np.ceil(scaled.max(axis=1))], axis=1).astype(np.int8)
