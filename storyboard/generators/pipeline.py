"""A `TextToVideoSDPipeline` in memory: on which device, in which numbers, and loaded from which files.

Only this module and `diffusers_video` import PyTorch, and only inside their functions.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from importlib import util
from pathlib import Path
from typing import Any, Literal, NamedTuple

from storyboard import settings
from storyboard.errors import GeneratorError
from storyboard.generators.models import NEEDS_PACKAGES, Found
from storyboard.generators.weights import ModelFiles

DEVICE = "STORYBOARD_DEVICE"
"""The environment variable that chooses a device: `cpu`, `cuda`, `cuda:1`, `mps`."""

PACKAGES = ("torch", "diffusers", "transformers")

Memory = Literal["whole", "offload"]
"""`whole`: the model stays on the device; `offload`: its parts go there one after the other."""

WORKSPACE = 4 * 2**30
"""Bytes of GPU memory that a run is expected to need beside the weights, for 24 frames of 256x256 in fp16. An
estimate on the safe side; offloading in vain costs a second or two a take, running out costs the take."""


class Place(NamedTuple):
    """Where and how a model runs."""

    device: str
    dtype: str
    """Name of a torch dtype."""
    memory: Memory


class Loaded(NamedTuple):
    pipe: Any
    """diffusers' `TextToVideoSDPipeline`."""
    place: Place


def installed() -> bool:
    """Whether the packages that models need are here, without importing them."""
    return all(util.find_spec(name) is not None for name in PACKAGES)


def load(found: Found) -> Loaded:
    """The model in memory, ready to run. Raises `GeneratorError`."""
    if not installed():
        raise GeneratorError(NEEDS_PACKAGES.format(found.name))
    quieten()
    place = _place(found.files)
    _make_exact(place.device)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of deprecations that are diffusers' own business
            return Loaded(_assemble(found, place), place)
    except _load_failures() as error:
        raise _load_error(found, error) from error


def quieten() -> None:
    """Keeps diffusers and transformers from writing to the terminal, and from telling home."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import diffusers
    import transformers

    for logging in (diffusers.utils.logging, transformers.utils.logging):
        logging.set_verbosity_error()
        logging.disable_progress_bar()


def pick_device(wanted: str, cuda: int, mps: bool) -> str:
    """The device to run on: `wanted` when it is not empty, else the first of cuda, mps, cpu that is there.

    `cuda` is how many GPUs there are. Raises `GeneratorError` for a wanted one that is not there.
    """
    if not wanted:
        return "cuda" if cuda else "mps" if mps else "cpu"
    match = re.fullmatch(r"cuda(?::(\d{1,3}))?", wanted)
    there = int(match[1] or 0) < cuda if match else mps if wanted == "mps" else wanted == "cpu"
    if not there:
        raise GeneratorError(
            f"the device {wanted!r} was asked for ({DEVICE} or the settings), which this machine or its PyTorch "
            "does not have; ask for none, or for cpu, cuda, cuda:1 or mps"
        )
    return wanted


def pick_memory(free: int, weights: int) -> Memory:
    """How a model of `weights` bytes lives with `free` bytes of GPU memory."""
    return "whole" if free >= weights + weights // 4 + WORKSPACE else "offload"


def memory() -> list[tuple[str, int, int]]:
    """(device, bytes in use, bytes in all) of the GPU that this process has a model on; empty where it has none.

    What other programs use there counts too. Never imports PyTorch, nor starts a driver.
    """
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return []
    free, total = torch.cuda.mem_get_info()
    return [(f"cuda:{torch.cuda.current_device()}", total - free, total)]


def _place(files: ModelFiles) -> Place:
    import torch

    device = pick_device(
        os.environ.get(DEVICE, "").strip().lower() or settings.load().device,
        torch.cuda.device_count(),
        torch.backends.mps.is_available(),
    )
    # fp16 on a CPU is ten times slower than fp32.
    dtype = "float32" if device == "cpu" else "float16"
    memory: Memory = "whole"
    if device.startswith("cuda"):
        free, _ = torch.cuda.mem_get_info(torch.device(device))
        halves = files.weight_bytes if files.variant == "fp16" else files.weight_bytes // 2
        memory = pick_memory(free, halves)
    return Place(device, dtype, memory)


def _make_exact(device: str) -> None:
    """The same input gives the same bits on the same GPU. A CPU does so by itself."""
    if not device.startswith("cuda"):
        return
    # cuBLAS reads this when it starts: https://docs.nvidia.com/cuda/cublas/#results-reproducibility
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    import torch

    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    # Only warns where an operation has no such form: a take then still comes, and `verify` tells the difference.
    torch.use_deterministic_algorithms(True, warn_only=True)


def _assemble(found: Found, place: Place) -> Any:
    """The pipeline from its parts, each loaded as the class that was checked and as nothing else."""
    import diffusers
    import torch
    import transformers

    folder = found.files.folder
    dtype = getattr(torch, place.dtype)
    common: dict[str, Any] = {"local_files_only": True}
    tensors: dict[str, Any] = {
        **common,
        "use_safetensors": True,
        "variant": found.files.variant or None,
        "output_loading_info": True,
    }
    unet = diffusers.UNet3DConditionModel.from_pretrained(folder / "unet", torch_dtype=dtype, **tensors)
    vae = diffusers.AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=dtype, **tensors)
    text = transformers.CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=dtype, **tensors)
    scheduler = getattr(diffusers, found.files.scheduler)
    pipe = diffusers.TextToVideoSDPipeline(
        unet=_whole(unet, folder / "unet"),
        vae=_whole(vae, folder / "vae"),
        text_encoder=_whole(text, folder / "text_encoder"),
        tokenizer=transformers.CLIPTokenizer.from_pretrained(folder / "tokenizer", **common),
        scheduler=scheduler.from_pretrained(folder / "scheduler", **common),
    )
    pipe.set_progress_bar_config(disable=True)
    if place.memory == "offload":
        pipe.enable_model_cpu_offload(device=place.device)
    else:
        pipe.to(place.device)
    return pipe


def _whole(loaded: tuple[Any, dict[str, Any]], folder: Path) -> Any:
    """The model, unless its file left some of it unset: diffusers fills that with random numbers and goes on."""
    model, info = loaded
    missing = sorted(info["missing_keys"])
    if missing:
        raise GeneratorError(
            f"{folder} lacks {len(missing)} of its weights, such as {missing[0]}; get the model again"
        )
    return model.eval()


def _load_failures() -> tuple[type[Exception], ...]:
    """What the libraries raise for files that fit their formats and not each other."""
    import safetensors

    return (
        OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, ImportError, MemoryError,
        safetensors.SafetensorError,
    )  # fmt: skip


def _load_error(found: Found, error: Exception) -> GeneratorError:
    if out_of_memory(error):
        return GeneratorError(
            f"{found.name} does not fit into memory; close other programs, or set {DEVICE}=cpu"
        )
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    return GeneratorError(f"{found.files.folder} could not be loaded ({reason}); get the model again")


def out_of_memory(error: Exception) -> bool:
    """Whether PyTorch ran out of memory on any device; only CUDA has an exception of its own for that."""
    words = ("out of memory", "allocate memory", "not enough memory")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(word in str(error).lower() for word in words)
    )
