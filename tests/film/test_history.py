"""What the program remembers of how long steps take, and what it makes of that."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from storyboard.film.history import FIRST_GUESS, Cost, History, Load, Timing, Work, work_of
from storyboard.take import Take
from storyboard.workers.steps import Encode, Smooth, SmoothVideo

KIND = "generate sketch"


def smoothing(size: int, count: int = 23) -> Smooth:
    take = Take("t", "s", 1, "", count + 1, Fraction(24), size, size, "")
    return Smooth(take, "rife-openvino", tuple(Fraction(2 * n + 1, 2) for n in range(count)), "")


def encoding(size: int, length: int = 48) -> Encode:
    return Encode(size, size, Fraction(24), "h264", length, "")


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "cache" / "times.json")


def test_what_was_learned_is_there_the_next_time(history: History, tmp_path: Path) -> None:
    history.learn(work_of(encoding(256)), Timing(0.4, 48, (0.05, 8), (0.28, 48)), cold=True)
    history.save()
    again = History(tmp_path / "cache" / "times.json")
    assert again.cost("encode") == history.cost("encode")
    assert again.cost("encode").measured
    assert not again.cost("mix").measured


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe\x00 no text at all",
        b'{"\xe9": 1}',
        b'{"generate sketch": 0.02, "smooth flow": 1.0}',
        b'{"format": 2, "kinds": {}}',
        b'{"format": 1, "kinds": {"encode": {"unit": -1.0}}}',
        b'{"format": 1, "kinds": {"encode": {"unit": 1e999}}}',
        b'{"format": 1, "kinds": {"encode": {"unit": NaN}}}',
        b"[" * 200_000,
    ],
    ids=[
        "empty",
        "cut off",
        "not text",
        "not UTF-8",
        "earlier form",
        "later form",
        "negative",
        "infinite",
        "NaN",
        "deep",
    ],
)
def test_a_broken_file_counts_as_none(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "times.json"
    file.write_bytes(data)
    assert History(file).cost("encode") == FIRST_GUESS["encode"]


def test_a_folder_in_place_of_the_file_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "times.json").mkdir()
    history = History(tmp_path / "times.json")
    history.learn(Work("encode", 1.0), Timing(1.0), cold=False)
    history.save()


def test_compiling_a_network_is_not_taken_for_smoothing(history: History) -> None:
    # As measured: the first smoothing of a process at 64x64 spends 1.25 of 1.5 s on compiling.
    history.learn(work_of(smoothing(64)), Timing(1.52, 23, (1.26, 1), (1.51, 23)), cold=True)
    cost = history.cost("smooth rife-openvino")
    assert cost.start == pytest.approx(1.25, abs=0.01)
    assert history.estimate(smoothing(64)) == pytest.approx(0.27, abs=0.02)
    assert history.estimate(smoothing(64), cold=True) == pytest.approx(1.52, abs=0.01)
    # And 256x256, which took 1.95 s warm, is not announced from the start's time.
    assert 1.0 < history.estimate(smoothing(256)) < 3.0


def test_small_sketches_announce_large_ones(history: History) -> None:
    small, large = Work(KIND, 24 * (0.0041 + 0.01)), Work(KIND, 24 * (0.0655 + 0.01))
    history.learn(small, Timing(0.977, 24, (0.924, 1), (0.968, 24)), cold=True)
    for _ in range(20):
        history.learn(small, Timing(0.061, 24, (0.047, 22), (0.054, 24)), cold=False)
    # Twelve at 256x256, of which 0.25 s each was measured.
    load = Load(2, history.cost)
    for shot in range(12):
        load.add_work(large, "media", f"shot {shot}")
    assert load.seconds(side_by_side=False) == pytest.approx(12 * 0.25 / 2 + 0.9, rel=0.6)


def test_what_comes_after_the_last_report_is_learned_as_well(history: History) -> None:
    work = Work("generate some/model", 10.0)
    history.learn(work, Timing(40.0, 5, (12.0, 1), (20.0, 5)), cold=True)
    cost = history.cost("generate some/model")
    assert cost == (pytest.approx(1.0), pytest.approx(2.0), pytest.approx(10.0), True)
    assert cost.of(10.0) == pytest.approx(30.0)


def test_a_first_step_that_reports_once_tells_only_of_the_start(history: History) -> None:
    history.learn(Work("encode", 2.0), Timing(1.5, 1, (1.4, 1), (1.4, 1)), cold=True)
    cost = history.cost("encode")
    assert not cost.measured
    assert cost.start == pytest.approx(1.4 - 2 * FIRST_GUESS["encode"].unit)


def test_a_later_step_that_reports_nothing_is_all_work(history: History) -> None:
    history.learn(Work("listen", 1.0), Timing(0.3), cold=False)
    assert history.cost("listen") == Cost(0.3, measured=True)


def test_the_average_follows_the_newest(history: History) -> None:
    for _ in range(30):
        history.learn(Work("mix", 1.0), Timing(4.0), cold=False)
    for _ in range(30):
        history.learn(Work("mix", 1.0), Timing(1.0), cold=False)
    assert history.cost("mix").unit == pytest.approx(1.0, abs=0.01)


def test_a_video_nobody_opened_is_measured_by_its_bytes(tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(bytes(2_000_000))
    step = SmoothVideo(str(video), "", "flow", "h264", Fraction(1), factor=2)
    assert work_of(step) == ("smooth-video flow", 2.0)
    assert work_of(SmoothVideo(str(video), "", "flow", "h264", Fraction(1, 2), factor=2)).units == 6.0


def flat(kind: str) -> Cost:
    return Cost(1.0, start=10.0 if kind == "slow to start" else 0.0)


def test_media_workers_share_the_work() -> None:
    load = Load(2, flat)
    for shot in range(6):
        load.add(4.0, "media", f"shot {shot}")
    assert load.seconds(side_by_side=False) == 12.0


def test_one_shot_cannot_be_shared() -> None:
    load = Load(4, flat)
    load.add(4.0, "media", "shot 1")
    load.add(1.0, "media", "shot 1")
    assert load.seconds(side_by_side=False) == 5.0


def test_without_a_gpu_generating_and_the_rest_take_turns() -> None:
    load = Load(2, flat)
    load.add(10.0, "generate", "shot 1")
    load.add(10.0, "generate", "shot 2")
    for shot in ("shot 1", "shot 2"):
        load.add(3.0, "media", shot)
    assert load.seconds(side_by_side=False) == 23.0
    assert load.seconds(side_by_side=True) == 23.0  # the last shot's own follows its take
    for shot in range(30):
        load.add(2.0, "media", f"another {shot}")
    assert load.seconds(side_by_side=False) == 20 + 33
    assert load.seconds(side_by_side=True) == 33


def test_the_film_comes_after_all_shots() -> None:
    load = Load(4, flat)
    load.add(4.0, "media", "shot 1")
    load.add(2.0, "media", "")
    assert load.seconds(side_by_side=False) == 6.0


def test_each_worker_pays_the_start_of_a_kind_once() -> None:
    work = Work("slow to start", 1.0)
    load = Load(2, flat)
    for shot in range(6):
        load.add_work(work, "media", f"shot {shot}")
    assert load.seconds(side_by_side=False) == 3 + 10
    warm = Load(2, flat, {"slow to start": 2})
    warm.add_work(work, "media", "shot")
    assert warm.seconds(side_by_side=False) == 1
