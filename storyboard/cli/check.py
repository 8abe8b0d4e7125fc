"""The command that looks after a project's files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from storyboard.cli import options, output
from storyboard.cli.interrupt import interruptible

if TYPE_CHECKING:
    from storyboard.film.findings import Finding, Report


def check(
    folder: options.ProjectFolder,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what can be mended. No file of yours is deleted.")
    ] = False,
    remake: Annotated[
        bool,
        typer.Option(
            "--remake", help="And make damaged takes again from their recipes, which takes its time."
        ),
    ] = False,
    look_in: Annotated[
        list[Path] | None,
        typer.Option(help="A folder where files that are gone may lie; may be given several times."),
    ] = None,
    deep: Annotated[bool, typer.Option("--deep", help="Also decode every frame.")] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Find files that are missing, truncated, altered or left over. Exit code 1: something of the film is damaged."""
    from storyboard.film import check as checking

    if look_in and not (repair or remake):
        raise typer.BadParameter("--look-in is where --repair looks; give both")
    with interruptible() as cancelled, output.progress(quiet or as_json) as watch:
        report = checking.check(folder, deep=deep, watch=watch, cancelled=cancelled)
        if repair or remake:
            from storyboard.film import repair as repairing

            report = repairing.repair(folder, report, look_in or (), watch, cancelled)
        if remake:
            from storyboard.film import remake as remaking

            report = remaking.remake(folder, report, watch, cancelled)
    if as_json:
        output.facts(report)
    else:
        _show(folder, report)
    if not report.sound:
        raise typer.Exit(1)


def _show(folder: Path, report: Report) -> None:
    for finding in report.findings:
        output.line(_words(finding))
    if report.unproven:
        output.note(
            f"{report.unproven} takes were made before takes had checksums; `storyboard check --deep {folder}` decodes "
            "them"
        )
    left = sum(finding.harms for finding in report.findings)
    litter = sum(not finding.harms and not finding.mended for finding in report.findings)
    seen = f"{folder}: {report.takes} takes, {report.files} files compared ({report.bytes / 2**20:.1f} MB)"
    if left:
        again = any(finding.remake and finding.harms for finding in report.findings)
        helps = "; --remake makes takes again" if again else ""
        output.line(f"{seen}; {left} damaged{helps}")
    else:
        output.line(f"{seen}; nothing is lost" + (f", {litter} left over" if litter else ""))


def _words(finding: Finding) -> str:
    shots = f" (shot {', '.join(map(str, finding.shots))})" if finding.shots else ""
    mended = f" -> {finding.mended}" if finding.mended else ""
    return f"{finding.kind}: {finding.file}{shots}: {finding.sentence}{mended}"
