"""A stage made into pixels at one time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from storyboard.generators.sketch.art import MAX_SIDE, NO_TINT, Art, Tint, next_frame, pixels_of
from storyboard.generators.sketch.bodies import Cel
from storyboard.generators.sketch.camera import SKY_FOLLOWS, Camera, View
from storyboard.generators.sketch.geometry import Map, chain, move, scale, size_of, turn

if TYPE_CHECKING:
    from storyboard.frames import Frame
    from storyboard.generators.sketch.art import Pixels


class Layer(NamedTuple):
    """One sheet of the place. It repeats to the left and right for ever."""

    art: Art
    unit: float
    """Drawing units in one stage unit."""
    depth: float
    """How much of the world's movement it follows: 0 the sky, 1 the ground."""


@dataclass(frozen=True)
class Stage:
    """Everything that is seen, as functions of seconds."""

    width: float
    height: float
    layers: tuple[Layer, ...]
    front: Layer | None
    cast: Callable[[float], list[Cel]]
    """The cels of all players, back to front."""
    sky_cast: Callable[[float], list[Cel]]
    """Those that hang behind the hills: sun, moon, stars."""
    camera: Camera
    scroll: float
    """How fast the world passes to the left, in stage heights a second; negative to the right."""
    tint: Tint
    veil: Layer | None = None
    """Rain, snow or fog: a sheet that repeats both ways."""
    veil_speed: tuple[float, float] = (0.0, 0.0)
    tempo: float = 1.0
    closest: float = 1.0
    """The largest zoom that the shot comes to in its first seconds."""


def paint(stage: Stage, t: float, width: int, height: int) -> Frame:
    """The stage at `t` seconds as (height, width, 3) uint8 RGB."""
    next_frame()
    t *= stage.tempo
    view = stage.camera(t)
    unit = min(width / stage.width, height / stage.height)
    frame = np.zeros((height, width, 3), np.uint8)
    world = to_screen(view.at(1), unit, width, height)
    for i, layer in enumerate(stage.layers):
        _lay(frame, layer, view, unit, stage.scroll * t, stage)
        if i == 0:
            heaven = to_screen(view.at(0), unit, width, height)
            for cel in stage.sky_cast(t):
                put(frame, cel._replace(lit=True), heaven)
    for cel in stage.cast(t):
        put(frame, cel, world, stage.tint)
    if stage.front is not None:
        _lay(frame, stage.front, view, unit, stage.scroll * t, stage)
    if stage.veil is not None:
        _veil(frame, stage, t)
    return frame


def to_screen(view: View, unit: float, width: int, height: int) -> Map:
    k = unit * view.zoom
    return chain(move(-view.x, -view.y), turn(view.roll), scale(k, k), move(width / 2, height / 2))


def _warp(pixels: Pixels, m: Map, x: int, y: int, width: int, height: int) -> Pixels:
    """`pixels` under `m` (their corner coordinates to the screen's), cut to a box of the screen."""
    a, b, c, d, e, f = m
    # OpenCV counts from the middle of the first pixel.
    matrix = np.array([[a, b, c + (a + b - 1) / 2 - x], [d, e, f + (d + e - 1) / 2 - y]], np.float64)
    warped: Pixels = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_LINEAR)
    return warped


def _over(target: Frame, sheet: Pixels, opacity: float = 1.0) -> None:
    """Lays `sheet` over `target` (the same size), in place."""
    if opacity < 1:
        sheet = cv2.convertScaleAbs(sheet, alpha=opacity)
    alpha = cv2.extractChannel(sheet, 3)
    rest = cv2.cvtColor(cv2.bitwise_not(alpha), cv2.COLOR_GRAY2RGB)
    kept = cv2.multiply(target, rest, scale=1 / 255)
    cv2.add(kept, cv2.cvtColor(sheet, cv2.COLOR_RGBA2RGB), dst=kept)
    target[...] = kept


_STEPS = 2.0
"""Sizes per doubling at which pictures are drawn: at most 1.41 times too large."""
_PLACE_STEPS = 6.0
"""The same for places, which are many times larger; a prompt that is being typed finds its place drawn already."""


def _drawn_at(want: float, steps: float = _STEPS) -> float:
    return float(2.0 ** (math.ceil(math.log2(max(want, 1e-3)) * steps - 1e-6) / steps))


def put(frame: Frame, cel: Cel, world: Map, tint: Tint = NO_TINT) -> None:
    """One cel onto the frame."""
    m = chain(cel.map, world)
    art, want = cel.art, size_of(m)
    if want * max(art.width, art.height) < 0.7 or cel.opacity <= 0.004:
        return
    k = min(_drawn_at(want), MAX_SIDE / max(art.width, art.height))
    w, h = max(1, round(art.width * k)), max(1, round(art.height * k))
    m = chain(scale(art.width / w, art.height / h), move(art.left, art.top), m)
    box = _seen(m, w, h, frame.shape[1], frame.shape[0])
    if box is None:
        return
    x0, y0, x1, y1 = box
    pixels = pixels_of(art, w, h, NO_TINT if cel.lit else tint)
    _over(frame[y0:y1, x0:x1], _warp(pixels, m, x0, y0, x1 - x0, y1 - y0), cel.opacity)


def _seen(m: Map, w: int, h: int, width: int, height: int) -> tuple[int, int, int, int] | None:
    """The box on the screen that a sheet of w x h pixels touches, or None."""
    a, b, c, d, e, f = m
    xs = [c, c + a * w, c + b * h, c + a * w + b * h]
    ys = [f, f + d * w, f + e * h, f + d * w + e * h]
    x0, x1 = max(0, math.floor(min(xs))), min(width, math.ceil(max(xs)) + 1)
    y0, y1 = max(0, math.floor(min(ys))), min(height, math.ceil(max(ys)) + 1)
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _lay(frame: Frame, layer: Layer, view: View, unit: float, passed: float, stage: Stage) -> None:
    """One sheet of the place, as the camera sees it."""
    height, width = frame.shape[:2]
    seen = view.at(layer.depth)
    near = seen._replace(
        # What is far away moves less.
        x=stage.width / 2
        + (seen.x - stage.width / 2) * (SKY_FOLLOWS + (1 - SKY_FOLLOWS) * layer.depth)
        + passed * layer.depth
    )
    # One drawing serves the whole shot: nearly as sharp as the camera comes close, clouds a little less.
    only_sky = layer.depth == 0 and len(stage.layers) > 1
    k = _drawn_at(unit / layer.unit * stage.closest ** (0.5 if only_sky else 0.8), _PLACE_STEPS)
    k = min(k, MAX_SIDE / max(layer.art.width, layer.art.height))
    w, h = max(1, round(layer.art.width * k)), max(1, round(layer.art.height * k))
    pixels = pixels_of(layer.art, w, h)
    per_pixel = layer.art.width / layer.unit / w
    half = (
        0.5 * math.hypot(width, height) / (unit * near.zoom)
        if near.roll
        else 0.5 * width / (unit * near.zoom)
    )
    first = math.floor((near.x - half) / per_pixel) - 2
    count = math.ceil(2 * half / per_pixel) + 5
    m = chain(
        scale(per_pixel, layer.art.height / layer.unit / h),
        move(first * per_pixel, layer.art.top / layer.unit),
        to_screen(near, unit, width, height),
    )
    box = _seen(m, count, h, width, height)
    if box is None:
        return
    x0, y0, x1, y1 = box
    sheet = _warp(_around(pixels, first, count), m, x0, y0, x1 - x0, y1 - y0)
    if layer.depth == 0:
        frame[y0:y1, x0:x1] = cv2.cvtColor(sheet, cv2.COLOR_RGBA2RGB)
    else:
        _over(frame[y0:y1, x0:x1], sheet)


def _around(pixels: Pixels, first: int, count: int) -> Pixels:
    """Columns `first` to `first + count` of a sheet that repeats."""
    width = pixels.shape[1]
    start = first % width
    if start + count <= width:
        return np.ascontiguousarray(pixels[:, start : start + count])
    pieces = [pixels[:, start:]]
    left = count - (width - start)
    pieces += [pixels] * (left // width) + [pixels[:, : left % width]]
    return np.ascontiguousarray(np.concatenate(pieces, axis=1))


def _veil(frame: Frame, stage: Stage, t: float) -> None:
    """What falls or hangs in the air, fixed to the picture's size and not to the camera."""
    layer = stage.veil
    assert layer is not None
    height, width = frame.shape[:2]
    pixels = pixels_of(layer.art, width, height)
    dx, dy = stage.veil_speed
    x, y = dx * t * min(width, height) % width, dy * t * min(width, height) % height
    for left in (x - width, x):
        for top in (y - height, y):
            box = _seen((1, 0, left, 0, 1, top), width, height, width, height)
            if box is not None:
                x0, y0, x1, y1 = box
                sheet = _warp(pixels, (1, 0, left, 0, 1, top), x0, y0, x1 - x0, y1 - y0)
                _over(frame[y0:y1, x0:x1], sheet)
