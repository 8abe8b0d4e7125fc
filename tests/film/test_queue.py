"""The queue on disk: what comes back after a kill, what rests instead, and what a broken file does."""

from __future__ import annotations

import errno
import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from storyboard import places, store
from storyboard.film import queue
from storyboard.film.wanted import Wanted, want
from storyboard.project import MAX_SEED, Chosen, new_shot, seed_for
from storyboard.store import Takes
from storyboard.take import Recipe, Take


def job(task: queue.Task | None = None, **changes: Any) -> queue.Job:
    make = queue.MakeTakes((Wanted(store.new_id(), "shot-1", 7),))
    return replace(queue.new(task or make), **changes)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    jobs = (
        job(),
        job(
            queue.ExportFilm("ffv1", str(tmp_path / "exports" / "film.mkv")),
            state="done",
            reason="It is there.",
        ),
        job(queue.ImportFiles((queue.Incoming("/somewhere/a.png", "shot-9"),), 3), state="failed"),
        job(queue.MakeAudition((Wanted("t1", "shot-1", 1), Wanted("t2", "shot-1", 2)), 6), state="running"),
        job(queue.CarryOn((Wanted("t2", "shot-1", 2),)), state="paused"),
    )
    queue.save(tmp_path, jobs)
    loaded = queue.load(tmp_path)
    assert loaded == queue.Loaded(jobs)
    assert queue.load(tmp_path / "nothing") == queue.Loaded(())
    assert [take.seed for take in queue.wanted(jobs)] == [7, 1, 2, 2], "no new take gets one of these seeds"
    left = queue.left_behind(loaded, tmp_path)
    assert left[3] == replace(jobs[3], state="waiting", killed=1), "an audition goes on after a kill"


def test_an_empty_queue_makes_no_file(tmp_path: Path) -> None:
    queue.save(tmp_path, ())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"format": 2, "place": "", "jobs": []}',
        '{"format": 1, "place": "", "jobs": [{"id": "../x"}]}',
        b"\xff\xfe",
    ],
)
def test_a_broken_file_is_put_aside_with_a_sentence(tmp_path: Path, text: str | bytes) -> None:
    (tmp_path / queue.NAME).write_bytes(text if isinstance(text, bytes) else text.encode())
    loaded = queue.load(tmp_path)
    assert loaded.jobs == ()
    assert loaded.problem.startswith("The queue could not be read")
    assert not (tmp_path / queue.NAME).exists()
    assert (tmp_path / queue.ASIDE).is_file()
    queue.save(tmp_path, (job(),))
    assert len(queue.load(tmp_path).jobs) == 1


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EIO, errno.EACCES, errno.EMFILE])
def test_a_file_that_the_disk_does_not_give_now_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    jobs = (job(),)
    queue.save(tmp_path, jobs)

    def fail(*_: object) -> bytes:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as failing:
        failing.setattr("storyboard.reading.whole", fail)
        loaded = queue.load(tmp_path)
    assert (loaded.jobs, loaded.known) == ((), False)
    assert "cannot be read now" in loaded.problem
    assert "open the project again" in loaded.problem
    assert [path.name for path in tmp_path.iterdir()] == [queue.NAME]
    assert queue.load(tmp_path).jobs == jobs


def test_a_folder_in_the_files_place_is_no_reason_not_to_start(tmp_path: Path) -> None:
    (tmp_path / queue.NAME).mkdir()
    loaded = queue.load(tmp_path)
    assert loaded.jobs == ()
    assert loaded.problem


def test_two_jobs_of_one_id_are_not_believed(tmp_path: Path) -> None:
    queue.save(tmp_path, (job(),))
    found = json.loads((tmp_path / queue.NAME).read_text())
    found["jobs"] *= 2
    (tmp_path / queue.NAME).write_text(json.dumps(found))
    assert "same id" in queue.load(tmp_path).problem


def test_after_a_kill_jobs_go_on_with_the_same_takes_and_seeds(tmp_path: Path) -> None:
    ran, waited, done = job(state="running"), job(), job(state="done")
    queue.save(tmp_path, (done, ran, waited))
    jobs = queue.left_behind(queue.load(tmp_path), tmp_path)
    assert [each.state for each in jobs] == ["done", "waiting", "waiting"]
    assert jobs[1].task == ran.task
    assert jobs[1].killed == 1


def test_a_job_that_ran_while_the_program_was_killed_twice_rests(tmp_path: Path) -> None:
    (again,) = queue.left_behind(queue.Loaded((job(state="running", killed=1),)), tmp_path)
    assert again.state == "paused"
    assert "twice" in again.reason


def test_the_queue_of_another_place_rests_until_the_user_says_so(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    queue.save(here, (job(),))
    here.rename(there)
    assert [each.state for each in queue.left_behind(queue.load(there), there)] == ["paused"]


def test_a_queue_is_that_of_this_machine_also_under_another_name_in_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.save(tmp_path, (job(),))
    monkeypatch.setattr("platform.node", lambda: "another-name")
    assert queue.load(tmp_path).here


def test_the_queue_of_another_machine_rests_also_under_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path / "one"))
    queue.save(tmp_path, (job(),))
    assert queue.load(tmp_path).here
    monkeypatch.setenv(places.HOME, str(tmp_path / "other"))
    assert not queue.load(tmp_path).here


def test_a_queue_is_kept_also_where_the_home_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").write_text("no folder")
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    queue.save(tmp_path, (job(),))
    assert queue.load(tmp_path).here


def test_a_job_that_would_touch_files_outside_the_project_never_goes_on_by_itself(tmp_path: Path) -> None:
    tasks: tuple[queue.Task, ...] = (
        queue.ExportFilm("h264", "/home/somebody/precious.mp4"),
        queue.ExportFilm("h264", str(tmp_path / "exports" / ".." / ".." / "precious.mp4")),
        queue.ImportFiles((queue.Incoming("/etc/passwd", "shot-9"),), 0),
        queue.ExportFilm("h264", str(tmp_path / "exports" / "film.mp4")),
    )
    jobs = queue.left_behind(queue.Loaded(tuple(job(task) for task in tasks)), tmp_path)
    assert [each.state for each in jobs] == ["paused", "paused", "paused", "waiting"]


def test_jobs_are_moved_before_another_or_to_the_end() -> None:
    a, b, c = job(), job(), job()
    assert queue.moved((a, b, c), c.id, a.id) == (c, a, b)
    assert queue.moved((a, b, c), a.id, "") == (b, c, a)
    assert queue.moved((a, b, c), "gone", a.id) == (a, b, c)


def test_only_the_last_finished_jobs_are_remembered() -> None:
    jobs = (*(job(state="done") for _ in range(queue.FINISHED + 5)), job())
    kept = queue.trimmed(jobs)
    assert len(kept) == queue.FINISHED + 1
    assert kept == jobs[5:]


# Which takes are wanted


def test_takes_that_wait_already_have_their_seeds_to_themselves() -> None:
    shot = new_shot("shot-1", "a dog")
    first = want([shot], 2, Takes([]))
    second = want([shot], 2, Takes([]), waiting=first)
    seeds = [take.seed for take in (*first, *second)]
    assert seeds == [seed_for(shot, number) for number in (1, 2, 3, 4)]
    assert len({take.take for take in (*first, *second)}) == 4


def test_one_take_of_a_locked_seed_uses_it_and_several_do_not() -> None:
    shot = replace(new_shot("shot-1", "a dog"), seed=MAX_SEED)
    assert [take.seed for take in want([shot], 1, Takes([]))] == [MAX_SEED]
    assert MAX_SEED not in [take.seed for take in want([shot], 3, Takes([]))]


def test_the_take_after_a_quick_one_has_its_seed() -> None:
    sizes: dict[str, Any] = {"frames": 24, "width": 64, "height": 64, "rate": Fraction(24)}
    recipe = Recipe("diffusers", "1", "model", "a dog", 99, quick=True, **sizes)
    made: dict[str, Any] = {"number": 1, "created": "", "content": "ab" * 32, "recipe": recipe, **sizes}
    quick = Take("take-1", "shot-1", **made)
    shot = replace(new_shot("shot-1", "a dog"), chosen=Chosen("take-1", ""))
    (whole,) = want([shot], 1, Takes([quick]))
    assert (whole.seed, whole.quick) == (99, False)
    (another,) = want([shot], 1, Takes([quick]), quick=True)
    assert another.quick
    assert another.seed != 99
    assert want([shot], 1, Takes([quick]), waiting=[whole])[0].seed != 99
