"""Going back to what a take was made from, and going on without a take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from msgspec.structs import replace

from storyboard import edit
from storyboard.errors import EditError
from storyboard.project import CARD, SKETCH, Chosen, Look, Project, Role, Shot
from storyboard.start import STRENGTH, Begin, FromPicture, FromPrevious, FromSketch, FromTake
from storyboard.store import Takes
from storyboard.take import NO_TAKES, Recipe, Take, wish_of


def use_recipe(project: Project, shot_id: str, take: Take, takes: Mapping[str, Take] = NO_TAKES) -> Project:
    """The shot wishing for exactly what `take` was made from, its seed locked, and showing it.

    What the look says already is inherited, so that a change of the look still reaches the shot. `takes` are those
    that are there: a shot in a chain stays in it, and goes on from what is shown before it now. Raises `EditError`
    for an import, which no recipe made.
    """
    recipe = take.recipe
    if recipe is None:
        number = project.index(shot_id) + 1
        raise EditError(f"shot {number}: this take was imported, so there is no recipe; pick a generated one")
    look = project.look
    settings: edit.Settings = {
        "prompt": _without_style(_without_descriptions(recipe.prompt, project.cast), look.style),
        "model": None if recipe.model == look.model else recipe.model,
        "seed": recipe.seed,
        "start": _start(recipe),
        "end": next((start.file for start in recipe.starts if start.role == "last"), None),
    }
    if recipe.model not in (
        SKETCH,
        CARD,
    ):  # what is drawn has no such settings, so its recipe says nothing of them
        settings |= _of_model(recipe, look)
    changed = edit.set_shot(project, shot_id, **settings)
    return edit.choose(changed, shot_id, take, takes)


def without_take(project: Project, take: Take, takes: Takes) -> Project:
    """The project when `take` is thrown away; `takes` are those that are there, with or without it.

    A shot that showed it shows another of its own, rather one for what it wishes now and rather a new one, each
    for the wish it was made for; where there is none the shot is a draft again. Its star goes with it.
    """

    def change(shot: Shot) -> Shot:
        starred = tuple(other for other in shot.starred if other != take.id)
        if shot.chosen is None or shot.chosen.take != take.id:
            return shot if starred == shot.starred else replace(shot, starred=starred)
        others = [other for other in takes.of_shot(shot.id) if other.id != take.id]
        now = wish_of(project, shot, takes).key
        best = max(
            others, key=lambda other: (other.wish == now, not other.is_quick, other.number), default=None
        )
        chosen = None if best is None else Chosen(take=best.id, wish=best.wish)
        return replace(shot, starred=starred, chosen=chosen)

    shots = tuple(change(shot) for shot in project.shots)
    return project if shots == project.shots else replace(project, shots=shots)


def _of_model(recipe: Recipe, look: Look) -> edit.Settings:
    return {
        "avoid": None if recipe.avoid == look.avoid else recipe.avoid,
        "steps": None if recipe.steps == look.steps else recipe.steps,
        "guidance": None if recipe.guidance == look.guidance else recipe.guidance,
        "loras": None if recipe.loras == look.loras else recipe.loras,
    }


def _start(recipe: Recipe) -> Begin | None:
    """What the shot must start from so that it wishes for `recipe`."""
    for start in recipe.starts:
        if start.role == "clip":
            strength = STRENGTH if start.strength is None else start.strength
            return FromSketch(strength) if start.drawn else FromTake(PurePosixPath(start.file).stem, strength)
        if start.role == "first":
            if start.frame is None:
                return FromPicture(start.file)
            return FromPrevious(match_colour=recipe.colours_of is not None)
    return None


def _without_descriptions(prompt: str, cast: Sequence[Role]) -> str:
    """A recipe's prompt has the cast's descriptions in brackets, as `wish` puts them in; the shot's has none."""
    for role in cast:
        words = role.description.strip()
        if words:
            prompt = prompt.replace(f" ({words})", "", 1)
    return prompt


def _without_style(prompt: str, style: str) -> str:
    """A recipe's prompt ends with the look's style words, as `wish` puts them together."""
    style = style.strip()
    return prompt if not style or prompt == style else prompt.removesuffix(f", {style}")
