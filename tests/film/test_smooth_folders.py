"""Whole folders in one go, and what `smooth` can be told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from storyboard.errors import MediaError
from storyboard.film.video import Job, jobs
from storyboard.media import scan
from tests.film.test_smooth_video import make_clip, smoothed
from tests.media.films import noise, write_clip
from tests.support import film, storyboard


def test_a_folder_with_a_bad_file_in_it(tmp_path: Path) -> None:
    films = tmp_path / "films"
    (films / "holiday").mkdir(parents=True)
    make_clip(films / "a.mp4", count=4)
    make_clip(films / "holiday" / "b.mkv", count=4)
    (films / "bad.mp4").write_text("no film")
    (films / "notes.txt").write_text("no film either")
    out = films / "smooth"
    done = storyboard("smooth", films, "-o", out, "-q", "--engine", "flow")
    assert done.code == 1
    assert "3 videos: 2 smoothed, 0 up to date, 1 failed" in done.out
    assert "bad.mp4" in done.error
    found = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert found == ["a.mp4", "holiday/b.mp4"]
    again = storyboard("smooth", films, "-o", out, "--json", "--engine", "flow")
    assert again.code == 1
    assert [one.get("up_to_date", one.get("error", "")[-10:]) for one in again.json] == [
        True,
        "replace it",
        True,
    ]


def test_names_that_only_their_endings_told_apart(tmp_path: Path) -> None:
    for name in ("clip.mov", "clip.avi", "other.mp4"):
        (tmp_path / name).touch()
    found = jobs([tmp_path], tmp_path / "out", "h264")
    assert [job.target.name for job in found] == ["clip-avi.mp4", "clip-mov.mp4", "other.mp4"]


def test_our_own_results_are_passed_over(tmp_path: Path) -> None:
    for name in ("clip.mp4", "clip-smooth.mp4", ".storyboard-smooth-1/00000.mp4", "out/clip.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert jobs([tmp_path], tmp_path / "out", "h264") == [
        Job(tmp_path / "clip.mp4", tmp_path / "out/clip.mp4")
    ]


def test_one_video_with_a_twin_keeps_its_ending_in_the_name(tmp_path: Path) -> None:
    for name in ("clip.mkv", "clip.mp4", "clip.srt", "clip.old.mp4"):
        (tmp_path / name).touch()
    found = [jobs([tmp_path / name], None, "h264")[0].target.name for name in ("clip.mkv", "clip.mp4")]
    assert found == ["clip-mkv-smooth.mp4", "clip-mp4-smooth.mp4"]
    assert jobs([tmp_path / "clip.old.mp4"], None, "h264")[0].target.name == "clip.old-smooth.mp4"


def test_videos_of_one_name_are_named_when_they_cannot_both_be_written(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "clip.mp4").touch()
    with pytest.raises(MediaError, match=r"one/clip\.mp4 and .*two/clip\.mp4 would both become .*clip\.mp4"):
        jobs([tmp_path / "one", tmp_path / "two"], tmp_path / "out", "h264")


def test_a_video_is_never_written_over_another_one_of_the_same_run(tmp_path: Path) -> None:
    for name in ("films/b/clip.mkv", "out/b/clip.mp4"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    with pytest.raises(MediaError, match=r"out/b/clip\.mp4 is one of the videos"):
        jobs([tmp_path / "films", tmp_path / "out" / "b" / "clip.mp4"], tmp_path / "out", "h264")


def test_only_a_name_that_was_given_replaces_somebody_else_s_file(tmp_path: Path) -> None:
    clip, other = make_clip(tmp_path / "clip.mkv", count=4), tmp_path / "out" / "clip.mp4"
    other.parent.mkdir()
    before = make_clip(other, count=6).read_bytes()
    kept = storyboard("smooth", clip, "-o", other.parent, "-q", "--engine", "flow")
    assert (kept.code, other.read_bytes()) == (1, before)
    assert "clip.mp4 is there already" in kept.error
    assert storyboard("smooth", clip, "-o", other, "-q", "--engine", "flow").code == 0
    assert other.read_bytes() != before
    # What is there now is ours, and makes room for the next.
    assert storyboard("smooth", clip, "-o", other.parent, "-q", "--engine", "flow", "--factor", "3").code == 0
    assert len(film(other).frames) == 12


def test_a_name_without_an_ending_is_a_folder(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mov"
    clip.touch()
    assert jobs([clip], tmp_path / "new", "h264") == [Job(clip, tmp_path / "new" / "clip.mp4")]


def test_one_answer_for_one_video_that_fails(tmp_path: Path) -> None:
    done = storyboard("smooth", tmp_path / "none.mp4", "--json", "--engine", "flow")
    assert done.code == 1
    assert "is not there" in done.json["error"]


def test_where_one_video_goes(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.touch()
    assert jobs([clip], None, "h264")[0].target == tmp_path / "clip-smooth.mp4"
    assert jobs([clip], tmp_path / "out.mkv", "h264")[0].target == tmp_path / "out.mkv"
    with pytest.raises(MediaError, match=r"out\.mkv"):
        jobs([clip], tmp_path / "out.mp4", "ffv1")
    with pytest.raises(MediaError, match="is the video itself"):
        jobs([clip], clip, "h264")
    with pytest.raises(MediaError, match="name it with -o"):
        jobs([clip, clip], None, "h264")


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", count=6)
    done = storyboard(
        "smooth", clip, "-o", tmp_path / "new" / "out.mp4", "--dry-run", "--json", "--engine", "flow"
    )
    assert done.code == 0, done.error
    assert (done.json[0]["frames"], done.json[0]["rate"]) == (12, "48")
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_nothing_is_encoded_again_where_nothing_changes(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", count=6)
    made = smoothed(clip, tmp_path / "out.mp4", "--factor", "1")
    with av.open(clip) as one, av.open(made) as other:
        for kind in ("video", "audio"):
            packets = [
                [bytes(packet) for packet in container.demux(**{kind: 0}) if packet.size]
                for container in (one, other)
            ]
            assert packets[0] == packets[1], kind


def test_a_part_of_it_side_by_side(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", count=24)
    made = film(smoothed(clip, tmp_path / "out.mp4", "--compare", "--from", "0.25", "--to", "0.75"))
    assert (made.width, made.height, len(made.frames)) == (64 + 4 + 64, 48, 24)
    with av.open(tmp_path / "out.mp4") as container:
        shown = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    left = [frame[:, :60].astype(int) for frame in shown]
    assert np.abs(left[1] - left[0]).mean() < 1, "the left side is held"
    assert np.abs(left[2] - left[0]).mean() > 1
    assert np.abs(shown[1][:, 70:].astype(int) - shown[0][:, 70:]).mean() > 1, "the right side moves"


def test_animation_on_twos(tmp_path: Path) -> None:
    path = tmp_path / "twos.mkv"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "14"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(24):
            frame = np.full((64, 96, 3), 30, np.uint8)
            left = 4 * (number // 2)
            frame[16:48, left : left + 16] = 230
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    made = smoothed(path, tmp_path / "out.mp4", "--factor", "1", "--repeats", "remove")
    with av.open(made) as container:
        rows = [frame.to_ndarray(format="gray")[32].astype(float) for frame in container.decode(video=0)]
    places = [float((np.arange(96) * (row > 130)).sum() / (row > 130).sum()) for row in rows]
    assert len(places) == 24
    assert np.abs(np.diff(places[:22]) - 2).max() < 1, "an even step in every frame"


def test_rates_by_their_common_names(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", count=6)
    assert film(smoothed(clip, tmp_path / "out.mp4", "--rate", "23.976")).rate == Fraction(24000, 1001)
    for wrong in (
        ["--factor", "9"],
        ["--from", "soon"],
        ["--repeats", "some"],
        ["--factor", "2", "--rate", "30"],
    ):
        assert storyboard("smooth", clip, "-o", tmp_path / "no.mp4", *wrong).code == 2


def test_what_was_filmed_on_its_side_stands_upright(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "side.mp4", noise(4, 64, 48), rotation=90)
    made = film(smoothed(clip, tmp_path / "out.mp4"))
    assert (made.width, made.height) == (48, 64)
    assert scan.scan(tmp_path / "out.mp4").rotation == 0
    copied = smoothed(clip, tmp_path / "copy.mp4", "--factor", "1")
    assert scan.scan(copied).rotation == scan.scan(clip).rotation == 270


@pytest.mark.parametrize("rotation", [0, 90])
def test_what_was_filmed_in_a_mirror_is_shown_as_players_show_it(rotation: int, tmp_path: Path) -> None:
    frame = np.zeros((48, 64, 3), np.uint8)
    frame[:16, :24] = 255  # at the left, above
    clip = write_clip(tmp_path / "mirror.mp4", [frame] * 4, rotation=rotation, mirrored=True)
    made = smoothed(clip, tmp_path / "out.mkv", "--preset", "ffv1")
    with av.open(made) as container:
        shown = next(container.decode(video=0)).to_ndarray(format="gray")
    # Turned counter-clockwise the corner comes to lie below, and the mirror brings it to the right.
    corner = shown[-24:, -16:] if rotation else shown[:16, -24:]
    assert corner.mean() > 200
    assert shown.mean() < 80
