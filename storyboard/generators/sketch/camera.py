"""Shot sizes and camera moves: where the stage is looked at from, at each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from storyboard.generators.sketch.geometry import settle, wave


class View(NamedTuple):
    """The middle of the picture on the stage, how much larger than whole, and its roll in degrees."""

    x: float
    y: float
    zoom: float = 1.0
    roll: float = 0.0


Camera: TypeAlias = Callable[[float], View]
Move: TypeAlias = Callable[[float, View], View]

MIN_ZOOM = 0.72
MAX_ZOOM = 3.2


def _zoom(by: float) -> Move:
    return lambda t, v: v._replace(zoom=v.zoom * (1 + by * settle(t, 0.9)))


def _shift(x: float, y: float) -> Move:
    """From half the way before to half the way past, slower and slower."""

    def move(t: float, v: View) -> View:
        k = settle(t, 0.9) - 0.45
        return v._replace(x=v.x + x * k / v.zoom, y=v.y + y * k / v.zoom)

    return move


def _handheld(t: float, v: View) -> View:
    return v._replace(x=v.x + (0.012 * wave(t, 0.9) + 0.006 * wave(t, 2.3, 0.3)) / v.zoom,
                      y=v.y + (0.010 * wave(t, 1.1, 0.2) + 0.006 * wave(t, 2.7)) / v.zoom,
                      zoom=v.zoom * 1.04, roll=v.roll + 0.9 * wave(t, 0.7, 0.4))  # fmt: skip


def _orbit(t: float, v: View) -> View:
    return v._replace(
        x=v.x + 0.16 * wave(t, 0.28) / v.zoom, zoom=v.zoom * (1.05 + 0.04 * wave(t, 0.28, 0.25))
    )


def _pov(t: float, v: View) -> View:
    return v._replace(
        y=v.y + 0.014 * abs(wave(t, 1.5)),
        zoom=v.zoom * (1 + 0.5 * settle(t, 1.1)),
        roll=v.roll + 0.7 * wave(t, 0.75),
    )


MOVES: dict[str, Move] = {
    "zoom-in": _zoom(0.6),
    "zoom-out": lambda t, v: v._replace(zoom=v.zoom * (1.5 - 0.55 * settle(t, 0.9))),
    "pan-left": _shift(-0.5, 0),
    "pan-right": _shift(0.5, 0),
    "tilt-up": _shift(0, -0.42),
    "tilt-down": _shift(0, 0.42),
    "handheld": _handheld,
    "orbit": _orbit,
    "pov": _pov,
    "dutch": lambda _t, v: v._replace(roll=v.roll + 9, zoom=v.zoom * 1.16),
    "tracking": lambda t, v: v._replace(zoom=v.zoom * (1.04 + 0.03 * settle(t, 1.5))),
    "still": lambda _t, v: v,
}


def _breath(t: float, v: View) -> View:
    """The slow push in of a shot that asks for nothing, so that no picture stands dead."""
    return v._replace(zoom=v.zoom * (1 + 0.05 * settle(t, 1.6)))


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
        half = 0.5 * (lowest - highest) / max(zoom, 1e-6)
        room = 0.36
        y = min(lowest + room - half, max(highest - room + half, v.y))
        return v._replace(zoom=zoom, y=y)

    return view
