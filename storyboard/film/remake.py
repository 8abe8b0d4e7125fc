"""Takes whose pixels are gone or damaged, made again from their recipes: under the same id, with the same seed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from msgspec.structs import replace

from storyboard.errors import StoryboardError, why
from storyboard.film.findings import Finding, Report
from storyboard.film.history import History
from storyboard.film.repair import sidecars, spared
from storyboard.film.runner import Outcome, Runner, Watch
from storyboard.take import Take
from storyboard.workers.crew import Crew
from storyboard.workers.steps import Generate


def remake(
    folder: Path,
    report: Report,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Report:
    """Make those takes of `report` again that have a recipe and were not mended otherwise; its findings say how that
    went. Damaged pixels stay in their place until there are others, and are kept in `orphaned/` then. Raises
    `Cancelled`; what was made until then is kept."""
    known = {take.id: take for take in sidecars(folder)}
    wanted = {
        finding.take: known[finding.take]
        for finding in report.findings
        if finding.remake and finding.harms and finding.take in known
    }
    said: dict[str, str] = {}
    failed: dict[str, str] = {}
    # The crew ends first: nobody writes any more when what is spared is settled.
    with ExitStack() as spares, Crew(folder) as crew:
        runner = Runner(crew, History(), watch, cancelled)
        for take in wanted.values():
            try:
                spares.enter_context(spared(folder, take.pixels))
                _submit(folder, runner, take, said)
            except (OSError, StoryboardError) as error:
                failed[take.id] = why(error) if isinstance(error, OSError) else str(error)
        runner.run()
    failed |= {failure.label.removeprefix("take "): failure.reason for failure in runner.failures}
    return replace(report, findings=tuple(_told(finding, said, failed) for finding in report.findings))


def _submit(folder: Path, runner: Runner, take: Take, said: dict[str, str]) -> None:
    from storyboard.generators import registry

    assert take.recipe is not None
    model = take.recipe.model
    registry.check(model, folder)
    step = Generate(
        take=take.id, shot=take.shot, number=take.number, wish=take.wish, model=model, recipe=take.recipe
    )

    def arrived(outcome: Outcome) -> None:
        same = outcome.take is not None and outcome.take.content == take.content
        said[take.id] = (
            "identical to what was lost" if same else "its pixels differ: other device or libraries"
        )

    runner.submit(take.pixels, step, f"take {take.id}", arrived, lane=registry.lane(model), unit="step")


def _told(finding: Finding, said: dict[str, str], failed: dict[str, str]) -> Finding:
    if not (finding.remake and finding.harms):
        return finding
    if finding.take in failed:
        return replace(
            finding, sentence=f"{finding.sentence}; it could not be made again: {failed[finding.take]}"
        )
    how = said.get(finding.take, "")
    return replace(finding, mended=f"it was made again from its recipe, {how}") if how else finding
