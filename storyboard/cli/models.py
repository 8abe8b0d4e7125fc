"""Commands about models: which there are, getting, adding and removing them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from storyboard.cli import options, output

if TYPE_CHECKING:
    from storyboard.generators.managing import Overview

models = typer.Typer(help="Models on this machine, and how to get more.", invoke_without_command=True)

Name = Annotated[str, typer.Argument(help="A hub id, such as ali-vilab/text-to-video-ms-1.7b.")]


@models.callback()
def _every(context: typer.Context, as_json: options.Json = False) -> None:
    """List the models: what is here, what each needs, its licence."""
    if context.invoked_subcommand is None:
        _print_list(as_json)


@models.command("list")
def list_(as_json: options.Json = False) -> None:
    """List the models: what is here, what each needs, whether it fits this machine, its licence."""
    _print_list(as_json)


@models.command()
def get(model: Name, quiet: options.Quiet = False, as_json: options.Json = False) -> None:
    """Download a model from the hub. This is the only command that uses the network."""
    from storyboard.film.runner import Progress
    from storyboard.generators import catalog, fetching

    facts = catalog.facts(model)
    output.note(f"{model}: {facts.licence}{', ' if facts.licence else ''}{facts.licence_note}".rstrip(", "))
    with output.progress(quiet or as_json) as watch:

        def report(done: int, total: int) -> None:
            if as_json:
                output.facts_line({"done": done, "total": total})
            share = done / max(total, 1)
            watch(Progress(share, 0.0, (f"{done / 2**30:.2f} of {total / 2**30:.2f} GB",)))

        path = fetching.fetch(model, report).files.folder
    if as_json:
        output.facts_line({"folder": str(path)})
    else:
        output.line(f"{model} is here: {path}")


@models.command()
def add(
    folder: Annotated[
        Path, typer.Argument(help="A folder that diffusers' save_pretrained wrote, or one of such.")
    ],
) -> None:
    """Make a model in a folder known by the folder's name. It stays where it is, on any drive."""
    from storyboard.generators import managing

    for name in managing.add(folder):
        output.line(f"{name} is known; use it with `storyboard set PROJECT --model {name}`")


@models.command()
def remove(model: Annotated[str, typer.Argument(help="Its name in `storyboard models list`.")]) -> None:
    """Delete a download, throw away one of your own models, or forget a folder that was added."""
    from storyboard.generators import managing

    freed = managing.remove(model)
    output.line(
        f"{model} is removed, {freed / 2**30:.2f} GB are free again" if freed else f"{model} is forgotten"
    )


def _print_list(as_json: bool) -> None:
    from storyboard.generators import managing

    known = managing.overview()
    wrong = managing.problem()
    if wrong:
        output.note(wrong)
    if as_json:
        output.facts(known)
        return
    rows = [
        [one.name, one.title, _state(one), ", ".join(one.tasks), one.fits, one.licence, one.licence_note]
        for one in known
    ]
    output.table(["model", "", "here", "from", "this machine", "licence", ""], rows)
    for one in known:
        if one.reason and "run: storyboard models get" not in one.reason:
            output.line(f"{one.name}: {one.reason}")
    output.line("`storyboard models get MODEL` downloads one.")


def _state(one: Overview) -> str:
    if one.kind == "built-in":
        return "ready"
    if one.ready:
        return f"ready, {one.size / 2**30:.1f} GB"
    state = f"in part, {one.size / 2**30:.1f} GB" if one.here == "part" else "no"
    return f"{state} ({one.download})" if one.download else state
