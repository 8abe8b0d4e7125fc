"""How long a film will take, before anything runs: the steps that its plan still needs, and their time."""

from __future__ import annotations

import functools

import msgspec

from storyboard.film import keys, parts, takes
from storyboard.film.cache import SEGMENTS, Cache
from storyboard.film.history import History, Load, work_of
from storyboard.film.plan import Plan, ShotPlan, positions
from storyboard.film.runner import media_workers
from storyboard.smoothers.base import Engine
from storyboard.take import Take
from storyboard.workers.steps import Generate, Mix, Smooth, Step, Stitch


def estimate(plan: Plan, history: History | None = None, workers: int | None = None) -> float:
    """Seconds by the clock that `plan` will likely take: generating, smoothing and encoding whatever is not there
    yet, and joining it. What this machine did before (`history`) is what is expected of it again; `workers` is how
    many media workers share the work.

    Generating and the rest are counted one after the other, as on a machine without a GPU.
    """
    from storyboard.generators import registry

    load = Load(workers or media_workers(), (history or History()).cost)
    cached = _Parts(plan)
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


class _Parts:
    """What the cache lacks of the shots that are shown as they are. A part that several shots show counts once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._cache = Cache(plan.folder)
        self._counted: set[str] = set()

    @functools.cached_property
    def _encoder(self) -> str:
        from storyboard.media import segment

        return segment.version(segment.PRESETS[self._plan.preset])

    @functools.cached_property
    def _engine(self) -> Engine:
        from storyboard.smoothers import registry

        return registry.engine_of(self._plan.engine)

    def missing(self, planned: ShotPlan) -> list[Step]:
        """The steps that `planned`, whose take is there or which is sketched, still needs."""
        take = planned.take
        if take is None:
            return self._missing_drawn(planned)
        project = self._plan.project
        places = positions(project, planned.shot, take)
        between = parts.between(places)
        engine = self._engine if between else None
        size = (project.width, project.height)
        key = keys.segment(take, places, planned.shot.fit, size, project.rate, engine, self._encoder)
        if self._has(key):
            return []
        encode = msgspec.structs.replace(parts.encode(self._plan, planned), take=take, positions=places)
        if engine is None:
            return [encode]
        held = {p for file in self._cache.inbetweens(keys.inbetweens(take, engine)) for p in file.positions}
        new = tuple(p for p in between if p not in held)
        smooth = Smooth(take=take, engine=self._plan.engine, positions=new, out="") if new else None
        return [msgspec.structs.replace(encode, smooth=smooth)]

    def _missing_drawn(self, planned: ShotPlan) -> list[Step]:
        from storyboard.generators import standin

        project, drawn = self._plan.project, parts.drawn(self._plan.project, planned)
        size = (project.width, project.height)
        length = planned.shot.length
        key = keys.drawn_segment(drawn, standin.VERSION, length, size, project.rate, self._encoder)
        if self._has(key):
            return []
        return [msgspec.structs.replace(parts.encode(self._plan, planned), drawn=drawn)]

    def _has(self, key: str) -> bool:
        from storyboard.media import segment

        if key in self._counted:
            return True
        self._counted.add(key)
        return self._cache.has(f"{SEGMENTS}/{key}{segment.PRESETS[self._plan.preset].suffix}")
