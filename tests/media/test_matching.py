"""The colours of a chain: brought to those of its first shot, they do not drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from storyboard.media import matching

if TYPE_CHECKING:
    from storyboard.frames import Frame


def scene(seed: int) -> Frame:
    """A sky over a meadow, with a sun at a place of its own."""
    rng = np.random.default_rng(seed)
    ys, xs = np.mgrid[0:96, 0:128]
    frame = np.empty((96, 128, 3), np.float64)
    frame[:] = np.where(ys[..., None] < 50, (120, 170, 220), (70, 130, 60))
    frame += ((ys % 16) * 1.5)[..., None]
    sun = (xs - rng.integers(20, 100)) ** 2 + (ys - 20) ** 2 < 120
    frame[sun] = (250, 230, 120)
    return np.clip(frame + rng.normal(0, 2, frame.shape), 0, 255).astype(np.uint8)


def drifted(frame: Frame) -> Frame:
    """What one shot too many does: a little redder, flatter and darker."""
    moved = (frame.astype(np.float64) - 128) * 0.93 + 128
    return np.clip(moved + np.array([7, -3, -8]), 0, 255).astype(np.uint8)


def away(frame: Frame, other: Frame) -> float:
    """How far apart the colours of two frames are, in Lab."""
    one, two = matching.colours(frame), matching.colours(other)
    return float(np.abs(one.mean - two.mean).sum() + np.abs(one.spread - two.spread).sum())


def test_drift_grows_along_a_chain_and_does_not_where_colours_are_matched() -> None:
    anchor = scene(0)
    plain, kept = anchor, anchor
    grown, held = [], []
    for link in range(1, 7):
        plain = drifted(plain)
        (kept,) = matching.matched([drifted(kept)], anchor)
        grown.append(away(plain, anchor))
        held.append(away(kept, anchor))
        assert held[-1] < grown[-1] / 3, link
    assert grown == sorted(grown)
    assert grown[-1] > 20
    assert max(held) < 3, "it stays where it began"


def test_a_picture_with_its_own_colours_stays_nearly_what_it_is() -> None:
    frame = scene(1)
    (same,) = matching.matched([frame], frame)
    assert np.abs(same.astype(int) - frame).max() <= 2


def test_the_same_frames_give_the_same_bytes_and_each_is_matched_by_itself() -> None:
    frames = [scene(seed) for seed in range(4)]
    wanted = drifted(scene(9))
    whole = [frame.tobytes() for frame in matching.matched(frames, wanted)]
    alone = [frame.tobytes() for each in frames for frame in matching.matched([each], wanted)]
    assert whole == alone


@pytest.mark.parametrize("value", [0, 128, 255])
def test_flat_pictures_are_moved_and_not_blown_up(value: int) -> None:
    flat = np.full((32, 32, 3), value, np.uint8)
    (onto_scene,) = matching.matched([flat], scene(2))
    assert onto_scene.std(axis=(0, 1)).max() < 1
    (onto_flat,) = matching.matched([scene(2)], flat)
    assert abs(float(onto_flat.mean()) - value) < 40
    assert onto_flat.dtype == np.uint8
    assert onto_flat.shape == (96, 128, 3)
