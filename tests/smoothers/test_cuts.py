from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import cv2
import numpy as np

from storyboard.smoothers.cuts import find_cuts, marked
from tests.smoothers.moving import moving

if TYPE_CHECKING:
    from storyboard.frames import Frame


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


def panned(step: int, count: int = 8) -> list[Frame]:
    """A view of 192x128 that moves over a large picture by `step` pixels a frame."""
    wide = cv2.resize(moving(384, 128, 1, seed=3)[0], None, fx=3, fy=1, interpolation=cv2.INTER_CUBIC)
    return [np.ascontiguousarray(wide[:, i * step : i * step + 192]) for i in range(count)]


def test_a_fast_pan_is_no_cut() -> None:
    for step in (10, 20, 38):
        assert list(find_cuts(panned(step))) == [], f"{step} of 192 pixels a frame"


def test_a_flash_is_no_cut() -> None:
    frames = moving(192, 128, 12)
    brighter = [
        np.clip(frame.astype(np.int16) + 120, 0, 255).astype(np.uint8) if i in (5, 6) else frame
        for i, frame in enumerate(frames)
    ]
    white = [np.full_like(frame, 255) if i == 5 else frame for i, frame in enumerate(frames)]
    assert list(find_cuts(brighter)) == []
    assert list(find_cuts(white)) == []


def test_two_frames_of_another_scene_are_two_cuts() -> None:
    scene, other = moving(192, 128, 10), [255 - frame for frame in moving(192, 128, 2, seed=5)]
    assert list(find_cuts([*scene[:4], *other, *scene[4:]])) == [4, 6]


def test_a_dissolve_is_no_cut() -> None:
    one, other = moving(192, 128, 1)[0].astype(float), 255.0 - moving(192, 128, 1, seed=5)[0]
    mixed = [(one + (other - one) * i / 12).astype(np.uint8) for i in range(13)]
    assert list(find_cuts(mixed)) == []


def test_a_fade_to_white_is_no_cut() -> None:
    frame = moving(192, 128, 1)[0]
    assert list(find_cuts((255 - (255 - frame) * (1 - i / 12)).astype(np.uint8) for i in range(13))) == []


def test_items_keep_their_order_while_a_flash_is_looked_at() -> None:
    frames = moving(192, 128, 6)
    frames[2] = np.full_like(frames[2], 255)
    assert [i for i, _ in marked(range(6), lambda i: frames[i])] == list(range(6))
