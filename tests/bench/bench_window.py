"""The window: how soon a film is seen, and how long the timeline of a very long one takes to paint."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from storyboard import edit, resources, store
from storyboard.project import Project, new_shot
from tests.bench.harness import Finding, progress, run, spread

SHOTS = 5000
SAMPLE = 2.0
"""Seconds from the command to the first paint of the sample."""
LONG = 1.5
"""Seconds to open a film of 5,000 shots, the libraries being loaded."""
PAINT = 4.0
"""Milliseconds of 99 in 100 paints of the timeline."""
ALIVE = 3
"""Runs of each: a window is opened by hand, not a thousand times."""


def measure(scratch: Path, runs: int) -> list[Finding]:
    sample = scratch / "sample"
    shutil.copytree(
        resources.samples() / "spaghetti", sample, ignore=shutil.ignore_patterns("cache", "exports", ".lock*")
    )
    long = _long(scratch / "long")
    times = max(1, min(runs, ALIVE))
    progress("the sample, to its first paint")
    first = [_opened(scratch, sample)["from_start"] for _ in range(times)]
    progress(f"{SHOTS:,} shots: open, scroll, zoom, drag")
    found = [_opened(scratch, long, "--use") for _ in range(times)]
    opening = [facts["opening"] for facts in found]
    findings = [
        Finding("sample: command to first paint", statistics.median(first), "s", SAMPLE, how=spread(first)),
        Finding(f"{SHOTS:,} shots: opening", statistics.median(opening), "s", LONG, how=spread(opening)),
    ]
    for name in ("scroll", "zoom", "drag"):
        clock, work = ([_p99([paint[side] for paint in facts[name]]) for facts in found] for side in (0, 1))
        usual = statistics.median(paint[0] for facts in found for paint in facts[name])
        how = f"p99 of each run {spread(clock, 'ms')}, of processor time {spread(work, 'ms')}; usual {usual:.2g} ms"
        label = f"{SHOTS:,} shots: paint, {name}, p99"
        findings.append(Finding(label, statistics.median(clock), "ms", PAINT, how=how))
    return findings


def _p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * len(values))]


def _opened(scratch: Path, project: Path, *options: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.windowed", str(project), repr(time.time()), *options]
    facts: dict[str, Any] = json.loads(run(scratch, command).splitlines()[-1])
    return facts


def _long(folder: Path) -> Path:
    """A film of many sketched shots of several lengths."""
    things = ("a dog", "a red ball", "two chefs", "a ship at sea", "一只猫在睡觉")
    shots = [
        new_shot(f"shot-{n}", f"{things[n % len(things)]} number {n}, slow motion", 24 + 12 * (n % 5))
        for n in range(SHOTS)
    ]
    with store.create(folder, edit.append(Project(name="Long", width=512, height=512), *shots)):
        pass
    return folder
