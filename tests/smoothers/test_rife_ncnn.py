from __future__ import annotations

import os
import signal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from storyboard.errors import SmootherError
from storyboard.smoothers import ncnn_model, rife_ncnn, weights
from storyboard.smoothers.base import Gap
from tests.smoothers.moving import moving

HALF = Fraction(1, 2)
LISTING = """\
[0 llvmpipe (LLVM 15.0.6, 256 bits)]  queueC=0[1]  queueG=0[1]  queueT=0[1]
[0 llvmpipe (LLVM 15.0.6, 256 bits)]  bugsbn1=0  bugbilz=0  bugcopc=0  bugihfa=0
"""
CARD = "[1 NVIDIA GeForce RTX 3060]  queueC=2[8]  queueG=0[16]  queueT=1[2]\n"

installed = pytest.mark.skipif(bool(rife_ncnn.missing()), reason=rife_ncnn.missing() or "it loads")


def test_software_that_poses_as_a_graphics_card_is_left_out() -> None:
    assert rife_ncnn._card(LISTING) is None
    assert rife_ncnn._card(LISTING + CARD) == rife_ncnn.Device(1, "NVIDIA GeForce RTX 3060")
    assert rife_ncnn._card("") is None


def test_the_model_s_counts_are_those_of_its_lines() -> None:
    text, data = ncnn_model.model(weights.load())
    magic, counts, *layers = text.splitlines()
    assert magic == "7767517"
    made = [name for line in layers for name in _outputs(line)]
    assert counts == f"{len(layers)} {len(made)}"
    assert len(set(made)) == len(made)
    assert len(data) > 11_000_000


def test_every_blob_but_the_answer_is_read_exactly_once_after_it_is_made() -> None:
    unread: set[str] = set()
    for line in ncnn_model.model(weights.load())[0].splitlines()[2:]:
        for blob in _inputs(line):
            unread.remove(blob)
        unread.update(_outputs(line))
    assert unread == {"out0"}


def test_the_model_is_written_once_and_whole(tmp_path: Path) -> None:
    folder = ncnn_model.folder(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["flownet.bin", "flownet.param"]
    before = (folder / "flownet.bin").stat().st_mtime_ns
    assert ncnn_model.folder(tmp_path) == folder
    assert (folder / "flownet.bin").stat().st_mtime_ns == before


def test_a_model_that_lacks_a_file_is_written_again(tmp_path: Path) -> None:
    folder = ncnn_model.folder(tmp_path)
    (folder / "flownet.bin").unlink()
    assert (ncnn_model.folder(tmp_path) / "flownet.bin").is_file()


@installed
def test_a_crash_of_the_library_is_an_error_and_the_next_run_works() -> None:
    smoother = rife_ncnn.NcnnRife(threads=1)
    gap = Gap(*moving(64, 64, 2), HALF)
    (first,) = smoother.between([gap])
    assert smoother._child is not None
    os.kill(smoother._child._process.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    with pytest.raises(SmootherError, match=r"rife-ncnn crashed .*rife-openvino"):
        list(smoother.between([gap]))
    (again,) = smoother.between([gap])
    assert np.array_equal(first, again)
    smoother.close()


@installed
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_does_not_reach_the_library_and_closing_ends_it() -> None:
    smoother = rife_ncnn.NcnnRife(threads=1)
    gap = Gap(*moving(64, 64, 2), HALF)
    list(smoother.between([gap]))
    assert smoother._child is not None
    process = smoother._child._process
    os.kill(process.pid, signal.SIGINT)
    assert len(list(smoother.between([gap]))) == 1
    smoother.close()
    assert process.returncode == 0


def _inputs(line: str) -> list[str]:
    _, _, inputs, _, *names = line.split()
    return names[: int(inputs)]


def _outputs(line: str) -> list[str]:
    _, _, inputs, outputs, *names = line.split()
    return names[int(inputs) : int(inputs) + int(outputs)]
