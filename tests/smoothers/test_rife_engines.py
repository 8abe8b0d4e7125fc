"""The shipped RIFE engines compute what the published network computes, to within one level of 255."""

from __future__ import annotations

import ctypes
import itertools
import platform
import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from storyboard.errors import EngineFailed, SmootherError
from storyboard.project import SmootherName
from storyboard.smoothers import registry, rife_kernels, rife_openvino
from storyboard.smoothers.base import Engine, Gap
from tests.smoothers.moving import moving

if TYPE_CHECKING:
    from storyboard.frames import Frame
    from storyboard.smoothers.base import OpenSmoother
    from tests.smoothers.rife_reference import Reference

TIMES = [Fraction(1, 4), Fraction(1, 3), Fraction(1, 2), Fraction(2, 3)]
SIZES = {
    (256, 256): TIMES,
    (64, 64): TIMES,
    (255, 253): TIMES[:2],
    (448, 256): TIMES[2:],
    (640, 272): TIMES[1:2],
}
HALVES = {"float16": 8, "bfloat16": 8}
"""The largest difference that half precision may make, of 255."""

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def reference() -> Reference:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    from tests.smoothers.rife_reference import Reference

    return Reference()


@pytest.fixture(scope="module")
def expected(reference: Reference) -> dict[tuple[int, int], list[tuple[Gap, Frame]]]:
    """For each size, gaps at its times and the published network's answers."""
    result = {}
    for (width, height), times in SIZES.items():
        frames = moving(width, height, 1 + len(times), seed=width)
        gaps = [Gap(*pair, t) for pair, t in zip(itertools.pairwise(frames), times, strict=True)]
        result[width, height] = [(gap, reference.between(*gap)) for gap in gaps]
    return result


@pytest.fixture(scope="module", params=["rife-openvino", "rife-ncnn", "rife-torch"])
def engine(request: pytest.FixtureRequest) -> Iterator[OpenSmoother]:
    name: SmootherName = request.param
    status = {status.name: status for status in registry.available()}[name]
    if not status.usable:
        pytest.skip(status.reason)
    opened = registry.open_smoother(name, threads=1)
    if opened.engine.precision != "f32":
        pytest.skip("a graphics card computes in half precision")
    yield opened
    opened.close()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_level_is_off_by_more_than_one(
    engine: OpenSmoother,
    expected: dict[tuple[int, int], list[tuple[Gap, Frame]]],
    width: int,
    height: int,
) -> None:
    cases = expected[width, height]
    for made, (gap, right) in zip(engine.between(gap for gap, _ in cases), cases, strict=True):
        off = np.abs(made.astype(int) - right)
        assert off.max() <= 1, gap.t
        assert off.mean() < 0.01


@pytest.mark.parametrize(("precision", "most"), [("float32", 1), *HALVES.items()])
def test_the_graphics_card_s_code_computes_the_same_in_each_precision(
    expected: dict[tuple[int, int], list[tuple[Gap, Frame]]], precision: str, most: int
) -> None:
    import torch

    from storyboard.smoothers.rife_gpu import GpuRife

    smoother = GpuRife(Engine("rife-torch", "", "", ""), "cpu", getattr(torch, precision))
    cases = [*expected[64, 64], expected[255, 253][0]]
    for made, (gap, right) in zip(smoother.between(gap for gap, _ in cases), cases, strict=True):
        assert np.abs(made.astype(int) - right).max() <= most, gap.t
    smoother.close()


class _Compiled:
    """`rife_kernels.cu` as the processor's own compiler understands it."""

    def __init__(self, folder: Path, compiler: str) -> None:
        built = folder / "kernels.so"
        options = ["-x", "c++", "-std=c++17", "-O1", "-shared", "-fPIC", "-w"]
        command = [compiler, *options, str(rife_kernels.SOURCE), "-o", str(built)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if "_Float16" in done.stderr:
            pytest.skip("the compiler here does not know half precision")
        assert done.returncode == 0, done.stderr
        self._library = ctypes.CDLL(str(built))

    def __call__(self, name: str, _count: int, *arguments: rife_kernels.Argument) -> None:
        getattr(self._library, name)(*rife_kernels.as_c(arguments))


def test_the_kernels_of_nvidia_cards_compute_the_same(
    expected: dict[tuple[int, int], list[tuple[Gap, Frame]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import torch

    from storyboard.smoothers.rife_gpu import GpuRife

    compiler = shutil.which("g++")
    if compiler is None or platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("there is no compiler here")
    compiled = _Compiled(tmp_path, compiler)
    monkeypatch.setattr(rife_kernels, "on_card", lambda: compiled)
    smoother = GpuRife(Engine("rife-torch", "", "", ""), "cpu", torch.float16, kernels=True)
    cases = [*expected[64, 64], expected[255, 253][0]]
    for made, (gap, right) in zip(smoother.between(gap for gap, _ in cases), cases, strict=True):
        off = np.abs(made.astype(int) - right)
        assert off.max() <= HALVES["float16"], gap.t
        assert off.mean() < 0.05
    before, after = np.full((64, 64, 3), 255, np.uint8), np.zeros((64, 64, 3), np.uint8)
    smoother._net._net._blocks[-1][-1].bias.fill_(float("nan"))
    with pytest.raises(EngineFailed, match="NaN"):
        list(smoother.between([Gap(before, after, Fraction(1, 2))]))
    smoother.close()


@pytest.mark.parametrize(
    ("error", "told"), [("OutOfMemoryError", SmootherError), ("CardError", EngineFailed)]
)
def test_a_full_card_is_no_fault_of_the_engine(
    error: str, told: type[SmootherError], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from storyboard.smoothers import rife_gpu

    smoother = rife_gpu.GpuRife(Engine("rife-torch", "", "", ""), "cpu", torch.float32)
    kind = rife_kernels.CardError if error == "CardError" else torch.cuda.OutOfMemoryError

    def fail(*_: object) -> None:
        raise kind("an illegal instruction")

    monkeypatch.setattr(smoother._net, "planes", fail)
    gap = Gap(np.zeros((64, 64, 3), np.uint8), np.ones((64, 64, 3), np.uint8), Fraction(1, 2))
    with pytest.raises(SmootherError, match=r"memory ran out|illegal instruction") as raised:
        list(smoother.between([gap]))
    assert type(raised.value) is told


def test_convolving_in_bf16_is_off_by_little(
    expected: dict[tuple[int, int], list[tuple[Gap, Frame]]],
) -> None:
    if "avx512bw" not in rife_openvino._flags(rife_openvino._CPUINFO):
        pytest.skip("without AVX512 a processor cannot even imitate bf16")
    smoother = rife_openvino.open_engine(rife_openvino.FAST, 1)
    for made, (gap, right) in zip(
        smoother.between(gap for gap, _ in expected[256, 256]), expected[256, 256], strict=True
    ):
        off = np.abs(made.astype(int) - right)
        assert 0 < off.max() <= 12, gap.t
        assert off.mean() < 0.2
    smoother.close()
