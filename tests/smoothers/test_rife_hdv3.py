"""RIFE HDv3: what the published network computes, and halves of halves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from storyboard.errors import SmootherError
from storyboard.smoothers import registry
from storyboard.smoothers.base import Gap
from tests.smoothers.moving import moving

if TYPE_CHECKING:
    from storyboard.frames import Frame
    from storyboard.smoothers.registry import OpenSmoother

HALF = Fraction(1, 2)


@pytest.fixture(scope="module")
def engine() -> Iterator[OpenSmoother]:
    opened = registry.open_smoother("rife-hdv3", threads=1)
    yield opened
    opened.close()


def one(engine: OpenSmoother, before: Frame, after: Frame, t: Fraction = HALF) -> Frame:
    (made,) = engine.between([Gap(before, after, t)])
    return made


@pytest.mark.models
@pytest.mark.parametrize(
    ("width", "height"), [(256, 256), (255, 253), (448, 256), (640, 272), (64, 64), (16, 18)]
)
def test_no_level_is_off_by_more_than_one(engine: OpenSmoother, width: int, height: int) -> None:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    from tests.smoothers.rife_hdv3_reference import Hdv3Reference

    reference = Hdv3Reference()
    for before, after in itertools.pairwise(moving(width, height, 3, seed=width)):
        off = np.abs(one(engine, before, after).astype(int) - reference.halfway(before, after))
        assert off.max() <= 1
        assert off.mean() < 0.01


def test_a_quarter_is_the_middle_of_the_first_frame_and_the_middle(engine: OpenSmoother) -> None:
    before, after = moving(96, 64, 2)
    half = one(engine, before, after)
    assert np.array_equal(one(engine, before, after, Fraction(1, 4)), one(engine, before, half))
    three_eighths = one(engine, one(engine, before, half), half)
    assert np.array_equal(one(engine, before, after, Fraction(3, 8)), three_eighths)


def test_times_of_one_gap_give_the_same_together_and_alone(engine: OpenSmoother) -> None:
    before, after = moving(96, 64, 2)
    times = [Fraction(n, 8) for n in range(1, 8)]
    together = list(engine.between([Gap(before, after, t) for t in times]))
    assert all(
        np.array_equal(made, one(engine, before, after, t)) for made, t in zip(together, times, strict=True)
    )


@pytest.mark.parametrize("t", [Fraction(1, 3), Fraction(2, 5), Fraction(1, 128)])
def test_a_time_that_halving_never_reaches_is_refused(engine: OpenSmoother, t: Fraction) -> None:
    with pytest.raises(SmootherError, match=rf"never comes to {t} of it; smooth x2, x4 or x8"):
        one(engine, *moving(64, 64, 2), t)
