"""What the benchmarks share: findings with their goals, interleaved runs, child processes, clean environments."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

ROOT = Path(__file__).resolve().parents[2]
RUNS = 7
"""Of each side; the middle one counts."""
WORKER_NICE = 10
"""As `storyboard.workers.__main__.NICE`: what is compared with our workers runs as politely as they do, so that
other programs on the machine slow both sides alike."""


Seconds = TypeVar("Seconds", float, tuple[float, ...])
"""What one run took, or each of its stages."""


class BenchError(Exception):
    """A benchmark could not be run as it should; the message says which step went wrong."""


class Finding(NamedTuple):
    """One measured number, and what it should be."""

    name: str
    value: float
    unit: str
    """`x` for a ratio, `s`, `ms`, `MB`, or empty for a check that holds (1) or does not (0)."""
    goal: float | None
    """None where nothing is asked: the number is there to be seen."""
    at_least: bool = False
    """Whether `goal` is a floor; otherwise it is a ceiling."""
    how: str = ""
    """The numbers behind the value."""

    @property
    def met(self) -> bool:
        return self.goal is None or (self.value >= self.goal if self.at_least else self.value <= self.goal)

    def line(self) -> str:
        """The finding in one line, with its verdict."""
        if not self.unit:
            return f"{self.name:38} {'holds' if self.met else 'FAILS':>16}   {self.how}".rstrip()
        shown = f"{self.value:.3g} {self.unit}"
        if self.goal is None:
            return f"{self.name:38} {shown:>16}   {self.how}".rstrip()
        asked = f"{'at least' if self.at_least else 'at most'} {self.goal:g} {self.unit}"
        return (
            f"{self.name:38} {shown:>16}   {'ok' if self.met else 'MISSED':6} ({asked})   {self.how}".rstrip()
        )

    def facts(self) -> dict[str, Any]:
        return {**self._asdict(), "met": self.met}


class Skipped(Exception):
    """A benchmark that this machine cannot run; the message says what it lacks."""


Benchmark = Callable[[Path, int], list[Finding]]
"""Measures in the scratch folder it is given, with so many runs of each side."""


def check(name: str, holds: bool, how: str = "") -> Finding:
    return Finding(name, float(holds), "", 1.0, at_least=True, how=how)


def interleaved(runs: int, *sides: Callable[[], Seconds]) -> list[list[Seconds]]:
    """What each of `sides` returned in each of `runs` rounds: a, b, a, b, ... so that a machine that slows down
    for a while slows both."""
    found: list[list[Seconds]] = [[] for _ in sides]
    for number in range(1, runs + 1):
        for measured, side in zip(found, sides, strict=True):
            measured.append(side())
        progress(f"run {number} of {runs}: {', '.join(_words(measured[-1]) for measured in found)}")
    return found


def _words(seconds: float | tuple[float, ...]) -> str:
    parts = seconds if isinstance(seconds, tuple) else (seconds,)
    return " + ".join(f"{part:.3g}" for part in parts)


def progress(text: str) -> None:
    print(f"    {text}", file=sys.stderr, flush=True)


def spread(values: Sequence[float], unit: str = "s") -> str:
    """Median and range, in words."""
    return f"{statistics.median(values):.3g} {unit} ({min(values):.3g} to {max(values):.3g})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(ours) / statistics.median(theirs)


def versus(ours: Sequence[float], theirs: Sequence[float]) -> str:
    return f"ours {spread(ours)}, theirs {spread(theirs)}; medians of {len(ours)}"


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


# ---- processes


@contextlib.contextmanager
def setting(name: str, value: str) -> Iterator[None]:
    """An environment variable for what runs meanwhile, both sides alike."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


def environment(scratch: Path) -> dict[str, str]:
    """For child processes: no network, no window, and a home of their own that stays warm between runs."""
    return {
        **os.environ,
        "STORYBOARD_HOME": str(scratch / "home"),
        "HF_HUB_OFFLINE": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }


def program() -> list[str]:
    """The installed command, as a person starts it; without one, the same in this checkout."""
    script = Path(sysconfig.get_path("scripts"), "storyboard.exe" if os.name == "nt" else "storyboard")
    if script.exists():
        return [str(script)]
    return [sys.executable, "-c", "from storyboard.cli import main; main()"]


def storyboard(scratch: Path, *arguments: object) -> str:
    """What the command printed. Raises `BenchError` when it failed."""
    return run(scratch, [*program(), *map(str, arguments)])


def made(scratch: Path, *arguments: object) -> dict[str, Any]:
    """The facts that a command with `--json` printed."""
    facts: dict[str, Any] = json.loads(storyboard(scratch, *arguments, "--json"))
    return facts


def script(scratch: Path, module: str, *arguments: object) -> str:
    """What a Python module, run as a script beside our workers' priority, printed."""
    return run(scratch, [sys.executable, "-m", module, *map(str, arguments)], nice=WORKER_NICE)


def run(scratch: Path, command: Sequence[str], nice: int = 0, errors: bool = False) -> str:
    """Standard output of `command`, or its standard error. Raises `BenchError` when it failed."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(scratch),
        check=False,
        preexec_fn=partial(os.nice, nice) if nice and os.name == "posix" else None,
    )
    if done.returncode:
        raise BenchError(f"{' '.join(command)[:200]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stderr if errors else done.stdout


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    return {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="storyboard-bench-", ignore_cleanup_errors=True)
