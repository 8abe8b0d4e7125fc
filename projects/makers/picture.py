"""The postcard's picture: a written card on a wooden table, another one half under it, a pencil beside them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from makers.drawn import rasterised
from makers.sea import Picture

WIDTH, HEIGHT = 1280, 720
_INK = "#33467d"


def write(path: Path) -> None:
    """Paint the picture and save it as a JPEG, 1280x720."""
    picture = _table()
    for svg, turn, centre in (
        (_front(), 11.0, (842, 276)),
        (_back(), -5.0, (560, 396)),
        (_PENCIL, -28.0, (1040, 560)),
    ):
        picture = _laid(picture, svg, turn, centre)
    picture *= _vignette()[..., None]
    pixels = np.round(np.clip(picture[..., ::-1], 0, 1) * 255).astype(np.uint8)
    if not cv2.imwrite(str(path), pixels, [cv2.IMWRITE_JPEG_QUALITY, 88]):
        raise OSError(f"{path} could not be written")


def _table() -> Picture:
    """Planks of warm wood: grain is noise stretched along the plank, bent a little."""
    random = np.random.default_rng(17)
    picture = np.empty((HEIGHT, WIDTH, 3), np.float32)
    plank = 120
    for number, top in enumerate(range(0, HEIGHT, plank)):
        tone = np.array([0.56, 0.37, 0.24]) * (0.94 + 0.12 * random.random())
        grain = _noise(random, plank, WIDTH, 30, 4) * 0.6 + _noise(random, plank, WIDTH, 90, 14) * 0.4
        rings = 0.5 + 0.5 * np.sin(26 * _noise(random, plank, WIDTH, 4, 3) + 3 * grain)
        light = 0.80 + 0.22 * grain + 0.10 * rings
        edge = np.minimum(np.arange(plank), np.arange(plank)[::-1])
        light *= (1 - 0.55 * np.exp(-edge / 1.3))[:, None]
        shift = 0.03 * (number % 2)
        picture[top : top + plank] = (light[..., None] * (tone + shift)).astype(np.float32)
    return picture


def _noise(
    random: np.random.Generator, height: int, width: int, rows: int, columns: int
) -> NDArray[np.float32]:
    grid = random.random((rows, columns), np.float32)
    return np.asarray(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _laid(picture: Picture, svg: str, turn: float, centre: tuple[int, int]) -> Picture:
    """`picture` with a drawing laid on it, turned `turn` degrees clockwise, and its shadow on the table."""
    inner = f'<g transform="translate({centre[0]} {centre[1]}) rotate({turn})">{svg}</g>'
    layer = rasterised(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{_DEFINITIONS}{inner}</svg>',
        WIDTH,
        HEIGHT,
        fonts=("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    )
    alpha = layer[..., 3]
    shadow = np.zeros_like(alpha)
    for sigma, offset, strength in ((3.0, 3, 0.35), (16.0, 12, 0.38)):
        move = np.array([[1, 0, offset * 0.6], [0, 1, offset]], np.float32)
        shadow += strength * cv2.GaussianBlur(cv2.warpAffine(alpha, move, (WIDTH, HEIGHT)), (0, 0), sigma)
    picture = picture * (1 - shadow[..., None])
    return np.asarray(picture * (1 - alpha[..., None]) + layer[..., :3] * alpha[..., None], np.float32)


def _vignette() -> NDArray[np.float32]:
    """Lamp light from the upper left, falling off towards the corners."""
    x, y = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
    return np.asarray(1.0 - 0.22 * ((x + 0.25) ** 2 + (y + 0.3) ** 2) ** 0.9 * 0.8, np.float32)


_DEFINITIONS = """
<defs>
 <linearGradient id="paper" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#fdf6e6"/><stop offset="1" stop-color="#f1e4c8"/></linearGradient>
 <linearGradient id="dusk" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#3b3470"/><stop offset="0.5" stop-color="#c4607a"/><stop offset="1" stop-color="#ffc98a"/></linearGradient>
 <linearGradient id="water" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#b5647e"/><stop offset="1" stop-color="#2b2c62"/></linearGradient>
 <linearGradient id="wood" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#f6c860"/><stop offset="0.5" stop-color="#eaa93c"/><stop offset="1" stop-color="#b9762a"/></linearGradient>
 <clipPath id="view"><rect x="-282" y="-182" width="564" height="364"/></clipPath>
 <clipPath id="stampview"><rect x="-46" y="-56" width="92" height="112"/></clipPath>
</defs>
"""

_PENCIL = """
<path d="M-190 -9 H150 L186 0 L150 9 H-190 Z" fill="url(#wood)"/>
<path d="M-190 -3 H150 M-190 3.4 H150" stroke="#a96d24" stroke-width="0.8" opacity="0.7"/>
<path d="M150 -9 L186 0 L150 9 C154 5 147 3 151 0 C147 -3 154 -5 150 -9 Z" fill="#f0d6ac"/>
<path d="M175 -2.8 L186 0 L175 2.8 Z" fill="#2c2c38"/>
<rect x="-208" y="-9" width="18" height="18" fill="#b9bdc8"/><path d="M-204 -9 V9 M-199 -9 V9 M-194 -9 V9" stroke="#858a98" stroke-width="1.4"/>
<path d="M-208 -9 H-222 C-229 -9 -229 9 -222 9 H-208 Z" fill="#e0707c"/>
"""


def _lighthouse() -> str:
    """The lighthouse on its rock, its foot at (0, 0), 150 high."""
    return """
<path d="M-120 4 C-90 -12 -60 -14 -30 -18 C0 -24 40 -18 90 8 L90 40 L-120 40 Z" fill="#2a2450"/>
<path d="M-12 -128 H12 L20 -14 H-20 Z" fill="#fbf3e8"/>
<path d="M-13.8 -102 H13.8 L15.6 -76 H-15.6 Z M-17.2 -52 H17.2 L19 -28 H-19 Z" fill="#d3545e"/>
<rect x="-9" y="-146" width="18" height="18" fill="#ffe69a"/>
<path d="M-15 -128 H15 M0 -146 V-128" stroke="#40305a" stroke-width="2.4"/>
<path d="M-13 -146 L0 -160 L13 -146 Z" fill="#a03c52"/>
"""


def _front() -> str:
    """The picture side of a card: the lighthouse at dusk, a plane on its way."""
    waves = "".join(
        f'<path d="M{x} {y} q 14 -6 28 0 t 28 0" stroke="#ffd9a8" stroke-width="2" fill="none" opacity="{0.55 - 0.0025 * y:.2f}"/>'
        for x, y in ((-240, 90), (-130, 112), (-30, 84), (-200, 140), (60, 150), (-90, 166), (150, 168))
    )
    return f"""
<rect x="-300" y="-200" width="600" height="400" rx="6" fill="url(#paper)"/>
<g clip-path="url(#view)">
 <rect x="-282" y="-182" width="564" height="248" fill="url(#dusk)"/>
 <circle cx="-90" cy="58" r="44" fill="#ffe9b8"/>
 <rect x="-282" y="66" width="564" height="116" fill="url(#water)"/>{waves}
 <g transform="translate(168 96) scale(1.45)"><path d="M0 -137 L-300 -176 L-300 -104 Z" fill="#fff0b8" opacity="0.30"/>{_lighthouse()}</g>
 <path d="M-196 -92 L-96 -122 L-164 -60 L-168 -84 Z" fill="#fffaf0"/><path d="M-168 -84 L-96 -122 L-158 -66 Z" fill="#d8c4d0"/>
</g>
"""


def _back() -> str:
    """The written side: a few lines of handwriting, an address, a stamp and its postmark."""
    left = "".join(_handwriting(-326, y, width, seed) for seed, (y, width) in enumerate(_LINES))
    right = "".join(_handwriting(62, y, width, 40 + seed) for seed, (y, width) in enumerate(_ADDRESS))
    rules = "".join(f'<path d="M54 {y} H330" stroke="#c9b795" stroke-width="1.6"/>' for y in (44, 92, 140))
    return f"""
<rect x="-360" y="-240" width="720" height="480" rx="7" fill="url(#paper)"/>
<path d="M24 -186 V196" stroke="#c9b795" stroke-width="2"/>
<text x="-330" y="-186" font-family="Noto Sans" font-weight="bold" font-size="25" letter-spacing="9" fill="#b0505a">POSTCARD</text>
{rules}
<g fill="none" stroke="{_INK}" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round">{left}{right}</g>
<path d="M-128 187 c-9 -12 -27 -3 -18 13 c5 8 13 13 18 17 c5 -4 13 -9 18 -17 c9 -16 -9 -25 -18 -13 Z" fill="#c8505e"/>
<g transform="translate(276 -150) rotate(2)">{_stamp()}</g>
<g fill="none" stroke="#4a4658" stroke-width="2.6" opacity="0.62" transform="translate(186 -134) rotate(-9)">
 <circle r="46"/><circle r="33"/>
 <path d="M50 -26 q 14 -9 28 0 t 28 0 t 28 0 M52 -8 q 14 -9 28 0 t 28 0 t 28 0 M52 10 q 14 -9 28 0 t 28 0 t 28 0 M50 28 q 14 -9 28 0 t 28 0 t 28 0"/>
 <text y="9" text-anchor="middle" font-family="Noto Sans" font-weight="bold" font-size="24" fill="#4a4658" stroke="none">SEA</text>
</g>
"""


_LINES = ((-132, 300), (-84, 318), (-36, 290), (12, 322), (60, 306), (108, 210), (196, 150))
_ADDRESS = ((36, 210), (84, 256), (132, 160))


def _stamp() -> str:
    holes = "".join(f'<circle cx="{x}" cy="{y}" r="5"/>' for x, y in _perforation(60, 70, 13))
    return f"""
<rect x="-60" y="-70" width="120" height="140" fill="#fffdf6"/><g fill="#efe2c7">{holes}</g>
<g clip-path="url(#stampview)"><rect x="-46" y="-56" width="92" height="112" fill="url(#dusk)"/>
<rect x="-46" y="28" width="92" height="30" fill="#3a3a78"/><g transform="translate(8 36) scale(0.5)">{_lighthouse()}</g></g>
<text x="-40" y="-37" font-family="Noto Sans" font-weight="bold" font-size="17" fill="#fff6e0">24</text>
"""


def _perforation(right: int, bottom: int, apart: int) -> list[tuple[float, float]]:
    """Places evenly along the edges of a stamp whose corners are at (+-right, +-bottom)."""
    across = np.linspace(-right, right, 2 * right // apart + 1)
    down = np.linspace(-bottom, bottom, 2 * bottom // apart + 1)
    sides = [(float(x), float(y)) for x in across for y in (-bottom, bottom)]
    return sides + [(float(x), float(y)) for y in down for x in (-right, right)]


def _handwriting(x: float, y: float, width: float, seed: int) -> str:
    """A line of a running hand that says nothing: loops and arches in words of three to eight letters."""
    random = np.random.default_rng(300 + seed)
    end, parts = x + width, []
    while x < end - 20:
        letters = max(1, min(int(random.integers(2, 8)), int(end - x) // 10))
        points = [f"M{x:.1f} {y:.1f}"]
        for _ in range(letters):
            tall = random.random()
            rise = random.uniform(9, 13) if tall < 0.68 else random.uniform(21, 27)
            drop = random.uniform(10, 15) if random.random() < 0.12 else random.uniform(-1, 1)
            step = random.uniform(8.5, 12)
            lean = 0.28 * rise
            points.append(
                f"C{x + 0.35 * step + lean:.1f} {y - 0.5 * rise:.1f} {x + 0.75 * step + lean:.1f} {y - rise:.1f} "
                f"{x + 0.42 * step + lean:.1f} {y - rise:.1f} "
                f"S{x + 0.2 * step:.1f} {y + drop:.1f} {x + step:.1f} {y + 0.4 * random.uniform(-1, 1):.1f}"
            )
            x += step
        parts.append(f'<path d="{" ".join(points)}"/>')
        x += random.uniform(9, 15)
    return "".join(parts)
