"""The sample film as players see it: what is in the file, whether ffmpeg decodes it without a word, and whether a
browser plays it through.

Every check needs a program that may not be here (ffprobe, ffmpeg, Chromium); those without one are left out and
named.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from storyboard import resources
from tests.bench import browser
from tests.bench.harness import Finding, Skipped, check, progress, run, storyboard

FRAMES = 480
SECONDS = 20.0


def measure(scratch: Path, runs: int) -> list[Finding]:
    """`runs` is not asked: a film is right or wrong."""
    film = render(scratch)
    found = [check("index in front (faststart)", _faststart(film), f"{film.stat().st_size / 1e6:.2f} MB")]
    if ffprobe := shutil.which("ffprobe"):
        found += _looks(json.loads(_probe(scratch, ffprobe, film)))
    else:
        progress("left out: ffprobe is not installed")
    if ffmpeg := shutil.which("ffmpeg"):
        said = run(scratch, [ffmpeg, "-v", "warning", "-i", str(film), "-f", "null", "-"], errors=True)
        found.append(check("ffmpeg decodes it without a word", not said, said[:200]))
    else:
        progress("left out: ffmpeg is not installed")
    if chromium := browser.find():
        told = browser.play(chromium, film, scratch)
        plays = bool(told.get("ended")) and abs(float(told.get("duration", 0)) - SECONDS) < 0.001
        found.append(check("Chromium plays it to its end", plays, json.dumps(told)))
    else:
        progress("left out: Chromium is not installed")
    return found


def render(scratch: Path) -> Path:
    sample = resources.samples() / "spaghetti"
    if not (sample / "project.json").is_file():
        raise Skipped(f"there is no sample in {sample}")
    folder = scratch / "spaghetti"
    shutil.copytree(sample, folder, ignore=shutil.ignore_patterns("takes", "cache", "exports", "versions"))
    storyboard(scratch, "render", folder, "--quiet")
    return folder / "exports" / "spaghetti.mp4"


def _probe(scratch: Path, ffprobe: str, film: Path) -> str:
    show = ["-v", "error", "-count_packets", "-show_streams", "-show_format", "-of", "json"]
    return run(scratch, [ffprobe, *show, str(film)])


def _looks(told: dict[str, Any]) -> list[Finding]:
    video = next(stream for stream in told["streams"] if stream["codec_type"] == "video")
    colours = ("color_range", "color_space", "color_transfer", "color_primaries")
    tags = [video.get(name, "none") for name in colours]
    form = f"{video['codec_name']} {video['pix_fmt']} {video['width']}x{video['height']}"
    rates = {video["r_frame_rate"], video["avg_frame_rate"]}
    return [
        check("H.264, 4:2:0", form.startswith("h264 yuv420p "), form),
        check("tagged bt709, limited range", tags == ["tv", "bt709", "bt709", "bt709"], " ".join(tags)),
        check("24 frames per second, constant", rates == {"24/1"}, " ".join(sorted(rates))),
        check(f"{FRAMES} frames", int(video["nb_read_packets"]) == FRAMES, video["nb_read_packets"]),
        check(
            f"{SECONDS:.3f} s",
            float(video["duration"]) == float(told["format"]["duration"]) == SECONDS,
            f"picture {video['duration']}, file {told['format']['duration']}",
        ),
    ]


def _faststart(film: Path) -> bool:
    """Whether the index lies before the pictures (ISO/IEC 14496-12: a file is boxes of a 32-bit size, which counts
    its own head, and a name; size 1 puts a 64-bit one after it)."""
    order = []
    with film.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, name, read = int.from_bytes(head[:4]), head[4:], 8
            if size == 1:
                size, read = int.from_bytes(file.read(8)), 16
            order.append(name)
            if size < read:
                break
            file.seek(size - read, 1)
    return b"moov" in order and b"mdat" in order and order.index(b"moov") < order.index(b"mdat")
