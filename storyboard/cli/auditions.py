"""What `generate --audition` and `generate --carry-on` do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.cli import output
from storyboard.cli.interrupt import interruptible
from storyboard.errors import StoryboardError

if TYPE_CHECKING:
    from storyboard.film.runner import Failure
    from storyboard.project import Project, Shot


def begin(
    folder: Path,
    project: Project,
    shots: Sequence[Shot],
    count: int,
    steps: int,
    seed: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Holds takes and says where their pictures are."""
    from storyboard.film import audition

    with interruptible() as cancelled, output.progress(quiet or as_json) as watch:
        held, failures = audition.begin(
            folder, project, shots, count, steps, seed=seed, watch=watch, cancelled=cancelled
        )
    if as_json:
        output.facts({"held": held, "failures": [str(failure) for failure in failures]})
    else:
        rows = [
            [
                one.name,
                str(project.index(one.step.shot) + 1),
                str(one.step.recipe.seed),
                str(folder / one.picture),
            ]
            for one in held
        ]
        output.table(["held", "shot", "seed", "looks like"], rows)
        output.line(f"`storyboard generate {folder} --carry-on NAMES` makes those that you pick whole")
    _raise(failures)


def carry_on(folder: Path, names: str, as_json: bool, quiet: bool) -> None:
    """Makes held takes whole."""
    from storyboard.film import audition

    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if wanted == ["all"]:
        wanted = [one.name for one in audition.waiting(folder)]
    with interruptible() as cancelled, output.progress(quiet or as_json) as watch:
        made, failures = audition.carry_on(folder, wanted, watch, cancelled)
    if as_json:
        output.facts({"takes": made, "failures": [str(failure) for failure in failures]})
    else:
        for take in made:
            output.line(f"take {take.number}: {take.frames} frames in {take.seconds:.1f} s")
        if not wanted:
            output.line("no take is held")
    _raise(failures)


def _raise(failures: Sequence[Failure]) -> None:
    if failures:
        raise StoryboardError(str(failures[0]))
