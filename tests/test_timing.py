"""Which picture each timeline frame shows, and how people write time."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyboard import timing
from storyboard.project import Motion

# (rate of the take, speed, smoothing, the first eight positions) in a project of 24 frames per second
TABLE = [
    (8, "1", "off", "0 0 0 1 1 1 2 2"),
    (8, "1", "auto", "0 1/3 2/3 1 4/3 5/3 2 7/3"),
    (8, "1", "x2", "0 0 1/2 1 1 3/2 2 2"),
    (8, "1", "x3", "0 1/3 2/3 1 4/3 5/3 2 7/3"),
    (8, "1", "x4", "0 1/4 1/2 1 5/4 3/2 2 9/4"),
    (8, "1/2", "off", "0 0 0 0 0 0 1 1"),
    (8, "1/2", "auto", "0 1/6 1/3 1/2 2/3 5/6 1 7/6"),
    (8, "1/2", "x2", "0 0 0 1/2 1/2 1/2 1 1"),
    (8, "1/2", "x3", "0 0 1/3 1/3 2/3 2/3 1 1"),
    (8, "1/2", "x4", "0 0 1/4 1/2 1/2 3/4 1 1"),
    (8, "1/4", "off", "0 0 0 0 0 0 0 0"),
    (8, "1/4", "auto", "0 1/12 1/6 1/4 1/3 5/12 1/2 7/12"),
    (8, "1/4", "x2", "0 0 0 0 0 0 1/2 1/2"),
    (8, "1/4", "x3", "0 0 0 0 1/3 1/3 1/3 1/3"),
    (8, "1/4", "x4", "0 0 0 1/4 1/4 1/4 1/2 1/2"),
    (16, "1", "off", "0 0 1 2 2 3 4 4"),
    (16, "1", "auto", "0 2/3 4/3 2 8/3 10/3 4 14/3"),
    (16, "1", "x2", "0 1/2 1 2 5/2 3 4 9/2"),
    (16, "1", "x3", "0 2/3 4/3 2 8/3 10/3 4 14/3"),
    (16, "1", "x4", "0 1/2 5/4 2 5/2 13/4 4 9/2"),
    (16, "1/2", "off", "0 0 0 1 1 1 2 2"),
    (16, "1/2", "auto", "0 1/3 2/3 1 4/3 5/3 2 7/3"),
    (16, "1/2", "x2", "0 0 1/2 1 1 3/2 2 2"),
    (16, "1/2", "x3", "0 1/3 2/3 1 4/3 5/3 2 7/3"),
    (16, "1/2", "x4", "0 1/4 1/2 1 5/4 3/2 2 9/4"),
    (16, "1/4", "off", "0 0 0 0 0 0 1 1"),
    (16, "1/4", "auto", "0 1/6 1/3 1/2 2/3 5/6 1 7/6"),
    (16, "1/4", "x2", "0 0 0 1/2 1/2 1/2 1 1"),
    (16, "1/4", "x3", "0 0 1/3 1/3 2/3 2/3 1 1"),
    (16, "1/4", "x4", "0 0 1/4 1/2 1/2 3/4 1 1"),
    (24, "1", "off", "0 1 2 3 4 5 6 7"),
    (24, "1", "auto", "0 1 2 3 4 5 6 7"),
    (24, "1", "x2", "0 1 2 3 4 5 6 7"),
    (24, "1", "x3", "0 1 2 3 4 5 6 7"),
    (24, "1", "x4", "0 1 2 3 4 5 6 7"),
    (24, "1/2", "off", "0 0 1 1 2 2 3 3"),
    (24, "1/2", "auto", "0 1/2 1 3/2 2 5/2 3 7/2"),
    (24, "1/2", "x2", "0 1/2 1 3/2 2 5/2 3 7/2"),
    (24, "1/2", "x3", "0 1/3 1 4/3 2 7/3 3 10/3"),
    (24, "1/2", "x4", "0 1/2 1 3/2 2 5/2 3 7/2"),
    (24, "1/4", "off", "0 0 0 0 1 1 1 1"),
    (24, "1/4", "auto", "0 1/4 1/2 3/4 1 5/4 3/2 7/4"),
    (24, "1/4", "x2", "0 0 1/2 1/2 1 1 3/2 3/2"),
    (24, "1/4", "x3", "0 0 1/3 2/3 1 1 4/3 5/3"),
    (24, "1/4", "x4", "0 1/4 1/2 3/4 1 5/4 3/2 7/4"),
    (30, "1", "off", "0 1 2 3 5 6 7 8"),
    (30, "1", "auto", "0 5/4 5/2 15/4 5 25/4 15/2 35/4"),
    (30, "1", "x2", "0 1 5/2 7/2 5 6 15/2 17/2"),
    (30, "1", "x3", "0 1 7/3 11/3 5 6 22/3 26/3"),
    (30, "1", "x4", "0 5/4 5/2 15/4 5 25/4 15/2 35/4"),
    (30, "1/2", "off", "0 0 1 1 2 3 3 4"),
    (30, "1/2", "auto", "0 5/8 5/4 15/8 5/2 25/8 15/4 35/8"),
    (30, "1/2", "x2", "0 1/2 1 3/2 5/2 3 7/2 4"),
    (30, "1/2", "x3", "0 1/3 1 5/3 7/3 3 11/3 13/3"),
    (30, "1/2", "x4", "0 1/2 5/4 7/4 5/2 3 15/4 17/4"),
    (30, "1/4", "off", "0 0 0 0 1 1 1 2"),
    (30, "1/4", "auto", "0 5/16 5/8 15/16 5/4 25/16 15/8 35/16"),
    (30, "1/4", "x2", "0 0 1/2 1/2 1 3/2 3/2 2"),
    (30, "1/4", "x3", "0 0 1/3 2/3 1 4/3 5/3 2"),
    (30, "1/4", "x4", "0 1/4 1/2 3/4 5/4 3/2 7/4 2"),
]

rates = st.sampled_from([Fraction(r) for r in ("8", "12", "16", "24000/1001", "24", "25", "30", "60")])
speeds = st.fractions(min_value=Fraction(1, 64), max_value=64, max_denominator=64)
motions = st.builds(
    Motion,
    source_in=st.fractions(min_value=0, max_value=5, max_denominator=120),
    speed=speeds,
    smoothing=st.sampled_from(["off", "auto", "x2", "x3", "x4"]),
)


def shown(fps: int, speed: str, smoothing: str, length: int, frames: int = 1000) -> list[Fraction]:
    motion = Motion(speed=Fraction(speed), smoothing=smoothing)  # type: ignore[arg-type]
    return list(timing.positions(motion, length, Fraction(fps), Fraction(24), frames))


@pytest.mark.parametrize(("fps", "speed", "smoothing", "expected"), TABLE)
def test_positions_of_common_takes(fps: int, speed: str, smoothing: str, expected: str) -> None:
    assert shown(fps, speed, smoothing, 8) == [Fraction(p) for p in expected.split()]


def test_the_classic_motion_shows_24_originals_23_in_betweens_and_holds_the_last_once() -> None:
    positions = shown(24, "1/2", "auto", 48, frames=24)
    assert positions == [*(Fraction(j, 2) for j in range(47)), Fraction(23)]
    assert len({p for p in positions if p.denominator == 1}) == 24
    assert sum(p.denominator == 2 for p in positions) == 23
    assert timing.missing(Motion(), 48, Fraction(24), Fraction(24), 24) == 0


def test_a_take_starts_where_the_shot_starts_in_it() -> None:
    motion = Motion(source_in=Fraction(1, 2), speed=Fraction(1))
    assert timing.positions(motion, 3, Fraction(24), Fraction(24), 48) == (12, 13, 14)


def test_past_its_end_the_last_frame_is_held() -> None:
    assert shown(24, "1", "auto", 5, frames=3) == [0, 1, 2, 2, 2]
    late = Motion(source_in=Fraction(100))
    assert timing.positions(late, 2, Fraction(24), Fraction(24), 10) == (9, 9)
    assert timing.missing(late, 2, Fraction(24), Fraction(24), 10) == 2


def test_nothing_is_made_across_a_hard_cut() -> None:
    positions = timing.positions(Motion(), 8, Fraction(24), Fraction(24), 24, cuts=(2,))
    assert positions == (0, Fraction(1, 2), 1, 1, 2, Fraction(5, 2), 3, Fraction(7, 2))


@pytest.mark.parametrize(
    ("fps", "speed", "smoothing", "expected"),
    [
        (24, "1", "auto", 1),
        (24, "1/2", "auto", 2),
        (16, "1/2", "auto", 3),
        (8, "1", "auto", 3),
        (8, "1/2", "auto", 6),
        (30, "1/2", "auto", 8),
        (30, "1/4", "auto", None),
        (24, "1/2", "off", 1),
        (24, "1/2", "x3", 3),
    ],
)
def test_factor_of_smoothing(fps: int, speed: str, smoothing: str, expected: int | None) -> None:
    motion = Motion(speed=Fraction(speed), smoothing=smoothing)  # type: ignore[arg-type]
    assert timing.factor(motion, Fraction(fps), Fraction(24)) == expected


def test_a_start_off_the_grid_counts_for_the_factor() -> None:
    motion = Motion(source_in=Fraction(1, 120), speed=Fraction(1))  # a fifth of a frame
    assert timing.factor(motion, Fraction(24), Fraction(24)) == 5


def test_seconds_a_take_must_last() -> None:
    assert timing.take_seconds(Motion(), 48, Fraction(24)) == 1
    assert timing.take_seconds(Motion(source_in=Fraction(1, 4)), 48, Fraction(24)) == Fraction(5, 4)
    assert timing.take_seconds(Motion(speed=Fraction(1)), 48, Fraction(24000, 1001)) == Fraction(1001, 500)


def test_frames_that_a_take_lacks() -> None:
    at = {"source_fps": Fraction(24), "project_fps": Fraction(24)}
    assert timing.missing(Motion(), 48, **at, frames=24) == 0
    assert timing.missing(Motion(), 48, **at, frames=23) == 2
    assert timing.missing(Motion(), 48, **at, frames=1) == 46
    assert timing.missing(Motion(speed=Fraction(1)), 48, **at, frames=24) == 24


@given(motions, st.integers(1, 200), rates, rates)
def test_a_take_as_long_as_asked_for_is_never_short(
    motion: Motion, length: int, source_fps: Fraction, project_fps: Fraction
) -> None:
    frames = max(1, -(-timing.take_seconds(motion, length, project_fps) * source_fps // 1))
    assert timing.missing(motion, length, source_fps, project_fps, int(frames)) == 0


@given(motions, st.integers(1, 100), rates, rates, st.integers(1, 300))
def test_missing_counts_the_frames_past_the_end(
    motion: Motion, length: int, source_fps: Fraction, project_fps: Fraction, frames: int
) -> None:
    past = [j for j in range(length) if timing.unclamped(motion, j, source_fps, project_fps) >= frames]
    assert timing.missing(motion, length, source_fps, project_fps, frames) == len(past)


@given(motions, st.integers(1, 60), rates, rates, st.integers(1, 300), st.sets(st.integers(1, 299)))
def test_positions_never_go_back_nor_leave_the_take_nor_blend_a_cut(
    motion: Motion, length: int, source: Fraction, project: Fraction, frames: int, cuts: set[int]
) -> None:
    positions = timing.positions(motion, length, source, project, frames, sorted(cuts))
    assert len(positions) == length
    assert list(positions) == sorted(positions)
    assert positions[0] >= 0
    assert positions[-1] <= frames - 1
    assert not [p for p in positions if p.denominator > 1 and p // 1 + 1 in cuts]


@given(motions, rates, rates)
def test_the_factor_makes_every_position_exact(motion: Motion, source: Fraction, project: Fraction) -> None:
    k = timing.factor(motion, source, project)
    if k is not None:
        assert all((p * k).denominator == 1 for p in timing.positions(motion, 40, source, project, 10**6))


def test_nearest_standard_rate() -> None:
    assert timing.nearest_standard_rate(Fraction("23.97")) == Fraction(24000, 1001)
    assert timing.nearest_standard_rate(Fraction("29.9")) == Fraction(30000, 1001)
    assert timing.nearest_standard_rate(Fraction(24)) == 24
    assert timing.nearest_standard_rate(Fraction(1, 100)) == 8


@pytest.mark.parametrize(
    ("frame", "rate", "expected"),
    [
        (0, "24", "00:00:00:00"),
        (47, "24", "00:00:01:23"),
        (48, "24", "00:00:02:00"),
        (24 * 3600, "24000/1001", "01:00:00:00"),
        (90_061 * 30 + 29, "30", "25:01:01:29"),
    ],
)
def test_timecode(frame: int, rate: str, expected: str) -> None:
    assert timing.timecode(frame, Fraction(rate)) == expected
    assert timing.parse_length(expected, Fraction(rate)) == frame


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("48", 48),
        (" 48 ", 48),
        ("2s", 48),
        ("2 s", 48),
        ("1.5s", 36),
        ("3/2s", 36),
        ("00:02:00", 48),
        ("1/3s", 8),
    ],
)
def test_lengths_as_people_write_them(text: str, frames: int) -> None:
    assert timing.parse_length(text, Fraction(24)) == frames


@pytest.mark.parametrize("text", ["", "long", "-3", "1.5", "1e3s", "1/0s", "2h", "1:2", "9" * 40])
def test_a_length_that_is_none_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"write frames \(48\), seconds \(2s\) or a timecode"):
        timing.parse_length(text, Fraction(24))


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("24", "24"),
        ("12.5", "25/2"),
        ("23.976", "24000/1001"),
        ("23.98", "24000/1001"),
        ("24000/1001", "24000/1001"),
        ("29.97", "30000/1001"),
        ("59.94", "60000/1001"),
        ("47.952", "48000/1001"),
        ("14.985", "15000/1001"),
        ("7.5", "15/2"),
        (" 30 ", "30"),
    ],
)
def test_rates_as_people_write_them(text: str, rate: str) -> None:
    assert timing.parse_rate(text) == Fraction(rate)


@pytest.mark.parametrize("text", ["", "fast", "0", "-24", "241", "24/0", "1e999999999", "nan", "0.5"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"frame rate: write 24|outside 1 to 240"):
        timing.parse_rate(text)
