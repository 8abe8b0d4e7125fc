"""One video in, the same video with more frames out: streaming, in constant memory."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard import atomic, timing
from storyboard.frames import Report, counted
from storyboard.project import Motion
from storyboard.workers.steps import SmoothedVideo, SmoothVideo

if TYPE_CHECKING:
    from storyboard.smoothers.base import Smoother


SCRATCH = ".storyboard-smooth-"


def smooth(step: SmoothVideo, smoother: Smoother, report: Report) -> SmoothedVideo:
    """Make the video that `step` wants. Cuts are held, the sound is kept at speed 1."""
    from storyboard.media import clip, fit, importing, segment, sound, stitch
    from storyboard.smoothers import inbetween

    file, out = Path(step.file), Path(step.out)
    found = importing.examine(file)
    source = found.source(file.name)
    rate = step.rate or found.rate * (step.factor or 1)
    length = max(1, round(found.frames / found.rate / step.speed * rate))
    motion = Motion(speed=step.speed)
    places = timing.positions(motion, length, found.rate, rate, found.frames, found.cuts)
    frames = inbetween.at_positions(
        clip.read(file, source, rate=found.rate, frames=found.frames), places, smoother
    )
    width, height = found.width + found.width % 2, found.height + found.height % 2
    preset = segment.PRESETS[step.preset]
    _sweep(out.parent)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=SCRATCH) as scratch:
        video = Path(scratch, f"video{preset.suffix}")
        even = (fit.pad(frame, width, height) for frame in counted(frames, length, report))
        segment.write(video, even, width, height, rate, preset)
        audio = None
        if found.sound and step.speed == 1:
            audio = Path(scratch, "sound.m4a")
            whole = sound.ClipSound(file, Fraction(0), Fraction(0), length / rate)
            sound.mix(audio, length / rate, None, None, [whole], lambda _done, _total: report(length, length))
        stitch.stitch([video], out, rate, preset, frames=length, audio=audio)
    return SmoothedVideo(str(out), found.frames, length, rate, smoother.engine.name, len(found.cuts))


def _sweep(folder: Path) -> None:
    """Removes what killed runs left beside their videos."""
    for left in folder.glob(f"{SCRATCH}*"):
        with contextlib.suppress(OSError):
            newest = max((path.stat().st_mtime for path in (left, *left.iterdir())), default=0.0)
            if time.time() - newest > atomic.UNFINISHED:
                shutil.rmtree(left, ignore_errors=True)
