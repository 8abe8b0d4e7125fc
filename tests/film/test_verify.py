"""`storyboard verify`: a take made again from its recipe is identical, differs by so much, or cannot be compared."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from storyboard import store, values
from storyboard.media import lossless
from storyboard.take import Take
from tests.support import make_project, storyboard


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_project(tmp_path_factory.mktemp("made") / "film", "a dog runs")
    assert storyboard("generate", folder).code == 0
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "film"))


@pytest.fixture
def two(made: Path, tmp_path: Path) -> tuple[Path, Take]:
    """A film of two shots with a take each, and the take of the first."""
    folder = Path(shutil.copytree(made, tmp_path / "film"))
    assert storyboard("add", folder, "a cat sleeps").code == 0
    assert storyboard("generate", folder).code == 0
    with store.open_project(folder) as opened:
        chosen = opened.project.shots[0].chosen
        assert chosen is not None
        return folder, opened.takes()[chosen.take]


def take_of(folder: Path) -> Take:
    return next(iter(store.TakeFolder(folder).scan().values()))


def say_otherwise(folder: Path, **changes: object) -> None:
    take = replace(take_of(folder), **changes)
    (folder / "takes" / f"{take.id}.json").write_bytes(values.encode(take))


def brighten(folder: Path) -> None:
    """Changes one channel of one pixel by 3."""
    take = take_of(folder)
    frames = [np.array(frame) for frame in lossless.read(folder / take.pixels)]
    frames[2][5, 5, 0] ^= 3
    lossless.write(folder / take.pixels, frames, Fraction(24))


def test_the_same_machine_makes_identical_pixels(folder: Path) -> None:
    done = storyboard("verify", folder, "--shots", "1")
    assert (done.code, done.out) == (0, "shot 1: identical\n")


def test_a_difference_without_a_reason_is_told_with_its_size(folder: Path) -> None:
    brighten(folder)
    done = storyboard("verify", folder)
    assert done.code == 1
    assert done.out == "shot 1: differs by at most 3, 0.000 on average\n"


def test_another_device_or_library_is_named_and_nothing_is_said_of_the_take(folder: Path) -> None:
    brighten(folder)
    say_otherwise(folder, ran={**take_of(folder).ran, "opencv": "4.11.0", "device": "cuda:0"})
    done = storyboard("verify", folder)
    assert done.code == 1
    assert done.out.startswith(
        "shot 1: cannot be compared: other device or libraries, device cuda:0 -> cpu, opencv 4.11.0 -> "
    )
    (row,) = storyboard("verify", folder, "--json").json
    assert row["comparison"]["max"] == 3
    assert row["changed"].startswith("device cuda:0 -> cpu, opencv 4.11.0")


def test_a_model_that_is_not_here_is_named(folder: Path) -> None:
    recipe = take_of(folder).recipe
    assert recipe is not None
    say_otherwise(folder, recipe=replace(recipe, model="someone/a-model", generator="text-to-video-sd"))
    done = storyboard("verify", folder)
    assert done.code == 1
    assert done.out.startswith("shot 1: cannot be compared: ")
    assert "someone/a-model" in done.out


def test_a_take_whose_pixels_are_gone_is_told_and_not_passed_over(two: tuple[Path, Take]) -> None:
    folder, first = two
    (folder / first.pixels).unlink()
    done = storyboard("verify", folder)
    assert done.code == 1
    assert done.out == "shot 1: cannot be compared: its take is gone\nshot 2: identical\n"
    gone, other = storyboard("verify", folder, "--json").json
    assert (gone["shots"], gone["take"], gone["reason"]) == ([1], first.id, "its take is gone")
    assert gone["comparison"] is None
    assert other["verdict"] == "identical"
    assert storyboard("verify", folder, "--shots", "2").code == 0


def test_a_take_whose_sidecar_is_damaged_or_gone_is_told(folder: Path) -> None:
    sidecar = folder / "takes" / f"{take_of(folder).id}.json"
    sidecar.write_bytes(sidecar.read_bytes()[:150])
    done = storyboard("verify", folder)
    assert done.code == 1
    assert done.out.startswith("shot 1: cannot be compared: its take is damaged: the sidecar is damaged (")
    sidecar.unlink()
    done = storyboard("verify", folder)
    assert (done.code, done.out) == (1, "shot 1: cannot be compared: the sidecar of its take is gone\n")


def test_a_take_in_the_trash_is_told(folder: Path) -> None:
    store.throw(folder, take_of(folder))
    done = storyboard("verify", folder)
    assert (done.code, done.out) == (1, "shot 1: cannot be compared: its take is in the project's trash\n")
