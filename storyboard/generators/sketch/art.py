"""Vector art, and how it becomes pixels: drawn once for each picture and size, then moved about."""

from __future__ import annotations

import colorsys
import re
from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import cv2
import numpy as np
import resvg_py

from storyboard.generators.sketch import drawn, own, pack
from storyboard.generators.sketch.verbs import COLOURS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    """(H, W, 4) uint8, red green blue alpha, colour multiplied by alpha."""

Tint: TypeAlias = tuple[float, float, float]
"""What the light of the scene leaves of red, green and blue, each 0 to 1."""

NO_TINT: Tint = (1.0, 1.0, 1.0)
MAX_SIDE = 6144
"""Pixels on the longer side of anything rasterised; a larger one is scaled up from this."""


class Art(NamedTuple):
    """A drawing: what goes inside <svg>, and the box of it that is seen."""

    svg: str
    left: float
    top: float
    width: float
    height: float


MARGIN = 1.0


@lru_cache(512)
def picture_art(name: str, colour: str = "") -> Art:
    """The drawing of a picture of the pack (or of ours, `~name`), recoloured when `colour` is given."""
    if name.startswith("~"):
        svg, box = drawn.art(name)
    elif own.is_own(name):
        svg, box = own.drawing(name)
    else:
        p = pack.picture(name)
        svg, box = pack.body(name), (p.left, p.top, p.right - p.left, p.bottom - p.top)
    if colour:
        svg = recolour(svg, box, COLOURS[colour])
    left, top, width, height = box
    return Art(svg, left - MARGIN, top - MARGIN, width + 2 * MARGIN, height + 2 * MARGIN)


_FILL = re.compile(r"(?<!url\()#([0-9a-f]{6}|[0-9a-f]{3})\b")


def _rgb(code: str) -> tuple[float, float, float]:
    code = "".join(c * 2 for c in code) if len(code) == 3 else code
    return int(code[:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:], 16) / 255


def main_colour(svg: str, box: tuple[float, float, float, float]) -> tuple[float, float, float]:
    """The colour that covers most of a drawing, red green blue in 0 to 1."""
    left, top, width, height = box
    pixels = rasterise(Art(svg, left, top, width, height), 48, 48)
    solid = pixels[pixels[..., 3] > 250][:, :3]
    if not len(solid):
        return 0.5, 0.5, 0.5
    # Near-black and near-white cover outlines, windows and shines; a thing's colour is another.
    spread = solid.max(axis=1).astype(int) - solid.min(axis=1)
    vivid = solid[(spread > 40) & (solid.max(axis=1) > 110)]
    chosen = vivid if len(vivid) > len(solid) / 8 else solid
    values, counts = np.unique(chosen // 8, axis=0, return_counts=True)
    red, green, blue = (float(v) * 8 + 4 for v in values[counts.argmax()])
    return red / 255, green / 255, blue / 255


def recolour(svg: str, box: tuple[float, float, float, float], to: tuple[int, int, int]) -> str:
    """The drawing with its main colour, and the lighter and darker ones of that hue, turned into `to`."""
    hue, light, strong = colorsys.rgb_to_hls(*main_colour(svg, box))
    to_hue, to_light, to_strong = colorsys.rgb_to_hls(*(channel / 255 for channel in to))

    def changed(match: re.Match[str]) -> str:
        h, l, s = colorsys.rgb_to_hls(*_rgb(match[1]))  # noqa: E741
        near = min(abs(h - hue), 1 - abs(h - hue)) < 0.09 if strong > 0.12 and s > 0.12 else False
        grey = strong <= 0.12 and s <= 0.15 and l > 0.2
        if not (near or grey):
            return match[0]
        new = min(0.97, max(0.03, to_light + (l - light) * 0.7))
        return "#" + "".join(f"{round(c * 255):02x}" for c in colorsys.hls_to_rgb(to_hue, new, to_strong))

    return _FILL.sub(changed, svg)


def rasterise(art: Art, width: int, height: int, tint: Tint = NO_TINT) -> Pixels:
    """`art` stretched over `width` x `height` pixels."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{art.left:.3f} {art.top:.3f} {art.width:.3f} {art.height:.3f}" '
        f'preserveAspectRatio="none">{own.sized(art.svg, width / art.width)}</svg>'
    )
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    pixels: Pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)  # type: ignore[assignment]
    red, green, blue = tint
    # OpenCV reads blue first: the matrix swaps, tints and keeps alpha at once.
    swap = np.array([[0, 0, red, 0], [0, green, 0, 0], [blue, 0, 0, 0], [0, 0, 0, 1]], np.float32)
    cv2.transform(pixels, swap, dst=pixels)
    alpha = cv2.extractChannel(pixels, 3)
    cv2.multiply(
        pixels, cv2.merge([alpha, alpha, alpha, np.full_like(alpha, 255)]), dst=pixels, scale=1 / 255
    )
    return pixels


class _Cache:
    """Rasterised art, least recently used dropped first, within `limit` bytes.

    What the last frames needed is never dropped, or a picture too large for the limit would be drawn anew for every
    frame.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0
        self.now = 0
        """Counts frames."""
        self.kept: OrderedDict[tuple[object, ...], tuple[int, Pixels]] = OrderedDict()
        self.lock = Lock()

    def get(self, art: Art, width: int, height: int, tint: Tint) -> Pixels:
        key = (art, width, height, tint)
        with self.lock:
            if key in self.kept:
                pixels = self.kept[key][1]
                self.kept[key] = self.now, pixels
                self.kept.move_to_end(key)
                return pixels
        pixels = rasterise(art, width, height, tint)
        with self.lock:
            if key not in self.kept:
                self.kept[key] = self.now, pixels
                self.held += pixels.nbytes
            while self.held > self.limit:
                oldest = next(iter(self.kept))
                if self.kept[oldest][0] > self.now - _LAST_FRAMES:
                    break
                self.held -= self.kept.pop(oldest)[1].nbytes
        return pixels

    def next_frame(self) -> None:
        with self.lock:
            self.now += 1

    def clear(self) -> None:
        with self.lock:
            self.kept.clear()
            self.held = 0


_LAST_FRAMES = 4
"""More than one, since several sketches may be drawn at the same time."""
_CACHE = _Cache(16 << 20)


def pixels_of(art: Art, width: int, height: int, tint: Tint = NO_TINT) -> Pixels:
    """`art` as pixels, from the cache when it was drawn before. Do not write to it."""
    return _CACHE.get(art, width, height, tint)


def next_frame() -> None:
    """Says that another frame begins."""
    _CACHE.next_frame()


def forget() -> None:
    """Drops all that was rasterised, as if nothing had been drawn yet."""
    _CACHE.clear()
