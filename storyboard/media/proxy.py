"""Proxies: an import's frames as the window may read them, in our own quick encoding, each decodable alone.

A stranger's clip or picture is decoded once, in a worker; whoever shows it reads what that worker wrote. An import
may be hours long while a film shows seconds of it: so a proxy is made in parts, and only of what is shown.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storyboard.frames import Report, counted, unreported
from storyboard.media import fit, segment, takes

if TYPE_CHECKING:
    from storyboard.frames import Frames
    from storyboard.take import Take

VERSION: Final = 1
"""Of this module: raised when the same frames would be written otherwise."""
PART: Final = 120
"""Frames of a take in one file."""
CLIP_SIDE: Final = 960
"""Pixels of the longer side, at most: enough for the viewer, a few milliseconds a frame to read."""
PICTURE_SIDE: Final = 2048
"""The same of a picture, which is read once."""
ENCODING: Final = segment.Preset(
    name="proxy",
    suffix=".mp4",
    codec="libx264",
    container="mp4",
    pixel_format="yuv420p",
    reorder=0,
    # Of 960x540 frames: 22 kB each at 45 dB. FFV1 takes ten times that and three times as long.
    options=(("preset", "ultrafast"), ("crf", "18")),
    x264="keyint=1:threads=1:lookahead-threads=1",
)


def version() -> str:
    """The name of everything but the frames that decides a proxy's bytes."""
    return f"{VERSION} {PART} {CLIP_SIDE} {PICTURE_SIDE} {segment.version(ENCODING)}"


def parts(first: int, last: int) -> range:
    """The parts that hold frames `first` to `last`, both included."""
    return range(first // PART, last // PART + 1)


def size(take: Take) -> tuple[int, int]:
    """Width and height of the frames of the proxy of `take`: its own where that is small enough, with even sides."""
    side = PICTURE_SIDE if take.is_still else CLIP_SIDE
    scale = min(1.0, side / max(take.width, take.height))
    width, height = (max(2, 2 * round(length * scale / 2)) for length in (take.width, take.height))
    return width, height


def write(folder: Path, take: Take, part: int, out: Path, report: Report = unreported) -> None:
    """Writes part `part` (0, 1, ...) of an imported take of the project `folder` to the file `out`.

    Raises `MediaError` for pixels that are gone or cannot be read, `ProjectError` for a path out of `folder`,
    `DiskFull`, and what `report` raises.
    """
    start, stop = part * PART, min((part + 1) * PART, take.frames)
    width, height = size(take)
    frames = takes.frames_of(folder, take, start, stop)
    small = (fit.resize(frame, width, height) for frame in frames)
    segment.write(out, counted(small, stop - start, report), width, height, take.rate, ENCODING)


def read(path: Path, start: int, stop: int) -> Frames:
    """Frames `start` to `stop` of a file that `write` made, counted from the first of its part, (H, W, 3) uint8
    RGB. Raises `MediaError`."""
    return itertools.islice(segment.read(path, start), stop - start)
