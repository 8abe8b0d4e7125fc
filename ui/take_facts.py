"""What a take is and how it was made, in words."""

from __future__ import annotations

from storyboard.project import CARD, SKETCH, Project, Shot
from storyboard.take import Recipe, Take
from storyboard.workers.making import seeds_of

from .words import duration, media_name, plural, rate


def title(take: Take) -> str:
    """`Take 2`, `Quick take 3`."""
    return f"Quick take {take.number}" if take.is_quick else f"Take {take.number}"


def beside(project: Project, shot: Shot, take: Take) -> tuple[str, ...]:
    """The quiet lines on a take's card: `seed 4217`, and what of it is unlike the shot's wish now."""
    recipe = take.recipe
    if recipe is None:
        return ("imported", media_name(take.pixels))
    return (f"seed {recipe.seed}", *unlike(project, shot, recipe))


def unlike(project: Project, shot: Shot, recipe: Recipe) -> tuple[str, ...]:
    """What of `recipe` is unlike the shot's wish now, a few words each."""
    now = project.wish_of(shot)
    lines = []
    if recipe.model != now.model:
        lines.append(recipe.model.rpartition("/")[2])
    if recipe.prompt != now.prompt:
        lines.append("other prompt")
    return tuple(lines)


def facts(take: Take) -> str:
    """All that is known of a take, one fact a line."""
    lines = [
        f"{title(take)} · {plural(take.frames, 'frame')} at {rate(take.rate)} fps · {take.width}×{take.height}"
    ]
    recipe = take.recipe
    if recipe is None:
        lines.append(f"imported from {media_name(take.pixels)}")
    else:
        lines.append(recipe.prompt or "(no prompt)")
        if recipe.avoid:
            lines.append(f"avoid: {recipe.avoid}")
        settings = [recipe.model, f"seed {recipe.seed}"]
        if recipe.model not in (SKETCH, CARD):
            settings += [
                f"{name} {value:g}"
                for name, value in (("steps", recipe.steps), ("guidance", recipe.guidance))
                if value is not None
            ]
        lines.append(" · ".join(settings))
    made = [take.ran[name] for name in ("device", "dtype") if take.ran.get(name)]
    if take.ran.get("quick"):
        lines.append(f"quick: {take.ran['quick']}")
    if seeds := seeds_of(take):
        lines.append(f"made in one batch with {plural(len(seeds) - 1, 'other take')}")
    if take.seconds:
        made.append(f"{take.seconds:.1f} s" if take.seconds < 60 else duration(take.seconds))
    if made:
        lines.append(f"made on {', '.join(made)}" if take.ran.get("device") else f"made in {made[-1]}")
    if take.created:
        lines.append(take.created[:16].replace("T", " ") + " UTC")
    return "\n".join(lines)
