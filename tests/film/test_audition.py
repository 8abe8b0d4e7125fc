"""Auditions: takes held at a step, looked at, and those that are picked carried on to the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from storyboard import store
from storyboard.errors import GeneratorError
from storyboard.film import audition, takes
from tests.support import make_project, storyboard

pytestmark = pytest.mark.models


def test_what_is_picked_becomes_the_take_that_it_would_have_been(tiny_model: Path, tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", "a dog", size=32, length=4)
    set_up = storyboard("set", folder, "--model", tiny_model, "--steps", 5)
    assert set_up.code == 0, set_up.error
    held = storyboard(
        "generate", folder, "--shots", 1, "--audition", 3, "--audition-steps", 2, "--json"
    ).json["held"]
    assert len(held) == 3
    assert len({one["step"]["recipe"]["seed"] for one in held}) == 3
    for one in held:
        with Image.open(folder / one["picture"]) as picture:
            assert getattr(picture, "n_frames", 1) == one["step"]["recipe"]["frames"]
    assert not list((folder / "takes").glob("*.json")), "nothing is a take yet"
    picked = held[1]["step"]
    carried = storyboard("generate", folder, "--carry-on", picked["take"], "--json")
    assert carried.code == 0, carried.error
    (take,) = carried.json["takes"]
    assert take["id"] == picked["take"]
    with store.open_project(folder, mode="read") as opened:
        project, found = opened.project, opened.takes()
    assert project.shots[0].chosen is not None
    assert project.shots[0].chosen.take == take["id"], "the first take of a shot is chosen"
    (verified,) = takes.verify(folder, [found[take["id"]]])
    assert verified.comparison is not None
    assert verified.comparison.identical, "made at once, it is the same, bit for bit"
    assert [one.name for one in audition.waiting(folder)] == [
        one["step"]["take"] for one in held if one["step"] != picked
    ]


def test_what_is_not_held_cannot_be_carried_on(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", "a dog")
    with pytest.raises(GeneratorError, match="no take called gone is held here; make the audition again"):
        audition.carry_on(folder, ["gone"])
    assert "no take is held" in storyboard("generate", folder, "--carry-on", "all").out


def test_a_sketch_has_no_steps_to_stop_at(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", "a dog runs")
    ran = storyboard("generate", folder, "--shots", 1, "--audition", 2)
    assert ran.code == 1
    assert "takes of sketch cannot be stopped and carried on" in ran.error
