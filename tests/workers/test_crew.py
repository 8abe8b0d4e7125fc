"""Worker processes: cancelled, killed, orphaned, and still no job is lost or done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import psutil
import pytest

from storyboard.film.history import History
from storyboard.film.runner import Runner
from storyboard.workers import messages
from storyboard.workers.crew import Crashed, Crew, Event
from storyboard.workers.steps import Drawn, Encode, Listen


def sketching(out: str, length: int) -> Encode:
    """A step that takes as long as `length` says: the frames of a sketch, encoded."""
    drawn = Drawn(prompt="a dog runs", seed=1)
    return Encode(width=64, height=64, rate=Fraction(24), preset="ffv1", length=length, out=out, drawn=drawn)


ENDLESS = 900_000


def until(crew: Crew, wanted: Callable[[Event], bool], seconds: float = 60) -> Event:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        event = crew.next(timeout=1)
        if event is not None and wanted(event):
            return event
    raise AssertionError("the event did not come")


def started(event: Event) -> bool:
    return isinstance(event, messages.Progress) and event.done > 0


def ended(event: Event) -> bool:
    return not isinstance(event, messages.Progress)


def workers() -> list[psutil.Process]:
    family = psutil.Process().children(recursive=True)
    return [process for process in family if "storyboard.workers" in " ".join(process.cmdline())]


def test_a_step_runs_and_answers(tmp_path: Path) -> None:
    with Crew(tmp_path) as crew:
        job = crew.submit(sketching("a.mkv", 3), "media")
        event = until(crew, ended)
        assert isinstance(event, messages.Done), event
        assert event.job == job
    assert (tmp_path / "a.mkv").is_file()
    assert not workers()


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is nothing to share")
def test_a_step_alone_has_every_processor_and_two_share_them(tmp_path: Path) -> None:
    cores = os.cpu_count() or 1
    for steps, share in ((1, cores), (2, cores // 2)):
        with Crew(tmp_path, media_workers=2) as crew:
            for number in range(steps):
                crew.submit(sketching(f"{steps}-{number}.mkv", ENDLESS), "media")
            until(crew, started)
            assert [process.cmdline()[-1] for process in workers()] == [str(share)] * steps


def test_a_cancelled_step_stops_and_leaves_nothing(tmp_path: Path) -> None:
    with Crew(tmp_path, media_workers=1) as crew:
        job = crew.submit(sketching("a.mkv", ENDLESS), "media")
        until(crew, started)
        pids = {process.pid for process in workers()}
        crew.cancel(job)
        assert isinstance(until(crew, ended), messages.Stopped)
        assert list(tmp_path.iterdir()) == []
        crew.submit(sketching("b.mkv", 2), "media")
        assert isinstance(until(crew, ended), messages.Done)
        assert {process.pid for process in workers()} == pids, "a cancel does not cost the warm process"


def test_a_waiting_step_is_cancelled_before_it_starts(tmp_path: Path) -> None:
    with Crew(tmp_path, media_workers=1) as crew:
        crew.submit(sketching("a.mkv", 5), "media")
        second = crew.submit(sketching("b.mkv", 5), "media")
        crew.cancel(second)
        until(crew, ended)
    assert not (tmp_path / "b.mkv").exists()


def test_a_worker_that_is_killed_is_reported_and_replaced(tmp_path: Path) -> None:
    with Crew(tmp_path, media_workers=1) as crew:
        crew.submit(sketching("a.mkv", ENDLESS), "media")
        until(crew, started)
        workers()[0].kill()
        event = until(crew, ended)
        assert isinstance(event, Crashed)
        assert "SIGKILL" in event.reason
        crew.submit(sketching("b.mkv", 2), "media")
        assert isinstance(until(crew, ended), messages.Done)


def test_a_worker_that_dies_between_steps_is_replaced(tmp_path: Path) -> None:
    with Crew(tmp_path, media_workers=1) as crew:
        crew.submit(sketching("a.mkv", 2), "media")
        until(crew, ended)
        process = workers()[0]
        process.kill()
        process.wait(10)
        crew.submit(sketching("b.mkv", 2), "media")
        assert isinstance(until(crew, ended), messages.Done)


def test_a_worker_that_does_not_answer_a_cancel_is_killed(tmp_path: Path) -> None:
    with Crew(tmp_path, media_workers=1) as crew:
        job = crew.submit(sketching("a.mkv", ENDLESS), "media")
        until(crew, started)
        workers()[0].suspend()
        crew.cancel(job)
        assert isinstance(until(crew, ended), Crashed)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_is_left_to_the_parent(tmp_path: Path) -> None:
    with Crew(tmp_path, media_workers=1) as crew:
        crew.submit(sketching("a.mkv", 200), "media")
        until(crew, started)
        workers()[0].send_signal(signal.SIGINT)
        assert isinstance(until(crew, ended), messages.Done)


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from tests.workers.test_crew import *\n"
        "crew = Crew(Path(sys.argv[1]), media_workers=1)\n"
        "crew.submit(sketching('a.mkv', ENDLESS), 'media')\n"
        "until(crew, started)\n"
        "print(workers()[0].pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=root
    ) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    worker.wait(10)


def test_a_failing_step_says_why_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "text.mp3").write_text("no music")
    with Crew(tmp_path) as crew:
        runner = Runner(crew, History(), lambda _: None)
        done: list[str] = []
        runner.submit("bad", Listen(file="text.mp3"), "music", lambda _: done.append("bad"))
        runner.submit("good", sketching("a.mkv", 2), "shot 1", lambda _: done.append("good"))
        runner.run()
    assert done == ["good"]
    assert [failure.label for failure in runner.failures] == ["music"]
    assert "text.mp3" in runner.failures[0].reason


def test_the_same_part_is_made_once_for_all_who_want_it(tmp_path: Path) -> None:
    with Crew(tmp_path) as crew:
        runner = Runner(crew, History(), lambda _: None)
        done: list[int] = []
        new = [
            runner.submit("a", sketching("a.mkv", 4), "shot", lambda _, n=n: done.append(n)) for n in range(3)
        ]
        runner.run()
    assert new == [True, False, False]
    assert done == [0, 1, 2]


def test_a_step_whose_worker_crashes_is_tried_once_more(tmp_path: Path) -> None:
    killed: list[int] = []

    def kill_once(_: object) -> None:
        if not killed and (found := workers()):
            killed.append(found[0].pid)
            found[0].kill()

    with Crew(tmp_path, media_workers=1) as crew:
        runner = Runner(crew, History(), kill_once)
        done: list[str] = []
        runner.submit("a", sketching("a.mkv", 400), "shot 1", lambda _: done.append("a"))
        runner.run()
    assert killed
    assert done == ["a"]
    assert not runner.failures
