"""Waveforms of a project's sounds: measured once, and kept in its cache by the sound's content."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from storyboard import atomic, paths, values
from storyboard.errors import StoryboardError
from storyboard.film.cache import WAVEFORMS
from storyboard.media import waveform

if TYPE_CHECKING:
    from storyboard.media.waveform import Peaks


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
    try:
        with path.open("rb") as file:
            peaks = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):  # not there, or not whole: measured again
        return None
    whole = (
        isinstance(peaks, np.ndarray) and peaks.dtype == np.int8 and peaks.ndim == 2 and peaks.shape[1] == 2
    )
    return peaks if whole else None


def _keep(path: Path, peaks: Peaks) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(path) as temporary, temporary.open("wb") as file:
            np.save(file, peaks, allow_pickle=False)
    except (OSError, StoryboardError):  # a folder that cannot be written: measured again the next time
        return
