"""What the viewer shows: fitted or at its own size, two takes at once, a take that forms, a sketch that moves while
its prompt is typed, the whole screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storyboard import edit, store
from storyboard.media import lossless
from storyboard.project import wish
from storyboard.take import Take
from tests.ui.playing import number_in, numbered_film
from ui.pictures import Picture
from ui.window import Window
from ui.words import Job

Until = Callable[[Callable[[], bool]], None]
Opener = Callable[[Path], Window]
Key, Keys = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def active(window: Window) -> Window:
    window.resize(1200, 800)
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    window.timeline.setFocus()
    return window


def press(window: Window, key: Key, keys: Keys = Keys.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, keys)


def plain(window: Window, number: int, level: int) -> Take:
    """A take of the first shot in one grey."""
    folder, project = window.document.folder, window.document.project
    shot = project.shots[0]
    (folder / "takes").mkdir(exist_ok=True)
    frame = np.full((64, 64, 3), level, np.uint8)
    written = lossless.write(folder / "takes" / f"take-{number}.mkv", [frame] * 8, project.rate)
    take = Take(
        id=f"take-{number}", shot=shot.id, number=number, created=f"{number}", frames=8, rate=project.rate,
        width=64, height=64, content=written.content, wish=wish(shot, project.look).key,
    )  # fmt: skip
    store.publish(folder, take)
    return take


def colour_at(window: Window, x: float, y: float = 0.75) -> QColor:
    """What is painted at a place of the picture, 0 to 1."""
    place = window.viewer._place(window.viewer.image.size())
    point = place.topLeft() + QPointF(x * place.width(), y * place.height())
    grabbed = window.viewer.grab().toImage()
    ratio = grabbed.devicePixelRatio()
    return grabbed.pixelColor(QPoint(round(point.x() * ratio), round(point.y() * ratio)))


@pytest.fixture
def two(active: Window, until: Until) -> tuple[Take, Take]:
    """A dark and a light take of the first shot; the dark one is chosen."""
    takes = plain(active, 1, 60), plain(active, 2, 200)
    active.document.rescan()
    shot = active.document.project.shots[0]
    active.document.edit("Choose", lambda p: edit.choose(p, shot.id, takes[0]))
    until(lambda: active.viewer.image is not None and colour_at(active, 0.5).red() == 60)
    return takes


# Takes


def test_a_take_is_looked_at_without_being_chosen(
    active: Window, two: tuple[Take, Take], until: Until
) -> None:
    shot = active.document.project.shots[0]
    active.session.show_take(shot.id, two[1].id)
    until(lambda: colour_at(active, 0.5).red() == 200)
    assert active.session.captions == ("Take 2",)
    assert active.document.project.shots[0].chosen.take == two[0].id
    active.session.show_film()
    until(lambda: colour_at(active, 0.5).red() == 60)


def test_looking_at_a_take_ends_with_another_shot_and_when_it_is_chosen(
    active: Window, two: tuple[Take, Take]
) -> None:
    shots, session = active.document.project.shots, active.session
    session.show_take(shots[0].id, two[1].id)
    session.select(shots[1].id)
    assert session.trial is None
    session.select(shots[0].id)
    session.show_take(shots[0].id, two[1].id)
    active.document.edit("Choose", lambda p: edit.choose(p, shots[0].id, two[1]))
    assert session.trial is None


def test_two_takes_are_compared_with_a_handle_between_them(
    active: Window, two: tuple[Take, Take], until: Until
) -> None:
    shot = active.document.project.shots[0]
    active.session.seek(20)
    active.session.compare(shot.id, two[0].id, two[1].id)
    assert active.session.frame == 0  # the shot's
    until(lambda: (colour_at(active, 0.25).red(), colour_at(active, 0.75).red()) == (60, 200))
    place = active.viewer._place(active.viewer.image.size())
    left = Qt.MouseButton.LeftButton
    near = QPoint(round(place.left() + 0.9 * place.width()), round(place.center().y()))
    QTest.mousePress(active.viewer, left, Qt.KeyboardModifier.NoModifier, near)
    QTest.mouseMove(active.viewer, near - QPoint(3, 0))
    QTest.mouseRelease(active.viewer, left, Qt.KeyboardModifier.NoModifier, near)
    assert active.viewer.divide == pytest.approx(0.9, abs=0.02)
    assert colour_at(active, 0.75).red() == 60


def test_takes_play_while_they_are_compared(active: Window, two: tuple[Take, Take], until: Until) -> None:
    shot = active.document.project.shots[0]
    active.session.compare(shot.id, two[0].id, two[1].id)
    active.session.play()
    until(lambda: active.session.frame >= 4)
    assert (colour_at(active, 0.25).red(), colour_at(active, 0.75).red()) == (60, 200)
    active.session.pause()


# Size


def test_a_picture_is_shown_fitted_or_at_its_own_size(active: Window, until: Until) -> None:
    viewer = active.viewer
    until(lambda: viewer.image is not None)
    fitted = viewer._place(viewer.image.size())
    assert fitted.width() > 300
    assert fitted.width() == pytest.approx(fitted.height(), abs=1)
    press(active, Key.Key_Z)
    ratio = viewer.devicePixelRatioF()
    assert viewer._place(viewer.image.size()).width() * ratio == 64
    assert active.transport.size_button.text() == "100 % ▾"
    viewer.zoom(1)
    assert viewer.percent == 200
    press(active, Key.Key_Z)
    assert viewer.percent is None
    assert active.transport.size_button.text() == "Fit ▾"


def test_a_picture_larger_than_its_room_is_moved_by_hand_but_not_out_of_sight(
    active: Window, until: Until
) -> None:
    viewer = active.viewer
    until(lambda: viewer.image is not None)
    viewer._picture = viewer._picture._replace(image=viewer.image.scaled(2000, 2000))
    viewer.percent = 100
    before = viewer._place(viewer.image.size()).left()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    centre = viewer.rect().center()
    QTest.mousePress(viewer, left, none, centre)
    QTest.mouseMove(viewer, centre + QPoint(50, 0))
    assert viewer._place(viewer.image.size()).left() == before + 50
    QTest.mouseMove(viewer, centre + QPoint(9000, 0))
    assert viewer._place(viewer.image.size()).left() <= viewer.rect().left() + 20
    QTest.mouseRelease(viewer, left, none, centre)


def test_the_whole_screen_shows_the_picture_alone_and_escape_brings_everything_back(
    active: Window, until: Until
) -> None:
    press(active, Key.Key_F)
    assert active.isFullScreen()
    assert active.viewer.isVisible()
    shown = (active.timeline, active.inspector, active.takes, active.top, active.status)
    assert not any(widget.isVisible() for widget in shown)
    press(active, Key.Key_Right)  # keys still work
    assert active.session.frame == 1
    QTest.keyClick(active, Key.Key_Escape)
    assert not active.isFullScreen()
    assert all(widget.isVisible() for widget in shown)
    assert active.transport.isVisible()


# Raw and smoothed


@pytest.fixture
def numbered(tmp_path: Path, opened: Opener) -> Window:
    """A window at frame 3 of a film whose frames carry their number, and a thousand more where they are built."""
    numbered_film(tmp_path / "film", (12,), built=(True,), more=1000)
    window = opened(tmp_path / "film")
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    window.timeline.setFocus()
    window.session.seek(3)
    return window


def test_raw_shows_the_takes_own_frames(numbered: Window, until: Until) -> None:
    window = numbered
    until(lambda: window.viewer.image is not None and number_in(window.viewer.image) == 1003)
    press(window, Key.Key_R)
    until(lambda: number_in(window.viewer.image) == 3)
    assert window.transport.how.text() == "Raw ▾"
    press(window, Key.Key_R)
    until(lambda: number_in(window.viewer.image) == 1003)


def test_before_and_after_are_seen_in_one_picture(numbered: Window, until: Until) -> None:
    window = numbered
    shown: list[Picture] = []
    window.pictures.shown.connect(lambda _frame, picture: shown.append(picture))
    press(window, Key.Key_R, Keys.ShiftModifier)
    until(lambda: bool(shown) and shown[-1].other is not None)
    both = shown[-1]
    assert both.other is not None
    assert (number_in(both.image), number_in(both.other)) == (3, 1003)
    assert window.session.captions == ("Raw", "Smoothed")
    assert window.transport.how.text() == "Raw | smoothed ▾"
    press(window, Key.Key_R)
    until(lambda: shown[-1].other is None)
    assert window.session.captions == ()


# What forms and what is typed


def test_a_sketch_moves_while_its_prompt_is_typed_and_the_playhead_stays(
    active: Window, until: Until
) -> None:
    shot = active.document.project.shots[1]
    active.session.select(shot.id)
    active.session.seek(2)
    shown: set[int] = set()
    active.viewer.painted.connect(shown.add)
    active.inspector.prompt.setFocus()
    QTest.keyClicks(active.inspector.prompt, " on a road")
    until(lambda: len(shown & set(range(8, 16))) >= 4)
    assert active.session.frame == 2
    active.timeline.setFocus()
    until(lambda: active.viewer.shown_frame == 2)


def test_the_picture_follows_what_is_typed(active: Window, until: Until) -> None:
    active.session.select(active.document.project.shots[0].id)
    active.inspector.prompt.setFocus()
    until(lambda: active.viewer.image is not None)
    film = active.document.film
    QTest.keyClicks(active.inspector.prompt, " and a large blue whale")
    assert active.document.film is not film
    until(
        lambda: (
            active.pictures._shelf._of is not None and active.pictures._shelf._of.film is active.document.film
        )
    )
    assert active.stage.rehearsal.on
    active.session.play()
    assert not active.stage.rehearsal.on
    active.session.pause()


def test_a_shot_with_a_take_does_not_move_while_its_prompt_is_typed(
    active: Window, two: tuple[Take, Take]
) -> None:
    active.inspector.prompt.setFocus()
    assert not active.stage.rehearsal.on


def test_a_take_that_forms_is_shown_for_the_selected_shot_while_the_film_stands(
    active: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    shots, worker = active.document.project.shots, active.worker
    until(lambda: active.viewer.image is not None)
    forming = QImage(32, 32, QImage.Format.Format_RGB32)
    forming.fill(QColor(10, 200, 30))
    monkeypatch.setitem(worker.previews, shots[0].id, forming)
    monkeypatch.setattr(worker, "states", lambda: {shots[0].id: Job("generating", "step 12 of 25")})
    worker.preview.emit(shots[0].id, forming)
    assert colour_at(active, 0.5) == QColor(10, 200, 30)
    active.session.select(shots[1].id)
    assert colour_at(active, 0.5) != QColor(10, 200, 30)
    active.session.select(shots[0].id)
    assert colour_at(active, 0.5) == QColor(10, 200, 30)
    monkeypatch.setattr(worker, "states", dict)
    worker.changed.emit()
    assert colour_at(active, 0.5) != QColor(10, 200, 30)
