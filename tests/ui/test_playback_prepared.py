"""The parts of the film are encoded while nobody needs the machine, and the viewer plays them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from storyboard import edit
from storyboard.film import cache
from ui import pictures, preparing
from ui.window import Window
from ui.worker import Prepare

Until = Callable[[Callable[[], bool]], None]


def segments(window: Window) -> list[Path]:
    return list((window.document.folder / cache.SEGMENTS).glob("*.mp4"))


@pytest.fixture
def at_rest(window: Window) -> Window:
    """A window that does not wait long before it takes its time for rest."""
    window.stage.preparing._rest.setInterval(20)
    window.stage.preparing.start()
    return window


def test_a_film_at_rest_is_encoded_and_the_viewer_plays_what_was_encoded(
    at_rest: Window, until: Until
) -> None:
    until(lambda: at_rest.viewer.image is not None)
    drawn = at_rest.viewer.image.copy()
    until(lambda: len(segments(at_rest)) == 3)
    # Encoded pictures are near the drawn ones, and not the same.
    until(lambda: at_rest.viewer.image != drawn)
    assert at_rest.worker.jobs == ()


def test_it_is_not_done_again_for_a_film_that_did_not_change(
    at_rest: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[Prepare] = []
    monkeypatch.setattr(at_rest.worker, "prepare", orders.append)
    until(lambda: bool(orders))
    at_rest.stage.preparing._look()
    assert len(orders) == 1
    shot = at_rest.document.project.shots[0].id
    at_rest.document.edit("Edit prompt", lambda p: edit.set_shot(p, shot, prompt="a yellow ball"))
    until(lambda: len(orders) == 2)
    assert orders[1].film is at_rest.document.film


def test_a_long_film_is_encoded_in_parts_from_the_playhead_on(
    at_rest: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "TOGETHER", 1)
    orders: list[Prepare] = []
    prepare = at_rest.worker.prepare
    monkeypatch.setattr(at_rest.worker, "prepare", lambda order: (orders.append(order), prepare(order)))
    at_rest.session.seek(8)
    until(lambda: len(segments(at_rest)) == 3)
    assert [order.start for order in orders][-3:] == [1, 2, 0]


def test_it_gives_way_to_hands_on_the_timeline(
    at_rest: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[bool] = []
    monkeypatch.setattr(at_rest.worker, "stop_preparing", lambda: stopped.append(True))
    until(lambda: at_rest.worker.preparing)
    at_rest.timeline.zoom("in")
    assert stopped


def test_it_does_not_begin_while_hands_go_on(
    window: Window, qt: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[Prepare] = []
    monkeypatch.setattr(window.worker, "prepare", orders.append)
    monkeypatch.setattr(pictures, "SAY", 0.0)
    window.stage.preparing._rest.setInterval(250)
    window.stage.preparing.start()
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        window.timeline.zoom("in")
        window.timeline.zoom("out")
        qt.processEvents()
        time.sleep(0.01)
    assert not orders


def test_it_gives_way_to_playing_and_goes_on_afterwards(
    at_rest: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[Prepare] = []
    stopped: list[bool] = []
    monkeypatch.setattr(at_rest.worker, "prepare", orders.append)
    monkeypatch.setattr(at_rest.worker, "stop_preparing", lambda: stopped.append(True))
    until(lambda: bool(orders))
    at_rest.session.play()
    assert stopped
    until(lambda: at_rest.session.frame >= 2)
    assert len(orders) == 1
    at_rest.session.pause()
    until(lambda: len(orders) == 2)


def test_without_its_smoother_a_film_is_not_encoded_ahead(
    window: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storyboard.errors import SmootherError
    from storyboard.smoothers import registry

    def missing(name: str) -> str:
        raise SmootherError(f"the smoother {name} cannot run here")

    monkeypatch.setattr(registry, "resolve", missing)
    orders: list[Prepare] = []
    monkeypatch.setattr(window.worker, "prepare", orders.append)
    preparing = window.stage.preparing
    preparing._rest.setInterval(20)
    preparing.start()
    until(lambda: preparing._usable is False)
    preparing._look()
    assert orders == []


def test_an_order_that_it_gave_way_to_is_carried_out(at_rest: Window, until: Until) -> None:
    until(lambda: at_rest.worker._running is not None)
    at_rest.commands.generate()
    until(lambda: len(at_rest.document.takes) == 1)
