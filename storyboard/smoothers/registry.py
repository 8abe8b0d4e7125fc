"""The smoothing engines by name: which can run here, which one `rife` means here, and opening one.

An engine is one entry of `_TABLE` and one module with the functions of `_Module`. To add one, add both, and its name
to `kinds.SMOOTHERS`. The user's own weights are engines too, named `rife:` and what they are called.

`rife` means the first of `_order` that can run here and has not failed here. An engine fails at its first use, when
what it makes of a stored pair is wrong, or at its work; that is remembered, ends the job, and the user's next try
gets the next engine. It is never changed within a job. Asked for by its own name, an engine is tried again, and
forgiven when it works.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

from storyboard.errors import EngineFailed, SmootherError
from storyboard.smoothers import verdicts, weights
from storyboard.smoothers.base import Engine, Gap, OpenSmoother

if TYPE_CHECKING:
    from storyboard.frames import Frames


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
    tested: bool = True
    """Whether it must make of the stored pair what RIFE 4.25 makes of it, before it is trusted."""

    @property
    def module(self) -> _Module:
        module: _Module = importlib.import_module(f"storyboard.smoothers.{self.room}")
        return module


_TABLE = (
    _Entry("rife-torch", "torch", "rife_torch"),
    _Entry("rife-ncnn", "rife-ncnn-vulkan-python-tntwise", "rife_ncnn"),
    _Entry("rife-openvino", "openvino", "rife_openvino"),
    _Entry("rife-openvino-fast", "openvino", "rife_openvino"),
    _Entry("rife-hdv3", "openvino", "rife_hdv3", tested=False),
    _Entry("flow", "opencv-python-headless", "flow", tested=False),
)

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
    """The engine that `name` means on this machine. Raises `SmootherError` when that engine cannot run here; it
    never gives another instead."""
    return _resolved(name).name


def engine_of(name: str) -> Engine:
    """What decides the pixels of `name` on this machine: part of keys. Loads no network. Raises as `resolve`."""
    entry = _resolved(name)
    return entry.module.engine(entry.name)


def open_smoother(name: str, threads: int | None = None) -> OpenSmoother:
    """The engine that `name` means here, to be closed after use. `threads` is how many processor threads it may
    use; None asks for all that this process has. Raises as `resolve`, and `EngineFailed` when it makes wrong pictures.
    """
    entry = _resolved(name)
    try:
        smoother = entry.module.open_engine(entry.name, threads)
    except EngineFailed as error:
        failed(entry.name, str(error))
        raise
    opened = _Watched(entry, smoother)
    if entry.tested and opened.verdict != verdicts.PASSED:
        opened.test()
    return opened


def failed(name: str, reason: str) -> None:
    """Remember that an engine broke at its work, as when the process that it ran in ended."""
    entry = _entry(name)
    verdicts.note(entry.module.engine(name), entry.module.where(name), reason)


class _Watched:
    """An engine whose failures are remembered."""

    def __init__(self, entry: _Entry, smoother: OpenSmoother) -> None:
        self.engine = smoother.engine
        self._where = entry.module.where(entry.name)
        self._smoother = smoother

    @property
    def verdict(self) -> str | None:
        return verdicts.known(self.engine, self._where)

    def test(self) -> None:
        """Raises `EngineFailed` when it makes wrong pictures."""
        from storyboard.smoothers import selftest

        try:
            selftest.check(self)
        except EngineFailed as error:
            self._note(str(error))
            self.close()
            raise
        self._note(verdicts.PASSED)

    def between(self, gaps: Iterable[Gap]) -> Frames:
        try:
            yield from self._smoother.between(gaps)
        except EngineFailed as error:
            self._note(str(error))
            raise

    def close(self) -> None:
        self._smoother.close()

    def _note(self, verdict: str) -> None:
        verdicts.note(self.engine, self._where, verdict)


def _resolved(name: str) -> _Entry:
    entry = _best_rife() if name == "rife" else _entry(name)
    status = _status(entry)
    if not status.usable:
        raise SmootherError(f"the smoother {entry.name} cannot run here: {status.reason}")
    return entry


def _entry(name: str) -> _Entry:
    if name.startswith(weights.OWN):
        return _Entry(name, "openvino", "rife_own", tested=False)
    if name not in _ENTRIES:
        known = ", ".join(("rife", *ENGINES, *weights.own()))
        raise SmootherError(f"there is no engine {name!r}; choose {known}")
    return _ENTRIES[name]


def _best_rife() -> _Entry:
    """The first that can run here and has not failed; when all have, it begins again with the first."""
    usable = [entry for entry in _order() if _status(entry).usable]
    sound = (entry for entry in usable if not _failure(entry))
    return next(sound, usable[0] if usable else _ENTRIES["rife-openvino"])


def _order() -> Iterator[_Entry]:
    """Graphics cards first, then the processor."""
    from storyboard.smoothers import rife_ncnn, rife_torch

    if rife_torch.device().kind != rife_torch.PROCESSOR:
        yield _ENTRIES["rife-torch"]
    if rife_ncnn.vulkan_device():
        yield _ENTRIES["rife-ncnn"]
    yield _ENTRIES["rife-openvino"]
    yield _ENTRIES["rife-torch"]


def _failure(entry: _Entry) -> str:
    """Why the engine failed here the last time, or nothing."""
    module = entry.module
    return verdicts.known(module.engine(entry.name), module.where(entry.name)) or verdicts.PASSED


def _status(entry: _Entry) -> EngineStatus:
    try:
        importlib.metadata.version(entry.package)
    except importlib.metadata.PackageNotFoundError:
        reason = f"its library is not installed; run: pip install {entry.package}"
        return EngineStatus(entry.name, False, reason)
    if reason := entry.module.missing(entry.name):
        return EngineStatus(entry.name, False, reason)
    where, failure = entry.module.where(entry.name), _failure(entry)
    return EngineStatus(entry.name, True, f"{where}; the last time: {failure}" if failure else where)
