"""`make faults`: kill renders with SIGKILL at random moments, and prove each time that nothing was lost.

The moments are drawn from the whole length of an undisturbed render of the same project, worker processes are
killed as well as the command itself, and a seed given as the argument repeats a run.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.faults.harness import prove_nothing_lost
from tests.support import COMMAND, film, make_project, storyboard

RUNS = 30
PROMPTS = ("a man eats spaghetti", "a red car at night", "a whale jumps out of the sea", "a dog sleeps")


def kill_after(folder: Path, seconds: float, victim: str) -> bool:
    """Start a render and SIGKILL it after `seconds`; False when it was done before."""
    with subprocess.Popen(
        [*COMMAND, "render", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        try:
            run.wait(seconds)
        except subprocess.TimeoutExpired:
            family = psutil.Process(run.pid).children(recursive=True)
            chosen = (
                family
                if victim == "workers"
                else [psutil.Process(run.pid), *(family if victim == "all" else [])]
            )
            for process in chosen:
                if process.is_running():
                    process.send_signal(signal.SIGKILL)
            run.wait(120)
            return True
        return False


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(10**6)
    chance = random.Random(seed)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as scratch:
        project = make_project(Path(scratch, "project"), *PROMPTS, length=24)
        calm = Path(scratch, "calm")
        shutil.copytree(project, calm)
        start = time.monotonic()
        assert storyboard("render", calm).code == 0
        whole = time.monotonic() - start
        undisturbed = film(calm / "exports" / "calm.mp4")
        killed = number = 0
        while killed < RUNS:
            number += 1
            folder = Path(scratch, f"run-{number}")
            shutil.copytree(project, folder)
            moment, victim = chance.uniform(0.1, 0.9 * whole), chance.choice(("command", "workers", "all"))
            hit = kill_after(folder, moment, victim)
            killed += hit
            prove_nothing_lost(folder, undisturbed)
            print(
                f"{number:3} {'killed' if hit else 'done before'}: {victim} at {moment:.2f} s of {whole:.2f}: nothing lost"
            )
            shutil.rmtree(folder)
    print(
        f"{RUNS} runs, {killed} killed: each project opened, no take was lost, each film is frame-identical"
    )


if __name__ == "__main__":
    main()
