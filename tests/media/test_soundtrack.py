"""The film's sound for listening is the sound of its export, from any place on."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from storyboard.errors import MediaError
from storyboard.media import plain_sound, sound
from storyboard.media.sound import ClipSound
from storyboard.media.sound_file import RATE
from storyboard.media.soundtrack import Soundtrack
from storyboard.project import Music
from tests.media.films import write_sound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def noise(seconds: float, level: float, seed: int = 0) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).uniform(-level, level, (2, round(seconds * RATE)))
    return made.astype(np.float32)


def exported(
    scratch: Path, seconds: Fraction, music: Music | None, file: Path | None, clips: Sequence[ClipSound]
) -> NDArray[np.float32]:
    """What an export encodes."""
    length = round(seconds * RATE)
    scratch.mkdir(exist_ok=True)
    tracks = sound._tracks(scratch, length, music, file, clips)
    bed, gain = sound._mixed(tracks, length, scratch / "bed", lambda _done, _total: None)
    return np.concatenate(list(sound._limited(bed, gain)))


def plain(file: Path, *, synced: bool = False) -> Path:
    """What a worker makes of a sound file."""
    out = file.with_suffix(f".{synced}.pcm")
    plain_sound.unpack(file, out, out.with_suffix(".npy"), synced=synced)
    return out


@pytest.mark.parametrize(
    "music",
    [
        Music("media/m.wav", loop=True, offset=Fraction(1, 3), fade_in=Fraction(1, 2), fade_out=Fraction(1)),
        Music("media/m.wav", loop=False, offset=Fraction(1, 4), gain=9.0),
        None,
    ],
)
def test_what_is_heard_is_what_an_export_encodes(tmp_path: Path, music: Music | None) -> None:
    file = write_sound(tmp_path / "m.wav", noise(1.3, 0.5))
    clip = write_sound(tmp_path / "c.wav", noise(2, 0.9, seed=1))
    clips = [
        ClipSound(clip, Fraction(1, 2), Fraction(1, 8), Fraction(1), gain=3.0),
        ClipSound(clip, Fraction(5, 2), Fraction(0), Fraction(9)),
    ]
    seconds = Fraction(7, 2)
    wanted = exported(tmp_path / "scratch", seconds, music, file, clips)
    heard_clips = [each._replace(file=plain(each.file, synced=True)) for each in clips]
    track = Soundtrack(seconds, music, plain(file) if music else None, heard_clips)
    heard = np.concatenate([track.read(at, 2400) for at in range(0, track.length, 2400)])
    assert heard.shape == wanted.shape
    assert np.abs(heard - wanted).max() < 1e-4
    # From the middle, and back again, it is the same.
    for first in (100_000, 3_000, 60_000, 59_000):
        assert np.abs(track.read(first, 5000) - wanted[first : first + 5000]).max() < 1e-4
    track.close()


def test_at_the_end_of_the_film_there_is_less_and_then_nothing(tmp_path: Path) -> None:
    file = write_sound(tmp_path / "m.wav", noise(1, 0.5))
    track = Soundtrack(Fraction(1, 2), Music("m"), plain(file), [])
    assert len(track.read(RATE // 2 - 100, 2400)) == 100
    assert len(track.read(RATE // 2, 2400)) == 0
    track.close()


def test_music_that_repeats_is_found_far_behind_its_own_end(tmp_path: Path) -> None:
    made = noise(0.7, 0.5)
    file = write_sound(tmp_path / "m.wav", made)
    track = Soundtrack(Fraction(3600), Music("m"), plain(file), [])
    first = 3000 * RATE + 17
    expected = made.T[np.arange(first, first + 4000) % made.shape[1]]
    assert np.abs(track.read(first, 4000) - expected).max() < 1e-4
    track.close()


def test_music_that_does_not_repeat_falls_silent(tmp_path: Path) -> None:
    file = write_sound(tmp_path / "m.wav", noise(0.5, 0.5))
    track = Soundtrack(Fraction(4), Music("m", loop=False), plain(file), [])
    assert not track.read(2 * RATE, 4000).any()
    assert not track.read(3 * RATE, 4000).any()
    track.close()


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    track = Soundtrack(Fraction(4), Music("m"), tmp_path / "gone.pcm", [])
    with pytest.raises(MediaError, match=r"gone\.pcm"):
        track.read(0, 100)
