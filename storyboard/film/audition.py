"""Auditions: several takes of a shot up to a few steps, to be looked at; those that are picked are carried on to the end.

What is held of a take lies in the project's cache under its recipe, where making that very recipe finds it. So a take
that is carried on is the one that would have been made at once; where the cache was emptied it is made from its start.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from storyboard import edit, paths, reading, store, values
from storyboard.errors import GeneratorError, StoryboardError, why
from storyboard.film import order
from storyboard.film import takes as takes_
from storyboard.film.history import History
from storyboard.film.links import check_starts
from storyboard.film.runner import Failure, Outcome, Runner, Show, Watch
from storyboard.film.takes import Adoption, Takes
from storyboard.film.wanted import Wanted, want
from storyboard.project import Project, Shot
from storyboard.take import Take
from storyboard.workers.crew import Crew, borrowed
from storyboard.workers.steps import Audition, Generate, Step

FOLDER = "cache/auditions"
THROWN = "cache/auditions/thrown"
"""Where those lie that the user threw away, until `forget_thrown`."""
MAX_BYTES: Final = 4 * 2**20
"""Of a file that says what is held; a larger one is none of ours."""
SUFFIXES: Final = (".webp", ".json")
"""Of its files: the picture, and what it is. It is held as long as the last one is there."""


class Held(Struct, frozen=True):
    """One take of an audition."""

    step: Generate
    """What makes it whole."""
    done: int
    """Steps that it has."""
    picture: str
    """How it looks so far, moving: a WebP file in the project's folder."""

    @property
    def name(self) -> str:
        """Of the take that it will be."""
        return self.step.take

    @property
    def wanted(self) -> Wanted:
        """What is asked for when it is to be made whole."""
        return Wanted(self.step.take, self.step.shot, self.step.recipe.seed)


class Auditions(NamedTuple):
    held: tuple[Held, ...]
    failures: tuple[Failure, ...]


# Beginning one


def last_step(folder: Path, project: Project, shots: Sequence[Shot]) -> int:
    """The last step after which takes of all `shots` can be held. Raises `GeneratorError` where one cannot be held at
    any, and when a model is not here."""
    from storyboard.generators import registry

    most = []
    for shot in shots:
        wish = project.wish_of(shot)
        own = registry.steps_to_hold_at(wish.model, folder)
        most.append((own if wish.steps is None else wish.steps) - 1)
        if most[-1] < 1:
            number = project.index(shot.id) + 1
            raise GeneratorError(
                f"shot {number} is made in a single step: there is nothing to stop at before its end"
            )
    return min(most)


def begin(
    folder: Path,
    project: Project,
    shots: Sequence[Shot],
    count: int,
    steps: int,
    *,
    seed: int | None = None,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Auditions:
    """`count` takes of each of `shots`, each up to `steps`. They have seeds of their own, which no take has and none
    that is held.

    Raises `GeneratorError` before any work when a prompt or a model is missing, and `Cancelled`; what was held until
    then is kept.
    """
    found = store.TakeFolder(folder).scan()
    held = [one.wanted for one in waiting(folder)]
    wanted = want(shots, count, found, seed=seed, waiting=held)
    return hold_wanted(folder, project, wanted, steps, watch, cancelled)


def hold_wanted(
    folder: Path,
    project: Project,
    wanted: Sequence[Wanted],
    steps: int,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    pausing: Callable[[], bool] = lambda: False,
    show: Show = lambda _shot, _picture: None,
    crew: Crew | None = None,
) -> Auditions:
    """Holds those of the `wanted` takes at `steps` that are neither held nor made yet and whose shots still are.
    Answers all of them that are held then. Raises as `begin` does; `Cancelled` also when `pausing` said so before all
    were begun.
    """
    found = store.TakeFolder(folder).scan()
    project = edit.adopt(project, found)
    auditions = order.by_model(_auditions(folder, project, wanted, steps, found), lambda one: one.of.model)
    with _running(folder, crew, watch, cancelled, pausing, show) as runner:
        for one in auditions:
            label = f"shot {project.index(one.of.shot) + 1} seed {one.of.recipe.seed}"
            _submit(runner, one.out, one, one.of, label, _nothing)
        runner.run()
    there = {held.name: held for held in waiting(folder)}
    return Auditions(tuple(there[one.take] for one in wanted if one.take in there), tuple(runner.failures))


def _auditions(
    folder: Path, project: Project, wanted: Sequence[Wanted], steps: int, found: store.Takes
) -> list[Audition]:
    """The steps that are still to be done. All recipes are made first: one that cannot be stops the others."""
    there = {held.name for held in waiting(folder)} | set(found)
    shots = {shot.id: shot for shot in project.shots}
    missing = [one for one in wanted if one.take not in there and one.shot in shots]
    concerned = [shots[shot] for shot in dict.fromkeys(one.shot for one in missing)]
    takes_.check(folder, project, concerned, found)
    check_starts(folder, project, concerned, found, ())  # what they go on from is not made on the way
    return [
        Audition(
            of=_step_of(folder, project, shots[one.shot], one, found),
            stop_at=steps,
            out=f"{FOLDER}/{one.take}",
        )
        for one in missing
    ]


def _step_of(folder: Path, project: Project, shot: Shot, one: Wanted, found: store.Takes) -> Generate:
    return takes_.generate_step(
        folder,
        project,
        shot,
        found.next_number(shot.id),
        seed=one.seed,
        take=one.take,
        takes=found,
        keep_every=takes_.keeping(None),
    )


def _nothing(_: Outcome) -> None:
    """What is held says so by its file."""


# What is held


def waiting(folder: Path) -> list[Held]:
    """The takes that are held in the project at `folder`, oldest first. What cannot be read is left out: it is a part
    of the cache, and a carried on take leaves while others look."""
    found = []
    for path in (folder / FOLDER).glob("*.json"):
        with contextlib.suppress(GeneratorError, OSError):
            found.append((path.stat().st_mtime_ns, path.name, _read(path)))
    return [held for *_, held in sorted(found, key=lambda one: one[:2])]


def picture_of(folder: Path, held: Held) -> Path:
    """Its picture. Raises `ProjectError` for a name that leads out of the project."""
    return paths.inside(folder, f"{FOLDER}/{held.name}.webp")


def throw(folder: Path, names: Iterable[str]) -> None:
    """Puts the held takes called `names` aside, from where `restore` brings them back. Raises `StoryboardError`."""
    _move(
        folder, names, FOLDER, THROWN, SUFFIXES[::-1]
    )  # it is held no more from the moment its facts are gone


def restore(folder: Path, names: Iterable[str]) -> None:
    """Brings those back that `throw` put aside. Raises `StoryboardError`."""
    _move(folder, names, THROWN, FOLDER, SUFFIXES)


def forget_thrown(folder: Path) -> None:
    """Deletes what was thrown away: once nobody can undo that."""
    with contextlib.suppress(StoryboardError):
        shutil.rmtree(paths.inside(folder, THROWN), ignore_errors=True)


def _move(folder: Path, names: Iterable[str], source: str, target: str, suffixes: Sequence[str]) -> None:
    try:
        paths.inside(folder, target).mkdir(parents=True, exist_ok=True)
        for name in names:
            for suffix in suffixes:
                old = paths.inside(folder, f"{source}/{name}{suffix}")
                if old.exists():
                    old.replace(paths.inside(folder, f"{target}/{name}{suffix}"))
    except OSError as error:
        raise GeneratorError(f"{error.filename} cannot be moved: {why(error)}; check the disk") from error


def _read(path: Path) -> Held:
    again = "make the audition again"
    try:
        held = values.decode(reading.whole(path, MAX_BYTES), Held)
    except FileNotFoundError as error:
        raise GeneratorError(f"no take called {path.stem} is held here; {again}") from error
    except OSError as error:
        raise GeneratorError(f"{path} cannot be read: {why(error)}; {again}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GeneratorError(f"{path} is damaged ({error}); {again}") from error
    if held.name != path.stem:  # the names of its files, and of the take to be, are made of it
        raise GeneratorError(f"{path} is damaged (it speaks of {held.name!r}); {again}")
    return held


# Carrying on


def carry_on(
    folder: Path,
    names: Sequence[str],
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    pausing: Callable[[], bool] = lambda: False,
    show: Show = lambda _shot, _picture: None,
    crew: Crew | None = None,
) -> Takes:
    """Makes the held takes called `names` whole, in this order; those that are takes by now are not made again.

    Raises `GeneratorError` for one that is not held, and `Cancelled`, also when `pausing` said so before all were begun.
    """
    from storyboard.generators import registry

    found = store.TakeFolder(folder).scan()
    for name in names:
        if name in found:
            _leave(folder, name)  # it was published just before a kill
    steps = _whole(folder, [name for name in names if name not in found], found)
    for model in sorted({step.model for step in steps}):
        registry.check(model, folder)
    adoption, made = Adoption(folder), list[Take]()
    with _running(folder, crew, watch, cancelled, pausing, show) as runner:
        for step in order.by_model(steps, lambda step: step.model):
            then = partial(_arrived, folder, adoption, made)
            _submit(runner, f"takes/{step.take}", step, step, f"take {step.number}", then)
        try:
            runner.run()
        finally:
            adoption.finish()
    return Takes(tuple(made), tuple(runner.failures))


def held_as(folder: Path, name: str) -> Held:
    """What is held under `name`. Raises `GeneratorError` when nothing is."""
    return _read(paths.inside(folder, f"{FOLDER}/{name}.json"))


def _whole(folder: Path, names: Sequence[str], found: store.Takes) -> list[Generate]:
    """The steps that make them whole, numbered after the takes that came since they were held."""
    numbers = found.numbers()
    steps = []
    for name in names:
        step = held_as(folder, name).step
        numbers[step.shot] = numbers.get(step.shot, 0) + 1
        steps.append(replace(step, number=numbers[step.shot]))
    return steps


def _arrived(folder: Path, adoption: Adoption, made: list[Take], outcome: Outcome) -> None:
    assert outcome.take is not None
    made.append(outcome.take)
    _leave(folder, outcome.take.id)
    adoption.arrived()


def _leave(folder: Path, name: str) -> None:
    """It is a take now, and held no more."""
    for suffix in SUFFIXES[::-1]:
        paths.inside(folder, f"{FOLDER}/{name}{suffix}").unlink(missing_ok=True)


# Both


@contextlib.contextmanager
def _running(
    folder: Path,
    crew: Crew | None,
    watch: Watch,
    cancelled: Callable[[], bool],
    pausing: Callable[[], bool],
    show: Show,
) -> Iterator[Runner]:
    with borrowed(folder, crew) as workers:
        yield Runner(workers, History(), watch, cancelled, pausing=pausing, show=show, places=(folder,))


def _submit(
    runner: Runner, name: str, step: Step, of: Generate, label: str, then: Callable[[Outcome], None]
) -> None:
    from storyboard.generators import registry

    runner.submit(name, step, label, then, lane=registry.lane(of.model), unit="step", shot=of.shot)
