"""A model in memory: on which device, in which numbers, after which plan, and loaded from which files.

Only the modules from here to `adapter` import PyTorch, and only inside their functions.
"""

from __future__ import annotations

import gc
import importlib
import os
import re
import sys
import warnings
from importlib import util
from pathlib import Path
from typing import Any, Final, NamedTuple

from storyboard import settings
from storyboard.errors import GeneratorError
from storyboard.generators import fit, quantised
from storyboard.generators.catalog import Facts
from storyboard.generators.fit import Plan
from storyboard.generators.memory import kind_of, pick_plan
from storyboard.generators.models import NEEDS_PACKAGES, Found
from storyboard.generators.parts import Part

DEVICE: Final = "STORYBOARD_DEVICE"
"""The environment variable that chooses a device: `cpu`, `cuda`, `cuda:1`, `mps`."""
PACKAGES = ("torch", "diffusers", "transformers")
_LIBRARIES: Final = {"ltx2": "diffusers.pipelines.ltx2"}
"""Where classes are that are one pipeline's own."""


class Place(NamedTuple):
    """Where and how a model runs."""

    device: str
    dtype: str
    """Name of a torch dtype."""
    plan: Plan

    @property
    def kind(self) -> fit.Kind:
        return kind_of(self.device)


class Loaded(NamedTuple):
    pipe: Any
    """diffusers' pipeline, of the class that its index names."""
    place: Place
    speed: dict[str, str]
    """What makes it quick here, in words: recorded with a take."""


def installed() -> bool:
    """Whether the packages that models need are here, without importing them."""
    return all(util.find_spec(name) is not None for name in PACKAGES)


def load(found: Found, plan: Plan | None = None) -> Loaded:
    """The model in memory, ready to run after `plan`, or after the best one. Raises `GeneratorError`."""
    if not installed():
        raise GeneratorError(NEEDS_PACKAGES.format(found.name))
    quantised.check(found.files, found.name)
    quieten()
    device = chosen_device()
    plan = plan or pick_plan(found, device)
    place = Place(device, dtype_for(kind_of(device), plan, found.facts), plan)
    _make_exact(place.device)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of deprecations that are diffusers' own business
            pipe = _assemble(found, place)
            _settle(pipe, found, place)
            return Loaded(pipe, place, {**_quicken(pipe, found, place), **_stored(found, place)})
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


def chosen_device() -> str:
    """The device that models run on here. Raises `GeneratorError` for a wanted one that is not there."""
    import torch

    return pick_device(
        os.environ.get(DEVICE, "").strip().lower() or settings.load().device,
        torch.cuda.device_count(),
        torch.backends.mps.is_available(),
    )


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


def memory() -> list[tuple[str, int, int]]:
    """(device, bytes in use, bytes in all) of the GPU that this process has a model on; empty where it has none.

    What other programs use there counts too. Never imports PyTorch, nor starts a driver.
    """
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return []
    free, total = torch.cuda.mem_get_info()
    return [(f"cuda:{torch.cuda.current_device()}", total - free, total)]


def empty(device: str) -> None:
    """Gives memory that nobody uses back to the device."""
    gc.collect()
    if device != "cpu":
        import torch

        (torch.mps if device == "mps" else torch.cuda).empty_cache()


def dtype_for(kind: fit.Kind, plan: Plan, facts: Facts) -> str:
    """The numbers that a model runs in: those that it was made for, and full ones on a processor that has room."""
    if kind != "cpu":
        return facts.dtype
    # fp16 on a CPU is ten times slower than fp32 or bf16.
    return "bfloat16" if plan.name in ("halves", "int8") else "float32"


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
    said = found.files.described
    parts = {key: _load_part(found, key, part, place) for key, part in said.parts.items()}
    absent = {key: None for key in said.pipeline.parts if key not in parts}
    pipe = placed(said.pipeline.name, place.device)(**parts, **absent, **said.settings)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def placed(name: str, device: str) -> type[Any]:
    """diffusers' pipeline class `name`, working on `device`: by itself it would take the device of its first part, which
    can be a text encoder that waits elsewhere."""
    import diffusers
    import torch

    kind = getattr(diffusers, name)
    where = property(lambda _: torch.device(device))
    return type(name, (kind,), {"_execution_device": where, "__module__": kind.__module__})


def _load_part(found: Found, key: str, part: Part, place: Place) -> Any:
    """One part, from its own folder only."""
    import torch

    folder = found.files.folder / key
    if part.kind == "scheduler":
        return _scheduler(found.facts, part, folder)
    kind = _class(part)
    if part.kind == "guider":
        return kind.from_pretrained(folder, local_files_only=True)
    if part.kind != "weights":
        return kind.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    dtype = getattr(torch, dtype_of(key, found.facts, place))
    loaded, info = kind.from_pretrained(
        folder,
        **{"dtype" if part.library == "transformers" else "torch_dtype": dtype},
        local_files_only=True,
        use_safetensors=True,
        variant=found.files.variant or None,
        output_loading_info=True,
        **_made_small(found, key, place),
    )
    missing = sorted(info["missing_keys"])
    if missing:
        # What a file leaves unset, diffusers fills with random numbers, and goes on.
        raise GeneratorError(
            f"{folder} lacks {len(missing)} of its weights, such as {missing[0]}; get the model again"
        )
    return loaded.eval()


def _made_small(found: Found, key: str, place: Place) -> dict[str, Any]:
    denoiser = found.files.described.pipeline.denoiser
    small = place.plan.name == "int8" and key.startswith(denoiser) and key not in found.files.quantised
    return {"quantization_config": quantised.int8()} if small else {}


def _stored(found: Found, place: Place) -> dict[str, str]:
    """Which package reads the weights in each step, where one does."""
    methods = {quantised.METHODS[method] for method in found.files.quantised.values()}
    if place.plan.name == "int8":
        methods.add(quantised.OWN)
    return {"quantised": ", ".join(sorted(map(quantised.in_words, methods)))} if methods else {}


def dtype_of(key: str, facts: Facts, place: Place) -> str:
    """The numbers of one part: some pictures only come out right from full ones."""
    own = facts.pipeline.vae_dtype if key == "vae" else ""
    return own or place.dtype


def _class(part: Part) -> Any:
    module = importlib.import_module(_LIBRARIES.get(part.library, part.library))
    if part.name == "Qwen2VLProcessor" or part.name == "Qwen2_5_VLProcessor":
        # Only its tokenizer is used; the rest of it needs torchvision.
        return module.Qwen2Tokenizer
    return getattr(module, part.name)


def _scheduler(facts: Facts, part: Part, folder: Path) -> Any:
    import diffusers

    model = facts.model
    changes = {} if model.shift is None else {"shift": model.shift, "flow_shift": model.shift}
    if model.scheduler and f"diffusers.{model.scheduler}" in facts.pipeline.parts["scheduler"]:
        part = Part("diffusers", model.scheduler)
    kind = getattr(diffusers, part.name)
    config = {**kind.load_config(folder, local_files_only=True), **changes}
    return kind.from_config(config)


def _settle(pipe: Any, found: Found, place: Place) -> None:
    """Puts the parts where the plan has them."""
    if place.plan.tiled:
        for able, switch in (("use_slicing", "enable_slicing"), ("use_tiling", "enable_tiling")):
            if hasattr(pipe.vae, able):
                getattr(pipe.vae, switch)()
    kept = [key for key in found.files.described.weighty if not key.startswith("text_encoder")]
    if place.plan.name == "whole":
        pipe.to(place.device)
    elif place.plan.name == "offload":
        _without_text(pipe, lambda: pipe.enable_model_cpu_offload(device=place.device))
    else:
        denoiser = found.files.described.pipeline.denoiser
        for key in kept:
            if place.plan.name in ("groups", "casting", "disk") and key.startswith(denoiser):
                _in_groups(getattr(pipe, key), place)
            else:
                getattr(pipe, key).to(place.device)
    if place.plan.text == "groups":
        _text_in_groups(pipe, place)


def _without_text(pipe: Any, act: Any) -> None:
    """Text encoders come and go by themselves (`texts`)."""
    away = {key: value for key, value in pipe.components.items() if key.startswith("text_encoder")}
    pipe.register_modules(**dict.fromkeys(away))
    act()
    pipe.register_modules(**away)


def _in_groups(module: Any, place: Place) -> None:
    import torch

    if place.plan.name == "casting":
        module.enable_layerwise_casting(
            storage_dtype=torch.float8_e4m3fn, compute_dtype=getattr(torch, place.dtype)
        )
    disk: dict[str, Any] = {}
    if place.plan.name == "disk":
        from storyboard import places

        folder = places.cache() / "offload"
        folder.mkdir(parents=True, exist_ok=True)
        disk = {"offload_to_disk_path": str(folder)}
    module.enable_group_offload(
        onload_device=torch.device(place.device),
        offload_device=torch.device("cpu"),
        offload_type="leaf_level",
        use_stream=place.kind == "cuda",
        **disk,
    )


def _text_in_groups(pipe: Any, place: Place) -> None:
    import torch
    from diffusers.hooks import apply_group_offloading

    for key, module in pipe.components.items():
        if key.startswith("text_encoder") and module is not None:
            apply_group_offloading(
                module, onload_device=torch.device(place.device), offload_type="leaf_level", use_stream=True
            )


def _quicken(pipe: Any, found: Found, place: Place) -> dict[str, str]:
    """Turns on what is quicker here and gives the same pictures; says what that is."""
    if place.kind != "cuda":
        return {}
    denoiser = getattr(pipe, found.files.described.pipeline.denoiser)
    if util.find_spec("flash_attn") and hasattr(denoiser, "set_attention_backend"):
        try:
            denoiser.set_attention_backend("flash")
        except (ValueError, RuntimeError, ImportError):
            return {"attention": "native"}
        return {"attention": "flash"}
    return {"attention": "native"}


def _load_failures() -> tuple[type[Exception], ...]:
    """What the libraries raise for files that fit their formats and not each other."""
    import safetensors

    return (
        OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, ImportError, MemoryError, IndexError,
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
