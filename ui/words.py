"""What the window says of values, in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple

from storyboard import timing
from storyboard.project import Motion, Project, Shot
from storyboard.start import FromPrevious, Start
from storyboard.take import Take, is_outdated, short_by, state, wish_of

if TYPE_CHECKING:
    from storyboard.film.runner import Running

Colour = Literal["ready", "warning", "busy", "waiting", "failed", "draft"]

_SPEEDS = {
    Fraction(1, 4): "quarter speed",
    Fraction(1, 2): "half speed",
    Fraction(1): "own speed",
    Fraction(2): "double speed",
}


_STEPS = re.compile(r"(\d+) of (\d+)")


class Job(NamedTuple):
    """What a job does, or did, for one shot."""

    state: Literal["queued", "generating", "failed"]
    detail: str = ""
    """`step 12 of 25`, or the reason of a failure."""
    again: bool = True
    """Whether making the shot once more is what helps where it failed."""


def share_done(job: Job) -> float:
    """How far a job is, 0 to 1, by the steps that its detail tells of."""
    steps = _STEPS.search(job.detail)
    return int(steps[1]) / max(int(steps[2]), 1) if steps else 0.0


class Shown(NamedTuple):
    """A shot's state as it is shown: a colour and a word or two."""

    colour: Colour
    words: str


def sentence(message: object) -> str:
    """An error's message as it stands in the window: with a capital and a full stop."""
    text = str(message).strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def seconds(frames: int, rate: Fraction) -> str:
    """`2.00 s`."""
    return f"{float(frames / rate):.2f} s"


def media_name(file: str) -> str:
    """What an imported file was called, without its folder and the hash that its copy carries."""
    return re.sub(r"-[0-9a-f]{10}(\.\w+)$", r"\1", file.rpartition("/")[2])


def duration(left: float) -> str:
    """`0:34`, `12:05`, `1:02:03`."""
    minutes, rest = divmod(round(left), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def doing(running: Running) -> str:
    """`step 12 of 25`; while nothing is done yet, that it gets ready: a model may be loading."""
    if (running.done, running.total) == (0, 1):
        return "getting ready"
    return f"{running.unit} {running.done} of {running.total}"


def short_timecode(frames: int, rate: Fraction) -> str:
    """`SS:FF`, with minutes and hours only where there are any."""
    return timing.timecode(frames, rate).removeprefix("00:").removeprefix("00:")


def plural(count: int, noun: str) -> str:
    """`1 shot`, `2 shots`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def rate(fps: Fraction) -> str:
    """`24`, `23.976`."""
    return str(fps) if fps.denominator == 1 else f"{float(fps):.3f}"


def facts(project: Project) -> str:
    """`10 shots · 20.0 s · 256×256 · 24 fps`."""
    parts = (
        plural(len(project.shots), "shot"),
        f"{float(project.seconds):.1f} s",
        f"{project.width}×{project.height}",
        f"{rate(project.rate)} fps",
    )
    return " · ".join(parts)


def motion(project: Project, shot: Shot, take: Take | None) -> str:
    """What will happen to the take's frames: `24 frames at 24 fps → ×2 → half speed = 2.00 s at 24 fps`."""
    how = project.motion_of(shot)
    ends = f"= {seconds(shot.length, project.rate)} at {rate(project.rate)} fps"
    if take is None:
        needed = timing.take_seconds(how, shot.length, project.rate) - how.source_in
        return f"{float(needed):.2f} s of a take → {_smoothing(None)}{_speed(how)} {ends}"
    if take.is_still:
        return f"a still picture, held {ends}"
    used = _used(how, shot.length, take, project.rate)
    factor = timing.factor(how, take.rate, project.rate)
    held = short_by(project, shot, take)
    short = f"; the last picture is held for {plural(held, 'frame')}" if held else ""
    return (
        f"{plural(used, 'frame')} at {rate(take.rate)} fps → {_smoothing(factor)}{_speed(how)} {ends}{short}"
    )


def _used(how: Motion, length: int, take: Take, rate: Fraction) -> int:
    """How many frames of `take` a shot's frames lie on or after: counted, not listed, as a shot may be hours long."""
    last = take.frames - 1
    first, end = (
        min(timing.unclamped(how, frame, take.rate, rate), Fraction(last)) for frame in (0, length - 1)
    )
    step = how.speed * take.rate / rate
    if step <= 1:
        return math.floor(end) - math.floor(first) + 1
    return min(length, max(0, math.ceil((last - first) / step)) + 1)


def _smoothing(factor: int | None) -> str:
    if factor == 1:
        return ""
    return "smoothed → " if factor is None else f"smoothed ×{factor} → "


def _speed(how: Motion) -> str:
    return _SPEEDS.get(how.speed, f"{how.speed}× speed")


def shown(project: Project, shot: Shot, takes: Mapping[str, Take], count: int, job: Job | None) -> Shown:
    """A shot's state; what its newest job does comes first. `count` is how many takes the shot has."""
    if job is not None:
        colours: dict[str, Colour] = {"generating": "busy", "queued": "waiting", "failed": "failed"}
        return Shown(colours[job.state], job.detail or job.state)
    take = takes.get(shot.chosen.take) if shot.chosen else None
    match state(project, shot, take, takes):
        case "draft":
            return Shown("draft", "sketch")
        case "missing":
            return Shown("failed", "take is gone")
        case "stale":
            return Shown("warning", _changed(project, shot, take, takes))
        case "quick":
            assert take is not None
            return Shown("warning", f"quick take {take.number} of {max(count, 1)}")
        case "short":
            assert take is not None
            return Shown("warning", f"short by {plural(short_by(project, shot, take), 'frame')}")
        case "ready":
            assert take is not None
            return Shown("ready", "imported" if take.is_import else f"take {take.number} of {max(count, 1)}")


def _changed(project: Project, shot: Shot, take: Take | None, takes: Mapping[str, Take]) -> str:
    """Which setting made the shot stale."""
    now = wish_of(project, shot, takes)
    recipe = take.recipe if take else None
    if recipe is None:
        return "settings changed"
    if recipe.model != now.model:
        return "model changed"
    if recipe.prompt != now.prompt:
        return "prompt changed"
    return "previous shot changed" if _follows(project, shot, take, takes) else "settings changed"


def _follows(project: Project, shot: Shot, take: Take | None, takes: Mapping[str, Take]) -> bool:
    """Whether a stale shot is so because of the one that it goes on from."""
    if take is None or take.recipe is None or not isinstance(shot.start, FromPrevious):
        return False
    now = wish_of(project, shot, takes)
    return _pixels(take.recipe.starts) != _pixels(now.starts) or not is_outdated(project, shot, take, takes)


def _pixels(starts: Iterable[Start]) -> list[Start]:
    return [start.without_place() for start in starts]


def missing(project: Project, takes: Mapping[str, Take], *, quick: bool = False) -> list[Shot]:
    """The shots that *Generate missing* makes: drafts, stale ones, those whose take is gone, and unless takes are to be
    `quick` those that show a quick one; an import cannot be made, nor a shot without a prompt."""
    wanting = ("draft", "stale", "missing") if quick else ("draft", "stale", "missing", "quick")
    found = []
    for shot in project.shots:
        take = takes.get(shot.chosen.take) if shot.chosen else None
        imported = shot.chosen is not None and not shot.chosen.wish
        if shot.prompt.strip() and not imported and state(project, shot, take, takes) in wanting:
            found.append(shot)
    return found
