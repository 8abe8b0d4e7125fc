"""Making a film from its plan: takes, in-betweens, segments, sound, stitch. Nothing is made twice."""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from storyboard import __version__, atomic, edit, paths, reading, settings, store, values
from storyboard.errors import MediaError, StoryboardError
from storyboard.film import keys, order, parts, place, room, takes
from storyboard.film.cache import FILMS, INBETWEENS, SEGMENTS, SOUND, Cache
from storyboard.film.estimate import after_take, joining
from storyboard.film.history import History
from storyboard.film.links import Links
from storyboard.film.plan import Plan, ShotPlan, models_named, positions
from storyboard.film.runner import Failure, Outcome, Runner, Watch
from storyboard.film.sounds import clip_sounds
from storyboard.project import SKETCH, Shot
from storyboard.smoothers.base import Engine
from storyboard.take import Take, is_outdated, shown
from storyboard.workers.crew import Crew, borrowed
from storyboard.workers.steps import Encode, Generate, Mix, Smooth, Stitch

RECENTLY = 3600.0
"""Seconds: parts used since then may belong to a build that runs beside this one."""
MAX_RECORD = 4096
"""Bytes of what is remembered of a film."""


class Made(msgspec.Struct):
    """What a build did."""

    film: str
    frames: int
    seconds: float
    """Of the film."""
    took: float = 0.0
    """Seconds of work, by the clock."""
    takes: int = 0
    inbetweens: int = 0
    """Frames that the smoother made."""
    segments: int = 0
    sounds: int = 0
    stitched: bool = False
    engine: str = ""
    """What smoothed it; empty when nothing had to be."""
    notes: tuple[str, ...] = ()


class _Film(msgspec.Struct):
    """What the film file was made from, and the file as it was left."""

    key: str
    size: int
    modified: int


def build(
    plan: Plan,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    cache_limit: int | None = None,
    pausing: Callable[[], bool] = lambda: False,
    crew: Crew | None = None,
    stitch: bool = True,
    keep_every: int | None = None,
) -> Made:
    """Make the film of `plan`; a film that is there and up to date is left as it is.

    The cache keeps at most `cache_limit` bytes; None: what the user set for this machine. Without `stitch` the
    film's parts are made and not joined. `crew` are workers that are warm already. What is done of a take is kept
    as `takes.keeping` and `takes.generate_step` say. Raises `Cancelled` when `cancelled` says so, or `pausing`
    before everything was begun (what was made is kept), and `StoryboardError` when a shot failed: the others are
    finished first, and an earlier film stays in place. Raises `DiskFull` before any work where the room on the disk
    cannot do, and during it before the disk is quite full.
    """
    start = time.monotonic()
    if stitch:
        place.check(plan.out)
    cache = Cache(plan.folder)
    cache.sweep()
    with cache.in_use(), borrowed(plan.folder, crew) as workers:
        history = History()
        # Parts that are made ahead are few each time: the reserve is enough of a guard for them.
        tight = room.foresee(plan, history) if stitch else ""
        places = (plan.folder, plan.out.parent)
        runner = Runner(workers, history, watch, cancelled, pausing=pausing, places=places)
        work = _Build(plan, cache, runner, stitch, takes.keeping(keep_every))
        made = work.run()
        made.notes += (tight,) if tight else ()
        limit = settings.load().cache_limit if cache_limit is None else cache_limit
        cache.evict(limit, work.pinned, RECENTLY)
    made.took = round(time.monotonic() - start, 3)
    return made


class _Part(NamedTuple):
    key: str
    file: str


class _Build:
    """One build of one plan. Each shot goes its way from take to segment by itself; the film waits for all."""

    def __init__(self, plan: Plan, cache: Cache, runner: Runner, stitch: bool, keep_every: int) -> None:
        from storyboard.media import segment

        self._plan = plan
        self._cache = cache
        self._runner = runner
        self._stitch = stitch
        self._keep_every = keep_every
        self._preset = segment.PRESETS[plan.preset]
        self._encoder = segment.version(self._preset)
        self._size = (plan.project.width, plan.project.height)
        self._segments: dict[str, _Part] = {}
        self._makers: dict[str, str] = {}
        """Which segment's step makes a file of in-betweens."""
        self._shown: dict[str, Take] = {p.shot.id: p.take for p in plan.shots if p.take is not None}
        self._adoption = takes.Adoption(plan.folder)
        self._found = store.TakeFolder(plan.folder).scan()
        self._links = Links(plan.project, self._found, {p.shot.id for p in plan.to_generate})
        self.pinned: set[str] = set()
        self._made = Made(
            film=str(plan.out),
            frames=plan.project.length,
            seconds=float(plan.project.seconds),
            engine=plan.engine,
            notes=plan.notes,
        )

    def run(self) -> Made:
        self._runner.expect("", joining(self._plan) if self._stitch else [])
        self._start_takes()
        for planned in self._plan.shots:
            if not planned.generate:
                self._start_segment(planned)
        try:
            self._runner.run()
        finally:
            self._adoption.finish()
        self._check(self._runner.failures)
        if self._stitch:
            self._finish()
        if self._adoption.problem and self._made.takes:
            self._made.notes += (
                f"the takes are made, but not yet chosen in the project: {self._adoption.problem}",
            )
        return self._made

    # ---- takes

    def _start_takes(self) -> None:
        # All recipes first: one that cannot be made stops the film before any work.
        numbers = self._found.numbers()
        steps = [
            takes.generate_step(
                self._plan.folder,
                self._plan.project,
                planned.shot,
                numbers.get(planned.shot.id, 0) + 1,
                takes=self._found,
                keep_every=self._keep_every,
            )
            for planned in self._plan.to_generate
        ]
        pairs = order.by_model(zip(self._plan.to_generate, steps, strict=True), lambda pair: pair[1].model)
        counted = order.counted_down([step for _, step in pairs])
        for (planned, _), step in zip(pairs, counted, strict=True):
            after = after_take(self._plan, planned, step)
            self._runner.expect(planned.shot.id, [step, *after] if self._links.waits(planned.shot) else after)
            go, give_up = partial(self._start_take, planned, step), partial(self._give_up, planned)
            self._links.wait(planned.shot, go, give_up)

    def _start_take(self, planned: ShotPlan, step: Generate) -> None:
        from storyboard.generators import registry

        shot = self._links.project.shot(planned.shot.id)
        if self._links.waits(shot):
            kept = self._kept(shot)
            if kept is not None:
                self._show(planned, kept)
                return
            try:
                again = takes.generate_step(
                    self._plan.folder,
                    self._links.project,
                    shot,
                    step.number,
                    take=step.take,
                    takes=self._links.takes,
                    keep_every=step.keep_every,
                )
                step = msgspec.structs.replace(again, coming=step.coming)
            except StoryboardError as error:
                self._give_up(planned, str(error))
                return
        self._runner.submit(
            f"takes/{step.take}",
            step,
            f"shot {planned.number}",
            partial(self._arrived, planned),
            lane=registry.lane(step.model),
            unit="step",
            shot=shot.id,
            otherwise=lambda _: self._links.failed(shot.id),
        )

    def _kept(self, shot: Shot) -> Take | None:
        """The take of `shot` that is what it wishes for, now that the one before it is made: nothing is made twice."""
        project = edit.adopt(self._links.project, self._links.takes)
        now = project.shot(shot.id)
        take = shown(now, self._links.takes)
        if take is None or is_outdated(project, now, take, self._links.takes):
            return None
        return take

    def _give_up(self, planned: ShotPlan, reason: str) -> None:
        self._runner.give_up(Failure(f"shot {planned.number}", reason, "", (planned.shot.id,)))
        self._links.failed(planned.shot.id)

    def _arrived(self, planned: ShotPlan, outcome: Outcome) -> None:
        take = outcome.take
        assert take is not None
        self._made.takes += 1
        self._adoption.arrived()
        self._show(planned, take)

    def _show(self, planned: ShotPlan, take: Take) -> None:
        self._shown[planned.shot.id] = take
        self._start_segment(planned._replace(take=take, generate=False))
        self._links.arrived(take, planned.shot.id)

    # ---- segments

    def _start_segment(self, planned: ShotPlan) -> None:
        if planned.take is None:
            self._start_drawn(planned)
            return
        project, shot, take = self._plan.project, planned.shot, planned.take
        places = positions(project, shot, take)
        between = parts.between(places)
        engine = self._engine if between else None
        key = keys.segment(take, places, shot.fit, self._size, project.rate, engine, self._encoder)
        part = self._part(key)
        if self._cache.has(part.file):
            self._segments[shot.id] = part
            self._runner.expect(shot.id, [])
            return
        encode = parts.encode(self._plan, planned, part.file)
        encode = msgspec.structs.replace(encode, take=take, positions=places)
        step = (
            encode if engine is None else self._with_inbetweens(planned, take, part, encode, engine, between)
        )
        if step is not None:
            self._submit_segment(planned, part, step)

    def _with_inbetweens(
        self,
        planned: ShotPlan,
        take: Take,
        part: _Part,
        encode: Encode,
        engine: Engine,
        between: tuple[Fraction, ...],
    ) -> Encode | None:
        """`encode` with the in-betweens that are kept, and the step that makes the others on the way.

        None when another shot's segment is making the same ones: this shot goes on after it.
        """
        key = keys.inbetweens(take, engine)
        held = tuple(self._cache.inbetweens(key))
        there = {position for file in held for position in file.positions}
        missing = tuple(p for p in between if p not in there)
        self.pinned.update(file.file for file in held)
        encode = msgspec.structs.replace(encode, inbetweens=held)
        if not missing:
            return encode
        out = f"{INBETWEENS}/{key}/{values.key(missing)[:16]}.mkv"
        maker = self._makers.setdefault(out, part.file)
        if maker != part.file and self._runner.is_making(maker):
            self._runner.follow(maker, lambda _: self._start_segment(planned))
            return None
        smooth = Smooth(take=take, engine=self._plan.engine, positions=missing, out=out)
        self.pinned.add(out)
        return msgspec.structs.replace(encode, smooth=smooth)

    def _start_drawn(self, planned: ShotPlan) -> None:
        from storyboard.generators import standin

        project, shot = self._plan.project, planned.shot
        drawn = parts.drawn(project, planned)
        key = keys.drawn_segment(drawn, standin.VERSION, shot.length, self._size, project.rate, self._encoder)
        part = self._part(key)
        if self._cache.has(part.file):
            self._segments[shot.id] = part
            return
        step = msgspec.structs.replace(parts.encode(self._plan, planned, part.file), drawn=drawn)
        self._submit_segment(planned, part, step)

    def _submit_segment(self, planned: ShotPlan, part: _Part, step: Encode) -> None:
        def encoded(_: Outcome) -> None:
            self._segments[planned.shot.id] = part

        deed = "smoothing and encoding" if step.smooth else "encoding"
        label = f"shot {planned.number} {deed}"
        if self._runner.submit(part.file, step, label, encoded, shot=planned.shot.id):
            self._made.segments += 1
            self._made.inbetweens += len(step.smooth.positions) if step.smooth else 0

    def _part(self, key: str) -> _Part:
        file = f"{SEGMENTS}/{key}{self._preset.suffix}"
        self.pinned.add(file)
        return _Part(key, file)

    @functools.cached_property
    def _engine(self) -> Engine:
        from storyboard.smoothers import registry

        return registry.engine_of(self._plan.engine)

    # ---- the film

    def _finish(self) -> None:
        """Mix the sound and stitch, unless the film that is there was made from exactly the same parts."""
        segments = [self._segments[planned.shot.id] for planned in self._plan.shots]
        mix, sound_key = self._sound()
        metadata = self._metadata()
        key = keys.film([part.key for part in segments], sound_key, self._plan.preset, metadata)
        if self._up_to_date(key):
            return
        if mix is not None and not self._cache.has(mix.out):
            self._made.sounds = 1
            self._runner.submit(mix.out, mix, "sound", lambda _: None, unit="second")
            self._runner.run()
        stitch = Stitch(
            segments=tuple(part.file for part in segments),
            frames=self._plan.project.length,
            rate=self._plan.project.rate,
            preset=self._plan.preset,
            # A film that is a link is replaced, not written through: a project may come with one.
            out=str(self._plan.out.parent.resolve() / self._plan.out.name),
            audio=mix.out if mix else None,
            metadata=metadata,
        )
        self._runner.submit("film", stitch, "film", lambda _: None, unit="shot")
        self._runner.run()
        self._check(self._runner.failures)
        self._made.stitched = True
        self._remember(key)

    def _sound(self) -> tuple[Mix | None, str]:
        from storyboard.media import sound

        project = self._plan.project
        clips = tuple(clip_sounds(project, self._shown))
        if project.music is None and not clips:
            return None, ""
        music_hash = _hash(paths.inside(self._plan.folder, project.music.file)) if project.music else ""
        key = keys.sound(project.seconds, project.music, music_hash, clips, sound.VERSION)
        out = f"{SOUND}/{key}.m4a"
        self.pinned.add(out)
        return Mix(seconds=project.seconds, out=out, music=project.music, clips=clips), key

    def _metadata(self) -> dict[str, str]:
        project = self._plan.project
        made_with = [f"Made with Storyboard {__version__}"]
        models = models_named(self._plan)
        if SKETCH in models:
            made_with.append("with sketches")
        if generated := [model for model in models if model != SKETCH]:
            made_with.append(f"AI-generated pictures: {', '.join(generated)}")
        if self._plan.engine:
            made_with.append(f"smoothed by {self._plan.engine}")
        return {"title": project.name, "comment": "; ".join(made_with)}

    @property
    def _record(self) -> Path:
        name = values.key(str(self._plan.out.resolve()))[:32]
        return paths.inside(self._plan.folder, f"{FILMS}/{name}.json")

    def _up_to_date(self, key: str) -> bool:
        try:
            known = values.decode(reading.whole(self._record, MAX_RECORD), _Film)
            stat = self._plan.out.stat()
        except (OSError, ValueError, RecursionError):
            return False
        return known == _Film(key, stat.st_size, stat.st_mtime_ns)

    def _remember(self, key: str) -> None:
        stat = self._plan.out.stat()
        self._record.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(self._record) as temporary:
            temporary.write_bytes(values.encode_line(_Film(key, stat.st_size, stat.st_mtime_ns)))

    def _check(self, failures: list[Failure]) -> None:
        if not failures:
            return
        first = failures[0]
        also = f" ({len(failures) - 1} more failed)" if len(failures) > 1 else ""
        raise StoryboardError(
            f"{first.label}: {first.reason}{also}. What was made is kept; run the same command again"
            f"{self._next_engine()}."
        )

    def _next_engine(self) -> str:
        """Says so where the next try smooths with another engine: this one broke, and the project asks for the best."""
        from storyboard.smoothers import registry

        asked = self._plan.project.smoother
        if not self._plan.engine or asked != "rife":
            return ""
        then = registry.resolve(asked)
        return "" if then == self._plan.engine else f": {then} smooths it then"


def _hash(path: Path) -> str:
    from storyboard.media import files

    files.check_plain(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MediaError(f"the music {path.name} cannot be read: {error.strerror}") from error
