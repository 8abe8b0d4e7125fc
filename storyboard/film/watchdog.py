"""How long a step may be silent before its worker is taken for hanging.

A worker is heard of when its step gets on: another part is done, or another picture is shown. Messages beside that, such
as how full the device is, come from a worker that goes round in circles too.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from storyboard.film.history import Cost, Work
from storyboard.workers.crew import Lane

PATIENCE: Final = "STORYBOARD_PATIENCE"
"""The environment variable that sets the least silence, in seconds, for every step: for a machine whose steps are slower
than the floors allow, or a test that does not wait for them."""
FLOORS: Final[dict[Lane, float]] = {"generate": 1800.0, "media": 600.0}
"""Seconds: loading a model of 30 GB from a slow disk, or one step of it with its parts moved in and out, stays below."""
TIMES: Final = 20.0
"""How many times longer than this machine needed before a part may take."""


def patience(cost: Cost, work: Work, total: int, done: int, lane: Lane) -> float:
    """Seconds without another part done after which a step hangs, that has done `done` of `total` parts.

    Before the first part it may load a model, and after the last one it may have much to decode and encode.
    """
    part = work.units * cost.unit / max(total, 1)
    if done <= 0:
        part += cost.start
    if done >= total:
        part += work.units * cost.tail
    return max(floor(lane), TIMES * part)


def floor(lane: Lane) -> float:
    """The least of it."""
    try:
        return max(float(os.environ.get(PATIENCE, "")), 0.1)
    except ValueError:
        return FLOORS[lane]


def memory_kills() -> int:
    """How many processes this system has ended for want of memory since it started; 0 where it does not tell."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text("ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


def in_words(seconds: float) -> str:
    """`40 seconds`, `30 minutes`, `3 hours`."""
    for size, name in ((3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"
