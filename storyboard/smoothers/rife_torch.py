"""RIFE 4.25 through PyTorch: on a graphics card with CUDA or MPS (`rife_gpu`), else the convolutions on the processor.

Asking PyTorch for a card takes seconds, so it is asked only where there may be one, in a process of its own, and its
answer is kept for as long as PyTorch and the driver stay the same.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from storyboard import atomic, places
from storyboard.errors import EngineFailed
from storyboard.smoothers import weights as rife_weights
from storyboard.smoothers.base import Engine, OpenSmoother

NAME = "rife-torch"
VERSION = "2"
"""Of this code: raise it when a change here, in `rife_layers`, `rife_lane`, `rife_torch_cpu`, `rife_net`, `rife_gpu`,
`rife_fused` or `rife_kernels` may change a pixel."""

PROCESSOR = "cpu"
_ASK = """
import json, torch
kernels = False
if torch.cuda.is_available():
    answer = ["cuda", torch.cuda.get_device_name()]
    from storyboard.smoothers import rife_kernels
    try:
        kernels = torch.version.hip is None and bool(rife_kernels.on_card())
    except rife_kernels.CardError:  # then without them
        pass
elif torch.backends.mps.is_available():
    answer = ["mps", "Apple's graphics"]
else:
    answer = ["cpu", ""]
print(json.dumps([*answer, kernels]))
"""
_ASK_SECONDS = 120
_CHOICE = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")
"""Which cards a user lets programs see."""
_NVIDIA = Path("/proc/driver/nvidia/version")
_WSL = Path("/usr/lib/wsl/lib/libcuda.so.1")
"""NVIDIA's driver within Linux on Windows, which has none of its own."""
_AMD = Path("/dev/kfd")
"""What ROCm computes through; its driver is the kernel's."""


class Device(NamedTuple):
    """As PyTorch calls it, and its maker's name for it."""

    kind: str
    name: str
    kernels: bool = False
    """Whether `rife_kernels` work on it."""


def device() -> Device:
    """What PyTorch would run on here. The first call on a machine with a card may take some seconds."""
    try:
        version = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return Device(PROCESSOR, "")
    driver = _driver()
    return _asked(version, driver) if driver and not version.endswith("+cpu") else Device(PROCESSOR, "")


def _driver() -> str:
    """What tells one driver of a card that PyTorch can use from another; empty where there is none."""
    if sys.platform == "darwin":
        return platform.version() if platform.machine() == "arm64" else ""
    if sys.platform == "win32":
        system = Path("C:/Windows/System32/nvcuda.dll")
        return str(system.stat().st_mtime_ns) if system.is_file() else ""
    try:
        return _NVIDIA.read_text()
    except OSError:
        pass
    if _WSL.is_file():
        return str(_WSL.stat().st_mtime_ns)
    return platform.release() if _AMD.exists() else ""


@functools.cache
def _asked(version: str, driver: str) -> Device:
    question = [version, driver, VERSION, *map(os.environ.get, _CHOICE)]
    file = places.cache() / "smoothers" / "torch-device.json"
    try:
        kept = json.loads(file.read_bytes())
        if kept["question"] == question:
            return Device(*kept["answer"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    answer = _ask()
    if answer is None:  # asked again the next time
        return Device(PROCESSOR, "")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(file) as temporary:
            temporary.write_text(json.dumps({"question": question, "answer": answer}))
    except OSError:
        pass  # asked again the next time
    return answer


def _ask() -> Device | None:
    """None where it could not be told: PyTorch did not answer in time, or its card is full."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _ASK],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_SECONDS,
            check=True,
        )
        return Device(*json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return None


def missing(_name: str = NAME) -> str:
    """What it lacks beside its library, with what to do; or an empty string."""
    return rife_weights.missing()


def where(_name: str = NAME) -> str:
    """On what it runs here, in words."""
    found = device()
    return (
        f"on {found.name}" if found.name else "on the processor (no graphics card with CUDA or MPS was found)"
    )


def engine(name: str = NAME) -> Engine:
    """What decides this engine's pixels, without loading it."""
    kind, _, kernels = device()
    library = f"{VERSION}/torch-{importlib.metadata.version('torch')}"
    if kind == PROCESSOR:
        library += f"/opencv-{importlib.metadata.version('opencv-python-headless')}"
    precision = "f32" if kind == PROCESSOR else "f16"
    how = f"{kind}/kernels" if kernels else kind
    return Engine(name, f"{library}/{how}", precision, rife_weights.digest())


def open_engine(name: str, threads: int | None) -> OpenSmoother:
    """A `LanedRife` or a `GpuRife`. Raises `SmootherError` when PyTorch does not load."""
    try:
        import torch
    except (ImportError, OSError, RuntimeError) as error:
        raise EngineFailed(
            name, f"PyTorch does not load ({error}); install it again, or choose `rife-openvino`"
        ) from error
    kind, _, kernels = device()
    if kind != PROCESSOR:
        from storyboard.smoothers.rife_gpu import GpuRife

        return GpuRife(engine(name), kind, torch.float16, kernels)
    from storyboard.smoothers.rife_lanes import LanedRife
    from storyboard.smoothers.rife_torch_cpu import Layers

    weights = rife_weights.load()
    return LanedRife(engine(name), lambda *_: Layers(weights), threads)
