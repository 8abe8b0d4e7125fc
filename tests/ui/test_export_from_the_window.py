"""The export: what it says before, what it makes, and what can be done with the film."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from storyboard import edit
from storyboard.media import segment
from ui import export_dialog, export_memory
from ui.export_dialog import ExportDialog
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def dialog(window: Window, until: Until) -> ExportDialog:
    window.actions_by_name["export"].trigger()
    dialog = window.making.dialog
    assert dialog is not None
    until(lambda: all(label.text() != "…" for label in dialog.sizes.values()))
    return dialog


def test_it_says_how_large_how_long_and_what_is_sketched(dialog: ExportDialog) -> None:
    assert "KB" in dialog.sizes["h264"].text()
    assert "Sketched: shots 1, 2, 3." in dialog.outcome.text()
    assert "It takes" in dialog.outcome.text()
    assert dialog.export.isEnabled()


def test_the_film_is_made_in_the_background_and_can_be_played_then(
    dialog: ExportDialog, window: Window, until: Until, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog.presets["ffv1"].click()
    assert dialog.name.text() == "film.mkv"
    dialog.name.setText("last.mkv")
    dialog.export.click()
    until(lambda: not window.worker.busy)
    film = folder / "exports" / "last.mkv"
    assert len(list(segment.read(film))) == 24
    assert window.banner.text.text() == "last.mkv is exported."

    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    for button in window.banner.buttons:
        button.click()
    assert [url.toLocalFile() for url in opened] == [str(film), str(film.parent)]

    # The next one asks nothing, and does the same.
    film.unlink()
    window.actions_by_name["export_again"].trigger()
    until(lambda: not window.worker.busy)
    assert film.is_file()


def test_it_is_refused_where_there_is_no_room(
    window: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_dialog, "free_room", lambda _: 1000)
    window.actions_by_name["export"].trigger()
    dialog = window.making.dialog
    assert dialog is not None
    until(lambda: "no room" in dialog.problem.text())
    assert not dialog.export.isEnabled()


@pytest.mark.parametrize(
    ("name", "place", "words"),
    [
        ("../film.mp4", None, "plain file name"),
        ("", None, "plain file name"),
        ("film.avi", None, ".mp4"),
        ("film.mp4", "not/absolute", "full path"),
        ("film.mp4", "{folder}/takes", "own files"),
        ("film.mp4", "{folder}/nowhere", "not there"),
    ],
)
def test_a_name_or_place_that_cannot_be_is_a_sentence_in_place(
    dialog: ExportDialog, folder: Path, name: str, place: str | None, words: str
) -> None:
    (folder / "takes").mkdir(exist_ok=True)
    dialog.name.setText(name)
    if place is not None:
        dialog.place.setText(place.format(folder=folder))
    dialog.export.click()
    assert words in dialog.problem.text()
    assert dialog.isVisible()


def test_a_file_that_is_there_is_named_before_it_is_replaced(
    window: Window, until: Until, folder: Path
) -> None:
    (folder / "exports").mkdir()
    (folder / "exports" / "film.mp4").write_bytes(b"an earlier film")
    window.actions_by_name["export"].trigger()
    dialog = window.making.dialog
    assert dialog is not None
    until(lambda: "film.mp4 is there already and will be replaced." in dialog.outcome.text())


def test_takes_that_arrive_while_an_export_waits_are_in_the_film(window: Window, until: Until) -> None:
    window.session.select(*(shot.id for shot in window.document.project.shots))
    window.actions_by_name["generate"].trigger()
    window.actions_by_name["export_again"].trigger()
    until(lambda: not window.worker.busy)
    assert "Sketched" not in window.status.message.text()


def test_an_import_becomes_shots_in_one_step_and_a_file_that_is_none_is_named(
    window: Window, until: Until, tmp_path: Path
) -> None:
    import cv2
    import numpy as np

    from ui.worker import Import

    good, bad = tmp_path / "a_boat.png", tmp_path / "text.png"
    cv2.imwrite(str(good), np.full((48, 64, 3), 200, np.uint8))
    bad.write_text("no picture")
    window.worker.submit(Import(window.document.film, (good, bad), 1))
    until(lambda: not window.worker.busy)
    project = window.document.project
    assert [shot.prompt for shot in project.shots][1] == "a boat"
    assert len(project.shots) == 4
    assert project.shots[1].length == 16
    assert "text.png" in window.status.message.text()
    assert window.document.undo_stack.undoText() == "Import 1 shot"
    window.actions_by_name["undo"].trigger()
    assert len(window.document.project.shots) == 3


def test_how_a_film_was_exported_last_is_remembered_and_damage_forgotten(tmp_path: Path) -> None:
    last = export_memory.Last("ffv1", str(tmp_path / "film.mkv"))
    export_memory.keep(tmp_path, last)
    assert export_memory.load(tmp_path) == last
    assert export_memory.load(tmp_path / "other") == export_memory.Last()
    export_memory._file().write_text('{"x": 1}')
    assert export_memory.load(tmp_path) == export_memory.Last()


def test_the_size_of_a_film_is_known_from_the_parts_that_are_made(window: Window, until: Until) -> None:
    from ui.export_dialog import expectation
    from ui.orders import Export

    window.document.edit("Remove", lambda p: edit.remove(p, [p.shots[2].id]))
    export: Any = Export(window.document.film)
    before = expectation(export)
    window.worker.submit(export)
    until(lambda: not window.worker.busy)
    after = expectation(export)
    size = export.target.stat().st_size
    assert after.size == pytest.approx(size, rel=0.5)
    assert after.room == after.size, "nothing is left to be made"
    assert before.room > before.size
