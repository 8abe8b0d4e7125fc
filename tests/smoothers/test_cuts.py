from __future__ import annotations

import itertools

import numpy as np

from storyboard.smoothers.cuts import find_cuts
from tests.smoothers.moving import moving


def test_motion_is_no_cut() -> None:
    assert list(find_cuts(moving(96, 64, 12))) == []


def test_a_cut_is_where_the_new_picture_starts() -> None:
    dark = [frame // 4 for frame in moving(96, 64, 4)]
    bright = [255 - frame // 4 for frame in moving(96, 64, 3, seed=1)]
    assert list(find_cuts(itertools.chain(dark, bright, dark))) == [4, 7]


def test_a_cut_between_pictures_of_equal_brightness_shows_in_their_colours() -> None:
    red = [np.full((32, 32, 3), (230, 20, 20), np.uint8)] * 3
    green = [np.full((32, 32, 3), (20, 85, 20), np.uint8)] * 3
    assert list(find_cuts([*red, *green])) == [3]


def test_a_fade_is_no_cut() -> None:
    frame = moving(96, 64, 1)[0]
    assert list(find_cuts((frame * (1 - i / 24)).astype(np.uint8) for i in range(25))) == []


def test_an_endless_stream_is_read_as_it_comes() -> None:
    red, green = np.full((32, 32, 3), (230, 20, 20), np.uint8), np.full((32, 32, 3), (20, 85, 20), np.uint8)
    stream = itertools.cycle([red, red, green, green])
    assert list(itertools.islice(find_cuts(stream), 4)) == [2, 4, 6, 8]


def test_no_frames_and_one_frame_have_no_cut() -> None:
    assert list(find_cuts([])) == []
    assert list(find_cuts(moving(16, 16, 1))) == []
