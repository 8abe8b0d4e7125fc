"""Shots of one model are made together."""

from __future__ import annotations

from storyboard.film.order import by_model


def test_each_model_is_loaded_once_and_shots_keep_their_order() -> None:
    shots = ["wan 1", "ltx 2", "wan 3", "sketch 4", "ltx 5", "wan 6"]
    made = by_model(shots, lambda shot: shot.split()[0])
    assert made == ["wan 1", "wan 3", "wan 6", "ltx 2", "ltx 5", "sketch 4"]


def test_one_model_changes_nothing() -> None:
    assert by_model(range(5), lambda _: "wan") == [0, 1, 2, 3, 4]
    assert by_model([], str) == []
