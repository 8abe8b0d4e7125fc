"""The shape of a sound: measured from a real file, at every level."""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from storyboard.errors import MediaError
from storyboard.media import sound_file, waveform

if TYPE_CHECKING:
    from storyboard.media.waveform import Peaks


def write_wav(path: Path, samples: np.ndarray, rate: int = 48_000) -> Path:
    """`samples`, (N, channels) of -1 to 1, as 16 bit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def half_a_second_of_silence_then_a_tone(path: Path) -> Path:
    time = np.arange(24_000) / 48_000
    tone = 0.5 * np.sin(2 * np.pi * 440 * time)
    left = np.concatenate([np.zeros(24_000), tone])
    return write_wav(path, np.stack([left, 0.5 * left], axis=1))


def measured(path: Path) -> Peaks:
    return waveform.measure(sound_file.samples_from(path, Fraction(0), synced=False))


def test_each_bucket_holds_the_lowest_and_the_highest_sample_of_both_channels(tmp_path: Path) -> None:
    peaks = measured(half_a_second_of_silence_then_a_tone(tmp_path / "a.wav"))
    assert peaks.shape == (100, 2)
    assert peaks.dtype == np.int8
    assert not peaks[:50].any()
    assert (peaks[55:, 1] >= 62).all()
    assert (peaks[55:, 0] <= -62).all()
    assert peaks.max() <= 65


def test_coarser_levels_keep_the_extremes(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    peaks = measured(write_wav(tmp_path / "a.wav", rng.uniform(-0.9, 0.9, (60_000, 1))))
    levels = waveform.levels(peaks)
    assert [len(level) for level in levels] == [125, 63, 32, 16, 8, 4, 2, 1]
    assert all(level[:, 0].min() == peaks[:, 0].min() for level in levels)
    assert all(level[:, 1].max() == peaks[:, 1].max() for level in levels)
    assert waveform.levels(peaks[:0]) == []


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"nothing")
    with pytest.raises(MediaError, match=r"a\.wav"):
        measured(tmp_path / "a.wav")
