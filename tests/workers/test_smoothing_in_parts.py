"""A video is smoothed in parts that outlive a stop; what comes of them is the same, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from storyboard.errors import Cancelled, MediaError, SmootherError
from storyboard.media import scan, viewing
from storyboard.smoothers.base import Engine, Gap
from storyboard.workers import video
from storyboard.workers.steps import SmoothedVideo, SmoothVideo

if TYPE_CHECKING:
    from storyboard.frames import Frame

LENGTH = 80
"""Pictures at 8 a second: ten seconds, two and a half parts."""


class Mean:
    """A smoother that breaks after so many frames."""

    engine = Engine("flow", "1", "u8", "")

    def __init__(self, good: int = 10_000) -> None:
        self._good = good

    def between(self, gaps: Iterable[Gap]) -> Iterator[Frame]:
        for gap in gaps:
            if self._good == 0:
                raise SmootherError("the engine gave up; try again")
            self._good -= 1
            yield ((gap.before.astype(np.uint16) + gap.after) // 2).astype(np.uint8)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=8, options={"g": "20"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(LENGTH):
            frame = np.full((48, 64, 3), (20, 60, 90) if number < 45 else (230, 40, 30), np.uint8)
            frame[8:40, number % 48 : number % 48 + 12] = (240, 240, 200)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return path


def smooth(clip: Path, out: Path, good: int = 10_000, stop_at: int = 10_000, **more: object) -> SmoothedVideo:
    def report(done: int, _total: int) -> None:
        if done >= stop_at:
            raise Cancelled

    step = SmoothVideo(str(clip), str(out), "flow", "h264", Fraction(1), 2, **more)  # type: ignore[arg-type]
    return video.smooth(step, lambda: Mean(good), report)


def parts(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(".storyboard-smooth-*/*.mp4"))


def test_stopped_and_continued(clip: Path, tmp_path: Path) -> None:
    whole = smooth(clip, tmp_path / "calm.mp4")
    assert (whole.frames, whole.cuts, whole.resumed) == (2 * LENGTH, 1, 0)
    with pytest.raises(Cancelled):
        smooth(clip, tmp_path / "out.mp4", stop_at=100)
    assert parts(tmp_path) == ["00000.mp4"]
    assert not (tmp_path / "out.mp4").exists()
    assert smooth(clip, tmp_path / "out.mp4").resumed == 64
    assert (tmp_path / "out.mp4").read_bytes() == (tmp_path / "calm.mp4").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calm.mp4", "out.mp4"]


def test_an_engine_that_fails_in_mid_film(clip: Path, tmp_path: Path) -> None:
    smooth(clip, tmp_path / "calm.mp4")
    for already, good in ((0, 70), (2, 5)):
        with pytest.raises(SmootherError, match="gave up"):
            smooth(clip, tmp_path / "out.mp4", good=good)
        assert len(parts(tmp_path)) == max(2, already)
    assert smooth(clip, tmp_path / "out.mp4").resumed == 128
    assert (tmp_path / "out.mp4").read_bytes() == (tmp_path / "calm.mp4").read_bytes()


def test_a_stop_before_the_first_part_leaves_nothing(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        smooth(clip, tmp_path / "out.mp4", stop_at=5)
    assert not list(tmp_path.iterdir())


def test_what_is_there_already_is_not_made_again(clip: Path, tmp_path: Path) -> None:
    smooth(clip, tmp_path / "out.mp4")
    assert smooth(clip, tmp_path / "out.mp4", good=0).up_to_date
    with pytest.raises(SmootherError):
        smooth(clip, tmp_path / "out.mp4", good=0, start=Fraction(1))


def test_a_start_after_the_end(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"clip\.mp4 is 10\.000 s long"):
        smooth(clip, tmp_path / "out.mp4", start=Fraction(10))


def test_pictures_from_anywhere_are_those_from_the_start(clip: Path) -> None:
    found = scan.scan(clip)
    whole = list(viewing.pictures(clip, found))
    assert len(whole) == LENGTH
    for first in (1, 19, 20, 21, 50, 79):
        sought = list(viewing.pictures(clip, found, first))
        assert [picture.at for picture in sought] == [picture.at for picture in whole[first:]]
        assert all(np.array_equal(a.frame, b.frame) for a, b in zip(sought, whole[first:], strict=True))
