"""How far each engine is from its published network in PyTorch f32, on 50 neighbours from real clips.

Needs the clips that `clips` tells how to get; without them drawn ones are compared. Each size sees every time t on
a quarter of the pairs; `rife-hdv3`, whose network knows no time, the middle of each pair.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from storyboard.errors import SmootherError
from storyboard.smoothers import registry
from storyboard.smoothers.base import Gap
from tests.bench import clips
from tests.bench.harness import Finding, Skipped, check, progress
from tests.smoothers.moving import moving

if TYPE_CHECKING:
    from storyboard.frames import Frame

PAIRS = 50
TIMES = (Fraction(1, 4), Fraction(1, 3), Fraction(1, 2), Fraction(2, 3))
HDV3, HALF = "rife-hdv3", Fraction(1, 2)
SIZES = ((256, 256), (255, 253), (448, 256), (640, 272), (64, 64))
MOST = {"f32": 1, "f16": 8, "bf16": 12}
"""Levels of 255, by an engine's precision."""


def measure(scratch: Path, runs: int) -> list[Finding]:
    """Neither is asked: nothing is timed, and nothing is written."""
    try:
        from tests.smoothers.rife_hdv3_reference import Hdv3Reference
        from tests.smoothers.rife_reference import Reference
    except ImportError as error:
        raise Skipped("PyTorch is not installed") from error
    reference, hdv3 = Reference(), Hdv3Reference()
    engines = [
        status.name for status in registry.available() if status.usable and status.name.startswith("rife")
    ]
    found: list[Finding] = []
    for size in SIZES:
        what, gaps = _gaps(*size)
        progress(f"{size[0]}x{size[1]}: {len(gaps)} pairs of {what}")
        right = [reference.between(*gap) for gap in gaps]
        found += [_exact(name, size, gaps, right) for name in engines if name != HDV3]
        if HDV3 in engines:
            middles = [gap._replace(t=HALF) for gap in gaps]
            found.append(_exact(HDV3, size, middles, [hdv3.halfway(gap.before, gap.after) for gap in gaps]))
    return [*found, *(_refuses(name) for name in engines)]


def _gaps(width: int, height: int) -> tuple[str, list[Gap]]:
    files = clips.named()
    if files:
        each = PAIRS // len(files)
        pairs = [pair for file in files for pair in clips.pairs(file, width, height, each)]
        what = " and ".join(file.name for file in files)
    else:
        frames = [moving(width, height, 2, seed) for seed in range(PAIRS)]
        pairs, what = [(a, b) for a, b in frames], "drawn clips"
    return what, [Gap(*pair, TIMES[i % len(TIMES)]) for i, pair in enumerate(pairs)]


def _exact(name: str, size: tuple[int, int], gaps: list[Gap], right: list[Frame]) -> Finding:
    smoother = registry.open_smoother(name)
    most, total = 0, 0.0
    for made, wanted in zip(smoother.between(gaps), right, strict=True):
        off = np.abs(made.astype(int) - wanted)
        most, total = max(most, int(off.max())), total + float(off.mean())
    smoother.close()
    limit = MOST[smoother.engine.precision]
    how = f"{len(gaps)} pairs: at most {most}, on average {total / len(gaps):.2g} of 255"
    return check(f"{name} {size[0]}x{size[1]} is exact to {limit}", most <= limit, how)


def _refuses(name: str) -> Finding:
    smoother = registry.open_smoother(name)
    black, white = (np.full((1, 1, 3), level, np.uint8) for level in (0, 255))
    try:
        list(smoother.between([Gap(black, white, HALF)]))
    except SmootherError as error:
        return check(f"{name} refuses 1x1", True, str(error))
    finally:
        smoother.close()
    return check(f"{name} refuses 1x1", False)
