"""The window while a film plays, and while one is made: frames that come in time, and an event loop that turns.

- playing: a film of 300 shots at 512x512 and 24 fps, first from its encoded segments, then from raw takes, in the
  whole window at 1600x1000, offscreen. A frame counts as presented when it was painted while it was due. Each of
  the runs plays on for 20 s; `bench_whole` plays all ten minutes.
- alive: a timer of 1 ms in the window while a worker process generates with a small pipeline of the real classes;
  in the second half of the time the timeline is scrolled.
- memory: ten projects opened, played and closed one after the other in one process; what is counted is how much
  more the last one leaves than the first.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import statistics
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from storyboard import edit, store
from storyboard.film import cache, keys, plan
from storyboard.media import lossless, segment
from storyboard.project import Chosen, Motion, Project, new_shot
from storyboard.take import Take
from tests.bench import scenes
from tests.bench.harness import BenchError, Finding, progress, run

SHOTS = 300
SIZE = 512
LENGTH = 48
PATTERNS = 12
"""Shots that differ; the film repeats them, each time from a file of its own."""
EACH = 20.0
"""Seconds that one run plays."""
ALIVE = 30.0
"""Seconds that the event loop is watched."""
PROJECTS = 10
GAP_P99, GAP_MOST, PAINT_P99 = 8.0, 33.0, 8.0
"""Milliseconds."""
GROWTH = 1.10


def measure(scratch: Path, runs: int) -> list[Finding]:
    progress(f"playing: {SHOTS} encoded shots at {SIZE}x{SIZE}")
    film = built(scratch / "built")
    seconds = EACH * runs
    findings = [played(scratch, film, "segments", seconds)]
    progress("playing: raw takes")
    raw = scenes.project(scratch / "raw", PATTERNS, SIZE, LENGTH)
    findings.append(played(scratch, raw, "raw takes", EACH, "--raw"))
    if all(importlib.util.find_spec(name) for name in ("torch", "diffusers", "transformers")):
        progress("the event loop while a model generates")
        findings += _alive(scratch)
    else:
        progress("alive: left out, PyTorch and diffusers are not installed")
    progress(f"memory: {PROJECTS} projects one after the other")
    findings.append(_memory(scratch, raw))
    return findings


def _watched(scratch: Path, *arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.watched", *map(str, arguments)]
    facts: dict[str, Any] = json.loads(run(scratch, command).splitlines()[-1])
    return facts


def played(scratch: Path, folder: Path, name: str, seconds: float, *options: str) -> Finding:
    facts = _watched(scratch, "play", folder, "--seconds", seconds, *options)
    due = facts["presented"] + facts["dropped"]
    if due < 20 * seconds:
        raise BenchError(f"only {due} frames were due in {seconds:.0f} s")
    how = f"{facts['presented']} of {due} painted in time, in {facts['took']:.1f} s"
    return Finding(f"playing {name}: dropped frames", facts["dropped"], "frames", 0, how=how)


def built(folder: Path) -> Path:
    """A film whose shots all have their takes and segments: a few patterns, under many names."""
    preset = segment.PRESETS["h264"]
    (folder / cache.SEGMENTS).mkdir(parents=True)
    (folder / "takes").mkdir()
    made = Project(name="Built", width=SIZE, height=SIZE, rate=scenes.RATE)
    patterns = []
    for number in range(PATTERNS):
        patterns.append((folder / f"pattern-{number}.mkv", folder / f"pattern-{number}.mp4"))
        frames = list(scenes.moving(number, SIZE, LENGTH))
        lossless.write(patterns[-1][0], frames, scenes.RATE)
        segment.write(patterns[-1][1], frames, SIZE, SIZE, scenes.RATE, preset)
    shots = []
    for n in range(SHOTS):
        take = Take(
            id=f"take-{n}", shot=f"shot-{n}", number=1, created=scenes.CREATED, frames=LENGTH, rate=scenes.RATE,
            width=SIZE, height=SIZE, content=f"{n:064x}",
        )  # fmt: skip
        pixels, encoded = patterns[n % PATTERNS]
        os.link(pixels, folder / take.pixels)
        store.publish(folder, take)
        shot = msgspec.structs.replace(
            new_shot(take.shot, f"shot number {n}", LENGTH),
            motion=Motion(speed=Fraction(1)),
            chosen=Chosen(take=take.id),
        )
        shots.append(shot)
        places = plan.positions(made, shot, take)
        encoder = segment.version(preset)
        name = keys.segment(take, places, shot.fit, (SIZE, SIZE), made.rate, None, encoder)
        os.link(encoded, folder / cache.SEGMENTS / f"{name}{preset.suffix}")
    store.create(folder, edit.append(made, *shots)).close()
    return folder


def _alive(scratch: Path) -> list[Finding]:
    from tests import tiny

    model = tiny.build(scratch / "tiny")
    folder = scratch / "generating"
    shots = [new_shot(f"shot-{n}", f"a dog runs, {n}", LENGTH) for n in range(8)]
    wanted = edit.append(Project(name="Generating", width=128, height=128), *shots)
    store.create(folder, edit.set_look(wanted, model=str(model), steps=500)).close()
    facts = _watched(scratch, "alive", folder, "--seconds", ALIVE)
    if not facts["making"]:
        raise BenchError("the worker was done before the time was over; give it more steps")
    gaps = [*facts["gaps"], *facts["scrolling"]]
    paints = facts["paints"]
    how = f"{len(gaps)} turns in {ALIVE:.0f} s, median {statistics.median(gaps):.2f} ms"
    return [
        Finding("generating: event loop gap, p99", _p99(gaps), "ms", GAP_P99, how=how),
        Finding(
            "generating: longest gap", max(gaps), "ms", GAP_MOST, how=f"at rest {max(facts['gaps']):.1f} ms"
        ),
        Finding(
            "generating: timeline paint, p99", _p99(paints), "ms", PAINT_P99, how=f"{len(paints)} paints"
        ),
    ]


def _memory(scratch: Path, original: Path) -> Finding:
    folders = []
    for number in range(PROJECTS):
        folders.append(scratch / f"project-{number}")
        shutil.copytree(original, folders[-1], ignore=shutil.ignore_patterns(".lock*"))
    grown = _watched(scratch, "memory", *folders)["megabytes"]
    how = f"{grown[0]:.0f} MB after the first, {grown[-1]:.0f} MB after the {PROJECTS}th"
    return Finding("memory after ten projects", grown[-1] / grown[0], "x", GROWTH, how=how)


def _p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * len(values))]
