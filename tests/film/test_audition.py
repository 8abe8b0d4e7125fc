"""Auditions: takes held at a step, looked at, and those that are picked carried on to the end."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from storyboard import edit, store, values
from storyboard.errors import Cancelled, GeneratorError
from storyboard.film import audition, takes
from storyboard.film.audition import Held
from storyboard.film.history import Cost, History, Timing, work_of
from storyboard.film.wanted import want
from storyboard.take import Recipe
from storyboard.workers.crew import Crew
from storyboard.workers.steps import Audition, Generate
from tests.support import make_project, storyboard

pytestmark = pytest.mark.models


def test_what_is_picked_becomes_a_take_and_leaves_what_is_held(tiny_model: Path, tmp_path: Path) -> None:
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
        project = opened.project
    assert project.shots[0].chosen is not None
    assert project.shots[0].chosen.take == take["id"], "the first take of a shot is chosen"
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


def hold(folder: Path, name: str, seed: int = 7) -> Held:
    """What an audition leaves of a take, as far as its files go."""
    recipe = Recipe("diffusers", "1", "tiny", "a dog", seed, 8, 64, 64, Fraction(8), steps=25)
    step = Generate(take=name, shot="shot-1", number=1, wish="", model="tiny", recipe=recipe)
    held = Held(step, 6, f"{audition.FOLDER}/{name}.webp")
    (folder / audition.FOLDER).mkdir(parents=True, exist_ok=True)
    (folder / held.picture).write_bytes(b"a picture")
    (folder / audition.FOLDER / f"{name}.json").write_bytes(values.encode(held))
    return held


def test_what_is_thrown_away_can_be_brought_back_until_it_is_forgotten(tmp_path: Path) -> None:
    held = [hold(tmp_path, name) for name in ("one", "two")]
    audition.throw(tmp_path, ["one"])
    assert audition.waiting(tmp_path) == held[1:]
    audition.restore(tmp_path, ["one"])
    assert sorted(audition.waiting(tmp_path), key=lambda one: one.name) == held
    assert audition.picture_of(tmp_path, held[0]).read_bytes() == b"a picture"
    audition.throw(tmp_path, ["one", "two"])
    audition.forget_thrown(tmp_path)
    audition.restore(tmp_path, ["one", "two"])
    assert audition.waiting(tmp_path) == []


def test_what_is_damaged_or_speaks_of_another_is_in_nobodys_way(tmp_path: Path) -> None:
    whole = hold(tmp_path, "whole")
    (tmp_path / audition.FOLDER / "half.json").write_bytes(b"{")
    path = tmp_path / audition.FOLDER / "other.json"
    path.write_bytes((tmp_path / audition.FOLDER / "whole.json").read_bytes())
    assert audition.waiting(tmp_path) == [whole]
    with pytest.raises(GeneratorError, match="is damaged"):
        audition.carry_on(tmp_path, ["half"])


def test_an_audition_costs_what_steps_of_its_takes_cost(tmp_path: Path) -> None:
    history = History(tmp_path / "times.json")
    step = hold(tmp_path, "one").step
    history.learn(work_of(step), Timing(30.0, 25, (2.0, 1), (26.0, 25)), cold=True)
    cost = history.cost(work_of(step).kind)
    work, whole = work_of(Audition(of=step, stop_at=5, out="")), work_of(step)
    assert work.units == pytest.approx(whole.units / 5)
    assert cost.tail > 0
    assert history.cost(work.kind) == Cost(cost.unit, 0.0, cost.start), "nothing is decoded after them"


@pytest.mark.long
def test_an_audition_that_was_cut_off_goes_on_with_what_is_missing(tiny_model: Path, tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", "a dog", size=32, length=4)
    with store.open_project(folder, "write") as opened:
        project = edit.set_shot(opened.project, "shot-1", model=str(tiny_model), steps=5)
        opened.save(project)
    wanted = want(project.shots, 3, store.TakeFolder(folder).scan())
    with Crew(folder) as crew:

        def pausing() -> bool:
            return bool(audition.waiting(folder))

        with pytest.raises(Cancelled):
            audition.hold_wanted(folder, project, wanted, 2, pausing=pausing, crew=crew)
        first = {
            held.name: audition.picture_of(folder, held).stat().st_mtime_ns
            for held in audition.waiting(folder)
        }
        assert 1 <= len(first) < 3
        held, failures = audition.hold_wanted(folder, project, wanted, 2, crew=crew)
        assert not failures
        assert [one.wanted for one in held] == list(wanted)
        for one in held:
            if one.name in first:
                assert audition.picture_of(folder, one).stat().st_mtime_ns == first[one.name], "not made anew"
        made, _ = audition.carry_on(folder, [one.name for one in held[:2]], crew=crew)
        assert [take.number for take in made] == [1, 2], "numbered as they come, not as they were held"
        assert audition.carry_on(folder, [made[0].id], crew=crew) == takes.Takes((), ()), (
            "it is a take already"
        )
    again = want(
        project.shots,
        1,
        store.TakeFolder(folder).scan(),
        waiting=[one.wanted for one in audition.waiting(folder)],
    )
    assert again[0].seed not in {one.seed for one in wanted}
