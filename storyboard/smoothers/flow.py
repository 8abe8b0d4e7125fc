"""Smoothing by optical flow (OpenCV's DIS), on the processor. Needs no weights.

T. Kroeger et al., "Fast Optical Flow using Dense Inverse Search" (2016). The flow is computed both ways; each way
proposes a picture at time t, both ends moved along it and mixed by t, and each pixel takes the proposal on whose
way the two ends agree better: where one is hidden, the other way usually sees it.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from storyboard.errors import SmootherError
from storyboard.smoothers import gaps as gap_rules
from storyboard.smoothers.base import Engine, Gap
from storyboard.smoothers.threads import processors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.frames import Frame, Frames

    Field: TypeAlias = NDArray[np.float32]
    """(H, W, 2) float32: x and y, in pixels."""
    Floats: TypeAlias = NDArray[np.float32]

NAME = "flow"
VERSION = "1"
"""Of this code: raise it when a change here may change a pixel."""

_LOOKS = 2
"""How often the flow at the in-between is looked up anew where the last look pointed to; more changes nothing."""

_AGREE = 4.0
"""Levels of 255 by which the ends may differ before a proposal loses much of its weight."""

_AROUND = (5, 5)
"""Pixels over which disagreement is averaged."""


def missing(_name: str) -> str:
    """Nothing: the library is all that it needs."""
    return ""


def where(_name: str) -> str:
    """On what it runs here, in words."""
    return "on the processor"


def engine(name: str = NAME) -> Engine:
    """What decides this engine's pixels, without loading it."""
    library = importlib.metadata.version("opencv-python-headless")
    return Engine(name, f"{VERSION}/opencv-{library}", "u8", "")


def open_engine(_name: str, threads: int | None) -> FlowSmoother:
    """See `FlowSmoother`."""
    return FlowSmoother(threads)


class FlowSmoother:
    """A `Smoother`. `threads` is how many processor threads it may use (two at most); None asks for all."""

    def __init__(self, threads: int | None = None) -> None:
        self.engine = engine()
        self._threads = min(2, threads or processors())
        self._pool = ThreadPoolExecutor(self._threads, "flow")
        self._newest: tuple[Frame, Frame, Field, Field] | None = None

    def between(self, gaps: Iterable[Gap]) -> Frames:
        """See `Smoother`. Reads no gap ahead."""
        for gap in gaps:
            gap_rules.check(gap)
            yield gap.before if gap_rules.is_still(gap) else self._made(gap)

    def close(self) -> None:
        """Ends its threads; the next use starts others."""
        self._pool.shutdown()
        self._pool = ThreadPoolExecutor(self._threads, "flow")

    def _made(self, gap: Gap) -> Frame:
        import cv2

        try:
            with _one_thread():
                return _mixed(gap, *self._flows(gap.before, gap.after))
        except cv2.error as error:
            raise SmootherError(f"optical flow failed ({error.err or error}); try again") from error

    def _flows(self, before: Frame, after: Frame) -> tuple[Field, Field]:
        """The motion from `before` to `after` and back. Several times between one pair share it."""
        if self._newest is None or self._newest[0] is not before or self._newest[1] is not after:
            ways = self._pool.map(_flow, (before, after), (after, before))
            self._newest = (before, after, next(ways), next(ways))
        return self._newest[2], self._newest[3]


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """DIS divides its work by OpenCV's thread count, and its result depends on where: one thread, everywhere."""
    import cv2

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def _flow(start: Frame, end: Frame) -> Field:
    import cv2

    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (start, end)]
    found: Field = search.calc(grey[0], grey[1], None)
    return found


def _mixed(gap: Gap, there: Field, back: Field) -> Frame:
    t = float(gap.t)
    first, first_apart = _proposal(gap, _seen(there, -t))
    second, second_apart = _proposal(gap, -_seen(back, t - 1))
    share = 1 / (1 + np.exp(np.clip((first_apart - second_apart) / _AGREE, -50, 50)))
    mixed = np.rint(second + (first - second) * share[..., None])
    made: Frame = mixed.clip(0, 255).astype(np.uint8)
    return made


def _seen(flow: Field, reach: float) -> Field:
    """`flow`, which starts from one end, as it passes each pixel of the in-between, `reach` flows away."""
    here = _places(*flow.shape[:2])
    found = flow
    for _ in range(_LOOKS):
        found = _sampled(flow, here + reach * found).astype(np.float32, copy=False)
    return found


def _proposal(gap: Gap, motion: Field) -> tuple[Floats, Floats]:
    """The picture at t if it moves by `motion` from `before` to `after`, and how far the ends are apart on it."""
    import cv2

    t = float(gap.t)
    here = _places(*motion.shape[:2])
    start = _sampled(gap.before, here - t * motion).astype(np.float32)
    end = _sampled(gap.after, here + (1 - t) * motion).astype(np.float32)
    apart = cv2.blur(np.abs(start - end).mean(-1), _AROUND)
    return start * np.float32(1 - t) + end * np.float32(t), apart


def _sampled(image: NDArray[np.generic], places: Field) -> NDArray[np.generic]:
    import cv2

    taken: NDArray[np.generic] = cv2.remap(
        image, places.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return taken


@functools.lru_cache(maxsize=2)
def _places(height: int, width: int) -> Field:
    """(H, W, 2): each pixel's own x and y."""
    return np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)
