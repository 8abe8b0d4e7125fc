"""A film made anew through another model: each shot's take, or its sketch, is what the new one starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from storyboard.cli import lazy, options, output
from storyboard.cli.film import say_made
from storyboard.cli.interrupt import interruptible

if TYPE_CHECKING:
    from storyboard import edit, store
    from storyboard import start as starts
    from storyboard.film import rerender as film_rerender
    from storyboard.film import takes as film_takes
else:
    edit = lazy.module("storyboard.edit")
    store = lazy.module("storyboard.store")
    starts = lazy.module("storyboard.start")
    film_rerender = lazy.module("storyboard.film.rerender")
    film_takes = lazy.module("storyboard.film.takes")


def rerender(
    folder: options.ProjectFolder,
    model: Annotated[str, typer.Option(help="The model to make it with.")],
    strength: Annotated[
        float, typer.Option(help="How far each shot is made anew: 1 keeps nothing, 0.1 nearly all.")
    ] = 0.6,
    shots: options.Shots = None,
    choose: Annotated[
        bool, typer.Option("--choose", help="Let the film show the new takes at once.")
    ] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Make the film anew: new takes that start from the chosen ones, or from sketches, beside those that are there."""
    with store.open_project(folder, mode="read") as opened:
        found = opened.takes()
        project = edit.adopt(opened.project, found)
    wanted = film_takes.shots_by_number(project, shots) if shots else list(project.shots)
    anew = film_rerender.anew(project, wanted, found, model, strength)
    with interruptible() as cancelled, output.progress(quiet or as_json) as watch:
        made, failures = film_takes.make(folder, anew, wanted, watch=watch, cancelled=cancelled)
    if choose or any(film_rerender.is_open(project, shot, found) for shot in wanted):
        with store.open_project(folder, mode="write") as opened:
            opened.save(film_rerender.chosen(opened.project, made, opened.takes(), everything=choose))
    say_made(project, made, failures, as_json)
