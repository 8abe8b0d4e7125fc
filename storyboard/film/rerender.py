"""A film made anew through another model: what is wished for then, and which of the new takes the film shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from storyboard import edit
from storyboard.errors import EditError
from storyboard.project import CARD, SKETCH, Project, Shot
from storyboard.start import FromSketch, FromTake
from storyboard.take import Take, is_outdated, shown


def anew(
    project: Project, shots: Sequence[Shot], takes: Mapping[str, Take], model: str, strength: float
) -> Project:
    """`project` wishing that `shots` are made by `model` from what they show: their chosen takes, or their sketches.

    It is for making takes with, and not to be saved: nothing of the film's own wishes changes. Raises `EditError`.
    """
    if model in (SKETCH, CARD):
        raise EditError(f"{model} draws and needs nothing to start from; name a model that makes a clip anew")
    for shot in shots:
        take = shown(shot, takes)
        begin = FromSketch(strength) if take is None else FromTake(take.id, strength)
        project = edit.set_shot(project, shot.id, start=begin, end=None, model=model)
    return project


def is_open(project: Project, shot: Shot, takes: Mapping[str, Take]) -> bool:
    """Whether `shot` shows a new take by itself: it has none, or one for something else than it wishes for."""
    take = shown(shot, takes)
    return take is None or is_outdated(project, shot, take, takes)


def chosen(project: Project, made: Iterable[Take], takes: Mapping[str, Take], *, everything: bool) -> Project:
    """`project` showing those of the takes `made` anew whose shots are open; all of them where `everything` is said."""
    there = {shot.id: shot for shot in project.shots}
    for take in made:
        shot = there.get(take.shot)
        if shot is not None and (everything or is_open(project, shot, takes)):
            project = edit.choose(project, shot.id, take, takes)
    return project
