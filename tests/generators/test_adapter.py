"""Text-to-video models through diffusers, on a tiny one of the real classes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from storyboard import places
from storyboard.errors import GeneratorError
from storyboard.frames import unreported
from storyboard.generators import calling, memory, models, pipeline, registry
from storyboard.generators.adapter import DiffusersVideo
from storyboard.generators.tasks import fitted
from storyboard.project import Wish
from storyboard.start import of_picture
from storyboard.take import Recipe
from tests.generators.test_registry import in_hub_cache

pytestmark = pytest.mark.models
torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

SECOND = Fraction(1)


def opened(model: Path | str) -> DiffusersVideo:
    generator = registry.open_generator(str(model))
    assert isinstance(generator, DiffusersVideo)
    return generator


def wish(model: Path | str, **changes: Any) -> Wish:
    plain = Wish(model=str(model), prompt="a dog", avoid="", steps=2, guidance=None, seed=None)
    return msgspec.structs.replace(plain, **changes)


def frames(generator: DiffusersVideo, recipe: Recipe) -> np.ndarray[Any, Any]:
    return np.stack(list(generator.generate(recipe, unreported)))


@pytest.fixture
def home_of_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has learned nothing yet."""
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    return tmp_path


@pytest.fixture(scope="module")
def shared(tiny_model: Path) -> Iterator[DiffusersVideo]:
    """One loaded model for the tests that leave it as it is."""
    generator = opened(tiny_model)
    yield generator
    generator.close()


def short(generator: DiffusersVideo, model: Path, **changes: Any) -> Recipe:
    return generator.recipe(wish(model, **changes), 5, Fraction(2, 24), 32, 32)


class TestRecipe:
    def test_the_classic_second_is_24_frames_at_24(self, shared: DiffusersVideo, tiny_model: Path) -> None:
        recipe = shared.recipe(wish(tiny_model), 1, SECOND, 256, 256)
        assert (recipe.frames, recipe.rate) == (24, 24)
        assert (recipe.width, recipe.height) == (256, 256)

    def test_a_part_of_a_frame_is_a_whole_one(self, shared: DiffusersVideo, tiny_model: Path) -> None:
        assert shared.recipe(wish(tiny_model), 1, Fraction(1, 1000), 64, 64).frames == 1
        assert shared.recipe(wish(tiny_model), 1, Fraction(25, 1000), 64, 64).frames == 1
        assert shared.recipe(wish(tiny_model), 1, Fraction(50, 1000), 64, 64).frames == 2

    def test_what_the_wish_leaves_open_is_filled_in(self, shared: DiffusersVideo, tiny_model: Path) -> None:
        recipe = shared.recipe(wish(tiny_model, steps=None), 1, SECOND, 64, 64)
        assert (recipe.steps, recipe.guidance) == (25, 9.0)
        recipe = shared.recipe(wish(tiny_model, steps=4, guidance=0.0), 1, SECOND, 64, 64)
        assert (recipe.steps, recipe.guidance) == (4, 0.0)

    def test_it_holds_the_weights_hash(self, shared: DiffusersVideo, tiny_model: Path) -> None:
        assert len(short(shared, tiny_model).model_hash) == 64

    def test_a_shot_too_long_for_one_take_is_refused(self, shared: DiffusersVideo, tiny_model: Path) -> None:
        with pytest.raises(GeneratorError, match=r"at most 240 frames.*needs 264"):
            shared.recipe(wish(tiny_model), 1, Fraction(11), 64, 64)

    def test_more_steps_than_the_scheduler_has_are_refused(self, tiny_model: Path, tmp_path: Path) -> None:
        model = shutil.copytree(tiny_model, tmp_path / "model")
        config = model / "scheduler" / "scheduler_config.json"
        config.write_text(
            config.read_text().replace('"num_train_timesteps": 1000', '"num_train_timesteps": 50')
        )
        with pytest.raises(GeneratorError, match="at most 50 steps"):
            opened(model).recipe(wish(model, steps=51), 1, SECOND, 64, 64)

    @pytest.mark.usefixtures("home_of_own")
    def test_what_it_leaves_open_to_avoid_its_own_table_says(self, tiny_model: Path) -> None:
        in_hub_cache(tiny_model, models.MODELSCOPE)
        generator = opened(models.MODELSCOPE)
        assert generator.recipe(wish(models.MODELSCOPE), 1, SECOND, 64, 64).avoid == "watermark, text"
        own = generator.recipe(wish(models.MODELSCOPE, avoid="fog"), 1, SECOND, 64, 64)
        assert own.avoid == "fog"

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"steps": 0}, "needs at least one step and 0 are asked; set more"),
            ({"guidance": float("nan")}, "guidance is a number from 0 to 100, and nan is none"),
            ({"guidance": float("inf")}, "guidance is a number from 0 to 100, and inf is none"),
            ({"guidance": -1.0}, "guidance is a number from 0 to 100"),
        ],
    )
    def test_numbers_that_mean_nothing_are_refused(
        self, shared: DiffusersVideo, tiny_model: Path, changes: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(GeneratorError, match=said):
            shared.recipe(wish(tiny_model, **changes), 1, SECOND, 64, 64)

    def test_a_start_that_it_cannot_use_names_models_that_can(
        self, shared: DiffusersVideo, tiny_model: Path
    ) -> None:
        start = of_picture(f"media/a-{'0' * 16}.png", "first")
        with pytest.raises(
            GeneratorError, match=r"cannot start from a picture; choose a model that can \(Wan 2\.2"
        ):
            shared.recipe(wish(tiny_model, starts=(start,)), 1, SECOND, 64, 64)

    def test_it_loads_no_model(self, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pipeline, "load", None)
        opened(tiny_model).recipe(wish(tiny_model), 1, SECOND, 64, 64)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((256, 256), (256, 256)),
        ((255, 253), (256, 256)),
        ((448, 256), (448, 256)),
        ((1920, 1080), (680, 384)),
        ((1080, 1920), (384, 680)),
        ((2, 2), (8, 8)),
        ((8192, 16), (8192, 16)),
        ((8192, 64), (5792, 48)),
    ],
)
def test_sizes_keep_their_shape_in_multiples_of_eight(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert fitted(*size, most_pixels=512 * 512, factor=8) == expected


class TestPictures:
    def test_every_frame_is_different_noise(self, shared: DiffusersVideo, tiny_model: Path) -> None:
        made = frames(shared, short(shared, tiny_model))
        assert made.shape == (2, 32, 32, 3)
        assert made.std() > 1
        assert not np.array_equal(made[0], made[1])

    @pytest.mark.parametrize(
        "changes",
        [
            {"prompt": "a cat"},
            {"avoid": "fog"},
            {"steps": 3},
            {"guidance": 2.0},
            {"prompt": ""},
            {"prompt": "🍝🚲"},
        ],
    )
    def test_every_setting_matters(
        self, shared: DiffusersVideo, tiny_model: Path, changes: dict[str, Any]
    ) -> None:
        plain = frames(shared, short(shared, tiny_model))
        assert not np.array_equal(frames(shared, short(shared, tiny_model, **changes)), plain)

    def test_decoding_one_by_one_changes_nothing(self, shared: DiffusersVideo, tiny_model: Path) -> None:
        recipe = short(shared, tiny_model)
        made = frames(shared, recipe)
        assert shared._loaded is not None
        pipe = shared._loaded.pipe
        start = torch.Generator("cpu").manual_seed(recipe.seed)
        whole = pipe(
            recipe.prompt,
            height=32,
            width=32,
            num_frames=2,
            num_inference_steps=2,
            guidance_scale=9.0,
            generator=start,
            output_type="np",
        ).frames[0]
        assert np.abs(np.round(whole * 255) - made).max() <= 1

    def test_half_precision_files_run_in_full_on_a_cpu(self, tiny_model: Path, tmp_path: Path) -> None:
        from tests.tiny import build

        halves = opened(build(tmp_path / "half", dtype="float16", variant="fp16"))
        full = opened(tiny_model)
        half_recipe = halves.recipe(wish(tmp_path / "half"), 5, Fraction(2, 24), 32, 32)
        assert half_recipe.model_hash != short(full, tiny_model).model_hash
        made = frames(halves, half_recipe)
        assert halves.facts()["dtype"] == "float32"
        close = np.abs(made.astype(int) - frames(full, short(full, tiny_model)).astype(int))
        assert close.mean() < 4

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")  # diffusers' use of NumPy
    @pytest.mark.parametrize("name", ["DPMSolverMultistep", "EulerAncestralDiscrete", "HeunDiscrete", "PNDM"])
    def test_other_schedulers_run(self, tiny_model: Path, tmp_path: Path, name: str) -> None:
        model = shutil.copytree(tiny_model, tmp_path / name)
        index = model / "model_index.json"
        index.write_text(index.read_text().replace("DDIMScheduler", f"{name}Scheduler"))
        generator = opened(model)
        recipe = short(generator, model, steps=4)
        seen: list[tuple[int, int]] = []
        made = np.stack(list(generator.generate(recipe, lambda done, total: seen.append((done, total)))))
        assert seen == sorted(seen)
        assert seen[-1] == (4, 4)
        assert np.array_equal(frames(generator, recipe), made)

    def test_steps_that_a_scheduler_cannot_split_into_are_refused(
        self, tiny_model: Path, tmp_path: Path
    ) -> None:
        model = shutil.copytree(tiny_model, tmp_path / "model")
        index = model / "model_index.json"
        index.write_text(index.read_text().replace("DDIMScheduler", "PNDMScheduler"))
        generator = opened(model)
        with pytest.raises(GeneratorError, match="cannot be made in 3 steps"):
            frames(generator, short(generator, model, steps=3))

    @pytest.mark.parametrize("variant", [None, "fp16"])
    def test_weights_in_several_files_are_the_same_model(
        self, shared: DiffusersVideo, tiny_model: Path, tmp_path: Path, variant: str | None
    ) -> None:
        pipe = pipeline.load(models.find(str(tiny_model))).pipe
        pipe.save_pretrained(tmp_path / "split", max_shard_size="300KB", variant=variant)
        split = opened(tmp_path / "split")
        assert len(split._found.files.weights) > 4
        made = frames(split, short(split, tmp_path / "split"))
        assert np.array_equal(made, frames(shared, short(shared, tiny_model)))


class TestFacts:
    def test_they_say_where_and_with_what(self, shared: DiffusersVideo) -> None:
        facts = shared.facts()
        assert (facts["device"], facts["dtype"], facts["batch"], facts["memory"]) == (
            "cpu",
            "float32",
            "1",
            "whole",
        )
        assert {"torch", "diffusers", "transformers"} <= facts.keys()

    def test_a_prompt_that_is_not_read_to_its_end_is_noted(
        self, shared: DiffusersVideo, tiny_model: Path
    ) -> None:
        frames(shared, short(shared, tiny_model, prompt="x" * 50))
        assert shared.facts()["prompt"] == "the model reads the first 32 of its 52 tokens"
        frames(shared, short(shared, tiny_model))
        assert "prompt" not in shared.facts()


class TestMemory:
    def test_a_closed_generator_loads_again(self, tiny_model: Path) -> None:
        generator = opened(tiny_model)
        recipe = short(generator, tiny_model)
        before = frames(generator, recipe)
        registry.close(generator)
        assert generator._loaded is None
        assert np.array_equal(frames(generator, recipe), before)

    def test_closing_what_was_never_loaded_is_nothing(self, tiny_model: Path) -> None:
        registry.close(opened(tiny_model))

    @pytest.mark.usefixtures("home_of_own")
    @pytest.mark.parametrize(
        "error",
        [
            torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
            RuntimeError("MPS backend out of memory"),
            RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
            MemoryError(),
        ],
    )
    def test_running_out_steps_down_once_and_is_remembered(self, tiny_model: Path, error: Exception) -> None:
        generator = opened(tiny_model)
        recipe = short(generator, tiny_model)
        before = frames(generator, recipe)
        assert generator._loaded is not None

        def fail(*_: Any, **__: Any) -> None:
            raise error

        generator._loaded.pipe.unet.forward = fail
        assert np.array_equal(frames(generator, recipe), before), "made after the next smaller plan"
        assert generator.facts()["memory"] == "encoder"
        later = opened(tiny_model)
        assert np.array_equal(frames(later, recipe), before)
        assert later.facts()["memory"] == "encoder", "what ran out before is not tried again"

    @pytest.mark.usefixtures("home_of_own")
    def test_running_out_twice_says_what_to_do(
        self, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        generator = opened(tiny_model)
        recipe = short(generator, tiny_model)
        before = frames(generator, recipe)

        def fail(*_: Any, **__: Any) -> None:
            raise MemoryError

        with monkeypatch.context() as patch:
            patch.setattr(calling, "call", fail)
            with pytest.raises(
                GeneratorError, match=r"memory ran out .* 2 frames of 32x32.*make the project smaller"
            ):
                frames(generator, recipe)
        assert np.array_equal(frames(generator, recipe), before)

    def test_a_plan_that_the_user_names_is_taken(
        self, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(memory.PLAN, "halves")
        generator = opened(tiny_model)
        frames(generator, short(generator, tiny_model))
        assert (generator.facts()["memory"], generator.facts()["dtype"]) == ("halves", "bfloat16")
        monkeypatch.setenv(memory.PLAN, "largest")
        with pytest.raises(GeneratorError, match=r"the memory plan 'largest'.*is none of whole, encoder"):
            frames(opened(tiny_model), short(generator, tiny_model))

    def test_an_error_of_ours_is_not_dressed_up(self, tiny_model: Path) -> None:
        generator = opened(tiny_model)

        def wrong(done: int, total: int) -> None:
            raise RuntimeError("a mistake of ours")

        with pytest.raises(RuntimeError, match="a mistake of ours"):
            list(generator.generate(short(generator, tiny_model), wrong))


class TestDevice:
    def test_the_best_one_there_is(self) -> None:
        assert pipeline.pick_device("", cuda=1, mps=True) == "cuda"
        assert pipeline.pick_device("", cuda=0, mps=True) == "mps"
        assert pipeline.pick_device("", cuda=0, mps=False) == "cpu"

    @pytest.mark.parametrize("wanted", ["cpu", "cuda", "cuda:1", "mps"])
    def test_the_user_chooses(self, wanted: str) -> None:
        assert pipeline.pick_device(wanted, cuda=2, mps=True) == wanted

    @pytest.mark.parametrize("wanted", ["cuda", "cuda:0", "mps", "tpu", "cuda:-1", "cpu:0"])
    def test_one_that_is_not_there_is_refused(self, wanted: str) -> None:
        with pytest.raises(GeneratorError, match="STORYBOARD_DEVICE"):
            pipeline.pick_device(wanted, cuda=0, mps=False)

    def test_the_choice_comes_from_the_environment(
        self, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(pipeline.DEVICE, "toaster")
        generator = opened(tiny_model)
        with pytest.raises(GeneratorError, match="toaster"):
            frames(generator, short(generator, tiny_model))


class TestOtherRecipes:
    def test_other_weights_are_not_passed_off_as_these(
        self, shared: DiffusersVideo, tiny_model: Path
    ) -> None:
        recipe = msgspec.structs.replace(short(shared, tiny_model), model_hash="0" * 64)
        with pytest.raises(GeneratorError, match="other weights"):
            frames(shared, recipe)

    @pytest.mark.parametrize("changes", [{"generator": "sketch"}, {"version": "0"}])
    def test_another_generators_recipe_is_refused(
        self, shared: DiffusersVideo, tiny_model: Path, changes: dict[str, Any]
    ) -> None:
        with pytest.raises(GeneratorError, match="this recipe is for"):
            frames(shared, msgspec.structs.replace(short(shared, tiny_model), **changes))

    def test_a_size_the_model_cannot_make_is_refused(self, shared: DiffusersVideo, tiny_model: Path) -> None:
        with pytest.raises(GeneratorError, match="multiples of 8"):
            frames(shared, msgspec.structs.replace(short(shared, tiny_model), width=33))


class TestBrokenModels:
    """Files that pass for whole one by one, and do not fit together."""

    @pytest.fixture
    def model(self, tiny_model: Path, tmp_path: Path) -> Path:
        return shutil.copytree(tiny_model, tmp_path / "model")

    def fails(self, model: Path, match: str) -> None:
        generator = opened(model)
        with pytest.raises(GeneratorError, match=match):
            frames(generator, short(generator, model))

    @pytest.mark.parametrize("part", ["unet/diffusion_pytorch_model", "text_encoder/model"])
    def test_weights_that_are_left_out_are_not_made_up(self, model: Path, part: str) -> None:
        from safetensors.torch import load_file, save_file

        path = model / f"{part}.safetensors"
        tensors = load_file(path)
        tensors.pop(sorted(tensors)[0])
        save_file(tensors, path, metadata={"format": "pt"})
        self.fails(model, "lacks 1 of its weights")

    def test_weights_of_another_shape_are_refused(self, model: Path) -> None:
        shutil.copy(
            model / "vae" / "diffusion_pytorch_model.safetensors",
            model / "unet" / "diffusion_pytorch_model.safetensors",
        )
        self.fails(model, "get the model again")

    def test_settings_of_another_shape_are_refused(self, model: Path) -> None:
        config = model / "unet" / "config.json"
        config.write_text(config.read_text().replace('"layers_per_block": 1', '"layers_per_block": "many"'))
        self.fails(model, "could not be loaded")

    def test_numbers_that_overflow_are_no_picture(self, model: Path) -> None:
        from safetensors.torch import load_file, save_file

        path = model / "vae" / "diffusion_pytorch_model.safetensors"
        tensors = load_file(path)
        tensors["decoder.conv_out.bias"] += float("nan")
        save_file(tensors, path, metadata={"format": "pt"})
        self.fails(model, "overflowed")


def test_it_is_quiet(tiny_model: Path, capfd: pytest.CaptureFixture[str]) -> None:
    generator = opened(tiny_model)
    frames(generator, short(generator, tiny_model, prompt="long " * 60))
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
