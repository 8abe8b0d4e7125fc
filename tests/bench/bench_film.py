"""A whole film, stage by stage, against the plain script in `plain.py`.

What is counted:

- generation: a process from its start to its end that makes the takes of three prompts with a small
  `TextToVideoSDPipeline` of the real classes. Ours is `storyboard generate`, so its own start, its worker
  process, hashing the model, and writing exact takes and their sidecars are in it; theirs keeps its takes in
  memory.
- smoothing: ours is a process from its start to its end that makes the in-betweens of ten shots with the steps
  and the workers of a render (`smoothing.py`), so starting it all, loading the network, and keeping the
  in-betweens on disk are in it; theirs is only the wrapper's part of the script: its import, loading the network,
  230 calls.
- everything after smoothing: ours encodes the ten shots' segments and stitches them (`encoding.py`), theirs is
  moviepy's part of the script: its import, the clips, `write_videofile`. Both start with the frames in memory. What
  a process needs to start is counted once on each side, in the first stage that needs it.
- smoothing and everything after it, together: ours is a whole `storyboard render` with nothing cached, theirs both
  parts of the script.

Both sides are run once before anything is counted, so that files that are written on the first use are there.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from storyboard import edit, store
from storyboard.media import segment
from storyboard.project import Project, new_shot
from storyboard.smoothers import ncnn_model
from tests.bench import scenes
from tests.bench.harness import (
    BenchError,
    Finding,
    interleaved,
    progress,
    ratio,
    run,
    script,
    setting,
    storyboard,
    timed,
    versus,
)

SHOTS = 10
PROMPTS = ("a man eats spaghetti", "a fork dives into the bowl", "a dog sleeps under the table")
STEPS = 8
"""Enough for denoising to be most of a run, with a model that is a thousandth of a real one."""

MOST_GENERATION = 1.02
LEAST_SMOOTHING = 1.8
LEAST_AFTER = 2.0


def measure(scratch: Path, runs: int) -> list[Finding]:
    found = [*after_generation(scratch, runs)]
    if all(importlib.util.find_spec(name) for name in ("torch", "diffusers", "transformers")):
        found.insert(0, generation(scratch, runs))
    else:
        progress("generation: left out, PyTorch and diffusers are not installed")
    return found


def generation(scratch: Path, runs: int) -> Finding:
    from tests import tiny

    model = tiny.build(scratch / "tiny")
    folder = scratch / "generated"
    shots = tuple(new_shot(f"shot-{n}", prompt) for n, prompt in enumerate(PROMPTS, 1))
    wanted = edit.set_look(edit.append(Project(name="Film"), *shots), model=str(model), steps=STEPS)

    def ours() -> float:
        scenes.forget(scratch, folder.name)
        store.create(folder, wanted).close()
        seconds = timed(lambda: storyboard(scratch, "generate", folder, "--quiet"))
        with store.open_project(folder) as opened:
            if [take.frames for take in opened.takes().values()] != [scenes.TAKE_FRAMES] * len(PROMPTS):
                raise BenchError("our side did not make its takes")
        return seconds

    def theirs() -> float:
        return timed(lambda: script(scratch, "tests.bench.plain", "generate", model, STEPS, *PROMPTS))

    progress(f"generation: {len(PROMPTS)} takes of {scenes.TAKE_FRAMES} frames in {STEPS} steps, one thread")
    # With more, OpenMP's threads wait for each other so unevenly on a shared machine that the same work took
    # between 4 and 27 s: nothing could be told from that.
    with setting("OMP_NUM_THREADS", "1"):
        ours(), theirs()
        a, b = interleaved(runs, ours, theirs)
    return Finding("generation, of the script's time", ratio(a, b), "x", MOST_GENERATION, how=versus(a, b))


def after_generation(scratch: Path, runs: int) -> list[Finding]:
    folder = scenes.project(scratch / "film", SHOTS)
    takes, weights = scratch / "takes.npy", ncnn_model.folder(scratch)
    np.save(takes, np.stack([np.stack(take) for take in scenes.pictures(folder)]))
    out, encoded, frames = scratch / "plain.mp4", scratch / "encoded.mp4", scratch / "frames.npy"
    np.save(frames, _smoothed(scratch, folder))

    def ours() -> tuple[float, ...]:
        scenes.forget(folder, "cache", "exports")
        smoothing = timed(lambda: run(scratch, [sys.executable, "-m", "tests.bench.smoothing", str(folder)]))
        encoding = json.loads(script(scratch, "tests.bench.encoding", frames, encoded))["after"]
        _same_length(encoded)
        scenes.forget(folder, "cache", "exports")
        whole = timed(lambda: storyboard(scratch, "render", folder, "--quiet"))
        _same_length(folder / "exports" / "film.mp4")
        return smoothing, encoding, whole

    def theirs() -> tuple[float, ...]:
        out.unlink(missing_ok=True)
        told = json.loads(script(scratch, "tests.bench.plain", "film", takes, weights, out))
        _same_length(out)
        return told["smoothing"], told["after"], told["smoothing"] + told["after"]

    progress(f"smoothing, and everything after: {SHOTS} shots")
    ours(), theirs()
    (ours_by_stage, theirs_by_stage) = (zip(*side, strict=True) for side in interleaved(runs, ours, theirs))
    names = {"smoothing": LEAST_SMOOTHING, "after smoothing": LEAST_AFTER, "both together": None}
    return [
        _speed(name, a, b, least)
        for (name, least), a, b in zip(names.items(), ours_by_stage, theirs_by_stage, strict=True)
    ]


def _smoothed(scratch: Path, folder: Path) -> NDArray[np.uint8]:
    """The film's frames as they go to the encoder: (shots, frames, H, W, 3) RGB."""
    exact = scratch / "exact.mkv"
    storyboard(scratch, "render", folder, "--quiet", "--preset", "ffv1", "-o", exact)
    frames = np.stack(list(segment.read(exact)))
    return frames.reshape(SHOTS, -1, *frames.shape[1:])


def _speed(name: str, ours: Sequence[float], theirs: Sequence[float], least: float | None) -> Finding:
    how = versus(ours, theirs)
    return Finding(f"{name}, times the script's speed", ratio(theirs, ours), "x", least, True, how)


def _same_length(film: Path) -> None:
    """Raises `BenchError` unless `film` has every frame: the two sides must have done the same work."""
    with av.open(film) as container:
        frames = container.streams.video[0].frames
    if frames != SHOTS * 48:
        raise BenchError(f"{film.name} has {frames} frames instead of {SHOTS * 48}")
