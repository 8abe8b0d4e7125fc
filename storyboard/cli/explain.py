"""What the sketch makes of a prompt, and which other pictures there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from storyboard.cli import options, output

if TYPE_CHECKING:
    from storyboard.generators.sketch import Cast
    from storyboard.project import Project, Shot


def explain(
    prompt: Annotated[str | None, typer.Argument(help="A prompt; the shot's own if a shot is named.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--project", metavar="PROJECT", help="Read it with this project's cast."),
    ] = None,
    shot: Annotated[
        int | None, typer.Option(metavar="SHOT", help="And with the pictures of this shot.", min=1)
    ] = None,
    pictures: Annotated[
        str | None, typer.Option(metavar="WORD", help="List the pictures that a word might have instead.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Count what this model's text encoder reads of it instead."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Show which words of a prompt the sketch understood, and as what; or how much of it a model reads."""
    if pictures is not None:
        _print_pictures(pictures, as_json)
        if prompt is None and shot is None:
            return
    from storyboard.generators import sketch

    text, cast = _prompt(prompt, folder, shot)
    if model is not None:
        _print_reading(text, model, folder, as_json)
        return
    found = sketch.explain(text, cast)
    if as_json:
        output.facts([{"words": words, "role": role, "what": what} for words, role, what in found])
        return
    if not sketch.can_draw(text, cast):
        output.line("Nothing in this prompt can be drawn: its words are shown on a card.")
    output.table(
        ["words", "give", "which is"], [[words, role, what or "not drawn"] for words, role, what in found]
    )


def _print_reading(text: str, model: str, folder: Path | None, as_json: bool) -> None:
    from storyboard.errors import GeneratorError
    from storyboard.generators import registry, tokens

    base = None if folder is None else options.project_folder(folder)
    registry.check(model, base)
    found = tokens.reading(text, model, base)
    if found is None:
        raise GeneratorError(
            f"{model} does not tell how it reads a prompt; the take's facts say what was cut off"
        )
    if as_json:
        output.facts(found._asdict())
    else:
        output.line(found.sentence)


def _print_pictures(word: str, as_json: bool) -> None:
    from storyboard.generators import sketch

    found = sketch.alternatives(word)
    if as_json:
        output.facts(found)
    elif found:
        output.line(f"pictures like {word!r}: {', '.join(found)}")
    else:
        output.line(f"there is no picture like {word!r}; try a more common word, or cast a file of your own")


def _prompt(prompt: str | None, folder: Path | None, shot: int | None) -> tuple[str, Cast]:
    """The text to read, and the pictures that certain words of it stand for."""
    from storyboard.project import depicted, new_shot

    if folder is None:
        if shot is not None:
            raise typer.BadParameter("name the project of the shot too, with --project")
        if prompt is None:
            raise typer.BadParameter('give a prompt, as in `storyboard explain "a dog runs"`')
        return prompt, ()
    if prompt is None and shot is None:
        raise typer.BadParameter("give a prompt, or name a shot with --shot")
    project = _project(folder)
    place = new_shot("new") if shot is None else _shot(project, shot)
    text = place.prompt if prompt is None else prompt
    return text, depicted(text, place, project.cast)


def _project(folder: Path) -> Project:
    from storyboard import store

    with store.open_project(options.project_folder(folder), mode="read") as opened:
        return opened.project


def _shot(project: Project, number: int) -> Shot:
    from storyboard.film import takes

    return takes.shots_by_number(project, str(number))[0]
