"""Weights in 8-bit whole numbers: models that come so, and models that are made so to fit."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from storyboard.errors import GeneratorError
from storyboard.frames import unreported
from storyboard.generators import memory, quantised, registry
from storyboard.generators.adapter import DiffusersVideo
from storyboard.project import Wish

pytestmark = pytest.mark.models
pytest.importorskip("torch")
pytest.importorskip("diffusers")

from tests import tiny_pipelines  # noqa: E402

needs_torchao = pytest.mark.skipif(
    util.find_spec("torchao") is None, reason="torchao is not installed: pip install 'storyboard[quantised]'"
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_pipelines.build("WanPipeline", tmp_path_factory.mktemp("tiny") / "wan", width=24)


def made(model: Path) -> tuple[np.ndarray[Any, Any], DiffusersVideo]:
    generator = registry.open_generator(str(model), model.parent)
    assert isinstance(generator, DiffusersVideo)
    wish = Wish(model=str(model), prompt="a red car", avoid="fog", steps=2, guidance=None, seed=None)
    recipe = generator.recipe(wish, 3, Fraction(1, 5), 64, 64)
    return np.stack(list(generator.generate(recipe, unreported))), generator


def said_to_be(model: Path, copy: Path, part: str, config: dict[str, Any]) -> Path:
    """A copy of `model` that says of `part` that it was quantised."""
    shutil.copytree(model, copy)
    path = copy / part / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "quantization_config": config}))
    return copy


@pytest.mark.parametrize("part", ["transformer", "text_encoder"])
def test_a_missing_package_is_named(
    plain: Path, tmp_path: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(quantised.METHODS, "quanto", quantised.Method("no.such.module", "optimum-quanto"))
    model = said_to_be(plain, tmp_path / "model", part, {"quant_method": "quanto", "weights_dtype": "int8"})
    now = registry.status(str(model))
    assert not now.ready
    assert now.reason.endswith(
        f"has its {part} quantised with quanto, which is not installed; run: pip install optimum-quanto"
    )
    with pytest.raises(GeneratorError, match="pip install optimum-quanto"):
        made(model)


def test_a_method_that_is_not_read_is_named_with_those_that_are(plain: Path, tmp_path: Path) -> None:
    model = said_to_be(plain, tmp_path / "model", "transformer", {"quant_method": "magic"})
    assert "quantised with magic, which is not read here; get a copy of" in registry.status(str(model)).reason


def test_older_files_of_bitsandbytes_are_known() -> None:
    assert quantised.method_of({"quantization_config": {"load_in_8bit": True}}) == "bitsandbytes"
    assert quantised.method_of({"quantization_config": None}) == quantised.method_of({}) == ""


def test_the_plan_is_refused_in_words_without_the_package(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantised, "OWN", quantised.Method("no_such_module", "torchao"))
    monkeypatch.setenv(memory.PLAN, "int8")
    with pytest.raises(GeneratorError, match="pip install torchao"):
        made(plain)


@needs_torchao
def test_the_plan_makes_the_same_take_each_time_and_it_is_recorded(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(memory.PLAN, "halves")
    as_they_were, _ = made(plain)
    monkeypatch.setenv(memory.PLAN, "int8")
    first, generator = made(plain)
    assert generator.facts()["memory"] == "int8"
    assert generator.facts()["quantised"].startswith("torchao ")
    again, _ = made(plain)
    assert (first == again).all()
    assert (first != as_they_were).any()
    assert np.abs(first.astype(int) - as_they_were).mean() < 2


@needs_torchao
def test_a_model_that_comes_quantised_is_read_from_its_safetensors(plain: Path, tmp_path: Path) -> None:
    import diffusers
    import torch

    model = tmp_path / "model"
    shutil.copytree(plain, model)
    shutil.rmtree(model / "transformer")
    small = diffusers.WanTransformer3DModel.from_pretrained(
        plain / "transformer", torch_dtype=torch.bfloat16, quantization_config=quantised.int8()
    )
    small.save_pretrained(model / "transformer", safe_serialization=True)
    pixels, generator = made(model)
    assert pixels.std() > 1
    assert generator.facts()["quantised"].startswith("torchao ")
    assert type(generator._ready().pipe.transformer.blocks[0].attn1.to_q.weight).__name__ == "Int8Tensor"
