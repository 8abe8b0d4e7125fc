"""Shots of one model are made together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from storyboard import store
from storyboard.film import takes
from storyboard.film.order import by_model, counted_down
from storyboard.film.runner import Runner
from storyboard.workers.steps import Generate, Together
from tests.support import make_project


def test_each_model_is_loaded_once_and_shots_keep_their_order() -> None:
    shots = ["wan 1", "ltx 2", "wan 3", "sketch 4", "ltx 5", "wan 6"]
    made = by_model(shots, lambda shot: shot.split()[0])
    assert made == ["wan 1", "wan 3", "wan 6", "ltx 2", "ltx 5", "sketch 4"]


def test_one_model_changes_nothing() -> None:
    assert by_model(range(5), lambda _: "wan") == [0, 1, 2, 3, 4]
    assert by_model([], str) == []


def test_each_step_knows_how_many_like_it_come_after_it(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", "a dog", "a cat", "a fox", "a hen")
    with store.open_project(folder) as opened:
        project = opened.project
    shots = list(project.shots)
    shots[2:] = [replace(shot, length=48) for shot in shots[2:]]
    steps = [takes.generate_step(folder, project, shot, 1) for shot in (*shots, shots[0])]
    assert [step.coming for step in counted_down(steps)] == [2, 1, 1, 0, 0]
    assert counted_down([]) == []


def test_a_run_tells_its_workers_what_is_to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_project(tmp_path / "film", "a dog", "a cat")
    with store.open_project(folder) as opened:
        project = opened.project
    seen: list[int] = []
    submit = Runner.submit

    def submitted(self: Runner, name: str, step: Any, *rest: Any, **more: Any) -> None:
        assert isinstance(step, Generate | Together)
        seen.append(step.coming if isinstance(step, Generate) else step.of[-1].coming)
        submit(self, name, step, *rest, **more)

    monkeypatch.setattr(Runner, "submit", submitted)
    made = takes.make(folder, project, project.shots, 2)
    assert not made.failures
    assert sorted(seen, reverse=True) == [3, 2, 1, 0]
