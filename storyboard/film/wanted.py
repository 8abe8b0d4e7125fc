"""Takes that are asked for and not made yet: their ids and seeds are settled before any work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from storyboard import store
from storyboard.errors import EditError
from storyboard.project import MAX_SEED, Id, Seed, Shot, seed_for
from storyboard.take import quick_seed


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """A take to be made. Whoever stops in the middle and goes on later makes the same one, and makes it once."""

    take: Id
    """The id that it will have."""
    shot: Id
    seed: Seed
    quick: bool = False
    """Whether it is made in less time, as a stand-in for the whole one."""


def want(
    shots: Sequence[Shot],
    count: int,
    takes: store.Takes,
    *,
    seed: int | None = None,
    waiting: Iterable[Wanted] = (),
    quick: bool = False,
) -> tuple[Wanted, ...]:
    """`count` new takes of each of `shots`, with seeds that none of a shot's `takes` has, nor one that is `waiting`.

    Several takes of one shot ignore a locked seed; with `seed` they use `seed`, `seed + 1`, ... A single one that is
    not `quick` has the seed of the quick one that the shot shows: it is what that stands in for. Raises `EditError`
    when a seed is too large.
    """
    if seed is not None and seed + count - 1 > MAX_SEED:
        raise EditError(f"a seed is a whole number up to {MAX_SEED}; give a smaller one")
    taken: dict[str, set[int]] = {}
    for other in waiting:
        taken.setdefault(other.shot, set()).add(other.seed)
    found: list[Wanted] = []
    for shot in shots:
        seeds = (
            [seed + nth for nth in range(count)]
            if seed is not None
            else _seeds(shot, count, takes, taken.get(shot.id, set()), quick)
        )
        found += [Wanted(store.new_id(), shot.id, each, quick) for each in seeds]
    return tuple(found)


def _seeds(shot: Shot, count: int, takes: store.Takes, waiting: set[int], quick: bool) -> list[int]:
    if count == 1 and shot.seed is not None:
        return [shot.seed]
    unlocked = replace(shot, seed=None)
    recipes = [take.recipe for take in takes.of_shot(shot.id) if take.recipe]
    stands_in = None if quick or count > 1 else quick_seed(shot, takes)
    if stands_in is not None and stands_in not in waiting | {one.seed for one in recipes if not one.quick}:
        return [stands_in]
    used = waiting | {recipe.seed for recipe in recipes}
    number = takes.next_number(shot.id)
    seeds: list[int] = []
    while len(seeds) < count:
        candidate = seed_for(unlocked, number)
        if candidate not in used:
            seeds.append(candidate)
        number += 1
    return seeds
