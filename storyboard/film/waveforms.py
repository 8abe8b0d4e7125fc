"""Waveforms of a project's sounds: measured once, and kept in its cache by the sound's content."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from storyboard import atomic, paths, reading, values
from storyboard.errors import StoryboardError
from storyboard.film.cache import WAVEFORMS
from storyboard.media import files, waveform

if TYPE_CHECKING:
    from storyboard.media.waveform import Peaks

MAX_BYTES = 3 * waveform.MAX_SECONDS * waveform.PER_SECOND
"""Of a kept waveform: two bytes a bucket, and its head."""
_HEAD = re.compile(
    rb"\x93NUMPY\x01\x00..{'descr': '\|i1', 'fortran_order': False, 'shape': \((\d{1,12}), 2\), } *\n",
    re.DOTALL,
)
"""What numpy's `save` puts before such peaks (NPY format 1.0)."""


def peaks_of(folder: Path, file: str) -> Peaks:
    """The peaks of the sound `file` in the project at `folder`, from its cache where they are there.

    Raises `MediaError` when the sound cannot be read, `ProjectError` for a file outside the project.
    """
    path = paths.inside(folder, file)
    try:
        files.check_plain(path)
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return waveform.measure(path)  # which says what is wrong with it
    kept = paths.inside(folder, f"{WAVEFORMS}/{values.key(waveform.VERSION, digest)}.npy")
    known = _read(kept)
    if known is not None:
        return known
    peaks = waveform.measure(path)
    _keep(kept, peaks)
    return peaks


def _read(path: Path) -> Peaks | None:
    """The peaks in a file of ours; None when it is not there or not whole, so that they are measured again.

    Its head is read here and not by numpy, which runs Python's own parser on whatever stands there.
    """
    try:
        data = reading.whole(path, MAX_BYTES)
    except OSError:
        return None
    head = _HEAD.match(data)
    if head is None or len(data) != head.end() + 2 * int(head[1]):
        return None
    return np.frombuffer(data, np.int8, offset=head.end()).reshape(-1, 2)


def _keep(path: Path, peaks: Peaks) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(path) as temporary, temporary.open("wb") as file:
            np.save(file, peaks, allow_pickle=False)
    except (OSError, StoryboardError):  # a folder that cannot be written: measured again the next time
        return
