"""Compiled blocks: only where a run pays for them, told of each take, never where a take must equal a plain one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from storyboard import settings
from storyboard.frames import unreported
from storyboard.generators import compiling, registry
from storyboard.generators.adapter import DiffusersVideo
from storyboard.generators.compiling import Compiler, Pace, Size
from storyboard.project import Look, Wish
from storyboard.take import Recipe
from storyboard.workers.steps import Remake
from storyboard.workers.workshop import Workshop

SIZE = Size(832, 480, 81, 1)


class TestWhatPays:
    def test_the_first_take_of_a_size_is_plain_and_tells_how_long_a_step_takes(self) -> None:
        compiler = Compiler()
        assert not compiler.wanted(SIZE, 1e9)
        compiler.note(SIZE, False, 2.0)
        assert compiler.wanted(SIZE, 150)
        assert not compiler.wanted(SIZE, 149), "300 s of steps must be to come"
        assert not compiler.wanted(SIZE._replace(frames=49), 150), "of that size nothing is known"

    def test_what_is_compiled_stays_so_to_the_end_of_the_run(self) -> None:
        compiler = Compiler()
        compiler.note(SIZE, False, 2.0)
        compiler.note(SIZE, True, 1.5)
        assert compiler.wanted(SIZE, 0)

    def test_what_is_no_quicker_is_left(self) -> None:
        compiler = Compiler()
        compiler.note(SIZE, False, 2.0)
        compiler.note(SIZE, True, 1.99)
        assert not compiler.wanted(SIZE, 1e9)

    def test_a_few_sizes_are_compiled_and_no_more(self) -> None:
        compiler = Compiler()
        for frames in range(compiling.MOST_SIZES):
            compiler.note(SIZE._replace(frames=frames), True, None)
        compiler.note(SIZE, False, 2.0)
        assert not compiler.wanted(SIZE, 1e9)
        assert compiler.wanted(SIZE._replace(frames=0), 1)

    def test_where_it_failed_it_is_not_tried_again(self) -> None:
        compiler = Compiler()
        compiler.note(SIZE, False, 2.0)
        compiler.give_up()
        assert not compiler.wanted(SIZE, 1e9)


def test_the_first_step_does_not_count_for_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter((100.0, 106.0))  # asked after the first step and after the last
    monkeypatch.setattr(compiling.time, "perf_counter", lambda: next(now))
    pace = Pace("cpu")
    for step in range(1, 5):
        assert pace.seconds is None
        pace.at(step, 4)
    assert pace.seconds == 2.0


def test_too_few_steps_tell_nothing() -> None:
    pace = Pace("cpu")
    for step in (1, 2):
        pace.at(step, 2)
    assert pace.seconds is None


def test_a_take_that_is_carried_on_tells_nothing() -> None:
    pace = Pace("cpu")
    for step in (3, 4):
        pace.at(step, 4)
    assert pace.seconds is None


pytestmark = pytest.mark.models
torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from tests import tiny_pipelines  # noqa: E402


@pytest.fixture(scope="module")
def wan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_pipelines.build("WanPipeline", tmp_path_factory.mktemp("tiny") / "wan")


class Spy:
    """A backend of `torch.compile` that runs blocks as they are and counts what it was given."""

    def __init__(self) -> None:
        self.graphs = 0
        self.runs = 0
        self.fails = False

    def __call__(self, graph: Any, _example: Any) -> Any:
        if self.fails:
            raise ValueError("no compiler is here")
        self.graphs += 1

        def run(*inputs: Any) -> Any:
            self.runs += 1
            return graph.forward(*inputs)

        return run


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    """A processor counts as a device that compiles, and any run as long enough."""
    made = Spy()
    monkeypatch.setattr(compiling, "BACKENDS", {"cpu": made})
    monkeypatch.setattr(compiling, "AHEAD", 0.0)
    monkeypatch.setattr(compiling, "GAIN", 1e9)
    torch._dynamo.reset()
    return made


def opened(model: Path) -> DiffusersVideo:
    generator = registry.open_generator(str(model), model.parent)
    assert isinstance(generator, DiffusersVideo)
    generator.coming = 10
    return generator


def recipe_of(generator: DiffusersVideo, model: Path, seed: int = 3) -> Recipe:
    wish = Wish(model=str(model), prompt="a red car", avoid="fog", steps=4, guidance=None, seed=None)
    return generator.recipe(wish, seed, Fraction(1, 5), 64, 64)


def pixels(generator: DiffusersVideo, recipe: Recipe) -> np.ndarray[Any, Any]:
    return np.stack(list(generator.generate(recipe, unreported)))


def test_the_blocks_are_compiled_after_the_first_take_and_takes_say_so(wan: Path, spy: Spy) -> None:
    generator = opened(wan)
    recipe = recipe_of(generator, wan)
    plain = pixels(generator, recipe)
    assert (spy.runs, generator.facts().get("compiled")) == (0, None)
    compiled = pixels(generator, recipe)
    assert spy.runs >= 4
    assert generator.facts()["compiled"] == compiling.SAID
    assert (compiled == plain).all(), "this backend changes nothing"


def test_what_must_equal_a_plain_take_is_made_plain(wan: Path, spy: Spy, tmp_path: Path) -> None:
    generator = opened(wan)
    recipe = recipe_of(generator, wan)
    for _ in range(2):
        whole = pixels(generator, recipe)
    runs = spy.runs
    assert runs
    held = generator.begin(recipe, 2, unreported)
    assert (np.stack(list(generator.carry_on(recipe, held, unreported))) == whole).all()
    kept = list(generator.generate_kept(recipe, unreported, tmp_path / "kept", 2))
    assert (np.stack(kept) == whole).all()
    pixels(generator, generator.quick(recipe))
    assert spy.runs == runs
    assert "compiled" not in generator.facts()
    pixels(generator, recipe)
    assert spy.runs > runs, "and then as before"


def test_a_batch_is_a_size_of_its_own(wan: Path, spy: Spy) -> None:
    generator = opened(wan)
    recipes = [recipe_of(generator, wan, seed) for seed in (3, 4)]

    def together() -> None:
        for frames in generator.generate_together(recipes, unreported):
            list(frames)

    pixels(generator, recipes[0])
    together()
    assert spy.runs == 0, "how long a step of two takes was not known"
    together()
    assert spy.runs > 0


def test_where_compiling_fails_the_take_is_made_plain_and_it_is_not_tried_again(wan: Path, spy: Spy) -> None:
    generator = opened(wan)
    recipe = recipe_of(generator, wan)
    plain = pixels(generator, recipe)
    spy.fails = True
    assert (pixels(generator, recipe) == plain).all()
    assert "compiled" not in generator.facts()
    spy.fails = False
    pixels(generator, recipe)
    assert spy.runs == 0


def test_it_can_be_turned_off(wan: Path, spy: Spy) -> None:
    generator = opened(wan)
    recipe = recipe_of(generator, wan)
    settings.save(replace(settings.load(), compile_blocks=False))
    try:
        for _ in range(2):
            pixels(generator, recipe)
    finally:
        settings.save(replace(settings.load(), compile_blocks=True))
    assert spy.runs == 0


@pytest.mark.parametrize("compiled", [True, False])
def test_a_take_is_made_again_as_it_was(wan: Path, spy: Spy, tmp_path: Path, compiled: bool) -> None:
    from storyboard import store
    from storyboard.film import takes as film_takes
    from tests.support import make_project

    folder = tmp_path / "film"
    make_project(folder, "a red car", look=Look(model=str(wan), steps=4))
    with store.open_project(folder) as opened_project:
        project = opened_project.project
    workshop = Workshop(1)
    step = film_takes.generate_step(folder, project, project.shots[0], 1, seed=1)
    step = replace(step, coming=10)
    takes = [workshop.run(folder, replace(step, take=store.new_id()), unreported).take for _ in range(2)]
    take = takes[compiled]
    assert take is not None
    assert ("compiled" in take.ran) is compiled
    runs = spy.runs
    comparison = workshop.run(folder, Remake(take=take), unreported).comparison
    assert comparison is not None
    assert comparison.identical
    assert (spy.runs > runs) is compiled
    assert film_takes.differs_in(take, comparison) == ""
    elsewhere = {name: said for name, said in take.ran.items() if name != "compiled"}
    said = film_takes.differs_in(take, replace(comparison, ran=elsewhere))
    assert said == (f"compiled {compiling.SAID} -> nothing" if compiled else "")
