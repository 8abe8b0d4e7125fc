"""The sketches of this field's best known prompts on one sheet, drawn by the real generator.

python -m tests.contact_sheet .github/sketch.png
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import resvg_py
from PIL import Image

from storyboard.generators import text
from storyboard.generators.sketch import draw

if TYPE_CHECKING:
    from storyboard.frames import Frame

PROMPTS = (
    "A teddy bear running in New York City",
    "An astronaut riding a horse",
    "a man eating spaghetti",
    "a teddy bear painting a self-portrait",
    "a dog eating ice cream",
    "two chefs twirl spaghetti",
    "a red car drives through the city at night",
    "a whale jumps out of the sea at sunset",
    "a dragon flies over a castle in the snow, zoom in",
    "close-up of a cat playing guitar on the beach",
    "three birds fly left over the mountains",
    "an old woman walks through the rain with an umbrella",
)
MOMENTS = (0, 11, 22, 36)
"""Frames of a take of 24 a second that are shown."""
WIDTH, HEIGHT = 224, 126
CAPTION, GAP, COLUMNS = 30, 10, 2
PAPER, INK = (250, 250, 248), "#23262e"
SEED = 1
STEP = 8
"""Levels of red, green and blue that become one."""


def sheet(prompts: tuple[str, ...] = PROMPTS, moments: tuple[int, ...] = MOMENTS) -> Frame:
    """All of `prompts` with their captions, in columns: (height, width, 3) uint8 RGB."""
    rows = [
        np.concatenate([caption(prompt, len(moments) * WIDTH), strip(prompt, moments)]) for prompt in prompts
    ]
    each = -(-len(rows) // COLUMNS)
    blank = np.full_like(rows[0], PAPER)
    rows += [blank] * (each * COLUMNS - len(rows))
    columns = [np.concatenate(rows[i * each : (i + 1) * each]) for i in range(COLUMNS)]
    gap = np.full((columns[0].shape[0], GAP, 3), PAPER, np.uint8)
    parts = [part for column in columns for part in (gap, column)]
    return np.pad(
        np.concatenate([*parts, gap], axis=1), ((0, GAP), (0, 0), (0, 0)), constant_values=PAPER[0]
    ).astype(np.uint8)


def strip(prompt: str, moments: tuple[int, ...]) -> Frame:
    """The moments side by side, a hair apart."""
    drawn = [
        next(iter(draw(prompt, SEED, WIDTH, HEIGHT, 1, Fraction(24), start=moment))) for moment in moments
    ]
    for frame in drawn[:-1]:
        frame[:, -2:] = PAPER
    joined: Frame = np.concatenate(drawn, axis=1)
    return joined


def caption(words: str, width: int) -> Frame:
    line = text.line_svg(words, 2, CAPTION - 9, 16, INK)
    red, green, blue = PAPER
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{CAPTION}">{line}</svg>'
    png = resvg_py.svg_to_bytes(
        svg_string=svg,
        background=f"rgb({red},{green},{blue})",
        skip_system_fonts=True,
        font_files=text.fonts_for(words),
    )
    pixels: Frame = cv2.cvtColor(
        cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB
    )
    return pixels


def main() -> None:
    out = Path(sys.argv[1])
    # Fewer steps of colour, which in flat art nobody sees, make the file half as large.
    Image.fromarray((sheet() & ~np.uint8(STEP - 1)) | np.uint8(STEP // 2)).save(out, optimize=True)
    print(f"{out}: {out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
