"""How long a film will take, before anything runs: the steps that its plan still needs, and their time."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import msgspec

from storyboard.film import keys, parts, takes
from storyboard.film.audition import Held
from storyboard.film.cache import SEGMENTS, Cache
from storyboard.film.history import History, Load, work_of
from storyboard.film.plan import Plan, ShotPlan, positions
from storyboard.film.runner import media_workers
from storyboard.film.wanted import Wanted
from storyboard.project import Project
from storyboard.smoothers.base import Engine
from storyboard.take import Take
from storyboard.workers.steps import Audition, Generate, Mix, Smooth, Step, Stitch


def estimate(plan: Plan, history: History | None = None, workers: int | None = None) -> float:
    """Seconds by the clock that `plan` will likely take: generating, smoothing and encoding whatever is not there
    yet, and joining it. What this machine did before (`history`) is what is expected of it again; `workers` is how
    many media workers share the work.

    Generating and the rest are counted one after the other, as on a machine without a GPU.
    """
    from storyboard.generators import registry

    load = Load(workers or media_workers(), (history or History()).cost)
    cached = Parts(plan)
    anything = False
    for planned in plan.shots:
        if planned.generate:
            take = takes.generate_step(plan.folder, plan.project, planned.shot, 1)
            load.add_work(work_of(take), registry.lane(take.model), planned.shot.id)
            steps = after_take(plan, planned, take)
        else:
            steps = cached.missing(planned)
        for step in steps:
            load.add_work(work_of(step), "media", planned.shot.id)
        anything = anything or bool(steps)
    if anything or not plan.out.exists():
        for step in joining(plan):
            load.add_work(work_of(step), "media", "")
    return load.seconds(side_by_side=False)


def after_take(plan: Plan, planned: ShotPlan, step: Generate) -> list[Step]:
    """What follows the take that `step` makes for `planned`: its smoothing, if any, and its encoding. For their time
    only: they name no files."""
    recipe, project, shot = step.recipe, plan.project, planned.shot
    take = Take(
        id=step.take,
        shot=shot.id,
        number=step.number,
        created="",
        frames=recipe.frames,
        rate=recipe.rate,
        width=recipe.width,
        height=recipe.height,
        content="",
    )
    between = parts.between(positions(project, shot, take)) if plan.engine else ()
    smooth = Smooth(take=take, engine=plan.engine, positions=between, out="") if between else None
    return [msgspec.structs.replace(parts.encode(plan, planned), smooth=smooth)]


def joining(plan: Plan) -> list[Step]:
    """What ends every film: its sound, if it has any, and the stitch. For their time only: they name no files."""
    project = plan.project
    stitch = Stitch(segments=(), frames=project.length, rate=project.rate, preset=plan.preset, out="")
    sounds = (p.take.source.sound for p in plan.shots if p.take and p.take.source and not p.shot.muted)
    if project.music is None and not any(sounds):
        return [stitch]
    return [Mix(seconds=project.seconds, out=""), stitch]


def estimate_takes(
    folder: Path, project: Project, wanted: Sequence[Wanted], history: History | None = None
) -> float:
    """Seconds by the clock that the `wanted` takes will likely take. Raises `GeneratorError` where one cannot be
    made."""
    from storyboard.generators import registry

    load = Load(media_workers(), (history or History()).cost)
    shots = {shot.id: shot for shot in project.shots}
    for take in wanted:
        if take.shot in shots:
            step = takes.generate_step(folder, project, shots[take.shot], 1, seed=take.seed, quick=take.quick)
            load.add_work(work_of(step), registry.lane(step.model), take.shot)
    return load.seconds(side_by_side=False)


def estimate_audition(
    folder: Path, project: Project, wanted: Sequence[Wanted], steps: int, history: History | None = None
) -> float:
    """Seconds by the clock that holding the `wanted` takes at `steps` will likely take. Raises as `estimate_takes`."""
    from storyboard.generators import registry

    load = Load(media_workers(), (history or History()).cost)
    shots = {shot.id: shot for shot in project.shots}
    for take in wanted:
        if take.shot in shots:
            step = takes.generate_step(folder, project, shots[take.shot], 1, seed=take.seed)
            work = work_of(Audition(of=step, stop_at=steps, out=""))
            load.add_work(work, registry.lane(step.model), take.shot)
    return load.seconds(side_by_side=False)


def estimate_carrying_on(held: Sequence[Held], history: History | None = None) -> float:
    """Seconds by the clock that making the `held` takes whole will likely take."""
    from storyboard.generators import registry

    load = Load(media_workers(), (history or History()).cost)
    for one in held:
        work = work_of(one.step)
        left = 1 - one.done / one.step.recipe.steps if one.step.recipe.steps else 1.0
        load.add_work(work._replace(units=work.units * left), registry.lane(one.step.model), one.step.shot)
    return load.seconds(side_by_side=False)


class Parts:
    """The parts of the shots that are shown as they are, as the cache knows them. What several shots show counts once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._cache = Cache(plan.folder)
        self._counted: set[Path] = set()

    @functools.cached_property
    def _encoder(self) -> str:
        from storyboard.media import segment

        return segment.version(segment.PRESETS[self._plan.preset])

    @functools.cached_property
    def _engine(self) -> Engine:
        from storyboard.smoothers import registry

        return registry.engine_of(self._plan.engine)

    def file(self, planned: ShotPlan) -> Path:
        """Where the segment of `planned`, whose take is there or which is sketched, lies when it is made."""
        from storyboard.generators import standin
        from storyboard.media import segment

        project, take = self._plan.project, planned.take
        size = (project.width, project.height)
        if take is None:
            drawn, length = parts.drawn(project, planned), planned.shot.length
            key = keys.drawn_segment(drawn, standin.VERSION, length, size, project.rate, self._encoder)
        else:
            places = positions(project, planned.shot, take)
            engine = self._engine if parts.between(places) else None
            key = keys.segment(take, places, planned.shot.fit, size, project.rate, engine, self._encoder)
        return self._plan.folder / f"{SEGMENTS}/{key}{segment.PRESETS[self._plan.preset].suffix}"

    def missing(self, planned: ShotPlan) -> list[Step]:
        """The steps that `planned`, whose take is there or which is sketched, still needs."""
        if self._has(self.file(planned)):
            return []
        take, project = planned.take, self._plan.project
        if take is None:
            drawn = parts.drawn(project, planned)
            return [msgspec.structs.replace(parts.encode(self._plan, planned), drawn=drawn)]
        places = positions(project, planned.shot, take)
        between = parts.between(places)
        encode = msgspec.structs.replace(parts.encode(self._plan, planned), take=take, positions=places)
        if not between:
            return [encode]
        key = keys.inbetweens(take, self._engine)
        held = {p for file in self._cache.inbetweens(key) for p in file.positions}
        new = tuple(p for p in between if p not in held)
        smooth = Smooth(take=take, engine=self._plan.engine, positions=new, out="") if new else None
        return [msgspec.structs.replace(encode, smooth=smooth)]

    def _has(self, file: Path) -> bool:
        if file in self._counted:
            return True
        self._counted.add(file)
        return self._cache.has(file.relative_to(self._plan.folder).as_posix())
