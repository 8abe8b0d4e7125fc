"""Smoothing 1080p on a graphics card, against the published network called pair by pair in PyTorch, eager and in f32, with
convolutions in TF32 as PyTorch has them by default. How exact ours is, is judged by whole f32.

Both take frames from the processor's memory and give pictures back to it, in one process, by turns.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from storyboard.smoothers import registry, rife_torch
from storyboard.smoothers.base import Gap
from tests.bench import clips
from tests.bench.harness import Finding, Skipped, check, interleaved, progress, ratio, spread, timed

if TYPE_CHECKING:
    from storyboard.frames import Frame

SIZES = {(1920, 1080): (60, 300.0), (640, 360): (120, None), (256, 256): (240, None)}
"""Width and height: how many in-betweens a run makes, and how many a second are asked."""
HALF = Fraction(1, 2)
MOST = 8
"""Levels of 255 that half precision may be off."""

Work = Callable[[], "list[Frame]"]


@contextlib.contextmanager
def _in_full() -> Iterator[None]:
    """Without the 19 bits that PyTorch convolves in by default where it is asked for f32."""
    import torch

    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


def measure(scratch: Path, runs: int) -> list[Finding]:
    device = rife_torch.device()
    if device.kind == rife_torch.PROCESSOR:
        raise Skipped("no graphics card with CUDA or MPS is here")
    from tests.smoothers.rife_reference import Reference

    progress(f"on {device.name}")
    plain = Reference(device=device.kind)
    smoother = registry.open_smoother(rife_torch.NAME)
    found: list[Finding] = []
    for (width, height), (count, least) in SIZES.items():
        what, frames = clips.pictures(width, height, count // 10 + 1)
        # To and fro: a long clip without a cut.
        walk = [*frames, *reversed(frames[1:-1])]
        gaps = [
            Gap(a, b, HALF) for a, b in itertools.pairwise(itertools.islice(itertools.cycle(walk), count + 1))
        ]
        sides: tuple[Work, Work] = (
            lambda gaps=gaps: list(smoother.between(gaps)),  # type: ignore[misc]
            lambda gaps=gaps: [plain.between(*gap) for gap in gaps],  # type: ignore[misc]
        )
        made = sides[0]()
        with _in_full():
            right = sides[1]()
        off = max(int(np.abs(a.astype(int) - b).max()) for a, b in zip(made, right, strict=True))
        ours, theirs = interleaved(runs, *(partial(timed, side) for side in sides))
        name = f"{width}x{height}"
        a_second = count / float(np.median(ours))
        how = f"{count} in-betweens of {what} on {device.name}: {spread(ours)}; pair by pair {spread(theirs)}"
        found += [
            Finding(f"rife-torch {name}, in-betweens a second", a_second, "/s", least, True, how),
            Finding(f"rife-torch {name}, times pair by pair in f32", ratio(theirs, ours), "x", None),
            check(f"rife-torch {name} is exact to {MOST}", off <= MOST, f"at most {off} of 255"),
        ]
    smoother.close()
    return found
