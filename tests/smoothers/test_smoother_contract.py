"""What every smoothing engine promises (`storyboard.smoothers.base`)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from storyboard.errors import SmootherError
from storyboard.kinds import SMOOTHERS, SmootherName
from storyboard.smoothers import registry
from storyboard.smoothers.base import Gap
from tests.smoothers.moving import moving

if TYPE_CHECKING:
    from storyboard.frames import Frame
    from storyboard.smoothers.base import OpenSmoother

HALF = Fraction(1, 2)
SIZES = [(64, 64), (255, 253), (16, 16), (130, 20)]


@pytest.fixture(scope="module", params=registry.ENGINES)
def name(request: pytest.FixtureRequest) -> str:
    status = {status.name: status for status in registry.available()}[request.param]
    if not status.usable:
        pytest.skip(status.reason)
    return status.name


@pytest.fixture(scope="module")
def smoother(name: SmootherName) -> Iterator[OpenSmoother]:
    opened = registry.open_smoother(name, threads=1)
    yield opened
    opened.close()


def gaps_of(frames: list[Frame], *times: Fraction) -> list[Gap]:
    return [Gap(a, b, t) for a, b in itertools.pairwise(frames) for t in times]


def distance(a: Frame, b: Frame) -> float:
    return float(np.abs(a.astype(int) - b).mean())


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_an_in_between_has_the_size_of_its_neighbours(
    smoother: OpenSmoother, width: int, height: int
) -> None:
    (made,) = smoother.between(gaps_of(moving(width, height, 2), HALF))
    assert made.shape == (height, width, 3)
    assert made.dtype == np.uint8
    assert made.flags.c_contiguous


def test_an_in_between_is_nearer_the_truth_than_a_mix_of_both(smoother: OpenSmoother) -> None:
    before, truth, after = moving(160, 128, 3)
    (made,) = smoother.between([Gap(before, after, HALF)])
    mixed = ((before.astype(int) + after + 1) // 2).astype(np.uint8)
    assert distance(made, truth) < 0.6 * distance(mixed, truth)


def test_time_runs_from_before_to_after(smoother: OpenSmoother) -> None:
    truth = moving(96, 64, 5)
    times = [Fraction(1, 4), HALF, Fraction(3, 4)]
    made = list(smoother.between([Gap(truth[0], truth[4], t) for t in times]))
    for i, frame in enumerate(made, 1):
        assert min(range(5), key=lambda k: distance(frame, truth[k])) == i


def test_frames_come_in_the_order_of_their_gaps(smoother: OpenSmoother) -> None:
    gaps = gaps_of(moving(64, 64, 5), Fraction(1, 4), HALF)
    together = list(smoother.between(gaps))
    alone = [next(iter(smoother.between([gap]))) for gap in gaps]
    assert len(together) == len(gaps)
    assert all(np.array_equal(a, b) for a, b in zip(together, alone, strict=True))


def test_two_runs_and_two_objects_give_the_same_bytes(name: SmootherName, smoother: OpenSmoother) -> None:
    gaps = gaps_of(moving(96, 80, 3), Fraction(1, 4), HALF)
    other = registry.open_smoother(name, threads=2)
    try:
        runs = [[frame.tobytes() for frame in engine.between(gaps)] for engine in (smoother, smoother, other)]
    finally:
        other.close()
    assert runs[0] == runs[1] == runs[2]


def test_equal_neighbours_give_that_frame_again(smoother: OpenSmoother) -> None:
    frame = moving(64, 64, 1)[0]
    for after in (frame, frame.copy()):
        (made,) = smoother.between([Gap(frame, after, HALF)])
        assert np.array_equal(made, frame)


def test_a_still_amid_motion_keeps_its_place(smoother: OpenSmoother) -> None:
    a, b = moving(64, 64, 2)
    made = list(smoother.between(gaps_of([a, a, b, b], HALF)))
    assert np.array_equal(made[0], a)
    assert not np.array_equal(made[1], a)
    assert np.array_equal(made[2], b)


def test_the_originals_stay_as_they_are(smoother: OpenSmoother) -> None:
    frames = moving(70, 66, 3)
    copies = [frame.copy() for frame in frames]
    list(smoother.between(gaps_of(frames, HALF)))
    assert all(np.array_equal(a, b) for a, b in zip(frames, copies, strict=True))


def test_read_only_frames_are_smoothed(smoother: OpenSmoother) -> None:
    frames = moving(64, 64, 2)
    for frame in frames:
        frame.setflags(write=False)
    assert len(list(smoother.between(gaps_of(frames, HALF)))) == 1


def test_an_endless_stream_is_read_only_a_little_ahead(smoother: OpenSmoother) -> None:
    frames = moving(64, 64, 4)
    asked = itertools.count()
    stream = (Gap(frames[i % 3], frames[i % 3 + 1], HALF) for i in asked)
    made = list(itertools.islice(smoother.between(stream), 3))
    assert len(made) == 3
    assert next(asked) <= 3 + 8


def test_a_run_that_is_left_half_way_harms_no_later_one(smoother: OpenSmoother) -> None:
    gaps = gaps_of(moving(64, 64, 4), HALF)
    whole = [frame.tobytes() for frame in smoother.between(gaps)]
    left = iter(smoother.between(gaps))
    next(left)
    del left
    assert [frame.tobytes() for frame in smoother.between(gaps)] == whole


def test_two_runs_side_by_side_do_not_mix(smoother: OpenSmoother) -> None:
    a, b = gaps_of(moving(64, 64, 3), HALF), gaps_of(moving(128, 64, 3, seed=1), HALF)
    alone = [list(smoother.between(a)), list(smoother.between(b))]
    pairs = list(zip(smoother.between(a), smoother.between(b), strict=True))
    for i, (first, second) in enumerate(pairs):
        assert np.array_equal(first, alone[0][i])
        assert np.array_equal(second, alone[1][i])


def test_frames_of_two_sizes_are_refused(smoother: OpenSmoother) -> None:
    gap = Gap(moving(64, 64, 1)[0], moving(64, 48, 1)[0], HALF)
    with pytest.raises(SmootherError, match="64x64 cannot be smoothed into one of 64x48"):
        list(smoother.between([gap]))


@pytest.mark.parametrize(("width", "height"), [(1, 1), (15, 64), (64, 15)])
def test_frames_too_small_to_move_are_refused(smoother: OpenSmoother, width: int, height: int) -> None:
    frames = [np.full((height, width, 3), level, np.uint8) for level in (0, 255)]
    with pytest.raises(SmootherError, match=f"{width}x{height} are too small"):
        list(smoother.between(gaps_of(frames, HALF)))


def test_an_error_of_the_source_passes_through(smoother: OpenSmoother) -> None:
    def broken() -> Iterator[Gap]:
        yield from gaps_of(moving(64, 64, 2), HALF)
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="the disk went away"):
        list(smoother.between(broken()))
    assert len(list(smoother.between(gaps_of(moving(64, 64, 2), HALF)))) == 1


def test_a_closed_smoother_can_be_used_again(name: SmootherName) -> None:
    smoother = registry.open_smoother(name, threads=1)
    gaps = gaps_of(moving(64, 64, 2), HALF)
    first = list(smoother.between(gaps))
    smoother.close()
    assert np.array_equal(first[0], next(iter(smoother.between(gaps))))
    smoother.close()


def test_the_engine_is_known_without_opening_it(name: SmootherName, smoother: OpenSmoother) -> None:
    assert registry.engine_of(name) == smoother.engine
    assert smoother.engine.name == name


def test_every_name_that_a_project_may_hold_is_an_engine() -> None:
    assert set(SMOOTHERS) == {"rife", *registry.ENGINES}
