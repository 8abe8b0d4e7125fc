"""Drawings as SVG, made pixels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

_FONTS = Path(__file__).resolve().parents[2] / "resources" / "fonts"


def rasterised(svg: str, width: int, height: int, fonts: tuple[str, ...] = ()) -> NDArray[np.float32]:
    """`svg` as (height, width, 4) RGBA, 0 to 1, not premultiplied. `fonts` are files of `resources/fonts`."""
    import resvg_py

    png = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=width,
        height=height,
        skip_system_fonts=True,
        font_files=[str(_FONTS / font) for font in fonts],
    )
    picture = cv2.imdecode(np.frombuffer(bytes(png), np.uint8), cv2.IMREAD_UNCHANGED)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA) / 255, np.float32)
