"""`storyboard smooth`: any videos in, the same videos with more frames out."""

from __future__ import annotations

import re
import time
from collections import deque
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from storyboard.cli import options, output
from storyboard.cli.interrupt import interruptible
from storyboard.errors import MediaError

if TYPE_CHECKING:
    from storyboard.film.runner import Progress, Watch
    from storyboard.film.video import Job, Result, Wanted
    from storyboard.workers.steps import SmoothedVideo

_PACE_SECONDS = 20.0
"""How far back frames a second are counted."""


def smooth(
    videos: Annotated[
        list[Path], typer.Argument(metavar="VIDEO...", help="Videos that FFmpeg reads, and folders of them.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The file to write; a folder for several videos. NAME-smooth if not given."
        ),
    ] = None,
    factor: Annotated[
        str | None, typer.Option(help="Frames for each one: 2, 3, 4 ... 8 (2 if no rate is given).")
    ] = None,
    rate: Annotated[str | None, typer.Option(help="A target rate instead: 60, 59.94, 24000/1001.")] = None,
    speed: Annotated[str, typer.Option(help="1/2 is half speed. Sound is kept at speed 1.")] = "1",
    start: Annotated[
        str, typer.Option("--from", metavar="TIME", help="Where to start: 12.5 or 1:02:03.")
    ] = "0",
    stop: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Where to stop.")] = None,
    repeats: Annotated[
        str,
        typer.Option(
            help="Pictures that only repeat the one before (animation on twos): keep, or remove and smooth over them."
        ),
    ] = "keep",
    engine: Annotated[
        str,
        typer.Option(
            help="rife (the best here), rife-torch, rife-ncnn, rife-openvino, rife-openvino-fast or flow."
        ),
    ] = "rife",
    preset: options.Preset = "h264",
    compare: Annotated[
        bool,
        typer.Option("--compare", help="Show the video twice: as it was at the left, smoothed at the right."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be made.")] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Smooth any video: more frames between its frames, never across a hard cut.

    Sound, subtitles and chapters are kept. Stopped, it goes on where it was when the same command is given again.
    """
    from storyboard.film import video

    if factor is not None and rate is not None:
        raise typer.BadParameter("give --factor or --rate, not both")
    if repeats not in ("keep", "remove"):
        raise typer.BadParameter("--repeats is keep or remove")
    options.check_preset(preset)
    wanted = video.Wanted(
        factor=_factor(factor) if factor is not None else 2 if rate is None else None,
        rate=options.rate(rate) if rate else None,
        speed=options.fraction(speed),
        engine=engine,
        preset=preset,
        start=_time(start),
        stop=None if stop is None else _time(stop),
        repeats="remove" if repeats == "remove" else "keep",
        compare=compare,
        only_look=dry_run,
    )
    jobs = video.jobs(videos, out, preset)
    results = _run(jobs, wanted, as_json, quiet)
    failed = [result for result in results if result.made is None]
    if failed and len(jobs) == 1:
        raise MediaError(failed[0].reason)
    if as_json:
        output.facts([_facts(result) for result in results])
    if len(jobs) > 1 and not as_json:
        _summary(results)
    if failed:
        raise typer.Exit(1)


def _run(jobs: list[Job], wanted: Wanted, as_json: bool, quiet: bool) -> list[Result]:
    from storyboard.film import video

    results = []
    with interruptible() as cancelled, output.progress(quiet or as_json) as watch:
        pace = _Pace(watch, len(jobs))
        for result in video.smooth_all(jobs, wanted, pace.show, cancelled):
            results.append(result)
            pace.next()
            if result.made is not None and not as_json:
                _say(result, result.made, wanted)
            elif result.made is None and len(jobs) > 1:
                output.note(f"{result.job.source}: {result.reason}")
    return results


def _say(result: Result, made: SmoothedVideo, wanted: Wanted) -> None:
    how = f"by {made.engine}" if made.engine else "copied"
    head = (
        f"{made.source_frames} -> {made.frames} frames at {made.rate} fps, {made.width}×{made.height}, {how}"
    )
    if made.up_to_date:
        head = "up to date, nothing to make"
    output.line(f"{made.file}: {'would be ' if wanted.only_look else ''}{head}")
    for text in made.notes:
        output.note(f"{result.job.source.name}: {text}")


def _summary(results: list[Result]) -> None:
    made = sum(result.made is not None for result in results)
    same = sum(result.made is not None and result.made.up_to_date for result in results)
    parts = [f"{made - same} smoothed", f"{same} up to date", f"{len(results) - made} failed"]
    output.line(f"{len(results)} videos: {', '.join(parts)}")


def _facts(result: Result) -> Any:
    if result.made is None:
        return {"source": str(result.job.source), "error": result.reason}
    return result.made


class _Pace:
    """Adds to a progress how many frames a second are made, and how many videos there are."""

    def __init__(self, watch: Watch, videos: int) -> None:
        self._watch, self._videos = watch, videos
        self._done = 0
        self._seen: deque[tuple[float, int]] = deque()

    def next(self) -> None:
        """The next video begins."""
        self._done += 1
        self._seen.clear()

    def show(self, now: Progress) -> None:
        running = now.running[0] if now.running else None
        if running is not None and running.total > 1:
            now = self._paced(now, running.label, running.done, running.total)
        self._watch(now._replace(fraction=(self._done + now.fraction) / self._videos))

    def _paced(self, now: Progress, label: str, done: int, total: int) -> Progress:
        clock = time.monotonic()
        self._seen.append((clock, done))
        while clock - self._seen[0][0] > _PACE_SECONDS:
            self._seen.popleft()
        (since, before), which = (
            self._seen[0],
            f" ({self._done + 1} of {self._videos})" if self._videos > 1 else "",
        )
        words = f"{label}{which}: frame {done} of {total}"
        if done > before and clock - since > 1:
            pace = (done - before) / (clock - since)
            left = (total - done) / pace
            return now._replace(doing=(f"{words}, {pace:.1f} fps",), seconds_left=left, fraction=done / total)
        return now._replace(doing=(words,), fraction=done / total)


def _factor(text: str) -> int:
    match = re.fullmatch(r"x?([1-8])", text.strip().lower())
    if match is None:
        raise typer.BadParameter(f"{text!r} is no factor: write 2, 3, 4 or 8")
    return int(match[1])


def _time(text: str) -> Fraction:
    """Seconds of `12.5`, `3:07` or `1:02:03.5`."""
    if not re.fullmatch(r"(\d{1,3}:){0,2}\d{1,6}(\.\d{1,6})?", text.strip(), re.ASCII):
        raise typer.BadParameter(f"{text!r} is no time: write seconds (12.5) or 1:02:03")
    seconds = Fraction(0)
    for part in text.strip().split(":"):
        seconds = seconds * 60 + Fraction(part)
    return seconds
