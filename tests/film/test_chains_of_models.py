"""A chain made by a real pipeline class with a picture to start from: small, with random weights."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from storyboard import edit
from storyboard.film import rerender, takes
from storyboard.start import FromPrevious
from storyboard.take import shown
from tests.film.test_chains import change, generate_stale, now, states
from tests.support import make_project

pytest.importorskip("diffusers")
tiny_pipelines = pytest.importorskip("tests.tiny_pipelines")


def test_a_chain_of_four_shots_is_made_in_order_and_again_in_order(tmp_path: Path) -> None:
    model = tiny_pipelines.build("WanPipeline 2.2", tmp_path / "model")
    folder = make_project(tmp_path / "film", "a dog", "a cat", "a car", "a bird", size=64)
    ids = ["shot-2", "shot-3", "shot-4"]
    change(folder, lambda p: edit.set_look(p, model=str(model), steps=2))
    change(folder, lambda p: edit.set_shots(p, ids, start=FromPrevious(match_colour=True)))
    result = generate_stale(folder)
    assert result.failures == ()
    assert [take.shot for take in result.made] == ["shot-1", *ids]
    assert states(folder) == ["ready"] * 4
    change(folder, lambda p: edit.set_shot(p, "shot-1", prompt="a horse"))
    assert states(folder) == ["stale"] * 4
    assert len(now(folder)[1]) == 4, "nothing is made by itself"
    assert [take.shot for take in generate_stale(folder).made] == ["shot-1", *ids]
    assert states(folder) == ["ready"] * 4
    project, found = now(folder)
    chosen = [take for shot in project.shots if (take := shown(shot, found))]
    for before, after in itertools.pairwise(chosen):
        assert after.recipe is not None
        assert [start.file for start in after.recipe.starts] == [f"takes/{before.id}.json"]
        assert after.recipe.colours_of is not None
        assert after.recipe.colours_of.file == f"takes/{chosen[0].id}.json"
    verified = takes.verify(folder, chosen[1:2])
    assert [each.comparison is not None and each.comparison.identical for each in verified] == [True]


@pytest.mark.long
def test_a_film_of_sketches_is_made_anew_by_a_model(tmp_path: Path) -> None:
    model = tiny_pipelines.build("TextToVideoSDPipeline", tmp_path / "model")
    folder = make_project(tmp_path / "film", "a dog runs on a beach", "a red car drives", size=64)
    project, found = now(folder)
    takes.make(folder, project, project.shots[:1])
    project, found = now(folder)
    anew = rerender.anew(edit.set_look(project, steps=2), project.shots, found, str(model), 0.5)
    result = takes.make(folder, anew, project.shots)
    assert result.failures == ()
    first, second = (take.recipe.starts[0] for take in result.made if take.recipe)
    assert (first.role, first.strength, first.file) == ("clip", 0.5, f"takes/{next(iter(found))}.json")
    assert second.drawn is not None
    assert (second.drawn.prompt, len(second.content)) == ("a red car drives", 64)
    verified = takes.verify(folder, result.made)
    assert [each.comparison is not None and each.comparison.identical for each in verified] == [True, True]
