"""`make faults`: kill the command line and the window 300 times, and prove each time that nothing was lost.

`python -m tests.faults [FIRST [RUNS]]`: each run has a number, which decides all of its chances; runs FIRST to
FIRST + RUNS - 1 are made. So one can be repeated, and a series goes on where it ended.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path

from tests.faults import runs

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

RUNS = 300
SAVED_WITHIN = 1.0
"""Seconds of edits that a kill may cost."""


def main() -> int:
    first, many, *_ = (*map(int, sys.argv[1:]), *(1, RUNS)[len(sys.argv) - 1 :])
    told: list[runs.Told] = []
    failed: list[int] = []
    with tempfile.TemporaryDirectory(prefix="storyboard-faults-") as scratch:
        sample = runs.sample(Path(scratch))
        print(
            f"a render takes {sample.whole:.1f} s and {len(sample.moments)} faults by call are known",
            flush=True,
        )
        for number in range(first, first + many):
            try:
                told.append(runs.one(sample, Path(scratch), number))
            except (AssertionError, OSError):
                traceback.print_exc()
                failed.append(number)
                continue
            words, hit, lost = told[-1]
            missing = f", {lost:.2f} s of edits" if lost else ""
            print(
                f"{number:4} {'killed' if hit else 'done before'}: {words}: lost nothing{missing}", flush=True
            )
    return _sum_up(told, failed)


def _sum_up(told: list[runs.Told], failed: list[int]) -> int:
    worst = max((each.lost for each in told), default=0.0)
    late = sum(each.lost > SAVED_WITHIN for each in told)
    print(
        f"{len(told) + len(failed)} runs, {sum(each.hit for each in told)} killed; failed: {failed or 'none'}"
    )
    print(f"most edits missing after a kill of the window: {worst:.2f} s; above {SAVED_WITHIN:.0f} s: {late}")
    return 1 if failed or late else 0


if __name__ == "__main__":
    raise SystemExit(main())
