"""How good in-betweens are: every odd frame is dropped, made again from its neighbours, and compared with what it
was. PSNR and SSIM (11x11 Gaussian, of luma), the means over the frames, for real clips, and for sketches drawn at
twice the frames. `blend` is the mean of both neighbours: no motion at all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from storyboard.smoothers import registry
from storyboard.smoothers.base import Gap
from tests.bench import clip_wheel, quality_study
from tests.bench.harness import Finding, check, progress
from tests.contact_sheet import PROMPTS

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames

    Triple: TypeAlias = tuple[Frame, Frame, Frame]
    """A frame between the two beside it."""

METHODS = ("blend", "flow", "rife-hdv3", "rife-openvino")
HALF = Fraction(1, 2)
CLOSE = 0.2
"""Decibels that the study's own way may be off what it published."""


class Clip(NamedTuple):
    """Frames to judge by, and how they are made."""

    file: str
    width: int
    height: int
    how: Literal["whole", "square"]
    """`whole`: all of a frame shrunk to the size; `square`: the square in its middle."""
    first: int
    """The frame before the first that is dropped."""
    count: int
    """Frames that are dropped: every other one from there."""
    published: tuple[float, ...] = ()
    """PSNR of the study that these windows are from: blend, DIS, RIFE HDv3, RIFE 4.25."""

    @property
    def name(self) -> str:
        return f"{self.file.split('.')[0].split('_')[0]} {self.width}x{self.height}"

    def frames(self, folder: Path) -> list[Frame]:
        window = itertools.islice(_read(folder / self.file), self.first, self.first + 2 * self.count + 1)
        return [self._fitted(frame) for frame in window]

    def _fitted(self, frame: Frame) -> Frame:
        import cv2

        if self.how == "square":
            height, width, _ = frame.shape
            side = min(height, width)
            top, left = (height - side) // 2, (width - side) // 2
            frame = frame[top : top + side, left : left + side]
        return np.asarray(cv2.resize(frame, (self.width, self.height), interpolation=cv2.INTER_AREA))


CLIPS = (
    Clip("bikes.mp4", 640, 272, "whole", 20, 20, (24.38, 29.34, 32.22, 33.76)),
    Clip("bikes.mp4", 256, 256, "square", 20, 24, (23.57, 28.04, 30.66, 31.75)),
    Clip("bigbuckbunny.mp4", 640, 360, "whole", 30, 20, (32.83, 35.82, 37.10, 34.84)),
    Clip("bigbuckbunny.mp4", 256, 256, "square", 30, 24, (35.33, 36.98, 39.05, 37.60)),
    Clip("carphone_pristine.mp4", 176, 144, "whole", 0, 60),
)
SKETCHES = 4
SKETCHED = 47
"""Frames of a sketch drawn at 48 a second: 24 stay, 23 are made again."""


def measure(scratch: Path, runs: int) -> list[Finding]:
    folder = clip_wheel.folder()
    judged: dict[str, dict[str, Scores]] = {}
    found: list[Finding] = []
    for clip in CLIPS:
        progress(clip.name)
        triples = _triples(clip.frames(folder))
        judged[clip.name] = _judged(triples)
        found += _study(clip, triples)
    progress("sketches")
    drawn = [triple for prompt in PROMPTS[:SKETCHES] for triple in _triples(_sketch(prompt))]
    judged["sketches 256x256"] = _judged(drawn)
    _print(judged)
    return [*found, *(finding for name, scores in judged.items() for finding in _findings(name, scores))]


def _study(clip: Clip, triples: Sequence[Triple]) -> Iterator[Finding]:
    """The study's own way over its windows, against what it published."""
    for (name, way), published in zip(quality_study.WAYS.items(), clip.published, strict=False):
        made = [way(before, after) for before, _, after in triples]
        value = float(
            np.mean([psnr(frame, truth) for frame, (_, truth, _) in zip(made, triples, strict=True)])
        )
        how = f"{value:.2f} dB, published {published:.2f} dB; {len(triples)} frames"
        yield check(f"{clip.name}, the study's {name}", abs(value - published) <= CLOSE, how)


class Scores(NamedTuple):
    """Of one method over the same frames."""

    psnr: list[float]
    ssim: list[float]

    @property
    def mean(self) -> tuple[float, float]:
        return float(np.mean(self.psnr)), float(np.mean(self.ssim))


def _findings(name: str, scores: dict[str, Scores]) -> Iterator[Finding]:
    for method in METHODS:
        psnr, ssim = scores[method].mean
        how = f"SSIM {ssim:.3f}, worst frame {min(scores[method].psnr):.1f} dB, {len(scores[method].psnr)} frames"
        yield Finding(f"{name} {method}", psnr, "dB", None, how=how)
    best = max(METHODS, key=lambda method: scores[method].mean[0])
    yield check(f"{name}: motion is found", best != "blend", f"best: {best}")


def _print(judged: dict[str, dict[str, Scores]]) -> None:
    print(f"{'PSNR / SSIM':24}" + "".join(f"{method:>17}" for method in METHODS))
    for name, scores in judged.items():
        cells = (scores[method].mean for method in METHODS)
        print(f"{name:24}" + "".join(f"{psnr:>10.2f} / {ssim:.3f}"[-17:].rjust(17) for psnr, ssim in cells))


def _triples(film: Sequence[Frame]) -> list[Triple]:
    """Each frame that is dropped between the two that stay."""
    return [(film[i - 1], film[i], film[i + 1]) for i in range(1, len(film) - 1, 2)]


def _judged(triples: Sequence[Triple]) -> dict[str, Scores]:
    return {method: _scores(method, triples) for method in METHODS}


def _scores(method: str, triples: Sequence[Triple]) -> Scores:
    scores = Scores([], [])
    made = _made(method, [Gap(before, after, HALF) for before, _, after in triples])
    for frame, (_, truth, _) in zip(made, triples, strict=True):
        scores.psnr.append(psnr(frame, truth))
        scores.ssim.append(ssim(frame, truth))
    return scores


def _made(method: str, gaps: Sequence[Gap]) -> Frames:
    if method == "blend":
        for gap in gaps:
            yield quality_study.blend(gap.before, gap.after)
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
