"""The moving picture of a held take as one picture: its moments side by side, to be shown one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from storyboard.frames import Frame

HEIGHT: Final = 160
"""Pixels of each moment: twice what is shown on a plain screen."""
MOMENTS: Final = 48
"""The most that are shown."""
MAX_SIDE: Final = 2048
"""Pixels of a picture that is ours, at most."""


def width_of(width: int, height: int) -> int:
    """How wide each moment of a take of this size is in the strip."""
    return max(1, min(round(HEIGHT * width / height), 4 * HEIGHT))


def read(path: Path, wide: int) -> Frame | None:
    """The moments of the picture at `path`, each `wide` pixels wide and `HEIGHT` high, in a row; None where it cannot
    be read."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=("WEBP",)) as picture:
            if max(picture.size) > MAX_SIDE:
                return None
            moments = []
            for nth in _spread(getattr(picture, "n_frames", 1)):
                picture.seek(nth)
                moments.append(np.asarray(picture.convert("RGB").resize((wide, HEIGHT))))
    except (OSError, UnidentifiedImageError, EOFError, ValueError):
        return None
    return np.concatenate(moments, axis=1)


def _spread(count: int) -> list[int]:
    """The moments that are shown of `count`."""
    shown = min(count, MOMENTS)
    return [place * count // shown for place in range(shown)]
