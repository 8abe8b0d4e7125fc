"""The choice of what smooths the film: what it is on this machine, and why something else cannot run."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from storyboard import edit
from storyboard.smoothers import registry
from storyboard.smoothers.registry import EngineStatus
from tests.ui.filming import add_take
from ui.smoother_row import SmootherRow
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]

HERE = [
    EngineStatus("rife-torch", False, "its library is not installed; run: pip install torch"),
    EngineStatus("rife-openvino", True, "on the processor"),
    EngineStatus("rife-hdv3", True, "on the processor; for x2, x4 and x8, where little moves"),
    EngineStatus("rife:anime", True, "on the processor, RIFE 4.25 with your own weights"),
]


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """The threads that asked what this machine has."""
    asked: list[threading.Thread] = []

    def available() -> list[EngineStatus]:
        asked.append(threading.current_thread())
        return HERE

    monkeypatch.setattr(registry, "available", available)
    monkeypatch.setattr(registry, "resolve", lambda _: "rife-openvino")
    return asked


def row_of(window: Window, until: Until, smoother: str = "rife") -> SmootherRow:
    window.document.edit("Set smoother", lambda p: edit.set_project(p, smoother=smoother))
    window.session.select()
    row = window.inspector.project.smoother
    until(lambda: bool(row.engines.known))
    return row


def titles(row: SmootherRow) -> dict[str, str]:
    return {row.field.itemData(at): row.field.itemText(at) for at in range(row.field.count())}


def test_the_best_here_says_which_that_is(
    looked: list[threading.Thread], window: Window, until: Until
) -> None:
    row = row_of(window, until)
    assert row.note.text() == "RIFE through OpenVINO: on the processor."
    assert threading.main_thread() not in looked


def test_an_engine_that_cannot_run_is_marked_and_says_why(
    looked: list[threading.Thread], window: Window, until: Until
) -> None:
    row = row_of(window, until)
    assert titles(row)["rife-torch"] == "RIFE through PyTorch (cannot run here)"
    at = row.field.findData("rife-torch")
    assert "pip install torch" in row.field.itemData(at, Qt.ItemDataRole.ToolTipRole)
    row.chosen.emit("rife-torch")
    assert row.note.text() == "Cannot run here: its library is not installed; run: pip install torch."


def test_the_users_own_weights_can_be_chosen(
    looked: list[threading.Thread], window: Window, until: Until
) -> None:
    row = row_of(window, until)
    assert titles(row)["rife:anime"] == "RIFE, your weights “anime”"
    row.chosen.emit("rife:anime")
    assert window.document.project.smoother == "rife:anime"
    assert "with your own weights" in row.note.text()


def test_weights_of_another_machine_stay_chosen_and_are_told_to_be_missing(
    looked: list[threading.Thread], window: Window, until: Until
) -> None:
    row = row_of(window, until, "rife:theirs")
    assert row.field.currentText() == "RIFE, your weights “theirs” (cannot run here)"
    assert row.note.text() == "The weights theirs are not on this machine."


def test_hdv3_names_the_shots_that_it_cannot_smooth(
    looked: list[threading.Thread], window: Window, until: Until
) -> None:
    shot = window.document.project.shots[1]
    take = add_take(window.document.folder, window.document.project, 1, 1)
    window.document.rescan()
    window.document.edit("Choose", lambda p: edit.choose(p, shot.id, take))
    row = row_of(window, until, "rife-hdv3")
    assert "need" not in row.note.text()
    window.inspector.project.smoothing.chosen.emit("x3")
    assert "Shot 2 needs other pictures than these: choose ×2 or ×4" in row.note.text()


def test_what_this_machine_really_has_is_looked_up(window: Window, until: Until) -> None:
    row = row_of(window, until)
    assert set(registry.ENGINES) <= {one.name for one in row.engines.known}
    assert row.note.isVisible()
