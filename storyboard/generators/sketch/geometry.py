"""Affine maps of the plane as tuples (a, b, c, d, e, f): x' = a x + b y + c, y' = d x + e y + f; y goes down."""

from __future__ import annotations

import math
from typing import TypeAlias

Map: TypeAlias = tuple[float, float, float, float, float, float]

IDENTITY: Map = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def then(first: Map, second: Map) -> Map:
    """`first`, and after it `second`."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (
        g * a + h * d, g * b + h * e, g * c + h * f + i,
        j * a + k * d, j * b + k * e, j * c + k * f + m,
    )  # fmt: skip


def move(x: float, y: float) -> Map:
    return (1.0, 0.0, x, 0.0, 1.0, y)


def scale(x: float, y: float) -> Map:
    return (x, 0.0, 0.0, 0.0, y, 0.0)


def turn(degrees: float) -> Map:
    """Clockwise on the screen, about the origin."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (c, -s, 0.0, s, c, 0.0)


def chain(*maps: Map) -> Map:
    """All of `maps`, the first one first."""
    result = IDENTITY
    for each in maps:
        result = then(result, each)
    return result


def at(m: Map, x: float, y: float) -> tuple[float, float]:
    """Where `m` takes a point."""
    return m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]


def size_of(m: Map) -> float:
    """How many times larger `m` makes things (the root of what it does to areas)."""
    return math.sqrt(abs(m[0] * m[4] - m[1] * m[3]))


# Easing: 0 to 1 as x goes from 0 to 1, held outside.


def smooth(x: float) -> float:
    x = min(1.0, max(0.0, x))
    return x * x * (3 - 2 * x)


def settle(x: float, half: float = 0.7) -> float:
    """Towards 1 for ever slower, so that a movement in a shot of any length never stops dead."""
    return 1 - math.exp(-max(0.0, x) / half)


def glide(x: float, half: float = 0.55) -> float:
    """From 0 towards 1: gathers speed, then slower and slower, as an operator moves a camera."""
    x = max(0.0, x) / half
    return 1 - math.exp(-x) * (1 + x)


def swell(t: float, hertz: float, phase: float = 0.0) -> float:
    """0 to 1 and back, `hertz` times a second, without a corner at 0; `phase` in turns."""
    return 0.5 - 0.5 * math.cos(2 * math.pi * (t * hertz + phase))


def wave(t: float, hertz: float, phase: float = 0.0) -> float:
    """A sine of `hertz` per second; `phase` in turns."""
    return math.sin(2 * math.pi * (t * hertz + phase))
