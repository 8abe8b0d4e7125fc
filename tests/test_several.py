"""Edits of several shots at once."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace

from storyboard import several
from storyboard.errors import EditError
from storyboard.project import Motion, Project, Shot

OWN = Motion(source_in=Fraction(1, 2), speed=Fraction(1))
FILM = Project(shots=(Shot(id="a"), Shot(id="b", motion=OWN), Shot(id="c")))


def test_each_shot_keeps_what_was_not_set_of_its_motion() -> None:
    now = several.set_motions(FILM, ["a", "b"], smoothing="x2")
    assert now.shots[0].motion == Motion(smoothing="x2")
    assert now.shots[1].motion == replace(OWN, smoothing="x2")
    assert now.shots[2].motion is None


def test_inheriting_again_keeps_where_in_the_take_a_shot_starts() -> None:
    changed = several.set_motions(FILM, ["a", "b"], speed=Fraction(2))
    now = several.inherit_motion(changed, ["a", "b", "c"])
    assert [shot.motion for shot in now.shots] == [None, Motion(source_in=Fraction(1, 2)), None]


def test_seeds_are_each_shots_own() -> None:
    assert [shot.seed for shot in several.set_seeds(FILM, {"a": 1, "c": 3}).shots] == [1, None, 3]


def test_what_cannot_be_names_the_shot() -> None:
    with pytest.raises(EditError, match="shot 2: speed must lie between"):
        several.set_motions(FILM, ["b"], speed=Fraction(1000))
    with pytest.raises(EditError, match="shot 3: a seed is a whole number"):
        several.set_seeds(FILM, {"c": -1})
    with pytest.raises(EditError, match="there is no shot x"):
        several.inherit_motion(FILM, ["x"])


def test_nothing_new_is_the_same_value() -> None:
    assert several.inherit_motion(FILM, ["a", "c"]) is FILM
