"""Stitching 300 two-second segments, against `ffmpeg -f concat -c copy` of the same files.

Both write an MP4 with its index in front (`faststart`), as films for the web have. Ours also compares every
segment's header, reads the film back, and waits until it is on the disk. Ours is a call in this process, as it is
in a warm worker; ffmpeg is a process.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from storyboard.media import segment, stitch
from tests.bench import scenes
from tests.bench.harness import Finding, Skipped, interleaved, progress, ratio, run, timed, versus

SEGMENTS = 300
KINDS = 12
"""Different segments; the others are copies in files of their own."""
FRAMES = 48
SIZE = 256
MOST = 1.2


def measure(scratch: Path, runs: int) -> list[Finding]:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise Skipped("ffmpeg is not installed")
    preset = segment.PRESETS["h264"]
    parts = _segments(scratch, preset)
    listing = scratch / "segments.txt"
    listing.write_text("".join(f"file '{part}'\n" for part in parts))
    ours_out, theirs_out = scratch / "ours.mp4", scratch / "theirs.mp4"

    def ours() -> float:
        return timed(lambda: stitch.stitch(parts, ours_out, scenes.RATE, preset, frames=SEGMENTS * FRAMES))

    command = [ffmpeg, "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", str(listing), "-c", "copy"]
    command += ["-movflags", "+faststart", str(theirs_out)]

    def theirs() -> float:
        return timed(lambda: run(scratch, command))

    progress(f"stitching {SEGMENTS} segments")
    ours(), theirs()
    a, b = interleaved(max(runs, 7), ours, theirs)
    return [Finding("300 segments stitched, of ffmpeg's time", ratio(a, b), "x", MOST, how=versus(a, b))]


def _segments(scratch: Path, preset: segment.Preset) -> list[Path]:
    folder = scratch / "segments"
    folder.mkdir()
    parts = [folder / f"{n:03}.mp4" for n in range(SEGMENTS)]
    for n, part in enumerate(parts):
        if n < KINDS:
            segment.write(part, scenes.moving(n, SIZE, FRAMES), SIZE, SIZE, scenes.RATE, preset)
        else:
            shutil.copyfile(parts[n % KINDS], part)
    return parts
