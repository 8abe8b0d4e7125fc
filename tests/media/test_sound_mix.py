"""Mixing the film's one sound bed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from storyboard.errors import Cancelled, MediaError
from storyboard.media import sound, sound_file
from storyboard.media.sound import ClipSound
from storyboard.project import Music
from tests.media.films import clicks, names, read_sound, steps, tone, write_clip, write_sound

ZERO = Fraction(0)


def loudness(samples: np.ndarray, start: float, stop: float) -> float:
    """Root mean square of the left channel between two times, times the square root of 2: a tone's level."""
    return float(np.sqrt(2 * np.mean(samples[0, round(start * 48_000) : round(stop * 48_000)] ** 2)))


def heard(samples: np.ndarray, level: float = 0.25) -> list[float]:
    return [int(i) / 48_000 for i in np.flatnonzero(np.abs(samples[0]) > level)]


@pytest.mark.parametrize("seconds", ["1/24", "2", "7/3", "1001/240"])
def test_the_bed_is_stereo_aac_at_48_khz_of_exactly_the_films_length(tmp_path: Path, seconds: str) -> None:
    sound.mix(tmp_path / "bed.m4a", Fraction(seconds), None, None, [])
    with av.open(str(tmp_path / "bed.m4a")) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.codec_context.layout.name) == (
            "aac",
            48_000,
            "stereo",
        )
        assert stream.start_time == 0
        assert stream.duration == round(Fraction(seconds) * 48_000)


def test_a_click_is_heard_when_it_should_be(tmp_path: Path) -> None:
    for rate in (44_100, 48_000):
        click = write_sound(tmp_path / f"{rate}.wav", clicks(6, 1.0, 4.5, rate=rate), rate)
        pieces = [
            ClipSound(click, Fraction(1, 2), ZERO, Fraction(2)),  # its click at 1.5
            ClipSound(click, Fraction(3), Fraction(4), Fraction(1)),  # sought: at 3.5
        ]
        sound.mix(tmp_path / "bed.m4a", Fraction(5), None, None, pieces)
        assert heard(read_sound(tmp_path / "bed.m4a")) == pytest.approx([1.5, 3.5], abs=0.001)


def test_a_clips_sound_is_counted_from_its_first_picture(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "clip.mkv"), "w") as out:
        video, audio = out.add_stream("libx264", rate=24), out.add_stream("pcm_s16le", rate=48_000)
        video.width = video.height = 32
        video.pix_fmt, audio.codec_context.layout = "yuv420p", "mono"
        whole = np.ascontiguousarray((clicks(2, 1.0) * 32767).astype(np.int16))
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48_000, 0
        out.mux(audio.encode(frame))
        for i, rgb in enumerate(steps(36)):  # the picture starts half a second late
            picture = av.VideoFrame.from_ndarray(rgb)
            picture.pts, picture.time_base = i + 12, Fraction(1, 24)
            out.mux(video.encode(picture))
        out.mux(video.encode(None))
        out.mux(audio.encode(None))
    sound.mix(
        tmp_path / "bed.m4a",
        Fraction(2),
        None,
        None,
        [ClipSound(tmp_path / "clip.mkv", ZERO, ZERO, Fraction(1))],
    )
    assert heard(read_sound(tmp_path / "bed.m4a")) == pytest.approx([0.5], abs=0.001)


def test_music_repeats_until_the_film_ends(tmp_path: Path) -> None:
    music = write_sound(tmp_path / "m.wav", clicks(1, 0.25))
    sound.mix(tmp_path / "bed.m4a", Fraction(3), Music("media/m.wav"), music, [])
    assert heard(read_sound(tmp_path / "bed.m4a")) == pytest.approx([0.25, 1.25, 2.25], abs=0.001)
    sound.mix(tmp_path / "bed.m4a", Fraction(3), Music("media/m.wav", loop=False), music, [])
    assert heard(read_sound(tmp_path / "bed.m4a")) == pytest.approx([0.25], abs=0.001)


@pytest.mark.parametrize(("loop", "expected"), [(True, [0.15, 1.15]), (False, [0.15])])
def test_an_offset_starts_the_music_later_in_its_file(
    tmp_path: Path, loop: bool, expected: list[float]
) -> None:
    music = write_sound(tmp_path / "m.wav", clicks(1, 0.75))
    sound.mix(tmp_path / "bed.m4a", Fraction(2), Music("m", offset=Fraction(3, 5), loop=loop), music, [])
    assert heard(read_sound(tmp_path / "bed.m4a")) == pytest.approx(expected, abs=0.001)


def test_gain_and_fades_are_in_decibels_and_seconds(tmp_path: Path) -> None:
    music = write_sound(tmp_path / "m.wav", tone(4))
    wanted = Music("m", gain=-6.0206, fade_in=Fraction(1), fade_out=Fraction(2))
    sound.mix(tmp_path / "bed.m4a", Fraction(4), wanted, music, [])
    samples = read_sound(tmp_path / "bed.m4a")
    assert loudness(samples, 1.1, 1.9) == pytest.approx(0.25, abs=0.01)
    assert loudness(samples, 0.45, 0.55) == pytest.approx(0.125, abs=0.01)
    assert loudness(samples, 2.95, 3.05) == pytest.approx(0.125, abs=0.01)
    assert loudness(samples, 0, 0.02) < 0.01


def test_music_and_clips_sound_together(tmp_path: Path) -> None:
    low, high = (
        write_sound(tmp_path / "l.wav", tone(2, 300, 0.3)),
        write_sound(tmp_path / "h.wav", tone(2, 2000, 0.3)),
    )
    clip = ClipSound(high, Fraction(1), ZERO, Fraction(1), -20.0)
    sound.mix(tmp_path / "bed.m4a", Fraction(2), Music("m"), low, [clip])
    spectrum = np.abs(np.fft.rfft(read_sound(tmp_path / "bed.m4a")[0, 48_000:96_000]))
    assert spectrum[2000] / spectrum[300] == pytest.approx(0.1, rel=0.1)


def test_stereo_keeps_its_sides(tmp_path: Path) -> None:
    music = write_sound(tmp_path / "m.wav", np.concatenate([tone(1), 0 * tone(1)]))
    sound.mix(tmp_path / "bed.m4a", Fraction(1), Music("m"), music, [])
    samples = read_sound(tmp_path / "bed.m4a")
    assert loudness(samples, 0.2, 0.8) == pytest.approx(0.5, abs=0.01)
    assert loudness(samples[1:], 0.2, 0.8) < 0.01


def test_too_loud_is_turned_down_and_not_cut_off(tmp_path: Path) -> None:
    music = write_sound(tmp_path / "m.wav", tone(3, level=0.9))
    clip = ClipSound(music, Fraction(1), ZERO, Fraction(1), 6.0)
    sound.mix(tmp_path / "bed.m4a", Fraction(3), Music("m"), music, [clip])
    samples = read_sound(tmp_path / "bed.m4a")
    assert np.abs(samples).max() < 0.99
    steady = samples[0, 60_000:84_000]  # within the loud part a pure tone is still one
    spectrum = np.abs(np.fft.rfft(steady))
    assert spectrum.argmax() == 220
    assert spectrum[440:].max() / spectrum[220] < 0.01


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    music = write_sound(tmp_path / "m.wav", tone(1))
    for name in ("a.m4a", "b.m4a"):
        sound.mix(tmp_path / name, Fraction(2), Music("m", fade_in=Fraction(1, 2)), music, [])
    assert (tmp_path / "a.m4a").read_bytes() == (tmp_path / "b.m4a").read_bytes()


def test_music_may_be_aac(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "m.m4a"), "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=48_000)
        frame = av.AudioFrame.from_ndarray(clicks(1, 0.5).astype(np.float32), format="fltp", layout="mono")
        stream.codec_context.layout, frame.sample_rate, frame.pts = "mono", 48_000, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    sound.mix(tmp_path / "bed.m4a", Fraction(1), Music("m"), tmp_path / "m.m4a", [])
    assert np.abs(read_sound(tmp_path / "bed.m4a")[0]).argmax() / 48_000 == pytest.approx(0.5, abs=0.002)


def test_files_without_sound_are_named(tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_text("la la la")
    silent = write_clip(tmp_path / "silent.mp4", steps(5))
    for file, words in (
        (tmp_path / "song.mp3", "cannot be read"),
        (silent, "no sound"),
        (tmp_path / "x", "not there"),
    ):
        with pytest.raises(MediaError, match=f"{file.name}: .*{words}"):
            sound.mix(tmp_path / "bed.m4a", Fraction(1), Music("m"), file, [])
        with pytest.raises(MediaError, match=f"{file.name}: .*{words}"):
            sound_file.check(file)
    assert names(tmp_path) == ["silent.mp4", "song.mp3"]


def test_sound_that_decodes_passes_the_check(tmp_path: Path) -> None:
    sound_file.check(write_sound(tmp_path / "m.wav", tone(1)))


def test_a_cancel_leaves_nothing_behind(tmp_path: Path) -> None:
    def report(done: int, total: int) -> None:
        if done * 2 > total:
            raise Cancelled

    with pytest.raises(Cancelled):
        sound.mix(tmp_path / "bed.m4a", Fraction(3), None, None, [], report)
    assert not names(tmp_path)
