"""Looks at a take while a model makes it: they come in time, show what forms, and change no pixel."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from storyboard.errors import Cancelled
from storyboard.frames import SMALL, unreported
from storyboard.generators import forming, registry
from storyboard.generators.base import Previewing
from storyboard.project import Wish
from storyboard.take import Recipe

if TYPE_CHECKING:
    from storyboard.frames import Frame

pytestmark = pytest.mark.models


@pytest.fixture
def generator(tiny_model: Path) -> Any:
    return registry.open_generator(str(tiny_model))


def recipe_of(generator: Any, model: Path) -> Recipe:
    wish = Wish(model=str(model), prompt="a red car", avoid="", steps=4, guidance=None, seed=None)
    recipe: Recipe = generator.recipe(wish, 3, Fraction(1, 4), 64, 48)
    return recipe


def test_previews_change_no_pixel(generator: Any, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forming, "SHOW_EVERY", 0.0)
    recipe = recipe_of(generator, tiny_model)
    without = list(generator.generate(recipe, unreported))
    looks: list[Frame] = []
    generator.preview = looks.append
    with_looks = list(generator.generate(recipe, unreported))
    generator.preview = None
    again = list(generator.generate(recipe, unreported))
    assert len(looks) == 4
    for one, two, three in zip(without, with_looks, again, strict=True):
        assert (one == two).all()
        assert (one == three).all()


def test_a_look_is_a_small_picture_and_the_first_comes_at_once(generator: Any, tiny_model: Path) -> None:
    assert isinstance(generator, Previewing)
    looks: list[Frame] = []
    generator.preview = looks.append
    list(generator.generate(recipe_of(generator, tiny_model), unreported))
    assert len(looks) == 1, "one in two seconds is enough"
    (look,) = looks
    assert look.dtype == np.uint8
    assert look.ndim == 3
    assert max(look.shape[:2]) <= SMALL
    assert look.flags.c_contiguous


def test_what_a_look_raises_passes_through(generator: Any, tiny_model: Path) -> None:
    def stop(_: Frame) -> None:
        raise Cancelled

    recipe = recipe_of(generator, tiny_model)
    generator.preview = stop
    with pytest.raises(Cancelled):
        list(generator.generate(recipe, unreported))
    generator.preview = None
    assert len(list(generator.generate(recipe, unreported))) == recipe.frames


class _Coded:
    def __init__(self, latents: Any) -> None:
        self.latent_dist = self
        self._latents = latents

    def mode(self) -> Any:
        return self._latents


class _Vae:
    """An encoder whose latents are the colours themselves, mixed and scaled."""

    dtype: Any = None
    spatial_compression_ratio = 8

    def named_buffers(self, **_: Any) -> list[Any]:
        return []

    config: ClassVar[dict[str, float]] = {"scaling_factor": 0.5}

    MIX = np.array([[1, 2, 0, 1], [0, 1, 1, -1], [1, 0, -1, 2]], np.float32)

    def encode(self, image: Any) -> _Coded:
        import torch

        cells = image[0, :, ::8, ::8].permute(1, 2, 0) @ torch.from_numpy(self.MIX)
        return _Coded(cells.permute(2, 0, 1)[None])


_Vae.__name__ = "AutoencoderKL"  # one that encodes pictures, not clips


class _Pipe:
    vae = _Vae()
    vae_scale_factor = 8
    _execution_device = "cpu"


def test_the_colours_of_cells_are_learned_from_the_encoder() -> None:
    torch = pytest.importorskip("torch")
    _Vae.dtype = torch.float32
    way = forming.palette(_Pipe())
    assert way is not None
    assert way.shape == (5, 3)
    wanted = np.array([[[0.9, 0.1, 0.2], [0.1, 0.8, 0.3]]], np.float32)
    cells = (wanted * 2 - 1) @ _Vae.MIX * 0.5
    latents = torch.from_numpy(cells).permute(2, 0, 1)[None, :, None]
    shown = forming.picture(latents, way, 1.0)
    assert np.abs(shown / 255 - wanted).max() < 0.01


def test_noise_that_differs_from_frame_to_frame_is_not_shown() -> None:
    torch = pytest.importorskip("torch")
    way = np.vstack([np.eye(3, dtype=np.float32), np.zeros((1, 3), np.float32)])
    still = torch.full((1, 3, 1, 6, 8), 0.5)
    noise = torch.randn((1, 3, 24, 6, 8), generator=torch.Generator().manual_seed(1)) * 0.3
    early, late = (forming.picture(still + noise, way, done).astype(float) for done in (0.05, 1.0))
    assert early.std() < late.std() / 2
