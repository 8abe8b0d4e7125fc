"""Auditions: several takes of a shot up to a few steps, to be looked at; those that are picked are carried on to the end.

What is held of a take lies in the project's cache under its recipe, where making that very recipe finds it. So a take
that is carried on is the one that would have been made at once; where the cache was emptied it is made from its start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from storyboard import paths, store, values
from storyboard.errors import GeneratorError, why
from storyboard.film import takes as takes_
from storyboard.film.history import History
from storyboard.film.runner import Failure, Outcome, Runner, Watch
from storyboard.film.takes import Adoption, Takes
from storyboard.film.wanted import want
from storyboard.project import Project, Shot
from storyboard.take import Take
from storyboard.workers.crew import borrowed
from storyboard.workers.steps import Audition, Generate

FOLDER = "cache/auditions"


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


class Auditions(NamedTuple):
    held: tuple[Held, ...]
    failures: tuple[Failure, ...]


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
    """`count` takes of each of `shots`, each up to `steps`. They have seeds of their own, which no take has.

    Raises `GeneratorError` before any work when a prompt or a model is missing, and `Cancelled`; what was held until
    then is kept.
    """
    found = store.TakeFolder(folder).scan()
    takes_.check(folder, project, shots, found)
    numbers = found.numbers()
    keep = takes_.keeping(None)
    auditions = []
    for wanted in want(shots, count, found, seed=seed):
        numbers[wanted.shot] = numbers.get(wanted.shot, 0) + 1
        shot = project.shot(wanted.shot)
        number, seed_, take = numbers[wanted.shot], wanted.seed, wanted.take
        of = takes_.generate_step(
            folder, project, shot, number, seed=seed_, take=take, takes=found, keep_every=keep
        )
        auditions.append(Audition(of=of, stop_at=steps, out=f"{FOLDER}/{of.take}"))
    return _held(folder, project, auditions, watch, cancelled)


def _held(
    folder: Path,
    project: Project,
    auditions: Sequence[Audition],
    watch: Watch,
    cancelled: Callable[[], bool],
) -> Auditions:
    from storyboard.generators import registry

    with borrowed(folder, None) as workers:
        runner = Runner(workers, History(), watch, cancelled)
        for one in auditions:
            label = f"shot {project.index(one.of.shot) + 1} seed {one.of.recipe.seed}"
            lane = registry.lane(one.of.model)
            runner.submit(one.out, one, label, _nothing, lane=lane, unit="step", shot=one.of.shot)
        runner.run()
    there = {held.name: held for held in waiting(folder)}
    held = tuple(there[one.of.take] for one in auditions if one.of.take in there)
    return Auditions(held, tuple(runner.failures))


def waiting(folder: Path) -> list[Held]:
    """The takes that are held in the project at `folder`, oldest first."""
    place = folder / FOLDER
    files = sorted(place.glob("*.json"), key=lambda path: (path.stat().st_mtime, path.name))
    return [_read(path) for path in files]


def carry_on(
    folder: Path,
    names: Sequence[str],
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Takes:
    """Makes the held takes called `names` whole, in this order. Raises `GeneratorError` for one that is not held."""
    from storyboard.generators import registry

    steps = [_read(paths.inside(folder, f"{FOLDER}/{name}.json")).step for name in names]
    for model in sorted({step.model for step in steps}):
        registry.check(model, folder)
    adoption, made = Adoption(folder), list[Take]()
    with borrowed(folder, None) as workers:
        runner = Runner(workers, History(), watch, cancelled)
        for step in steps:
            then = partial(_arrived, folder, adoption, made)
            lane = registry.lane(step.model)
            name = f"take {step.number}"
            runner.submit(f"takes/{step.take}", step, name, then, lane=lane, unit="step", shot=step.shot)
        try:
            runner.run()
        finally:
            adoption.finish()
    return Takes(tuple(made), tuple(runner.failures))


def _nothing(_: Outcome) -> None:
    """What is held says so by its file."""


def _arrived(folder: Path, adoption: Adoption, made: list[Take], outcome: Outcome) -> None:
    assert outcome.take is not None
    made.append(outcome.take)
    for suffix in (".json", ".webp"):
        paths.inside(folder, f"{FOLDER}/{outcome.take.id}{suffix}").unlink(missing_ok=True)
    adoption.arrived()


def _read(path: Path) -> Held:
    again = "make the audition again"
    try:
        return values.decode(path.read_bytes(), Held)
    except FileNotFoundError as error:
        raise GeneratorError(f"no take called {path.stem} is held here; {again}") from error
    except OSError as error:
        raise GeneratorError(f"{path} cannot be read: {why(error)}; {again}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GeneratorError(f"{path} is damaged ({error}); {again}") from error
