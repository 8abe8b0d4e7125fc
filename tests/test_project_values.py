"""The values of a project: how they are written, named and read, what a shot wishes, and what state it is in."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from storyboard import values
from storyboard.errors import EditError
from storyboard.project import (
    MAX_SEED,
    Chosen,
    Look,
    Motion,
    Music,
    Project,
    Shot,
    base_seed,
    new_shot,
    seed_for,
    wish,
)
from storyboard.take import Recipe, Source, Take, short_by, state


def take(shot: Shot, project: Project, **changes: Any) -> Take:
    made: dict[str, Any] = {
        "id": "t1",
        "shot": shot.id,
        "number": 1,
        "created": "2026-01-01T00:00:00Z",
        "frames": 24,
        "rate": Fraction(24),
        "width": 256,
        "height": 256,
        "content": "ab" * 32,
        "wish": wish(shot, project.look).key,
    }
    return Take(**{**made, **changes})


def recipe(generator: str) -> Recipe:
    return Recipe(
        generator=generator, version="1", model=generator, prompt="a", seed=1, frames=24, width=16, height=16, rate=Fraction(24)
    )  # fmt: skip


def chosen(shot: Shot, project: Project) -> Project:
    picked = replace(shot, chosen=Chosen(take="t1", wish=wish(shot, project.look).key))
    return replace(project, shots=(picked,))


def test_a_new_project_says_in_its_file_what_it_means() -> None:
    written = json.loads(values.encode(Project()))
    assert written["format"] == 1
    assert written["look"]["model"] == "sketch"
    assert written["rate"] == "24"
    assert written["motion"] == {"source_in": "0", "speed": "1/2", "smoothing": "auto"}


def test_a_shot_is_written_without_what_it_inherits() -> None:
    assert json.loads(values.encode(Shot(id="a", prompt="a cat"))) == {"id": "a", "prompt": "a cat"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Motion(), Motion(source_in=Fraction(0), speed=Fraction(1, 2))),
        (Project(), Project(rate=Fraction(24), look=Look(), motion=Motion())),
        (Music(file="media/a.wav"), Music(file="media/a.wav", offset=Fraction(0), gain=0.0)),
        (
            Source(file="a", sha256="", kind="clip"),
            Source(file="a", sha256="", kind="clip", time_base=Fraction(1)),
        ),
    ],
)
def test_equal_values_have_one_form_and_one_key(one: Any, other: Any) -> None:
    read = values.decode(values.encode(one), type(one))
    assert one == other == read
    assert values.encode(one) == values.encode(other) == values.encode(read)
    assert values.key(one) == values.key(other) == values.key(read)


def test_a_key_depends_on_nothing_but_the_value() -> None:
    assert values.key({"b": 1, "a": Fraction(1, 2)}) == values.key({"a": Fraction(2, 4), "b": 1})
    assert values.key(1, 2) != values.key(12)


def test_the_key_of_a_wish_stays_the_same_from_version_to_version() -> None:
    """Another key would make every shot of every project stale."""
    form = b'[{"avoid":"","guidance":9.0,"model":"m","prompt":"x","seed":null,"steps":25}]'
    shot = Shot(id="a", prompt="x", model="m", steps=25, guidance=9)
    assert wish(shot, Look()).key == hashlib.sha256(form).hexdigest()
    assert wish(replace(shot, guidance=9.0), Look()).key == wish(shot, Look()).key
    assert wish(replace(shot, guidance=-0.0), Look()).key == wish(replace(shot, guidance=0), Look()).key


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "a b"}',
        '{"id": "../a"}',
        '{"id": "a\\n"}',
        '{"id": "a", "length": 0}',
        '{"id": "a", "length": 1000001}',
        '{"id": "a", "colour": "red"}',
        '{"id": "a", "seed": 9007199254740992}',
        '{"id": "a", "motion": {"speed": "0"}}',
        '{"id": "a", "motion": {"speed": "1/0"}}',
        '{"id": "a", "motion": {"speed": 0.5}}',
        '{"id": "a", "motion": {"source_in": "-1"}}',
        '{"id": "a", "motion": {"speed": "1' + "0" * 5000 + '"}}',
        '{"id": "a", "fit": "zoom"}',
    ],
)
def test_a_shot_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        values.decode(text, Shot)


@pytest.mark.parametrize(
    "text",
    [
        '{"width": 255}',
        '{"rate": "0"}',
        '{"rate": "241"}',
        '{"name": ""}',
        '{"format": 2}',
        '{"shots": [{"id": "a"}, {"id": "a"}]}',
        '{"music": {"file": "a", "offset": "-1"}}',
    ],
)
def test_a_project_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        values.decode(text, Project)


def test_a_take_that_would_divide_by_nothing_is_refused() -> None:
    good = json.loads(values.encode(take(new_shot("a"), Project())))
    with pytest.raises(msgspec.ValidationError, match="rate"):
        values.decode(json.dumps(good | {"rate": "0"}), Take)


def test_a_project_knows_its_length_and_its_places() -> None:
    project = Project(shots=(new_shot("a", length=48), new_shot("b", length=12), new_shot("c", length=36)))
    assert (project.length, project.seconds) == (96, 4)
    assert list(project.starts()) == [0, 48, 60]
    assert project.index("c") == 2
    with pytest.raises(EditError, match="no shot d in 'Untitled'"):
        project.shot("d")


def test_the_sum_of_23_976_is_exact() -> None:
    project = Project(rate=Fraction(24000, 1001), shots=tuple(new_shot(f"s{n}") for n in range(10)))
    assert project.seconds == Fraction(20020, 1000)


def test_a_shot_wishes_its_own_settings_over_the_look() -> None:
    look = Look(model="m", style="film grain", avoid="text", steps=25, guidance=9.0)
    plain = wish(Shot(id="a", prompt=" a cat "), look)
    assert (plain.model, plain.prompt, plain.avoid, plain.steps, plain.guidance, plain.seed) == (
        "m", "a cat, film grain", "text", 25, 9.0, None
    )  # fmt: skip
    own = wish(Shot(id="a", model="n", avoid="", steps=1, guidance=0.0, seed=7), look)
    assert (own.model, own.prompt, own.avoid, own.steps, own.guidance, own.seed) == (
        "n", "film grain", "", 1, 0.0, 7
    )  # fmt: skip


def test_seeds_follow_from_the_shot_and_the_number_unless_one_is_locked() -> None:
    shot = new_shot("a")
    assert shot.base_seed == base_seed("a") < 2**31
    assert base_seed("a") != base_seed("b")
    assert [seed_for(shot, n) - shot.base_seed for n in (1, 2, 3)] == [0, 17, 34]
    assert seed_for(Shot(id="a", base_seed=MAX_SEED), 2) == 16
    assert {seed_for(replace(shot, seed=5), n) for n in (1, 2, 3)} == {5}


def test_states_of_a_shot() -> None:
    shot = new_shot("a", "a cat")
    project = chosen(shot, Project(look=Look(model="some/model")))
    made = take(shot, project)
    picked = project.shots[0]
    assert state(project, shot, None) == "draft"
    assert state(project, picked, None) == "missing"
    assert state(project, picked, made) == "ready"
    assert state(project, replace(picked, length=72), made) == "short"
    assert short_by(project, replace(picked, length=72), made) == 24
    assert state(project, replace(picked, length=72, prompt="a dog"), made) == "stale"


@pytest.mark.parametrize(
    "setting",
    [{"prompt": "b"}, {"model": "n"}, {"avoid": "text"}, {"steps": 3}, {"guidance": 2.0}, {"seed": 0}],
)
def test_what_a_shot_wishes_makes_it_stale(setting: dict[str, Any]) -> None:
    shot = new_shot("a", "a")
    project = chosen(shot, Project())
    assert state(project, replace(project.shots[0], **setting), take(shot, project)) == "stale"


@pytest.mark.parametrize(
    "setting",
    [{"model": "n"}, {"style": "grain"}, {"avoid": "text"}, {"steps": 3}, {"guidance": 2.0}],
)
def test_a_changed_look_makes_shots_that_inherit_it_stale(setting: dict[str, Any]) -> None:
    shot = new_shot("a", "a")
    project = chosen(shot, Project())
    changed = replace(project, look=replace(project.look, **setting))
    assert state(changed, changed.shots[0], take(shot, project)) == "stale"


@pytest.mark.parametrize(
    "setting",
    [
        {"length": 20},
        {"base_seed": 3},
        {"fit": "contain"},
        {"muted": True},
        {"starred": ("t1",)},
        {"motion": Motion()},
    ],
)
def test_what_a_shot_does_not_wish_never_makes_it_stale(setting: dict[str, Any]) -> None:
    shot = new_shot("a", "a")
    project = chosen(shot, Project())
    assert state(project, replace(project.shots[0], **setting), take(shot, project)) == "ready"


def test_a_sketched_take_is_stale_where_a_real_model_is_wished() -> None:
    shot = new_shot("a", "a")
    project = chosen(shot, Project(look=Look(model="some/model")))
    assert state(project, project.shots[0], take(shot, project, recipe=recipe("sketch"))) == "stale"
    sketches = chosen(shot, Project())
    assert state(sketches, sketches.shots[0], take(shot, sketches, recipe=recipe("sketch"))) == "ready"


def test_an_import_is_never_stale_and_a_picture_never_short() -> None:
    source = Source(file="media/a.png", sha256="00", kind="picture")
    shot = replace(new_shot("a", length=500), chosen=Chosen(take="t1"))
    project = Project(shots=(shot,), look=Look(model="anything"))
    still = take(shot, project, frames=1, wish="", source=source)
    assert state(project, shot, still) == "ready"
    assert (still.is_import, still.is_still, still.pixels) == (True, True, "media/a.png")
    clip = replace(still, source=replace(source, kind="clip"), frames=10)
    assert state(project, shot, clip) == "short"
