"""A painted sea and sky, computed for each pixel: the scenery of the postcard's clip."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.float32]
"""(H, W, 3) RGB, 0 to 1."""
Colour: TypeAlias = tuple[float, float, float]
"""RGB, 0 to 255."""
Stops: TypeAlias = tuple[tuple[float, Colour], ...]
"""A gradient: places from 0 to 1, and the colour at each."""


_EYE = 190.0
"""Rows under the horizon at which the sea is one unit away: the higher we stand, the more."""


class Light(NamedTuple):
    """What the sky and the sea of a scene look like."""

    sky: Stops
    """From the top (0) to the horizon (1)."""
    deep: Colour
    """Water seen from above."""
    cloud: Colour
    """The lit edge of the clouds."""
    shade: Colour
    """Their body."""
    glow: Colour
    """Sun or moon, its halo and its path on the water."""
    glow_at: tuple[float, float]
    """Its centre, in pixels."""
    radius: float
    halo: float
    """Strength of the halo around it."""


def gradient(stops: Stops, places: NDArray[np.float32]) -> Picture:
    """The colours of a gradient at `places`."""
    at = [place for place, _ in stops]
    channels = [np.interp(places, at, [colour[c] / 255 for _, colour in stops]) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def mix(below: Picture, above: Colour | Picture, amount: NDArray[np.float32]) -> Picture:
    """`above` over `below`, `amount` (H, W) from 0 to 1."""
    colour = np.asarray(above, np.float32) / 255 if isinstance(above, tuple) else above
    return np.asarray(below + (colour - below) * amount[..., None], np.float32)


def smooth_step(low: float, high: float, x: NDArray[np.float32]) -> NDArray[np.float32]:
    """0 below `low`, 1 above `high`, an S between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


class Seaside:
    """Sky and sea of one scene at any time. Sizes and the `horizon` in pixels."""

    def __init__(self, light: Light, width: int, height: int, horizon: int, seed: int) -> None:
        self._light = light
        self._horizon = horizon
        self._x, self._y = np.meshgrid(
            np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        )
        random = np.random.default_rng(seed)
        self._clouds = _cloud_map(random, width, horizon)
        self._waves = _waves(random)
        self._bare = self._bare_sky()

    def at(self, time: float) -> Picture:
        """The picture at `time` seconds."""
        picture = np.empty((*self._x.shape, 3), np.float32)
        picture[: self._horizon] = self._sky(time)
        picture[self._horizon :] = self._sea(time)
        haze = np.exp(-np.abs(self._y - self._horizon) / 5.0) * 0.55
        return mix(picture, self._light.sky[-1][1], np.asarray(haze, np.float32))

    def _bare_sky(self) -> Picture:
        light, sky = self._light, slice(0, self._horizon)
        x, y = self._x[sky], self._y[sky]
        picture = gradient(light.sky, np.asarray(y / self._horizon, np.float32))
        distance = np.hypot(x - light.glow_at[0], (y - light.glow_at[1]) * 1.15)
        halo = light.halo * (0.75 * np.exp(-distance / 46) + 0.45 * np.exp(-distance / 170))
        picture = mix(picture, light.glow, np.asarray(np.clip(halo, 0, 1), np.float32))
        disc = np.clip(light.radius + 0.5 - np.hypot(x - light.glow_at[0], y - light.glow_at[1]), 0, 1)
        return mix(picture, (255, 247, 222), disc)

    def _sky(self, time: float) -> Picture:
        light = self._light
        height, width = self._bare.shape[:2]
        drift = np.array([[1, 0, -30 - 5.0 * time], [0, 1, 0]], np.float32)
        clouds = cv2.warpAffine(self._clouds, drift, (width, height), flags=cv2.INTER_LINEAR)
        body = smooth_step(0.50, 0.82, clouds)
        # The underside, towards the light, catches it: where the map falls off downwards.
        lower = cv2.warpAffine(clouds, np.array([[1, 0, 0], [0, 1, -5]], np.float32), (width, height))
        rim = smooth_step(0.0, 0.22, clouds - lower) * body
        near = np.exp(
            -np.hypot(self._x[:height] - light.glow_at[0], self._y[:height] - light.glow_at[1]) / 230
        )
        picture = mix(self._bare, light.shade, np.asarray(body * 0.55, np.float32))
        return mix(
            picture,
            light.cloud,
            np.asarray(np.clip((0.35 + near) * (rim * 0.75 + body * 0.3), 0, 0.95), np.float32),
        )

    def _sea(self, time: float) -> Picture:
        light = self._light
        x, y = self._x[self._horizon :], self._y[self._horizon :] - self._horizon + 0.7
        depth = _EYE / y
        across = (x - self._x.shape[1] / 2) * depth / 260
        tilt, side = np.zeros_like(x), np.zeros_like(x)
        for wave in self._waves:
            # A wave too fine for a far row to show is faded out there, or it would flicker.
            per_row = wave.along * depth * depth / _EYE
            visible = np.exp(-0.5 * (per_row / 1.1) ** 2)
            phase = wave.along * depth + wave.across * across - wave.speed * time + wave.phase
            slope = wave.height * visible * np.cos(phase)
            tilt += slope
            side += slope * wave.across / wave.along
        mirrored = np.clip(1 - 0.16 - 0.010 * y**0.75 - 0.42 * np.maximum(tilt, -0.4), 0, 1)
        picture = gradient(light.sky, np.asarray(mirrored, np.float32))
        steep = np.clip(0.20 + 0.62 * (1 - np.exp(-y / 85)) - 0.30 * tilt, 0, 0.92)
        picture = mix(picture, light.deep, np.asarray(steep, np.float32))
        spread = light.radius * 0.85 + 0.42 * y
        path = np.exp(-(((x - light.glow_at[0] + 26 * side) / spread) ** 2))
        glints = smooth_step(-0.10, 0.50, np.asarray(-tilt + 0.12 * np.exp(-y / 26), np.float32))
        return mix(
            picture,
            light.glow,
            np.asarray(np.clip(path * glints * (0.5 + 0.5 * light.halo), 0, 0.97), np.float32),
        )


class _Wave(NamedTuple):
    along: float
    """Radians for each unit of depth."""
    across: float
    speed: float
    """Radians a second."""
    height: float
    phase: float


def _waves(random: np.random.Generator) -> list[_Wave]:
    """Two dozen waves running towards us within a third of a turn; deep-water waves run as the root of their number."""
    waves = []
    for number in range(24):
        k = 1.1 * 1.21**number
        angle = random.normal(0, 0.5)
        height = 0.165 * 0.955**number
        waves.append(
            _Wave(
                k * np.cos(angle), k * np.sin(angle), -1.5 * np.sqrt(k), height, random.uniform(0, 2 * np.pi)
            )
        )
    return waves


def _cloud_map(random: np.random.Generator, width: int, height: int) -> NDArray[np.float32]:
    """Streaks of cloud, 0 to 1, wider than the picture by the way they drift; none near the top and the horizon."""
    total = np.zeros((height, width + 80), np.float32)
    for octave in range(5):
        size = (height // 34 * 2**octave + 3, width // 150 * 2**octave + 3)
        grid = random.random(size, np.float32)
        total += cv2.resize(grid, (width + 80, height), interpolation=cv2.INTER_CUBIC) * 0.55**octave
    total = (total - total.min()) / (total.max() - total.min())
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    return np.asarray(
        total * smooth_step(0.0, 0.25, rows) * (1 - 0.55 * smooth_step(0.82, 1.0, rows)) + 0.06, np.float32
    )
