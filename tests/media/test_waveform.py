"""The shape of a sound: measured from a real file, at every level, and kept in the project's cache."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from storyboard.errors import MediaError
from storyboard.film import waveforms
from storyboard.film.cache import WAVEFORMS, Cache
from storyboard.media import waveform


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


def test_each_bucket_holds_the_lowest_and_the_highest_sample_of_both_channels(tmp_path: Path) -> None:
    peaks = waveform.measure(half_a_second_of_silence_then_a_tone(tmp_path / "a.wav"))
    assert peaks.shape == (100, 2)
    assert peaks.dtype == np.int8
    assert not peaks[:50].any()
    assert (peaks[55:, 1] >= 62).all()
    assert (peaks[55:, 0] <= -62).all()
    assert peaks.max() <= 65


def test_coarser_levels_keep_the_extremes(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    peaks = waveform.measure(write_wav(tmp_path / "a.wav", rng.uniform(-0.9, 0.9, (60_000, 1))))
    levels = waveform.levels(peaks)
    assert [len(level) for level in levels] == [125, 63, 32, 16, 8, 4, 2, 1]
    assert all(level[:, 0].min() == peaks[:, 0].min() for level in levels)
    assert all(level[:, 1].max() == peaks[:, 1].max() for level in levels)
    assert waveform.levels(peaks[:0]) == []


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"nothing")
    with pytest.raises(MediaError, match=r"a\.wav"):
        waveform.measure(tmp_path / "a.wav")


def test_a_projects_waveform_is_measured_once_and_belongs_to_its_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_a_second_of_silence_then_a_tone(tmp_path / "media" / "a.wav")
    first = waveforms.peaks_of(tmp_path, "media/a.wav")
    assert Cache(tmp_path).size() > 0
    monkeypatch.setattr(waveform, "measure", lambda _path: pytest.fail("it was measured again"))
    assert (waveforms.peaks_of(tmp_path, "media/a.wav") == first).all()


def test_a_damaged_waveform_is_measured_again(tmp_path: Path) -> None:
    half_a_second_of_silence_then_a_tone(tmp_path / "media" / "a.wav")
    first = waveforms.peaks_of(tmp_path, "media/a.wav")
    kept = next((tmp_path / WAVEFORMS).iterdir())
    for data in (b"", kept.read_bytes()[:90], b"no array"):
        kept.write_bytes(data)
        assert (waveforms.peaks_of(tmp_path, "media/a.wav") == first).all()
