"""Workers are killed at random while many jobs wait: each job ends once, done or failed with a reason."""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import psutil
import pytest

from storyboard import edit, store
from storyboard.film import queue
from storyboard.project import Project, new_shot
from tests.faults.harness import whole_takes
from ui.window import Window
from ui.worker import Make

JOBS = 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of as many short drafts as there are jobs."""
    shots = [new_shot(f"shot-{n}", f"a red ball, {n}", 8) for n in range(JOBS)]
    film = Project(name="Many", width=64, height=64, rate=Fraction(8))
    store.create(tmp_path / "film", edit.append(film, *shots)).close()
    return tmp_path / "film"


class Watcher:
    """What became of each job. The queue itself forgets all but the last that ended."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.ended: dict[str, queue.Job] = {}
        self.times: Counter[str] = Counter()
        window.worker.changed.connect(self.look)

    def look(self) -> None:
        for job in self._window.worker.jobs:
            if job.finished and job.id not in self.ended:
                self.ended[job.id] = job
                self.times[job.id] += 1


def kill_one(chance: random.Random) -> bool:
    workers = [
        child
        for child in psutil.Process().children(recursive=True)
        if "storyboard.workers" in " ".join(child.cmdline())
    ]
    if workers:
        chance.choice(workers).kill()
    return bool(workers)


def test_each_of_64_jobs_ends_once_though_workers_are_killed_at_random(
    window: Window, until: Callable[[Callable[[], bool]], None], folder: Path
) -> None:
    watcher, chance = Watcher(window), random.Random(64)
    film = window.document.film
    for shot in film.project.shots:
        window.worker.submit(Make(film, (shot,)))
    asked = [job.id for job in window.worker.jobs]
    wanted = {
        job.id: job.task.takes[0] for job in window.worker.jobs if isinstance(job.task, queue.MakeTakes)
    }
    killed, then = 0, time.monotonic()

    def done() -> bool:
        nonlocal killed, then
        watcher.look()
        if killed < JOBS and time.monotonic() >= then:
            with contextlib.suppress(psutil.NoSuchProcess):
                killed += kill_one(chance)
            then = time.monotonic() + chance.uniform(0.05, 0.8)
        return len(watcher.ended) == JOBS

    for many in range(8, JOBS + 1, 8):  # each part has the patience of a whole wait
        until(lambda: done() or len(watcher.ended) >= many)  # noqa: B023 - called before the next one
    until(lambda: not window.worker.busy)
    assert killed > 5
    assert list(watcher.times) == asked, "in the order in which they were asked for"
    assert set(watcher.times.values()) == {1}
    assert all(job.state == "done" or "try again" in job.reason for job in watcher.ended.values())
    takes = store.TakeFolder(folder).scan()
    for job_id, job in watcher.ended.items():
        take = wanted[job_id]
        assert (take.take in takes) or job.state == "failed"
        assert len(takes.of_shot(take.shot)) == (take.take in takes)
    assert whole_takes(folder) == set(takes)
