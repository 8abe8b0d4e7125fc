"""Names of steps: the hash of everything that decides a step's bytes, and of nothing else."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from fractions import Fraction

from storyboard import values
from storyboard.project import Fit, Music
from storyboard.smoothers.base import Engine
from storyboard.take import Take
from storyboard.workers.steps import Drawn, Sound


def inbetweens(take: Take, engine: Engine) -> str:
    """Of all in-betweens of a take by an engine; each of them is then found by its position."""
    return values.key("in-betweens", _pixels(take), engine)


def segment(
    take: Take,
    positions: Sequence[Fraction],
    fit: Fit,
    size: tuple[int, int],
    rate: Fraction,
    engine: Engine | None,
    encoder: str,
) -> str:
    """Of a shot's final frames. `engine` is None where every position is an original frame."""
    return values.key("segment", _pixels(take), positions, fit, size, rate, engine, encoder)


def proxy(take: Take, version: str) -> str:
    """Of what the window reads of an import."""
    return values.key("proxy", _pixels(take), version)


def drawn_segment(
    drawn: Drawn, version: str, length: int, size: tuple[int, int], rate: Fraction, encoder: str
) -> str:
    """Of a sketched shot's frames."""
    return values.key("sketch", drawn, version, length, size, rate, encoder)


def sound(
    seconds: Fraction, music: Music | None, music_hash: str, clips: Sequence[Sound], version: int | str
) -> str:
    """Of the film's audio bed. Clips are named by their files, whose names carry their content's hash."""
    return values.key("sound", seconds, music, music_hash, clips, version)


def film(segments: Sequence[str], sound: str, preset: str, metadata: Mapping[str, str]) -> str:
    return values.key("film", segments, sound, preset, dict(metadata))


def _pixels(take: Take) -> tuple[object, ...]:
    if take.source is None:
        return (take.content, take.frames, take.rate)
    source = take.source
    # The pixels of an import are decoded each time: what decodes them, and at which times, is part of them.
    decoder = importlib.metadata.version("av")
    times = (source.time_base, source.times)
    way = (source.rotation, "mirrored") if source.mirrored else (source.rotation,)
    return (take.content, take.frames, take.rate, source.kind, *way, take.cuts, times, decoder)
