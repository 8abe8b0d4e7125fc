"""Takes whose ids and seeds are settled: made once, whatever stops in the middle."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import msgspec
import pytest

from storyboard import store, values
from storyboard.errors import Cancelled
from storyboard.film import claims, takes
from storyboard.film.history import History
from storyboard.film.runner import Progress, Runner
from storyboard.film.wanted import want
from storyboard.store import TakeFolder
from storyboard.take import Take
from storyboard.workers import messages
from storyboard.workers.crew import Crew
from tests.film.test_progress import Rehearsal, generating
from tests.film.test_progress import Takes as Pace
from tests.support import make_project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_project(tmp_path / "film", "a red ball", "a blue car")


def test_what_is_there_already_is_not_made_again(folder: Path) -> None:
    project = store.open_project(folder).project
    wanted = want(project.shots, 2, TakeFolder(folder).scan())
    first = takes.make_wanted(folder, project, wanted[:3])
    again = takes.make_wanted(folder, project, wanted)
    assert {take.id for take in first.made} == {take.take for take in wanted[:3]}
    assert [take.id for take in again.made] == [wanted[3].take]
    found = TakeFolder(folder).scan()
    assert len(found) == 4
    assert {take.id: take.recipe.seed for take in found.values() if take.recipe} == {
        take.take: take.seed for take in wanted
    }
    assert [take.number for take in found.of_shot(project.shots[0].id)] == [1, 2]


def test_two_that_make_takes_at_once_make_different_ones(folder: Path) -> None:
    project = store.open_project(folder).project
    others: list[Take] = []

    def meanwhile(_: Progress) -> None:
        if not others:
            others.extend(takes.make(folder, project, project.shots[:1], 3).made)

    mine = takes.make(folder, project, project.shots[:1], 3, watch=meanwhile).made
    assert sorted(take.number for take in (*mine, *others)) == [1, 2, 3, 4, 5, 6]
    assert len({take.recipe.seed for take in (*mine, *others) if take.recipe}) == 6
    assert [path.name for path in (folder / claims.FOLDER).glob("*.json")] == []


def test_a_queues_takes_have_numbers_of_their_own_too(folder: Path) -> None:
    project = store.open_project(folder).project
    wanted = want(project.shots[:1], 2, TakeFolder(folder).scan())
    others: list[Take] = []

    def meanwhile(_: Progress) -> None:
        if not others:
            others.extend(takes.make(folder, project, project.shots[:1]).made)

    mine = takes.make_wanted(folder, project, wanted, meanwhile).made
    assert [take.number for take in (*mine, *others)] == [1, 2, 3]


def test_what_a_killed_program_was_making_is_free_again(folder: Path) -> None:
    project = store.open_project(folder).project
    place = folder / claims.FOLDER
    place.mkdir(parents=True)
    (left,) = want(project.shots[:1], 1, TakeFolder(folder).scan())
    (place / "killed.json").write_bytes(values.encode([claims.Numbered(left, 1)]))
    (place / "killed.lock").touch()
    (made,) = takes.make(folder, project, project.shots[:1]).made
    assert made.recipe is not None
    assert (made.number, made.recipe.seed) == (1, left.seed)
    assert not (place / "killed.json").exists()


def test_takes_are_made_where_nothing_can_be_claimed(folder: Path) -> None:
    project = store.open_project(folder).project
    (folder / "cache").mkdir()
    (folder / claims.FOLDER).write_text("in the way")
    assert len(takes.make(folder, project, project.shots).made) == 2


def test_a_pause_finishes_the_takes_in_hand_and_leaves_the_rest(folder: Path) -> None:
    project = store.open_project(folder).project
    wanted = want(project.shots, 6, TakeFolder(folder).scan())
    seen: list[Progress] = []
    with Crew(folder, media_workers=1) as crew:
        with pytest.raises(Cancelled):
            takes.make_wanted(
                folder,
                project,
                wanted,
                seen.append,
                pausing=lambda: any(progress.running for progress in seen),
                crew=crew,
            )
        made = len(TakeFolder(folder).scan())
        assert 1 <= made < 12
        # The same workers go on, and nothing is made twice.
        rest = takes.make_wanted(folder, project, wanted, crew=crew)
    assert len(rest.made) == 12 - made
    assert len(TakeFolder(folder).scan()) == 12


def test_time_is_counted_for_all_takes_of_a_batch(tmp_path: Path) -> None:
    """A shot's takes are handed in one by one; those that are to come count from the start."""
    crew = Rehearsal(lambda _: Pace(0.0, 10.0))
    seen: list[Progress] = []
    runner = Runner(cast("Crew", crew), History(tmp_path / "times.json"), seen.append, clock=lambda: crew.now)
    steps = [msgspec.structs.replace(generating("a"), take=f"take-{n}", number=n) for n in range(5)]

    def start(nth: int) -> None:
        step = steps[nth]
        runner.expect("a", steps[nth:], "generate")
        then = (lambda _: start(nth + 1)) if nth < 4 else (lambda _: None)
        runner.submit(step.take, step, step.take, then, lane="generate", unit="step", shot="a")

    start(0)
    runner.run()
    first = [progress for progress in seen if progress.running and progress.running[0].label == "take-0"]
    assert first[-1].fraction == pytest.approx(0.2, abs=0.05)
    assert first[-1].seconds_left == pytest.approx(40, abs=5)


def test_a_take_is_looked_at_while_it_is_made(folder: Path) -> None:
    project = store.open_project(folder).project
    looks: list[tuple[str, messages.Preview]] = []
    wanted = want(project.shots, 1, TakeFolder(folder).scan())
    takes.make_wanted(folder, project, wanted, show=lambda shot, picture: looks.append((shot, picture)))
    assert {shot for shot, _ in looks} == {shot.id for shot in project.shots}
    assert all(picture.whole and (picture.width, picture.height) == (64, 64) for _, picture in looks)


def test_a_failure_names_its_shots(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = store.open_project(folder).project
    (folder / "takes").mkdir(exist_ok=True)
    wanted = want(project.shots, 1, TakeFolder(folder).scan())
    (folder / f"takes/{wanted[1].take}.json").mkdir()  # where its sidecar has to go
    result = takes.make_wanted(folder, project, wanted)
    assert [failure.shots for failure in result.failures] == [(project.shots[1].id,)]
    assert str(result.failures[0]).startswith("shot 2 take 1: ")
    assert len(result.made) == 1
