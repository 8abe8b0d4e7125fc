"""Every pipeline of the table, as a small model of its real classes: the contract of a generator, and what is its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from storyboard.errors import Cancelled, GeneratorError
from storyboard.frames import SMALL, unreported
from storyboard.generators import catalog, forming, memory, models, registry
from storyboard.generators.adapter import DiffusersVideo
from storyboard.generators.base import Previewing
from storyboard.generators.tasks import ROLES
from storyboard.project import Wish
from storyboard.start import Drawing, Start, of_picture
from storyboard.take import Recipe

pytestmark = pytest.mark.models
pytest.importorskip("torch")
pytest.importorskip("diffusers")

from tests import tiny_pipelines  # noqa: E402

WIDTH, HEIGHT = 64, 64
TABLE = tuple(tiny_pipelines.BUILDERS)


class Subject:
    """One small model, loaded once, in a project with a picture to start from."""

    def __init__(self, name: str, folder: Path) -> None:
        self.model = tiny_pipelines.build(name, folder / "model")
        self.project = folder / "project"
        self.picture = _picture(self.project)
        self.generator = self.open()
        self.recipe = self.recipe_for(3)
        self.plain = self.pixels(self.recipe)

    def open(self) -> DiffusersVideo:
        generator = registry.open_generator(str(self.model), self.project)
        assert isinstance(generator, DiffusersVideo)
        return generator

    def wish(self, **changes: Any) -> Wish:
        needs = "text" not in self.generator._facts.tasks
        plain: dict[str, Any] = {
            "model": str(self.model), "prompt": "a red car", "avoid": "fog", "steps": 2, "guidance": None, "seed": None,
            "starts": (self.picture,) if needs else (),
        }  # fmt: skip
        return Wish(**{**plain, **changes})

    def recipe_for(self, seed: int, **changes: Any) -> Recipe:
        return self.generator.recipe(self.wish(**changes), seed, Fraction(1, 5), WIDTH, HEIGHT)

    def pixels(self, recipe: Recipe, generator: DiffusersVideo | None = None) -> np.ndarray[Any, Any]:
        return np.stack(list((generator or self.generator).generate(recipe, unreported)))


def _picture(project: Path) -> Any:
    """A picture of the project's, as it stands in `media/`: named by its content."""
    import hashlib

    from PIL import Image

    (project / "media").mkdir(parents=True)
    draft = project / "media" / "draft.png"
    shades = np.linspace(0, 255, 48 * 64 * 3).astype(np.uint8).reshape(48, 64, 3)
    Image.fromarray(shades).save(draft)
    name = f"media/start-{hashlib.sha256(draft.read_bytes()).hexdigest()[:16]}.png"
    draft.rename(project / name)
    return of_picture(name, "first")


_SUBJECTS: dict[str, Subject] = {}


@pytest.fixture(params=TABLE)
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return _subject(request.param, tmp_path_factory)


def _subject(name: str, folders: pytest.TempPathFactory) -> Subject:
    if name not in _SUBJECTS:
        _SUBJECTS[name] = Subject(name, folders.mktemp("tiny"))
    return _SUBJECTS[name]


@pytest.fixture(scope="module", autouse=True)
def _closed() -> Iterator[None]:
    yield
    for subject in _SUBJECTS.values():
        registry.close(subject.generator)
    _SUBJECTS.clear()


def test_every_pipeline_of_the_table_is_here() -> None:
    built = {name.split()[0] for name in TABLE}
    from_others = {name for table in catalog.pipelines().values() for name in table.also.values()}
    assert catalog.pipelines().keys() - built - from_others == set()
    used = {model.pipeline for model in catalog.built_in().values()}
    assert used <= built


def test_it_makes_as_many_frames_as_it_can_and_a_size_it_can(subject: Subject) -> None:
    facts, recipe = subject.generator._facts, subject.recipe
    assert subject.plain.shape == (recipe.frames, recipe.height, recipe.width, 3)
    assert recipe.frames >= recipe.rate / 10
    assert (recipe.frames - 1) % facts.frame_step == 0
    assert recipe.width % facts.multiple == recipe.height % facts.multiple == 0
    assert subject.plain.std() > 1


def test_the_same_seed_gives_the_same_bytes_again_and_anew(subject: Subject) -> None:
    assert np.array_equal(subject.pixels(subject.recipe), subject.plain)
    assert np.array_equal(subject.pixels(subject.recipe, subject.open()), subject.plain)
    assert not np.array_equal(subject.pixels(subject.recipe_for(4)), subject.plain)


def test_the_words_matter(subject: Subject) -> None:
    if subject.generator._facts.pipeline.encode == "none":
        pytest.skip("it reads no words")
    assert not np.array_equal(subject.pixels(subject.recipe_for(3, prompt="rain")), subject.plain)
    assert not np.array_equal(subject.pixels(subject.recipe_for(3, guidance=1.0)), subject.plain)


def test_it_is_what_the_bare_pipeline_makes(subject: Subject) -> None:
    import torch
    from PIL import Image

    loaded, recipe, table = subject.generator._loaded, subject.recipe, subject.generator._facts.pipeline
    assert loaded is not None
    pipe = loaded.pipe
    said: dict[str, Any] = {"num_inference_steps": 2, "output_type": "np", **table.extra}
    said |= {"height": recipe.height, "width": recipe.width, table.frames: recipe.frames}
    said |= {table.fps: int(recipe.rate)} if table.fps else {}
    if table.encode != "none":
        said |= {"prompt": recipe.prompt, "negative_prompt": recipe.avoid}
        said |= {"max_sequence_length": table.words} if table.name in ("WanPipeline", "LTXPipeline") else {}
    if table.guidance == "guider":
        pipe.guider = type(pipe.guider)(guidance_scale=recipe.guidance)
    else:
        said[table.guidance] = recipe.guidance
    if recipe.starts:
        (file,) = (subject.project / "media").iterdir()
        from storyboard.media import fit

        frame = fit.fit(np.asarray(Image.open(file)), recipe.width, recipe.height, "cover")
        said["image"] = Image.fromarray(frame)
    whole = pipe(**said, generator=torch.Generator("cpu").manual_seed(recipe.seed)).frames[0]
    assert np.abs(np.round(np.asarray(whole) * 255) - subject.plain).max() <= 1


def test_progress_counts_the_steps_and_a_cancel_leaves_it_exact(subject: Subject) -> None:
    seen: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        raise Cancelled

    with pytest.raises(Cancelled):
        list(subject.generator.generate(subject.recipe, stop))
    assert seen == [(1, 2)]
    heard: list[tuple[int, int]] = []
    again = list(subject.generator.generate(subject.recipe, lambda *at: heard.append(at)))
    assert np.array_equal(np.stack(again), subject.plain)
    assert heard == sorted(heard)
    assert heard[0] == (1, 2)
    assert heard[-1] == (2, 2)


def test_looks_are_small_pictures_and_change_nothing(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forming, "SHOW_EVERY", 0.0)
    assert isinstance(subject.generator, Previewing)
    looks: list[Any] = []
    subject.generator.preview = looks.append
    again = subject.pixels(subject.recipe)
    subject.generator.preview = None
    assert np.array_equal(again, subject.plain)
    assert len(looks) == 2
    for look in looks:
        assert look.dtype == np.uint8
        assert look.ndim == 3
        assert max(look.shape[:2]) <= SMALL


def test_a_take_held_at_a_step_is_carried_on_bit_for_bit(subject: Subject, tmp_path: Path) -> None:
    from storyboard.generators import stepping

    if not subject.generator.resumes():
        pytest.skip("its sound has a clock of its own, inside of the pipeline")
    recipe = subject.recipe_for(3, steps=5)
    whole = subject.pixels(recipe)
    generator = subject.open()
    before = generator.denoised
    held = generator.begin(recipe, 2, unreported)
    assert (held.done, generator.denoised - before) == (2, 2)
    stepping.save(held, tmp_path / "held.safetensors", {"recipe": recipe.key})
    read = stepping.load(tmp_path / "held.safetensors", {"recipe": recipe.key})
    heard: list[tuple[int, int]] = []
    other = subject.open()
    carried = np.stack(list(other.carry_on(recipe, read, lambda *at: heard.append(at))))
    assert np.array_equal(carried, whole)
    assert other.denoised == 3, "the steps that were done are not done again"
    assert heard[0] == (3, 5)
    with pytest.raises(GeneratorError, match="another take"):
        stepping.load(tmp_path / "held.safetensors", {"recipe": "0" * 64})


def test_takes_made_together_are_those_made_one_by_one(subject: Subject) -> None:
    from storyboard.generators.adapter import BATCH_DIFFERENCE

    if subject.recipe.starts or not subject.generator._facts.pipeline.batches:
        with pytest.raises(GeneratorError, match="one by one"):
            subject.generator.generate_together([subject.recipe, subject.recipe_for(4)], unreported)
        return
    recipes = [subject.recipe, subject.recipe_for(4), subject.recipe_for(5)]
    together = [list(frames) for frames in subject.generator.generate_together(recipes, unreported)]
    assert subject.generator.facts()["batch"] == "3"
    for recipe, frames in zip(recipes, together, strict=True):
        alone = subject.pixels(recipe).astype(int)
        assert np.abs(alone - np.stack(frames)).max() <= BATCH_DIFFERENCE


def test_one_frame_is_enough(subject: Subject) -> None:
    assert len(subject.pixels(replace(subject.recipe, frames=1))) == 1


def test_a_text_is_encoded_once(subject: Subject) -> None:
    generator = subject.open()
    subject.pixels(subject.recipe, generator)
    subject.pixels(subject.recipe_for(9), generator)
    assert generator._texts is not None
    reads = subject.generator._facts.pipeline.encode != "none"
    assert generator._texts.encoded == int(reads)


@pytest.mark.parametrize("plan", ["encoder", "tiles"])
def test_a_smaller_plan_makes_the_same_frames(
    subject: Subject, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(memory.PLAN, plan)
    generator = subject.open()
    assert np.array_equal(subject.pixels(subject.recipe, generator), subject.plain)
    assert generator.facts()["memory"] == plan


CLIP = Start(role="clip", strength=0.5, drawn=Drawing("a red car drives through the city", 1))


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("TextToVideoSDPipeline", "clip"),
        ("WanPipeline", "clip"),
        ("WanPipeline 2.2", "first"),
        ("WanVACEPipeline", "clip"),
        ("LTXPipeline", "first"),
        ("LTXPipeline 0.9.5", "first last"),
        ("LTXPipeline 0.9.5", "clip"),
        ("LTX2Pipeline", "first"),
        ("CogVideoXPipeline", "clip"),
    ],
)
def test_it_starts_from_more_than_words(
    name: str, roles: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    subject = _subject(name, tmp_path_factory)
    at = {"first": subject.picture, "last": replace(subject.picture, role="last"), "clip": CLIP}
    given = tuple(at[role] for role in roles.split())
    recipe = subject.recipe_for(3, starts=given, steps=4)
    made = subject.pixels(recipe)
    assert made.shape == (recipe.frames, recipe.height, recipe.width, 3)
    plain = subject.pixels(subject.recipe_for(3, steps=4))
    assert not np.array_equal(made, plain), "it matters"
    assert np.array_equal(subject.pixels(recipe), made)
    heard: list[tuple[int, int]] = []
    list(subject.generator.generate(recipe, lambda *now: heard.append(now)))
    assert heard == sorted(heard, key=lambda now: now[0])
    worked = 2 if roles == "clip" and name not in ("LTXPipeline 0.9.5", "WanVACEPipeline") else 4
    assert heard[-1] == (worked, worked)


def test_what_it_cannot_start_from_is_refused(subject: Subject) -> None:
    can = {role for task in subject.generator._facts.tasks for role in ROLES[task]}
    at = {"first": subject.picture, "last": replace(subject.picture, role="last"), "clip": CLIP}
    for role in at.keys() - can:
        with pytest.raises(GeneratorError, match="cannot start from"):
            subject.recipe_for(3, starts=(at[role],))


def test_a_class_that_the_pipeline_does_not_name_is_refused(subject: Subject, tmp_path: Path) -> None:
    model = shutil.copytree(subject.model, tmp_path / "model")
    index = json.loads((model / "model_index.json").read_text())
    for name in sorted(key for key, entry in index.items() if isinstance(entry, list) and entry[0]):
        for entry in (["my_code", index[name][1]], [index[name][0], "Other"], ["builtins", "eval"]):
            (model / "model_index.json").write_text(json.dumps({**index, name: entry}))
            with pytest.raises(GeneratorError, match="choose another"):
                registry.open_generator(str(model))


def test_a_pickle_in_place_of_its_weights_is_refused(subject: Subject, tmp_path: Path) -> None:
    model = shutil.copytree(subject.model, tmp_path / "model")
    part = subject.generator._facts.pipeline.denoiser
    (model / part / "diffusion_pytorch_model.safetensors").rename(
        model / part / "diffusion_pytorch_model.bin"
    )
    with pytest.raises(GeneratorError, match="can run code"):
        registry.open_generator(str(model))


def test_a_model_of_three_steps_is_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FastWan: another name in its index, another scheduler, and steps of its own."""
    from tests.generators.test_registry import in_hub_cache

    name = "FastVideo/FastWan2.2-TI2V-5B-FullAttn-Diffusers"
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    model = tiny_pipelines.build("WanPipeline 2.2", tmp_path / "model")
    index = model / "model_index.json"
    index.write_text(index.read_text().replace('"WanPipeline"', '"WanDMDPipeline"'))
    in_hub_cache(model, name, catalog.facts(name).revision)
    generator = registry.open_generator(name)
    plain = Wish(model=name, prompt="a dog", avoid="", steps=None, guidance=None, seed=None)
    recipe = generator.recipe(plain, 3, Fraction(1, 10), 64, 64)
    assert (recipe.steps, recipe.guidance) == (3, 1.0)
    seen: list[tuple[int, int]] = []
    made = np.stack(list(generator.generate(recipe, lambda *at: seen.append(at))))
    assert seen[:3] == [(1, 3), (2, 3), (3, 3)]
    assert np.array_equal(np.stack(list(generator.generate(recipe, unreported))), made)
    assert isinstance(generator, DiffusersVideo)
    assert generator._loaded is not None
    scheduler = generator._loaded.pipe.scheduler
    assert type(scheduler).__name__ == "FlowMatchLCMScheduler"
    assert np.allclose(scheduler.sigmas[:3], [1.0, 0.757, 0.522])
    with pytest.raises(GeneratorError, match="is made for 3 steps and 20 are asked"):
        generator.recipe(replace(plain, steps=20), 3, Fraction(1, 10), 64, 64)
    registry.close(generator)


def test_a_tokenizer_that_is_a_sentencepiece_model_alone(tmp_path: Path) -> None:
    """As CogVideoX and LTX-Video are published."""
    pieces = pytest.importorskip("sentencepiece")
    model = tiny_pipelines.build("LTXPipeline", tmp_path / "model")
    words = tmp_path / "words.txt"
    words.write_text("a red car drives through the city at night\n" * 50 + "rain on a window, fog\n" * 50)
    pieces.SentencePieceTrainer.train(
        input=str(words), model_prefix=str(tmp_path / "spiece"), vocab_size=60, model_type="unigram", pad_id=0,
        eos_id=1, unk_id=2, bos_id=-1, hard_vocab_limit=False, minloglevel=2,
    )  # fmt: skip
    shutil.copy(tmp_path / "spiece.model", model / "tokenizer" / "spiece.model")
    (model / "tokenizer" / "tokenizer.json").unlink()
    generator = registry.open_generator(str(model))
    wish = Wish(model=str(model), prompt="a red car", avoid="fog", steps=2, guidance=None, seed=None)
    recipe = generator.recipe(wish, 3, Fraction(1, 10), 64, 64)
    assert "tokenizer/spiece.model" in models.find(str(model)).files.settings
    made = np.stack(list(generator.generate(recipe, unreported)))
    other = generator.recipe(replace(wish, prompt="rain on a window"), 3, Fraction(1, 10), 64, 64)
    assert not np.array_equal(np.stack(list(generator.generate(other, unreported))), made)
    registry.close(generator)
