"""Quick takes: made with less work, the same each time, and without a trace in the whole takes made after them."""

from __future__ import annotations

import inspect
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from storyboard import edit, store
from storyboard.errors import Cancelled, GeneratorError
from storyboard.film import takes as film_takes
from storyboard.frames import unreported
from storyboard.generators import catalog, hastening, registry
from storyboard.generators.adapter import DiffusersVideo
from storyboard.project import Look, Wish
from storyboard.take import Recipe, shown, state
from storyboard.workers.workshop import Workshop
from tests.support import make_project, with_further

pytestmark = pytest.mark.models
pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")

from tests import tiny, tiny_pipelines  # noqa: E402

CACHED = ("WanPipeline", "LTXPipeline", "CogVideoXPipeline")


def open_model(model: Path) -> DiffusersVideo:
    generator = registry.open_generator(str(model), model.parent)
    assert isinstance(generator, DiffusersVideo)
    return generator


def whole_recipe(generator: DiffusersVideo, model: Path, steps: int = 8) -> Recipe:
    wish = Wish(model=str(model), prompt="a red car", avoid="fog", steps=steps, guidance=None, seed=None)
    return generator.recipe(wish, 3, Fraction(1, 5), 64, 64)


def pixels(generator: DiffusersVideo, recipe: Recipe) -> np.ndarray[Any, Any]:
    return np.stack(list(generator.generate(recipe, unreported)))


@pytest.fixture(scope="module")
def wan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_pipelines.build("WanPipeline", tmp_path_factory.mktemp("tiny") / "wan")


@pytest.fixture(scope="module")
def modelscope(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(tmp_path_factory.mktemp("tiny") / "modelscope")


@pytest.fixture(params=with_further(CACHED, 0))
def cached(request: pytest.FixtureRequest, tmp_path: Path, wan: Path) -> Path:
    return wan if request.param == "WanPipeline" else tiny_pipelines.build(request.param, tmp_path / "model")


def test_a_quick_take_is_the_same_each_time_and_leaves_no_trace_in_whole_ones(cached: Path) -> None:
    generator = open_model(cached)
    whole = whole_recipe(generator, cached)
    quick = generator.quick(whole)
    before = pixels(generator, whole)
    first = pixels(generator, quick)
    said = generator.facts()["quick"]
    again = pixels(generator, quick)
    after = pixels(generator, whole)
    assert "quick" not in generator.facts()
    fresh = open_model(cached)
    assert (pixels(fresh, quick) == first).all(), "nor does another take decide what is left out of it"
    assert (first == again).all()
    assert (before == after).all()
    assert (first != before).any()
    full, passes = (int(word) for word in said.replace("in full", "").split() if word.isdigit())
    assert full < passes, said


def test_a_quick_take_that_is_stopped_leaves_no_trace(wan: Path) -> None:
    generator = open_model(wan)
    whole = whole_recipe(generator, wan, steps=4)
    before = pixels(generator, whole)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(generator.generate(generator.quick(whole), stop))
    assert (pixels(generator, whole) == before).all()


def test_what_depends_on_all_steps_before_is_neither_held_nor_made_in_a_batch(wan: Path) -> None:
    generator = open_model(wan)
    quick = generator.quick(whole_recipe(generator, wan))
    with pytest.raises(GeneratorError, match="cannot be held"):
        generator.begin(quick, 2, unreported)
    with pytest.raises(GeneratorError, match="one by one"):
        generator.generate_together([quick, replace(quick, seed=4)], unreported)


def test_where_no_cache_is_known_half_of_the_steps_are_worked(modelscope: Path) -> None:
    generator = open_model(modelscope)
    whole = whole_recipe(generator, modelscope, steps=3)
    made = pixels(generator, generator.quick(whole))
    assert generator.facts()["quick"] == "2 steps"
    assert (made == pixels(generator, replace(whole, steps=2))).all()
    assert (made != pixels(generator, whole)).any()


def test_a_model_that_was_made_for_few_steps_has_no_quicker_way(wan: Path) -> None:
    generator = open_model(wan)
    few = catalog.facts("FastVideo/FastWan2.2-TI2V-5B-FullAttn-Diffusers")
    with pytest.raises(GeneratorError, match="made for 3 steps and has no quicker way"):
        hastening.refuse(whole_recipe(generator, wan), few)


@pytest.mark.parametrize("name", [name for name, table in catalog.pipelines().items() if table.cache])
def test_pipelines_with_a_cache_tell_their_passes_apart(name: str) -> None:
    # Without it the two guidance passes would share what they left, or the hooks would refuse to run.
    assert "cache_context(" in inspect.getsource(getattr(diffusers, name).__call__)


def test_a_shot_shows_its_quick_take_until_the_whole_one_of_its_seed_is_there(
    modelscope: Path, tmp_path: Path
) -> None:
    folder = make_project(tmp_path / "film", "a red car", look=Look(model=str(modelscope), steps=3), length=4)
    workshop = Workshop(1)

    def made(number: int, *, quick: bool) -> str:
        with store.open_project(folder, mode="read") as opened:
            takes = opened.takes()
            project = edit.adopt(opened.project, takes)
        step = film_takes.generate_step(folder, project, project.shots[0], number, takes=takes, quick=quick)
        workshop.run(folder, step, unreported)
        return now()

    def now() -> str:
        with store.open_project(folder, mode="read") as opened:
            takes = opened.takes()
            project = edit.adopt(opened.project, takes)
        shot = project.shots[0]
        return state(project, shot, shown(shot, takes), takes)

    assert now() == "draft"
    assert made(1, quick=True) == "quick"
    takes = store.TakeFolder(folder).scan()
    (quick,) = takes.values()
    compared = workshop.run(folder, film_takes.Remake(take=quick), unreported).comparison
    assert compared is not None
    assert compared.identical
    assert made(2, quick=False) == "ready"
    whole = next(take for take in store.TakeFolder(folder).scan().values() if not take.is_quick)
    assert quick.recipe is not None
    assert whole.recipe == replace(quick.recipe, quick=False)
