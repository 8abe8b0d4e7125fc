"""The commands, gathered. Each imports what it needs when it runs: `--help` loads no model and no codec."""

from __future__ import annotations

from typing import Annotated

import typer

from storyboard import __version__
from storyboard.cli import (
    cast,
    check,
    convert,
    explain,
    film,
    machine,
    models,
    project,
    rerender,
    settings,
    smooth,
)

app = typer.Typer(
    name="storyboard",
    help="Long films made of short generated shots: prompts on a timeline, one stitched, smoothed film.\n\n"
    "Without a command the window opens, on the last project or on a sample.",
    invoke_without_command=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        print(f"storyboard {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - acted on by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        machine.edit(None)


PROJECT, FILM, MACHINE = "Project", "Takes and film", "This machine"

for _command, _name, _panel in (
    (project.new, "new", PROJECT),
    (project.show, "show", PROJECT),
    (project.add, "add", PROJECT),
    (settings.set_, "set", PROJECT),
    (project.move, "move", PROJECT),
    (project.remove, "remove", PROJECT),
    (project.duplicate, "duplicate", PROJECT),
    (project.split, "split", PROJECT),
    (settings.music, "music", PROJECT),
    (cast.cast, "cast", PROJECT),
    (project.versions, "versions", PROJECT),
    (project.restore, "restore", PROJECT),
    (project.unlock, "unlock", PROJECT),
    (film.generate, "generate", FILM),
    (rerender.rerender, "rerender", FILM),
    (film.takes, "takes", FILM),
    (film.choose, "choose", FILM),
    (film.import_, "import", FILM),
    (film.render, "render", FILM),
    (film.export, "export", FILM),
    (film.animatic, "animatic", FILM),
    (smooth.smooth, "smooth", FILM),
    (film.verify, "verify", FILM),
    (check.check, "check", FILM),
    (film.clean, "clean", FILM),
    (machine.edit, "edit", MACHINE),
    (machine.doctor, "doctor", MACHINE),
    (machine.about, "about", MACHINE),
    (explain.explain, "explain", PROJECT),
    (machine.schema, "schema", MACHINE),
):
    app.command(_name, rich_help_panel=_panel)(_command)
models.models.command("convert")(convert.convert)
app.add_typer(models.models, name="models", rich_help_panel=MACHINE)
