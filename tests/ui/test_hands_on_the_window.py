"""Keys, clicks and what is typed: a real window, offscreen, used as a person uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storyboard import edit, store
from storyboard.project import Project
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(autouse=True)
def _active(window: Window) -> None:
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    window.timeline.setFocus()


def press(window: Window, key: Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, keys)


def project_of(window: Window) -> Project:
    return window.document.project


def prompts(window: Window) -> list[str]:
    return [shot.prompt for shot in project_of(window).shots]


def click_shot(
    window: Window, number: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, at: float = 0.5
) -> QPoint:
    rect = window.timeline._clip_rect(number - 1)
    point = QPoint(round(rect.left() + at * rect.width()), round(rect.center().y()))
    QTest.mouseClick(window.timeline.viewport(), Qt.MouseButton.LeftButton, keys, point)
    return point


# The playhead


def test_arrows_step_a_frame_and_with_shift_a_second(window: Window) -> None:
    press(window, Key.Key_Right)
    assert window.session.frame == 1
    press(window, Key.Key_Right, SHIFT)
    assert window.session.frame == 9
    press(window, Key.Key_Left)
    assert window.session.frame == 8
    press(window, Key.Key_Left, SHIFT)
    assert window.session.frame == 0


def test_up_and_down_go_from_edit_to_edit_and_select_the_shot(window: Window) -> None:
    press(window, Key.Key_Down)
    assert window.session.frame == 8
    assert window.session.selected == (project_of(window).shots[1].id,)
    press(window, Key.Key_Up)
    assert window.session.frame == 0


def test_home_and_end_and_the_timecode(window: Window) -> None:
    press(window, Key.Key_End)
    assert window.session.frame == 23
    assert window.transport.timecode.text() == "00:00:02:07"
    press(window, Key.Key_Home)
    assert window.transport.timecode.text() == "00:00:00:00"


def test_space_plays_the_film_and_pauses_it(window: Window, until: Until) -> None:
    press(window, Key.Key_Space)
    assert window.session.playing
    until(lambda: window.session.frame >= 3)
    press(window, Key.Key_Space)
    assert not window.session.playing


def test_without_loop_playing_ends_on_the_last_frame(window: Window, until: Until) -> None:
    window.transport.loop.click()
    window.session.seek(22)
    press(window, Key.Key_Space)
    until(lambda: not window.session.playing)
    assert window.session.frame == 23


def test_the_viewer_shows_the_frame_at_the_playhead(window: Window, until: Until) -> None:
    until(lambda: window.viewer.image is not None)
    first = window.viewer.image
    press(window, Key.Key_End)
    until(lambda: window.viewer.image != first)


# Shots


def test_n_makes_a_shot_after_the_selection_with_the_cursor_in_its_prompt(window: Window) -> None:
    press(window, Key.Key_N)
    assert len(project_of(window).shots) == 4
    assert QApplication.focusWidget() is window.inspector.prompt
    QTest.keyClicks(window.inspector.prompt, "a new nest")  # n and s are letters here, not commands
    assert prompts(window) == ["a red ball", "a new nest", "a blue car", "a green tree"]
    assert project_of(window).shots[1].length == 8


def test_s_splits_at_the_playhead_and_undo_joins_again(window: Window) -> None:
    before = project_of(window)
    window.session.seek(11)
    press(window, Key.Key_S)
    assert [shot.length for shot in project_of(window).shots] == [8, 3, 5, 8]
    press(window, Key.Key_Z, CTRL)
    assert project_of(window) == before
    press(window, Key.Key_Z, CTRL | SHIFT)
    assert len(project_of(window).shots) == 4


def test_splitting_at_an_edit_is_refused_with_a_sentence(window: Window) -> None:
    window.session.seek(8)
    press(window, Key.Key_S)
    assert len(project_of(window).shots) == 3
    assert "move it into a shot" in window.status.message.text()


def test_ctrl_d_duplicates_and_del_removes(window: Window) -> None:
    press(window, Key.Key_D, CTRL)
    assert prompts(window) == ["a red ball", "a red ball", "a blue car", "a green tree"]
    assert window.session.selected == (project_of(window).shots[1].id,)
    press(window, Key.Key_Delete)
    press(window, Key.Key_Delete)
    assert prompts(window) == ["a red ball", "a green tree"]


def test_removing_all_shots_leaves_a_window_that_says_how_to_go_on(window: Window) -> None:
    press(window, Key.Key_A, CTRL)
    press(window, Key.Key_Delete)
    assert project_of(window).shots == ()
    assert window.session.frame == 0
    assert window.inspector.heading.text() == "PROJECT"
    assert not window.inspector.generate.isVisible()
    press(window, Key.Key_Space)
    assert not window.session.playing
    window.grab()
    press(window, Key.Key_N)
    assert len(project_of(window).shots) == 1


def test_a_click_selects_a_shot_and_seeks_into_it(window: Window) -> None:
    click_shot(window, 2, at=0.55)
    assert window.session.selected == (project_of(window).shots[1].id,)
    assert window.session.frame == 12
    assert window.inspector.prompt.toPlainText() == "a blue car"
    assert window.inspector.heading.text() == "SHOT 2"


def test_shift_and_ctrl_select_several(window: Window) -> None:
    click_shot(window, 1)
    click_shot(window, 3, SHIFT)
    assert len(window.session.selected) == 3
    click_shot(window, 2, CTRL)
    assert window.session.selected == tuple(project_of(window).shots[i].id for i in (0, 2))


def test_dragging_a_shot_moves_it(window: Window) -> None:
    view = window.timeline.viewport()
    start = click_shot(window, 1)
    target = QPoint(round(window.timeline._clip_rect(2).right()) - 3, start.y())
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, start + QPoint(30, 0))
    QTest.mouseMove(view, target)
    window.grab()
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=target)
    assert prompts(window) == ["a blue car", "a green tree", "a red ball"]
    assert window.document.undo_stack.undoText() == "Move shot"


def test_zooming_and_fitting(window: Window) -> None:
    fitted = window.timeline._layout.scale
    press(window, Key.Key_Equal)
    assert window.timeline._layout.scale > fitted
    press(window, Key.Key_Minus)
    press(window, Key.Key_Minus)
    assert window.timeline._layout.scale < fitted
    press(window, Key.Key_Backslash)
    assert window.timeline._layout.scale == fitted


def test_a_film_of_thousands_of_shots_can_be_shown(window: Window) -> None:
    shots = [edit.insert(Project(), 0, project_of(window).shots[0]).shots[0]]
    copies = [type(shots[0])(id=store.new_id(), prompt=f"shot {number}", length=8) for number in range(3000)]
    window.document.edit("Many", lambda p: edit.append(p, *copies))
    window.grab()
    press(window, Key.Key_End)
    window.timeline.zoom("in")
    window.grab()
    assert window.session.frame == 3003 * 8 - 1


# The whole


def test_every_action_has_a_name_and_no_key_is_given_twice(window: Window) -> None:
    keys = [key.toString() for action in window.actions_by_name.values() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert all(action.text() for action in window.actions_by_name.values())


def test_the_folder_is_let_go_when_the_window_closes(window: Window, folder: Path) -> None:
    press(window, Key.Key_D, CTRL)
    assert window.close()
    with store.open_project(folder, "write") as opened:
        assert len(opened.project.shots) == 4
