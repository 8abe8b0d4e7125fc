"""What a model's licence forbids is said again where its pictures leave the house."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from storyboard import edit, store
from storyboard.film import licences, plan
from storyboard.take import Recipe, Take
from tests.support import make_project

MODELSCOPE = "ali-vilab/text-to-video-ms-1.7b"
WAN = "Wan-AI/Wan2.1-T2V-1.3B-Diffusers"


def test_only_what_is_limited_is_said() -> None:
    assert licences.limits(["sketch", WAN, "/some/folder"]) == []
    (said,) = licences.limits([MODELSCOPE])
    assert said == "ModelScope 1.7B: CC-BY-NC-4.0, not for commercial use"
    (territory,) = licences.limits(["hunyuanvideo-community/HunyuanVideo-1.5-Diffusers-480p_t2v"])
    assert "not for use in the European Union" in territory


def test_an_export_says_it_of_the_takes_that_are_in_it(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", "a dog", "a cat")
    with store.open_project(folder, mode="read") as opened:
        project = opened.project
    recipe = Recipe(
        generator="diffusers", version="1", model=MODELSCOPE, prompt="a dog", seed=1, frames=12, width=64, height=64,
        rate=Fraction(24),
    )  # fmt: skip
    take = Take(
        id="t1", shot="shot-1", number=1, created="2026-01-01", frames=12, rate=Fraction(24), width=64, height=64,
        content="0" * 64, recipe=recipe,
    )  # fmt: skip
    project = edit.choose(project, "shot-1", take)
    made = plan.plan(folder, project, {"t1": take}, mode="export", preset="h264", out=tmp_path / "film.mp4")
    assert made.notes[0] == "ModelScope 1.7B: CC-BY-NC-4.0, not for commercial use"
    assert sum("CC-BY-NC" in note for note in made.notes) == 1
