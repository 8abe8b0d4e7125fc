"""Commands about this machine: the window, what is installed, the file format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from storyboard.cli import options, output
from storyboard.errors import StoryboardError


def edit(
    project: Annotated[
        Path | None, typer.Argument(help="The project's folder; the last one if not given.")
    ] = None,
) -> None:
    """Open the window."""
    from importlib.metadata import entry_points

    found = list(entry_points(group="storyboard.editor"))
    if not found:
        raise StoryboardError("the window is not installed; install Storyboard again")
    raise typer.Exit(found[0].load()(project))


def doctor(as_json: options.Json = False) -> None:
    """Show what this machine has, and what each missing thing would give."""
    from storyboard import doctor as examination

    findings = examination.examine()
    if as_json:
        output.facts(findings)
        return
    rows = [
        [finding.name, "yes" if finding.found else "no", finding.what, finding.advice] for finding in findings
    ]
    output.table(["part", "", "found", "what it would give"], rows)


def about(
    as_json: options.Json = False,
    notices: Annotated[bool, typer.Option("--notices", help="Print the licences in full.")] = False,
) -> None:
    """Show what Storyboard is made of: what ships with it, by whom, under which licence."""
    from storyboard import about as facts

    found = facts.about()
    if as_json:
        output.facts(found)
        return
    if notices:
        for name, text in facts.notices().items():
            output.line(f"{'=' * 20} {name}\n\n{text.strip()}\n")
        return
    output.line(f"{found.name} {found.version} · {found.licence} · {found.line}")
    rows = [[one.name, one.what, one.by, one.licence] for one in found.materials]
    output.table(["ships with it", "what", "by", "licence"], rows)
    output.table(
        ["uses", "version", "licence"], [[one.name, one.version, one.licence] for one in found.libraries]
    )
    output.line("`storyboard about --notices` prints the licences of what ships with it in full.")


def schema() -> None:
    """Print the JSON Schema of project.json."""
    from storyboard import store

    print(json.dumps(store.schema(), indent=2))
