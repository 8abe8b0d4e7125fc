"""What the parts of a film are made from: shared by the build and by the estimate of its time."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from storyboard.film.plan import Plan, ShotPlan
from storyboard.project import Project, depicted, seed_for
from storyboard.workers.steps import Drawn, Encode


def drawn(project: Project, planned: ShotPlan) -> Drawn:
    """The stand-in of a shot without a take."""
    from storyboard.generators import standin

    shot = planned.shot
    model = project.wish_of(shot).model
    pictures = depicted(shot.prompt, shot, project.cast)
    as_card = standin.is_card(shot.prompt, model, pictures)
    return Drawn(
        prompt=shot.prompt,
        seed=seed_for(shot, 1),
        as_card=as_card,
        number=standin.card_number(shot.prompt, model, planned.number, pictures),
        pictures=() if as_card else pictures,
    )


def encode(plan: Plan, planned: ShotPlan, out: str = "") -> Encode:
    """The step that encodes a shot to `out`, without its pictures."""
    project = plan.project
    return Encode(
        width=project.width,
        height=project.height,
        rate=project.rate,
        preset=plan.preset,
        length=planned.shot.length,
        out=out,
        fit=planned.shot.fit,
    )


def between(places: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Those of `places` that lie between two frames of a take, ascending, each once."""
    return tuple(sorted({place for place in places if place.denominator != 1}))
