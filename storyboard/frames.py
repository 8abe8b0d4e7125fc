"""The one thing that travels between the rooms of the house: a frame, and a stream of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Frame: TypeAlias = NDArray[np.uint8]
    """(H, W, 3) uint8 RGB, C-contiguous."""

    Frames: TypeAlias = Iterator[Frame]

Report: TypeAlias = Callable[[int, int], None]
"""`report(done, total)` tells how far a long call is. It may raise `Cancelled`, which must pass through."""

Show: TypeAlias = "Callable[[Frame], None]"
"""`show(picture)` gets a look at what is being made."""

SMALL = 128
"""Pixels: the longest side of a picture that is only a look."""
SHOW_EVERY = 2.0
"""Seconds between two looks."""


def unreported(done: int, total: int) -> None:
    """A `Report` for callers that do not watch."""


def counted(frames: Frames, total: int, report: Report) -> Frames:
    """The same frames; after each one is used, `report` hears how many of `total` that were."""
    for done, frame in enumerate(frames, 1):
        yield frame
        report(done, total)
