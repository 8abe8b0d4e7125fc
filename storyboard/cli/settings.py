"""Commands that change settings: of shots, of the project that they inherit from, of the music."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from storyboard.cli import lazy, options, output, starting
from storyboard.errors import StoryboardError

if TYPE_CHECKING:
    from storyboard import edit, store
    from storyboard import project as values
    from storyboard.film import takes as film_takes
    from storyboard.project import Project, Shot
else:
    edit = lazy.module("storyboard.edit")
    store = lazy.module("storyboard.store")
    values = lazy.module("storyboard.project")
    film_takes = lazy.module("storyboard.film.takes")

INHERIT = "inherit"


def _or_inherit(text: str | None, read: Any) -> Any:
    """`inherit` and `none` take a shot's own setting away."""
    assert text is not None
    if not text.strip() and read is str:
        raise typer.BadParameter(f"the model has no name; write one, or `{INHERIT}`")
    if text in (INHERIT, "none"):
        return None
    try:
        return read(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no number; write one, or `{INHERIT}`") from None


def set_(
    folder: options.ProjectFolder,
    shots: Annotated[
        str | None,
        typer.Argument(metavar="[SHOT]", help="Which shots (4 or 2,5-7); the whole project if not given."),
    ] = None,
    prompt: Annotated[str | None, typer.Option(help="What the shot shows.")] = None,
    model: Annotated[
        str | None, typer.Option(help="A model, sketch or card; `inherit` for the project's.")
    ] = None,
    avoid: Annotated[str | None, typer.Option(help="What it should not show.")] = None,
    style: Annotated[str | None, typer.Option(help="Project only: words put after every prompt.")] = None,
    seed: Annotated[str | None, typer.Option(help="Shots only: lock the seed; `none` unlocks it.")] = None,
    steps: Annotated[str | None, typer.Option(help="Denoising steps; `inherit` for the default.")] = None,
    guidance: Annotated[str | None, typer.Option(help="Guidance scale; `inherit` for the default.")] = None,
    length: Annotated[str | None, typer.Option(help="Shots only: frames (48) or seconds (2s).")] = None,
    speed: Annotated[str | None, typer.Option(help="Of the take: 1/2 is half speed.")] = None,
    smoothing: Annotated[str | None, typer.Option(help="off, auto, x2, x3 or x4.")] = None,
    source_in: Annotated[str | None, typer.Option("--in", help="Shots only: seconds into the take.")] = None,
    fit: Annotated[str | None, typer.Option(help="Shots only: cover, contain or stretch.")] = None,
    muted: Annotated[
        bool | None, typer.Option("--mute/--sound", help="Shots only: an import's sound.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|previous|none",
            help="Shots only: begin with a picture, make a clip anew, or go on from the shot before.",
        ),
    ] = None,
    end: Annotated[
        str | None, typer.Option(metavar="FILE|none", help="Shots only: end on a picture.")
    ] = None,
    from_take: Annotated[
        int | None, typer.Option(help="Shots only: make this take of the shot anew.", min=1)
    ] = None,
    from_sketch: Annotated[
        bool, typer.Option("--from-sketch", help="Shots only: make the shot's sketch anew.")
    ] = False,
    strength: Annotated[
        float | None, typer.Option(help="Of what is made anew: 1 keeps nothing, 0.1 nearly all.")
    ] = None,
    match_colour: Annotated[
        bool | None,
        typer.Option(
            "--match-colour/--own-colour", help="Shots only: the colours of its chain's first shot."
        ),
    ] = None,
    lora: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE:WEIGHT", help="Weights added to the model's (repeat); none; inherit."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Project only: the film's title.")] = None,
    size: Annotated[str | None, typer.Option(help="Project only: width x height.")] = None,
    rate: Annotated[str | None, typer.Option(help="Project only: frames per second.")] = None,
    smoother: Annotated[
        str | None,
        typer.Option(
            help="Project only: rife (the best here), rife-torch, rife-ncnn, rife-openvino, rife-openvino-fast, "
            "rife-hdv3, flow, or rife:NAME for your own weights."
        ),
    ] = None,
) -> None:
    """Change settings of shots, or of the project that shots inherit from. Takes are made at the next render."""
    look: dict[str, Any] = {}
    for key, text, read in (
        ("model", model, str),
        ("avoid", avoid, lambda words: words),
        ("steps", steps, int),
        ("guidance", guidance, float),
    ):
        if text is not None:
            look[key] = _or_inherit(text, read)
    motion: dict[str, Any] = {}
    if speed is not None:
        motion["speed"] = options.fraction(speed)
    if smoothing is not None:
        motion["smoothing"] = smoothing
    own = {
        "prompt": prompt,
        "seed": seed,
        "length": length,
        "source_in": source_in,
        "fit": fit,
        "muted": muted,
    }
    whole = {"style": style, "name": name, "size": size, "rate": rate, "smoother": smoother}
    _only(
        own if shots is None else whole,
        "a shot: name it, as in `set FILM 4 ...`"
        if shots is None
        else "the whole project: leave the shot's number out",
    )
    asked = starting.Asked(start, end, from_take, from_sketch, strength, match_colour)
    if shots is None and asked.anything:
        raise typer.BadParameter(
            "what takes start from is a setting of a shot: name it, as in `set FILM 4 ...`"
        )
    if not (
        look
        or motion
        or lora
        or asked.anything
        or any(value is not None for value in (*own.values(), *whole.values()))
    ):
        raise typer.BadParameter("nothing to set; see `storyboard set --help`")
    added = starting.loras(lora)
    if added is not False:
        look["loras"] = added
    brought = starting.bring(folder, asked, shots) if shots is not None and asked.anything else None
    with store.open_project(folder, mode="write") as opened:
        project = opened.project
        if shots is None:
            changed = _set_project(project, look, motion, whole)
        else:
            named = film_takes.shots_by_number(project, shots)
            changed = _set_shots(project, named, look, motion, own)
            if brought is not None:
                named = [changed.shot(shot.id) for shot in named]
                changed = starting.apply(changed, named, brought, opened.takes())
        opened.save(changed)
    output.line("nothing changed" if changed == project else "set")


def _only(given: dict[str, Any], words: str) -> None:
    for key, value in given.items():
        if value is not None:
            raise typer.BadParameter(f"--{key.replace('source_in', 'in')} is a setting of {words}")


def _set_project(
    project: Project, look: dict[str, Any], motion: dict[str, Any], whole: dict[str, Any]
) -> Project:
    if whole["style"] is not None:
        look["style"] = whole["style"]
    settings = {key: whole[key] for key in ("name", "smoother") if whole[key] is not None}
    if whole["size"] is not None:
        settings["width"], settings["height"] = options.size(whole["size"])
    if whole["rate"] is not None:
        settings["rate"] = options.rate(whole["rate"])
    if motion:
        settings["motion"] = edit.read_back(project.motion, motion, "the project's motion")
    if look.get("model", "") is None:
        raise typer.BadParameter("the project has no one to inherit a model from; name one")
    if look:
        empty = {"avoid": "", "loras": ()}
        look = {key: empty.get(key) if value is None else value for key, value in look.items()}
        project = edit.set_look(project, **look)
    return edit.set_project(project, **settings) if settings else project


def _set_shots(
    project: Project, shots: list[Shot], look: dict[str, Any], motion: dict[str, Any], own: dict[str, Any]
) -> Project:
    settings = dict(look)
    for key in ("prompt", "fit", "muted"):
        if own[key] is not None:
            settings[key] = own[key]
    if own["seed"] is not None:
        settings["seed"] = _or_inherit(own["seed"], int)
    if own["length"] is not None:
        settings["length"] = options.length(own["length"], project.rate)
    if own["source_in"] is not None:
        motion["source_in"] = options.fraction(own["source_in"])
    if settings:
        project = edit.set_shots(project, [shot.id for shot in shots], **settings)
    if motion:
        for shot in shots:
            project = edit.set_motion(project, shot.id, **motion)
    return project


def music(
    folder: options.ProjectFolder,
    file: Annotated[Path | None, typer.Argument(help="The music; it is copied into the project.")] = None,
    none: Annotated[bool, typer.Option("--none", help="Take the music away.")] = False,
    offset: Annotated[str | None, typer.Option(help="Seconds into the file at which it starts.")] = None,
    gain: Annotated[float | None, typer.Option(help="Decibels.")] = None,
    fade_in: Annotated[str | None, typer.Option(help="Seconds.")] = None,
    fade_out: Annotated[str | None, typer.Option(help="Seconds.")] = None,
    loop: Annotated[bool | None, typer.Option(help="Repeat until the film ends.")] = None,
) -> None:
    """Set the music under the film, or how it is played."""
    with store.open_project(folder, mode="write") as opened:
        project = opened.project
        if none:
            opened.save(edit.set_music(project, None))
            output.line("no music")
            return
        settings: dict[str, Any] = {
            key: options.fraction(text)
            for key, text in (("offset", offset), ("fade_in", fade_in), ("fade_out", fade_out))
            if text is not None
        }
        settings |= {key: value for key, value in (("gain", gain), ("loop", loop)) if value is not None}
        if file is not None:
            settings["file"] = film_takes.bring_sound(folder, file)
        if project.music is None and file is None:
            raise StoryboardError(
                f"{project.name} has no music yet; name a file, as in `storyboard music {folder} tune.mp3`"
            )
        base = project.music or values.Music(file=settings["file"])
        opened.save(edit.set_music(project, edit.read_back(base, settings, "the music")))
    output.line("music set")
