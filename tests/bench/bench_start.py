"""What a person waits for before anything is made: the command line's help, and a render with nothing to do."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from tests.bench import scenes
from tests.bench.harness import (
    BenchError,
    Finding,
    interleaved,
    made,
    program,
    progress,
    run,
    spread,
    storyboard,
    timed,
)

HELP = 0.3
"""Seconds."""
UP_TO_DATE = 2.0
"""Seconds."""
SHOTS = 10


def measure(scratch: Path, runs: int) -> list[Finding]:
    folder = scenes.project(scratch / "done", SHOTS)
    storyboard(scratch, "render", folder, "--quiet")
    facts = made(scratch, "render", folder)
    if facts["stitched"] or facts["segments"]:
        raise BenchError("a film that is up to date was made again")
    progress("Python alone, --help, render of an up-to-date film")
    bare, help_, again = interleaved(
        max(runs, 7),
        lambda: timed(lambda: run(scratch, [sys.executable, "-c", "pass"])),
        lambda: timed(lambda: run(scratch, [*program(), "--help"])),
        lambda: timed(lambda: storyboard(scratch, "render", folder, "--quiet")),
    )
    python = f"Python alone {spread(bare)}; medians of {len(bare)}"
    return [
        Finding("storyboard --help", statistics.median(help_), "s", HELP, how=f"{spread(help_)}; {python}"),
        Finding("render, all up to date", statistics.median(again), "s", UP_TO_DATE, how=spread(again)),
    ]
