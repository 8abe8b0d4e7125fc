"""What a shot starts from, in the inspector."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtTest import QTest

from storyboard import edit
from storyboard.project import Shot
from storyboard.start import FromPicture, FromPrevious, FromSketch, FromTake
from tests.ui.filming import add_take
from tests.ui.test_inspector import enter, problem
from ui.rows import ChoiceRow
from ui.start_row import StartRow
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture(autouse=True)
def _active(window: Window) -> None:
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)


def shots_of(window: Window) -> tuple[Shot, ...]:
    return window.document.project.shots


def row_of(window: Window) -> StartRow:
    return window.inspector.shot.start


def pick(row: ChoiceRow, kind: str) -> None:
    """What choosing it from the list does."""
    index = row.field.findData(kind)
    row.field.setCurrentIndex(index)
    row.field.activated.emit(index)


def test_shots_go_on_from_each_other_and_match_their_colours(window: Window) -> None:
    first, *others = shots_of(window)
    window.session.select(*(shot.id for shot in others))
    row = row_of(window)
    pick(row, "previous")
    assert [shot.start for shot in shots_of(window)] == [None, FromPrevious(), FromPrevious()]
    assert row.colours.isVisible()
    row.colours.click()
    assert [shot.start for shot in shots_of(window)[1:]] == [FromPrevious(match_colour=True)] * 2
    window.actions_by_name["undo"].trigger()
    window.actions_by_name["undo"].trigger()
    assert [shot.start for shot in shots_of(window)] == [None] * 3
    assert row.field.currentData() == "text"
    window.session.select(first.id)
    pick(row, "previous")
    assert "shot 1 has no shot before it" in problem(row).lower()
    assert row.field.currentData() == "text"


def test_the_take_or_the_sketch_is_made_anew_with_a_strength(window: Window) -> None:
    shot = shots_of(window)[0]
    row = row_of(window)
    pick(row, "take")
    assert "has no take yet" in problem(row)
    take = add_take(window.document.folder, window.document.project, 0, 1)
    window.document.rescan()
    window.document.edit("Choose", lambda p: edit.choose(p, shot.id, take))
    pick(row, "take")
    assert shots_of(window)[0].start == FromTake(take.id)
    assert row.strength.isVisible()
    enter(row.strength.field, "0.4")
    assert shots_of(window)[0].start == FromTake(take.id, 0.4)
    enter(row.strength.field, "1.5")
    assert "above 0 and up to 1" in problem(row.strength)
    pick(row, "sketch")
    assert shots_of(window)[0].start == FromSketch()
    pick(row, "text")
    assert shots_of(window)[0].start is None
    assert not row.more.isVisible()


def test_a_picture_is_brought_in_by_a_process_of_its_own(
    window: Window, tmp_path: Path, until: Until
) -> None:
    Image.new("RGB", (64, 64), (10, 120, 200)).save(tmp_path / "sea.png")
    row = row_of(window)
    row.choose_file = lambda: None
    pick(row, "picture")
    assert shots_of(window)[0].start is None
    assert row.field.currentData() == "text"
    row.choose_file = lambda: tmp_path / "sea.png"
    pick(row, "picture")
    until(lambda: isinstance(shots_of(window)[0].start, FromPicture))
    assert row.aside.text() == "sea"
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    row.choose_file = lambda: tmp_path / "dot.png"
    pick(row, "picture")
    until(lambda: "too few for a shot to start from" in problem(row))


def test_a_shot_ends_on_a_picture_where_its_model_can(window: Window, tmp_path: Path, until: Until) -> None:
    Image.new("RGB", (64, 64), (10, 120, 200)).save(tmp_path / "sea.png")
    Image.new("RGB", (64, 64), (200, 120, 10)).save(tmp_path / "shore.png")
    row = row_of(window)
    assert not row.end.isVisible()
    row.choose_file = lambda: tmp_path / "sea.png"
    pick(row, "picture")
    until(lambda: row.end.isVisible())
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    row.choose_file = lambda: tmp_path / "dot.png"
    pick(row.end, "picture")
    until(lambda: "too few" in problem(row.end))
    assert row.end.field.currentData() == ""
    row.choose_file = lambda: tmp_path / "shore.png"
    pick(row.end, "picture")
    until(lambda: shots_of(window)[0].end is not None)
    until(lambda: row.end.aside.text() == "shore")
    assert window.document.undo_stack.undoText() == "Set end"
    window.inspector.shot.model.chosen.emit("ali-vilab/text-to-video-ms-1.7b")
    assert "cannot" in problem(row.end)
    pick(row.end, "")
    assert shots_of(window)[0].end is None
    assert not row.end.isVisible()


def test_a_clip_that_is_made_anew_ends_where_it_ends(window: Window) -> None:
    row = row_of(window)
    pick(row, "sketch")
    assert row.strength.isVisible()
    assert not row.end.isVisible()
