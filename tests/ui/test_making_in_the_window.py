"""Generating and exporting from the window, through the thread that owns the worker processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget

from storyboard import edit, store
from storyboard.media import segment
from storyboard.take import state
from ui.reel import Film, Reel
from ui.take_card import ROLE
from ui.window import Window
from ui.worker import Export, FilmThread, Make

Until = Callable[[Callable[[], bool]], None]


def take_counts(window: Window) -> list[int]:
    takes = window.document.takes
    return [len(takes.of_shot(shot.id)) for shot in window.document.project.shots]


@pytest.fixture
def two_shots(window: Window) -> Window:
    window.document.edit("Remove shot", lambda p: edit.remove(p, [p.shots[2].id]))
    return window


def test_generate_missing_then_export_makes_the_film(two_shots: Window, until: Until, folder: Path) -> None:
    window = two_shots
    assert window.top.missing.text() == "Generate missing (2)"
    window.actions_by_name["generate_missing"].trigger()
    assert {job.state for job in window.worker.states().values()} == {"queued"}
    until(lambda: not window.worker.busy)
    assert window.status.message.text() == "Made 2 takes."
    assert take_counts(window) == [1, 1]
    project, takes = window.document.project, window.document.takes
    assert {state(project, shot, takes.get(shot.chosen.take)) for shot in project.shots if shot.chosen} == {
        "ready"
    }
    assert window.top.missing.text() == "Generate missing"
    assert not window.top.missing.isEnabled()
    assert window.takes.list.count() == 1

    window.actions_by_name["export_again"].trigger()
    until(lambda: not window.worker.busy)
    film = folder / "exports" / "film.mp4"
    assert str(film) in window.status.message.text()
    frames = list(segment.read(film))
    assert len(frames) == 16
    # What the window shows from now on is what was built.
    reel = Reel()
    shown = [reel.at(Film(folder, project, takes), number) for number in range(16)]
    assert all((a == b).all() for a, b in zip(shown, frames, strict=True))


def test_quick_takes_are_asked_for_while_the_check_is_on(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Make] = []
    monkeypatch.setattr(window.worker, "submit", asked.append)
    window.inspector.quick.click()
    window.actions_by_name["generate"].trigger()
    window.inspector.quick.click()
    window.actions_by_name["generate"].trigger()
    assert [order.quick for order in asked] == [True, False]


def test_an_export_names_the_sketched_shots(two_shots: Window, until: Until) -> None:
    two_shots.actions_by_name["export_again"].trigger()
    until(lambda: not two_shots.worker.busy)
    assert two_shots.status.message.text().endswith("Sketched: shots 1, 2.")


def test_four_takes_of_the_selected_shot_ignore_a_locked_seed_and_say_so(
    window: Window, until: Until
) -> None:
    shot = window.document.project.shots[0].id
    window.document.edit("Lock seed", lambda p: edit.set_shot(p, shot, seed=7))
    window.actions_by_name["generate_four"].trigger()
    assert "locked seed is not used" in window.status.message.text()
    until(lambda: not window.worker.busy)
    assert take_counts(window) == [4, 0, 0]
    seeds = {take.recipe.seed for take in window.document.takes.values() if take.recipe}
    assert len(seeds) == 4
    first = window.document.takes.of_shot(shot)[0]
    chosen = window.document.project.shots[0].chosen
    assert chosen is not None
    assert chosen.take == first.id

    newest = window.takes.list.item(0)  # the newest is the first in the list
    window.takes.list.chosen.emit(newest.data(ROLE))
    chosen = window.document.project.shots[0].chosen
    assert chosen is not None
    assert chosen.take == window.document.takes.of_shot(shot)[3].id
    assert window.document.undo_stack.undoText() == "Choose take 4"


def test_a_second_order_waits_for_the_first(window: Window, until: Until) -> None:
    for number in (0, 1):
        window.session.select(window.document.project.shots[number].id)
        window.actions_by_name["generate"].trigger()
    until(lambda: window.worker.current is not None)
    until(lambda: not window.worker.busy)
    assert take_counts(window) == [1, 1, 0]


def test_a_shot_without_a_prompt_is_not_sent_to_the_model(window: Window) -> None:
    shot = window.document.project.shots[0].id
    window.document.edit("Edit prompt", lambda p: edit.set_shot(p, shot, prompt=" "))
    window.actions_by_name["generate"].trigger()
    assert not window.worker.busy
    assert window.status.message.text() == "Shot 1 has no prompt yet; write one first."


def test_a_model_that_is_not_here_is_a_sentence_in_the_status_line(window: Window, until: Until) -> None:
    shot = window.document.project.shots[0].id
    window.document.edit("Set model", lambda p: edit.set_shot(p, shot, model="nobody/nothing"))
    window.actions_by_name["generate"].trigger()
    until(lambda: not window.worker.busy)
    assert "nobody/nothing" in window.status.message.text()
    assert window.status.message.objectName() == "problem"


def test_cancel_ends_the_order_and_the_next_one_runs(window: Window, until: Until) -> None:
    long = window.document.project.shots[0].id
    window.document.edit("Set length", lambda p: edit.set_shot(p, long, length=100_000))
    window.session.select(long)
    window.actions_by_name["generate"].trigger()
    until(lambda: any(job.state == "generating" for job in window.worker.states().values()))
    window.timeline.grab()
    window.actions_by_name["cancel"].trigger()
    until(lambda: not window.worker.busy)
    assert window.status.message.text() == "Stopped. What was made is kept."
    window.session.select(window.document.project.shots[1].id)
    window.actions_by_name["generate"].trigger()
    until(lambda: not window.worker.busy)
    assert take_counts(window) == [0, 1, 0]


def test_closing_while_a_take_is_made_asks_and_then_ends_quickly_and_whole(
    window: Window, until: Until, folder: Path
) -> None:
    long = window.document.project.shots[0].id
    window.document.edit("Set length", lambda p: edit.set_shot(p, long, length=100_000))
    window.actions_by_name["generate"].trigger()
    until(lambda: window.worker.current is not None)
    assert not window.close()  # the answer here is no
    assert window.worker.busy

    asked: list[str] = []

    def yes(parent: QWidget, question: str, button: str) -> bool:
        asked.append(question)
        return True

    window._ask = yes
    assert window.close()
    assert asked == ["Generating shot 1 is not done. Stop it and close? What was made is kept."]
    assert not window.worker.isRunning()
    with store.open_project(folder, "write") as opened:
        assert opened.project.shots[0].length == 100_000
        assert len(opened.takes()) == 0


def test_the_thread_reports_progress_and_the_end(window: Window, until: Until) -> None:
    thread = FilmThread()
    said = QSignalSpy(thread.said)
    film = window.document.film
    thread.submit(Make(film, film.project.shots[:1]))
    thread.submit(Export(film))
    until(lambda: said.count() == 2)
    thread.stop()
    assert said.at(0)[0] == "Made 1 take."
    assert said.at(0)[1] is False
