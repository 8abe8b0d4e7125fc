"""Text-to-video models of the ModelScope family, through diffusers' `TextToVideoSDPipeline`."""

from __future__ import annotations

import contextlib
import gc
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from storyboard.errors import GeneratorError
from storyboard.frames import Report, Show
from storyboard.generators import pipeline, weights
from storyboard.generators.models import Found
from storyboard.take import Recipe

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from storyboard.frames import Frame, Frames
    from storyboard.generators import forming
    from storyboard.project import Wish

NAME = "text-to-video-sd"
VERSION = "1"
"""Goes up when the same recipe would give other pixels."""


class TextToVideo:
    """A `Generator` for one model. The model is loaded by the first `generate` and stays until `close`."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._hash = ""
        self._loaded: pipeline.Loaded | None = None
        self._notes: dict[str, str] = {}
        self._palette: NDArray[np.float32] | None = None
        self.preview: Show | None = None
        """Gets a look at the take every few seconds while it is denoised; None for none."""

    def recipe(self, wish: Wish, seed: int, seconds: Fraction, width: int, height: int) -> Recipe:
        """What would be run for `wish`: `seconds` in frames at the model's rate.

        Reads files but imports no PyTorch. Raises `GeneratorError` when the shot is too long for one take.
        """
        facts = self._found.facts
        count = max(1, math.ceil(seconds * facts.rate))
        if count > facts.most_frames:
            raise GeneratorError(
                f"{wish.model} makes at most {facts.most_frames} frames at once and this shot needs {count}; "
                "split it, shorten it or slow it down"
            )
        steps = facts.steps if wish.steps is None else wish.steps
        if steps > self._found.files.most_steps:
            raise GeneratorError(
                f"{wish.model} has at most {self._found.files.most_steps} steps and {steps} are asked; set fewer"
            )
        width, height = fitted(width, height, facts.most_pixels, self._found.files.factor)
        return Recipe(
            generator=NAME,
            version=VERSION,
            model=wish.model,
            prompt=wish.prompt,
            seed=seed,
            frames=count,
            width=width,
            height=height,
            rate=facts.rate,
            avoid=wish.avoid,
            steps=steps,
            guidance=facts.guidance if wish.guidance is None else wish.guidance,
            revision=self._found.revision,
            model_hash=self._model_hash(),
        )

    def generate(self, recipe: Recipe, report: Report) -> Frames:
        """The frames of `recipe`, decoded one at a time. `report` counts denoising steps; it is called again for
        each frame that is decoded, with all steps done, so that it can cancel there too.

        Raises `GeneratorError`, and whatever `report` raises; another `generate` is exact after either.
        """
        self._refuse_other(recipe)
        if self._loaded is None:
            self._loaded = pipeline.load(self._found)
        pipe = self._loaded.pipe
        self._notes = _reading(pipe.tokenizer, recipe)
        steps = recipe.steps or self._found.facts.steps
        with self._in_words(recipe):
            latents = _denoise(pipe, recipe, steps, report, self._looks(pipe))
        for i in range(recipe.frames):
            with self._in_words(recipe):
                frame = _decode(pipe, latents[:, :, i : i + 1])
            report(steps, steps)
            yield frame

    def facts(self) -> Mapping[str, str]:
        """How the last take was made, or how the next would be; loads the model if it is not loaded yet."""
        if self._loaded is None:
            self._loaded = pipeline.load(self._found)
        import diffusers
        import torch
        import transformers

        place = self._loaded.place
        device = place.device
        if device.startswith("cuda"):
            device = f"{device} ({torch.cuda.get_device_name(torch.device(device))})"
        return {
            "device": device,
            "dtype": place.dtype,
            "batch": "1",
            "memory": place.memory,
            "torch": torch.__version__,
            "diffusers": diffusers.__version__,
            "transformers": transformers.__version__,
            **self._notes,
        }

    def close(self) -> None:
        """Gives the model's memory back. The generator stays usable and loads it again when needed."""
        if self._loaded is None:
            return
        device = self._loaded.place.device
        self._loaded = None
        gc.collect()
        if device != "cpu":
            import torch

            (torch.mps if device == "mps" else torch.cuda).empty_cache()

    def _looks(self, pipe: Any) -> forming.Looks | None:
        from storyboard.generators import forming

        if self.preview is None:
            return None
        if self._palette is None:
            self._palette = forming.palette(pipe)
            pipe.maybe_free_model_hooks()
        return None if self._palette is None else forming.Looks(self._palette, self.preview)

    def _model_hash(self) -> str:
        self._hash = self._hash or weights.content_hash(self._found.files)
        return self._hash

    def _refuse_other(self, recipe: Recipe) -> None:
        """A recipe of another generator or of other weights would quietly give another picture."""
        name, factor = self._found.name, self._found.files.factor
        if (recipe.generator, recipe.version) != (NAME, VERSION):
            raise GeneratorError(
                f"this recipe is for {recipe.generator} {recipe.version} and {name} runs with {NAME} {VERSION}; "
                "make a new take"
            )
        if recipe.model_hash != self._model_hash():
            raise GeneratorError(
                f"this recipe is for other weights of {name} (recipe {recipe.model_hash[:8]}, "
                f"here {self._model_hash()[:8]}); make a new take, or get the version {recipe.revision}".rstrip()
            )
        if recipe.width % factor or recipe.height % factor:
            raise GeneratorError(
                f"{name} makes sizes that are multiples of {factor}, not {recipe.width}x{recipe.height}; make a new take"
            )

    @contextlib.contextmanager
    def _in_words(self, recipe: Recipe) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, MemoryError) as error:
            if not pipeline.out_of_memory(error):
                raise
            raise GeneratorError(
                f"memory ran out while {recipe.model} made {recipe.frames} frames of "
                f"{recipe.width}x{recipe.height}; make the project smaller, split the shot, or close other programs"
            ) from error


def fitted(width: int, height: int, most_pixels: int, factor: int) -> tuple[int, int]:
    """The size of a model's frames for a project of `width` x `height`: the same shape, no more than about
    `most_pixels`, both sides multiples of `factor`."""
    scale = min(1.0, math.sqrt(most_pixels / (width * height)))
    return (
        max(factor, round(width * scale / factor) * factor),
        max(factor, round(height * scale / factor) * factor),
    )


def _reading(tokenizer: Any, recipe: Recipe) -> dict[str, str]:
    """Which of the recipe's texts the model does not read to their ends, in words."""
    most = tokenizer.model_max_length
    notes = {}
    for name, text in (("prompt", recipe.prompt), ("avoid", recipe.avoid)):
        count = len(tokenizer(text, truncation=False).input_ids)
        if count > most:
            notes[name] = f"the model reads the first {most} of its {count} tokens"
    return notes


def _denoise(pipe: Any, recipe: Recipe, steps: int, report: Report, looks: forming.Looks | None) -> Any:
    """The latents of a take: (1, channels, frames, height / factor, width / factor)."""
    import torch

    # The start is drawn on the CPU in full precision, so that a seed means the same on every device.
    generator = torch.Generator("cpu").manual_seed(recipe.seed)
    scale = pipe.vae_scale_factor
    shape = (1, pipe.unet.config.in_channels, recipe.frames, recipe.height // scale, recipe.width // scale)
    noise = torch.randn(shape, generator=generator, dtype=torch.float32)
    pipe.scheduler = _scheduler(pipe.scheduler, steps)

    def stepped(step: int, _t: Any, latents: Any) -> None:
        done = min(step + 1, steps)
        report(done, steps)
        if looks is not None:
            looks.at(done, steps, latents)

    try:
        return pipe(
            recipe.prompt,
            height=recipe.height,
            width=recipe.width,
            num_frames=recipe.frames,
            num_inference_steps=steps,
            guidance_scale=9.0 if recipe.guidance is None else recipe.guidance,
            negative_prompt=recipe.avoid,
            generator=generator,
            latents=noise.to(pipe.unet.dtype),
            output_type="latent",
            callback=stepped,
            callback_steps=1,
        ).frames
    finally:
        pipe.maybe_free_model_hooks()


def _scheduler(last: Any, steps: int) -> Any:
    """A new scheduler like `last`: it remembers its steps, and a cancelled run must leave none for the next."""
    scheduler = type(last).from_config(last.config)
    try:
        scheduler.set_timesteps(steps)
    except (ValueError, TypeError, IndexError, ZeroDivisionError) as error:
        raise GeneratorError(
            f"a take cannot be made in {steps} steps with this model's {type(last).__name__}; "
            "set more, or leave steps to the model"
        ) from error
    return scheduler


def _decode(pipe: Any, latents: Any) -> Frame:
    """One frame of its latents (1, channels, 1, h, w). Decoding them one by one keeps memory flat."""
    import torch

    with torch.no_grad():
        picture = pipe.decode_latents(latents)[0, :, 0]  # (3, H, W) float32, -1 to 1
        if not bool(torch.isfinite(picture).all()):
            raise GeneratorError(
                "the model's numbers overflowed and gave no picture; try other steps or guidance, "
                f"or run it with {pipeline.DEVICE}=cpu"
            )
        pixels = ((picture / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8)
        frame: Frame = pixels.permute(1, 2, 0).contiguous().cpu().numpy()
        return frame
