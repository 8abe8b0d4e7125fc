"""Takes that are held at a step and carried on: auditions, and long takes after a crash."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest

from storyboard.errors import GeneratorError
from storyboard.frames import unreported
from storyboard.generators import registry
from storyboard.generators.adapter import DiffusersVideo
from tests.generators.test_adapter import frames, opened, short, wish

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def shared(tiny_model: Path) -> Iterator[DiffusersVideo]:
    generator = opened(tiny_model)
    yield generator
    registry.close(generator)


class TestAudition:
    def test_six_up_to_the_sixth_step_and_two_carried_on(self, tiny_model: Path) -> None:
        generator = opened(tiny_model)
        recipes = [
            msgspec.structs.replace(
                generator.recipe(wish(tiny_model, steps=25), seed, Fraction(1, 24), 16, 16), frames=1
            )
            for seed in range(6)
        ]
        held = [generator.begin(recipe, 6, unreported) for recipe in recipes]
        carried = [
            np.stack(list(generator.carry_on(recipes[picked], held[picked], unreported))) for picked in (1, 4)
        ]
        assert generator.denoised == 6 * 6 + 2 * 19
        assert np.array_equal(carried[0], frames(generator, recipes[1]))
        assert np.array_equal(carried[1], frames(generator, recipes[4]))

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")  # diffusers' use of NumPy
    @pytest.mark.parametrize(
        "name",
        ["DPMSolverMultistep", "EulerAncestralDiscrete", "HeunDiscrete", "PNDM", "UniPCMultistep", "DDPM"],
    )
    def test_every_scheduler_goes_on_where_it_was(self, tiny_model: Path, tmp_path: Path, name: str) -> None:
        from storyboard.generators import stepping

        model = shutil.copytree(tiny_model, tmp_path / name)
        index = model / "model_index.json"
        index.write_text(index.read_text().replace("DDIMScheduler", f"{name}Scheduler"))
        generator = opened(model)
        recipe = short(generator, model, steps=6)
        whole = frames(generator, recipe)
        held = generator.begin(recipe, 3, unreported)
        path = tmp_path / "held.safetensors"
        stepping.save(held, path, {"recipe": recipe.key})
        again = stepping.load(path, {"recipe": recipe.key})
        assert np.array_equal(np.stack(list(opened(model).carry_on(recipe, again, unreported))), whole)

    def test_a_take_that_broke_off_goes_on_where_it_was_kept(self, tiny_model: Path, tmp_path: Path) -> None:
        generator, place = opened(tiny_model), tmp_path / "kept" / "take.safetensors"
        recipe = short(generator, tiny_model, steps=9)
        whole = frames(generator, recipe)

        def crash(done: int, total: int) -> None:
            if done == 8:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            list(opened(tiny_model).generate_kept(recipe, crash, place, 3))
        later = opened(tiny_model)
        assert np.array_equal(np.stack(list(later.generate_kept(recipe, unreported, place, 3))), whole)
        assert later.denoised == 3, "kept after the sixth of nine"
        place.write_bytes(b"half a")
        again = opened(tiny_model)
        assert np.array_equal(np.stack(list(again.generate_kept(recipe, unreported, place, 3))), whole)
        assert again.denoised == 9

    def test_a_step_that_it_has_not_is_refused(self, shared: DiffusersVideo, tiny_model: Path) -> None:
        with pytest.raises(GeneratorError, match="cannot be held after step 9"):
            shared.begin(short(shared, tiny_model), 9, unreported)

    @pytest.mark.parametrize(
        "content", [b"", b"not safetensors", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "]
    )
    def test_a_damaged_one_is_made_from_its_start(self, tmp_path: Path, content: bytes) -> None:
        from storyboard.generators import stepping

        (tmp_path / "held.safetensors").write_bytes(content)
        with pytest.raises(GeneratorError, match="make the take from its start"):
            stepping.load(tmp_path / "held.safetensors", {})
