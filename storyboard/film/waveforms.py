"""Waveforms of a project's sounds: measured once, and kept in its cache by the sound's content."""

from __future__ import annotations

import hashlib
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from storyboard import atomic, paths, reading, values
from storyboard.errors import StoryboardError
from storyboard.film.cache import WAVEFORMS
from storyboard.media import waveform

if TYPE_CHECKING:
    from storyboard.media.waveform import Peaks
MAX_BYTES = 3 * waveform.MAX_SECONDS * waveform.PER_SECOND
"""Of a kept waveform: two bytes a bucket, and its head."""


def peaks_of(folder: Path, file: str) -> Peaks:
    """The peaks of the sound `file` in the project at `folder`, from its cache where they are there.

    Raises `MediaError` when the sound cannot be read, `ProjectError` for a file outside the project.
    """
    path = paths.inside(folder, file)
    try:
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

    The head is read first: numpy makes room for whatever size it names.
    """
    try:
        file = io.BytesIO(reading.whole(path, MAX_BYTES))
        if np.lib.format.read_magic(file) != (1, 0):
            return None
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
    except (OSError, ValueError, EOFError):
        return None
    pixels = file.read()
    if kind != np.int8 or len(shape) != 2 or shape[1] != 2 or math.prod(shape) != len(pixels):
        return None
    return np.frombuffer(pixels, np.int8).reshape(shape)


def _keep(path: Path, peaks: Peaks) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(path) as temporary, temporary.open("wb") as file:
            np.save(file, peaks, allow_pickle=False)
    except (OSError, StoryboardError):  # a folder that cannot be written: measured again the next time
        return
