"""Encoding segments."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from storyboard.errors import MediaError
from storyboard.media import segment
from storyboard.media.segment import PRESETS
from tests.media.films import BARS, bars, names, noise, step_of, steps

RATE = Fraction(24)
H264, FFV1 = PRESETS["h264"], PRESETS["ffv1"]


def test_colour_bars_survive_and_are_tagged(tmp_path: Path) -> None:
    path = tmp_path / "bars.mp4"
    segment.write(path, [bars()] * 6, 320, 64, RATE, H264)
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        tags = context.color_range, context.colorspace, context.color_primaries, context.color_trc
        assert tags == (1, 1, 1, 1)
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
    for frame in segment.read(path):
        for i, colour in enumerate(BARS):
            assert np.abs(frame[32, i * 32 + 16].astype(int) - colour).max() <= 3


def test_the_stored_luma_is_that_of_bt709(tmp_path: Path) -> None:
    segment.write(tmp_path / "bars.mp4", [bars()] * 3, 320, 64, RATE, H264)
    with av.open(str(tmp_path / "bars.mp4")) as container:
        frame = next(container.decode(video=0))
        luma = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)
    for i, (r, g, b) in enumerate(BARS):
        expected = 16 + 219 * (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255
        assert abs(int(luma[32, i * 32 + 16]) - expected) <= 1.5


def test_ffv1_segments_are_exact(tmp_path: Path) -> None:
    frames = noise(4)
    assert segment.write(tmp_path / "a.mkv", iter(frames), 64, 48, RATE, FFV1) == 4
    assert all(np.array_equal(a, b) for a, b in zip(segment.read(tmp_path / "a.mkv"), frames, strict=True))


@pytest.mark.parametrize("rate", ["24", "24000/1001", "25", "30", "60", "240", "173/10"])
def test_times_are_constant_and_exact_at_the_rate(tmp_path: Path, rate: str) -> None:
    exact = Fraction(rate)
    assert segment.write(tmp_path / "a.mp4", steps(20), 32, 32, exact, H264) == 20
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == stream.base_rate == exact
        assert stream.duration * stream.time_base == 20 / exact
        assert stream.start_time == 0
        times = [frame.pts * stream.time_base for frame in container.decode(stream)]
    assert times == [i / exact for i in range(20)]


def test_a_keyframe_comes_at_least_every_two_seconds(tmp_path: Path) -> None:
    segment.write(tmp_path / "a.mp4", [noise(1)[0]] * 110, 64, 48, RATE, H264)
    with av.open(str(tmp_path / "a.mp4")) as container:
        keys = [p.pts * p.time_base for p in container.demux(video=0) if p.is_keyframe and p.size]
    assert keys[0] == 0
    assert len(keys) >= 3
    assert max(b - a for a, b in pairwise(keys)) <= 2


def test_the_same_frames_make_the_same_bytes(tmp_path: Path) -> None:
    for preset in (H264, FFV1):
        for name in ("a", "b"):
            segment.write(tmp_path / name, noise(10), 64, 48, RATE, preset)
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_frames_come_back_in_order(tmp_path: Path) -> None:
    segment.write(tmp_path / "a.mp4", steps(50), 32, 32, RATE, H264)
    assert [step_of(frame) for frame in segment.read(tmp_path / "a.mp4")] == list(range(50))


@pytest.mark.parametrize(("width", "height"), [(63, 48), (64, 47)])
def test_odd_sides_are_refused_where_colour_is_halved(tmp_path: Path, width: int, height: int) -> None:
    with pytest.raises(MediaError, match="odd side"):
        segment.write(tmp_path / "a.mp4", noise(1, width, height), width, height, RATE, H264)
    segment.write(tmp_path / "a.mkv", noise(1, width, height), width, height, RATE, FFV1)


@pytest.mark.parametrize("frames", [[], [noise(1)[0], noise(1, 10, 10)[0]], [noise(1)[0].astype(np.float32)]])
def test_wrong_frames_leave_no_file(tmp_path: Path, frames: list[object]) -> None:
    with pytest.raises(MediaError, match=r"a\.mp4|frame"):
        segment.write(tmp_path / "a.mp4", frames, 64, 48, RATE, H264)
    assert not names(tmp_path)


def test_the_version_names_what_encodes() -> None:
    assert segment.version(H264) != segment.version(FFV1)
    assert segment.version(H264) == segment.version(PRESETS["h264"])
    assert segment.version(H264) != segment.version(H264._replace(options=(("crf", "20"),)))
