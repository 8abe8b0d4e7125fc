"""Quick takes: to look at, made in less time and less well than the whole ones that they stand in for.

Where the model's blocks are known to diffusers' `FirstBlockCache`, most passes through the denoiser stop after its first
block: when what that adds has hardly changed since the last full pass, what the others added then is added again. It is
turned on for one take and off after it, so nothing of a take, nor of one of its passes, is left for another. Other models
work half of the steps.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from storyboard.errors import GeneratorError
from storyboard.generators.catalog import Facts, Pipeline
from storyboard.take import Recipe

STEPS: Final = 2
"""A model without such a cache works one of so many steps."""


def refuse(recipe: Recipe, facts: Facts) -> None:
    """Raises `GeneratorError` for a model that has no quicker way."""
    if facts.model.sigmas:
        raise GeneratorError(
            f"{recipe.model} is made for {len(facts.model.sigmas)} steps and has no quicker way; make whole takes of it"
        )


def steps(recipe: Recipe, steps: int, table: Pipeline) -> int:
    """How many of its `steps` a take of `recipe` is made in by the pipeline of `table`."""
    return -(-steps // STEPS) if recipe.quick and not table.cache else steps


class Passes:
    """What was left out of a take."""

    def __init__(self) -> None:
        self.all = 0
        """Passes through the denoiser."""
        self.full = 0
        """Those through all of its blocks."""

    def in_words(self, table: Pipeline, steps: int) -> str:
        """How the take was made, for its record."""
        if not table.cache:
            return f"{steps} steps"
        return f"first block cache {table.cache:g}: {self.full} of {self.all} passes in full"


@contextlib.contextmanager
def leaving_out(denoisers: Sequence[Any], table: Pipeline) -> Iterator[Passes]:
    """While a quick take is made: blocks of `denoisers` are left out where `table` says that it is possible."""
    passes = Passes()
    if not table.cache:
        yield passes
        return
    from diffusers.hooks import FirstBlockCacheConfig

    with contextlib.ExitStack() as undo:
        for denoiser in denoisers:
            denoiser.enable_cache(FirstBlockCacheConfig(threshold=table.cache))
            undo.callback(denoiser.disable_cache)
            _count(denoiser, passes, undo)
        yield passes


def _count(denoiser: Any, passes: Passes, undo: contextlib.ExitStack) -> None:
    def one(*_: Any) -> None:
        passes.all += 1

    def full(*_: Any) -> None:
        passes.full += 1

    # A block that is left out is called all the same: what is in it is not.
    inside = next(_blocks(denoiser)[-1].children())
    for module, seen in ((denoiser, one), (inside, full)):
        undo.callback(module.register_forward_hook(seen).remove)


def _blocks(denoiser: Any) -> Any:
    """Its transformer blocks, by the names that diffusers' hooks know them by."""
    return next(
        getattr(denoiser, name) for name in ("transformer_blocks", "blocks") if hasattr(denoiser, name)
    )
