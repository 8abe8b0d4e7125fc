"""How long a film will take, before anything runs."""

from __future__ import annotations

from fractions import Fraction

from storyboard.film import takes
from storyboard.film.history import History
from storyboard.film.plan import Plan, ShotPlan, positions
from storyboard.take import Take
from storyboard.workers.steps import Encode, Generate, Smooth


def estimate(plan: Plan) -> float:
    """Seconds that `plan` will likely take: generation in full, and for each shot that is made its smoothing and
    encoding. What this machine did before is what is expected of it again."""
    history = History()
    total = 0.0
    for planned in plan.to_generate:
        step = takes.generate_step(plan.folder, plan.project, planned.shot, 1)
        total += history.estimate(step) + _after(plan, planned, step, history)
    return total


def _after(plan: Plan, planned: ShotPlan, step: Generate, history: History) -> float:
    recipe, project, shot = step.recipe, plan.project, planned.shot
    take = Take(
        id=step.take,
        shot=shot.id,
        number=1,
        created="",
        frames=recipe.frames,
        rate=recipe.rate,
        width=recipe.width,
        height=recipe.height,
        content="",
    )
    between: tuple[Fraction, ...] = tuple({p for p in positions(project, shot, take) if p.denominator != 1})
    encode = Encode(
        width=project.width,
        height=project.height,
        rate=project.rate,
        preset=plan.preset,
        length=shot.length,
        out="",
    )
    seconds = history.estimate(encode)
    if between and plan.engine:
        seconds += history.estimate(Smooth(take=take, engine=plan.engine, positions=between, out=""))
    return seconds
