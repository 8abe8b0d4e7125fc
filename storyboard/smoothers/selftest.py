"""A look at what an engine makes before it is trusted: one in-between of a stored pair, against the one that the
published network makes of it in PyTorch f32. `resources/rife/build.py` drew the pair and made the answer."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from storyboard import resources
from storyboard.errors import EngineFailed, SmootherError
from storyboard.smoothers.base import Gap, Smoother

if TYPE_CHECKING:
    from storyboard.frames import Frame

FOLDER = "rife/self-test"
TIME = Fraction(1, 3)
TOLERANCE = {"f32": 2, "f16": 12, "bf16": 16}
"""The largest difference of a channel, of 255. Twice what the engines differ by, and far from what a broken driver or a
sheared picture makes: tens, all over."""


def check(smoother: Smoother) -> None:
    """Raises `EngineFailed` when `smoother` makes something else, `SmootherError` when the pictures are missing."""
    before, after, right = (_stored(name) for name in ("before", "after", "between"))
    (made,) = smoother.between([Gap(before, after, TIME)])
    off = int(np.abs(made.astype(np.int16) - right).max())
    name, precision = smoother.engine.name, smoother.engine.precision
    if off > TOLERANCE[precision]:
        raise EngineFailed(
            name,
            f"{name} failed its self-test: what it makes differs from what RIFE should make by up to {off} of 255; "
            "a newer driver may help, or choose another smoother",
        )


def _stored(name: str) -> Frame:
    from PIL import Image

    path = resources.path(f"{FOLDER}/{name}.png")
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except OSError as error:
        raise SmootherError(f"{path} cannot be read ({error}); install storyboard again") from error
