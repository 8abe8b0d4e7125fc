"""Decoding a file to its end, to prove that it is whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from storyboard.errors import MediaError
from storyboard.frames import Report
from storyboard.media import files, lossless, sound_file, takes

if TYPE_CHECKING:
    from storyboard.frames import Frames
    from storyboard.take import Take


class Found(NamedTuple):
    """What a file holds; all 0 for one without pictures."""

    frames: int = 0
    width: int = 0
    height: int = 0
    rate: Fraction = Fraction(0)
    """Frames per second by the file's own head; only of exact pixels."""
    content: str = ""
    """SHA-256 of the frames' RGB bytes in order; only of exact pixels."""


def of_take(folder: Path, take: Take, report: Report) -> Found:
    """What the pixels of `take` hold. Raises `MediaError` for a file that is gone, damaged or too short."""
    return _counted(takes.frames_of(folder, take), take.frames, take.rate, report)


def of_file(path: Path, report: Report) -> Found:
    """What a file that this program made holds: exact pixels, a segment or sound. Raises `MediaError`."""
    if path.suffix == ".m4a":
        for number, _ in enumerate(sound_file.samples_from(path, Fraction(0), synced=False)):
            report(number, number + 1)
        return Found()
    if path.suffix == ".mp4":
        return _counted(_strict(path), 0, Fraction(0), report)
    rate, total = lossless.head(path)
    return _counted(lossless.read(path), total, rate, report)


def _counted(frames: Frames, total: int, rate: Fraction, report: Report) -> Found:
    digest, count, height, width = hashlib.sha256(), 0, 0, 0
    for count, frame in enumerate(frames, 1):
        digest.update(np.ascontiguousarray(frame).data)
        height, width = frame.shape[:2]
        report(count, max(total, count))
    return Found(count, width, height, rate, digest.hexdigest())


def _strict(path: Path) -> Frames:
    """The frames of a segment; where FFmpeg would paint over damage, it is an error."""

    def decoded() -> Iterator[np.ndarray]:
        with files.reading(path) as container:
            stream = files.video_stream(container, path)
            stream.codec_context.options = {**stream.codec_context.options, "err_detect": "explode"}
            number = 0
            for frame in container.decode(stream):
                number += 1
                yield frame.to_ndarray()
            if number != stream.frames:
                raise MediaError(
                    f"{path}: {stream.frames} frames were promised and {number} are there; make it again"
                )

    return decoded()
