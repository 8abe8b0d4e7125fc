"""Milliseconds for an in-between, against the ncnn wrapper's CPU mode called pair by pair, and how exact it is.

Both sides are processes with their network loaded, asked by turns to smooth the same clip at t = 1/2; reading,
padding and a picture's features are in our time. Each clip's in-betweens are compared with the published network in
PyTorch f32 (`tests/smoothers/rife_reference.py`) over the whole clip.
"""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

from storyboard.smoothers import ncnn_model, registry
from tests.bench import clips
from tests.bench.harness import (
    ROOT,
    BenchError,
    Finding,
    Skipped,
    check,
    environment,
    interleaved,
    progress,
    ratio,
    spread,
)

SIZES = {(256, 256): (17, 2.7), (448, 256): (13, 2.7), (640, 360): (9, 2.7), (1280, 720): (5, 2.5)}
"""Width and height: how many frames the clip has, and how many times the wrapper's speed is asked."""
FAST = 3.5
OFF = {"rife-openvino": 1, "rife-openvino-fast": 24}
"""The largest difference from PyTorch f32, of 255, that an engine may have."""


def measure(scratch: Path, runs: int) -> list[Finding]:
    usable = {status.name for status in registry.available() if status.usable}
    if not {"rife-ncnn", "rife-openvino"} <= usable:
        raise Skipped("rife-ncnn or rife-openvino cannot run here")
    engines = [name for name in OFF if name in usable]
    return [
        finding
        for size, (frames, least) in SIZES.items()
        for finding in _size(scratch, runs, size, frames, least, engines)
    ]


def _size(
    scratch: Path, runs: int, size: tuple[int, int], count: int, least: float, engines: list[str]
) -> Iterator[Finding]:
    what, frames = clips.pictures(*size, count)
    name = f"{size[0]}x{size[1]}"
    progress(f"{name}: {count - 1} in-betweens of {what}")
    given = scratch / f"{name}.npy"
    np.save(given, np.stack(frames))
    model = ncnn_model.folder(scratch)
    with contextlib.ExitStack() as stack:
        sides = [
            stack.enter_context(_side(scratch, side, given, *([model] if side == "wrapper" else [])))
            for side in ("wrapper", *engines)
        ]
        theirs, *ours = interleaved(runs, *(partial(_each, side, count - 1) for side in sides))
    right = _reference(given)
    for engine, times in zip(engines, ours, strict=True):
        how = f"ours {spread(times, 'ms')}, theirs {spread(theirs, 'ms')}; medians of {runs}"
        goal = least if engine == "rife-openvino" else FAST
        yield Finding(f"{engine} {name}, times the wrapper", ratio(theirs, times), "x", goal, True, how)
        off = np.abs(np.load(_made(given, engine)).astype(int) - right)
        found = f"over {len(off)} frames: at most {off.max()}, on average {off.mean():.2g}"
        yield check(f"{engine} {name} is exact to {OFF[engine]}", off.max() <= OFF[engine], found)


def _made(given: Path, engine: str) -> Path:
    return given.with_name(f"{given.stem}-{engine}.npy")


@contextlib.contextmanager
def _side(scratch: Path, engine: str, given: Path, *model: Path) -> Iterator[Callable[[], float]]:
    """What smooths the clip once and says how many seconds that took."""
    command = [sys.executable, "-m", "tests.bench.smoothing_side", engine, str(given)]
    with subprocess.Popen(
        [*command, str(_made(given, engine)), *map(str, model)],
        cwd=ROOT,
        env=environment(scratch),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers, orders = process.stdout, process.stdin
        _answer(answers.readline(), engine)

        def once() -> float:
            orders.write("again\n")
            orders.flush()
            return _answer(answers.readline(), engine)

        yield once
        orders.close()


def _answer(line: str, engine: str) -> float:
    if not line:
        raise BenchError(f"the process with {engine} ended")
    return float(line)


def _each(once: Callable[[], float], count: int) -> float:
    """Milliseconds for each in-between."""
    return once() * 1000 / count


def _reference(given: Path) -> np.ndarray:
    from tests.smoothers.rife_reference import Reference

    frames, reference = np.load(given), Reference()
    half = Fraction(1, 2)
    return np.stack([reference.between(a, b, half) for a, b in itertools.pairwise(frames)])
