"""Peak memory of a film of 300 shots against one of 30: it must not grow with the film.

Half of the shots have takes, which are smoothed with RIFE; the others are sketched. What is counted is the
resident memory of the command and all its worker processes together, looked at every 20 ms.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

import psutil

from tests.bench import scenes
from tests.bench.harness import (
    BenchError,
    Finding,
    environment,
    interleaved,
    program,
    progress,
    ratio,
    spread,
)

FEW, MANY = 30, 300
SIZE = 64
LENGTH = 24
RUNS = 3
"""Of each: the long film takes a while, and memory varies less than time."""
EVERY = 0.02
MOST = 1.15


def measure(scratch: Path, runs: int) -> list[Finding]:
    """`runs` is not asked: see `RUNS`."""
    folders = [scenes.project(scratch / f"shots-{n}", n, SIZE, LENGTH, sketched=2) for n in (FEW, MANY)]
    progress(f"peak memory in MB, {FEW} and {MANY} shots")
    peak(scratch, folders[0])
    few, many = interleaved(RUNS, *(partial(peak, scratch, folder) for folder in folders))
    how = f"{MANY} shots {spread(many, 'MB')}, {FEW} shots {spread(few, 'MB')}; medians of {RUNS}"
    return [Finding("memory of 300 shots, of 30 shots'", ratio(many, few), "x", MOST, how=how)]


def peak(scratch: Path, folder: Path) -> float:
    """Most resident memory, in MB, while the project's animatic is made from nothing."""
    scenes.forget(folder, "cache", "exports")
    most = 0
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [*program(), "animatic", str(folder), "--quiet"],
            env=environment(scratch),
            stdout=subprocess.DEVNULL,
            stderr=errors,
        ) as running,
    ):
        command = psutil.Process(running.pid)
        while running.poll() is None:
            most = max(most, resident(command))
            time.sleep(EVERY)
        if running.returncode:
            errors.seek(0)
            raise BenchError(f"the animatic of {folder.name} failed: {errors.read()[-2000:]}")
    return most / 1e6


def resident(command: psutil.Process) -> int:
    """Bytes of `command` and all that it started; pages that several of them share count once where the system says
    which those are."""
    total = 0
    try:
        for process in (command, *command.children(recursive=True)):
            total += _share(process)
    except psutil.NoSuchProcess:  # ended while we looked: the next look counts
        return 0
    return total


def _share(process: psutil.Process) -> int:
    try:
        table = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except OSError:
        return int(process.memory_info().rss)
    return next((int(line.split()[1]) * 1024 for line in table.splitlines() if line.startswith("Pss:")), 0)
