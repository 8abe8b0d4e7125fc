"""How much memory there is, how much a model needs, and the plan that follows from both."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from storyboard.errors import GeneratorError
from storyboard.generators import fit, quantised
from storyboard.generators.fit import Plan
from storyboard.generators.models import Found

PLAN: Final = "STORYBOARD_PLAN"
"""The environment variable that chooses a memory plan by its name, instead of what would be picked."""


def report(device: str, *, with_own: bool = False) -> fit.Device:
    """What is free on `device` now; `with_own`, with what this process holds of a GPU itself, weights and all."""
    import torch

    beside = free_memory()
    if device.startswith("cuda"):
        free, _ = torch.cuda.mem_get_info(torch.device(device))
        free += torch.cuda.memory_reserved(torch.device(device)) if with_own else 0
        return fit.Device("cuda", free, beside, quantised.OWN.installed)
    return fit.Device(kind_of(device), beside or 8 * fit.GIB, beside, quantised.OWN.installed)


def free_memory() -> int:
    """Bytes of main memory that are free; 0 where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES") + _reclaimable()
    except (AttributeError, ValueError, OSError):  # not on Windows, nor on a Mac
        return 0


def needs_of(found: Found, pixels: int = 0) -> fit.Needs:
    """What the model needs for takes of `pixels` (width x height x frames), 0 for its native ones."""
    facts = found.facts
    half = {"float32": 2}.get(_stored_dtype(found), 1)
    weights: dict[str, int] = {}
    for key in found.files.described.weighty:
        role = role_of(key, found.files.described.pipeline.denoiser)
        weights[role] = weights.get(role, 0) + found.files.part_bytes(key) // half
    width, height = facts.model.size
    native = width * height * facts.model.native_frames
    return fit.needs(weights, facts.model.work, facts.model.tiles, (pixels or native) / native)


def role_of(key: str, denoiser: str) -> str:
    """What a part is for: `text`, `denoiser`, `vae` or `other`."""
    if key.startswith(denoiser):
        return "denoiser"
    if key.startswith("text_encoder"):
        return "text"
    return "vae" if key == "vae" else "other"


def pick_plan(found: Found, device: str, pixels: int = 0, failed: frozenset[str] = frozenset()) -> Plan:
    """The plan for takes of `pixels` on `device`: what the user set, else the fastest that fits. Raises
    `GeneratorError` for a name that the user set and that is no plan of this device."""
    wanted = os.environ.get(PLAN, "").strip().lower()
    names = fit.LADDERS[kind_of(device)]
    if wanted and wanted not in names:
        raise GeneratorError(
            f"the memory plan {wanted!r} ({PLAN}) is none of {', '.join(names)}; set one of these, or none"
        )
    need, here = needs_of(found, pixels), report(device)
    if wanted == "int8" and not here.quantises:
        raise GeneratorError(
            f"the memory plan int8 ({PLAN}) needs {quantised.OWN.package}, which is not installed; run: "
            f"pip install {quantised.OWN.package}"
        )
    if wanted:
        return next(plan for plan, _, _ in fit.ladder(need, here) if plan.name == wanted)
    return fit.pick(need, here, failed)


def kind_of(device: str) -> fit.Kind:
    """What kind of device `cuda:1` is."""
    return "cuda" if device.startswith("cuda") else "mps" if device == "mps" else "cpu"


def _reclaimable() -> int:
    """Linux counts memory that only caches files as used."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return 0
    said = dict(line.split(":", 1) for line in lines if ":" in line)
    bytes_of = {
        name: int(said[name].split()[0]) * 1024 for name in ("MemAvailable", "MemFree") if name in said
    }
    return max(0, bytes_of.get("MemAvailable", 0) - bytes_of.get("MemFree", 0))


def _stored_dtype(found: Found) -> str:
    """float32 where the weights of the denoiser are stored in full precision, as its files' headers say."""
    key = found.files.described.pipeline.denoiser
    name = next(name for name in found.files.weights if name.startswith(f"{key}/"))
    with (found.files.folder / name).open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    if key in found.files.quantised:
        return "half"
    kinds = [tensor["dtype"] for label, tensor in header.items() if label != "__metadata__"]
    return "float32" if "F32" in kinds[:1] else "half"
