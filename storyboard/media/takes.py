"""The one way to a take's pixels, whether it was generated or imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.errors import MediaError
from storyboard.media import clip, lossless
from storyboard.paths import inside

if TYPE_CHECKING:
    from storyboard.frames import Frames
    from storyboard.take import Take


def frames_of(folder: Path, take: Take, start: int = 0, stop: int | None = None) -> Frames:
    """Frames `start` to `stop` (to the end when None) of `take` in the project `folder`: (H, W, 3) uint8 RGB.

    A picture has one frame. Raises `ProjectError` for a path out of `folder`, at once, and `MediaError` for
    pixels that are gone, damaged or too few.
    """
    path = inside(folder, take.pixels)
    if not path.is_file():
        raise MediaError(
            f"take {take.number} of shot {take.shot}: its file {take.pixels} is gone; put it back or choose another"
        )
    stop = take.frames if stop is None else stop
    if not 0 <= start <= stop <= take.frames:
        raise MediaError(
            f"take {take.number} of shot {take.shot} has {take.frames} frames, not {start} to {stop}; "
            "choose another"
        )
    if take.source is None:
        return lossless.read(path, start, stop)
    if take.source.kind == "picture":
        return (clip.picture(path) for _ in range(start, stop))
    return clip.read(path, take.source, start, stop, rate=take.rate, frames=take.frames)
