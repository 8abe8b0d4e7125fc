"""`storyboard smooth`: any video in, the same video with more frames out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.support import film, storyboard

RATE = 48_000
CLICK = Fraction(1, 2)
"""Seconds at which the clip's sound has its one click."""


def make_clip(
    path: Path, count: int = 24, rate: int = 24, size: tuple[int, int] = (64, 48), cut: int | None = None
) -> Path:
    """A disc that moves over a ground, with a click in its sound; at frame `cut` another scene begins."""
    width, height = size
    with av.open(path, "w") as container:
        video = container.add_stream("libx264", rate=rate, options={"crf": "12"})
        video.width, video.height, video.pix_fmt = width - width % 2, height - height % 2, "yuv420p"
        audio = container.add_stream("aac", rate=RATE, layout="stereo")
        down, across = np.mgrid[0:height, 0:width]
        for i in range(count):
            late = cut is not None and i >= cut
            frame = np.full((height, width, 3), (230, 40, 30) if late else (20, 60, 90), np.uint8)
            frame[(down - height / 2) ** 2 + (across - 10 - i) ** 2 < 80] = (240, 240, 200)
            picture = av.VideoFrame.from_ndarray(frame[: video.height, : video.width], format="rgb24")
            container.mux(video.encode(picture))
        container.mux(video.encode())
        sound = np.zeros((2, RATE * count // rate), np.float32)
        at = int(CLICK * RATE)
        sound[:, at : at + 48] = 0.9
        for start in range(0, sound.shape[1], 1024):
            block = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(sound[:, start : start + 1024]), "fltp", "stereo"
            )
            block.sample_rate, block.pts = RATE, start
            container.mux(audio.encode(block))
        container.mux(audio.encode())
    return path


def click_time(path: Path) -> float:
    """Seconds at which the sound is loudest, on the film's clock."""
    best, when = 0.0, -1.0
    with av.open(path) as container:
        stream = container.streams.audio[0]
        for frame in container.decode(stream):
            loud = np.abs(frame.to_ndarray()[0])
            if loud.max() > best:
                best = float(loud.max())
                when = float(frame.time or 0) + int(loud.argmax()) / RATE
    return when


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


def smoothed(clip: Path, out: Path, *options: object) -> Path:
    done = storyboard("smooth", clip, "-o", out, "-q", "--engine", "flow", *options)
    assert done.code == 0, done.error
    return out


def test_twice_the_frames_in_the_same_time_with_its_sound(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    done = storyboard("smooth", clip, "-o", out, "--json")
    assert done.code == 0, done.error
    made = film(out)
    assert (len(made.frames), made.rate, made.sound) == (48, 48, True)
    assert float(made.duration) == pytest.approx(1, abs=0.03)
    assert click_time(out) == pytest.approx(float(CLICK), abs=0.004)
    assert done.json[0]["engine"].startswith("rife")


def test_half_speed_keeps_the_rate_and_leaves_the_sound_out(clip: Path, tmp_path: Path) -> None:
    made = film(smoothed(clip, tmp_path / "slow.mp4", "--rate", "24", "--speed", "1/2"))
    assert (len(made.frames), made.rate, made.sound) == (48, 24, False)


def test_a_target_rate_is_exact(clip: Path, tmp_path: Path) -> None:
    made = film(smoothed(clip, tmp_path / "ntsc.mp4", "--rate", "59.94"))
    assert made.rate == Fraction(60_000, 1001)
    assert len(made.frames) == 60


def test_originals_are_kept_and_cuts_are_held(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "cut.mp4", cut=12)
    out = smoothed(source, tmp_path / "out.mkv", "--preset", "ffv1", "--factor", "2")
    with av.open(out) as container:
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(shown) == 48
    assert np.array_equal(shown[23], shown[22]), (
        "the frame before the cut is held, not mixed with the next scene"
    )
    assert not np.array_equal(shown[21], shown[20])
    assert np.array_equal(shown[47], shown[46]), "the last frame is held"
    assert shown[46].mean() > 20, "the last frame is not black"


def test_odd_sizes_are_padded(tmp_path: Path) -> None:
    import cv2

    gif_frames = [np.full((33, 47, 3), 40 * i, np.uint8) for i in range(4)]
    png = tmp_path / "clip.mkv"
    with av.open(png, "w") as container:
        stream = container.add_stream("ffv1", rate=8)
        stream.width, stream.height, stream.pix_fmt = 47, 33, "bgr0"
        for frame in gif_frames:
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), "bgr24"))
            )
        container.mux(stream.encode())
    made = film(smoothed(png, tmp_path / "out.mp4"))
    assert (made.width, made.height, len(made.frames)) == (48, 34, 8)


def test_several_videos_into_a_folder(clip: Path, tmp_path: Path) -> None:
    second = make_clip(tmp_path / "second.mp4", count=6)
    done = storyboard("smooth", clip, second, "-o", tmp_path / "out", "-q", "--engine", "flow")
    assert done.code == 0, done.error
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["clip.mp4", "second.mp4"]


def test_a_video_is_never_written_over_itself(clip: Path) -> None:
    before = clip.read_bytes()
    done = storyboard("smooth", clip, "-o", clip)
    assert done.code == 1
    assert "is the video itself" in done.error
    assert clip.read_bytes() == before
