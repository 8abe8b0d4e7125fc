"""What people type into the inspector's fields, as values. Each function raises `ValueError` with a sentence."""

from __future__ import annotations

import re
from fractions import Fraction

from storyboard import timing

_NUMBER = re.compile(r"\d{1,16}", re.ASCII)
_DECIMAL = re.compile(r"[-+]?\d{1,6}([.,]\d{1,6})?", re.ASCII)
_FRACTION = re.compile(r"\d{1,6}([.]\d{1,6}|/[1-9]\d{0,5})?", re.ASCII)


def seed(text: str) -> int | None:
    """A whole number; None for an empty text, which unlocks it."""
    return _whole(text, "A seed is a whole number; empty unlocks it.")


def steps(text: str) -> int | None:
    """A whole number; None for an empty text, which inherits."""
    return _whole(text, "Steps are a whole number; empty takes what is inherited.")


def guidance(text: str) -> float | None:
    """A number; None for an empty text, which inherits."""
    if not text:
        return None
    return _decimal(text, "Guidance is a number, such as 7.5; empty takes what is inherited.")


def strength(text: str) -> float | None:
    """A number above 0 and up to 1; None for an empty text, which takes the usual one."""
    if not text:
        return None
    number = _decimal(text, "A strength is a number above 0 and up to 1, such as 0.6.")
    if not 0 < number <= 1:
        raise ValueError("A strength is a number above 0 and up to 1, such as 0.6.")
    return number


def speed(text: str) -> Fraction | None:
    """`1/2`, `0.5`, `50 %`, `2x`; None for an empty text, which inherits."""
    if not text:
        return None
    plain = text.replace(",", ".").lower().strip("x× ")
    percent = plain.endswith("%")
    plain = plain.rstrip("% ")
    if not _FRACTION.fullmatch(plain):
        raise ValueError(f"{text!r} is no speed; write 1/2, 0.5 or 50 %, where 1 is the take's own.")
    return Fraction(plain) / (100 if percent else 1)


def seconds(text: str) -> Fraction:
    """`1.5`, `3/2`, `1.5 s`; nothing is 0."""
    plain = text.replace(",", ".").lower().removesuffix("s").strip()
    if not plain:
        return Fraction(0)
    if not _FRACTION.fullmatch(plain):
        raise ValueError(f"{text!r} is no time; write seconds, such as 1.5.")
    return Fraction(plain)


def decibels(text: str) -> float:
    """`-6`, `+3 dB`; nothing is 0."""
    plain = text.lower().removesuffix("db").strip()
    return _decimal(plain, "A gain is a number of decibels, such as -6.") if plain else 0.0


def length(text: str, rate: Fraction) -> int:
    """Frames of `48`, `2s` or `00:00:02:00`."""
    frames = timing.parse_length(text, rate)
    if frames == 0:
        raise ValueError("A shot is at least one frame long.")
    return frames


def size(text: str) -> tuple[int, int]:
    """Width and height of `1280x720`."""
    found = re.fullmatch(r"(\d{1,5})\s*[x×*,; ]\s*(\d{1,5})", text.strip().lower())
    if found is None:
        raise ValueError(f"{text!r} is no size; write width x height, such as 1280x720.")
    return int(found[1]), int(found[2])


def rate(text: str) -> Fraction:
    """Frames per second of `24`, `23.976`, `30000/1001 fps`."""
    return timing.parse_rate(text.replace(",", ".").lower().removesuffix("fps").strip())


def _whole(text: str, sentence: str) -> int | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(sentence)
    return int(text)


def _decimal(text: str, sentence: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(sentence)
    return float(text.replace(",", "."))
