"""Batches of inputs, one process after another: where one ends before its time, the next goes on behind that input."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

BATCH = 2_000
SECONDS_EACH = 0.25
"""Seconds that an input may take on average before its batch counts as hanging; one takes a few milliseconds."""
ROOT = Path(__file__).resolve().parents[2]


class Found(NamedTuple):
    """What came of a batch."""

    last: int
    """The number of the next input."""
    refused: int
    wrong: list[str]
    """A line for each input that was not dealt with as it should be."""


def in_batches(first: int, last: int) -> Iterator[Found]:
    """Inputs `first` to `last - 1`."""
    with tempfile.TemporaryDirectory() as scratch:
        now = Path(scratch, "now")
        while first < last:
            found = _batch(first, min(first + BATCH, last), now)
            yield found
            first = found.last


def _batch(first: int, last: int, now: Path) -> Found:
    now.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.batch", str(first), str(last), str(now)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
            timeout=60 + SECONDS_EACH * (last - first),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _crashed(first, last, now, "the process hung")
    lines = done.stdout.splitlines()
    wrong = [line for line in lines if line.startswith("wrong ")]
    refused = [int(line.split()[1]) for line in lines if line.startswith("refused ")]
    if done.returncode == 0 and refused:
        return Found(last, refused[0], wrong)
    crashed = _crashed(first, last, now, f"the process ended with {done.returncode}: {done.stderr[-500:]}")
    return crashed._replace(wrong=wrong + crashed.wrong)


def _crashed(first: int, last: int, now: Path, reason: str) -> Found:
    if not now.exists():
        raise RuntimeError(f"the batch did not begin: {reason}")
    number = int(now.read_bytes() or b"0")
    return Found(max(number, first) + 1, 0, [f"wrong {number}: {reason}"])
