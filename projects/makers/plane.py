"""A folded paper plane in three dimensions: four facets, lit, turned and drawn in perspective."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from makers.sea import Colour, Picture

Point: TypeAlias = NDArray[np.float64]
"""(x to the right, y up, z away from us)."""

_NOSE, _TAIL, _KEEL = (1.0, 0.02, 0.0), (-0.8, 0.05, 0.0), (-0.75, -0.36, 0.0)
_LEFT, _RIGHT = (-0.85, 0.20, 0.72), (-0.85, 0.20, -0.72)
_FACETS = ((_NOSE, _KEEL, _TAIL), (_NOSE, _LEFT, _TAIL), (_NOSE, _RIGHT, _TAIL))
"""The keel, and the two wings: the nose points along x."""
_FINER = 4
"""The plane is drawn this many times larger and scaled down: smooth edges at parts of a pixel."""


class Lamp(NamedTuple):
    """What lights the paper."""

    towards: tuple[float, float, float]
    lit: Colour
    shade: Colour


class Path(NamedTuple):
    """Where the plane is: `place(t)` in units of half its length, t in seconds; `sway` tilts it now and then."""

    place: Callable[[float], Point]
    sway: float

    def turned(self, time: float) -> NDArray[np.float64]:
        """The plane's axes (forward, up, across) as rows: along the path, banked into its turns."""
        step = 0.03
        before, now, after = (self.place(time + d) for d in (-step, 0.0, step))
        forward = _unit(after - before)
        bend = (after - 2 * now + before) / step**2
        across = _unit(np.cross(forward, (0.0, 1.0, 0.0)))
        bank = np.clip(0.16 * float(bend @ across), -0.9, 0.9) + self.sway * np.sin(3.1 * time)
        up = np.cross(across, forward)
        tilted = np.cos(bank) * up + np.sin(bank) * across
        return np.stack([forward, tilted, np.cross(forward, tilted)])


def draw(picture: Picture, path: Path, time: float, lamp: Lamp, horizon: int) -> Picture:
    """`picture` with the plane over it as it is at `time` seconds; the eye looks at the horizon's middle."""
    height, width = picture.shape[:2]
    axes, place = path.turned(time), path.place(time)
    layer = np.zeros((height * _FINER, width * _FINER, 4), np.float32)
    facets = [np.array(facet) @ axes + place for facet in _FACETS]
    for points in sorted(facets, key=lambda points: -float(points[:, 2].mean())):
        colour = _lit(points, lamp)
        flat = points[:, :2] / points[:, 2:] * np.array([1, -1]) * width + np.array([width / 2, horizon])
        corners = np.round(flat * _FINER * 256).astype(np.int32)
        cv2.fillPoly(layer, [corners], (*colour, 1.0), cv2.LINE_AA, 8)
    small = cv2.resize(layer, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(picture * (1 - small[..., 3:]) + small[..., :3], np.float32)


def _lit(points: Point, lamp: Lamp) -> tuple[float, ...]:
    """The colour of a facet: thin paper, lit from the front or glowing through from behind."""
    normal = _unit(np.cross(points[1] - points[0], points[2] - points[0]))
    if normal @ points.mean(axis=0) > 0:
        normal = -normal  # the side that we see
    light = float(normal @ _unit(np.array(lamp.towards)))
    amount = np.clip(0.28 + 0.72 * light if light > 0 else 0.28 - 0.38 * light, 0, 1)
    amount = np.clip(amount + 0.22 * float(normal[1]), 0, 1)  # the sky's light from above
    shade, lit = np.array(lamp.shade), np.array(lamp.lit)
    return tuple(float(c) for c in (shade + (lit - shade) * amount) / 255)


def _unit(vector: Point) -> Point:
    return np.asarray(vector / np.linalg.norm(vector))
