"""Commands that change the document: shots, settings, music, versions."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from storyboard import resources
from storyboard.cli import lazy, options, output
from storyboard.errors import EditError, ProjectError, StoryboardError

if TYPE_CHECKING:
    from storyboard import edit, store
    from storyboard import project as values
    from storyboard import take as take_values
    from storyboard.film import takes as film_takes
    from storyboard.project import Project, Shot
else:
    edit = lazy.module("storyboard.edit")
    store = lazy.module("storyboard.store")
    values = lazy.module("storyboard.project")
    take_values = lazy.module("storyboard.take")
    film_takes = lazy.module("storyboard.film.takes")

ShotNumber = Annotated[int, typer.Argument(metavar="SHOT", help="The shot's number, from 1.", min=1)]


def new(
    folder: options.ProjectFolder,
    prompts: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PROMPTS]", help="A text file with a prompt per line; - reads standard input."
        ),
    ] = None,
    sample: Annotated[str | None, typer.Option(help="Start from a sample: spaghetti or postcard.")] = None,
    name: Annotated[
        str | None, typer.Option(help="The film's title; the folder's name if not given.")
    ] = None,
    size: Annotated[str, typer.Option(help="Width x height in pixels.")] = "256x256",
    rate: Annotated[str, typer.Option(help="Frames per second.")] = "24",
    length: Annotated[str, typer.Option(help="Of each shot: frames (48) or seconds (2s).")] = "2s",
    model: Annotated[
        str | None, typer.Option(help="A model, or sketch; the best on this machine if not given.")
    ] = None,
    style: Annotated[str, typer.Option(help="Words put after every prompt.")] = "",
    avoid: Annotated[str, typer.Option(help="What the pictures should not show.")] = "",
) -> None:
    """Make a project: from a file with a prompt per line, from a sample, or empty."""
    if sample is not None:
        _copy_sample(sample, folder)
        output.line(f"{folder}: a copy of the sample {sample}; `storyboard render {folder}` makes its film")
        return
    from storyboard.generators import registry

    width, height = options.size(size)
    fps = options.rate(rate)
    frames = options.length(length, fps)
    lines = _prompts(prompts) if prompts else []
    look = values.Look(model=model or registry.best(), style=style, avoid=avoid)
    shots = tuple(values.new_shot(store.new_id(), prompt, frames) for prompt in lines)
    base = _valued(
        lambda: values.Project(name=name or folder.resolve().name, width=width, height=height, rate=fps)
    )
    project = edit.append(edit.set_look(base, **msgspec.structs.asdict(look)), *shots)
    with store.create(folder, project):
        pass
    output.line(f"{folder}: {len(shots)} shots, {look.model}; next: storyboard render {folder}")


def _valued(make: Any) -> Project:
    try:
        made: Project = make()
    except ValueError as error:
        raise EditError(str(error)) from None
    return made


def _prompts(file: Path) -> list[str]:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        lines = [text.strip() for text in data.decode("utf-8-sig").splitlines()]
    except OSError as error:
        raise StoryboardError(
            f"{file} cannot be read: {(error.strerror or str(error)).lower()}; check the path"
        ) from None
    except UnicodeDecodeError as error:
        raise StoryboardError(f"{file} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    found = [text for text in lines if text]
    if not found:
        raise StoryboardError(f"{file} has no prompts; write one on each line")
    return found


def _copy_sample(sample: str, folder: Path) -> None:
    names = sorted(path.parent.name for path in resources.samples().glob("*/project.json"))
    if sample not in names:
        raise typer.BadParameter(
            f"there is no sample {sample!r}: choose {' or '.join(names)}", param_hint="--sample"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError(f"{folder} is there already and not empty; choose another folder")
    made = shutil.ignore_patterns("cache", "exports", "versions", ".lock*")
    shutil.copytree(resources.samples() / sample, folder, ignore=made, dirs_exist_ok=True)


class ShotFacts(msgspec.Struct):
    """What `show` prints of a shot."""

    number: int
    id: str
    prompt: str
    length: int
    state: str
    take: int | None
    takes: int
    short_by: int
    model: str


class ProjectFacts(msgspec.Struct):
    """What `show` prints."""

    name: str
    folder: str
    width: int
    height: int
    rate: str
    model: str
    frames: int
    seconds: float
    shots: list[ShotFacts]
    problems: list[str]


def show(folder: options.ProjectFolder, as_json: options.Json = False) -> None:
    """Show a project: its shots with their state, take and length."""
    with store.open_project(folder, mode="read") as opened:
        found = opened.takes()
        project = edit.adopt(opened.project, found)
    shots = [_shot_facts(project, number, shot, found) for number, shot in enumerate(project.shots, 1)]
    facts = ProjectFacts(
        name=project.name,
        folder=str(folder),
        width=project.width,
        height=project.height,
        rate=str(project.rate),
        model=project.look.model,
        frames=project.length,
        seconds=float(project.seconds),
        shots=shots,
        problems=list(found.problems),
    )
    if as_json:
        output.facts(facts)
        return
    output.line(
        f"{project.name} · {len(shots)} shots · {facts.seconds:.1f} s · {project.width}×{project.height} · "
        f"{project.rate} fps · {project.look.model}"
    )
    rows = [_row(project, shot) for shot in shots]
    output.table(["#", "state", "take", "length", "prompt"], rows)
    for problem in facts.problems:
        output.note(problem)


def _shot_facts(project: Project, number: int, shot: Shot, found: store.Takes) -> ShotFacts:
    chosen = found.get(shot.chosen.take) if shot.chosen else None
    return ShotFacts(
        number=number,
        id=shot.id,
        prompt=shot.prompt,
        length=shot.length,
        state=take_values.state(project, shot, chosen),
        take=chosen.number if chosen else None,
        takes=len({take.id for take in found.of_shot(shot.id)} | ({chosen.id} if chosen else set())),
        short_by=take_values.short_by(project, shot, chosen) if chosen else 0,
        model=shot.model or project.look.model,
    )


def _row(project: Project, shot: ShotFacts) -> list[str]:
    take = f"{shot.take} of {shot.takes}" if shot.take else "-"
    words = f"short by {shot.short_by}" if shot.state == "short" else shot.state
    return [str(shot.number), words, take, f"{float(shot.length / project.rate):.2f} s", shot.prompt]


def add(
    folder: options.ProjectFolder,
    prompt: Annotated[str, typer.Argument(help="What the shot shows.")],
    at: Annotated[int | None, typer.Option(help="Its number in the film; last if not given.", min=1)] = None,
    length: Annotated[str, typer.Option(help="Frames (48) or seconds (2s).")] = "2s",
    model: Annotated[str | None, typer.Option(help="A model of its own.")] = None,
    as_json: options.Json = False,
) -> None:
    """Add a shot."""
    if not prompt.strip():
        raise EditError(
            'the prompt is empty; say what the shot shows, as in `storyboard add FILM "a dog runs"`'
        )
    with store.open_project(folder, mode="write") as opened:
        project = opened.project
        shot = values.new_shot(store.new_id(), prompt.strip(), options.length(length, project.rate))
        shot = msgspec.structs.replace(shot, model=model)
        index = len(project.shots) if at is None else at - 1
        opened.save(edit.insert(project, index, shot))
    if as_json:
        output.facts({"shot": index + 1, "id": shot.id})
        return
    output.line(f"shot {index + 1}: {prompt.strip()}")


def _shot(project: Project, number: int) -> Shot:
    return film_takes.shots_by_number(project, str(number))[0]


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
    name: Annotated[str | None, typer.Option(help="Project only: the film's title.")] = None,
    size: Annotated[str | None, typer.Option(help="Project only: width x height.")] = None,
    rate: Annotated[str | None, typer.Option(help="Project only: frames per second.")] = None,
    smoother: Annotated[
        str | None, typer.Option(help="Project only: rife (the best here), rife-openvino, rife-ncnn or flow.")
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
    if not (look or motion or any(value is not None for value in (*own.values(), *whole.values()))):
        raise typer.BadParameter("nothing to set; see `storyboard set --help`")
    with store.open_project(folder, mode="write") as opened:
        project = opened.project
        if shots is None:
            changed = _set_project(project, look, motion, whole)
        else:
            changed = _set_shots(project, film_takes.shots_by_number(project, shots), look, motion, own)
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
        look = {key: "" if value is None and key == "avoid" else value for key, value in look.items()}
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


def move(
    folder: options.ProjectFolder,
    shots: Annotated[str, typer.Argument(help="Which shots: 4 or 2,5-7.")],
    to: Annotated[int, typer.Argument(help="The number that the first of them gets.", min=1)],
) -> None:
    """Move shots to another place in the film."""
    with store.open_project(folder, mode="write") as opened:
        project = opened.project
        moved = {shot.id for shot in film_takes.shots_by_number(project, shots)}
        staying = [shot.id for shot in project.shots if shot.id not in moved]
        if to > len(staying) + 1:
            raise EditError(f"there is no place {to} for {len(moved)} of {len(project.shots)} shots")
        before = staying[to - 1] if to <= len(staying) else None
        index = project.index(before) if before else len(project.shots)
        opened.save(edit.move(project, moved, index))
    output.line(f"moved {len(moved)} to {to}")


def remove(
    folder: options.ProjectFolder, shots: Annotated[str, typer.Argument(help="Which shots: 4 or 2,5-7.")]
) -> None:
    """Remove shots from the film. Their takes stay in the project's folder."""
    with store.open_project(folder, mode="write") as opened:
        gone = [shot.id for shot in film_takes.shots_by_number(opened.project, shots)]
        opened.save_version(f"Before removing {shots}")
        kept = opened.versions()[0].name
        opened.save(edit.remove(opened.project, gone))
    output.line(f"removed {len(gone)}; `storyboard restore {folder} {kept}` brings them back")


def duplicate(folder: options.ProjectFolder, shot: ShotNumber) -> None:
    """Put a copy right after a shot, showing the same take."""
    with store.open_project(folder, mode="write") as opened:
        opened.save(edit.duplicate(opened.project, _shot(opened.project, shot).id, store.new_id()))
    output.line(f"shot {shot + 1} is a copy of shot {shot}")


def split(
    folder: options.ProjectFolder,
    shot: ShotNumber,
    at: Annotated[str, typer.Argument(help="Where: frames (24) or seconds (1s) into the shot.")],
) -> None:
    """Cut a shot in two. What plays stays the same."""
    with store.open_project(folder, mode="write") as opened:
        frame = options.length(at, opened.project.rate)
        opened.save(edit.split(opened.project, _shot(opened.project, shot).id, frame, store.new_id()))
    output.line(f"shot {shot} ends after {frame} frames; shot {shot + 1} is the rest")


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


def versions(folder: options.ProjectFolder, as_json: options.Json = False) -> None:
    """List the saved versions of the document, newest first."""
    with store.open_project(folder, mode="read") as opened:
        found = opened.versions()
    if as_json:
        output.facts(found)
        return
    rows = [[version.name, version.label, version.saved] for version in found]
    output.table(["version", "name", "saved"], rows)


def restore(
    folder: options.ProjectFolder,
    version: Annotated[
        str | None, typer.Argument(help="As `storyboard versions` lists it; the newest if not given.")
    ] = None,
) -> None:
    """Go back to a saved version of the document. The present one is kept as a version too."""
    with store.open_project(folder, mode="write") as opened:
        found = opened.versions()
        wanted = version or (found[0].name if found else None)
        if wanted is None:
            raise StoryboardError(f"{folder} has no earlier versions yet")
        opened.restore(wanted)
    output.line(f"{folder} is as in {wanted} again")
