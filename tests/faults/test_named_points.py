"""A program is killed right before or after each kind of file begins to count, and in the middle of writing one."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.faults import harness, runs
from tests.faults.fault import Fault
from tests.support import Film, make_project


def _at(when: str, what: str, path: str, nth: int = 1) -> Fault:
    return Fault("kill-all", path, what, when, nth)  # type: ignore[arg-type]


POINTS = {
    "pixels are written and not yet in place": _at("before", "rename", "*/takes/*.mkv"),
    "pixels are in place without a sidecar": _at("after", "rename", "*/takes/*.mkv"),
    "a sidecar is half written": _at("half", "write", "*/takes/*.json"),
    "a take is there that no shot has chosen": _at("after", "rename", "*/takes/*.json"),
    "the document is half written": _at("half", "write", "*/.project.*.json"),
    "the first take is to be chosen": _at("before", "rename", "*/project.json"),
    "the first take was chosen and saved": _at("after", "rename", "*/project.json"),
    "in-betweens have no index": _at("after", "rename", "*/inbetweens/*.mkv"),
    "an index of in-betweens is half written": _at("half", "write", "*/inbetweens/*.json"),
    "a segment is not in place": _at("before", "rename", "*/segments/*.mp4"),
    "a film was stitched and is not in place": _at("before", "rename", "*/exports/*.mp4"),
    "a film is there that the cache does not know": _at("after", "rename", "*/exports/*.mp4"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("faults") / "film", *runs.PROMPTS, smoother="flow")


@pytest.mark.parametrize("point", POINTS)
def test_a_render_is_killed_when(point: str, project: Path, undisturbed: Film, tmp_path: Path) -> None:
    folder = tmp_path / "film"
    shutil.copytree(project, folder)
    killed = harness.run(harness.command("render", folder), POINTS[point])
    assert killed.code == -9, f"the point was not reached: {killed}"
    harness.prove_nothing_lost(folder, undisturbed)


@pytest.mark.parametrize("seed", [5, 8])
def test_the_window_is_killed_while_someone_edits(
    seed: int, project: Path, undisturbed: Film, tmp_path: Path
) -> None:
    folder = tmp_path / "film"
    shutil.copytree(project, folder)
    sample = runs.Sample(project, undisturbed, 0.0, [])
    runs.the_window(sample, folder, random.Random(seed))
    harness.prove_nothing_lost(folder, undisturbed)
