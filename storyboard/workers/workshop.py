"""How each kind of step is done. A workshop keeps its models and engines warm between steps."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from storyboard import atomic, paths, settings
from storyboard.frames import Report, Show, counted
from storyboard.generators.base import Batching
from storyboard.take import Stored, Take
from storyboard.workers import looks, making, shown
from storyboard.workers.steps import (
    Audition,
    Comparison,
    Drawn,
    Encode,
    Examine,
    Generate,
    Listen,
    Mix,
    Proof,
    Prove,
    Proxy,
    Remake,
    Smooth,
    SmoothedVideo,
    SmoothVideo,
    Step,
    Stitch,
    Tidy,
    Together,
    Unpack,
)

if TYPE_CHECKING:
    from storyboard.frames import Frames
    from storyboard.generators.base import Generator
    from storyboard.smoothers.base import OpenSmoother, Smoother


class Result(NamedTuple):
    take: Take | None = None
    comparison: Comparison | None = None
    video: SmoothedVideo | None = None
    proof: Proof | None = None
    takes: tuple[Take, ...] = ()
    room: int = 1


class Workshop:
    """Runs steps, one at a time. `threads` is how many a smoothing engine may use."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._generator: tuple[tuple[str, Path], Generator] | None = None
        self._smoother: tuple[str, OpenSmoother] | None = None
        self._show: Show = looks.unseen

    def run(self, folder: Path, step: Step, report: Report, show: Show = looks.unseen) -> Result:
        """Do `step` in the project at `folder`; `show` gets small pictures of a take while it is made. Raises
        `StoryboardError`, and what `report` raises."""
        self._show = show
        done: dict[type[Any], Callable[[Path, Any, Report], Result | None]] = {
            Generate: self._generate,
            Together: self._together,
            Audition: self._audition,
            Smooth: self._smooth,
            Encode: self._encode,
            Mix: _mix,
            Stitch: _stitch,
            Examine: _examine,
            Tidy: _tidy,
            Remake: self._remake,
            Listen: _listen,
            Prove: _prove,
            Unpack: _unpack,
            Proxy: _proxy,
            SmoothVideo: self._smooth_video,
        }
        return done[type(step)](folder, step, report) or Result()

    def _generate(self, folder: Path, step: Generate, report: Report) -> Result:
        generator = self._generator_for(step.model, folder)
        take = making.make(folder, step, generator, report, self._show)
        return Result(take=take, room=_room(generator, take))

    def _together(self, folder: Path, step: Together, report: Report) -> Result:
        generator = self._generator_for(step.of[0].model, folder)
        takes = making.make_together(folder, step.of, generator, report, self._show)
        return Result(takes=takes, room=_room(generator, takes[0]))

    def _audition(self, folder: Path, step: Audition, report: Report) -> None:
        from storyboard.workers import auditioning

        generator = self._generator_for(step.of.model, folder)
        with looks.shown_by(generator, self._show):
            auditioning.run(folder, step, generator, report)

    def _smooth(self, folder: Path, step: Smooth, report: Report) -> None:
        made = shown.smoothed(folder, step, self._smoother_for(step.engine))
        for _ in counted(made, len(step.positions), report):
            pass

    def _encode(self, folder: Path, step: Encode, report: Report) -> None:
        from storyboard.media import fit, segment

        smoother = self._smoother_for(step.smooth.engine) if step.smooth else None
        frames = _drawn(folder, step, step.drawn) if step.drawn else shown.shown(folder, step, smoother)
        fitted = (fit.fit(frame, step.width, step.height, step.fit) for frame in frames)
        out = paths.inside(folder, step.out)
        out.parent.mkdir(parents=True, exist_ok=True)
        count = counted(fitted, step.length, report)
        segment.write(out, count, step.width, step.height, step.rate, segment.PRESETS[step.preset])

    def _remake(self, folder: Path, step: Remake, report: Report) -> Result:
        take = step.take
        model = take.recipe.model if take.recipe else ""
        generator = self._generator_for(model, folder)
        made = making.again(folder, take, generator, report)
        comparison = compare(shown.take_frames(folder, take, 0, take.frames - 1), made)
        return Result(comparison=msgspec.structs.replace(comparison, ran=making.plain(generator.facts())))

    def _smooth_video(self, _folder: Path, step: SmoothVideo, report: Report) -> Result:
        from storyboard.workers import video

        return Result(video=video.smooth(step, lambda: self._smoother_for(step.engine), report))

    def _generator_for(self, model: str, folder: Path) -> Generator:
        from storyboard.generators import registry

        name = (model, folder)
        if self._generator is None or self._generator[0] != name:
            if self._generator is not None:
                registry.close(self._generator[1])
                self._generator = None
            self._generator = (name, registry.open_generator(model, folder))
        return self._generator[1]

    def _smoother_for(self, engine: str) -> Smoother:
        from storyboard.smoothers import registry

        if self._smoother is None or self._smoother[0] != engine:
            if self._smoother is not None:
                self._smoother[1].close()
                self._smoother = None
            self._smoother = (engine, registry.open_smoother(engine, threads=self._threads))
        return self._smoother[1]


def _room(generator: Generator, take: Take) -> int:
    """How many takes like `take` its generator would make in one batch."""
    if take.recipe is None or not isinstance(generator, Batching):
        return 1
    return generator.room(take.recipe, settings.MOST_TOGETHER)


def compare(stored: Frames, made: Frames) -> Comparison:
    """How the frames of `made` differ from `stored`: the largest and the mean difference of a channel."""
    import numpy as np

    largest, total, count = 0, 0.0, 0
    for a, b in itertools.zip_longest(stored, made):
        if a is None or b is None or a.shape != b.shape:
            return Comparison(identical=False, max=255, mean=255.0)
        difference = np.abs(a.astype(np.int16) - b)
        largest = max(largest, int(difference.max()))
        total += float(difference.sum())
        count += difference.size
    return Comparison(identical=largest == 0, max=largest, mean=total / max(count, 1))


def _mix(folder: Path, step: Mix, report: Report) -> None:
    from storyboard.media import sound

    music_file = paths.inside(folder, step.music.file) if step.music else None
    clips = [
        sound.ClipSound(paths.inside(folder, clip.file), clip.start, clip.source_in, clip.seconds)
        for clip in step.clips
    ]
    out = paths.inside(folder, step.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    sound.mix(out, step.seconds, step.music, music_file, clips, report)


def _listen(folder: Path, step: Listen, _report: Report) -> None:
    from storyboard.media import sound_file

    sound_file.check(paths.inside(folder, step.file))


def _prove(folder: Path, step: Prove, report: Report) -> Result:
    from storyboard.media import proof

    if step.take is not None:
        found = proof.of_take(folder, step.take, report)
    else:
        found = proof.of_file(paths.inside(folder, step.file), report)
    return Result(proof=Proof(*found))


def _unpack(folder: Path, step: Unpack, report: Report) -> None:
    from storyboard.media import plain_sound

    samples, peaks = paths.inside(folder, step.samples), paths.inside(folder, step.peaks)
    for out in (samples, peaks):
        out.parent.mkdir(parents=True, exist_ok=True)
    plain_sound.unpack(Path(step.file), samples, peaks, synced=step.synced, report=report)


def _proxy(folder: Path, step: Proxy, report: Report) -> None:
    from storyboard.media import proxy

    out = paths.inside(folder, step.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    proxy.write(Path(step.folder), step.take, step.part, out, report)


def _stitch(folder: Path, step: Stitch, report: Report) -> None:
    from storyboard.media import segment, stitch

    stitch.stitch(
        [paths.inside(folder, part) for part in step.segments],
        Path(step.out),
        step.rate,
        segment.PRESETS[step.preset],
        frames=step.frames,
        audio=paths.inside(folder, step.audio) if step.audio else None,
        metadata=step.metadata,
        report=report,
    )


def _examine(folder: Path, step: Examine, _report: Report) -> Result:
    from storyboard.media import importing

    found = importing.examine(paths.inside(folder, step.file))
    take = Take(
        id=step.take,
        shot=step.shot,
        number=1,
        created=making.now(),
        frames=found.frames,
        rate=found.rate,
        width=found.width,
        height=found.height,
        content=found.sha256,
        cuts=tuple(found.cuts),
        source=found.source(step.file),
        stored=Stored(paths.inside(folder, step.file).stat().st_size, found.sha256),
    )
    return Result(take=take)


def _tidy(folder: Path, step: Tidy, _report: Report) -> None:
    from storyboard.media import pictures

    out = paths.inside(folder, step.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    content = (pictures.frame if step.as_start else pictures.tidy)(Path(step.file))
    with atomic.replacing(out) as temporary:
        temporary.write_bytes(content)


def _drawn(folder: Path, step: Encode, drawn: Drawn) -> Frames:
    from storyboard.generators import standin

    size = (step.width, step.height)
    return standin.draw(
        drawn.prompt,
        drawn.seed,
        *size,
        step.length,
        step.rate,
        as_card=drawn.as_card,
        number=drawn.number,
        pictures=drawn.pictures,
        folder=folder,
    )
