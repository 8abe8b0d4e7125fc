"""LoRAs on a model: they change its pictures as far as their weight says, and leave no trace."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from storyboard import places
from storyboard.errors import GeneratorError
from storyboard.frames import unreported
from storyboard.generators import loras, registry
from storyboard.project import Wish
from storyboard.start import Lora

pytestmark = pytest.mark.models
torch = pytest.importorskip("torch")
pytest.importorskip("peft")

from tests import tiny_pipelines  # noqa: E402


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    opened = registry.open_generator(str(tiny_pipelines.build("WanPipeline", tmp_path_factory.mktemp("wan"))))
    yield opened
    registry.close(opened)


@pytest.fixture
def lora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lora:
    """One for the small Wan, as trainers write them, added by the user."""
    from safetensors.torch import save_file

    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    noise = torch.Generator().manual_seed(0)
    key = "transformer.blocks.0.attn1.to_q"
    tensors = {
        f"{key}.lora_A.weight": torch.randn(4, 24, generator=noise),
        f"{key}.lora_B.weight": torch.randn(24, 4, generator=noise),
    }
    save_file(tensors, tmp_path / "look.safetensors", metadata={"format": "pt"})
    return loras.add(tmp_path / "look.safetensors")


def made(generator: Any, *wanted: Lora) -> np.ndarray[Any, Any]:
    model = generator._found.name
    wish = Wish(model=model, prompt="a dog", avoid="", steps=2, guidance=None, seed=None, loras=wanted)
    recipe = generator.recipe(wish, 3, Fraction(1, 10), 32, 32)
    assert recipe.loras == wanted
    return np.stack(list(generator.generate(recipe, unreported)))


def test_it_changes_the_picture_and_leaves_no_trace(generator: Any, lora: Lora) -> None:
    plain = made(generator)
    styled = made(generator, lora)
    assert not np.array_equal(styled, plain)
    assert np.array_equal(made(generator, lora), styled)
    assert np.array_equal(made(generator), plain)


def test_its_weight_is_how_much_it_changes(generator: Any, lora: Lora) -> None:
    plain = made(generator).astype(int)
    little = Lora(lora.name, lora.content, 0.01)
    none = Lora(lora.name, lora.content, 0.0)
    assert np.abs(made(generator, little) - plain).mean() < np.abs(made(generator, lora) - plain).mean()
    assert np.array_equal(made(generator, none), plain)


def test_one_for_another_model_is_refused_and_leaves_no_trace(
    generator: Any, lora: Lora, tmp_path: Path
) -> None:
    from safetensors.torch import save_file

    plain = made(generator)
    key = "transformer.blocks.0.attn1.to_q"
    wrong = {f"{key}.lora_A.weight": torch.ones(4, 99), f"{key}.lora_B.weight": torch.ones(24, 4)}
    save_file(wrong, tmp_path / "wrong.safetensors", metadata={"format": "pt"})
    with pytest.raises(GeneratorError, match="the LoRA wrong does not fit this model"):
        made(generator, loras.add(tmp_path / "wrong.safetensors"))
    assert np.array_equal(made(generator), plain)


def test_one_that_is_not_here_says_how_to_add_it(generator: Any) -> None:
    with pytest.raises(GeneratorError, match="is not on this machine; get its file and add it"):
        made(generator, Lora("gone", "0" * 64))
