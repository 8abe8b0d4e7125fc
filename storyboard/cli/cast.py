"""The cast: which picture or description a name in the prompts stands for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from storyboard.cli import lazy, options, output
from storyboard.errors import EditError

if TYPE_CHECKING:
    from storyboard import edit, naming, store
    from storyboard import project as values
    from storyboard.film import takes as film_takes
    from storyboard.project import Project, Role
else:
    edit = lazy.module("storyboard.edit")
    naming = lazy.module("storyboard.naming")
    store = lazy.module("storyboard.store")
    values = lazy.module("storyboard.project")
    film_takes = lazy.module("storyboard.film.takes")

_FILES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg", ".svgz")


class RoleFacts(msgspec.Struct):
    """What `cast` prints of a name."""

    name: str
    picture: str
    description: str
    shots: list[int]
    """The numbers of the shots that name it."""
    only_in: int | None = None
    """The shot that has this picture for itself."""


def cast(
    folder: options.ProjectFolder,
    name: Annotated[
        str | None, typer.Argument(help='A name or words in the prompts: Maria, "the captain".')
    ] = None,
    picture: Annotated[
        str | None,
        typer.Option(
            metavar="NAME_OR_FILE",
            help="What the sketch draws: a picture of the pack (see `explain --pictures`), or a PNG, JPEG or SVG file.",
        ),
    ] = None,
    description: Annotated[
        str | None, typer.Option(help="What models are told after the name: a woman in a yellow coat.")
    ] = None,
    shot: Annotated[
        int | None, typer.Option(help="Only in this shot: another picture for a word of its prompt.", min=1)
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the name out of the cast.")] = False,
    as_json: options.Json = False,
) -> None:
    """List the cast, set what a name stands for, or remove it."""
    changed = remove or picture is not None or description is not None
    _check(name, picture, description, shot, remove)
    if name is None or not changed:
        with store.open_project(folder, mode="read") as opened:
            project = opened.project
        _print(_listed(project, name, shot), as_json)
        return
    name = " ".join(name.split())
    found = _found(folder, picture) if picture else picture
    with store.open_project(folder, mode="write") as opened:
        project = opened.project
        if shot is not None:
            shot_id = film_takes.shots_by_number(project, str(shot))[0].id
            project = edit.replace_picture(project, shot_id, name, found or "")
        elif remove:
            project = edit.uncast(project, name)
        else:
            project = edit.cast(project, _role(project, name, found, description))
        opened.save(project)
    if remove or found == "":
        _say_removed(project, name, shot, as_json)
    else:
        _print(_listed(project, name, shot), as_json)


def _check(
    name: str | None, picture: str | None, description: str | None, shot: int | None, remove: bool
) -> None:
    if name is None and (remove or picture is not None or description is not None):
        raise typer.BadParameter('say which name, as in `storyboard cast FILM "Maria" --picture woman-cook`')
    if remove and (picture is not None or description is not None):
        raise typer.BadParameter("give --remove, or what the name stands for, not both")
    if shot is not None and description is not None:
        raise typer.BadParameter(
            "a description is for all shots; change the shot's prompt with `storyboard set`"
        )


def _role(project: Project, name: str, picture: str | None, description: str | None) -> Role:
    """The role as it is, with what was given."""
    key = naming.folded(name)
    old = next((role for role in project.cast if naming.folded(role.name) == key), None)
    try:
        new = values.Role(name=old.name if old else name)
    except ValueError as error:
        raise EditError(str(error)) from None
    return msgspec.structs.replace(
        new,
        picture=picture if picture is not None else old.picture if old else "",
        description=description.strip() if description is not None else old.description if old else "",
    )


def _found(folder: Path, picture: str) -> str:
    """The name of a picture of the pack, or of a file that is copied into the project."""
    from storyboard.generators import sketch

    path = Path(picture)
    known = sketch.can_be_drawn(picture)  # before a file of that name that happens to lie here
    if path.suffix.lower() in _FILES or len(path.parts) > 1 or (not known and _is_file(path)):
        from storyboard.film import pictures

        with store.open_project(folder, mode="read") as opened:
            return pictures.bring_picture(opened.folder, path)
    if known:
        return picture
    near = sketch.alternatives(picture)[:8]
    hint = (
        f"there are {', '.join(near)}" if near else 'look for one with `storyboard explain --pictures "cook"`'
    )
    raise EditError(f"there is no picture {picture!r}: {hint}; or give a PNG or SVG file")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long for one
        return False


def _listed(project: Project, name: str | None, shot: int | None) -> list[RoleFacts]:
    """The cast, with the pictures that single shots have for themselves; or `name` alone."""
    found = [
        RoleFacts(role.name, role.picture, role.description, _naming(project, role.name))
        for role in project.cast
    ]
    for number, place in enumerate(project.shots, 1):
        found += [RoleFacts(one.word, one.picture, "", [number], number) for one in place.pictures]
    if shot is not None:
        film_takes.shots_by_number(project, str(shot))
        found = [facts for facts in found if shot in facts.shots]
    if name is not None:
        found = [facts for facts in found if naming.folded(facts.name) == naming.folded(name)]
        if not found:
            raise EditError(
                f"there is no {name!r} in the cast of {project.name!r}; add it with --picture or --description"
            )
    return found


def _naming(project: Project, name: str) -> list[int]:
    return [number for number, shot in enumerate(project.shots, 1) if naming.mentions(shot.prompt, [name])]


def _print(found: list[RoleFacts], as_json: bool) -> None:
    if as_json:
        output.facts(found)
    elif not found:
        output.line('nobody is cast yet; as in `storyboard cast FILM "Maria" --picture woman-cook`')
    else:
        rows = [
            [
                facts.name,
                facts.picture or "-",
                facts.description or "-",
                f"{facts.only_in} only" if facts.only_in else ", ".join(map(str, facts.shots)) or "none",
            ]
            for facts in found
        ]
        output.table(["name", "picture", "description", "in shots"], rows)


def _say_removed(project: Project, name: str, shot: int | None, as_json: bool) -> None:
    if as_json:
        output.facts(_listed(project, None, shot))
        return
    where = f"shot {shot} has no picture of its own for" if shot else "the cast no longer has"
    output.line(f"{where} {name!r}")
