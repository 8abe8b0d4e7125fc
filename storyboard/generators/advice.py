"""Which text-to-video model suits this machine, and what it takes to get it. Looks, and changes nothing."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from typing import Final, NamedTuple

from storyboard.generators import catalog, models, pipeline, registry

WANTED: Final = models.MODELSCOPE
GPU_MEMORY: Final = 4.0
"""GB of GPU memory from which the model runs on a GPU at all: half precision, parts of it moved in and out."""
MEMORY: Final = 12.0
"""GB of main memory that it needs on a processor: seven of weights in full precision, and room to work."""
ASK_FOR: Final = 5.0
"""Seconds that a driver is given to answer."""


class Machine(NamedTuple):
    """What decides how well a model runs."""

    gpu: str
    """Its name; empty where there is none that a model can use."""
    gpu_memory: float
    """GB; of Apple's chips the main memory, which they share."""
    memory: float
    """GB of main memory; 0 where the system does not say."""


class Advice(NamedTuple):
    """A model for this machine."""

    model: str
    sentence: str
    """How well it fits, what has to be downloaded, and its licence."""
    command: str
    """What gets it."""
    fits: bool


def machine() -> Machine:
    """This machine, asked without loading any library of a model's."""
    memory = _memory()
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return Machine("Apple GPU", memory, memory)
    return Machine(*_nvidia(), memory)


def advice(here: Machine | None = None) -> Advice | None:
    """Which model to get; None where one is ready already."""
    if registry.best() not in registry.BUILT_IN:
        return None
    return for_machine(here or machine(), packages=pipeline.installed())


def for_machine(here: Machine, *, packages: bool) -> Advice:
    """The advice for a machine; `packages` says whether PyTorch and diffusers are there."""
    facts = catalog.facts(WANTED)
    title = "ModelScope 1.7B"
    needs = ", ".join(part for part in (facts.download, facts.licence, facts.licence_note) if part)
    fits = True
    if here.gpu and here.gpu_memory >= GPU_MEMORY:
        how = f"{title} fits this machine ({here.gpu}, {here.gpu_memory:.0f} GB)"
    elif here.memory == 0 or here.memory >= MEMORY:
        how = f"{title} runs on this processor, in minutes a take"
    else:
        fits = False
        how = f"{title} needs {MEMORY:.0f} GB of memory and this machine has {here.memory:.0f}"
    first = "" if packages else 'pip install "storyboard[models]" && '
    return Advice(WANTED, f"{how}: {needs}.", f"{first}storyboard models get {WANTED}", fits)


def _nvidia() -> tuple[str, float]:
    """Name and memory in GB of the first NVIDIA GPU; ("", 0) where there is none."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return "", 0.0
    query = [program, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        asked = subprocess.run(query, capture_output=True, text=True, timeout=ASK_FOR, check=True)
        name, memory = asked.stdout.splitlines()[0].rsplit(",", 1)
        return name.strip(), float(memory) / 1024
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return "", 0.0


def _memory() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):  # not on Windows
        return 0.0
