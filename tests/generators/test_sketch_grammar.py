"""Which of a sentence's words the sketch takes for its subject, what it leaves out, and where a clause begins."""

from __future__ import annotations

import pytest

from storyboard.generators.sketch.backdrop import place_of
from storyboard.generators.sketch.reading import read
from storyboard.generators.sketch.scene import Scene


def words(scene: Scene) -> list[str]:
    return [thing.noun.word for thing in scene.things]


def deeds(scene: Scene) -> list[tuple[str, str, str]]:
    """(who, what, to whom), by their words."""
    named = words(scene)
    return [(named[deed.who], deed.motion, "" if deed.to is None else named[deed.to]) for deed in scene.deeds]


@pytest.mark.parametrize(
    ("prompt", "done"),
    [
        ("a child is chased by a giant rubber duck", [("rubber duck", "chase", "child")]),
        ("pizza being eaten by a group of teenagers", [("teenager", "eat", "pizza")]),
        ("a horse ridden by a knight", [("knight", "ride", "horse")]),
    ],
)
def test_what_is_done_by_somebody_is_their_deed(prompt: str, done: list[tuple[str, str, str]]) -> None:
    assert deeds(read(prompt)) == done


def test_a_thing_that_stands_by_another_does_nothing_to_it() -> None:
    scene = read("an old car parked by a house")
    assert [deed.to for deed in scene.deeds] == [None]


@pytest.mark.parametrize(
    ("prompt", "who", "motion"),
    [
        ("a cat, wearing sunglasses and a tiny hat, drives a convertible", "cat", "drive"),
        ("an astronaut, alone on the moon, waves at the camera", "astronaut", "wave"),
        ("a bear that is wearing a scarf walks through the snow", "bear", "walk"),
        ("a girl with long red hair rides a white unicorn", "girl", "ride"),
        ("a dragon made of smoke rises from a volcano", "dragon", "rise"),
    ],
)
def test_what_is_put_in_between_does_not_change_the_subject(prompt: str, who: str, motion: str) -> None:
    assert deeds(read(prompt))[0][:2] == (who, motion)


def test_and_begins_a_clause_where_another_verb_follows() -> None:
    scene = read("a spaceship lands in a cornfield and an alien steps out")
    assert deeds(scene) == [("spaceship", "fall", ""), ("alien", "walk", "")]
    assert not scene.ties


@pytest.mark.parametrize(
    "prompt", ["under the table sleeps a small dog", "under the table, a small dog sleeps"]
)
def test_a_place_named_first_is_not_the_subject(prompt: str) -> None:
    scene = read(prompt)
    assert deeds(scene) == [("dog", "sleep", "")]
    assert [(tie.kind, words(scene)[tie.a], words(scene)[tie.b]) for tie in scene.ties] == [
        ("under", "dog", "table")
    ]


@pytest.mark.parametrize(
    ("prompt", "seen"),
    [
        ("a detective walks down an alley, no people, no cars", ["detective"]),
        ("an empty mall without any shoppers or dogs, a robot sweeps", ["robot"]),
        ("No humans, just a robot", ["robot"]),
    ],
)
def test_what_is_denied_is_not_drawn(prompt: str, seen: list[str]) -> None:
    assert words(read(prompt)) == seen


@pytest.mark.parametrize(
    ("prompt", "seen"),
    [
        ("close-up of a woman's face as she smiles", ["woman"]),
        ("the face of an old man with a long beard", ["old man"]),
        ("a woman with green eyes", ["woman"]),
        ("her hands knead dough", ["woman", "dough"]),
        ("hands knead dough", ["hand", "dough"]),
        ("a robot hand holding a flower", ["robot hand", "flower"]),
    ],
)
def test_parts_of_a_body_are_drawn_only_where_their_owner_is_not(prompt: str, seen: list[str]) -> None:
    scene = read(prompt)
    assert words(scene) == seen
    assert not any(thing.colour for thing in scene.things)


def test_a_picture_named_first_gives_way_to_what_it_shows() -> None:
    assert words(read("hyperrealistic portrait of a lion")) == ["lion"]
    assert words(read("a painter finishes a portrait of a lion")) == ["painter", "portrait", "lion"]


def test_words_that_count_do_not_relate() -> None:
    scene = read("the sun sets behind a row of palm trees")
    assert (words(scene), scene.things[1].count, scene.time) == (["sun", "palm tree"], 4, "sunset")
    assert [tie.kind for tie in scene.ties] == ["behind"]


def test_what_a_verb_of_several_words_is_done_to_is_drawn() -> None:
    assert deeds(read("a panda watches television")) == [("panda", "look", "television")]
    assert deeds(read("a chef flips a pancake")) == [("chef", "cook", "pancake")]


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("a cat in the log cabin", "room"),
        ("a space shuttle launches", "space"),
        ("interior, kitchen, a chef waits", "kitchen"),
        ("a family under a large oak tree", "garden"),
        ("a cow at the church", "castle"),
    ],
)
def test_a_word_that_is_place_and_thing_is_read_by_its_relation(prompt: str, place: str) -> None:
    assert place_of(read(prompt)) == place


def test_what_the_place_does_nobody_does() -> None:
    assert deeds(read("the old lighthouse stands on a cliff as waves crash below")) == [
        ("lighthouse", "stand", "")
    ]


def test_the_camera_that_flies_is_not_what_it_films() -> None:
    scene = read("drone shot flying over a medieval castle")
    assert (words(scene), deeds(scene), scene.shot) == (["medieval castle"], [], "aerial")


@pytest.mark.parametrize(
    ("prompt", "picture"),
    [
        ("an aardvark walks", "badger"),
        ("a cello falls", "violin"),
        ("a tumbleweed rolls", "herb"),
        ("a snowmobile drives", "sport-utility-vehicle"),
        ("a giant walks", "troll"),
        ("a fly lands", "fly"),
        ("un pato y un avestruz corren", "duck"),
        ("ein Clown jongliert", "clown-face"),
        ("une autruche court", "turkey"),
    ],
)
def test_a_noun_without_a_picture_of_its_own_has_the_nearest(prompt: str, picture: str) -> None:
    assert read(prompt).things[0].noun.picture == picture
