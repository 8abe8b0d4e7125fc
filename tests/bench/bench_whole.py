"""Ten minutes of film, played from the first frame to the last in the whole window: 300 shots at 512x512 and 24 fps.

Ten minutes of real time, so it runs only when it is named. A frame counts as presented when it was painted while it
was due.
"""

from __future__ import annotations

from pathlib import Path

from tests.bench import bench_playback, scenes
from tests.bench.harness import Finding, progress


def measure(scratch: Path, runs: int) -> list[Finding]:
    film = bench_playback.built(scratch / "built")
    seconds = float(bench_playback.SHOTS * bench_playback.LENGTH / scenes.RATE)
    progress(f"playing {seconds:.0f} s")
    return [bench_playback.played(scratch, film, "the whole film", seconds)]
