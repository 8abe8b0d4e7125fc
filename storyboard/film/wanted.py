"""Takes that are asked for and not made yet: their ids and seeds are settled before any work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from storyboard import store
from storyboard.errors import EditError
from storyboard.project import MAX_SEED, Id, Seed, Shot, seed_for


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """A take to be made. Whoever stops in the middle and goes on later makes the same one, and makes it once."""

    take: Id
    """The id that it will have."""
    shot: Id
    seed: Seed


def want(
    shots: Sequence[Shot],
    count: int,
    takes: store.Takes,
    *,
    seed: int | None = None,
    waiting: Iterable[Wanted] = (),
) -> tuple[Wanted, ...]:
    """`count` new takes of each of `shots`, with seeds that none of a shot's `takes` has, nor one that is `waiting`.

    Several takes of one shot ignore a locked seed; with `seed` they use `seed`, `seed + 1`, ... Raises `EditError`
    when that is too large.
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
            else _seeds(shot, count, takes, taken.get(shot.id, set()))
        )
        found += [Wanted(store.new_id(), shot.id, each) for each in seeds]
    return tuple(found)


def _seeds(shot: Shot, count: int, takes: store.Takes, waiting: set[int]) -> list[int]:
    if count == 1 and shot.seed is not None:
        return [shot.seed]
    unlocked = replace(shot, seed=None)
    used = waiting | {take.recipe.seed for take in takes.of_shot(shot.id) if take.recipe}
    number = takes.next_number(shot.id)
    seeds: list[int] = []
    while len(seeds) < count:
        candidate = seed_for(unlocked, number)
        if candidate not in used:
            seeds.append(candidate)
        number += 1
    return seeds
