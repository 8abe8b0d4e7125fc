"""Shot sizes and camera moves: where the stage is looked at from, at each time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from storyboard.generators.sketch.geometry import glide, settle, swell, wave


class View(NamedTuple):
    """The middle of the picture on the stage, how much larger than whole, its roll in degrees, and its depth."""

    x: float
    y: float
    zoom: float = 1.0
    roll: float = 0.0
    push: float = 0.0
    """How far the camera itself has come nearer: what is near grows by this part, the sky not at all."""
    rise: float = 0.0
    """How far the camera itself has gone down, in stage units: what is far follows less."""
    swing: float = 0.0
    """How far the camera has gone round the players, in stage units by which the far passes behind them."""

    def at(self, depth: float) -> View:
        """This view for a sheet of that depth, 0 the sky and 1 where the players are: a flat view, seen from afar."""
        return View(
            self.x + self.swing * (1 - depth),
            self.y + self.rise * (0.7 + 0.3 * depth),
            self.zoom * (1 + self.push * depth),
            self.roll,
        )


Camera: TypeAlias = Callable[[float], View]
Move: TypeAlias = Callable[[float, View], View]

SKY_FOLLOWS = 0.35
"""The part of a movement to the side that the sky follows: less, since it is far away."""
MIN_ZOOM = 0.72
MAX_ZOOM = 3.2
LONGEST = 1.6
"""How many times larger a zoom in makes the picture in the end."""


def _gone(t: float) -> float:
    """How much of a move is done: most in the first two seconds, the rest for as long as the shot lasts."""
    return 0.86 * glide(t) + 0.14 * settle(t, 4.0)


def _shift(x: float, y: float) -> Move:
    """From half the way before to half the way past."""

    def move(t: float, v: View) -> View:
        k = _gone(t) - 0.45
        return v._replace(x=v.x + x * k / v.zoom, y=v.y + y * k / v.zoom)

    return move


def _crane(down: float) -> Move:
    """The camera itself goes up or down, and looks at the players all the while."""

    def move(t: float, v: View) -> View:
        k = _gone(t) - 0.45
        return v._replace(
            rise=v.rise + down * k / v.zoom, zoom=v.zoom * (1.06 - 0.16 * (k + 0.45) * (down < 0))
        )

    return move


def _handheld(t: float, v: View) -> View:
    return v._replace(x=v.x + (0.012 * wave(t, 0.9) + 0.006 * wave(t, 2.3, 0.3)) / v.zoom,
                      y=v.y + (0.010 * wave(t, 1.1, 0.2) + 0.006 * wave(t, 2.7)) / v.zoom,
                      zoom=v.zoom * 1.04, roll=v.roll + 0.9 * wave(t, 0.7, 0.4))  # fmt: skip


def _orbit(t: float, v: View) -> View:
    """Round the players for ever: gathers speed within half a second."""
    gone = 0.42 * (t - 0.4 * settle(t, 0.4))
    return v._replace(
        swing=v.swing + gone,
        x=v.x + 0.03 * wave(t, 0.25) / v.zoom,
        zoom=v.zoom * (1.06 + 0.03 * wave(t, 0.25, 0.25)),
    )


def _pov(t: float, v: View) -> View:
    """Somebody walks up to it: nearer, with the nod of every step."""
    return v._replace(
        y=v.y + 0.012 * swell(t, 1.8) / v.zoom,
        zoom=v.zoom * 1.04,
        push=v.push + 0.5 * settle(t, 1.3),
        roll=v.roll + 0.7 * wave(t, 0.9),
    )


MOVES: dict[str, Move] = {
    "zoom-in": lambda t, v: v._replace(zoom=v.zoom * (1 + (LONGEST - 1) * _gone(t))),
    "zoom-out": lambda t, v: v._replace(zoom=v.zoom * (1.5 - 0.55 * _gone(t))),
    "dolly-in": lambda t, v: v._replace(push=v.push + (LONGEST - 1) * _gone(t)),
    "dolly-out": lambda t, v: v._replace(push=v.push + 0.5 - 0.55 * _gone(t)),
    "pan-left": _shift(-0.5, 0),
    "pan-right": _shift(0.5, 0),
    "tilt-up": _shift(0, -0.42),
    "tilt-down": _shift(0, 0.42),
    "crane-up": _crane(-0.4),
    "crane-down": _crane(0.4),
    "handheld": _handheld,
    "orbit": _orbit,
    "pov": _pov,
    "dutch": lambda _t, v: v._replace(roll=v.roll + 9, zoom=v.zoom * 1.16),
    "tracking": lambda t, v: v._replace(zoom=v.zoom * (1.04 + 0.03 * settle(t, 1.5))),
    "still": lambda _t, v: v,
}
NEARER = frozenset({"zoom-in", "dolly-in", "pov"})
"""Moves that end closer than they began."""
SIDEWAYS = frozenset({"pan-left", "pan-right", "orbit"})
"""Moves by which the place passes from side to side."""
ROOMY = frozenset({
    "pan-left", "pan-right", "tilt-up", "tilt-down", "crane-up", "crane-down", "zoom-out", "dolly-out", "orbit", "dutch",
    "handheld",
})  # fmt: skip
"""Moves that look beyond the picture's first edges."""
DEEP = frozenset({"dolly-in", "dolly-out", "crane-up", "crane-down", "orbit", "pov", "pan-left", "pan-right"})
"""Moves that show how far away things are, so that near and far are sheets of their own."""


def _breath(t: float, v: View) -> View:
    """The slow push in of a shot that asks for nothing, so that no picture stands dead."""
    return v._replace(zoom=v.zoom * (1 + 0.05 * settle(t, 1.6)))


def _within(value: float, low: float, high: float) -> float:
    """`value`, slowed down before it reaches either end, so that no movement stops with a jerk."""
    middle, reach = (low + high) / 2, max(1e-6, (high - low) / 2)
    far = abs(value - middle) / reach
    if far <= 0.7:
        return value
    return middle + math.copysign(reach * (0.7 + 0.3 * math.tanh((far - 0.7) / 0.3)), value - middle)


class Seen(NamedTuple):
    """What the camera sees of the stage, in stage units."""

    left: float
    """At the beginning, of the sky: where the sun may hang."""
    width: float
    """At the beginning."""
    widest: float
    """At any time of the shot."""
    top: float
    bottom: float
    """The highest and lowest that it sees, at any time of the shot."""


_LOOKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.3, 1.7, 2.2, 3.0, 4.0, 6.0, 10.0, 20.0, 60.0)
"""Seconds at which is looked where the camera is."""
_SPARE = 0.05
"""Stage units round what it sees then, for the moments between."""


def seen(looking: Camera, width: float, height: float) -> Seen:
    """All that `looking` sees of a stage of this size."""
    first = looking(0.0)
    views = [looking(t).at(depth) for t in _LOOKS for depth in (0.0, 1.0)]
    # A camera that rolls sees as high as its corners.
    reach = [
        (height / 2 + width / 2 * abs(math.sin(math.radians(v.roll))) + 0.02 * width * (v.roll != 0)) / v.zoom
        for v in views
    ]
    across = width / first.at(0).zoom
    return Seen(
        left=width / 2 + (first.x - width / 2) * SKY_FOLLOWS - across / 2,
        width=across,
        widest=width / min(v.zoom for v in views),
        top=min(v.y - half for v, half in zip(views, reach, strict=True)) - _SPARE,
        bottom=max(v.y + half for v, half in zip(views, reach, strict=True)) + _SPARE,
    )


def camera(moves: tuple[str, ...], start: View, lowest: float, highest: float) -> Camera:
    """The camera that begins at `start` and makes all of `moves` at once.

    `lowest` and `highest` are the stage's edges: the view is kept between them.
    """
    chosen = [MOVES[name] for name in moves if name in MOVES] or [_breath]

    def view(t: float) -> View:
        v = start
        for move in chosen:
            v = move(t, v)
        zoom = min(MAX_ZOOM * 1.6, max(MIN_ZOOM, v.zoom))
        half = 0.5 * (lowest - highest) / zoom
        room = 0.36
        upper, lower = highest - room + half, lowest + room - half
        y = _within(v.y, upper, lower)
        return v._replace(zoom=zoom, y=y, rise=_within(y + v.rise, upper, lower) - y)

    return view
