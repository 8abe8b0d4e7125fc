"""Making takes on request: new ones from recipes, imports from files, and the proof that a take can be remade."""

from __future__ import annotations

import hashlib
import itertools
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from storyboard import atomic, edit, paths, reading, settings, store, timing
from storyboard.errors import Cancelled, EditError, GeneratorError, MediaError, StoryboardError, why
from storyboard.film import claims, order
from storyboard.film.history import History
from storyboard.film.links import Links, check_starts
from storyboard.film.runner import Failure, Outcome, Runner, Show, Watch, on_gpu
from storyboard.film.wanted import Wanted, want
from storyboard.project import SKETCH, Project, Shot, depicted, seed_for
from storyboard.take import NO_TAKES, Take, quick_seed, wish_of
from storyboard.workers.crew import Crew, borrowed
from storyboard.workers.steps import Comparison, Examine, Generate, Listen, Remake, Together


def generate_step(
    folder: Path,
    project: Project,
    shot: Shot,
    number: int,
    *,
    seed: int | None = None,
    take: str = "",
    takes: Mapping[str, Take] = NO_TAKES,
    keep_every: int = 0,
    quick: bool = False,
) -> Generate:
    """The step that makes take `number` of `shot`, long enough for its length and motion; in less time where it is
    `quick` and its generator can.

    `seed` overrides the shot's, and that of the quick take which it shows; `take` is the id that it will have, a new one if empty. `takes` are those that are
    there, for a shot that starts from one: where that is not among them the step is good for its time only. What is
    done is kept each `keep_every` steps of the model, 0 for never. Raises
    `GeneratorError` when the shot's model is not here, or cannot start from what the shot starts from.
    """
    from storyboard.generators import registry
    from storyboard.generators.base import Hastening

    wanted = wish_of(project, shot, takes)
    generator = registry.open_generator(wanted.model, folder)
    seconds = timing.take_seconds(project.motion_of(shot), shot.length, project.rate)
    if seed is None:
        seed = None if quick else quick_seed(shot, takes)
    wanted_seed = seed_for(shot, number) if seed is None else seed
    try:
        recipe = generator.recipe(wanted, wanted_seed, seconds, project.width, project.height)
        if quick and isinstance(generator, Hastening):
            recipe = generator.quick(recipe)
    except GeneratorError as error:
        raise GeneratorError(f"shot {project.index(shot.id) + 1}: {error}") from error
    if recipe.starts != wanted.starts or recipe.loras != wanted.loras:
        what = "a picture or a clip" if recipe.starts != wanted.starts else "a LoRA"
        raise GeneratorError(
            f"shot {project.index(shot.id) + 1}: {wanted.model} cannot start from {what}; choose a model that can, or "
            f"set it to none"
        )
    recipe = replace(recipe, colours_of=wanted.colours_of)
    return Generate(
        take=take or store.new_id(),
        shot=shot.id,
        number=number,
        wish=wanted.key,
        model=wanted.model,
        recipe=recipe,
        keep_every=keep_every,
    )


def keeping(keep_every: int | None) -> int:
    """`keep_every`; None: what the user set for this machine."""
    return settings.load().checkpoint_steps if keep_every is None else keep_every


AUTOMATIC = 4
"""Takes in one batch when nothing else is said. On a GPU; a processor is busy with one."""


class _AtOnce:
    """How many takes of a shot are made at once. Known after the first take of a model and size: its worker tells how
    many fit in memory."""

    def __init__(self, most: int | None) -> None:
        self._most = settings.load().takes_together if most is None else most
        self._room: dict[tuple[str, int, int, int], int] = {}

    def of(self, step: Generate) -> int:
        """How many takes like that of `step`, from 1 on. What is kept at its steps is made alone, and so is a quick take."""
        return 1 if step.keep_every or step.recipe.quick else self._room.get(order.size_of(step), 1)

    def note(self, step: Generate, outcome: Outcome) -> None:
        if self._most:
            self._room[order.size_of(step)] = min(self._most, outcome.room)
        else:
            self._room[order.size_of(step)] = min(AUTOMATIC, outcome.room) if on_gpu(outcome.made[0]) else 1


class Adoption:
    """Has arriving takes chosen in the document, now and then while they come, and at the end.

    Takes are on disk already: when the document cannot be saved now, the next program that reads it chooses them.
    """

    EVERY = 2.0
    """Seconds. Each time reads all sidecars and takes the document's lock for a moment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last = 0.0
        self.problem = ""
        """Why the document could not be saved the last time; empty when it could."""

    def arrived(self) -> None:
        if time.monotonic() - self._last >= self.EVERY:
            self.finish()

    def finish(self) -> None:
        self._last = time.monotonic()
        try:
            store.adopt_arrived(self._folder)
            self.problem = ""
        except StoryboardError as error:
            self.problem = str(error)


class Takes(NamedTuple):
    made: tuple[Take, ...]
    failures: tuple[Failure, ...]
    """One for each take that failed, a sentence as text."""


def make(
    folder: Path,
    project: Project,
    shots: Sequence[Shot],
    count: int = 1,
    *,
    seed: int | None = None,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    keep_every: int | None = None,
    together: int | None = None,
    quick: bool = False,
) -> Takes:
    """Make `count` new takes of each of `shots`. Each is on disk as soon as it is made.

    Several takes of one shot have different seeds, so they ignore a locked one; with `seed` they use `seed`,
    `seed + 1`, ... With `quick` they stand in for whole takes. What is done is kept as `keeping` and `generate_step`
    say, and gone on with when a take of the same recipe is asked for again. `together` is how many takes of a shot are
    made in one batch at most; None for what the settings say. Raises `GeneratorError` before any work when a prompt or a
    model is missing, and `Cancelled`; takes made until then are kept.
    """

    def choose(found: store.Takes, others: Sequence[Wanted]) -> Sequence[Wanted]:
        return want(shots, count, found, seed=seed, waiting=others, quick=quick)

    with claims.claimed(folder, choose) as claim:
        return _make(folder, project, claim, watch, cancelled, keep_every=keep_every, together=together)


def make_wanted(
    folder: Path,
    project: Project,
    wanted: Sequence[Wanted],
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    pausing: Callable[[], bool] = lambda: False,
    show: Show = lambda _shot, _picture: None,
    crew: Crew | None = None,
    keep_every: int | None = None,
    together: int | None = None,
) -> Takes:
    """Make those of the `wanted` takes that are not there yet and whose shots still are. Each is on disk as soon as
    it is made. Raises as `make` does; `Cancelled` also when `pausing` said so before all were begun.
    """
    with claims.claimed(folder, lambda _found, _others: wanted) as claim:
        return _make(
            folder,
            project,
            claim,
            watch,
            cancelled,
            pausing=pausing,
            show=show,
            crew=crew,
            keep_every=keep_every,
            together=together,
        )


def _make(
    folder: Path,
    project: Project,
    claim: claims.Claim,
    watch: Watch,
    cancelled: Callable[[], bool],
    *,
    pausing: Callable[[], bool] = lambda: False,
    show: Show = lambda _shot, _picture: None,
    crew: Crew | None = None,
    keep_every: int | None,
    together: int | None,
) -> Takes:
    found = claim.found
    project = edit.adopt(project, found)  # a queue asks long after it was filled
    batches = _batches(folder, project, claim, keeping(keep_every))
    with borrowed(folder, crew) as workers:
        runner = Runner(workers, History(), watch, cancelled, pausing=pausing, show=show, places=(folder,))
        making = _Making(folder, runner, Links(project, found, batches), _AtOnce(together))
        ordered = order.by_model(batches.values(), lambda steps: steps[0].model)
        counted = iter(order.counted_down([step for batch in ordered for step in batch]))
        for batch in ordered:
            making.begin(list(itertools.islice(counted, len(batch))))
        try:
            runner.run()
        finally:
            making.adoption.finish()
    return Takes(tuple(making.made), tuple(runner.failures))


class _Making:
    """Takes on their way. A shot's are made one after the other, or several at once, and the first is chosen. What goes
    on from another shot waits for the first take of that."""

    def __init__(self, folder: Path, runner: Runner, links: Links, at_once: _AtOnce) -> None:
        self._at_once = at_once
        self._folder = folder
        self._runner = runner
        self._links = links
        self.adoption = Adoption(folder)
        self.made: list[Take] = []

    def begin(self, batch: Sequence[Generate]) -> None:
        shot = self._links.project.shot(batch[0].shot)
        self._expect(batch)
        self._links.wait(shot, partial(self._settle, batch), partial(self._give_up, batch))

    def _settle(self, batch: Sequence[Generate]) -> None:
        shot = self._links.project.shot(batch[0].shot)
        try:
            steps = [self._again(shot, step) for step in batch] if self._links.waits(shot) else batch
        except StoryboardError as error:
            self._give_up(batch, str(error))
        else:
            self._start(*steps)

    def _again(self, shot: Shot, step: Generate) -> Generate:
        """`step` with what it starts from, which is there now."""
        project, takes = self._links.project, self._links.takes
        now = generate_step(
            self._folder,
            project,
            shot,
            step.number,
            seed=step.recipe.seed,
            take=step.take,
            takes=takes,
            keep_every=step.keep_every,
            quick=step.recipe.quick,
        )
        return replace(now, coming=step.coming)

    def _start(self, *steps: Generate) -> None:
        from storyboard.generators import registry

        many = self._at_once.of(steps[0])
        now, others = steps[:many], steps[many:]
        self._expect(steps)
        self._runner.submit(
            f"takes/{now[0].take}",
            now[0] if len(now) == 1 else Together(now),
            self._label(*now),
            partial(self._arrived, now[0], others),
            lane=registry.lane(now[0].model),
            unit="step",
            shot=now[0].shot,
            otherwise=lambda _: self._links.failed(now[0].shot),
        )

    def _arrived(self, step: Generate, others: Sequence[Generate], outcome: Outcome) -> None:
        self.made += outcome.made
        self.adoption.arrived()
        self._at_once.note(step, outcome)
        if others:
            self._start(*others)
        for take in outcome.made:
            self._links.arrived(take)

    def _give_up(self, batch: Sequence[Generate], reason: str) -> None:
        self._runner.give_up(Failure(self._label(batch[0]), reason, "", (batch[0].shot,)))
        self._links.failed(batch[0].shot)

    def _expect(self, steps: Sequence[Generate]) -> None:
        from storyboard.generators import registry

        self._runner.expect(steps[0].shot, steps, registry.lane(steps[0].model))

    def _label(self, step: Generate, *others: Generate) -> str:
        takes = f"takes {step.number} to {others[-1].number}" if others else f"take {step.number}"
        return f"shot {self._links.project.index(step.shot) + 1} {takes}"


def _batches(
    folder: Path, project: Project, claim: claims.Claim, keep_every: int
) -> dict[str, list[Generate]]:
    """The steps of the takes that are still to be made, by shot and in order. All recipes are made first: one that
    cannot be stops the others before any work."""
    shots = {shot.id: shot for shot in project.shots}
    found = claim.found
    missing = [take for take in claim.wanted if take.take in claim.numbers and take.shot in shots]
    check(folder, project, [shots[shot] for shot in dict.fromkeys(take.shot for take in missing)], found)
    batches: dict[str, list[Generate]] = {}
    for take in missing:
        batches.setdefault(take.shot, []).append(
            generate_step(
                folder,
                project,
                shots[take.shot],
                claim.numbers[take.take],
                seed=take.seed,
                take=take.take,
                takes=found,
                keep_every=keep_every,
                quick=take.quick,
            )
        )
    return batches


def check(
    folder: Path, project: Project, shots: Sequence[Shot], takes: Mapping[str, Take] = NO_TAKES
) -> None:
    """Raise `StoryboardError` when one of `shots`, which are made together, cannot be: no prompt, a model that is not
    here, or nothing there to start from. `takes` are those that are there."""
    from storyboard.generators import registry

    for shot in shots:
        if not shot.prompt.strip():
            number = project.index(shot.id) + 1
            raise GeneratorError(
                f'shot {number} has no prompt; write one with `storyboard set {folder} {number} --prompt "..."`'
            )
    for model in sorted({project.wish_of(shot).model for shot in shots}):
        registry.check(model, folder)
    check_pictures(folder, project, [shot for shot in shots if project.wish_of(shot).model == SKETCH])
    check_starts(folder, project, shots, takes, {shot.id for shot in shots})


def check_pictures(folder: Path, project: Project, shots: Sequence[Shot]) -> None:
    """Raise `MediaError` when an own picture that the sketch of one of `shots` needs is not in the project."""
    for shot in shots:
        for one in depicted(shot.prompt, shot, project.cast):
            if "/" in one.picture and not paths.inside(folder, one.picture).is_file():
                raise MediaError(
                    f"shot {project.index(shot.id) + 1}: {one.picture}, the picture of {one.word!r}, is not in {folder}; "
                    f"bring it back, or cast another with `storyboard cast {folder} {one.word!r} --picture ...`"
                )


def bring_in(
    folder: Path,
    original: Path,
    shot_id: str,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    crew: Crew | None = None,
) -> Take:
    """Copy `original` (a clip or a picture) into the project and publish the take that it is, for shot `shot_id`.

    Raises `MediaError` when it cannot be read, and `Cancelled`; nothing is left behind then.
    """
    file, new = copy_media(folder, original)
    found: list[Take] = []
    with borrowed(folder, crew) as workers:
        runner = Runner(workers, History(), watch, cancelled)
        step = Examine(file=file, take=store.new_id(), shot=shot_id)
        runner.submit(
            file, step, original.name, lambda outcome: found.extend([outcome.take] if outcome.take else [])
        )
        try:
            runner.run()
        except Cancelled:
            if new:
                paths.inside(folder, file).unlink(missing_ok=True)
            raise
    if not found:
        raise _unusable(folder, file, new, original, runner.failures[0].reason)
    store.publish(folder, found[0])
    return found[0]


def bring_sound(folder: Path, original: Path, crew: Crew | None = None) -> str:
    """Copy a piece of music into the project; returns its name there. Raises `MediaError` when it has no sound."""
    file, new = copy_media(folder, original)
    with borrowed(folder, crew) as workers:
        runner = Runner(workers, History(), lambda _: None)
        runner.submit(file, Listen(file=file), original.name, lambda _: None)
        runner.run()
    if runner.failures:
        raise _unusable(folder, file, new, original, runner.failures[0].reason)
    return file


def _unusable(folder: Path, file: str, new: bool, original: Path, reason: str) -> MediaError:
    """Takes the copy away again, and speaks of the file that the user named."""
    copy = paths.inside(folder, file)
    if new:
        copy.unlink(missing_ok=True)
    return MediaError(reason.replace(str(copy), str(original)))


def copy_media(folder: Path, original: Path) -> tuple[str, bool]:
    """Copy a file into `media/`; returns its name there, relative to the project, and whether it is new.

    The name carries the start of the content's hash: the same file is copied once, another never replaces it. A copy
    that was damaged since is made whole, for all takes that it is the original of.
    """
    from storyboard.media import files

    files.check_plain(original)
    try:
        with original.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MediaError(f"{original} cannot be read: {why(error)}; check the path") from error
    suffix = re.sub(r"[^.a-z0-9]", "", original.suffix.lower())[:10]
    name = f"media/{media_stem(original)}-{digest[:10]}{suffix}"
    target = paths.inside(folder, name)
    new = not target.exists()
    if new or not _holds(target, digest):
        target.parent.mkdir(exist_ok=True)
        with atomic.replacing(target) as temporary:
            shutil.copyfile(original, temporary)
    return name, new


def _holds(path: Path, digest: str) -> bool:
    try:
        return reading.digest(path) == digest
    except OSError:
        return False


def media_stem(original: Path) -> str:
    """The first part of the name that a copy of `original` gets in `media/`."""
    return re.sub(r"[^\w-]+", "-", original.stem).strip("-")[:60] or "media"


class Verified(NamedTuple):
    take: Take
    comparison: Comparison | None
    """None when the take could not be made again; `reason` says why."""
    reason: str


def verify(
    folder: Path,
    chosen: Sequence[Take],
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Verified]:
    """Make each of `chosen` again from its recipe and compare the pixels. Nothing is written."""
    from storyboard.generators import registry

    done: dict[str, Comparison] = {}
    failed: dict[str, str] = {}
    with Crew(folder) as crew:
        runner = Runner(crew, History(), watch, cancelled)
        for take in chosen:
            if take.recipe is None:
                failed[take.id] = "it was imported, not generated"
                continue
            try:
                registry.check(take.recipe.model, folder)
            except StoryboardError as error:
                failed[take.id] = str(error)
                continue
            lane = registry.lane(take.recipe.model)
            then = partial(_compared, done, take.id)
            runner.submit(
                f"again {take.id}", Remake(take=take), f"take {take.id}", then, lane=lane, unit="step"
            )
        runner.run()
    for failure in runner.failures:
        failed.setdefault(failure.label.removeprefix("take "), failure.reason)
    return [Verified(take, done.get(take.id), failed.get(take.id, "")) for take in chosen]


def _compared(done: dict[str, Comparison], take_id: str, outcome: Outcome) -> None:
    if outcome.comparison is not None:
        done[take_id] = outcome.comparison


def differs_in(take: Take, comparison: Comparison) -> str:
    """Which of the things that decide pixels are not as they were: `torch 2.12 -> 2.13`. Empty when none: then a
    difference is one that should not be."""
    then, now = take.ran, comparison.ran
    # Older takes do not say all that newer ones do; what only some takes have is not there in others.
    names = (then.keys() & now.keys()) | ({"compiled"} & (then.keys() | now.keys()))
    told = ((name, then.get(name, "nothing"), now.get(name, "nothing")) for name in sorted(names))
    return ", ".join(f"{name} {before} -> {after}" for name, before, after in told if before != after)


def shots_by_number(project: Project, text: str) -> list[Shot]:
    """The shots that `2,5-7` means, in the film's order. Raises `EditError` with a sentence."""
    numbers: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?", part)
        if match is None:
            raise EditError(f"{text!r} does not name shots: write numbers and ranges, as in 2,5-7")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= len(project.shots):
            raise EditError(
                f"there is no shot {part.strip()}: this project has shots 1 to {len(project.shots)}"
            )
        numbers.update(range(first, last + 1))
    return [project.shots[number - 1] for number in sorted(numbers)]


def of_shot(takes: store.Takes, shot: Shot) -> list[Take]:
    """The takes of `shot`, and the one that it shows where that was made for another (a copy, half of a split)."""
    own = list(takes.of_shot(shot.id))
    shown = takes.get(shot.chosen.take) if shot.chosen else None
    return own if shown is None or shown in own else [shown, *own]


def of_shots(takes: Mapping[str, Take], shots: Sequence[Shot]) -> list[Take]:
    """The chosen takes of `shots`, as far as they are there, each once."""
    chosen = dict.fromkeys(shot.chosen.take for shot in shots if shot.chosen)
    return [takes[take] for take in chosen if take in takes]
