"""Looks at a take while it is made: small pictures, now and then."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from storyboard.frames import SHOW_EVERY, SMALL, Show
from storyboard.generators.base import Previewing

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames
    from storyboard.generators.base import Generator


def unseen(picture: Frame) -> None:
    """A `Show` for callers that do not look."""


@contextlib.contextmanager
def shown_by(generator: Generator, show: Show) -> Iterator[None]:
    """Has `generator` show what it has in hand, if it can, while the block runs."""
    if not isinstance(generator, Previewing) or show is unseen:
        yield
        return
    generator.preview = show
    try:
        yield
    finally:
        generator.preview = None


def now_and_then(frames: Frames, show: Show) -> Frames:
    """The same frames; the first, and one every few seconds after it, is shown in small."""
    last = -SHOW_EVERY
    for frame in frames:
        if show is not unseen and time.monotonic() - last >= SHOW_EVERY:
            last = time.monotonic()
            show(small(frame))
        yield frame


def small(frame: Frame) -> Frame:
    """(H, W, 3) uint8 RGB, no side longer than `SMALL`; at most a copy, never the frame itself."""
    from storyboard.media import fit

    return fit.within(frame, SMALL)
