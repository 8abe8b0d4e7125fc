"""Repeated pictures: found through what coding adds, taken out without losing time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import av
import numpy as np
import pytest

from storyboard.smoothers.repeats import without_repeats
from tests.smoothers.moving import moving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storyboard.frames import Frame

USUAL = Fraction(1, 24)


class Picture(NamedTuple):
    at: Fraction
    frame: Frame
    starts: bool = False


def timed(frames: list[Frame]) -> Iterator[Picture]:
    return (Picture(number * USUAL, frame) for number, frame in enumerate(frames))


def kept(frames: list[Frame]) -> list[int]:
    return [round(picture.at / USUAL) for picture in without_repeats(timed(frames), USUAL)]


def coded(frames: list[Frame], path: Path, crf: int) -> list[Frame]:
    """The frames as x264 leaves them."""
    height, width, _ = frames[0].shape
    with av.open(path, "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"crf": str(crf)})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in frames:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        out.mux(stream.encode())
    with av.open(path) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


@pytest.mark.parametrize("crf", [12, 23])
def test_animation_on_twos_keeps_every_second_picture(tmp_path: Path, crf: int) -> None:
    twos = [frame for frame in moving(192, 128, 8) for _ in range(2)]
    assert kept(coded(twos, tmp_path / "twos.mp4", crf)) == [0, 2, 4, 6, 8, 10, 12, 14]


def test_motion_is_no_repeat_however_small(tmp_path: Path) -> None:
    frames = []
    for i in range(8):
        frame = moving(192, 128, 1)[0].copy()
        frame[60:76, 40 + i : 56 + i] = (250, 240, 30)
        frames.append(frame)
    assert kept(coded(frames, tmp_path / "small.mp4", 18)) == list(range(8))


def test_a_rest_stays_a_rest() -> None:
    still = [moving(64, 64, 1)[0]] * 12
    assert kept(still) == [0, 4, 8]


def test_a_picture_after_a_cut_is_kept() -> None:
    still = np.zeros((64, 64, 3), np.uint8)
    pictures = iter([Picture(Fraction(0), still), Picture(USUAL, still, starts=True)])
    assert len(list(without_repeats(pictures, USUAL))) == 2
