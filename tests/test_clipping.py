"""Shots on their way: what the clipboard carries, and how another project takes it in."""

from __future__ import annotations

from fractions import Fraction

import pytest

from storyboard import clipping, edit
from storyboard.errors import EditError
from storyboard.project import Chosen, Motion, Project, Shot
from storyboard.start import FromTake

SHOTS = (
    Shot(id="a", prompt="a red\nball", length=24, chosen=Chosen(take="one", wish="w"), starred=("one",)),
    Shot(id="b", prompt="a blue car", length=48, seed=7),
    Shot(id="c", prompt="a tree", length=1),
)
FILM = Project(shots=SHOTS)


def test_shots_keep_the_films_order_and_read_as_lines_of_text() -> None:
    cut = clipping.clip(FILM, "/film", frozenset(("c", "a")))
    assert [shot.id for shot in cut.shots] == ["a", "c"]
    assert cut.text == "a red ball\na tree"
    assert clipping.decode(clipping.encode(cut)) == cut


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"folder": "x"}', b"[" * 100_000])
def test_what_is_no_clipping_is_refused(data: bytes) -> None:
    with pytest.raises(EditError, match="copy them again"):
        clipping.decode(data)


def test_pasted_shots_have_ids_and_seeds_of_their_own_and_no_stars() -> None:
    cut = clipping.clip(FILM, "/film", frozenset("ab"))
    first, second = clipping.fitted(cut, FILM, ["x", "y"], {})
    assert (first.id, second.id) == ("x", "y")
    assert first.chosen == SHOTS[0].chosen
    assert first.starred == ()
    assert first.base_seed != second.base_seed
    assert second.seed == 7


def test_lengths_keep_their_seconds_at_another_rate_and_are_never_nothing() -> None:
    cut = clipping.clip(FILM, "/film", frozenset("abc"))
    pasted = clipping.fitted(cut, Project(rate=Fraction(8)), ["x", "y", "z"], {})
    assert [shot.length for shot in pasted] == [8, 16, 1]


def test_what_plays_stays_the_same_where_takes_are_moved_otherwise() -> None:
    cut = clipping.clip(FILM, "/film", frozenset("a"))
    other = edit.set_project(Project(), motion=Motion(speed=Fraction(1)))
    (pasted,) = clipping.fitted(cut, other, ["x"], {})
    assert other.motion_of(pasted) == FILM.motion_of(SHOTS[0])


def test_a_take_is_found_under_its_new_id_or_the_shot_is_a_draft() -> None:
    cut = clipping.clip(FILM, "/film", frozenset("a"))
    (carried,) = clipping.fitted(cut, FILM, ["x"], {"one": "two"})
    assert carried.chosen == Chosen(take="two", wish="w")
    (draft,) = clipping.fitted(cut, FILM, ["x"], {"one": None})
    assert draft.chosen is None


def test_what_a_pasted_shot_makes_anew_is_found_under_its_new_id_or_left_out() -> None:
    film = edit.set_shot(FILM, "a", start=FromTake("one", 0.4))
    cut = clipping.clip(film, "/film", frozenset("a"))
    starts = [
        clipping.fitted(cut, FILM, ["x"], takes)[0].start for takes in ({}, {"one": "two"}, {"one": None})
    ]
    assert starts == [FromTake("one", 0.4), FromTake("two", 0.4), None]
