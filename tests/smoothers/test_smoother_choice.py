"""Which engine `rife` means: graphics cards first, each after a self-test, none after it failed here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from storyboard import places
from storyboard.errors import EngineFailed, SmootherError
from storyboard.smoothers import registry, rife_ncnn, rife_openvino, rife_torch, selftest, verdicts
from storyboard.smoothers.base import Engine, Gap
from tests.smoothers.moving import moving

if TYPE_CHECKING:
    from storyboard.frames import Frames


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path))


class Mirror:
    """An engine that answers with the picture before, upside down."""

    engine = Engine("rife-openvino", "mirror", "f32", "")

    def __init__(self) -> None:
        self.closed = False

    def between(self, gaps: Iterable[Gap]) -> Frames:
        for gap in gaps:
            yield np.ascontiguousarray(gap.before[::-1])

    def close(self) -> None:
        self.closed = True


def cards(monkeypatch: pytest.MonkeyPatch, *, cuda: bool, vulkan: bool) -> None:
    device = rife_torch.Device("cuda", "a card") if cuda else rife_torch.Device("cpu", "")
    monkeypatch.setattr(rife_torch, "device", lambda: device)
    monkeypatch.setattr(rife_ncnn, "vulkan_device", lambda: rife_ncnn.Device(0, "a card") if vulkan else None)
    monkeypatch.setattr(rife_ncnn, "_probe", lambda: (None, ""))


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """These engines cannot run."""
    real = registry._status

    def status(entry: registry._Entry) -> registry.EngineStatus:
        return registry.EngineStatus(entry.name, False, "not here") if entry.name in names else real(entry)

    monkeypatch.setattr(registry, "_status", status)


def test_the_order_is_cuda_then_vulkan_then_openvino_then_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    cards(monkeypatch, cuda=True, vulkan=True)
    assert registry.resolve("rife") == "rife-torch"
    assert registry.engine_of("rife").precision == "f16"
    cards(monkeypatch, cuda=False, vulkan=True)
    assert registry.resolve("rife") == "rife-ncnn"
    cards(monkeypatch, cuda=False, vulkan=False)
    assert registry.resolve("rife") == "rife-openvino"
    without(monkeypatch, "rife-openvino")
    assert registry.resolve("rife") == "rife-torch"
    assert registry.engine_of("rife").precision == "f32"


def test_flow_is_never_chosen_for_rife(monkeypatch: pytest.MonkeyPatch) -> None:
    cards(monkeypatch, cuda=False, vulkan=False)
    without(monkeypatch, "rife-openvino", "rife-torch", "rife-ncnn")
    with pytest.raises(SmootherError, match="rife-openvino cannot run here"):
        registry.resolve("rife")


def test_an_engine_that_makes_wrong_pictures_fails_its_self_test_and_the_next_try_gets_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cards(monkeypatch, cuda=False, vulkan=True)
    mirror = Mirror()
    monkeypatch.setattr(rife_ncnn, "open_engine", lambda _name, _threads: mirror)
    monkeypatch.setattr(rife_ncnn, "engine", lambda _name: mirror.engine)
    with pytest.raises(EngineFailed, match=r"failed its self-test.*by up to"):
        registry.open_smoother("rife")
    assert mirror.closed
    assert registry.resolve("rife") == "rife-openvino"
    status = {status.name: status for status in registry.available()}["rife-ncnn"]
    assert "the last time: rife-openvino failed its self-test" in status.reason


def test_an_engine_is_tested_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tests = 0
    real = selftest.check

    def counted(smoother: registry._Watched) -> None:
        nonlocal tests
        tests += 1
        real(smoother)

    monkeypatch.setattr(selftest, "check", counted)
    for _ in range(2):
        registry.open_smoother("rife-openvino", threads=1).close()
    assert tests == 1
    monkeypatch.setattr(rife_openvino, "VERSION", "next")
    registry.open_smoother("rife-openvino", threads=1).close()
    assert tests == 2


def test_an_engine_that_broke_at_work_is_passed_over_until_it_is_asked_for_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch")
    cards(monkeypatch, cuda=False, vulkan=False)
    smoother = registry.open_smoother("rife-openvino", threads=1)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(rife_openvino, "_run", broken)
        with pytest.raises(EngineFailed, match="OpenVINO failed"):
            list(smoother.between([Gap(*moving(64, 64, 2), selftest.TIME)]))
    assert registry.resolve("rife") == "rife-torch"
    registry.open_smoother("rife-openvino", threads=1).close()
    assert registry.resolve("rife") == "rife-openvino"


def broken(request: object) -> None:
    raise EngineFailed("rife-openvino", "OpenVINO failed; try again")


def test_when_every_engine_failed_the_first_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cards(monkeypatch, cuda=False, vulkan=False)
    for name in ("rife-openvino", "rife-torch"):
        if {s.name: s.usable for s in registry.available()}[name]:
            registry.failed(name, "it crashed with SIGSEGV")
    assert registry.resolve("rife") == "rife-openvino"


def test_wishes_that_no_engine_can_fulfil_are_not_held_against_it() -> None:
    smoother = registry.open_smoother("rife-openvino", threads=1)
    with pytest.raises(SmootherError, match="too small"):
        list(smoother.between([Gap(*moving(8, 8, 2), selftest.TIME)]))
    assert registry.resolve("rife-openvino") == "rife-openvino"
    assert verdicts.known(smoother.engine, "on the processor") == verdicts.PASSED
    smoother.close()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"a": 1}', b"\xff"])
def test_a_broken_memory_is_no_memory(content: bytes) -> None:
    engine = Engine("rife-openvino", "1", "f32", "")
    file = places.cache() / "smoothers" / "verdicts.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert verdicts.known(engine, "here") is None
    verdicts.note(engine, "here", verdicts.PASSED)
    assert verdicts.known(engine, "here") == verdicts.PASSED
    assert isinstance(json.loads(file.read_bytes()), dict)
