"""A render is killed right before or after each kind of file begins to count."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults.harness import INJECT, prove_nothing_lost
from tests.support import Film, film, make_project, storyboard

POINTS = [
    "before:*/takes/*.mkv:1",  # a take's pixels are written, not yet in place
    "after:*/takes/*.mkv:1",  # pixels in place, no sidecar: no take yet
    "after:*/takes/*.json:1",  # a take that no shot has chosen yet
    "before:*/project.json:1",  # choosing the first take
    "after:*/project.json:1",  # chosen and saved
    "after:*/inbetweens/*.mkv:1",  # in-betweens without their index
    "before:*/segments/*.mp4:1",  # a segment that is not in place
    "before:*/exports/*.mp4:1",  # a film that was stitched and verified, not yet in place
    "after:*/exports/*.mp4:1",  # a film that the cache does not know of yet
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults") / "film"
    return make_project(folder, "a dog runs", "a red car at night", smoother="flow")


@pytest.fixture(scope="module")
def undisturbed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Film:
    folder = tmp_path_factory.mktemp("undisturbed") / "film"
    shutil.copytree(project, folder)
    assert storyboard("render", folder).code == 0
    return film(folder / "exports" / "film.mp4")


@pytest.mark.parametrize("point", POINTS)
def test_a_render_killed_at(point: str, project: Path, undisturbed: Film, tmp_path: Path) -> None:
    folder = tmp_path / "film"
    shutil.copytree(project, folder)
    killed = storyboard("render", folder, env={"PYTHONPATH": INJECT, "STORYBOARD_FAULT": point})
    assert killed.code == -9, f"the point was not reached: {killed}"
    prove_nothing_lost(folder, undisturbed)
