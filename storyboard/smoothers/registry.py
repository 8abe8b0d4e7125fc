"""The smoothing engines by name: which can run here, which one `rife` means here, and opening one."""

from __future__ import annotations

import importlib.metadata
from typing import NamedTuple, Protocol

from storyboard.errors import SmootherError
from storyboard.smoothers.base import Engine, Smoother

_PACKAGES = {
    "rife-ncnn": "rife-ncnn-vulkan-python-tntwise",
    "rife-openvino": "openvino",
    "flow": "opencv-python-headless",
}
"""The packages whose versions are in the engines' keys."""

ENGINES = tuple(_PACKAGES)
"""The best first."""


class OpenSmoother(Smoother, Protocol):
    """A smoother that holds memory, threads or a process until it is closed."""

    def close(self) -> None: ...


class EngineStatus(NamedTuple):
    """Whether an engine can run on this machine, and why, in words for the user."""

    name: str
    usable: bool
    reason: str


def available() -> list[EngineStatus]:
    """Every engine, the best first. Loads none; the first call asks the graphics driver (half a second)."""
    return [_status(name) for name in ENGINES]


def resolve(name: str) -> str:
    """The engine that `name` means on this machine: for `rife` the graphics card's where there is one, else
    `rife-openvino`. Raises `SmootherError` when that engine cannot run here; it never gives another instead."""
    engine = _best_rife() if name == "rife" else name
    status = _status(engine)
    if not status.usable:
        raise SmootherError(f"the smoother {engine} cannot run here: {status.reason}")
    return engine


def engine_of(name: str) -> Engine:
    """What decides the pixels of `name` on this machine: part of keys. Loads no network. Raises as `resolve`."""
    engine = resolve(name)
    if engine == "rife-ncnn":
        from storyboard.smoothers import rife_ncnn

        return rife_ncnn.engine()
    if engine == "rife-openvino":
        from storyboard.smoothers import rife_openvino

        return rife_openvino.engine()
    from storyboard.smoothers import flow

    return flow.engine()


def open_smoother(name: str, threads: int | None = None) -> OpenSmoother:
    """The engine that `name` means here, to be closed after use. `threads` is how many processor threads it may
    use; None asks for all that this process has. Raises as `resolve`."""
    engine = resolve(name)
    if engine == "rife-ncnn":
        from storyboard.smoothers.rife_ncnn import NcnnRife

        return NcnnRife(threads)
    if engine == "rife-openvino":
        from storyboard.smoothers.rife_openvino import OpenVinoRife

        return OpenVinoRife(threads)
    from storyboard.smoothers.flow import FlowSmoother

    return FlowSmoother(threads)


def _best_rife() -> str:
    from storyboard.smoothers import rife_ncnn

    return "rife-ncnn" if rife_ncnn.vulkan_device() else "rife-openvino"


def _status(name: str) -> EngineStatus:
    reason = _missing(name)
    if reason:
        return EngineStatus(name, False, reason)
    return EngineStatus(name, True, _how(name))


def _missing(name: str) -> str:
    """What an engine lacks and how to get it, or an empty string."""
    from storyboard.smoothers import weights

    package = _PACKAGES[name]
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return f"its library is not installed; run: pip install {package}"
    if name != "flow" and not weights.is_here():
        return "the RIFE weights that ship with storyboard are missing; install storyboard again"
    if name == "rife-ncnn":
        from storyboard.smoothers import rife_ncnn

        return rife_ncnn.broken()
    return ""


def _how(name: str) -> str:
    if name == "rife-ncnn":
        from storyboard.smoothers import rife_ncnn

        device = rife_ncnn.vulkan_device()
        return f"on {device.name}" if device else "on the processor (no graphics card with Vulkan was found)"
    return "on the processor"
