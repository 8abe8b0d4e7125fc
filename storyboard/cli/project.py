"""Commands that make, show and arrange a project: its shots and its versions."""

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

MAX_LISTED = 40
"""Characters of shots in the name of a version, which are up to four bytes each in the name of a file."""

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
    from storyboard import script

    if str(file) == "-":
        return script.decode(sys.stdin.buffer.read(), "standard input")
    return script.read(file)


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
        state=take_values.state(project, shot, chosen, found),
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
        kept = opened.save_version(_before_removing(shots, len(gone)))
        opened.save(edit.remove(opened.project, gone))
    output.line(f"removed {len(gone)}; `storyboard restore {folder} {kept}` brings them back")


def _before_removing(shots: str, count: int) -> str:
    """The name of the version; a long list of shots does not fit in one."""
    listed = "".join(shots.split())
    return f"Before removing {listed if len(listed) <= MAX_LISTED else f'{count} shots'}"


def duplicate(folder: options.ProjectFolder, shot: ShotNumber) -> None:
    """Put a copy right after a shot, showing the same take."""
    with store.open_project(folder, mode="write") as opened:
        opened.save(
            edit.duplicate(opened.project, _shot(opened.project, shot).id, store.new_id(), opened.takes())
        )
    output.line(f"shot {shot + 1} is a copy of shot {shot}")


def split(
    folder: options.ProjectFolder,
    shot: ShotNumber,
    at: Annotated[str, typer.Argument(help="Where: frames (24) or seconds (1s) into the shot.")],
) -> None:
    """Cut a shot in two. What plays stays the same."""
    with store.open_project(folder, mode="write") as opened:
        frame = options.length(at, opened.project.rate)
        opened.save(
            edit.split(opened.project, _shot(opened.project, shot).id, frame, store.new_id(), opened.takes())
        )
    output.line(f"shot {shot} ends after {frame} frames; shot {shot + 1} is the rest")


def versions(folder: options.ProjectFolder, as_json: options.Json = False) -> None:
    """List the saved versions of the document, newest first."""
    from storyboard.store import recovery
    from storyboard.store import versions as kept

    found = kept.listing(folder)
    problem = recovery.problem(folder)
    if problem and not found:
        raise ProjectError(problem)
    if problem:
        output.note(problem)
    if as_json:
        output.facts(found)
        return
    rows = [[version.name, version.label, version.saved] for version in found]
    output.table(["version", "name", "saved"], rows)


def unlock(folder: options.ProjectFolder) -> None:
    """Let this machine edit a project that a program on another one left open. Only when it is closed there."""
    owner = store.take_over(folder)
    output.line(
        f"{folder} was left open by {owner}; it can be edited here now"
        if owner
        else f"{folder} is not locked"
    )


def restore(
    folder: options.ProjectFolder,
    version: Annotated[
        str | None, typer.Argument(help="As `storyboard versions` lists it; the newest if not given.")
    ] = None,
) -> None:
    """Go back to a saved version of the document. The present one is kept too, also where it is broken."""
    from storyboard.store import recovery

    if folder.is_dir() and recovery.problem(folder) and recovery.newest(folder) is not None:
        output.line(f"{folder}: {store.recover(folder, version or '')}")
        return
    with store.open_project(folder, mode="write") as opened:
        found = opened.versions()
        wanted = version or (found[0].name if found else None)
        if wanted is None:
            raise StoryboardError(f"{folder} has no earlier versions yet")
        opened.restore(wanted)
    output.line(f"{folder} is as in {wanted} again")
