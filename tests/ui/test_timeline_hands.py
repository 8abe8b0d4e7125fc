"""The mouse on the timeline: trims, reordering, selecting with a band, scrubbing, zoom and scroll."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storyboard import edit, store
from storyboard.media import lossless
from storyboard.project import Project, Shot
from storyboard.take import Take
from ui.timeline_trim import Trim
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
Opener = Callable[[Path], Window]
Button, Key, Keys = Qt.MouseButton, Qt.Key, Qt.KeyboardModifier
SCALE = 20.0
"""Pixels a frame: each of the three shots is 160 wide."""


@pytest.fixture(autouse=True)
def _active(window: Window) -> None:
    window.resize(1200, 800)
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    window.timeline.setFocus()
    window.timeline.show_scale(SCALE)


def shots(window: Window) -> tuple[Shot, ...]:
    return window.document.project.shots


def lengths(window: Window) -> list[int]:
    return [shot.length for shot in shots(window)]


def prompts(window: Window) -> list[str]:
    return [shot.prompt for shot in shots(window)]


def send(
    window: Window, kind: QEvent.Type, at: QPointF, keys: Keys, button: Button = Button.LeftButton
) -> None:
    view = window.timeline.viewport()
    held = Button.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    moved = button if kind != QEvent.Type.MouseMove else Button.NoButton
    QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), moved, held, keys))


def press(window: Window, at: QPointF, keys: Keys = Keys.NoModifier) -> None:
    send(window, QEvent.Type.MouseButtonPress, at, keys)


def pull(window: Window, to: QPointF, keys: Keys = Keys.NoModifier) -> None:
    send(window, QEvent.Type.MouseMove, to, keys)


def let_go(window: Window, at: QPointF, keys: Keys = Keys.NoModifier) -> None:
    send(window, QEvent.Type.MouseButtonRelease, at, keys)


def drag(window: Window, start: QPointF, end: QPointF, keys: Keys = Keys.NoModifier) -> None:
    press(window, start, keys)
    pull(window, (start + end) / 2, keys)
    pull(window, end, keys)
    window.timeline.grab()
    let_go(window, end, keys)


def middle(window: Window, number: int) -> QPointF:
    return window.timeline._clip_rect(number - 1).center()


def end_of(window: Window, number: int) -> QPointF:
    rect = window.timeline._clip_rect(number - 1)
    return QPointF(rect.right() - 2, rect.center().y())


def start_of(window: Window, number: int) -> QPointF:
    rect = window.timeline._clip_rect(number - 1)
    return QPointF(rect.left() + 2, rect.center().y())


def frames(count: float) -> QPointF:
    return QPointF(count * SCALE, 0)


def wheel(window: Window, turn: QPoint, keys: Keys = Keys.NoModifier, pixels: QPoint | None = None) -> None:
    view = window.timeline.viewport()
    at = QPointF(500, 60)
    event = QWheelEvent(
        at, view.mapToGlobal(at), pixels or QPoint(), turn, Button.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False
    )  # fmt: skip
    QApplication.sendEvent(view, event)


# Trims


def test_pulling_a_shots_end_trims_it_as_one_step(window: Window) -> None:
    press(window, end_of(window, 1))
    pull(window, end_of(window, 1) - frames(1))
    pull(window, end_of(window, 1) - frames(3))
    assert lengths(window) == [8, 8, 8]  # nothing is done yet
    hand = window.timeline._grip.hand
    assert isinstance(hand, Trim)
    let_go(window, end_of(window, 1))
    assert lengths(window) == [4, 8, 8]
    assert window.document.undo_stack.count() == 1
    assert window.document.undo_stack.undoText() == "Trim end"
    window.document.undo_stack.undo()
    assert lengths(window) == [8, 8, 8]


def test_the_bubble_counts_seconds_and_frames(window: Window) -> None:
    press(window, end_of(window, 1))
    pull(window, end_of(window, 1) + frames(12))
    hand = window.timeline._grip.hand
    assert isinstance(hand, Trim)
    assert hand.words == "+01:04 = 02:04"
    window.timeline.grab()
    pull(window, end_of(window, 1) - frames(100))
    assert hand.words == "−00:07 = 00:01 · a shot has at least one frame"
    let_go(window, middle(window, 1))


def test_the_others_move_along_while_an_end_is_pulled(window: Window) -> None:
    before = window.timeline._clip_rect(1).left()
    at = end_of(window, 1)
    press(window, at)
    pull(window, at + frames(4))
    assert window.timeline._clip_rect(1).left() == before + 4 * SCALE
    let_go(window, at + frames(4))
    assert window.timeline._clip_rect(1).left() == before + 4 * SCALE


def test_a_pulled_start_stays_under_the_pointer_and_the_film_closes_up_after(window: Window) -> None:
    at = start_of(window, 2)
    left = window.timeline._clip_rect(1).left()
    press(window, at)
    pull(window, at + frames(3))
    assert window.timeline._clip_rect(1).left() == left + 3 * SCALE
    let_go(window, at + frames(3))
    assert lengths(window) == [8, 5, 8]
    assert window.timeline._clip_rect(1).left() == left


def test_the_viewer_shows_the_picture_at_the_edge_that_is_pulled(window: Window) -> None:
    at = end_of(window, 1)
    press(window, at)
    pull(window, at - frames(3))
    assert window.session.shown_frame == 4
    let_go(window, at - frames(3))
    assert window.session.shown_frame == 0
    at = start_of(window, 2)
    press(window, at)
    pull(window, at + frames(2))
    assert window.session.shown_frame == 7
    QTest.keyClick(window.timeline, Key.Key_Escape)
    assert window.session.shown_frame == 0


def test_escape_gives_a_trim_up(window: Window) -> None:
    at = end_of(window, 1)
    press(window, at)
    pull(window, at + frames(4))
    QTest.keyClick(window.timeline, Key.Key_Escape)
    let_go(window, at + frames(4))
    assert lengths(window) == [8, 8, 8]
    assert window.document.undo_stack.count() == 0
    assert window.timeline._clip_rect(1).width() == 8 * SCALE


def test_a_trim_snaps_to_the_playhead_and_with_alt_does_not(window: Window) -> None:
    window.session.seek(5)
    at = end_of(window, 1)
    near = at - frames(3) + QPointF(5, 0)  # a quarter of a frame from the playhead, and then some
    press(window, at)
    pull(window, near - QPointF(12, 0))
    pull(window, at - frames(3) - QPointF(5, 0))
    hand = window.timeline._grip.hand
    assert isinstance(hand, Trim)
    assert hand._snapped == 5
    pull(window, at - frames(3) - QPointF(5, 0), Keys.AltModifier)
    assert hand._snapped is None
    let_go(window, at)


def test_a_start_gives_back_no_more_than_the_take_has(window: Window, folder: Path) -> None:
    (folder / "takes").mkdir(exist_ok=True)
    pictures = (np.full((64, 64, 3), 9 * n, np.uint8) for n in range(8))
    written = lossless.write(folder / "takes" / "one.mkv", pictures, Fraction(8))
    first = shots(window)[0].id
    take = Take(
        id="one", shot=first, number=1, created="", frames=8, rate=Fraction(8), width=64, height=64,
        content=written.content,
    )  # fmt: skip
    store.publish(folder, take)
    window.document.rescan()
    window.document.edit("Choose", lambda p: edit.choose(p, first, take))
    window.document.edit("Trim", lambda p: edit.trim_start(p, first, 3))
    at = start_of(window, 1)
    press(window, at)
    pull(window, at - frames(6))
    hand = window.timeline._grip.hand
    assert isinstance(hand, Trim)
    window.timeline.grab()
    assert hand.words == "+00:03 = 01:00 · the take starts here"
    let_go(window, at - frames(6))
    assert lengths(window)[0] == 8


def test_a_press_that_hardly_moves_trims_nothing(window: Window) -> None:
    window.timeline.show_scale(2)  # two pixels are a frame
    at = end_of(window, 1)
    press(window, at)
    pull(window, at + QPointF(2, 1))
    let_go(window, at + QPointF(2, 1))
    assert lengths(window) == [8, 8, 8]
    assert window.session.selected == (shots(window)[0].id,)


def test_the_pointer_tells_where_an_edge_can_be_grabbed(window: Window) -> None:
    pull_nowhere = lambda at: send(window, QEvent.Type.MouseMove, at, Keys.NoModifier, Button.NoButton)  # noqa: E731
    pull_nowhere(end_of(window, 1))
    assert window.timeline.viewport().cursor().shape() == Qt.CursorShape.SplitHCursor
    pull_nowhere(middle(window, 1))
    assert window.timeline.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor


# Reordering


def test_the_others_make_room_as_wide_as_what_is_dragged(window: Window) -> None:
    window.document.edit("Trim", lambda p: edit.set_length(p, p.shots[0].id, 4))
    start = middle(window, 1)
    press(window, start)
    pull(window, start + frames(1))
    second = window.timeline._clip_rect(1).left()
    pull(window, start + frames(6))
    assert window.timeline._clip_rect(1).left() == second - 4 * SCALE
    window.timeline.grab()
    let_go(window, start + frames(6))
    assert prompts(window) == ["a blue car", "a red ball", "a green tree"]


def test_several_shots_are_dragged_together(window: Window) -> None:
    window.session.select(shots(window)[0].id, shots(window)[2].id)
    drag(window, middle(window, 3), middle(window, 1) + QPointF(-60, 0))
    assert prompts(window) == ["a red ball", "a green tree", "a blue car"]
    assert len(window.session.selected) == 2
    assert window.document.undo_stack.undoText() == "Move 2 shots"


def test_escape_gives_a_drag_up(window: Window) -> None:
    start = middle(window, 1)
    press(window, start)
    pull(window, start + frames(14))
    QTest.keyClick(window.timeline, Key.Key_Escape)
    let_go(window, start + frames(14))
    assert prompts(window) == ["a red ball", "a blue car", "a green tree"]


def test_an_undo_while_shots_are_dragged_gives_the_drag_up(window: Window) -> None:
    window.document.edit("Trim", lambda p: edit.set_length(p, p.shots[0].id, 4))
    start = middle(window, 2)
    press(window, start)
    pull(window, start + frames(6))
    window.document.undo_stack.undo()
    let_go(window, start + frames(6))
    assert lengths(window) == [8, 8, 8]
    assert prompts(window)[1] == "a blue car"


def test_the_film_scrolls_on_while_a_drag_rests_at_the_edge(window: Window, until: Until) -> None:
    window.document.edit("Longer", lambda p: edit.set_length(p, p.shots[2].id, 100))
    view = window.timeline.viewport()
    bar = window.timeline.horizontalScrollBar()
    bar.setValue(0)
    start = middle(window, 1)
    press(window, start)
    pull(window, QPointF(view.width() - 3, start.y()))
    until(lambda: bar.value() > 0)
    before = bar.value()
    until(lambda: bar.value() > before or bar.value() == bar.maximum())
    let_go(window, QPointF(view.width() - 3, start.y()))
    assert window.timeline._grip.hand is None


# Selecting


def test_a_band_over_empty_space_selects_what_it_touches(window: Window) -> None:
    below = QPointF(middle(window, 2).x(), window.timeline.viewport().height() - 3)
    drag(window, below, middle(window, 3))
    assert window.session.selected == tuple(shot.id for shot in shots(window)[1:])


def test_a_band_with_shift_adds_to_the_selection(window: Window) -> None:
    window.session.select(shots(window)[0].id)
    below = QPointF(middle(window, 3).x(), window.timeline.viewport().height() - 3)
    drag(window, below, middle(window, 3), Keys.ShiftModifier)
    assert window.session.selected == (shots(window)[0].id, shots(window)[2].id)


def test_a_click_on_empty_space_selects_nothing(window: Window) -> None:
    below = QPointF(middle(window, 2).x(), window.timeline.viewport().height() - 3)
    press(window, below)
    let_go(window, below)
    assert window.session.selected == ()


# The ruler


def test_pulling_along_the_ruler_moves_the_playhead_which_snaps_to_edits(window: Window) -> None:
    x = window.timeline._clip_rect(1).left()
    press(window, QPointF(x - 60, 8))
    assert window.session.frame == 5
    pull(window, QPointF(x - 5, 8))
    assert window.session.frame == 8
    pull(window, QPointF(x - 5, 8), Keys.AltModifier)
    assert window.session.frame == 7
    let_go(window, QPointF(x - 5, 8))


def test_escape_puts_the_playhead_back(window: Window) -> None:
    window.session.seek(3)
    x = window.timeline._clip_rect(1).left()
    press(window, QPointF(x + 50, 8))
    assert window.session.frame == 10
    QTest.keyClick(window.timeline, Key.Key_Escape)
    assert window.session.frame == 3


def test_an_end_of_the_range_is_dragged(window: Window) -> None:
    window.session.range = (8, 16)
    at = QPointF(window.timeline._clip_rect(2).left(), 8)
    drag(window, at, at + frames(4))
    assert window.session.range == (8, 20)


# Wheel


def test_the_wheel_zooms_at_the_pointer_with_ctrl(window: Window) -> None:
    window.document.edit("Longer", lambda p: edit.set_length(p, p.shots[2].id, 100))
    stage = window.timeline._stage
    before = stage.content(500) / stage.layout.scale
    wheel(window, QPoint(0, 120), Keys.ControlModifier)
    assert stage.layout.scale == pytest.approx(SCALE * 1.25)
    assert stage.content(500) / stage.layout.scale == pytest.approx(before, abs=0.1)


def test_the_wheel_changes_the_height_of_the_shots_with_shift(window: Window) -> None:
    window.both.setSizes([300, 400])
    before = window.timeline._clip_rect(0).height()
    wheel(window, QPoint(0, 240), Keys.ShiftModifier)
    assert window.timeline._clip_rect(0).height() == before + 24
    for _ in range(40):
        wheel(window, QPoint(0, -240), Keys.ShiftModifier)
    assert window.timeline._clip_rect(0).height() == 60


def test_a_touchpad_scrolls_by_its_pixels(window: Window) -> None:
    window.document.edit("Longer", lambda p: edit.set_length(p, p.shots[2].id, 100))
    bar = window.timeline.horizontalScrollBar()
    wheel(window, QPoint(-120, 0), pixels=QPoint(-7, 1))
    assert bar.value() == 7
    wheel(window, QPoint(0, 120), pixels=QPoint(1, 5))
    assert bar.value() == 2


def test_a_film_of_thousands_of_shots_is_dragged_and_trimmed(window: Window) -> None:
    more = [Shot(id=store.new_id(), prompt=f"shot {n}", length=8) for n in range(2000)]
    window.document.edit("Many", lambda p: edit.append(p, *more))
    window.timeline.zoom("fit")
    window.timeline.grab()
    window.timeline.show_scale(SCALE)
    window.session.select(*(shot.id for shot in shots(window)[:500]))
    drag(window, middle(window, 1), middle(window, 3))
    drag(window, end_of(window, 3), end_of(window, 3) - frames(2))
    assert sorted(set(lengths(window))) == [6, 8]
    project: Project = window.document.project
    assert project.length == 2003 * 8 - 2
