"""Sounds as plain samples: unpacked once by a worker, kept in the cache, made again when they are damaged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from storyboard import places
from storyboard.errors import Cancelled, MediaError, ProjectError
from storyboard.film import unpacked
from storyboard.film.cache import SOUND, WAVEFORMS, Cache
from storyboard.film.unpacked import Packed, unpack
from storyboard.media import plain_sound
from storyboard.media.sound_file import RATE
from tests.media.films import write_sound

MUSIC = Packed("media/a.wav")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "media").mkdir()
    rising = np.linspace(-0.5, 0.5, RATE)
    write_sound(tmp_path / "media" / "a.wav", np.stack([rising, rising / 2]))
    return tmp_path


def test_the_samples_are_those_of_the_file(folder: Path) -> None:
    samples = plain_sound.read(unpack(folder, [MUSIC])[MUSIC].samples)
    assert samples.shape == (RATE, 2)
    assert np.abs(samples[:, 0] - np.linspace(-0.5, 0.5, RATE)).max() < 1e-4
    assert np.abs(samples[:, 1] - samples[:, 0] / 2).max() < 1e-4


def test_a_sound_is_unpacked_once_and_belongs_to_the_cache(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = unpack(folder, [MUSIC])
    assert Cache(folder).size() > RATE
    monkeypatch.setattr(unpacked, "Crew", lambda *_, **__: pytest.fail("a worker was started again"))
    assert unpack(folder, [MUSIC]) == first


def test_another_sound_under_the_same_name_is_another(folder: Path) -> None:
    first = unpack(folder, [MUSIC])[MUSIC]
    write_sound(folder / "media" / "a.wav", np.zeros((2, RATE // 2), np.float32))
    second = unpack(folder, [MUSIC])[MUSIC]
    assert second != first
    assert not plain_sound.read(second.samples).any()


def test_silence_takes_no_room_on_the_disk(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", np.zeros((2, 30 * RATE), np.float32))
    samples = unpack(tmp_path, [Packed("a.wav")])[Packed("a.wav")].samples
    state = samples.stat()
    assert state.st_size == 30 * RATE * 8
    if hasattr(state, "st_blocks"):
        assert state.st_blocks * 512 < state.st_size / 4


def test_a_damaged_shape_is_made_again(folder: Path) -> None:
    first = unpacked.peaks_of(folder, MUSIC.file)
    kept = next((folder / WAVEFORMS).iterdir())
    for data in (b"", kept.read_bytes()[:90], b"no array"):
        kept.write_bytes(data)
        assert (unpacked.peaks_of(folder, MUSIC.file) == first).all()


def test_a_file_that_holds_no_sound_is_named(folder: Path) -> None:
    (folder / "media" / "b.wav").write_bytes(b"nothing")
    with pytest.raises(MediaError, match=r"b\.wav"):
        unpack(folder, [Packed("media/b.wav")])
    with pytest.raises(MediaError, match=r"gone\.wav"):
        unpack(folder, [Packed("media/gone.wav")])
    assert not list((folder / SOUND).glob("*"))


def test_nothing_outside_the_project_is_opened(folder: Path) -> None:
    with pytest.raises(ProjectError):
        unpack(folder / "media", [Packed("../a.wav")])


def test_it_can_be_stopped(folder: Path) -> None:
    with pytest.raises(Cancelled):
        unpack(folder, [MUSIC], lambda: True)


@pytest.fixture
def read_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Root may write everywhere: what the system would say is said here.
    asked = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder and asked(path, mode))
    return folder


def test_of_a_project_that_cannot_be_written_they_are_kept_elsewhere(read_only: Path) -> None:
    found = unpack(read_only, [MUSIC])[MUSIC]
    assert found.samples.is_relative_to(places.cache())
    assert not (read_only / "cache").exists()
