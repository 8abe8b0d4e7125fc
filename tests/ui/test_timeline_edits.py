"""Prompts in place, markers, the clipboard, menus, drops, and trims by key."""

from __future__ import annotations

import wave
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from storyboard import edit, store
from storyboard.media import lossless
from storyboard.project import Music, Project, Shot
from storyboard.take import Take
from ui.cutting import MIME
from ui.window import Window
from ui.words import Job

Until = Callable[[Callable[[], bool]], None]
Opener = Callable[[Path], Window]
Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(autouse=True)
def _active(window: Window) -> None:
    window.resize(1200, 800)
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    window.timeline.setFocus()
    window.timeline.show_scale(20.0)


def press(window: Window, key: Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, keys)


def shots(window: Window) -> tuple[Shot, ...]:
    return window.document.project.shots


def prompts(window: Window) -> list[str]:
    return [shot.prompt for shot in shots(window)]


def markers(window: Window) -> list[tuple[int, str]]:
    return [(marker.at, marker.name) for marker in window.document.project.markers]


def double_click(window: Window, number: int) -> None:
    at = window.timeline._clip_rect(number - 1).center().toPoint()
    QTest.mouseDClick(window.timeline.viewport(), Qt.MouseButton.LeftButton, pos=at)


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def item(menu: QMenu, *path: str) -> QAction:
    for text in path[:-1]:
        part = next(action for action in menu.actions() if action.text() == text).menu()
        assert isinstance(part, QMenu)
        menu = part
    return next(action for action in menu.actions() if action.text() == path[-1])


def drop(window: Window, mime: QMimeData, at: QPointF) -> bool:
    event = QDropEvent(
        at, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.timeline.dropEvent(event)
    return event.isAccepted()


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def publish_take(folder: Path, shot: str) -> Take:
    """A take of eight grey frames for a shot."""
    (folder / "takes").mkdir(exist_ok=True)
    pictures: Sequence[np.ndarray] = [np.full((64, 64, 3), 20 * n, np.uint8) for n in range(8)]
    written = lossless.write(folder / "takes" / "one.mkv", iter(pictures), Fraction(8))
    take = Take(
        id="one", shot=shot, number=1, created="2026-01-01", frames=8, rate=Fraction(8), width=64, height=64,
        content=written.content,
    )  # fmt: skip
    store.publish(folder, take)
    return take


# Prompts in place


def test_a_double_click_opens_the_prompt_and_typing_is_one_step(window: Window) -> None:
    double_click(window, 2)
    assert QApplication.focusWidget() is window.timeline.prompt
    QTest.keyClicks(window.timeline.prompt, "a boat, snow")  # letters here, not commands
    assert prompts(window) == ["a red ball", "a boat, snow", "a green tree"]
    press(window, Key.Key_Return)
    assert not window.timeline.prompt.isVisible()
    assert window.timeline.hasFocus()
    press(window, Key.Key_Z, CTRL)
    assert prompts(window)[1] == "a blue car"
    assert window.document.undo_stack.count() == 1


def test_escape_takes_what_was_typed_back(window: Window) -> None:
    double_click(window, 1)
    QTest.keyClicks(window.timeline.prompt, "nothing")
    press(window, Key.Key_Escape)
    assert prompts(window)[0] == "a red ball"
    assert not window.document.undo_stack.canUndo()
    assert window.timeline.hasFocus()


def test_tab_goes_on_to_the_next_shots_prompt(window: Window) -> None:
    press(window, Key.Key_F2)
    QTest.keyClicks(window.timeline.prompt, "one")
    press(window, Key.Key_Tab)
    QTest.keyClicks(window.timeline.prompt, "two")
    press(window, Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert window.timeline.prompt.toPlainText() == "one"
    press(window, Key.Key_Return)
    assert prompts(window) == ["one", "two", "a green tree"]
    assert window.document.undo_stack.count() == 2


def test_the_prompt_closes_when_its_shot_is_removed(window: Window) -> None:
    double_click(window, 2)
    window.document.edit("Remove", lambda p: edit.remove(p, [p.shots[1].id]))
    assert not window.timeline.prompt.isVisible()


# Trims and markers by key


def test_q_and_w_trim_the_shot_under_the_playhead(window: Window) -> None:
    window.session.seek(11)
    press(window, Key.Key_Q)
    assert [shot.length for shot in shots(window)] == [8, 5, 8]
    assert window.session.frame == 8
    window.session.seek(10)
    press(window, Key.Key_W)
    assert [shot.length for shot in shots(window)] == [8, 2, 8]
    press(window, Key.Key_W)
    assert [shot.length for shot in shots(window)] == [8, 2, 8]
    assert "remove the shot" in window.status.message.text()


def test_m_sets_a_marker_and_again_asks_for_its_name(window: Window) -> None:
    window.session.seek(5)
    press(window, Key.Key_M)
    assert markers(window) == [(5, "")]
    press(window, Key.Key_M)
    QTest.keyClicks(window.timeline.marker_name, "laugh")
    press(window, Key.Key_Return)
    assert markers(window) == [(5, "laugh")]
    window.timeline.grab()
    press(window, Key.Key_M, ALT)
    assert markers(window) == []


def test_the_playhead_goes_from_marker_to_marker(window: Window) -> None:
    window.document.edit("Mark", lambda p: edit.add_marker(edit.add_marker(p, 5), 12))
    shift = Qt.KeyboardModifier.ShiftModifier
    press(window, Key.Key_Down, shift)
    press(window, Key.Key_Down, shift)
    assert window.session.frame == 12
    press(window, Key.Key_Up, shift)
    assert window.session.frame == 5


def test_a_marker_is_dragged_along_the_ruler_and_snaps(window: Window) -> None:
    window.document.edit("Mark", lambda p: edit.add_marker(p, 5, "laugh"))
    view, stage = window.timeline.viewport(), window.timeline._stage
    start = QPointF(stage.x(5), 10).toPoint()
    end = QPointF(stage.x(8) + 4, 10).toPoint()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    window.timeline.grab()
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    assert markers(window) == [(8, "laugh")]
    menu = window.timeline.menu_at(QPointF(stage.x(8), 10))
    assert texts(menu) == ["Name…", "Remove marker"]
    item(menu, "Remove marker").trigger()
    assert markers(window) == []


# The clipboard


def test_shots_are_cut_and_pasted_as_new_ones(window: Window) -> None:
    before = {shot.id for shot in shots(window)}
    press(window, Key.Key_X, CTRL)
    assert prompts(window) == ["a blue car", "a green tree"]
    window.session.select(shots(window)[1].id)
    press(window, Key.Key_V, CTRL)
    press(window, Key.Key_V, CTRL)
    assert prompts(window) == ["a blue car", "a green tree", "a red ball", "a red ball"]
    assert len({shot.id for shot in shots(window)} | before) == 5
    assert QApplication.clipboard().text() == "a red ball"


def test_a_copy_shows_the_same_take(window: Window, folder: Path) -> None:
    take = publish_take(folder, shots(window)[0].id)
    window.document.rescan()
    window.document.edit("Choose", lambda p: edit.choose(p, p.shots[0].id, take))
    press(window, Key.Key_C, CTRL)
    press(window, Key.Key_V, CTRL)
    assert shots(window)[1].chosen == shots(window)[0].chosen


def test_lines_of_text_are_pasted_as_shots(window: Window) -> None:
    QApplication.clipboard().setText("a dog runs\n\nthe dog sleeps")
    press(window, Key.Key_V, CTRL)
    assert prompts(window) == ["a red ball", "a dog runs", "the dog sleeps", "a blue car", "a green tree"]
    assert window.document.undo_stack.count() == 1


def test_what_is_no_shot_is_refused_with_a_sentence(window: Window) -> None:
    mime = QMimeData()
    mime.setData(MIME, b'{"shots": 7}')
    QApplication.clipboard().setMimeData(mime)
    press(window, Key.Key_V, CTRL)
    assert len(shots(window)) == 3
    assert "copy them again" in window.status.message.text()


def test_shots_go_to_another_project_with_their_take_and_their_time(
    window: Window, opened: Opener, until: Until, tmp_path: Path, folder: Path
) -> None:
    take = publish_take(folder, shots(window)[0].id)
    window.document.rescan()
    window.document.edit("Choose", lambda p: edit.choose(p, p.shots[0].id, take))
    window.session.select(shots(window)[0].id)
    press(window, Key.Key_C, CTRL)
    other = tmp_path / "other"
    store.create(other, Project(width=64, height=64, rate=Fraction(16))).close()
    second = opened(other)
    second.actions_by_name["paste"].trigger()
    until(lambda: len(shots(second)) == 1)
    pasted = shots(second)[0]
    assert pasted.length == 16
    assert pasted.id != shots(window)[0].id
    assert pasted.chosen is not None
    carried = second.document.takes[pasted.chosen.take]
    assert (carried.shot, carried.number, carried.content) == (pasted.id, 1, take.content)
    assert carried.id != take.id
    assert (other / carried.pixels).is_file()


def test_a_shot_whose_take_is_damaged_is_pasted_as_a_draft(
    window: Window, opened: Opener, until: Until, tmp_path: Path, folder: Path
) -> None:
    take = publish_take(folder, shots(window)[0].id)
    window.document.rescan()
    window.document.edit("Choose", lambda p: edit.choose(p, p.shots[0].id, take))
    window.session.select(shots(window)[0].id)
    press(window, Key.Key_C, CTRL)
    (folder / take.pixels).write_bytes(b"nothing")
    other = tmp_path / "other"
    store.create(other, Project(width=64, height=64, rate=Fraction(8))).close()
    second = opened(other)
    second.actions_by_name["paste"].trigger()
    until(lambda: len(shots(second)) == 1)
    assert shots(second)[0].chosen is None
    assert not list((other / "takes").glob("*"))
    assert "as a draft" in second.status.message.text()


# Menus


def test_each_place_has_a_menu_of_its_own(window: Window) -> None:
    timeline = window.timeline
    shot = timeline.menu_at(timeline._clip_rect(1).center())
    assert {"Generate take", "Cut", "Remove"} <= set(texts(shot))
    assert window.session.selected == (shots(window)[1].id,)
    x = timeline._clip_rect(2).right()
    assert "New shot" in texts(timeline.menu_at(QPointF(x + 200, 60)))
    ruler = timeline.menu_at(QPointF(timeline._stage.x(10) + 3, 6))
    assert "Marker" in texts(ruler)
    assert window.session.frame == 10


def test_the_musics_menu_sets_gain_fades_and_removes_it(window: Window) -> None:
    window.document.edit("Music", lambda p: edit.set_music(p, Music(file="media/song.wav")))
    timeline = window.timeline
    at = timeline._stage.music_rect.center()
    item(timeline.menu_at(at), "Gain", "-6 dB").trigger()
    item(timeline.menu_at(at), "Fade out", "1.5 s").trigger()
    item(timeline.menu_at(at), "Repeat until the film ends").trigger()
    music = window.document.project.music
    assert music == Music(file="media/song.wav", gain=-6.0, fade_out=Fraction(3, 2), loop=False)
    item(timeline.menu_at(at), "Remove music").trigger()
    assert window.document.project.music is None


# Drops


def test_a_text_file_becomes_a_shot_for_each_line_where_it_is_dropped(window: Window, tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text("first\nsecond\n")
    at = QPointF(window.timeline._clip_rect(1).left() + 5, 60)
    assert drop(window, files(script), at)
    assert prompts(window) == ["a red ball", "first", "second", "a blue car", "a green tree"]


def test_a_picture_that_is_dropped_becomes_a_shot(window: Window, until: Until, tmp_path: Path) -> None:
    picture = QImage(64, 64, QImage.Format.Format_RGB32)
    picture.fill(0x336699)
    picture.save(str(tmp_path / "sea_side.png"))
    assert drop(window, files(tmp_path / "sea_side.png"), QPointF(window.timeline._clip_rect(0).left(), 60))
    until(lambda: len(shots(window)) == 4)
    first = shots(window)[0]
    assert first.prompt == "sea side"
    assert first.chosen is not None
    assert window.document.takes[first.chosen.take].is_still


def test_shots_of_another_window_land_where_they_are_dropped(window: Window) -> None:
    window.session.select(shots(window)[2].id)
    press(window, Key.Key_C, CTRL)
    mime = QApplication.clipboard().mimeData()
    assert drop(window, mime, QPointF(window.timeline._clip_rect(1).left(), 60))
    assert prompts(window) == ["a red ball", "a green tree", "a blue car", "a green tree"]


def test_the_shots_make_room_while_something_hangs_over_them(window: Window, tmp_path: Path) -> None:
    timeline = window.timeline
    second = timeline._clip_rect(1)
    at = QPointF(second.left() + 5, 60).toPoint()
    mime = files(tmp_path / "a.png", tmp_path / "b.mp4")
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    timeline.dragMoveEvent(QDragMoveEvent(at, copy, mime, Qt.MouseButton.LeftButton, none))
    assert (
        timeline._clip_rect(1).left() == second.left() + 2 * 16 * 20
    )  # two files of two seconds, until they are read
    timeline.grab()
    timeline.dragLeaveEvent(QDragLeaveEvent())
    assert timeline._clip_rect(1) == second


def test_music_that_is_dropped_lies_under_the_whole_film(
    window: Window, until: Until, tmp_path: Path
) -> None:
    with wave.open(str(tmp_path / "my song.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes([0, 40] * 4000))
    assert drop(window, files(tmp_path / "my song.wav"), QPointF(200, 60))
    until(lambda: window.document.project.music is not None)
    until(lambda: bool(window.timeline._wave.levels))
    window.timeline.grab()
    assert len(shots(window)) == 3


def test_what_has_no_place_in_a_film_is_not_taken(window: Window, tmp_path: Path) -> None:
    assert not drop(window, files(tmp_path / "letter.docx"), QPointF(200, 60))
    assert not drop(window, QMimeData(), QPointF(200, 60))


# Making


def test_the_picture_that_forms_is_painted_on_its_clip(window: Window) -> None:
    shot = shots(window)[1].id
    picture = QImage(32, 32, QImage.Format.Format_RGB32)
    picture.fill(0xFF00FF)
    timeline = window.timeline
    timeline.set_jobs({shot: Job("generating", "step 12 of 25")})
    timeline.set_preview(shot, picture)
    middle = timeline._clip_rect(1).center().toPoint()
    assert timeline.viewport().grab().toImage().pixelColor(middle).name() == "#ff00ff"
    timeline.set_jobs({})
    assert timeline.viewport().grab().toImage().pixelColor(middle).name() != "#ff00ff"
