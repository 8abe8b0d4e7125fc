"""How quickly sketches are drawn: takes of 24 frames, the first frame while somebody types, the pack, and memory."""

from __future__ import annotations

import statistics
import time
from fractions import Fraction
from functools import partial
from pathlib import Path

from storyboard.generators.sketch import art, draw, pack, staging
from tests.bench.harness import Finding, progress, script, spread, timed
from tests.contact_sheet import PROMPTS

LOADS = "two men walked slowly qwertz, slow zoom in"
"""A prompt that needs the lemmas and the camera's wordings."""
FRAMES = 24
RATE = Fraction(24)
SMALL, LARGE = (256, 256), (1280, 720)
TYPED = "a dog catches a meatball in the kitchen, close-up"
TAKE_SMALL, TAKE_LARGE = 0.10, 0.50
"""Seconds for 24 frames, once the pictures are drawn."""
FIRST, OPEN = 50.0, 50.0
"""Milliseconds for the first frame after each letter typed, and for opening the pack."""
MEMORY = 150.0
"""Megabytes that a process that draws may hold at most."""


def measure(scratch: Path, runs: int) -> list[Finding]:
    vocabulary = 1000 * timed(lambda: draw_first(LOADS))
    opened = [_opened() for _ in range(max(runs, 5))]
    letters = [1000 * seconds for seconds in _typed()]
    progress("takes of twelve prompts")
    cold_small, small = _takes(SMALL, runs)
    cold_large, large = _takes(LARGE, min(runs, 3))
    peak = float(script(scratch, "tests.bench.drawing", *LARGE, *PROMPTS))
    worst = f"slowest of {len(PROMPTS)} prompts; all: {{}}; with everything still to be drawn: {{}}"
    return [
        Finding("24 frames of 256x256, warm", max(small), "s", TAKE_SMALL, how=worst.format(spread(small), spread(cold_small))),
        Finding("24 frames of 1280x720, warm", max(large), "s", TAKE_LARGE, how=worst.format(spread(large), spread(cold_large))),
        Finding("first frame while typing", max(letters), "ms", FIRST, how=f"slowest of {len(letters)} letters: {spread(letters, 'ms')}"),
        Finding("the words load, once", vocabulary, "ms", None, how="the first prompt of a process, drawing included"),
        Finding("the pack opens", statistics.median(opened), "ms", OPEN, how=spread(opened, "ms")),
        Finding("memory of a process drawing 1280x720", peak, "MB", MEMORY, how="twelve takes of 24 frames, one after another"),
    ]  # fmt: skip


def _forget() -> None:
    """As if nothing had been drawn yet."""
    staging.stage.cache_clear()
    art.forget()


def _take(prompt: str, size: tuple[int, int]) -> None:
    for _ in draw(prompt, 1, *size, FRAMES, RATE):
        pass


def _takes(size: tuple[int, int], runs: int) -> tuple[list[float], list[float]]:
    """Seconds for each prompt's take, with nothing drawn yet and then again."""
    cold, warm = [], []
    for prompt in PROMPTS:
        _forget()
        cold.append(timed(partial(_take, prompt, size)))
        warm.append(statistics.median(timed(partial(_take, prompt, size)) for _ in range(runs)))
    return cold, warm


def _typed() -> list[float]:
    """Seconds to the first frame after each letter, with no picture drawn yet but the words loaded."""
    _forget()
    return [timed(partial(draw_first, TYPED[:n])) for n in range(1, len(TYPED) + 1)]


def draw_first(words: str) -> None:
    next(iter(draw(words, 1, *SMALL, FRAMES, RATE)))


def _opened() -> float:
    """Milliseconds until the first picture is read from a pack that nobody has opened."""
    pack.close()
    start = time.perf_counter()
    pack.picture("dog")
    pack.body("dog")
    return 1000 * (time.perf_counter() - start)
