"""Arguments that several commands share, and how their text is read."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from storyboard import settings, timing


def project_folder(path: Path) -> Path:
    """A project may be named by its document, as file managers do."""
    return path.parent if path.name == "project.json" and path.is_file() else path


ProjectFolder = Annotated[
    Path, typer.Argument(metavar="PROJECT", help="The project's folder.", callback=project_folder)
]
Json = Annotated[bool, typer.Option("--json", help="Print facts as JSON on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
Shots = Annotated[str | None, typer.Option("--shots", metavar="2,5-7", help="Which shots.")]
Preset = Annotated[
    str, typer.Option(help="How the film is encoded: h264 (plays anywhere) or ffv1 (lossless).")
]
CheckpointSteps = Annotated[
    int | None,
    typer.Option(
        metavar="K",
        help="Keep what is done of a take every K steps of the model: made again after a crash or a stop, it goes on there. 0: never.",
        min=0,
        max=1000,
        show_default="as the settings say",
    ),
]
Together = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Make up to N takes of a shot at once, as memory allows; 0: as many as a GPU gains from.",
        min=0,
        max=settings.MOST_TOGETHER,
        show_default="as the settings say",
    ),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="The film's file.")]


def size(text: str) -> tuple[int, int]:
    """`256x256` as (256, 256)."""
    match = re.fullmatch(r"(\d{1,6})\s*[x×]\s*(\d{1,6})", text.strip())
    if match is None:
        raise typer.BadParameter(f"{text!r} is no size: write it as 256x256")
    return int(match[1]), int(match[2])


def rate(text: str) -> Fraction:
    """Frames per second."""
    try:
        return timing.parse_rate(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def length(text: str, project_rate: Fraction) -> int:
    """Frames of a length at the project's rate."""
    try:
        return timing.parse_length(text, project_rate)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def fraction(text: str) -> Fraction:
    """`1/2`, `0.5` or `2` as an exact number."""
    if not re.fullmatch(r"-?\d{1,9}(\.\d{1,9}|/[1-9]\d{0,8})?", text.strip()):
        raise typer.BadParameter(f"{text!r} is no number: write 1/2, 0.5 or 2")
    return Fraction(text.strip())


def check_preset(name: str) -> str:
    if name not in ("h264", "ffv1"):
        raise typer.BadParameter(f"there is no preset {name!r}: choose h264 or ffv1", param_hint="--preset")
    return name
