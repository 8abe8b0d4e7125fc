"""`make soak`: 5,000 edits, 200 takes and 50 films in one process; nothing may be left of them.

`python -m tests.soak [ROUNDS [SEED]]`, of 500 edits, 20 takes and 5 films each, after as many rounds as it takes to fill
what is kept on purpose (undo steps, pictures, what a worker loads once); from then on memory may grow by 5 %, and nothing
else at all.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROUNDS = 10
WARM = 8
"""Rounds before those that count: after four there are 1,000 undo steps, in the seventh the media worker meets the last
thing that it loads once."""
GROWTH = 0.05


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    with tempfile.TemporaryDirectory(prefix="storyboard-soak-") as scratch:
        os.environ["STORYBOARD_HOME"] = str(Path(scratch, "home"))
        os.environ["HF_HUB_OFFLINE"] = "1"
        return _soak(Path(scratch), rounds, seed)


def _soak(scratch: Path, rounds: int, seed: int) -> int:
    from tests.soak.soak import Round, Soak, keep_little

    keep_little()
    soak = Soak(scratch / "film", seed, _model(scratch))
    held = []
    began = time.monotonic()
    for number in range(1, WARM + rounds + 1):
        held.append(soak.round(Round(500, 20, 5)))
        print(f"round {number:2} after {time.monotonic() - began:5.0f} s: {held[-1]}", flush=True)
    soak.close()
    left = soak.held()
    print(f"closed: {left}; threads of Python: {[thread.name for thread in threading.enumerate()]}")
    print(f"{soak.undone} edits were undone, {soak.failed} jobs failed")
    warm, end = held[WARM - 1], held[-1]
    memory, workers = end.memory / warm.memory - 1, end.workers / max(warm.workers, 1) - 1
    print(f"since warm: memory {memory:+.1%}, of workers {workers:+.1%}")
    fine = (
        max(memory, workers) <= GROWTH
        and end.handles
        <= max(one.handles for one in held[:WARM])  # pools end threads that were idle for a while
        and end.threads <= max(one.threads for one in held[:WARM])
        and end.processes <= warm.processes
        and left.processes == 0
        and not soak.failed
    )
    return 0 if fine else 1


def _model(scratch: Path) -> Path | None:
    """A text-to-video model of the real classes, small; None where PyTorch is not installed."""
    if importlib.util.find_spec("diffusers") is None:
        print("without the models extra: the sketch only")
        return None
    # In a process of its own: PyTorch in this one would hide what the window itself holds.
    place = scratch / "tiny"
    code = f"from pathlib import Path; from tests.tiny import build; build(Path({str(place)!r}))"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[2])
    return place


if __name__ == "__main__":
    raise SystemExit(main())
