"""Frames at instants of a video whose pictures come at times of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from storyboard.smoothers.base import Engine, Gap
from storyboard.smoothers.instants import Beat, at_instants

if TYPE_CHECKING:
    from storyboard.frames import Frame

USUAL = Fraction(1, 10)
EXACT = Beat(USUAL, Fraction(0))


class Picture(NamedTuple):
    at: Fraction
    frame: Frame
    starts: bool = False


class Blend:
    """A smoother whose frames tell what was asked for: levels mixed by time."""

    engine = Engine("blend", "1", "u8", "")

    def between(self, gaps: Iterable[Gap]) -> Iterator[Frame]:
        for before, after, t in gaps:
            yield np.rint(before + (after.astype(float) - before) * float(t)).astype(np.uint8)


def film(*at: str, cuts: tuple[int, ...] = ()) -> Iterator[Picture]:
    """Pictures of the levels 0, 100, 200, 0, ... at these times."""
    for number, time in enumerate(at):
        yield Picture(Fraction(time), np.full((16, 16, 3), number % 3 * 100, np.uint8), number in cuts)


def levels(pictures: Iterator[Picture], instants: Iterable[str], beat: Beat = EXACT) -> list[int]:
    return [
        int(shown.frame[0, 0, 0]) for shown in at_instants(pictures, map(Fraction, instants), beat, Blend())
    ]


def test_twice_the_frames_of_an_even_video() -> None:
    at = [f"{n}/20" for n in range(6)]
    assert levels(film("0", "1/10", "2/10"), at) == [0, 50, 100, 150, 200, 200]


def test_uneven_pictures_are_made_at_their_true_times() -> None:
    assert levels(film("0", "1/10", "1/5"), ["0", "1/40", "1/10", "7/40"]) == [0, 25, 100, 175]
    assert levels(film("0", "1/10", "3/10"), ["1/5"]) == [150]


def test_a_picture_whose_time_was_rounded_is_shown_as_it_is() -> None:
    beat = Beat(USUAL, Fraction(1, 1000))
    assert levels(film("0", "1001/10000", "2"), ["1/10", "1003/10000"], beat) == [100, 100]


def test_nothing_is_made_across_a_cut() -> None:
    assert levels(film("0", "1/10", "2/10", cuts=(1,)), ["0", "1/20", "1/10", "3/20"]) == [0, 0, 100, 150]


def test_a_long_rest_is_held_until_shortly_before_the_next_picture() -> None:
    assert levels(film("0", "2"), ["0", "1", "19/10", "39/20", "2"]) == [0, 0, 0, 50, 100]


def test_pictures_that_are_not_seen_are_skipped() -> None:
    at = [f"{n}/10" for n in range(9)]
    assert levels(film(*at), ["0", "4/10", "8/10"]) == [0, 100, 200]


def test_the_held_picture_goes_along() -> None:
    shown = list(at_instants(film("0", "1/10"), [Fraction(1, 20), Fraction(1, 10)], EXACT, Blend()))
    assert [int(one.held[0, 0, 0]) for one in shown] == [0, 100]


def test_one_picture_is_held_and_none_give_nothing() -> None:
    assert levels(film("0"), ["0", "1/20", "1"]) == [0, 0, 0]
    assert levels(film(), ["0"]) == []
