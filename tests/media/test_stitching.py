"""Joining segments to a film."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from storyboard.errors import Cancelled, MediaError
from storyboard.media import segment, sound, stitch
from storyboard.media.segment import PRESETS
from tests.media.films import clicks, names, noise, read_sound, step_of, steps, write_sound

RATE = Fraction(24)
H264, FFV1 = PRESETS["h264"], PRESETS["ffv1"]


def made(
    folder: Path, lengths: Sequence[int], preset: segment.Preset = H264, rate: Fraction = RATE
) -> list[Path]:
    """Segments whose frames run on from one to the next."""
    paths, at = [], 0
    for i, length in enumerate(lengths):
        paths.append(folder / f"s{i}{preset.suffix}")
        segment.write(paths[-1], steps(length, first=at), 32, 32, rate, preset)
        at += length
    return paths


def test_ten_two_second_segments_are_a_film_of_exactly_twenty_seconds(tmp_path: Path) -> None:
    one = made(tmp_path, [48])
    out = tmp_path / "film.mp4"
    stitch.stitch(one * 10, out, RATE, H264, frames=480, metadata={"title": "Spaghetti"})
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        assert container.metadata["title"] == "Spaghetti"
        assert stream.codec_context.name == "h264"
        assert stream.average_rate == stream.base_rate == 24
        assert stream.start_time == 0
        assert stream.frames == 480
        assert stream.duration * stream.time_base == 20
        assert container.duration == 20_000_000
        pictures = list(container.decode(stream))
    assert [p.pts * p.time_base for p in pictures] == [Fraction(i, 24) for i in range(480)]
    assert [step_of(p.to_ndarray(format="rgb24")) for p in pictures] == list(range(48)) * 10


def test_the_index_comes_before_the_pictures(tmp_path: Path) -> None:
    stitch.stitch(made(tmp_path, [5, 5]), tmp_path / "film.mp4", RATE, H264, frames=10)
    data = (tmp_path / "film.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("rate", ["24", "24000/1001", "25", "60"])
@pytest.mark.parametrize("preset", [H264, FFV1])
def test_segments_of_any_length_join_even_single_frames(
    tmp_path: Path, preset: segment.Preset, rate: str
) -> None:
    # x264 gives a segment of one or two frames no delay: taken as they are, decoding times would collide.
    exact = Fraction(rate)
    paths = made(tmp_path, [1, 1, 30, 2, 1, 3, 17, 1], preset, exact)
    out = tmp_path / f"film{preset.suffix}"
    stitch.stitch(paths, out, exact, preset, frames=56)
    assert [step_of(frame) for frame in segment.read(out)] == list(range(56))
    with av.open(str(out)) as container:
        times = [packet.dts for packet in container.demux(video=0) if packet.size]
    assert times == sorted(set(times))


def test_an_exact_film_has_the_bits_that_went_in(tmp_path: Path) -> None:
    frames = noise(9)
    for i in range(3):
        segment.write(tmp_path / f"{i}.mkv", frames[3 * i : 3 * i + 3], 64, 48, RATE, FFV1)
    stitch.stitch([tmp_path / f"{i}.mkv" for i in range(3)], tmp_path / "film.mkv", RATE, FFV1, frames=9)
    back = list(segment.read(tmp_path / "film.mkv"))
    assert all(np.array_equal(a, b) for a, b in zip(back, frames, strict=True))


@pytest.mark.parametrize("preset", [H264, FFV1])
def test_sound_runs_with_the_picture(tmp_path: Path, preset: segment.Preset) -> None:
    paths = made(tmp_path, [48, 48], preset)
    click = write_sound(tmp_path / "click.wav", clicks(4, 3.0))
    bed = tmp_path / "bed.m4a"
    sound.mix(bed, Fraction(4), None, None, [sound.ClipSound(click, Fraction(0), Fraction(0), Fraction(4))])
    out = tmp_path / f"film{preset.suffix}"
    stitch.stitch(paths, out, RATE, preset, frames=96, audio=bed)
    with av.open(str(out)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.start_time, container.duration) == (0, 4_000_000)
        assert audio.codec_context.name == "aac"
        first = next(container.decode(audio))
        begins = first.pts * audio.time_base
    samples = read_sound(out)
    heard = np.abs(samples[0]).argmax() / 48_000 + float(begins)
    assert abs(heard - 3.0) < 0.002


def test_sound_and_picture_lie_side_by_side_in_the_file(tmp_path: Path) -> None:
    paths = made(tmp_path, [48] * 5)
    sound.mix(tmp_path / "bed.m4a", Fraction(10), None, None, [])
    stitch.stitch(paths, tmp_path / "film.mp4", RATE, H264, frames=240, audio=tmp_path / "bed.m4a")
    with av.open(str(tmp_path / "film.mp4")) as container:
        packets = sorted((p.pos, p.stream_index, p.dts * p.time_base) for p in container.demux() if p.size)
    latest = {0: Fraction(0), 1: Fraction(0)}
    for _, stream, time in packets:
        latest[stream] = time
        assert abs(latest[0] - latest[1]) < 1.1


def spoiled(folder: Path, how: str) -> Path:
    path = folder / "odd.mp4"
    if how == "header":
        segment.write(path, steps(5), 32, 32, RATE, H264._replace(x264=f"{H264.x264}:ref=4"))
    elif how == "size":
        segment.write(path, steps(5, 48, 32), 48, 32, RATE, H264)
    elif how == "time base":
        segment.write(path, steps(5), 32, 32, Fraction(25), H264)
    elif how == "codec":
        segment.write(path, steps(5), 32, 32, RATE, FFV1)
    elif how == "damaged":
        path.write_bytes((folder / "s0.mp4").read_bytes()[:-200])
    elif how == "cannot be read":
        path.write_text("no film at all")
    return path


@pytest.mark.parametrize(
    "how", ["header", "size", "time base", "codec", "damaged", "cannot be read", "is not there"]
)
def test_a_segment_that_does_not_fit_is_named_and_the_earlier_film_stays(tmp_path: Path, how: str) -> None:
    paths = made(tmp_path, [5, 5])
    odd = spoiled(tmp_path, how)
    out = tmp_path / "film.mp4"
    out.write_bytes(b"the earlier film")
    words = "damaged" if how == "damaged" else how
    with pytest.raises(MediaError, match=rf"odd\.mp4: .*{words}"):
        stitch.stitch([*paths, odd], out, RATE, H264, frames=15)
    assert out.read_bytes() == b"the earlier film"
    assert not [name for name in names(tmp_path) if ".part" in name]


def test_a_segment_at_another_rate_is_refused_in_matroska_too(tmp_path: Path) -> None:
    paths = made(tmp_path, [5], FFV1)
    segment.write(tmp_path / "odd.mkv", steps(5), 32, 32, Fraction(25), FFV1)
    with pytest.raises(MediaError, match=r"odd\.mkv: .*rate is not 24"):
        stitch.stitch([*paths, tmp_path / "odd.mkv"], tmp_path / "film.mkv", RATE, FFV1, frames=10)


def test_a_wrong_frame_count_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="10 frames, the film 11"):
        stitch.stitch(made(tmp_path, [5, 5]), tmp_path / "film.mp4", RATE, H264, frames=11)
    assert not (tmp_path / "film.mp4").exists()


def test_nothing_to_join_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="nothing to join"):
        stitch.stitch([], tmp_path / "film.mp4", RATE, H264, frames=0)


def test_a_cancel_passes_through_and_keeps_the_earlier_film(tmp_path: Path) -> None:
    def report(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 2:
            raise Cancelled

    seen: list[tuple[int, int]] = []
    out = tmp_path / "film.mp4"
    out.write_bytes(b"the earlier film")
    with pytest.raises(Cancelled):
        stitch.stitch(made(tmp_path, [3, 3, 3]), out, RATE, H264, frames=9, report=report)
    assert seen == [(1, 3), (2, 3)]
    assert out.read_bytes() == b"the earlier film"


def test_metadata_that_would_be_lost_is_our_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mood"):
        stitch.stitch(made(tmp_path, [3]), tmp_path / "f.mp4", RATE, H264, frames=3, metadata={"mood": "x"})
