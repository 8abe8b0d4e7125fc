"""A long take that broke off goes on where it was kept."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from storyboard.errors import Cancelled
from storyboard.frames import unreported
from storyboard.generators import registry
from storyboard.project import Wish
from storyboard.workers.steps import Generate
from storyboard.workers.workshop import Workshop

pytestmark = pytest.mark.models


def step_for(model: Path, folder: Path, take: str, keep_every: int) -> Generate:
    wish = Wish(model=str(model), prompt="a dog", avoid="", steps=6, guidance=None, seed=None)
    recipe = registry.open_generator(str(model), folder).recipe(wish, 5, Fraction(2, 24), 32, 32)
    return Generate(
        take=take, shot="a", number=1, wish=wish.key, model=str(model), recipe=recipe, keep_every=keep_every
    )


def test_it_goes_on_and_clears_up(tiny_model: Path, tmp_path: Path) -> None:
    whole = Workshop(1).run(tmp_path, step_for(tiny_model, tmp_path, "whole", 0), unreported).take
    assert whole is not None
    kept = tmp_path / "cache" / "kept"
    assert not kept.exists()

    def break_off(done: int, total: int) -> None:
        if done == 5:
            raise Cancelled

    step = step_for(tiny_model, tmp_path, "kept", 2)
    with pytest.raises(Cancelled):
        Workshop(1).run(tmp_path, step, break_off)
    assert [path.stem for path in kept.iterdir()] == [step.recipe.key]
    seen: list[int] = []
    later = Workshop(1).run(tmp_path, step, lambda done, _: seen.append(done)).take
    assert later is not None
    assert seen[0] == 5, "four of six steps were done"
    assert later.content == whole.content
    assert list(kept.iterdir()) == []
