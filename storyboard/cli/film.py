"""Commands that make takes and films."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from msgspec.structs import replace

from storyboard.cli import lazy, options, output
from storyboard.cli.interrupt import interruptible
from storyboard.errors import EditError, StoryboardError

if TYPE_CHECKING:
    from storyboard import edit, store
    from storyboard import project as values
    from storyboard import take as take_values
    from storyboard.film import takes as film_takes
    from storyboard.film.build import Made
    from storyboard.film.plan import Mode, Plan
    from storyboard.film.runner import Failure
    from storyboard.project import Project, Shot
    from storyboard.take import Take
    from storyboard.workers.steps import Comparison
else:
    edit = lazy.module("storyboard.edit")
    store = lazy.module("storyboard.store")
    values = lazy.module("storyboard.project")
    take_values = lazy.module("storyboard.take")
    film_takes = lazy.module("storyboard.film.takes")


def generate(
    folder: options.ProjectFolder,
    shots: options.Shots = None,
    takes: Annotated[int, typer.Option(help="How many takes of each shot.", min=1, max=100)] = 1,
    seed: Annotated[
        int | None, typer.Option(help="Of the first take; the next ones count up.", min=0)
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="In less time and less well, to look at: render makes the whole takes later."
        ),
    ] = False,
    audition: Annotated[
        int | None,
        typer.Option(metavar="N", help="Hold N takes of each at a step, to choose from.", min=1, max=100),
    ] = None,
    audition_steps: Annotated[int, typer.Option(help="The step at which they are held.", min=1, max=999)] = 6,
    carry_on: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Make these held takes whole: names with commas, or all."),
    ] = None,
    checkpoint_steps: options.CheckpointSteps = None,
    together: options.Together = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Make new takes: of the shots named, or of those that have none or whose wish changed."""
    if carry_on is not None:
        from storyboard.cli import auditions

        auditions.carry_on(folder, carry_on, as_json, quiet)
        return
    if quick and audition is not None:
        raise StoryboardError("a quick take cannot be held at a step; give --quick or --audition, not both")
    from storyboard.film.plan import NEEDS_TAKE

    with store.open_project(folder, mode="read") as opened:
        found = opened.takes()
        project = edit.adopt(opened.project, found)
    if shots is not None:
        wanted = film_takes.shots_by_number(project, shots)
    else:
        wanted = [
            shot
            for shot in project.shots
            if (now := take_values.state(project, shot, take_values.shown(shot, found), found)) in NEEDS_TAKE
            and not (quick and now == "quick")
        ]
    if audition is not None:
        from storyboard.cli import auditions

        auditions.begin(folder, project, wanted, audition, audition_steps, seed, as_json, quiet)
        return
    if takes > 1 and any(shot.seed is not None for shot in wanted):
        output.note("several takes need several seeds: the locked seed is not used for them")
    with interruptible() as cancelled, output.progress(quiet or as_json) as watch:
        made, failures = film_takes.make(
            folder,
            project,
            wanted,
            takes,
            seed=seed,
            watch=watch,
            cancelled=cancelled,
            keep_every=checkpoint_steps,
            together=together,
            quick=quick,
        )
    if not wanted and not as_json:
        output.line("every shot has the take that it wishes for")
    say_made(project, made, failures, as_json)


def say_made(project: Project, made: Sequence[Take], failures: Sequence[Failure], as_json: bool) -> None:
    """Prints the takes that were made. Raises `StoryboardError` with the first of what failed."""
    if as_json:
        output.facts({"takes": made, "failures": [str(failure) for failure in failures]})
    else:
        for take in made:
            number = project.index(take.shot) + 1
            kind = "quick take" if take.is_quick else "take"
            output.line(f"shot {number} {kind} {take.number}: {take.frames} frames in {take.seconds:.1f} s")
    if failures:
        raise StoryboardError(f"{failures[0]}. {len(made)} takes were made and are kept")


def takes(
    folder: options.ProjectFolder,
    shot: Annotated[int, typer.Argument(help="The shot's number.", min=1)],
    as_json: options.Json = False,
) -> None:
    """List a shot's takes."""
    with store.open_project(folder, mode="read") as opened:
        found = opened.takes()
        project = edit.adopt(opened.project, found)
    wanted = film_takes.shots_by_number(project, str(shot))[0]
    listed = film_takes.of_shot(found, wanted)
    if as_json:
        output.facts(listed)
        return
    chosen = wanted.chosen.take if wanted.chosen else None
    rows = [_take_row(take, take.id == chosen, take.id in wanted.starred) for take in listed]
    output.table(["take", "", "made by", "seed", "frames", "seconds", "prompt"], rows)


def _take_row(take: Take, chosen: bool, starred: bool) -> list[str]:
    recipe = take.recipe
    marks = ("chosen " if chosen else "") + ("quick " if take.is_quick else "") + ("*" if starred else "")
    made_by = recipe.model if recipe else "import"
    seed = str(recipe.seed) if recipe else ""
    prompt = recipe.prompt if recipe else (take.source.file if take.source else "")
    return [str(take.number), marks, made_by, seed, str(take.frames), f"{take.seconds:.1f}", prompt]


def choose(
    folder: options.ProjectFolder,
    shot: Annotated[int, typer.Argument(help="The shot's number.", min=1)],
    take: Annotated[int, typer.Argument(help="The take's number, as `storyboard takes` lists it.", min=1)],
) -> None:
    """Use another take of a shot in the film."""
    with store.open_project(folder, mode="write") as opened:
        project = opened.project
        wanted = film_takes.shots_by_number(project, str(shot))[0]
        listed = film_takes.of_shot(opened.takes(), wanted)
        for found in listed:
            if found.number == take:
                opened.save(edit.choose(project, wanted.id, found, opened.takes()))
                break
        else:
            numbers = ", ".join(str(found.number) for found in listed) or "none yet"
            raise EditError(f"shot {shot} has no take {take}; its takes: {numbers}")
    output.line(f"shot {shot} shows take {take}")


def import_(
    folder: options.ProjectFolder,
    file: Annotated[Path, typer.Argument(help="A clip or a picture: mp4, mov, webm, mkv, gif, png, jpg.")],
    at: Annotated[int | None, typer.Option(help="The new shot's number; last if not given.", min=1)] = None,
    shot: Annotated[
        int | None, typer.Option(help="Give it to this shot instead of a new one.", min=1)
    ] = None,
    start: Annotated[str, typer.Option("--in", help="Seconds into the clip.")] = "0",
    length: Annotated[
        str | None, typer.Option(help="Frames or seconds; the whole clip if not given.")
    ] = None,
    speed: Annotated[str, typer.Option(help="1/2 is half speed; sound is kept at speed 1.")] = "1",
    muted: Annotated[
        bool | None, typer.Option("--mute/--sound", help="Whether its sound is left out.")
    ] = None,
    fit: Annotated[str | None, typer.Option(help="cover (as it comes), contain or stretch.")] = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Bring a clip or a picture into the film. The original is copied into the project and kept."""
    from storyboard.film import imported

    motion = edit.read_back(
        values.Motion(speed=Fraction(1), smoothing="off"),
        {"source_in": options.fraction(start), "speed": options.fraction(speed)},
        "the import",
    )
    with store.open_project(folder, mode="write") as opened:
        project = opened.project
        existing = film_takes.shots_by_number(project, str(shot))[0] if shot is not None else None
        target = existing or values.new_shot(store.new_id(), imported.prompt_of(file))
        # Everything but the length of the clip is judged before the file is copied.
        if existing is None:
            project = edit.insert(project, len(project.shots) if at is None else at - 1, target)
        given: dict[str, Any] = {"motion": motion, "muted": muted, "fit": fit}
        if length is not None:
            given["length"] = options.length(length, project.rate)
        settings = {key: value for key, value in given.items() if value is not None}
        project = edit.set_shot(project, target.id, **settings)
        with interruptible() as cancelled, output.progress(quiet or as_json) as watch:
            take = film_takes.bring_in(opened.folder, file, target.id, watch, cancelled)
        if existing is None and length is None:
            project = edit.set_length(project, target.id, imported.whole_length(project, take, motion))
        project = edit.choose(project, target.id, take)
        opened.save(project)
    number = project.index(target.id) + 1
    if as_json:
        output.facts({"shot": number, "id": target.id, "take": take})
        return
    output.line(
        f"shot {number}: {file.name}, {take.frames} frames at {take.rate} fps, {take.width}×{take.height}"
    )


def render(
    folder: options.ProjectFolder,
    out: options.Output = None,
    preset: options.Preset = "h264",
    keep_stale: Annotated[bool, typer.Option(help="Leave shots whose wish changed as they are.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be made.")] = False,
    checkpoint_steps: options.CheckpointSteps = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Make what is missing, smooth it, stitch the film."""
    _film(
        folder,
        "render",
        out,
        preset,
        as_json,
        quiet,
        keep_stale=keep_stale,
        dry_run=dry_run,
        keep_every=checkpoint_steps,
    )


def export(
    folder: options.ProjectFolder,
    out: options.Output = None,
    preset: options.Preset = "h264",
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Encode what plays now: shots without a take are sketched, nothing is generated."""
    _film(folder, "export", out, preset, as_json, quiet)


def animatic(
    folder: options.ProjectFolder,
    out: options.Output = None,
    preset: options.Preset = "h264",
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """As export, into exports/NAME-animatic: what exists, sketches for the rest."""
    _film(folder, "export", out, preset, as_json, quiet, suffix="-animatic")


def _film(
    folder: Path,
    mode: Mode,
    out: Path | None,
    preset: str,
    as_json: bool,
    quiet: bool,
    *,
    keep_stale: bool = False,
    dry_run: bool = False,
    suffix: str = "",
    keep_every: int | None = None,
) -> None:
    from storyboard.film import build, place
    from storyboard.film import plan as planning

    options.check_preset(preset)
    with store.open_project(folder, mode="read") as opened:
        root, found = opened.folder, opened.takes()
        project = edit.adopt(opened.project, found)
    target = place.target(root, preset, out, suffix)
    plan = planning.plan(root, project, found, mode=mode, preset=preset, out=target, keep_stale=keep_stale)
    for problem in found.problems:
        output.note(problem)
    if dry_run:
        _show_plan(plan, as_json)
        return
    if plan.to_generate and not as_json and not quiet:
        output.note(_words(plan))
    with interruptible() as cancelled, output.progress(quiet or as_json) as watch:
        made = build.build(plan, watch, cancelled, keep_every=keep_every)
    if as_json:
        output.facts(made)
        return
    for text in made.notes:
        output.note(text)
    output.line(f"{made.film}: {made.frames} frames, {made.seconds:.3f} s; {_done(made)}")


def _words(plan: Plan) -> str:
    from storyboard.film.estimate import estimate

    numbers = ", ".join(str(shot.number) for shot in plan.to_generate)
    return f"takes to make: {len(plan.to_generate)} (shots {numbers}); about {output.duration(estimate(plan))} in all, {_room(plan)}"


def _room(plan: Plan) -> str:
    from storyboard.film import disk, room

    needed = room.forecast(plan)
    free = disk.in_words(disk.room(plan.folder))
    return f"{disk.in_words(needed.project + needed.film)} of {free} that are free"


def _done(made: Made) -> str:
    if not made.stitched:
        return "up to date, nothing to make"
    parts = [f"{made.takes} takes", f"{made.inbetweens} in-betweens", f"{made.segments} segments"]
    return f"made {', '.join(parts)}, one stitch in {output.duration(made.took)}"


class PlanFacts(msgspec.Struct):
    """What `render --dry-run` prints."""

    film: str
    frames: int
    engine: str
    generate: list[int]
    sketched: list[int]
    seconds: float
    """Expected, by the clock."""
    bytes: int
    """Expected on the disk, beside what is there."""
    notes: tuple[str, ...]


def _show_plan(plan: Plan, as_json: bool) -> None:
    from storyboard.film import room
    from storyboard.film.estimate import estimate

    facts = PlanFacts(
        film=str(plan.out),
        frames=plan.project.length,
        engine=plan.engine,
        generate=[shot.number for shot in plan.to_generate],
        sketched=[shot.number for shot in plan.shots if shot.sketched],
        seconds=round(estimate(plan), 1),
        bytes=sum(room.forecast(plan)),
        notes=plan.notes,
    )
    if as_json:
        output.facts(facts)
        return
    output.line(
        f"{facts.film}: {facts.frames} frames, smoothed by {facts.engine or 'nothing (no in-betweens)'}"
    )
    about = output.duration(facts.seconds)
    output.line(_words(plan) if facts.generate else f"no takes to make; about {about} in all, {_room(plan)}")
    for text in facts.notes:
        output.line(text)


def verify(
    folder: options.ProjectFolder,
    shots: options.Shots = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Make chosen takes again from their recipes and compare the pixels."""
    from storyboard.film import check

    with store.open_project(folder, mode="read") as opened:
        found, root = opened.takes(), opened.folder
        project = edit.adopt(opened.project, found)
    wanted = film_takes.shots_by_number(project, shots) if shots else list(project.shots)
    chosen = [take for take in film_takes.of_shots(found, wanted) if not take.is_import]
    lost = check.lost(root, found, wanted)
    if not chosen and not lost:
        raise StoryboardError(
            f"none of these shots has a generated take yet; make some with `storyboard generate {folder}`"
        )
    with interruptible() as cancelled, output.progress(quiet or as_json) as watch:
        results = film_takes.verify(root, chosen, watch, cancelled)
    rows = _numbered(project, wanted, [*map(_verified, results), *map(_unverified, lost, lost.values())])
    if as_json:
        output.facts(rows)
    else:
        for row in rows:
            output.line(f"shot {', '.join(map(str, row.shots))}: {row.verdict}")
        if lost:
            output.note(f"`storyboard check {folder}` says what helps against what is gone or damaged")
    if any(row.comparison is None or not row.comparison.identical for row in rows):
        raise typer.Exit(1)


class Verdict(msgspec.Struct, frozen=True):
    """What `verify` prints of one take."""

    take: str
    verdict: str
    shots: Sequence[int] = ()
    """Numbers of those that show it."""
    comparison: Comparison | None = None
    changed: str = ""
    """What decides pixels and is not as it was."""
    reason: str = ""
    """Why it could not be compared."""


def _numbered(project: Project, shots: Sequence[Shot], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The `verdicts` in the order in which the film shows their takes."""
    told = {one.take: one for one in verdicts}
    numbers: dict[str, list[int]] = {}
    for shot in shots:
        if shot.chosen and shot.chosen.take in told:
            numbers.setdefault(shot.chosen.take, []).append(project.index(shot.id) + 1)
    return [replace(told[take], shots=shown) for take, shown in numbers.items()]


def _unverified(take: str, reason: str) -> Verdict:
    return Verdict(take, f"cannot be compared: {reason}", reason=reason)


def _verified(result: film_takes.Verified) -> Verdict:
    changed = film_takes.differs_in(result.take, result.comparison) if result.comparison else ""
    return Verdict(result.take.id, _verdict(result), (), result.comparison, changed, result.reason)


def _verdict(result: film_takes.Verified) -> str:
    comparison = result.comparison
    if comparison is None:
        return f"cannot be compared: {result.reason}"
    if comparison.identical:
        return "identical"
    differs = f"differs by at most {comparison.max}, {comparison.mean:.3f} on average"
    changed = film_takes.differs_in(result.take, comparison)
    # Made otherwise, it may differ: that says nothing about the take.
    return f"cannot be compared: other device or libraries, {changed} ({differs})" if changed else differs


def clean(
    folder: options.ProjectFolder,
    limit: Annotated[
        float, typer.Option(help="Gigabytes of the cache to keep, most recently used first.", min=0)
    ] = 0,
    as_json: options.Json = False,
) -> None:
    """Free the disk: delete cached parts and what killed runs left. Takes, media and films stay."""
    from storyboard.film.cache import Cache

    with store.open_project(folder, mode="read") as opened:
        cache = Cache(opened.folder)
    unfinished = cache.sweep()
    freed = cache.clear(int(limit * 2**30))
    if as_json:
        output.facts({"freed": freed, "unfinished": unfinished, "kept": cache.size()})
        return
    output.line(f"freed {freed / 2**20:.1f} MB; {unfinished} unfinished files removed")
