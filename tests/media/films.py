"""Small real media files for the tests of `storyboard.media`, made with PyAV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

BARS = (
    (255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0),
    (255, 0, 255), (255, 0, 0), (0, 0, 255), (0, 0, 0), (128, 128, 128), (200, 60, 30),
)  # fmt: skip
"""Colour bars: the corners of the RGB cube, a grey and a skin-like tone."""


def names(folder: Path) -> list[str]:
    """What lies in `folder`, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def noise(count: int, width: int = 64, height: int = 48, seed: int = 0) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


def numbered(count: int, width: int = 16, height: int = 16) -> Iterator[Any]:
    """Frames that carry their number in red (low byte) and green (high byte)."""
    for i in range(count):
        frame = np.zeros((height, width, 3), np.uint8)
        frame[..., 0], frame[..., 1] = i & 255, i >> 8
        yield frame


def number_of(frame: Any) -> int:
    return int(frame[0, 0, 0]) + 256 * int(frame[0, 0, 1])


def steps(count: int, width: int = 32, height: int = 32, first: int = 0) -> Iterator[Any]:
    """Grey frames, each 4 levels lighter than the one before: told apart even after H.264 (`step_of`)."""
    for i in range(first, first + count):
        yield np.full((height, width, 3), 8 + 4 * (i % 60), np.uint8)


def step_of(frame: Any) -> int:
    return round((float(frame.mean()) - 8) / 4)


def bars(width: int = 320, height: int = 64) -> Any:
    frame = np.zeros((height, width, 3), np.uint8)
    each = width // len(BARS)
    for i, colour in enumerate(BARS):
        frame[:, i * each : (i + 1) * each] = colour
    return frame


def write_clip(
    path: Path,
    frames: Iterator[Any] | Sequence[Any],
    times: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 24),
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    rotation: int = 0,
    mirrored: bool = False,
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
) -> Path:
    """A clip as other programs make them: one picture at each of `times` (0, 1, ... without them)."""
    with av.open(str(path), "w", options=container or {}) as out:
        stream: Any = None
        for i, rgb in enumerate(frames):
            if stream is None:
                stream = out.add_stream(
                    codec, rate=1 / time_base, options=options or {"crf": "10", "g": "12"}
                )
                stream.height, stream.width = rgb.shape[:2]
                stream.pix_fmt = pixel_format
                stream.codec_context.time_base = time_base
                if rotation or mirrored:
                    stream.set_display_rotation(rotation, hflip=mirrored)
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=pixel_format)
            frame.pts, frame.time_base = (i if times is None else times[i]), time_base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def write_sound(path: Path, samples: Any, rate: int = 48_000, codec: str = "pcm_s16le") -> Path:
    """`samples` (channels, N) float from -1 to 1 as a sound file."""
    layout = "mono" if samples.shape[0] == 1 else "stereo"
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream(codec, rate=rate)
        stream.codec_context.layout = layout
        whole = (samples * 32767).astype(np.int16).T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(whole), format="s16", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def read_sound(path: Path) -> Any:
    """(channels, N) float32, as a player decodes it."""
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


def clicks(seconds: float, *at: float, rate: int = 48_000, level: float = 0.8) -> Any:
    """Mono silence with one loud sample at each of `at` seconds."""
    samples = np.zeros((1, round(seconds * rate)))
    for time in at:
        samples[0, round(time * rate)] = level
    return samples


def tone(seconds: float, hertz: float = 440, level: float = 0.5, rate: int = 48_000) -> Any:
    t = np.arange(round(seconds * rate)) / rate
    return level * np.sin(2 * np.pi * hertz * t)[None]
