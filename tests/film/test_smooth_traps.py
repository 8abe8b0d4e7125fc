"""What is strange about videos: each is smoothed as it should be, or refused with one sentence and nothing left."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from storyboard.errors import MediaError
from storyboard.smoothers import memory
from storyboard.workers import video
from storyboard.workers.steps import SmoothVideo
from tests.film.test_smooth_video import CLICK, click_time, make_clip, smoothed
from tests.media.films import noise, write_clip
from tests.support import COMMAND, Film, Ran, film, storyboard


def ran(*arguments: object, **more: float) -> Ran:
    return storyboard("smooth", *arguments, "-q", "--engine", "flow", **more)


def refused(source: Path, out: Path, *words: str) -> None:
    done = ran(source, "-o", out)
    assert done.code == 1, done
    said = [line for line in done.error.splitlines() if line.startswith("storyboard: ")]
    assert len(said) == 1, done.error
    assert all(word in said[0] for word in words), said[0]
    assert not out.exists()
    assert not list(out.parent.glob(".storyboard-smooth-*"))


def pictures(
    path: Path, times: Sequence[Fraction], *, base: Fraction = Fraction(1, 1000), **more: object
) -> Path:
    """A clip whose pictures, a bar that moves evenly in time, come at these seconds."""
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.time_base = base
        for name, value in more.items():
            setattr(stream.codec_context, name, value)
        for time_ in times:
            frame = np.full((64, 96, 3), (20, 60, 90), np.uint8)
            left = round(float(time_) * 48) % 80
            frame[16:48, left : left + 16] = (240, 240, 200)
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            picture.pts, picture.time_base = round(time_ / base), base
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def bars(path: Path) -> list[float]:
    """Where the bar is in each frame: the middle of what is bright in a row through it."""
    with av.open(path) as container:
        rows = [frame.to_ndarray(format="gray")[32].astype(float) for frame in container.decode(video=0)]
    return [float((np.arange(len(row)) * (row > 150)).sum() / (row > 150).sum()) for row in rows]


def test_a_variable_rate_keeps_its_length_and_true_times(tmp_path: Path) -> None:
    steps = [40, 40, 45, 35, 50, 30, 42, 38, 44, 36]  # milliseconds, 25 a second on average
    times = [Fraction(0)]
    for number in range(24):
        times.append(times[-1] + Fraction(steps[number % len(steps)], 1000))
    made = smoothed(pictures(tmp_path / "vfr.mkv", times), tmp_path / "out.mp4", "--rate", "50")
    found = film(made)
    assert (found.rate, len(found.frames)) == (50, 50)
    assert float(found.duration) == pytest.approx(float(times[-1]) + 0.04, abs=0.02)
    for number, place in enumerate(bars(made)[:48]):
        assert place == pytest.approx(number / 50 * 48 + 7.5, abs=1.6), f"frame {number}"


def test_dropped_frames_are_made(tmp_path: Path) -> None:
    times = [Fraction(n, 24) for n in range(24) if n not in (5, 12, 13)]
    source = pictures(tmp_path / "dropped.mkv", times, base=Fraction(1, 24000))
    made = bars(smoothed(source, tmp_path / "out.mp4", "--rate", "24"))
    assert len(made) == 24
    assert made[5] == pytest.approx(5 * 2 + 7.5, abs=1.2)
    assert made[12] == pytest.approx(12 * 2 + 7.5, abs=1.5)


@pytest.mark.parametrize("count", [1, 2])
def test_clips_of_one_and_two_frames(tmp_path: Path, count: int) -> None:
    made = film(smoothed(make_clip(tmp_path / "clip.mp4", count=count), tmp_path / "out.mp4"))
    assert len(made.frames) == 2 * count
    assert made.rate == 48


def test_a_slide_show(tmp_path: Path) -> None:
    slides = write_clip(tmp_path / "slow.mp4", noise(3, 64, 48), time_base=Fraction(5))
    made = film(smoothed(slides, tmp_path / "out.mp4"))
    assert (len(made.frames), made.rate) == (6, Fraction(2, 5))


def test_pictures_whose_times_are_guessed_are_not_copied(tmp_path: Path) -> None:
    frames, options = noise(12, 64, 48), {"bf": "2", "crf": "10"}
    avi = write_clip(tmp_path / "guessed.avi", frames, options=options)
    with av.open(str(smoothed(avi, tmp_path / "out.mp4", "--factor", "1"))) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert times == pytest.approx([n / 24 for n in range(12)], abs=1e-3)


def test_a_file_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "zero.mp4").touch()
    refused(tmp_path / "zero.mp4", tmp_path / "out.mp4", "zero.mp4", "empty")


def test_a_file_that_was_cut_off(tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "whole.mkv", count=96)
    (tmp_path / "cut.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    refused(tmp_path / "cut.mkv", tmp_path / "out.mp4", "cut.mkv", "early")
    whole = make_clip(tmp_path / "whole.mp4")
    (tmp_path / "cut.mp4").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    refused(tmp_path / "cut.mp4", tmp_path / "out.mp4", "cut.mp4", "incomplete")


def test_text_that_is_named_as_a_video(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("this is not a film\n" * 100)
    refused(tmp_path / "text.mp4", tmp_path / "out.mp4", "text.mp4", "another kind")


def test_sound_alone(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    with av.open(clip) as source, av.open(tmp_path / "sound.m4a", "w", format="mp4") as out:
        stream = out.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    refused(tmp_path / "sound.m4a", tmp_path / "out.mp4", "sound.m4a", "no picture")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", count=4)
    (tmp_path / "file").touch()
    done = ran(clip, "-o", tmp_path / "file" / "out.mp4")
    assert done.code == 1
    assert "write to another folder" in done.error
    assert "Traceback" not in done.error


def test_names_with_blanks_and_other_letters(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "Été à la mer – 海 100%.mp4", count=6)
    made = smoothed(clip, tmp_path / "neuer Ordner ü" / "Ergebnis ß.mp4")
    assert len(film(made).frames) == 12


def test_hdr_is_refused_and_ten_bits_are_told(tmp_path: Path) -> None:
    clip = pictures(
        tmp_path / "hdr.mp4", [Fraction(n, 24) for n in range(4)], color_trc=16, color_primaries=9
    )
    refused(clip, tmp_path / "out.mp4", "hdr.mp4", "HDR (PQ)", "SDR")
    clip = pictures(
        tmp_path / "hlg.mp4", [Fraction(n, 24) for n in range(4)], color_trc=18, color_primaries=9
    )
    refused(clip, tmp_path / "out.mp4", "HDR (HLG)")


def test_a_frame_too_large_for_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "8k.mkv"
    with av.open(source, "w") as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 7680, 4320, "yuv420p"
        for _ in range(2):
            picture = av.VideoFrame(7680, 4320, "yuv420p")
            for plane in picture.planes:
                plane.update(bytes(plane.buffer_size))
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    monkeypatch.setattr(memory, "free", lambda: 8 * 2**30)
    step = SmoothVideo(str(source), str(tmp_path / "out.mp4"), "rife-openvino", "h264", Fraction(1), 2)
    with pytest.raises(MediaError, match=r"7680x4320 .* GB of memory and 8 GB are free; use --engine flow"):
        video.smooth(step, lambda: pytest.fail("no engine is opened"), lambda _done, _total: None)
    assert not (tmp_path / "out.mp4").exists()


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("long") / "long.mp4", count=14 * 24, size=(160, 96), cut=200)


@pytest.fixture(scope="module")
def calm(long_clip: Path) -> Film:
    """What comes of it when nothing happens."""
    return film(smoothed(long_clip, long_clip.with_name("calm.mp4")))


def started(clip: Path, out: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "smooth", str(clip), "-o", str(out), "-q", "--engine", "flow"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_part(folder: Path) -> None:
    deadline = time.monotonic() + 120
    while not list(folder.glob(".storyboard-smooth-*/00000.mp4")):
        assert time.monotonic() < deadline, "no part came"
        time.sleep(0.02)


def test_stopped_and_continued(long_clip: Path, calm: Film, tmp_path: Path) -> None:
    run = started(long_clip, tmp_path / "out.mp4")
    wait_for_part(tmp_path)
    family = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(signal.SIGINT)
    _, error = run.communicate(timeout=30)
    assert run.returncode == 130, error
    psutil.wait_procs(family, timeout=10)
    assert not any(process.is_running() for process in family)
    assert not (tmp_path / "out.mp4").exists()
    assert list(tmp_path.glob(".storyboard-smooth-*/00000.mp4")), "what was made is kept"
    done = ran(long_clip, "-o", tmp_path / "out.mp4", "--json")
    assert done.code == 0, done.error
    assert done.json[0]["resumed"] > 0
    again = film(tmp_path / "out.mp4")
    assert (again.frames, again.duration) == (calm.frames, calm.duration)
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_a_worker_that_dies_is_started_again_and_goes_on(long_clip: Path, calm: Film, tmp_path: Path) -> None:
    run = started(long_clip, tmp_path / "out.mp4")
    wait_for_part(tmp_path)
    for process in psutil.Process(run.pid).children(recursive=True):
        process.kill()
    _, error = run.communicate(timeout=120)
    assert run.returncode == 0, error
    assert film(tmp_path / "out.mp4").frames == calm.frames


def test_the_same_film_at_once_twice(long_clip: Path, tmp_path: Path) -> None:
    run = started(long_clip, tmp_path / "out.mp4")
    wait_for_part(tmp_path)
    family = psutil.Process(run.pid).children(recursive=True)
    for process in family:
        process.suspend()  # or it might be done before the second begins
    second = ran(long_clip, "-o", tmp_path / "second.mp4")
    for process in family:
        process.resume()
    assert second.code == 1
    assert "by another run" in second.error
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=30)


def test_sound_stays_with_the_picture_of_a_late_start(tmp_path: Path) -> None:
    """In the file the picture begins at 0.4 s, as after a cut without encoding; that is where the new one begins."""
    clip = make_clip(tmp_path / "clip.mp4")
    with av.open(clip) as source, av.open(tmp_path / "late.mkv", "w") as out:
        targets = {stream.index: out.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.size and packet.pts is not None and packet.dts is not None:
                shift = round(Fraction(2, 5) / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                packet.stream = targets[packet.stream_index]
                out.mux(packet)
    made = smoothed(tmp_path / "late.mkv", tmp_path / "out.mp4")
    assert click_time(made) == pytest.approx(float(CLICK), abs=0.004)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", count=4)
    (tmp_path / "locked").mkdir(mode=0o500)
    done = ran(clip, "-o", tmp_path / "locked" / "out.mp4")
    assert done.code == 1
    assert "permission" in done.error.lower()
