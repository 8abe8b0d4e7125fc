"""The queue as a person uses it: in order, paused, moved, retried; after a worker or the window was killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest

from storyboard import edit, store
from storyboard.film import queue
from storyboard.store import lock
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
Opener = Callable[[Path], Window]
ENDLESS = 100_000


def shots(window: Window) -> list[str]:
    return [shot.id for shot in window.document.project.shots]


def generate(window: Window, *numbers: int) -> str:
    """Asks for a take of each of these shots; returns the job's id."""
    ids = shots(window)
    window.session.select(*(ids[number] for number in numbers))
    window.actions_by_name["generate"].trigger()
    return window.worker.jobs[-1].id


def lengthen(window: Window, number: int, length: int) -> None:
    shot = shots(window)[number]
    window.document.edit("Set length", lambda p: edit.set_shot(p, shot, length=length))


def states(window: Window) -> list[str]:
    return [job.state for job in window.worker.jobs]


def running(window: Window) -> bool:
    return any(job.state == "generating" for job in window.worker.states().values())


def workers(process: psutil.Process | None = None) -> list[psutil.Process]:
    family = (process or psutil.Process()).children(recursive=True)
    return [child for child in family if "storyboard.workers" in " ".join(_command(child))]


def _command(child: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):  # one that ended just now
        return child.cmdline()
    return []


def kill_workers() -> None:
    for process in workers():
        process.kill()


def test_jobs_wait_for_their_turn_and_are_on_disk(window: Window, until: Until, folder: Path) -> None:
    lengthen(window, 0, ENDLESS)
    first, second = generate(window, 0), generate(window, 1, 2)
    until(lambda: running(window))
    assert states(window) == ["running", "waiting"]
    assert {shot: job.state for shot, job in window.worker.states().items()} == dict(
        zip(shots(window), ("generating", "queued", "queued"), strict=True)
    )
    until(lambda: [job.state for job in queue.load(folder).jobs] == ["running", "waiting"])
    window.worker.cancel(first)
    until(lambda: not window.worker.busy)
    assert [(job.id, job.state, job.reason) for job in window.worker.jobs] == [
        (second, "done", "Made 2 takes.")
    ]
    window.worker.clear_finished()
    until(lambda: queue.load(folder).jobs == ())


def test_the_panel_lists_the_jobs_and_can_be_used_with_the_keyboard(window: Window, until: Until) -> None:
    lengthen(window, 0, ENDLESS)
    ids = [generate(window, 0), generate(window, 1), generate(window, 2)]
    window.actions_by_name["queue"].trigger()
    panel = window.making.panel
    assert list(panel.rows) == ids
    until(lambda: not panel.rows[ids[0]].bar.isHidden() and "step" in panel.rows[ids[0]].detail.text())
    assert panel.rows[ids[0]].title.text() == "Shot 1"
    assert "left" in panel.rows[ids[0]].state.text()
    until(lambda: "about" in panel.rows[ids[1]].state.text())
    assert panel.rows[ids[0]].up.isHidden()
    assert panel.rows[ids[0]].hasFocus() or not window.isActiveWindow()

    QTest.keyClick(panel.rows[ids[2]], Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert list(panel.rows) == [ids[0], ids[2], ids[1]]
    QTest.keyClick(panel.rows[ids[1]], Qt.Key.Key_Space)
    assert states(window) == ["running", "waiting", "paused"]
    QTest.keyClick(panel.rows[ids[1]], Qt.Key.Key_Delete)
    assert list(panel.rows) == [ids[0], ids[2]]
    QTest.keyClick(panel.rows[ids[0]], Qt.Key.Key_Delete)  # the one that runs
    until(lambda: not window.worker.busy)
    until(lambda: list(panel.rows) == [ids[2]])
    assert panel.rows[ids[2]].state.text() == "done"
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_a_job_is_dragged_before_another(window: Window, until: Until) -> None:
    lengthen(window, 0, ENDLESS)
    ids = [generate(window, 0), generate(window, 1), generate(window, 2)]
    window.actions_by_name["queue"].trigger()
    panel = window.making.panel
    until(lambda: panel.rows[ids[2]].height() > 30 and panel.rows[ids[2]].y() > panel.rows[ids[1]].y() > 0)
    row, goal = panel.rows[ids[2]], panel.rows[ids[1]]
    start = row.rect().center()
    QTest.mousePress(row, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(row, row.mapFrom(row.parentWidget(), goal.geometry().topLeft()) + start)
    row.dragged.emit(row.job_id, goal.geometry().top() + 2)
    QTest.mouseRelease(row, Qt.MouseButton.LeftButton)
    assert [job.id for job in window.worker.jobs] == [ids[0], ids[2], ids[1]]
    window.worker.cancel()


def test_a_paused_job_rests_and_goes_on_with_what_is_left(window: Window, until: Until) -> None:
    window.actions_by_name["select_all"].trigger()
    for number in range(3):
        lengthen(window, number, 60)
    window.session.select(*shots(window))
    window.actions_by_name["generate_four"].trigger()
    (job,) = window.worker.jobs
    until(lambda: running(window))
    window.worker.pause(job.id)
    assert window.worker.pausing
    until(lambda: states(window) == ["paused"])
    made = len(window.document.takes)
    assert 1 <= made < 12
    assert not window.worker.busy
    window.worker.resume(job.id)
    until(lambda: states(window) == ["done"])
    assert isinstance(job.task, queue.MakeTakes)
    assert set(window.document.takes) == {take.take for take in job.task.takes}


def test_a_failed_job_says_why_on_its_shots_and_is_retried_with_what_was_changed(
    window: Window, until: Until
) -> None:
    shot = shots(window)[0]
    window.document.edit("Set model", lambda p: edit.set_shot(p, shot, model="nobody/nothing"))
    job = generate(window, 0)
    until(lambda: states(window) == ["failed"])
    assert "nobody/nothing" in window.worker.jobs[0].reason
    assert window.worker.states()[shot].state == "failed"
    window.document.edit("Set model", lambda p: edit.set_shot(p, shot, model="sketch"))
    window.worker.resume(job)
    assert window.worker.states()[shot].state == "queued"
    until(lambda: states(window) == ["done"])
    assert shot not in window.worker.states()
    task = window.worker.jobs[0].task
    assert isinstance(task, queue.MakeTakes)
    assert set(window.document.takes) == {take.take for take in task.takes}


def test_a_killed_worker_is_started_again_once_then_the_job_says_so_and_retry_works(
    window: Window, until: Until
) -> None:
    lengthen(window, 0, ENDLESS)
    job = generate(window, 0)
    until(lambda: running(window) and bool(workers()))
    kill_workers()
    until(lambda: bool(window.worker.progress and window.worker.progress.notes))
    assert "it was started again" in window.worker.progress.notes[0]
    until(lambda: running(window) and bool(workers()))
    kill_workers()
    until(lambda: states(window) == ["failed"])
    assert "the worker process was ended by the system (SIGKILL)" in window.worker.jobs[0].reason
    assert window.isVisible()
    lengthen(window, 0, 8)
    window.worker.resume(job)
    until(lambda: states(window) == ["done"])
    assert len(window.document.takes) == 1


def test_what_the_take_looks_like_arrives_while_it_is_made(window: Window, until: Until) -> None:
    looks = QSignalSpy(window.worker.preview)
    generate(window, 1)
    until(lambda: not window.worker.busy)
    assert looks.count() >= 1
    shot, image = looks.at(0)
    assert shot == shots(window)[1]
    assert (image.width(), image.height()) == (64, 64)
    assert window.worker.previews == {}


def test_a_closed_windows_jobs_rest_until_the_user_wants_them(
    opened: Opener, until: Until, folder: Path
) -> None:
    first = opened(folder)
    until(lambda: first.making.panel is not None)
    lengthen(first, 0, ENDLESS)
    generate(first, 0)
    generate(first, 1)
    until(lambda: running(first))
    first._ask = lambda *_: True
    assert first.close()

    again = opened(folder)
    until(lambda: bool(again.worker.jobs))
    assert states(again) == ["paused", "paused"]
    assert again.banner.text.text() == "2 jobs were not done when this project was closed."
    lengthen(again, 0, 8)
    again.banner.buttons[0].click()  # Resume
    until(lambda: states(again) == ["done", "done"])
    assert len(again.document.takes) == 2


def test_the_queue_of_who_took_the_project_over_is_not_written_over(
    opened: Opener, until: Until, folder: Path
) -> None:
    window = opened(folder)
    until(lambda: window.worker._film is not None)
    owner = msgspec.json.decode((folder / lock.OWNER_NAME).read_bytes())
    (folder / lock.OWNER_NAME).write_bytes(
        msgspec.json.encode(owner | {"host": "another machine", "token": "theirs"})
    )
    (folder / queue.NAME).write_text("theirs")
    generate(window, 0)
    until(lambda: states(window) == ["done"])
    window.shut()
    assert (folder / queue.NAME).read_text() == "theirs"


def test_a_broken_queue_is_a_sentence_and_no_obstacle(opened: Opener, until: Until, folder: Path) -> None:
    (folder / queue.NAME).write_text("{")
    window = opened(folder)
    until(lambda: window.status.message.text().startswith("The queue could not be read"))
    generate(window, 0)
    until(lambda: states(window) == ["done"])


CHILD = """
import sys, time
from pathlib import Path
from storyboard import edit
from ui import app
from ui.window import Window
qt = app.application()
window = Window(Path(sys.argv[1]))
window.show()
def live(until):
    end = time.monotonic() + 60
    while not until():
        assert time.monotonic() < end
        qt.processEvents()
        time.sleep(0.005)
ids = [shot.id for shot in window.document.project.shots]
live(lambda: window.worker._film is not None)
window.document.edit("Type", lambda p: edit.set_shot(p, ids[1], prompt="a yellow submarine"))
window.document.edit("Set length", lambda p: edit.set_shot(p, ids[0], length=1500))
window.session.select(ids[0])
window.actions_by_name["generate_four"].trigger()
window.session.select(ids[2])
window.actions_by_name["generate"].trigger()
live(lambda: window.document.saved_words == "Saved" and len(window.document.takes) >= 1)
print("now", flush=True)
live(lambda: False)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_after_the_window_is_killed_everything_is_there_and_the_jobs_go_on(
    opened: Opener, until: Until, folder: Path
) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)], stdout=subprocess.PIPE, text=True, cwd=root
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "now\n"
        child.send_signal(signal.SIGKILL)
    before = queue.load(folder).jobs
    assert [job.state for job in before] == ["running", "waiting"]
    made = set(store.open_project(folder).takes())

    window = opened(folder)
    assert window.document.project.shots[1].prompt == "a yellow submarine"
    until(lambda: bool(window.worker.jobs))
    assert window.banner.text.text() == "Going on with 2 jobs that the last start left undone."
    until(lambda: states(window) == ["done", "done"])
    wanted = {take.take: take.seed for take in queue.wanted(before)}
    takes = window.document.takes
    assert {take.id: take.recipe.seed for take in takes.values() if take.recipe} == wanted
    assert made <= set(takes), "what was made is not made again"
