"""The panel at the left: looking at takes, choosing, comparing, recipes, the trash."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import send2trash
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from storyboard import edit, store
from storyboard.take import Take
from tests.ui.filming import add_take
from ui import take_facts
from ui.take_card import card_box, frame_at, picture_box
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def takes(window: Window, folder: Path) -> list[Take]:
    """Three takes of the first shot, of which the first is in the film."""
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    made = []
    for number in (1, 2, 3):
        made.append(add_take(folder, window.document.project, 0, number, grey=40 * number))
        window.document.rescan()
    return made


def chosen(window: Window) -> str | None:
    shown = window.document.project.shots[0].chosen
    return None if shown is None else shown.take


def card(window: Window, row: int) -> QRect:
    return card_box(window.takes.list.visualItemRect(window.takes.list.item(row)))


def click(
    window: Window, row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, double: bool = False
) -> None:
    viewport, at = window.takes.list.viewport(), card(window, row).center()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, keys, at)
    if double:
        QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, keys, at)


def press(window: Window, key: Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, keys)


def labels(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def trigger(menu: QMenu, starts: str) -> None:
    next(action for action in menu.actions() if action.text().startswith(starts)).trigger()


# Looking and choosing


def test_the_newest_take_comes_first_and_says_its_seed(window: Window, takes: list[Take]) -> None:
    texts = [window.takes.list.item(row).text() for row in range(3)]
    assert texts == ["Take 3", "Take 2", "Take 1"]
    tip = window.takes.list.item(0).toolTip()
    for fact in (
        "a red ball",
        "sketch",
        f"seed {takes[2].recipe.seed if takes[2].recipe else ''}",
        "cpu",
        "1.5 s",
    ):
        assert fact in tip


def test_a_click_looks_at_a_take_without_choosing_it(window: Window, takes: list[Take], until: Until) -> None:
    click(window, 0)
    trial = window.session.trial
    assert trial is not None
    assert trial.take == takes[2].id
    assert chosen(window) == takes[0].id
    assert "Looking at take 3" in window.takes.hint.text()
    until(lambda: window.viewer.image is not None and window.viewer.image.pixelColor(9, 9).red() == 120)
    click(window, 2)  # the one in the film
    assert window.session.trial is None
    assert window.takes.hint.isHidden()


def test_enter_or_a_double_click_chooses(window: Window, takes: list[Take]) -> None:
    click(window, 0, double=True)
    assert chosen(window) == takes[2].id
    assert window.session.trial is None
    window.takes.list.setFocus()
    press(window, Key.Key_Down)
    assert chosen(window) == takes[2].id
    assert window.session.trial is not None
    press(window, Key.Key_Return)
    assert chosen(window) == takes[1].id
    assert window.document.undo_stack.undoText() == "Choose take 2"


def test_cards_stay_where_they_are_between_two_clicks(window: Window, takes: list[Take]) -> None:
    before = card(window, 2)
    click(window, 0)
    QApplication.processEvents()
    assert card(window, 2) == before


def test_number_keys_choose_and_say_when_there_is_no_such_take(window: Window, takes: list[Take]) -> None:
    window.timeline.setFocus()
    press(window, Key.Key_2)
    assert chosen(window) == takes[1].id
    press(window, Key.Key_9)
    assert chosen(window) == takes[1].id
    assert "Shot 1 has no take 9; it has takes 1, 2, 3." in window.status.message.text()
    window.inspector.prompt.setFocus()
    QTest.keyClicks(window.inspector.prompt, "1")  # a letter like any other here
    assert chosen(window) == takes[1].id


def test_a_pointer_scrubs_through_the_take(window: Window, takes: list[Take]) -> None:
    box = picture_box(card(window, 0))
    QTest.mouseMove(window.takes.list.viewport(), QPoint(box.left() + 1, box.center().y()))
    start = window.takes.delegate.scrub
    QTest.mouseMove(window.takes.list.viewport(), QPoint(box.right() - 1, box.center().y()))
    end = window.takes.delegate.scrub
    assert start is not None
    assert end is not None
    assert start.take == end.take == takes[2].id
    assert (frame_at(takes[2], start.place), frame_at(takes[2], end.place)) == (0, 7)
    QTest.mouseMove(window.takes.list.viewport(), QPoint(box.right() + 20, box.center().y()))
    assert window.takes.delegate.scrub is None


def test_a_shot_without_takes_says_so_in_one_line(window: Window) -> None:
    assert window.takes.empty.text() == "No takes yet: the film shows this shot's sketch."
    window.session.select()
    assert window.takes.empty.text() == "Select a shot to see its takes."
    for name in ("star_take", "compare_takes", "use_recipe", "throw_take", "choose_take", "take_1"):
        window.actions_by_name[name].trigger()
        assert "No shot is selected" in window.status.message.text()


# Stars, comparing, recipes


def test_stars_are_given_and_taken(window: Window, takes: list[Take]) -> None:
    click(window, 1)
    window.actions_by_name["star_take"].trigger()
    assert window.document.project.shots[0].starred == (takes[1].id,)
    menu = window.takes.menu_of(window.document.project.shots[0], takes[1])
    trigger(menu, "Remove star")
    assert window.document.project.shots[0].starred == ()


def test_two_takes_are_compared_by_the_button_and_others_by_a_click(
    window: Window, takes: list[Take]
) -> None:
    click(window, 0)
    window.takes.compare.click()
    trial = window.session.trial
    assert trial is not None
    assert {trial.take, trial.other} == {takes[0].id, takes[2].id}
    assert window.takes.compare.isChecked()
    click(window, 1)  # goes on with another one
    trial = window.session.trial
    assert trial is not None
    assert trial.other == takes[1].id
    window.takes.compare.click()
    assert window.session.trial is None
    click(window, 0, CTRL)
    trial = window.session.trial
    assert trial is not None
    assert (trial.take, trial.other) == (takes[0].id, takes[2].id)
    assert chosen(window) == takes[0].id


def test_one_take_alone_cannot_be_compared(window: Window, folder: Path) -> None:
    add_take(folder, window.document.project, 0, 1)
    window.document.rescan()
    window.actions_by_name["compare_takes"].trigger()
    assert window.session.trial is None
    assert "has one take only" in window.status.message.text()


def test_a_takes_recipe_is_copied_back_as_one_step(window: Window, takes: list[Take]) -> None:
    shot = window.document.project.shots[0].id
    window.document.edit("Prompt", lambda p: edit.set_shot(p, shot, prompt="something else"))
    before = window.document.project
    assert "other prompt" in take_facts.beside(before, before.shots[0], takes[1])
    click(window, 1)
    window.actions_by_name["use_recipe"].trigger()
    now = window.document.project.shots[0]
    assert takes[1].recipe is not None
    assert (now.prompt, now.seed, chosen(window)) == ("a red ball", takes[1].recipe.seed, takes[1].id)
    window.document.undo_stack.undo()
    assert window.document.project == before


# The trash


def test_a_take_goes_to_the_trash_and_undo_brings_it_back(window: Window, takes: list[Take]) -> None:
    before = window.document.project
    window.takes.list.setFocus()
    window.takes.list.setCurrentRow(2)
    press(window, Key.Key_Delete)  # of the take in the film, and of no shot
    assert len(window.document.project.shots) == 3
    assert chosen(window) == takes[2].id
    assert window.takes.list.count() == 2
    assert window.takes.trash.text() == "Trash (1)"
    window.document.undo_stack.undo()
    assert window.document.project == before
    assert window.takes.list.count() == 3
    assert window.takes.trash.isHidden()
    window.document.undo_stack.redo()
    assert window.takes.list.count() == 2


def test_a_take_is_restored_from_the_list_of_thrown_ones(window: Window, takes: list[Take]) -> None:
    trigger(window.takes.menu_of(window.document.project.shots[0], takes[1]), "Move to the trash")
    assert labels(window.takes.trash_menu())[0] == "Restore take 2 of shot 1"
    trigger(window.takes.trash_menu(), "Restore take 2")
    assert window.takes.list.count() == 3
    assert chosen(window) == takes[0].id


def test_emptying_the_trash_gives_it_to_the_system(
    window: Window, takes: list[Take], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trash = tmp_path / "trash"
    trash.mkdir()
    monkeypatch.setattr(send2trash, "send2trash", lambda path: shutil.move(path, trash))
    window.commands.takes.throw_take(takes[1])
    trigger(window.takes.trash_menu(), "Empty")
    assert window.status.message.text() == "1 take went to the system's trash."
    assert window.takes.trash.isHidden()
    assert len(list(trash.iterdir())) == 2
    window.document.undo_stack.undo()  # too late, and said so
    assert "is not in the trash" in window.status.message.text()
    assert window.takes.list.count() == 2


def test_a_read_only_project_throws_nothing_away(window: Window, takes: list[Take], folder: Path) -> None:
    window.document.writable = False
    window.commands.takes.throw_take(takes[1])
    assert len(store.TakeFolder(folder).scan()) == 3
