"""Workers that hang are ended; those that are only slow, or load a large model, are not."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import cast

import psutil
import pytest

from storyboard import places
from storyboard.errors import DiskFull
from storyboard.film import disk, watchdog
from storyboard.film.history import Cost, History, Work
from storyboard.film.runner import Progress, Runner
from storyboard.generators import learned
from storyboard.workers.crew import Crew
from tests.film.test_progress import Rehearsal, generating
from tests.film.test_progress import Takes as Pace
from tests.workers.test_crew import ENDLESS, sketching, workers

MINUTE = Work("generate huge", 100.0)


def test_a_step_may_be_silent_far_longer_than_its_parts_took_here() -> None:
    slow = Cost(60.0, tail=30.0, start=900.0, measured=True)
    # 25 parts of four minutes each, after loading for a quarter of an hour; the end decodes for 50 minutes.
    at = {done: watchdog.patience(slow, MINUTE, 25, done, "generate") for done in (0, 1, 24, 25)}
    assert at == {0: 20 * (900 + 240), 1: 20 * 240, 24: 20 * 240, 25: 20 * (240 + 3000)}


def test_quick_steps_are_given_the_time_that_a_cold_disk_may_need() -> None:
    quick = Cost(0.001, measured=True)
    assert watchdog.patience(quick, MINUTE, 25, 0, "generate") == 1800
    assert watchdog.patience(quick, MINUTE, 25, 3, "media") == 600


def test_the_user_may_set_the_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(watchdog.PATIENCE, "7200")
    assert watchdog.floor("media") == 7200
    monkeypatch.setenv(watchdog.PATIENCE, "soon")
    assert watchdog.floor("media") == 600


@pytest.mark.parametrize(
    ("seconds", "words"), [(40, "40 seconds"), (119, "119 seconds"), (1800, "30 minutes"), (9000, "2 hours")]
)
def test_silence_is_told_in_words(seconds: float, words: str) -> None:
    assert watchdog.in_words(seconds) == words


@pytest.mark.parametrize(
    ("reason", "kills", "plans"),
    [("was ended (SIGKILL)", (3, 4), {"whole"}), ("was ended (SIGKILL)", (3, 3), set()), ("SIGSEGV", (3, 4), set())],
)  # fmt: skip
def test_a_model_that_the_system_ended_for_want_of_memory_is_tried_in_a_smaller_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str, kills: tuple[int, int], plans: set[str]
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    told = iter(kills)
    monkeypatch.setattr(watchdog, "memory_kills", lambda: next(told))
    step = generating("a")
    learned.begin(step.recipe.model_hash, "cpu", 100, "whole")
    crew = Rehearsal(lambda _: Pace(1.0, 1.0), crashes=reason)
    runner = Runner(cast(Crew, crew), History(tmp_path / "times"), lambda _: None, clock=lambda: crew.now)
    runner.submit("t", step, "shot 1", lambda _: None, lane="generate")
    runner.run()
    assert runner.failures == []
    assert learned.failed(step.recipe.model_hash, "cpu", 100) == plans
    assert learned.failed(step.recipe.model_hash, "cpu", 99) == frozenset()


@pytest.mark.skipif(os.name != "posix", reason="a process cannot be stopped for a while there")
def test_a_worker_that_hangs_is_ended_and_its_step_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(watchdog.PATIENCE, "3")
    monkeypatch.setattr(watchdog, "TIMES", 1.0)
    stopped: list[int] = []
    notes: list[str] = []

    def stop_once(progress: Progress) -> None:
        notes[:] = progress.notes
        if not stopped and progress.running and progress.running[0].done:
            stopped.append(workers()[0].pid)
            workers()[0].suspend()

    with Crew(tmp_path, media_workers=1) as crew:
        runner = Runner(crew, History(tmp_path / "times.json"), stop_once)
        runner.submit("a", sketching("a.mkv", 300), "shot 1", lambda _: None)
        runner.run()
    assert stopped
    assert not runner.failures
    assert notes
    assert notes[0].startswith("shot 1: it did not get on for ")
    assert notes[0].endswith("and was ended; it was started again")


@pytest.mark.skipif(os.name != "posix", reason="a process cannot be stopped for a while there")
def test_a_step_that_hangs_twice_fails_with_the_reason_and_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever starts may take its time; what hangs, hangs after its first frame.
    monkeypatch.setattr(
        watchdog, "patience", lambda _cost, _work, _total, done, _lane: 1.0 if done else 120.0
    )

    def stop(progress: Progress) -> None:
        if any(running.label == "bad" and running.done for running in progress.running):
            with contextlib.suppress(psutil.Error):  # one that was ended just now
                for process in workers():
                    process.suspend()

    done: list[str] = []
    with Crew(tmp_path, media_workers=1) as crew:
        runner = Runner(crew, History(tmp_path / "times.json"), stop)
        runner.submit("a", sketching("a.mkv", ENDLESS), "bad", lambda _: done.append("bad"))
        runner.submit("b", sketching("b.mkv", 2), "good", lambda _: done.append("good"))
        runner.run()
    assert done == ["good"]
    (failure,) = runner.failures
    assert failure.label == "bad"
    assert "did not get on for" in failure.reason
    assert failure.reason.endswith("and was ended; try again")
    assert not (tmp_path / "a.mkv").exists()


def test_work_ends_before_the_disk_is_full_and_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storyboard.film.runner.DISK_EVERY", 0.0)
    left = [1000]

    def running_out(progress: Progress) -> None:
        left[0] = 0 if progress.running else left[0]

    monkeypatch.setattr(disk, "room", lambda _place: left[0])
    with Crew(tmp_path, media_workers=1) as crew:
        runner = Runner(crew, History(tmp_path / "times.json"), running_out, places=(tmp_path,))
        runner.submit("a", sketching("a.mkv", ENDLESS), "shot 1", lambda _: None)
        with pytest.raises(DiskFull, match=r"nearly no room is left .* what was made is kept"):
            runner.run()
    assert not list(tmp_path.glob("*a*.mkv"))
