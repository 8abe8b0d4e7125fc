"""Only what comes after smoothing, as a render does it: the same encoder on as many segments at once as a crew has
workers, then the same stitch, read back. As in `plain.py`, the frames are in memory when it starts.

python -m tests.bench.encoding FRAMES.npy OUT.mp4

Prints its seconds as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from storyboard.film.runner import media_workers
from storyboard.media import segment, stitch
from storyboard.media.segment import PRESETS
from tests.bench.scenes import RATE


def main() -> None:
    frames, out = np.load(sys.argv[1]), Path(sys.argv[2])  # (shots, frames, H, W, 3) uint8
    start = time.perf_counter()
    preset = PRESETS["h264"]
    height, width = frames.shape[2:4]
    parts = [out.with_name(f"{out.stem}-{number}{preset.suffix}") for number in range(len(frames))]

    def encode(part: Path, shot: np.ndarray) -> None:
        segment.write(part, shot, width, height, RATE, preset)

    # Threads in place of a crew's processes: swscale and x264 run without Python's lock.
    with ThreadPoolExecutor(media_workers()) as pool:
        list(pool.map(encode, parts, frames))
    stitch.stitch(parts, out, RATE, preset, frames=frames.shape[0] * frames.shape[1])
    print(json.dumps({"after": time.perf_counter() - start}))


if __name__ == "__main__":
    main()
