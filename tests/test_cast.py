"""The cast: what a name stands for, and which shots that touches."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from storyboard import edit, values
from storyboard.errors import EditError, ProjectError
from storyboard.project import Chosen, Depiction, Project, Role, Shot, new_shot, wish
from storyboard.store import document
from storyboard.take import Recipe, Take, state

PROMPTS = ("Maria cooks", "a dog runs", "the dog sees maria's hat")
OWN = "media/maria-0123456789abcdef.png"


@pytest.fixture
def film() -> Project:
    """Three shots that all are as they were wished."""
    return settled(edit.append(Project(), *(new_shot(f"s{n}", text) for n, text in enumerate(PROMPTS, 1))))


def settled(project: Project) -> Project:
    shots = tuple(
        replace(shot, chosen=Chosen(take=f"t-{shot.id}", wish=project.wish_of(shot).key))
        for shot in project.shots
    )
    return replace(project, shots=shots)


def take(project: Project, shot: Shot) -> Take:
    wanted = project.wish_of(shot)
    recipe = Recipe(
        generator=wanted.model, version="1", model=wanted.model, prompt=wanted.prompt, seed=1, frames=24, width=64, height=64,
        rate=Fraction(24), pictures=wanted.pictures,
    )  # fmt: skip
    return Take(
        id=f"t-{shot.id}", shot=shot.id, number=1, created="2026-01-01T00:00:00Z", frames=24, rate=Fraction(24),
        width=64, height=64, content="ab" * 32, wish=wanted.key, recipe=recipe,
    )  # fmt: skip


def stale(before: Project, after: Project) -> list[int]:
    """The numbers of the shots that are stale in `after` when all were ready in `before`."""
    return [
        number
        for number, shot in enumerate(after.shots, 1)
        if state(after, shot, take(before, before.shots[number - 1])) == "stale"
    ]


def test_a_picture_makes_exactly_the_shots_stale_that_name_it(film: Project) -> None:
    cast = edit.cast(film, Role("Maria", picture="woman-cook"))
    assert stale(film, cast) == [1, 3]
    again = settled(cast)
    assert stale(again, edit.cast(again, Role("MARIA", picture="woman"))) == [1, 3]
    assert stale(again, edit.cast(again, Role("Maria", picture=OWN))) == [1, 3]
    assert stale(again, edit.uncast(again, "maria")) == [1, 3]


def test_for_the_sketch_a_description_changes_nothing_and_for_a_model_a_picture(film: Project) -> None:
    described = settled(edit.cast(film, Role("Maria", picture="woman", description="in a red coat")))
    other = edit.cast(described, Role("Maria", picture="woman", description="in a blue coat"))
    assert stale(described, other) == []
    real = settled(edit.set_look(described, model="someone/model"))
    assert stale(real, edit.cast(real, Role("Maria", picture="man", description="in a red coat"))) == []
    assert stale(real, edit.cast(real, Role("Maria", picture="woman", description="in a blue coat"))) == [
        1,
        3,
    ]


def test_a_description_is_put_into_a_models_prompt_once(film: Project) -> None:
    cast = edit.cast(film, Role("Maria", description="a woman with red hair"))
    shot = replace(cast.shots[0], prompt="Maria and maria", model="someone/model")
    assert wish(shot, cast.look, cast.cast).prompt == "Maria (a woman with red hair) and maria"
    assert wish(replace(shot, model="sketch"), cast.look, cast.cast).prompt == "Maria and maria"
    assert wish(replace(shot, model="card"), cast.look, cast.cast).prompt == "Maria and maria"


def test_without_a_cast_wishes_and_recipes_are_named_as_before(film: Project) -> None:
    assert "pictures" not in json.loads(values.encode(film.wish_of(film.shots[0])))
    assert "pictures" not in json.loads(values.encode(take(film, film.shots[0])))["recipe"]
    assert film.wish_of(film.shots[0]).key == wish(film.shots[0], film.look).key
    assert "pictures" not in json.loads(values.encode(film.shots[0]))


def test_neither_case_nor_the_order_of_the_cast_makes_another_wish(film: Project) -> None:
    one = edit.cast(edit.cast(film, Role("Maria", picture="woman")), Role("hat", picture="top-hat"))
    other = edit.cast(edit.cast(film, Role("HAT", picture="top-hat")), Role("maria", picture="woman"))
    assert [one.wish_of(shot).key for shot in one.shots] == [other.wish_of(shot).key for shot in other.shots]


def test_a_shots_own_picture_comes_before_the_casts(film: Project) -> None:
    cast = settled(edit.cast(film, Role("dog", picture="poodle")))
    own = edit.replace_picture(cast, "s2", "Dog", "cat")
    assert stale(cast, own) == [2]
    assert own.wish_of(own.shots[1]).pictures == (Depiction("dog", "cat"),)
    assert own.wish_of(own.shots[2]).pictures == (Depiction("dog", "poodle"),)
    assert edit.replace_picture(own, "s2", "dog", "") == cast


def test_a_picture_for_a_word_that_is_not_in_the_prompt_touches_nothing(film: Project) -> None:
    assert stale(film, edit.replace_picture(film, "s2", "horse", "cat")) == []


def test_a_file_with_a_cast_is_read_again_and_one_without_it_too(film: Project) -> None:
    cast = edit.replace_picture(edit.cast(film, Role("Maria", OWN, "red hair")), "s2", "dog", "cat")
    assert document.parse(document.encode(cast), Path("p")).project == cast
    older = json.loads(values.encode(film))
    del older["cast"]
    assert document.parse(json.dumps(older).encode(), Path("p")).project == film


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p: edit.cast(p, Role("Maria")), "a picture or a description"),
        (lambda p: edit.cast(p, Role("Maria", picture="../../etc/passwd")), "woman-cook"),
        (lambda p: edit.cast(p, Role("Maria", picture="media/../x-0123456789abcdef.png")), "woman-cook"),
        (lambda p: edit.cast(p, Role("Maria", picture="media/maria.png")), "cast the file again"),
        (lambda p: edit.cast(p, Role("M" * 101, picture="woman")), "100 characters"),
        (lambda p: edit.cast(p, Role("Maria", description="x" * 5001)), "shorten it"),
        (lambda p: edit.uncast(p, "Anna"), "no 'Anna' in the cast"),
        (lambda p: edit.replace_picture(p, "s2", "\n", "cat"), "shot 2"),
        (lambda p: edit.replace_picture(p, "s2", "dog", "/etc/passwd"), "shot 2"),
    ],
)
def test_what_a_cast_does_not_allow_is_a_sentence(
    film: Project, change: Callable[[Project], Project], says: str
) -> None:
    with pytest.raises(EditError, match=says):
        change(film)


@pytest.mark.parametrize(
    "cast",
    [
        '[{"name": ""}]',
        '[{"name": "a\\n"}]',
        '[{"name": "a"}, {"name": "A"}]',
        '[{"name": "a", "picture": "/x.png"}]',
        '[{"name": "a", "picture": "media/x-0123456789abcdef.svg"}]',
        '[{"name": "a", "picture": "media/\\u0000-0123456789abcdef.png"}]',
        '[{"name": "a", "picture": "media/\\u001b[2J-0123456789abcdef.png"}]',
        '[{"name": "a", "picture": "media/x\\"/>-0123456789abcdef.png"}]',
        '[{"name": "a", "picture": "media/\\u202e-0123456789abcdef.png"}]',
        '[{"name": "a", "picture": "media/..-0123456789abcdef.png"}]',
    ],
)
def test_a_file_with_an_impossible_cast_is_refused(cast: str) -> None:
    with pytest.raises(ProjectError, match=r"p\.json"):
        document.parse(f'{{"format": 1, "cast": {cast}}}'.encode(), Path("p.json"))


def test_a_sketch_with_a_cast_is_stale_once_a_real_model_is_wished(film: Project) -> None:
    cast = settled(edit.cast(film, Role("Maria", picture="woman")))
    made = take(cast, cast.shots[0])
    assert made.recipe is not None
    assert made.recipe.generator == "sketch"
    assert state(cast, cast.shots[0], made) == "ready"
    real = edit.set_look(cast, model="someone/model")
    assert state(real, real.shots[0], made) == "stale"
    assert state(real, edit.choose(real, "s1", made).shots[0], made) == "stale", "even one chosen by hand"
