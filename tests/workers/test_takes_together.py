"""Several takes of a shot in one batch: those that would be made one by one, but for rounding, and made again exactly."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from storyboard import edit, store
from storyboard.film import takes
from storyboard.film.takes import verify
from storyboard.frames import unreported
from storyboard.generators import learned, pipeline, registry
from storyboard.media import lossless
from storyboard.project import Wish
from storyboard.take import Take
from storyboard.workers import making
from storyboard.workers.steps import Generate, Remake, Together
from storyboard.workers.workshop import Workshop
from tests.support import make_project

pytestmark = pytest.mark.models
STEPS = 3


def together(model: Path, folder: Path, *seeds: int) -> Together:
    wish = Wish(model=str(model), prompt="a dog", avoid="", steps=STEPS, guidance=None, seed=None)
    generator = registry.open_generator(str(model), folder)
    return Together(
        tuple(
            Generate(f"t{seed}", "a", seed, wish.key, str(model), generator.recipe(wish, seed, Fraction(2, 24), 32, 32))
            for seed in seeds
        )
    )  # fmt: skip


def pixels(folder: Path, take: Take) -> np.ndarray[Any, Any]:
    return np.stack(list(lossless.read(folder / take.pixels))).astype(int)


@pytest.fixture
def workshop() -> Workshop:
    return Workshop(1)


def test_a_batch_is_recorded_and_made_again_as_a_batch(
    tiny_model: Path, tmp_path: Path, workshop: Workshop
) -> None:
    from storyboard.generators.adapter import BATCH_DIFFERENCE

    step = together(tiny_model, tmp_path, 1, 2, 3)
    seen: list[tuple[int, int]] = []
    made = workshop.run(tmp_path, step, lambda *at: seen.append(at))
    assert [take.id for take in made.takes] == ["t1", "t2", "t3"]
    assert {(take.ran["batch"], take.ran["seeds"]) for take in made.takes} == {("3", "1 2 3")}
    assert max(seen) == (STEPS, STEPS), "the steps of the batch are counted, not those of its takes"
    assert made.room > 1
    for take in made.takes:
        comparison = workshop.run(tmp_path, Remake(take), unreported).comparison
        assert comparison is not None
        assert comparison.identical
    alone = workshop.run(tmp_path, replace(step.of[1], take="alone"), unreported).take
    assert alone is not None
    assert "seeds" not in alone.ran
    assert np.abs(pixels(tmp_path, alone) - pixels(tmp_path, made.takes[1])).max() <= BATCH_DIFFERENCE


def test_takes_that_are_there_stay_and_what_was_begun_is_carried_on_alone(
    tiny_model: Path, tmp_path: Path, workshop: Workshop
) -> None:
    step = together(tiny_model, tmp_path, 1, 2, 3, 4)
    first = workshop.run(tmp_path, step.of[0], unreported).take
    assert first is not None

    def break_off(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workshop.run(tmp_path, replace(step.of[1], keep_every=1), break_off)
    made = workshop.run(tmp_path, step, unreported)
    assert made.takes[0] == first
    assert [take.ran["batch"] for take in made.takes] == ["1", "1", "2", "2"]


def test_memory_that_holds_fewer_makes_them_one_by_one_and_is_remembered(
    tiny_model: Path, tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storyboard.generators.adapter import DiffusersVideo

    once = DiffusersVideo._once
    tried = []

    def small(self: DiffusersVideo, recipes: Any, *others: Any) -> Any:
        tried.append(len(recipes))
        if len(recipes) > 1:
            raise MemoryError
        return once(self, recipes, *others)

    monkeypatch.setattr(DiffusersVideo, "_once", small)
    made = workshop.run(tmp_path, together(tiny_model, tmp_path, 1, 2, 3), unreported)
    assert [take.ran["batch"] for take in made.takes] == ["1", "1", "1"]
    assert tried == [3, 1, 1, 1]
    assert made.room == 2, "three were too many"
    recipe = made.takes[0].recipe
    assert recipe is not None
    size = recipe.width * recipe.height * recipe.frames
    assert learned.failed(recipe.model_hash, pipeline.chosen_device(), size) == frozenset()


@pytest.mark.parametrize("seeds", ["1 x", "1", "", " ".join(map(str, range(17))), "1 " + "9" * 30, "-1 1"])
def test_seeds_that_a_stranger_wrote_are_not_believed(seeds: str) -> None:
    take = Take("t", "a", 1, "", 1, Fraction(24), 32, 32, "", ran={"seeds": seeds})
    assert making.seeds_of(take) == []


@pytest.mark.long
def test_a_film_makes_the_first_alone_and_the_rest_at_once(tiny_model: Path, tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", "a dog runs")
    with store.open_project(folder, "write") as opened:
        shot = opened.project.shots[0].id
        opened.save(edit.set_shot(opened.project, shot, model=str(tiny_model), steps=2))
    project = store.open_project(folder).project
    labels: set[str] = set()
    made = takes.make(
        folder, project, project.shots, 4, together=8, watch=lambda now: labels.update(r.label for r in now.running)
    )  # fmt: skip
    assert [take.number for take in made.made] == [1, 2, 3, 4]
    assert [take.ran["batch"] for take in made.made] == ["1", "3", "3", "3"]
    assert {"shot 1 take 1", "shot 1 takes 2 to 4"} >= labels
    chosen = store.open_project(folder).project.shots[0].chosen
    assert chosen is not None
    assert chosen.take == made.made[0].id
    assert [one.comparison and one.comparison.identical for one in verify(folder, made.made[2:3])] == [True]
