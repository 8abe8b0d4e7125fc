"""Going back to a take's recipe, and going on without a take."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace

from storyboard import edit, retake
from storyboard.errors import EditError
from storyboard.project import Chosen, Look, Project, Shot, wish
from storyboard.store import Takes
from storyboard.take import Recipe, Source, Take, state

MODEL = "ali-vilab/text-to-video-ms-1.7b"
LOOK = Look(model=MODEL, style="film grain", avoid="blurry", steps=25)


def recipe(**changes: Any) -> Recipe:
    made: dict[str, Any] = {
        "generator": "text-to-video-sd", "version": "1", "model": MODEL, "prompt": "a cat, film grain",
        "seed": 7, "frames": 24, "width": 256, "height": 256, "rate": Fraction(24), "avoid": "blurry",
        "steps": 25, "guidance": 9.0,
    }  # fmt: skip
    return Recipe(**{**made, **changes})


def take(take_id: str, number: int = 1, **changes: Any) -> Take:
    made: dict[str, Any] = {
        "id": take_id, "shot": "a", "number": number, "created": "", "frames": 24, "rate": Fraction(24),
        "width": 256, "height": 256, "content": "", "recipe": recipe(),
    }  # fmt: skip
    return Take(**{**made, **changes})


def film(shot: Shot) -> Project:
    return Project(look=LOOK, shots=(shot,))


def test_a_recipe_becomes_the_shots_settings_and_what_the_look_says_stays_inherited() -> None:
    shot = Shot(id="a", prompt="a dog", model="sketch", steps=40, avoid="text")
    now = retake.use_recipe(film(shot), "a", take("t")).shots[0]
    assert (now.prompt, now.seed, now.guidance) == ("a cat", 7, 9.0)
    assert (now.model, now.avoid, now.steps) == (None, None, None)


def test_what_the_look_says_otherwise_is_the_shots_own() -> None:
    made = take("t", recipe=recipe(avoid="text", steps=12, model="sketch-of-mine", prompt="a cat"))
    now = retake.use_recipe(film(Shot(id="a")), "a", made).shots[0]
    assert (now.prompt, now.avoid, now.steps, now.model) == ("a cat", "text", 12, "sketch-of-mine")


def test_a_sketchs_recipe_says_nothing_of_steps_and_avoid_words() -> None:
    made = take("t", recipe=recipe(generator="sketch", model="sketch", avoid="", steps=None, guidance=None))
    shot = Shot(id="a", avoid="text", steps=30)
    now = retake.use_recipe(film(shot), "a", made).shots[0]
    assert (now.model, now.avoid, now.steps) == ("sketch", "text", 30)


def test_the_shot_shows_the_take_and_is_ready() -> None:
    project = retake.use_recipe(
        film(Shot(id="a", prompt="a dog", chosen=Chosen(take="other"))), "a", take("t")
    )
    assert state(project, project.shots[0], take("t")) in ("ready", "short")
    assert project.shots[0].chosen == Chosen(take="t", wish=wish(project.shots[0], LOOK).key)


def test_an_import_has_no_recipe_to_use() -> None:
    imported = take("t", recipe=None, source=Source(file="media/a.png", sha256="", kind="picture"))
    with pytest.raises(EditError, match="shot 1: this take was imported"):
        retake.use_recipe(film(Shot(id="a")), "a", imported)


def test_without_its_take_a_shot_shows_the_newest_other_for_the_same_wish() -> None:
    shot = Shot(id="a", prompt="a cat", chosen=Chosen(take="three", wish="x"), starred=("three", "one"))
    now = wish(shot, LOOK).key
    takes = Takes([take("one", 1, wish=now), take("two", 2, wish=now), take("three", 3), take("four", 4)])
    left = retake.without_take(film(shot), takes["three"], takes).shots[0]
    assert left.chosen == Chosen(take="two", wish=now)
    assert left.starred == ("one",)


def test_without_its_only_take_a_shot_is_a_draft_and_others_are_left_alone() -> None:
    shot, other = Shot(id="a", chosen=Chosen(take="t")), Shot(id="b", chosen=Chosen(take="u"))
    project = replace(film(shot), shots=(shot, other))
    left = retake.without_take(project, take("t"), Takes([take("t")]))
    assert [shot.chosen for shot in left.shots] == [None, Chosen(take="u")]
    assert retake.without_take(left, take("t"), Takes([])) is left


def test_a_duplicate_that_shows_the_same_take_loses_it_too() -> None:
    project = edit.duplicate(film(Shot(id="a", chosen=Chosen(take="t"))), "a", "b")
    left = retake.without_take(project, take("t"), Takes([take("t"), take("u", 2)]))
    assert [shot.chosen and shot.chosen.take for shot in left.shots] == ["u", None]
