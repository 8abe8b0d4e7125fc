"""Draws the pair of pictures in `self-test/` and makes the one between them with the published network in PyTorch.

    python -m resources.rife.build

Run once; the result is committed. Needs torch.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from storyboard.smoothers.selftest import TIME
from tests.smoothers.rife_reference import Reference

if TYPE_CHECKING:
    from storyboard.frames import Frame

FOLDER = Path(__file__).with_name("self-test")
WIDTH, HEIGHT = 100, 76
"""No multiples of 64: a library that pads wrongly shows it."""


def drawn(moved: float) -> Frame:
    """Soft hills that drift to the right, and a ring that crosses them the other way."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    hills = np.sin((x - 4 * moved) / 9) * np.cos(y / 7) + np.sin((x - 4 * moved + 2 * y) / 23)
    picture = np.stack([120 + 40 * hills, 140 + 30 * np.roll(hills, 3, 0), 90 + 50 * np.sin(hills)], -1)
    far = np.hypot(x - 62 + 7 * moved, y - 34 - 4 * moved)
    ring = np.clip(6.5 - np.abs(far - 15), 0, 1)[..., None]
    return np.rint(picture * (1 - ring) + np.array([235.0, 70, 45]) * ring).clip(0, 255).astype(np.uint8)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    before, after = drawn(0), drawn(1)
    between = Reference().between(before, after, TIME)
    for name, picture in {"before": before, "after": after, "between": between}.items():
        Image.fromarray(picture).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
