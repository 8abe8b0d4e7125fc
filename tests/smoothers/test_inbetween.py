"""Frames at positions, with a smoother whose answers say where they are from: a frame's value is ten times its
number, so that the picture at 2 1/2 has the value 25."""

from __future__ import annotations

import collections
import gc
import itertools
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyboard.errors import SmootherError
from storyboard.project import Motion
from storyboard.smoothers.base import Engine, Gap
from storyboard.smoothers.flow import FlowSmoother
from storyboard.smoothers.inbetween import at_positions
from storyboard.timing import positions
from tests.smoothers.moving import moving

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames


class Ruler:
    """A smoother of known answers that reads `ahead` gaps before it gives the first."""

    engine = Engine("ruler", "1", "u8", "")

    def __init__(self, ahead: int = 1) -> None:
        self.ahead = ahead

    def between(self, gaps: Iterable[Gap]) -> Frames:
        held: collections.deque[Gap] = collections.deque()
        for gap in gaps:
            held.append(gap)
            if len(held) >= self.ahead:
                yield self._made(held.popleft())
        while held:
            yield self._made(held.popleft())

    def _made(self, gap: Gap) -> Frame:
        return np.full_like(gap.before, round(gap.before[0, 0, 0] + gap.t * 10))


def ruled(start: int = 0) -> Iterator[Frame]:
    return (np.full((2, 2, 3), 10 * i, np.uint8) for i in itertools.count(start))


def shown(wanted: Iterable[str | int], ahead: int = 1, first: int = 0) -> list[int]:
    places = [Fraction(p) for p in wanted]
    return [int(f[0, 0, 0]) for f in at_positions(ruled(first), places, Ruler(ahead), first)]


@pytest.mark.parametrize("ahead", [1, 2, 5])
def test_whole_and_made_frames_come_in_order(ahead: int) -> None:
    assert shown([0, "1/2", 1, "3/2", 2], ahead) == [0, 5, 10, 15, 20]
    assert shown(["1/2", "3/2", "5/2"], ahead) == [5, 15, 25]
    assert shown([0, 1, 2, 3, 4, 5, 6, "13/2", 7, 8, 9, 10, 11, 12, "25/2"], ahead)[-8:] == [
        65, 70, 80, 90, 100, 110, 120, 125,
    ]  # fmt: skip


@pytest.mark.parametrize("ahead", [1, 3])
def test_repeats_show_the_same_array(ahead: int) -> None:
    places = [Fraction(p) for p in (0, 0, "1/2", "1/2", "1/2", 1, 2, 2, 2, 2, 2, 2, 2)]
    frames = list(at_positions(ruled(), places, Ruler(ahead)))
    assert [int(f[0, 0, 0]) for f in frames] == [0, 0, 5, 5, 5, 10] + [20] * 7
    assert frames[0] is frames[1]
    assert frames[2] is frames[3] is frames[4]
    assert frames[6] is frames[12]


@given(
    steps=st.lists(st.sampled_from([0, 0, "1/4", "1/3", "1/2", 1, 1, 1, 2]), max_size=60),
    ahead=st.integers(1, 6),
    first=st.integers(0, 3),
)
def test_any_rising_positions_are_shown_where_they_are(
    steps: list[str | int], ahead: int, first: int
) -> None:
    places = list(itertools.accumulate((Fraction(s) for s in steps), initial=Fraction(first)))[1:]
    places = [p for p in places if p < 25]
    assert shown([str(p) for p in places], ahead, first) == [
        round(10 * int(p) + (p - int(p)) * 10) for p in places
    ]


def test_the_classic_motion_shows_every_original_and_one_between_each_two() -> None:
    places = positions(Motion(), 48, Fraction(24), Fraction(24), 24)
    take = moving(32, 32, 24)
    smoother = FlowSmoother(threads=1)
    film = list(at_positions(iter(take), places, smoother))
    smoother.close()
    assert len(film) == 48
    assert all(film[2 * i] is take[i] for i in range(24))
    assert film[47] is take[23]
    assert all(film[2 * i + 1].shape == take[i].shape for i in range(23))


def test_only_the_frames_that_are_needed_are_read() -> None:
    frames = ruled()
    list(at_positions(frames, [Fraction(0), Fraction(3)], None))
    assert next(frames)[0, 0, 0] == 40
    frames = ruled()
    list(at_positions(frames, [Fraction(1, 2)], Ruler()))
    assert next(frames)[0, 0, 0] == 20


def test_a_stream_may_start_in_the_middle_of_a_take() -> None:
    assert shown([5, "11/2", 6], first=5) == [50, 55, 60]
    with pytest.raises(ValueError, match="frame 4 lies before"):
        shown([4], first=5)


@pytest.mark.parametrize("step", [Fraction(1), Fraction(1, 2), Fraction(1, 9), Fraction(5, 3), Fraction(0)])
def test_an_endless_film_keeps_few_frames_in_memory(step: Fraction) -> None:
    alive: collections.Counter[str] = collections.Counter()

    class Counted(np.ndarray):  # type: ignore[type-arg]
        def __del__(self) -> None:
            alive["frames"] -= 1

    def stream() -> Frames:
        while True:
            alive["frames"] += 1
            yield np.zeros((2, 2, 3), np.uint8).view(Counted)

    places = (i * step for i in itertools.count())
    most = 0
    for _ in itertools.islice(at_positions(stream(), places, Ruler(ahead=4)), 400):
        most = max(most, alive["frames"])
    gc.collect()
    assert most <= 4 * 6


def test_a_fraction_without_a_smoother_is_refused() -> None:
    with pytest.raises(SmootherError, match=r"1/2 of the way.*no smoother is chosen"):
        list(at_positions(ruled(), [Fraction(0), Fraction(1, 2)], None))


def test_a_take_that_ends_too_early_is_named() -> None:
    short = itertools.islice(ruled(), 3)
    with pytest.raises(SmootherError, match="ends after frame 2 and frame 3 is needed"):
        list(at_positions(short, [Fraction(1), Fraction(5, 2)], Ruler()))


def test_positions_that_fall_are_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="positions never fall"):
        list(at_positions(ruled(), [Fraction(2), Fraction(1)], None))
