"""`make bench`: measure, and say how each number stands against its goal.

Ratios are between two sides that were run by turns on this machine, in this run; the middle one of seven counts
unless a line says otherwise. About twenty minutes on two idle cores. Ends with 1 when a goal was missed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.harness import (
    RUNS,
    BenchError,
    Benchmark,
    Finding,
    Skipped,
    check,
    machine,
    progress,
    scratch,
)

BENCHMARKS = {
    "film": "bench_film",
    "rerender": "bench_rerender",
    "stitch": "bench_stitch",
    "memory": "bench_memory",
    "models": "bench_models",
    "values": "bench_values",
    "reliability": "bench_reliability",
    "smooth": "bench_smooth",
    "smooth-memory": "bench_smooth_memory",
    "start": "bench_start",
    "sketch": "bench_sketch",
    "quality": "bench_quality",
    "player": "film_check",
    "smoothing": "bench_smoothing",
    "card": "bench_card",
    "exactness": "bench_exactness",
    "window": "bench_window",
    "playback": "bench_playback",
    "whole": "bench_whole",
}
"""Name on the command line, and module with its `measure`."""
ASKED_FOR = frozenset(("whole",))
"""Those that are long: they run only when they are named."""


def main() -> int:
    wanted = arguments()
    print(f"{json.dumps(machine())}; medians of {wanted.runs} runs by turns, unless said otherwise")
    found: dict[str, list[Finding]] = {}
    for name in wanted.names or [name for name in BENCHMARKS if name not in ASKED_FOR]:
        progress(f"{name} ...")
        start = time.monotonic()
        found[name] = measured(name, wanted.runs)
        progress(f"{name}: {time.monotonic() - start:.0f} s")
    if wanted.json:
        wanted.json.write_text(json.dumps(facts(found), indent=2) + "\n")
    missed = [finding.name for findings in found.values() for finding in findings if not finding.met]
    print(f"missed: {'; '.join(missed)}" if missed else "every goal that was measured is met")
    return 1 if missed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which of {', '.join(BENCHMARKS)}; all but whole if none"
    )
    parser.add_argument("--runs", type=int, default=RUNS, help="of each side (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every number there too")
    wanted = parser.parse_args()
    if unknown := set(wanted.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    if wanted.runs < 1:
        parser.error("--runs is at least 1")
    return wanted


def measured(name: str, runs: int) -> list[Finding]:
    """Runs one benchmark in a folder of its own and prints its lines."""
    measure: Benchmark = importlib.import_module(f"tests.bench.{BENCHMARKS[name]}").measure
    with scratch() as place:
        # What this process itself keeps (compiled networks, learned times) stays out of the user's folders.
        os.environ["STORYBOARD_HOME"] = str(Path(place, "home"))
        try:
            findings = measure(Path(place), runs)
        except Skipped as reason:
            print(f"{name:10} left out: {reason}", flush=True)
            return []
        except BenchError as error:
            findings = [check("it could be measured", False, str(error))]
    for finding in findings:
        print(f"{name:10} {finding.line()}", flush=True)
    return findings


def facts(found: dict[str, list[Finding]]) -> dict[str, Any]:
    return {
        "machine": machine(),
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "findings": {name: [finding.facts() for finding in findings] for name, findings in found.items()},
    }


if __name__ == "__main__":
    sys.exit(main())
