"""Bringing frames to a size."""

from __future__ import annotations

import numpy as np
import pytest

from storyboard.media.fit import even, fit, pad
from tests.media.films import noise


@pytest.mark.parametrize("mode", ["cover", "contain", "stretch"])
def test_a_frame_of_the_right_size_is_given_back_as_it_is(mode: str) -> None:
    frame = noise(1)[0]
    assert fit(frame, 64, 48, mode) is frame


@pytest.mark.parametrize("mode", ["cover", "contain", "stretch"])
@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 2), (640, 360), (17, 800)])
@pytest.mark.parametrize("target", [(1, 1), (64, 48), (48, 64), (200, 20)])
def test_every_size_comes_to_every_size(mode: str, size: tuple[int, int], target: tuple[int, int]) -> None:
    result = fit(noise(1, *size)[0], *target, mode)
    assert result.shape == (target[1], target[0], 3)
    assert result.dtype == np.uint8
    assert result.flags.c_contiguous


def test_cover_fills_and_crops_evenly() -> None:
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = (10, 200, 30)
    assert (fit(wide, 40, 40, "cover") == (10, 200, 30)).all()
    assert (fit(wide.transpose(1, 0, 2).copy(), 10, 10, "cover") == (10, 200, 30)).all()


def test_contain_shows_everything_between_black_bars() -> None:
    result = fit(np.full((10, 30, 3), 200, np.uint8), 60, 60, "contain")
    assert (result[20:40] == 200).all()
    assert not result[:20].any()
    assert not result[40:].any()


def test_stretch_ignores_the_proportions() -> None:
    assert (fit(np.full((10, 30, 3), 77, np.uint8), 20, 80, "stretch") == 77).all()


def test_shrinking_averages_instead_of_picking() -> None:
    checks = np.zeros((64, 64, 3), np.uint8)
    checks[::2, ::2] = checks[1::2, 1::2] = 255
    assert np.abs(fit(checks, 16, 16, "cover").astype(int) - 128).max() <= 1


def test_odd_sizes_are_padded_by_repeating_the_edge() -> None:
    assert even(255, 254) == (256, 254)
    frame = noise(1, 5, 3)[0]
    padded = pad(frame, *even(5, 3))
    assert padded.shape == (4, 6, 3)
    assert (padded[:3, :5] == frame).all()
    assert (padded[:3, 5] == frame[:, 4]).all()
    assert pad(padded, 6, 4) is padded
