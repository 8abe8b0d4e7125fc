"""RIFE 4.25 through OpenVINO, on the processor. Needs no torch.

Two engines: `rife-openvino` computes in f32 throughout. `rife-openvino-fast` convolves in bf16 where the processor has
that: pictures, flow and the head stay in f32 (in bf16 a flow of 100 pixels is off by half of one, and the head gave
NaN on a real picture). It is off by a few levels of 255 (at most 4 on pairs of `bikes.mp4`).
"""

from __future__ import annotations

import functools
import importlib.metadata
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storyboard import heap
from storyboard.errors import EngineFailed
from storyboard.smoothers import weights as rife_weights
from storyboard.smoothers.base import Engine

if TYPE_CHECKING:
    from storyboard.smoothers.rife_lane import Bind, Block, Floats
    from storyboard.smoothers.rife_lanes import LanedRife

NAME = "rife-openvino"
FAST = "rife-openvino-fast"
VERSION = "3"
"""Of this code: raise it when a change here, in `rife_graph` or `rife_lane` may change a pixel."""


_CPUINFO = Path("/proc/cpuinfo")
_BF16 = frozenset(("avx512_bf16", "amx_bf16"))
"""What Linux calls the instructions for it, of which OpenVINO needs one."""


def missing(name: str = NAME) -> str:
    """What it lacks beside its library, with what to do; or an empty string."""
    if name == FAST and not has_bf16():
        return (
            "this processor has no bf16 (AVX512-BF16 or AMX), or does not say so, and would be slower in it; "
            "use rife-openvino"
        )
    return rife_weights.missing(name)


def where(_name: str = NAME) -> str:
    """On what it runs here, in words."""
    return "on the processor"


@functools.cache
def has_bf16() -> bool:
    """Whether the processor computes in bf16 by itself. OpenVINO would imitate it elsewhere, slowly."""
    if sys.platform.startswith("linux"):
        return not _BF16.isdisjoint(_flags(_CPUINFO))
    if sys.platform == "darwin":
        return False
    import openvino as ov

    return "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _flags(cpuinfo: Path) -> list[str]:
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return []
    return next((line.split() for line in lines if line.startswith("flags")), [])


def engine(name: str = NAME) -> Engine:
    """What decides this engine's pixels, without loading it."""
    libraries = [
        f"{package}-{importlib.metadata.version(package)}"
        for package in ("openvino", "opencv-python-headless")
    ]
    precision = "bf16" if name == FAST else "f32"
    digest = rife_weights.digest(rife_weights.file_of(name))
    return Engine(name, "/".join([VERSION, *libraries]), precision, digest)


def open_engine(name: str, threads: int | None) -> LanedRife:
    """See `LanedRife`."""
    from storyboard.smoothers.rife_lanes import LanedRife

    heap.keep_little()
    rife_weights.shapes(rife_weights.file_of(name))  # what is wrong with them is said here

    def prepare(height: int, width: int, threads: int, lanes: int) -> _Graphs:
        # Not kept: the compiled graphs have them in a form of their own.
        weights = rife_weights.load(rife_weights.file_of(name))
        return _Graphs(weights, height, width, threads, lanes, "bf16" if name == FAST else "f32")

    return LanedRife(engine(name), prepare, threads)


class _Graphs:
    """The graphs compiled for one padded size: `Convolutions`."""

    def __init__(
        self,
        weights: rife_weights.Weights,
        height: int,
        width: int,
        threads: int,
        lanes: int,
        precision: str,
    ) -> None:
        from storyboard.smoothers import rife_graph, rife_layers

        config = {
            # The default may be bf16 where the processor has it, which is off by up to 39 of 255.
            "INFERENCE_PRECISION_HINT": "f32",
            # While one lane convolves another one samples pictures. A stream for each lane was slower (70 ms for an
            # in-between of 640x272 on two processors, against 60) and takes 25 MB more for each.
            "NUM_STREAMS": max(1, lanes // 2),
            "INFERENCE_NUM_THREADS": threads,
            # Pinned threads of two processes, or of two graphs, would all sit on the same cores.
            "ENABLE_CPU_PINNING": False,
        }
        self._head = _compiled(rife_graph.head_graph(weights, height, width), config)
        config["INFERENCE_PRECISION_HINT"] = precision
        self._blocks = [
            _compiled(rife_graph.block_graph(weights, i, height, width), config)
            for i in range(len(rife_layers.SCALES))
        ]
        heap.give_back()  # compiling takes for a moment what a lane takes for good

    def head(self, picture: Floats) -> Floats:
        import numpy as np
        import openvino as ov

        height, width, _ = picture.shape
        made = np.empty((1, height // 2, width // 2, 16), np.float32)
        request = self._head.create_infer_request()
        request.set_input_tensor(ov.Tensor(picture[None], shared_memory=True))
        request.set_output_tensor(ov.Tensor(made, shared_memory=True))
        _run(request)
        features: Floats = made[0]
        return features

    def bind(self, i: int, arrays: Bind) -> Block:
        import openvino as ov

        request = self._blocks[i].create_infer_request()
        # A shared tensor does not keep its array alive: the lane has both.
        request.set_input_tensor(ov.Tensor(arrays.woven, shared_memory=True))
        request.set_output_tensor(ov.Tensor(arrays.answer, shared_memory=True))
        return lambda: _run(request)


def _compiled(graph: Any, config: dict[str, Any]) -> Any:
    import openvino as ov

    try:
        return ov.Core().compile_model(graph, "CPU", config)
    except RuntimeError as error:
        raise EngineFailed(
            NAME,
            f"OpenVINO could not prepare RIFE ({_first_line(error)}); choose the smoother `flow` or `rife-ncnn`",
        ) from error


def _run(request: Any) -> None:
    try:
        request.infer()
    except RuntimeError as error:
        raise EngineFailed(
            NAME,
            f"OpenVINO failed while it made an in-between ({_first_line(error)}); try again",
        ) from error


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
