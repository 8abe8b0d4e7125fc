"""How long steps take on this machine: learned from every step that ran, used for the time left."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from storyboard import atomic, places
from storyboard.errors import StoryboardError
from storyboard.workers import steps

WEIGHT = 0.3
"""Of the newest measurement in the running average."""

FIRST_GUESS = {
    "generate sketch": 0.02,
    "generate card": 0.02,
    "generate": 3.0,
    "smooth": 1.0,
    "encode": 0.04,
    "mix": 0.02,
    "stitch": 0.0005,
}
"""Seconds a unit before anything was measured. Units: see `_units`."""


class History:
    """Seconds a unit of work, by kind of step. Kept in the user's cache; losing it costs only accuracy."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or places.cache() / "times.json"
        self._seconds: dict[str, float] = {}
        with contextlib.suppress(OSError, msgspec.DecodeError):
            self._seconds = msgspec.json.decode(self._file.read_bytes(), type=dict[str, float])

    def estimate(self, step: steps.Step) -> float:
        """Seconds that `step` will likely take."""
        name = _name(step)
        guess = FIRST_GUESS.get(name, FIRST_GUESS.get(name.split()[0], 1.0))
        return self._seconds.get(name, guess) * _units(step)

    def learn(self, step: steps.Step, seconds: float) -> None:
        name = _name(step)
        measured = seconds / _units(step)
        known = self._seconds.get(name, measured)
        self._seconds[name] = known + WEIGHT * (measured - known)

    def save(self) -> None:
        with contextlib.suppress(StoryboardError, OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with atomic.replacing(self._file) as temporary:
                temporary.write_bytes(msgspec.json.encode(self._seconds))


def _name(step: steps.Step) -> str:
    match step:
        case steps.Generate():
            return f"generate {step.model}"
        case steps.Smooth():
            return f"smooth {step.engine}"
        case _:
            return type(step).__name__.lower()


def _units(step: steps.Step) -> float:
    """How much work a step is: frames times megapixels (times denoising steps), or what else it grows with."""
    match step:
        case steps.Generate():
            recipe = step.recipe
            return recipe.frames * _megapixels(recipe.width, recipe.height) * (recipe.steps or 1)
        case steps.Smooth():
            return len(step.positions) * _megapixels(step.take.width, step.take.height)
        case steps.Encode():
            return step.length * _megapixels(step.width, step.height)
        case steps.Mix():
            return float(step.seconds)
        case steps.Stitch():
            return step.frames
        case _:
            return 1.0


def _megapixels(width: int, height: int) -> float:
    return max(width * height, 64 * 64) / 1e6
