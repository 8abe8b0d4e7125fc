"""The card: a shot's number and its prompt on a calm dark ground. A generator of its own, and what a shot shows
when the sketch finds nothing to draw in its prompt."""

from __future__ import annotations

import colorsys
import hashlib
import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
import resvg_py

from storyboard.frames import Report
from storyboard.generators import text
from storyboard.project import CARD, Wish
from storyboard.take import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.frames import Frame, Frames

VERSION = "1"
"""Raised whenever the same prompt would draw other pixels."""
NATIVE_RATE = Fraction(24)
_MOST_READ = 1200
"""Characters of a prompt that are laid out; a card shows fewer."""
_LARGEST, _SMALLEST = 0.105, 0.05
"""Letter height in parts of the card's shorter side."""
_LINE = 1.32
"""Line height in ems."""


class _Layout(NamedTuple):
    lines: list[str]
    size: float
    """Pixels."""


def draw(prompt: str, number: int | None, width: int, height: int) -> Frame:
    """The card at rest: `number` (a shot's place in the film, from 1) above `prompt`, in any script.

    (height, width, 3) uint8 RGB. A long prompt is set smaller, and then ends with an ellipsis.
    """
    return _at(_ground(prompt, width, height), _words(prompt, number, width, height), accent(prompt), 0.0)


def moving(
    prompt: str, number: int | None, width: int, height: int, count: int, rate: Fraction, start: int = 0
) -> Frames:
    """Frames `start` to `start + count`: the words drift very slowly and a line grows under them.

    Each frame is a function of its time `frame / rate`. Frames are made as they are asked for.
    """
    ground, words = _ground(prompt, width, height), _words(prompt, number, width, height)
    for frame in range(start, start + count):
        yield _at(ground, words, accent(prompt), float(frame / rate))


def accent(prompt: str) -> tuple[int, int, int]:
    """The card's one bright colour, the same for the same prompt: red, green, blue."""
    hue = hashlib.sha256(prompt.encode(errors="replace")).digest()[0] / 256
    red, green, blue = colorsys.hls_to_rgb(hue, 0.64, 0.62)
    return round(red * 255), round(green * 255), round(blue * 255)


def _at(ground: Frame, words: NDArray[np.uint8], colour: tuple[int, int, int], t: float) -> Frame:
    """The card at `t` seconds."""
    frame = ground.copy()
    height, width = frame.shape[:2]
    side = min(width, height)
    progress = 1 - 0.5 ** (t / 1.2)
    zoom = 1 + 0.035 * progress
    # Grows from its middle, half a pixel counted.
    matrix = np.array([[zoom, 0, (1 - zoom) * (width - 1) / 2], [0, zoom, (1 - zoom) * (height - 1) / 2]])
    sheet = cv2.warpAffine(words, matrix, (width, height), flags=cv2.INTER_LINEAR)
    rest = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(sheet, 3)), cv2.COLOR_GRAY2RGB)
    frame[...] = cv2.add(cv2.multiply(frame, rest, scale=1 / 255), cv2.cvtColor(sheet, cv2.COLOR_RGBA2RGB))
    _progress_line(frame, colour, side, progress)
    return frame


def _progress_line(frame: Frame, colour: tuple[int, int, int], side: int, progress: float) -> None:
    height, width = frame.shape[:2]
    margin, thick = round(side * 0.09), max(1, round(side * 0.012))
    long = (0.12 + 0.88 * progress) * (width - 2 * margin)
    y = height - margin - thick
    if long <= 0 or y < 0:
        return
    whole = int(long)
    frame[y : y + thick, margin : margin + whole] = colour
    edge = margin + whole
    if edge < width:
        # The part of a pixel, so that the line grows smoothly.
        part = long - whole
        old = frame[y : y + thick, edge].astype(np.float32)
        frame[y : y + thick, edge] = (old + (np.array(colour, np.float32) - old) * part).astype(np.uint8)


@lru_cache(8)
def _ground(prompt: str, width: int, height: int) -> Frame:
    """A dark gradient with a breath of the accent in one corner."""
    ys = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    xs = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    top, low = np.array([34, 37, 48], np.float32), np.array([17, 18, 25], np.float32)
    glow = np.array(accent(prompt), np.float32) * 0.16
    near = np.clip(1 - np.hypot(xs - 0.05, ys - 0.0) / 0.9, 0, 1) ** 2
    shade = top + (low - top) * ys + glow * near
    # A fixed grain of half a step hides the bands of a slow gradient.
    grain = np.random.default_rng(7).random((height, width, 1), np.float32)
    return np.ascontiguousarray((shade + grain).clip(0, 255).astype(np.uint8))


@lru_cache(8)
def _words(prompt: str, number: int | None, width: int, height: int) -> NDArray[np.uint8]:
    """Number and prompt as (height, width, 4) uint8, colour multiplied by alpha, on nothing."""
    side = min(width, height)
    margin = side * 0.09
    words = text.clean(prompt[:_MOST_READ]) or "…"
    red, green, blue = accent(prompt)
    bright = f"#{red:02x}{green:02x}{blue:02x}"
    parts, top = [], margin
    if number is not None:
        size = side * 0.13
        parts.append(text.line_svg(str(number), margin, margin + size * 0.8, size, bright, bold=True))
        top += size * 1.15
    layout = _fit(words, width - 2 * margin, height - top - margin * 1.7, side)
    backwards = text.right_to_left(words)
    x = width - margin if backwards else margin
    for i, line in enumerate(layout.lines):
        parts.append(_line(line, x, top + layout.size * (0.95 + i * _LINE), layout.size, backwards))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{"".join(parts)}</svg>'
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=text.fonts_for(words))
    pixels = cv2.cvtColor(
        cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA
    )
    alpha = cv2.merge([pixels[..., 3]] * 3)
    result: NDArray[np.uint8] = pixels
    result[..., :3] = cv2.multiply(np.ascontiguousarray(pixels[..., :3]), alpha, scale=1 / 255)
    return result


def _line(line: str, x: float, y: float, size: float, backwards: bool) -> str:
    if backwards and not text.right_to_left(line):
        # A Latin line in an Arabic prompt is still set from the right edge.
        x -= text.line_width(line) * size
    elif not backwards and text.right_to_left(line):
        x += text.line_width(line) * size
    return text.line_svg(line, x, y, size, "#f1f2f6")


def _fit(words: str, width: float, height: float, side: int) -> _Layout:
    """The largest letters with which `words` fit the box; at the smallest, as many lines as it holds."""
    size = side * _LARGEST
    while True:
        size = max(size, 5.0)
        lines = text.wrap(words, max(1.0, width / size))
        room = max(1, int(height / (size * _LINE)))
        if len(lines) <= room:
            return _Layout(lines, size)
        if size <= max(5.0, side * _SMALLEST):
            kept = lines[:room]
            kept[-1] = text.ellipsis(kept[-1], width / size)
            return _Layout(kept, size)
        size *= 0.9


class CardGenerator:
    """The `Generator` named `card`."""

    def recipe(self, wish: Wish, seed: int, seconds: Fraction, width: int, height: int) -> Recipe:
        frames = max(1, math.ceil(seconds * NATIVE_RATE))
        return Recipe(
            generator=CARD, version=VERSION, model=CARD, prompt=wish.prompt, seed=seed, frames=frames,
            width=width, height=height, rate=NATIVE_RATE,
        )  # fmt: skip

    def generate(self, recipe: Recipe, report: Report) -> Frames:
        drawn = moving(recipe.prompt, None, recipe.width, recipe.height, recipe.frames, recipe.rate)
        for i, frame in enumerate(drawn, 1):
            report(i, recipe.frames)
            yield frame

    def facts(self) -> Mapping[str, str]:
        return {"device": "cpu", "card": VERSION, "resvg": str(resvg_py.__resvg_version__)}
