"""A render after one shot of a hundred was changed, against the whole render. Takes are there: nothing is generated.

Both are whole `storyboard render` commands, from the start of the process to its end. The change is another take
of one shot, so that shot needs smoothing and encoding, and the film a new stitch. The whole render is long:
it is run three times, with three re-renders, each of another shot, after each.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from tests.bench import scenes
from tests.bench.harness import BenchError, Finding, made, progress, ratio, spread, storyboard, timed

SHOTS = 100
WHOLE = 3
EACH = 3
MOST = 0.03


def measure(scratch: Path, runs: int) -> list[Finding]:
    """`runs` is not asked: see above."""
    folder = scenes.project(scratch / "hundred", SHOTS, others=WHOLE * EACH)
    whole: list[float] = []
    again: list[float] = []
    shots = count(1)
    for number in range(1, WHOLE + 1):
        whole.append(_whole(scratch, folder))
        again.extend(_changed(scratch, folder, shots))
        progress(f"run {number} of {WHOLE}: {whole[-1]:.3g}, {', '.join(f'{s:.3g}' for s in again[-EACH:])}")
    how = f"one shot {spread(again)}, median of {len(again)}; all {spread(whole)}, median of {WHOLE}"
    return [
        Finding("1 of 100 shots changed, of a render", 100 * ratio(again, whole), "%", 100 * MOST, how=how)
    ]


def _whole(scratch: Path, folder: Path) -> float:
    scenes.forget(folder, "cache", "exports")
    return timed(lambda: storyboard(scratch, "render", folder, "--quiet"))


def _changed(scratch: Path, folder: Path, shots: Iterator[int]) -> Iterator[float]:
    for number in islice(shots, EACH):
        storyboard(scratch, "choose", folder, number, 2)
        start = time.perf_counter()
        facts = made(scratch, "render", folder)
        yield time.perf_counter() - start
        done = (facts["takes"], facts["inbetweens"], facts["segments"], facts["stitched"])
        if done != (0, 23, 1, True):
            raise BenchError(f"a changed shot made other things than its own: {done}")
