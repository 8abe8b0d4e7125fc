"""Time: which picture of a take each timeline frame shows, and how time is written. Whole frames and fractions
only; no floats."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storyboard.project import Motion

MAX_AUTO_FACTOR = 8
"""The finest grid that `auto` reports; beyond it every position is made exactly where it falls."""

STANDARD_RATES = tuple(
    Fraction(r)
    for r in ("8", "10", "12", "15", "16", "24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60", "100", "120000/1001", "120", "240")
)  # fmt: skip


def unclamped(motion: Motion, frame: int, source_fps: Fraction, project_fps: Fraction) -> Fraction:
    """p(j): the place in the take, in take frames, that timeline frame `frame` of a shot shows.

    p(j) = source_in * source_fps + j * speed * source_fps / project_fps
    """
    return motion.source_in * source_fps + frame * motion.speed * source_fps / project_fps


def positions(
    motion: Motion,
    length: int,
    source_fps: Fraction,
    project_fps: Fraction,
    frames: int,
    cuts: Sequence[int] = (),
) -> tuple[Fraction, ...]:
    """The place in the take that each of a shot's `length` timeline frames shows, in take frames.

    A whole number is that frame of the take, bit for bit; a fraction n + t is made between frames n and n + 1
    at time t. `frames` is how many the take has: past its end the last one is held. Smoothing `off` shows
    floor(p), `xk` floor(p * k) / k, `auto` exact p. No position lies between a frame and the first one after a
    hard cut (`cuts`): there the frame before the cut is held.
    """
    start = unclamped(motion, 0, source_fps, project_fps)
    step = motion.speed * source_fps / project_fps
    last, cut_at = Fraction(frames - 1), frozenset(cuts)
    return tuple(_shown(start + j * step, motion.smoothing, last, cut_at) for j in range(length))


def last_frame(
    motion: Motion,
    length: int,
    source_fps: Fraction,
    project_fps: Fraction,
    frames: int,
    cuts: Sequence[int] = (),
) -> int:
    """The frame of a take at which a shot of `length` timeline frames ends: the last one that it shows, or, where
    that lies between two frames, the second of them, so that what goes on from there never steps back."""
    end = unclamped(motion, length - 1, source_fps, project_fps)
    return math.ceil(_shown(end, motion.smoothing, Fraction(frames - 1), frozenset(cuts)))


def _shown(p: Fraction, smoothing: str, last: Fraction, cut_at: frozenset[int]) -> Fraction:
    p = min(_on_grid(p, smoothing), last)
    if cut_at and p.denominator != 1 and math.floor(p) + 1 in cut_at:
        return Fraction(math.floor(p))
    return p


def _on_grid(p: Fraction, smoothing: str) -> Fraction:
    if smoothing == "auto":
        return p
    k = 1 if smoothing == "off" else int(smoothing[1:])
    return Fraction(math.floor(p * k), k)


def factor(motion: Motion, source_fps: Fraction, project_fps: Fraction) -> int | None:
    """How many times the frames the smoother makes of a take: 1 for none, k for `xk`.

    For `auto` the smallest k up to 8 for which every position is exact, else None (each where it falls).
    """
    if motion.smoothing != "auto":
        return 1 if motion.smoothing == "off" else int(motion.smoothing[1:])
    start = unclamped(motion, 0, source_fps, project_fps)
    step = motion.speed * source_fps / project_fps
    k = math.lcm(start.denominator, step.denominator)
    return k if k <= MAX_AUTO_FACTOR else None


def take_seconds(motion: Motion, length: int, project_fps: Fraction) -> Fraction:
    """How many seconds of a take a shot of `length` timeline frames needs, counted from the take's start.

    Times any source rate this is the unclamped p(length), and rounded up the frame count to ask for.
    """
    return motion.source_in + length * motion.speed / project_fps


def missing(motion: Motion, length: int, source_fps: Fraction, project_fps: Fraction, frames: int) -> int:
    """How many of a shot's timeline frames lie past the end of a take of `frames` frames."""
    start = unclamped(motion, 0, source_fps, project_fps)
    step = motion.speed * source_fps / project_fps
    shown = math.ceil((frames - start) / step)  # j with p(j) < frames
    return min(length, max(0, length - shown))


def nearest_standard_rate(fps: Fraction) -> Fraction:
    """The standard frame rate closest to `fps` (by ratio)."""
    return min(STANDARD_RATES, key=lambda rate: max(rate / fps, fps / rate))


def timecode(frame: int, rate: Fraction) -> str:
    """`HH:MM:SS:FF`, frames counted without drops: at 23.976 an hour of timecode lasts 3.6 s longer."""
    count = math.ceil(rate)
    seconds, frames = divmod(frame, count)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}:{frames:02}"


def parse_length(text: str, rate: Fraction) -> int:
    """Frames of a length as people write it: `48` (frames), `2s`, `1.5s`, `3/2s`, `00:00:02:00`.

    Raises `ValueError` with a sentence.
    """
    text = text.strip()
    if re.fullmatch(r"\d{1,12}", text):
        return int(text)
    if match := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9}|/[1-9]\d{0,8})?)\s*s", text):
        return round(Fraction(match[1]) * rate)
    if re.fullmatch(r"(\d{1,3}:){2,3}\d{1,3}", text):
        parts = [int(part) for part in text.split(":")]
        hours, minutes, seconds, frames = [0] * (4 - len(parts)) + parts
        return (hours * 3600 + minutes * 60 + seconds) * math.ceil(rate) + frames
    raise ValueError(f"{text!r} is no length: write frames (48), seconds (2s) or a timecode (00:00:02:00)")


def parse_rate(text: str) -> Fraction:
    """Frames per second as people write it: `24`, `30000/1001`, `23.976` (made exact: 24000/1001), 47.952."""
    # Not Fraction(text) alone: "1e999999999" would keep it busy for hours.
    if not re.fullmatch(r"\d{1,6}(\.\d{1,9}|/[1-9]\d{0,6})?", text.strip(), re.ASCII):
        raise ValueError(f"{text!r} is no frame rate: write 24, 23.976 or 24000/1001")
    rate = Fraction(text.strip())
    if not 1 <= rate <= 240:
        raise ValueError(f"{text} frames per second is outside 1 to 240")
    for standard in STANDARD_RATES:
        if standard.denominator == 1001 and abs(rate - standard) < Fraction(6, 1000):
            return standard
    nearest = Fraction(round(rate * 1001 / 1000) * 1000, 1001)
    rounded = rate.denominator != 1 and abs(rate - nearest) < Fraction(6, 1000)
    return nearest if rounded and "." in text else rate
