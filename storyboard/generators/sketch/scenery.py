"""Pens for drawing places, and the light of each time of day."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from storyboard.generators.sketch.art import Tint

UNIT = 100.0
"""Drawing units in one stage height."""
BELOW = 40.0
ABOVE = 40.0
"""Drawing units that a place goes on beyond the picture, for the camera to move into."""


_STRIPS = 96
"""The most strips between two colours of a shade."""


class Pen:
    """Collects shapes of one layer as SVG; coordinates in drawing units, y down, 0 at the picture's upper edge."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.parts: list[str] = []
        self.top, self.bottom = 1e9, -1e9

    def _reach(self, top: float, bottom: float) -> None:
        self.top, self.bottom = min(self.top, top), max(self.bottom, bottom)

    @property
    def svg(self) -> str:
        return "".join(self.parts)

    def rect(self, x: float, y: float, w: float, h: float, fill: str, r: float = 0) -> None:
        self._reach(y, y + h)
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="{r}" fill="{fill}"/>'
        )

    def oval(self, x: float, y: float, rx: float, ry: float, fill: str, opacity: float = 1) -> None:
        self._reach(y - ry, y + ry)
        tail = "" if opacity == 1 else f' fill-opacity="{opacity:.2f}"'
        self.parts.append(
            f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{rx:.1f}" ry="{ry:.1f}" fill="{fill}"{tail}/>'
        )

    def shape(self, points: list[tuple[float, float]], fill: str, opacity: float = 1) -> None:
        self._reach(min(y for _, y in points), max(y for _, y in points))
        listed = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        tail = "" if opacity == 1 else f' fill-opacity="{opacity:.2f}"'
        self.parts.append(f'<polygon points="{listed}" fill="{fill}"{tail}/>')

    def line(self, points: list[tuple[float, float]], colour: str, wide: float) -> None:
        self._reach(min(y for _, y in points) - wide, max(y for _, y in points) + wide)
        listed = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(
            f'<polyline points="{listed}" fill="none" stroke="{colour}" stroke-width="{wide}" '
            'stroke-linecap="round" stroke-linejoin="round"/>'
        )

    def shade(self, x: float, y: float, w: float, h: float, stops: list[str]) -> None:
        """A rectangle that goes through colours from its upper to its lower edge.

        Drawn as strips, one for each step that an eye could see: many times quicker than a gradient.
        """
        self._reach(y, y + h)
        colours = [tuple(int(stop[i : i + 2], 16) for i in (1, 3, 5)) for stop in stops]
        tall = h / (len(stops) - 1)
        for n, (first, last) in enumerate(itertools.pairwise(colours)):
            steps = max(1, min(_STRIPS, max(abs(a - b) for a, b in zip(first, last, strict=True))))
            for k in range(steps):
                part = (k + 0.5) / steps
                fill = "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(first, last, strict=True))
                top = y + (n + k / steps) * tall
                # Each reaches under the next, so that no seam shows.
                bottom = min(y + h, top + tall / steps + 1)
                self.parts.append(
                    f'<rect x="{x:.1f}" y="{top:.2f}" width="{w:.1f}" height="{bottom - top:.2f}" fill="#{fill}"/>'
                )


class Light(NamedTuple):
    """What a time of day does to a place."""

    sky: list[str]
    """Colours from the zenith to the horizon."""
    tint: Tint


LIGHTS: dict[str, Light] = {
    "day": Light(["#5fb2ef", "#a9d9f7", "#e3f4fd"], (1.0, 1.0, 1.0)),
    "night": Light(["#080d26", "#16204d", "#34427e"], (0.5, 0.56, 0.86)),
    "sunset": Light(["#41306f", "#b34d73", "#f58a4f", "#ffd08a"], (0.96, 0.76, 0.7)),
    "dawn": Light(["#7792d3", "#c9b4dd", "#ffcfb3", "#fff0cf"], (1.0, 0.9, 0.87)),
    "storm": Light(["#2c3442", "#505b6c", "#8792a1"], (0.62, 0.66, 0.76)),
    "grey": Light(["#8795a5", "#aab6c2", "#d0d8df"], (0.86, 0.89, 0.93)),
}


@dataclass
class Set:
    """A place being drawn. `width` is how long it is before it repeats."""

    width: float
    height: float
    floor: float
    light: str
    rng: random.Random
    own_orb: bool = False
    """A sun or moon of the scene's own hangs there, so none is drawn."""
    left: float = 0.0
    view: float = 100.0
    """Where the picture begins and how wide it is, when the shot does."""
    top: float = 0.0
    """The picture's upper edge."""
    sky: Pen = field(default_factory=lambda: Pen("sky"))
    """Never darkened: the sky itself, sun, moon, stars."""
    far: Pen = field(default_factory=lambda: Pen("far"))
    near: Pen = field(default_factory=lambda: Pen("near"))
    lamps: Pen = field(default_factory=lambda: Pen("lamps"))
    """Lights in the near layer, never darkened."""
    ground: Pen = field(default_factory=lambda: Pen("ground"))
    front: Pen = field(default_factory=lambda: Pen("front"))
    """Before the players: water, tall grass, a counter's edge."""

    @property
    def bottom(self) -> float:
        return self.height + BELOW

    @property
    def dark(self) -> bool:
        return self.light == "night"

    def band(self, pen: Pen, top: float, fill: str) -> None:
        """Everything below `top`."""
        pen.rect(0, top, self.width, self.bottom - top, fill)

    def hills(self, pen: Pen, base: float, rise: float, count: int, fill: str, sharp: float = 0) -> None:
        """A ridge that joins its own beginning; `sharp` 1 makes peaks of the waves."""
        phase, other = self.rng.random(), self.rng.random()
        points = []
        steps = max(24, count * 10)
        for i in range(steps + 1):
            a = i / steps
            soft = 0.6 * math.sin(2 * math.pi * (count * a + phase)) + 0.4 * math.sin(
                2 * math.pi * (2 * count * a + other)
            )
            peak = 1 - 2 * abs(2 * ((count * a + phase) % 1) - 1)
            points.append((a * self.width, base - rise * (0.5 + 0.5 * ((1 - sharp) * soft - sharp * peak))))
        pen.shape([(0, self.bottom), *points, (self.width, self.bottom)], fill)

    def along(self, gap: float, jitter: float = 0.5) -> list[float]:
        """Places about `gap` apart, all the way round."""
        count = max(1, round(self.width / gap))
        step = self.width / count
        return [step * (i + 0.5 + self.rng.uniform(-0.5, 0.5) * jitter) for i in range(count)]

    def open_sky(self) -> None:
        """The sky of the light, with sun or moon, stars or clouds."""
        stops = LIGHTS[self.light].sky
        self.sky.shade(0, -ABOVE, self.width, self.floor + ABOVE + 12, stops)
        self.sky.rect(0, self.floor + 10, self.width, self.bottom - self.floor + ABOVE, stops[-1])
        if self.light == "night":
            self.stars(self.sky, 0.5)
            self._round(0.76, self._high(0.17), 8, "#f6efcf", "#fff7d6")
        elif self.light == "sunset":
            self._round(0.68, self.floor - 14, 11, "#ffcf5c", "#ffe9a8")
        elif self.light == "dawn":
            self._round(0.3, self.floor - 12, 9, "#fff0b8", "#fffbe6")
        elif self.light == "day":
            self._round(0.82, self._high(0.16), 8, "#ffdf5a", "#fff3b8")
        if self.light not in ("night",):
            self.clouds()

    def _high(self, part: float) -> float:
        """A height in the sky: `part` of the way from the picture's upper edge to the ground's height in a whole one."""
        return self.top + (self.height - self.top) * part

    def _round(self, across: float, y: float, size: float, fill: str, glow: str) -> None:
        if self.own_orb:
            return
        x = (self.left + self.view * across) % self.width
        # Across the seam it is whole.
        for at in (x - self.width, x, x + self.width):
            if -2 * size < at < self.width + 2 * size:
                self.sky.oval(at, y, size * 1.9, size * 1.9, glow, 0.25)
                self.sky.oval(at, y, size * 1.4, size * 1.4, glow, 0.35)
                self.sky.oval(at, y, size, size, fill)

    def stars(self, pen: Pen, thick: float) -> None:
        for _ in range(min(600, int(self.width * self.height / 10000 * 70 * thick * 2))):
            x, y = (
                self.rng.uniform(0, self.width),
                self.rng.uniform(-ABOVE, self.height * (0.75 if thick < 1 else 1.3)),
            )
            pen.oval(x, y, *(self.rng.choice((0.35, 0.5, 0.8)),) * 2, "#ffffff", self.rng.uniform(0.4, 1))

    def clouds(self, pen: Pen | None = None, low: float = 0.36, many: float = 70) -> None:
        pen = self.sky if pen is None else pen
        colour = {"sunset": "#ffb38a", "storm": "#3d4654", "grey": "#e3e8ec", "dawn": "#fff0e6"}.get(
            self.light, "#ffffff"
        )
        for x in self.along(many if self.light != "storm" else 30, 0.8):
            y, s = self._high(self.rng.uniform(0.05, low)), self.rng.uniform(0.7, 1.3)
            opacity = 0.9 if self.light == "storm" else 0.75
            for dx, dy, r in ((-9, 0, 5), (-3, -3, 7), (5, -2, 6), (11, 1, 4.5)):
                if 16 < x < self.width - 16:
                    pen.oval(x + dx * s, y + dy * s, r * s * 1.2, r * s * 0.8, colour, opacity)


PlaceDrawing = Callable[[Set], None]
