"""What this machine has, and what each missing thing would give."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys

from msgspec import Struct

from storyboard import places
from storyboard.generators import registry as generators
from storyboard.smoothers import registry as smoothers


class Finding(Struct, frozen=True):
    name: str
    found: bool
    what: str
    advice: str = ""
    """What it would give and how to get it; empty when it is there."""


def examine() -> list[Finding]:
    """Look at everything, changing nothing. May take a few seconds: drivers are asked too."""
    return [
        Finding(
            "Python", sys.version_info >= (3, 11), f"{platform.python_version()} on {platform.platform()}"
        ),
        _machine(),
        _qt(),
        _torch(),
        *_engines(),
        *_codecs(),
        *_models(),
        _disk(),
    ]


def _machine() -> Finding:
    return Finding("cores", True, str(os.cpu_count() or 1))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _qt() -> Finding:
    version = _version("PySide6")
    try:
        from PySide6 import QtWidgets  # noqa: F401 - whether its libraries load is the question
    except ImportError as error:
        advice = f"the window; install the system libraries that the README names ({error})"
        return Finding("Qt window", False, version or "not installed", advice)
    return Finding("Qt window", True, f"PySide6 {version}")


def _torch() -> Finding:
    if not (_version("torch") and _version("diffusers")):
        advice = "text-to-video models; install with `pip install 'storyboard[models]'` (several GB)"
        return Finding("models extra", False, "torch or diffusers is not installed", advice)
    try:
        import torch
    except (ImportError, OSError, RuntimeError) as error:
        return Finding(
            "models extra",
            False,
            f"torch is installed but does not load ({error})",
            "models; install it again",
        )
    versions = f"torch {torch.__version__}, diffusers {_version('diffusers')}"
    if torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        name = torch.cuda.get_device_name()
        return Finding("GPU", True, f"{name}, {free / 2**30:.1f} of {total / 2**30:.1f} GB free; {versions}")
    if torch.backends.mps.is_available():
        return Finding("GPU", True, f"Apple MPS; {versions}")
    advice = "models ten to a hundred times faster; they run on the CPU meanwhile"
    return Finding("GPU", False, f"no CUDA or MPS device; {versions}", advice)


def _engines() -> list[Finding]:
    return [
        Finding(
            f"smoothing {engine.name}",
            engine.usable,
            engine.reason,
            "" if engine.usable else "smoothing with this engine",
        )
        for engine in smoothers.available()
    ]


def _codecs() -> list[Finding]:
    try:
        import av
    except (ImportError, OSError) as error:
        return [Finding("codecs", False, f"PyAV does not load ({error})", "films; install av again")]
    wanted = {"libx264": "films in H.264", "ffv1": "takes, and lossless films", "aac": "sound in films"}
    version = f"PyAV {av.__version__}"
    return [
        Finding(
            f"codec {codec}",
            codec in av.codecs_available,
            version,
            "" if codec in av.codecs_available else gives,
        )
        for codec, gives in wanted.items()
    ]


def _models() -> list[Finding]:
    return [
        Finding(f"model {model.name}", model.ready, model.licence, model.reason)
        for model in generators.known()
    ]


def _disk() -> Finding:
    home = places.data()
    while not home.exists():
        home = home.parent
    free = shutil.disk_usage(home).free / 2**30
    return Finding("disk", free > 5, f"{free:.0f} GB free", "" if free > 5 else "room for takes; free some")
