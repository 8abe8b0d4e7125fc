"""How a pipeline is called: its arguments, from a recipe and its table, and what it gives back."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from storyboard.errors import GeneratorError
from storyboard.generators import catalog
from storyboard.generators import pipeline as loading
from storyboard.generators.catalog import Facts, Pipeline, Task
from storyboard.generators.memory import role_of
from storyboard.take import Recipe

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames
    from storyboard.generators.starts import Starts
    from storyboard.generators.stepping import Stepping


def pipe_for(pipe: Any, facts: Facts, task: Task, device: str) -> tuple[Any, Pipeline]:
    """The pipeline that does `task` with the parts of `pipe`, and its table."""
    table = table_for(facts, task)
    if table == facts.pipeline:
        return pipe, table
    kind = loading.placed(table.name, device)
    takes = inspect.signature(kind.__init__).parameters
    have = {**pipe.components, **{key: pipe.config.get(key) for key in table.settings}}
    parts = {**dict.fromkeys(table.absent), **have}
    made = kind(**{key: value for key, value in parts.items() if key in takes})
    made.set_progress_bar_config(disable=True)
    return made, table


def table_for(facts: Facts, task: Task) -> Pipeline:
    """The table of the pipeline that does `task` with a model's parts."""
    return catalog.pipelines()[facts.pipeline.also.get(task, facts.pipeline.name)]


def generators(recipes: Sequence[Recipe]) -> list[Any]:
    """One source of noise a take. It is drawn on the CPU, so that a seed means the same on every device."""
    import torch

    return [torch.Generator("cpu").manual_seed(recipe.seed) for recipe in recipes]


def arguments(
    pipe: Any, table: Pipeline, recipe: Recipe, noise: Sequence[Any], given: Starts, steps: int
) -> dict[str, Any]:
    """What the call takes, but for the texts."""
    said: dict[str, Any] = {
        "num_inference_steps": steps,
        "generator": noise[0] if len(noise) == 1 else list(noise),
        "output_type": "latent" if table.layout == "frames" else "pt",
        **table.extra,
    }
    if table.encode != "none":
        said |= {"prompt": None, "negative_prompt": None}  # they come as embeddings
    if table.takes_size:
        said |= {"height": recipe.height, "width": recipe.width}
    if table.frames:
        said[table.frames] = recipe.frames
    if table.fps:
        said[table.fps] = int(recipe.rate)
    if table.layout == "frames" and table.takes_size:
        said["latents"] = _noise(pipe, recipe, noise)
    scale = table.scale if recipe.guidance is None else recipe.guidance
    if table.guidance == "guider":
        pipe.guider = type(pipe.guider).from_config({**pipe.guider.config, "guidance_scale": scale})
    else:
        said[table.guidance] = scale
    if table.guidance == "max_guidance_scale" and recipe.frames == 1:
        said["min_guidance_scale"] = (
            scale  # it climbs from frame to frame; one alone would have its start, none
        )
    return {**said, **_starting(table, recipe, given)}


def call(
    pipe: Any, table: Pipeline, run: Stepping, said: Mapping[str, Any], sigmas: Sequence[float], steps: int
) -> Any:
    """The call itself, watched by `run`. Raises `GeneratorError` for steps that the scheduler cannot split into."""
    _check_steps(pipe, run, sigmas, steps)
    pipe.scheduler = run.scheduler(pipe.scheduler, sigmas)
    with run.watching(*denoisers(pipe, table)):
        return pipe(**said).frames


def _check_steps(pipe: Any, run: Stepping, sigmas: Sequence[float], steps: int) -> None:
    """On a scheduler of its own, and once for each number of steps: making a scheduler takes milliseconds."""
    known = pipe.__dict__.setdefault("_steps_that_split", set())
    if (steps, tuple(sigmas)) in known:
        return
    scheduler = run.scheduler(pipe.scheduler, sigmas)
    try:
        if "mu" not in inspect.signature(scheduler.set_timesteps).parameters:
            scheduler.set_timesteps(steps)
    except (ValueError, TypeError, IndexError, ZeroDivisionError) as error:
        kind = type(scheduler).__name__
        raise GeneratorError(
            f"a take cannot be made in {steps} steps with this model's {kind}; set more, or leave steps to the model"
        ) from error
    known.add((steps, tuple(sigmas)))


def denoisers(pipe: Any, table: Pipeline) -> list[Any]:
    """The models of `pipe` that denoise: two for some."""
    return [
        module
        for name, module in pipe.components.items()
        if role_of(name, table.denoiser) == "denoiser" and module is not None
    ]


def repeated(texts: Mapping[str, Any], times: int) -> dict[str, Any]:
    """The embeddings for so many takes of one text. Copies: some pipelines change what they are given in place."""
    import torch

    if times == 1:
        return {name: value.clone() for name, value in texts.items()}
    made = {}
    for name, value in texts.items():
        if name.endswith("cu_seqlens"):  # where each text ends, of all of them in a row
            made[name] = torch.arange(times + 1, dtype=value.dtype, device=value.device) * value[-1]
        else:
            made[name] = value.repeat(times, *[1] * (value.ndim - 1))
    return made


def frames(
    pipe: Any,
    table: Pipeline,
    made: Any,
    number: int,
    recipe: Recipe,
    in_words: Callable[[Recipe], AbstractContextManager[None]],
) -> Frames:
    """The pictures of take `number` in what the pipeline gave."""
    for i in range(recipe.frames):
        with in_words(recipe):
            picture = (
                _decoded(pipe, made[number : number + 1, :, i : i + 1])
                if table.layout == "frames"
                else made[number][i]
            )
            frame = _plain(picture)
        yield frame


def unread(pipe: Any, table: Pipeline, recipe: Recipe) -> dict[str, str]:
    """Which of the recipe's texts the model does not read to their ends, in words."""
    tokenizer = getattr(pipe, "tokenizer", None)
    if tokenizer is None:
        return {}
    most = table.words or tokenizer.model_max_length
    notes = {}
    for name, text in (("prompt", recipe.prompt), ("avoid", recipe.avoid)):
        count = len(tokenizer(text, truncation=False).input_ids)
        if count > most:
            notes[name] = f"the model reads the first {most} of its {count} tokens"
    return notes


def _noise(pipe: Any, recipe: Recipe, noise: Sequence[Any]) -> Any:
    """The start of each take, drawn in full precision whatever the model runs in."""
    import torch

    scale = pipe.vae_scale_factor
    shape = (1, pipe.unet.config.in_channels, recipe.frames, recipe.height // scale, recipe.width // scale)
    drawn = [torch.randn(shape, generator=one, dtype=torch.float32) for one in noise]
    return torch.cat(drawn).to(pipe.unet.dtype)


def _starting(table: Pipeline, recipe: Recipe, given: Starts) -> dict[str, Any]:
    """The pictures and the clip, as the call takes them."""
    from PIL import Image

    said: dict[str, Any] = {}
    if table.starts.get("first") == "conditions":
        return {"conditions": _conditions(recipe, given) or None}
    if given.first is not None:
        said[table.starts["first"]] = Image.fromarray(given.first)
    if given.last is not None:
        said[table.starts["last"]] = Image.fromarray(given.last)
    if given.clip:
        said[table.starts["clip"]] = [Image.fromarray(frame) for frame in given.clip]
        if "strength" in table.starts and given.strength is not None:
            said[table.starts["strength"]] = given.strength
    return said


def _conditions(recipe: Recipe, given: Starts) -> list[Any]:
    """LTX's own form: pictures at certain frames, and a clip that is held to so far as it is not made anew."""
    from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition
    from PIL import Image

    made = []
    if given.first is not None:
        made.append(LTXVideoCondition(image=Image.fromarray(given.first), frame_index=0))
    if given.last is not None:
        made.append(LTXVideoCondition(image=Image.fromarray(given.last), frame_index=recipe.frames - 1))
    if given.clip:
        clip = [Image.fromarray(frame) for frame in given.clip]
        made.append(LTXVideoCondition(video=clip, frame_index=0, strength=1 - (given.strength or 0.0)))
    return made


def _decoded(pipe: Any, latents: Any) -> Any:
    """One picture (3, H, W), 0 to 1, of its latents (1, channels, 1, h, w). One by one keeps memory flat."""
    import torch

    with torch.no_grad():
        return pipe.decode_latents(latents)[0, :, 0] / 2 + 0.5  # from -1 to 1


def _plain(picture: Any) -> Frame:
    """(H, W, 3) uint8 RGB of (3, H, W), 0 to 1."""
    import torch

    if not bool(torch.isfinite(picture).all()):
        raise GeneratorError(
            "the model's numbers overflowed and gave no picture; try other steps or guidance, "
            f"or run it with {loading.DEVICE}=cpu"
        )
    pixels = (picture.clamp(0, 1) * 255).round().to(torch.uint8)
    frame: Frame = pixels.permute(1, 2, 0).contiguous().cpu().numpy()
    return frame
