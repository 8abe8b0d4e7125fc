"""`storyboard models convert`: the user's own weights for smoothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from storyboard.cli import options, output


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            help="flownet.pkl of Practical-RIFE 4.21 or later, or a folder with it or an ncnn model."
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option(help="What to call the weights; from the file's or folder's name if not given."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace weights of the same name.")] = False,
    as_json: options.Json = False,
) -> None:
    """Take over RIFE weights of your own for smoothing.

    The file is read once, in a process of its own, tensors only: nothing in it is run. From then on the program uses
    only the safetensors file that it made of them.
    """
    from storyboard.smoothers import converting

    made = converting.convert(source, name, replace)
    if as_json:
        output.facts(made)
        return
    output.line(f"{made.file}: RIFE {made.network}")
    output.line(f"choose it with: storyboard set FILM --smoother {made.smoother}")
