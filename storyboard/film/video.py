"""Smoothing any video, outside a project: Flowframes' job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from storyboard.errors import MediaError, SmootherError, StoryboardError
from storyboard.film.history import History
from storyboard.film.runner import Outcome, Runner, Watch
from storyboard.project import SmootherName
from storyboard.workers.crew import Crew
from storyboard.workers.steps import SmoothedVideo, SmoothVideo

ENGINES: dict[str, SmootherName] = {
    "rife": "rife",
    "rife-torch": "rife-torch",
    "rife-ncnn": "rife-ncnn",
    "rife-openvino": "rife-openvino",
    "rife-openvino-fast": "rife-openvino-fast",
    "flow": "flow",
}


class Wanted(NamedTuple):
    """What to make of a video: `factor` times its frames, or `rate` frames per second; at `speed`."""

    factor: int | None
    rate: Fraction | None
    speed: Fraction
    engine: str
    preset: str


def targets(videos: Sequence[Path], out: Path, preset: str) -> list[Path]:
    """The file to write for each of `videos`: `out`, or one in the folder `out` where there are several.

    Raises `MediaError` when a name does not suit the preset, or would replace its own source.
    """
    from storyboard.media import segment

    suffix = segment.PRESETS[preset].suffix
    if len(videos) == 1 and not out.is_dir():
        if out.suffix.lower() != suffix:
            raise MediaError(f"{out.name}: a film in {preset} is a {suffix} file; name it {out.stem}{suffix}")
        found = [out]
    else:
        out.mkdir(parents=True, exist_ok=True)
        found = [out / f"{video.stem}{suffix}" for video in videos]
    for video, target in zip(videos, found, strict=True):
        if target.exists() and video.exists() and target.samefile(video):
            raise MediaError(f"{target} is the video itself; write to another file")
    if len(set(found)) != len(found):
        raise MediaError("two of the videos have the same name; smooth them into different folders")
    return found


def smooth(
    source: Path,
    target: Path,
    wanted: Wanted,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> SmoothedVideo:
    """Write `source` with more frames to `target`.

    Raises `MediaError` or `SmootherError` with a sentence, `Cancelled` when asked to stop; an earlier `target`
    stays in place then.
    """
    from storyboard.smoothers import registry

    if not source.is_file():
        raise MediaError(f"{source} is not there; check the path")
    if not target.resolve().parent.is_dir():
        raise MediaError(f"{target.parent} is not there; make that folder first")
    if not Fraction(1, 64) <= wanted.speed <= 64:
        raise StoryboardError("the speed must lie between 1/64 and 64; 1/2 is half speed")
    if wanted.engine not in ENGINES:
        raise SmootherError(f"there is no engine {wanted.engine!r}; choose {', '.join(ENGINES)}")
    step = SmoothVideo(
        file=str(source.resolve()),
        out=str(target.resolve()),
        engine=registry.resolve(ENGINES[wanted.engine]),
        preset=wanted.preset,
        speed=wanted.speed,
        factor=wanted.factor,
        rate=wanted.rate,
    )
    made: list[SmoothedVideo] = []

    def finished(outcome: Outcome) -> None:
        if outcome.video is not None:
            made.append(outcome.video)

    with Crew(target.resolve().parent, media_workers=1) as crew:
        runner = Runner(crew, History(), watch, cancelled)
        runner.submit(step.out, step, source.name, finished)
        runner.run()
    if not made:
        raise MediaError(runner.failures[0].reason)
    return made[0]
