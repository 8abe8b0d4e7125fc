"""Peak memory of `smooth` on a clip of ten minutes against one of one: it must not grow with the video.

Both are the sample project's clip at 640x360, again and again by copying its packets, with two pictures a second, so
that the long one is smoothed in minutes. `BENCH_ENGINE` is the engine, `rife` if not given.
"""

from __future__ import annotations

import os
from fractions import Fraction
from functools import partial
from pathlib import Path

import av

from storyboard import resources
from storyboard.media import fit, segment, viewing
from storyboard.media.scan import scan
from tests.bench import bench_smooth
from tests.bench.harness import Finding, interleaved, program, progress, ratio, spread

SIZE = (640, 360)
RATE = Fraction(2)
PICTURES = 20
MINUTES = (1, 10)
MOST = 1.05


def measure(scratch: Path, runs: int) -> list[Finding]:
    """`runs` is not asked: each once, memory varies little and the long one takes minutes."""
    clips = [looped(scratch, minutes) for minutes in MINUTES]
    engine = os.environ.get("BENCH_ENGINE", "rife")
    progress(f"{engine}: seconds + peak memory in MB, {MINUTES[0]} and {MINUTES[1]} minutes")
    short, long = interleaved(1, *(partial(_peak, scratch, clip, engine) for clip in clips))
    few, many = ([memory for _, memory in side] for side in (short, long))
    how = f"{MINUTES[1]} minutes {spread(many, 'MB')}, {MINUTES[0]} minute {spread(few, 'MB')}; {engine}"
    return [Finding("memory of 10 minutes, of 1 minute's", ratio(many, few), "x", MOST, how=how)]


def _peak(scratch: Path, clip: Path, engine: str) -> tuple[float, float]:
    out = clip.with_name(f"{clip.stem}-out.mp4")
    out.unlink(missing_ok=True)
    command = [*program(), "smooth", str(clip), "-o", str(out), "--engine", engine, "--quiet"]
    return bench_smooth.measured(scratch, command)


def looped(scratch: Path, minutes: int) -> Path:
    """A clip of so many minutes."""
    source = next((resources.samples() / "postcard" / "media").glob("paper-plane-*.mp4"))
    once, clip = scratch / "once.mp4", scratch / f"minutes-{minutes}.mp4"
    pictures = viewing.pictures(source, scan(source))
    frames = (
        fit.fit(picture.frame, *SIZE, "cover") for picture, _ in zip(pictures, range(PICTURES), strict=False)
    )
    count = segment.write(once, frames, *SIZE, RATE, segment.PRESETS["h264"])
    with av.open(clip, "w", options={"video_track_timescale": "2000"}) as out:
        stream = None
        for number in range(int(minutes * 60 * RATE) // count):
            with av.open(once) as container:
                stream = stream or out.add_stream_from_template(container.streams.video[0])
                for packet in container.demux(video=0):
                    if packet.size:
                        shift = round(number * count / RATE / packet.time_base)
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = stream
                        out.mux(packet)
    return clip
