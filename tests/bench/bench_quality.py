"""How good in-betweens are: every odd frame is dropped, made again from its neighbours, and compared with what it
was. PSNR and SSIM (11x11 Gaussian, of luma), the means over the frames, for real clips, and for sketches drawn at
twice the frames. `blend` is the mean of both neighbours: no motion at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from storyboard.smoothers import registry
from storyboard.smoothers.base import Gap
from storyboard.smoothers.cuts import find_cuts
from tests.bench import clip_wheel
from tests.bench.harness import Finding, check, progress
from tests.contact_sheet import PROMPTS

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames

METHODS = ("blend", "flow", "rife-hdv3", "rife-openvino")
HALF = Fraction(1, 2)


class Clip(NamedTuple):
    """Frames to judge by, and how they are cut out."""

    file: str
    width: int
    height: int
    how: str
    """`whole`: shrunk to the size; `middle`: cut out of the middle, after shrinking to `within`."""
    within: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        return f"{self.file.split('.')[0].split('_')[0]} {self.width}x{self.height}"

    def frames(self, folder: Path) -> list[Frame]:
        return [self._fitted(frame) for frame in _read(folder / self.file)]

    def _fitted(self, frame: Frame) -> Frame:
        import cv2

        if self.how == "whole":
            return cv2.resize(frame, (self.width, self.height), interpolation=cv2.INTER_AREA)
        height, width, _ = frame.shape
        top, left = (height - self.height) // 2, (width - self.width) // 2
        return np.ascontiguousarray(frame[top : top + self.height, left : left + self.width])


CLIPS = (
    Clip("bikes.mp4", 640, 272, "whole"),
    Clip("bikes.mp4", 256, 256, "middle"),
    Clip("bigbuckbunny.mp4", 640, 360, "whole"),
    Clip("bigbuckbunny.mp4", 256, 256, "whole"),
    Clip("carphone_pristine.mp4", 176, 144, "whole"),
)
FRAMES = 121
"""Of each clip, from its start: sixty in-betweens."""
SKETCHES = 4
SKETCHED = 47
"""Frames of a sketch drawn at 48 a second: 24 stay, 23 are made again."""
PUBLISHED = {
    "bikes 640x272": (24.38, 29.34, 32.22, 33.76),
    "bigbuckbunny 640x360": (32.83, 35.82, 37.10, 34.84),
}
"""PSNR of `METHODS` in an earlier study over frames that it does not name: to be seen beside ours, not a goal."""


def measure(scratch: Path, runs: int) -> list[Finding]:
    folder = clip_wheel.folder()
    judged: dict[str, dict[str, Scores]] = {}
    for clip in CLIPS:
        progress(clip.name)
        judged[clip.name] = _judged([clip.frames(folder)[:FRAMES]])
    progress("sketches")
    judged["sketches 256x256"] = _judged([_sketch(prompt) for prompt in PROMPTS[:SKETCHES]])
    _print(judged)
    return [finding for name, scores in judged.items() for finding in _findings(name, scores)]


class Scores(NamedTuple):
    """Of one method over the same frames."""

    psnr: list[float]
    ssim: list[float]

    @property
    def mean(self) -> tuple[float, float]:
        return float(np.mean(self.psnr)), float(np.mean(self.ssim))


def _findings(name: str, scores: dict[str, Scores]) -> Iterator[Finding]:
    for method, known in zip(METHODS, PUBLISHED.get(name, (None,) * len(METHODS)), strict=True):
        psnr, ssim = scores[method].mean
        how = f"SSIM {ssim:.3f}, worst frame {min(scores[method].psnr):.1f} dB, {len(scores[method].psnr)} frames"
        beside = f"; an earlier study: {known} dB" if known else ""
        yield Finding(f"{name} {method}", psnr, "dB", None, how=how + beside)
    best = max(METHODS, key=lambda method: scores[method].mean[0])
    yield check(f"{name}: motion is found", best != "blend", f"best: {best}")


def _print(judged: dict[str, dict[str, Scores]]) -> None:
    print(f"{'PSNR / SSIM':24}" + "".join(f"{method:>17}" for method in METHODS))
    for name, scores in judged.items():
        cells = (scores[method].mean for method in METHODS)
        print(f"{name:24}" + "".join(f"{psnr:>10.2f} / {ssim:.3f}"[-17:].rjust(17) for psnr, ssim in cells))


def _judged(films: Sequence[Sequence[Frame]]) -> dict[str, Scores]:
    """Each method over all films' dropped frames; not beside a cut, where nothing can be known."""
    triples = [
        (film[i - 1], film[i], film[i + 1])
        for film in films
        for i in range(1, len(film) - 1, 2)
        if not list(find_cuts(film[i - 1 : i + 2]))
    ]
    return {method: _scores(method, triples) for method in METHODS}


def _scores(method: str, triples: Sequence[tuple[Frame, Frame, Frame]]) -> Scores:
    scores = Scores([], [])
    made = _made(method, [Gap(before, after, HALF) for before, _, after in triples])
    for frame, (_, truth, _) in zip(made, triples, strict=True):
        scores.psnr.append(psnr(frame, truth))
        scores.ssim.append(ssim(frame, truth))
    return scores


def _made(method: str, gaps: Sequence[Gap]) -> Frames:
    if method == "blend":
        for gap in gaps:
            yield ((gap.before.astype(np.uint16) + gap.after + 1) // 2).astype(np.uint8)
        return
    smoother = registry.open_smoother(method)
    yield from smoother.between(gaps)
    smoother.close()


def _sketch(prompt: str) -> list[Frame]:
    from storyboard.generators.sketch import draw

    return list(draw(prompt, 1, 256, 256, SKETCHED, Fraction(48)))


def _read(path: Path) -> Frames:
    import av

    with av.open(path) as container:
        for picture in container.decode(video=0):
            yield picture.to_ndarray(format="rgb24")


def psnr(a: Frame, b: Frame) -> float:
    """Decibels; 100 for equal pictures."""
    error = float(np.square(a.astype(np.float32) - b).mean())
    return 10 * float(np.log10(255**2 / error)) if error else 100.0


def ssim(a: Frame, b: Frame) -> float:
    """Z. Wang et al., "Image quality assessment: from error visibility to structural similarity" (2004)."""
    import cv2

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(x, (11, 11), 1.5)

    x, y = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float64) for frame in (a, b))
    mx, my = mean(x), mean(y)
    vx, vy, both = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    one, two = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    map_ = (2 * mx * my + one) * (2 * both + two) / ((mx * mx + my * my + one) * (vx + vy + two))
    return float(map_.mean())
