"""Sounds of a project as plain samples, kept in its cache by their content: a worker unpacks each of them once.

Imports no codecs before they are needed: the window names sounds with it while it opens.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from storyboard import paths, places, reading, values
from storyboard.errors import Cancelled, MediaError
from storyboard.film.cache import SOUND, WAVEFORMS, Cache
from storyboard.film.history import History
from storyboard.film.runner import Runner
from storyboard.workers.crew import Crew
from storyboard.workers.steps import Unpack

if TYPE_CHECKING:
    from storyboard.media.waveform import Peaks

_ONE_AT_A_TIME: Final = threading.Lock()
"""Who plays a sound and who draws it ask at the same moment; the second finds what the first had made."""


class Packed(NamedTuple):
    """A sound of a project."""

    file: str
    """In the project."""
    synced: bool = False
    """Whether it begins at the file's first picture: a clip's does."""


class Unpacked(NamedTuple):
    """Where it is plain."""

    samples: Path
    peaks: Path


def unpack(
    folder: Path, sounds: Iterable[Packed], cancelled: Callable[[], bool] = lambda: False
) -> dict[Packed, Unpacked]:
    """The sounds of the project at `folder` as plain samples; those that are not there yet are made, which may take
    seconds. Where the project cannot be written they are kept with the user's own cache.

    Raises `MediaError` for one that has no readable sound, `ProjectError` for a file outside the project, `Cancelled`.
    """
    kept = folder if os.access(folder, os.W_OK) else places.cache()
    with _ONE_AT_A_TIME:
        steps = {sound: _step(folder, sound) for sound in sounds}
        cache = Cache(kept)
        missing = [step for step in steps.values() if not (cache.has(step.samples) and cache.has(step.peaks))]
        if missing:
            _make(kept, missing, cancelled)
    return {
        sound: Unpacked(paths.inside(kept, step.samples), paths.inside(kept, step.peaks))
        for sound, step in steps.items()
    }


def peaks_of(folder: Path, file: str, cancelled: Callable[[], bool] = lambda: False) -> Peaks:
    """The shape of a sound of the project, to be drawn. Raises as `unpack`, and `MediaError` when what was made of it
    cannot be read."""
    from storyboard.media import plain_sound

    sound = Packed(file)
    for _ in range(2):
        kept = unpack(folder, [sound], cancelled)[sound].peaks
        peaks = plain_sound.read_peaks(kept)
        if peaks is not None:
            return peaks
        kept.unlink(missing_ok=True)  # damaged: made again
    raise MediaError(f"{kept}: cannot be read; check the disk")


def _make(kept: Path, steps: list[Unpack], cancelled: Callable[[], bool]) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    with Crew(kept, media_workers=1) as crew:
        runner = Runner(crew, History(), lambda _: None, cancelled=cancelled)
        for step in steps:
            runner.submit(step.samples, step, Path(step.file).name, lambda _: None)
        runner.run()
    if cancelled():
        raise Cancelled
    if runner.failures:
        raise MediaError(runner.failures[0].reason)


def _step(folder: Path, sound: Packed) -> Unpack:
    from storyboard.media import plain_sound, waveform

    path = paths.inside(folder, sound.file)
    version = (plain_sound.VERSION, waveform.VERSION)
    key = values.key(version, _content(path), sound.synced)
    return Unpack(str(path), f"{SOUND}/{key}.pcm", f"{WAVEFORMS}/{key}.npy", sound.synced)


def _content(path: Path) -> str:
    """The hash of a file. One that cannot be read has none: the worker says what is wrong with it."""
    try:
        state = path.stat()
        return _hash(path, state.st_size, state.st_mtime_ns)
    except OSError:
        return str(path)


@lru_cache(maxsize=64)
def _hash(path: Path, _size: int, _modified: int) -> str:
    return reading.digest(path)
