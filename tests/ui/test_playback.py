"""Playing: every frame in its turn, both ways and across cuts; the shuttle, the loop, the range, the clock."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storyboard import edit
from tests.ui.playing import number_in, number_of, numbered_film
from ui.clock import Clock, Tally
from ui.reel import Reel
from ui.route import Run, around, faster
from ui.transport import frame_of
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
Opener = Callable[[Path], Window]
Key = Qt.Key
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def numbers(tmp_path: Path, opened: Opener) -> Window:
    """A window on a film of 75 numbered frames: a built shot longer than a group of pictures between raw takes."""
    numbered_film(tmp_path / "film", (7, 60, 8), built=(False, True, False))
    window = opened(tmp_path / "film")
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    window.timeline.setFocus()
    return window


def press(window: Window, key: Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, keys)


def seen(window: Window, until: Until) -> int:
    """The number in the picture, when it is the playhead's."""
    viewer = window.viewer
    until(lambda: viewer.image is not None and viewer.shown_frame == window.session.frame)
    assert viewer.image is not None
    return number_in(window.viewer.image)


# Frames


@pytest.mark.parametrize("built", [(), (True, True, True), (True, False, True)])
def test_stepping_shows_every_number_once_and_in_order_both_ways(
    tmp_path: Path, built: tuple[bool, ...]
) -> None:
    film = numbered_film(tmp_path, (5, 100, 9), built=built)
    reel = Reel()
    forwards = [number_of(reel.at(film, n)) for n in range(114)]
    assert forwards == list(range(114))
    reel = Reel()
    backwards = [number_of(reel.at(film, n)) for n in range(113, -1, -1)]
    assert backwards == list(range(113, -1, -1))
    # To and fro over a cut, where the reel's memory is empty.
    reel = Reel(kept_bytes=1)
    path = [104, 105, 106, 105, 104, 103, 104, 105, 4, 5, 6, 5, 4]
    assert [number_of(reel.at(film, n)) for n in path] == path


@pytest.mark.parametrize("built", [(), (True, True)])
def test_scrubbing_anywhere_shows_the_frame_that_was_asked_for(
    tmp_path: Path, built: tuple[bool, ...]
) -> None:
    film = numbered_film(tmp_path, (100, 30), built=built)
    places = random.Random(1).choices(range(130), k=60)
    reel = Reel(kept_bytes=30 * 96 * 96 * 3)
    assert [number_of(reel.at(film, n)) for n in places] == places


@pytest.mark.parametrize("step", [2, 4, 8])
def test_the_shuttle_shows_each_frame_it_stops_at(tmp_path: Path, step: int) -> None:
    film = numbered_film(tmp_path, (60, 50), built=(True,))
    way = list(range(0, 110, step))
    assert [number_of(Reel().at(film, n)) for n in way] == way
    reel = Reel()
    assert [number_of(reel.at(film, n)) for n in way] == way
    assert [number_of(reel.at(film, n)) for n in reversed(way)] == way[::-1]


def test_in_the_window_arrows_show_every_number_once_both_ways(numbers: Window, until: Until) -> None:
    numbers.session.seek(60)
    shown = [seen(numbers, until)]
    for _ in range(14):
        press(numbers, Key.Key_Right)
        shown.append(seen(numbers, until))
    for _ in range(14):
        press(numbers, Key.Key_Left)
        shown.append(seen(numbers, until))
    assert shown == [*range(60, 75), *range(73, 59, -1)]


def test_a_film_that_plays_shows_its_frames_in_order_and_drops_none(numbers: Window, until: Until) -> None:
    numbers.session.loop = False
    shown: list[int] = []
    numbers.viewer.painted.connect(lambda _: shown.append(number_in(numbers.viewer.image)))
    seen(numbers, until)
    press(numbers, Key.Key_Space)
    until(lambda: not numbers.session.playing)
    assert shown == sorted(shown)
    assert shown[-1] == 74
    session = numbers.session
    # Every frame was either painted in time or counted as dropped; how many, depends on the machine.
    assert session.presented + session.dropped in (74, 75)
    assert len(set(shown)) >= session.presented


# The shuttle


def test_j_and_l_play_both_ways_and_faster_each_time_and_k_stops(numbers: Window, until: Until) -> None:
    session = numbers.session
    session.seek(40)
    speeds = []
    for key in (Key.Key_L, Key.Key_L, Key.Key_L, Key.Key_L, Key.Key_L, Key.Key_J, Key.Key_J):
        press(numbers, key)
        speeds.append(session.speed)
    assert speeds == [1, 2, 4, 8, 8, -1, -2]
    assert "2×" in numbers.transport.speed.text()
    press(numbers, Key.Key_K)
    assert not session.playing
    assert numbers.transport.speed.text() == ""


def test_backwards_the_film_ends_at_its_beginning(numbers: Window, until: Until) -> None:
    numbers.session.loop = False
    numbers.session.seek(6)
    press(numbers, Key.Key_J)
    until(lambda: not numbers.session.playing)
    assert numbers.session.frame == 0
    assert seen(numbers, until) == 0


def send(window: Window, kind: QEvent.Type, key: Key) -> None:
    event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(QApplication.focusWidget() or window, event)


def test_with_k_held_j_and_l_step_a_frame(numbers: Window, until: Until) -> None:
    session = numbers.session
    session.seek(30)
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyPress(target, Key.Key_K)
    press(numbers, Key.Key_L)
    press(numbers, Key.Key_L)
    assert (session.frame, session.playing) == (32, False)
    press(numbers, Key.Key_J)
    assert session.frame == 31
    QTest.keyRelease(target, Key.Key_K)
    press(numbers, Key.Key_L)
    assert session.playing
    press(numbers, Key.Key_K)


def test_letters_that_are_typed_are_no_shuttle(numbers: Window) -> None:
    numbers.inspector.prompt.setFocus()
    for key in (Key.Key_J, Key.Key_K, Key.Key_L, Key.Key_I, Key.Key_O, Key.Key_F, Key.Key_Space):
        press(numbers, key)
    assert not numbers.session.playing
    assert numbers.session.range is None
    assert "jkliof " in numbers.inspector.prompt.toPlainText()


# The range and the loop


def test_i_and_o_make_a_range_that_the_loop_plays(numbers: Window, until: Until) -> None:
    session = numbers.session
    session.seek(20)
    press(numbers, Key.Key_I)
    assert session.range == (20, 75)
    session.seek(24)
    press(numbers, Key.Key_O)
    assert session.range == (20, 25)
    frames: list[int] = []
    session.moved.connect(frames.append)
    press(numbers, Key.Key_Space)
    until(lambda: len(frames) > 12)
    session.pause()
    assert set(frames) == {20, 21, 22, 23, 24}
    press(numbers, Key.Key_X, ALT)
    assert session.range is None


def test_a_mark_on_the_wrong_side_begins_a_new_range(numbers: Window) -> None:
    session = numbers.session
    session.range = (20, 25)
    session.seek(40)
    press(numbers, Key.Key_I)
    assert session.range == (40, 75)
    session.seek(10)
    press(numbers, Key.Key_O)
    assert session.range == (0, 11)


def test_a_film_that_becomes_shorter_takes_its_range_along(numbers: Window) -> None:
    session = numbers.session
    changes: list[object] = []
    session.range = (60, 75)
    session.range_changed.connect(lambda: changes.append(session.range))
    numbers.document.edit("Remove", lambda p: edit.remove(p, [p.shots[2].id]))
    assert session.range == (60, 67)
    numbers.document.edit("Remove", lambda p: edit.remove(p, [p.shots[1].id]))
    assert session.range is None
    assert changes == [(60, 67), None]


def test_a_seek_while_playing_goes_on_from_there(numbers: Window, until: Until) -> None:
    press(numbers, Key.Key_Space)
    numbers.session.seek(50)
    until(lambda: numbers.session.frame > 52)
    assert numbers.session.playing
    numbers.session.pause()


def test_removing_shots_while_the_film_plays_keeps_it_playing_within_what_is_left(
    numbers: Window, until: Until
) -> None:
    numbers.session.seek(30)
    press(numbers, Key.Key_Space)
    numbers.document.edit("Remove", lambda p: edit.remove(p, [p.shots[1].id]))
    frames: list[int] = []
    numbers.session.moved.connect(frames.append)
    until(lambda: len(frames) > 5)
    assert max(frames) < 15
    numbers.session.pause()


# Timecode


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("00:00:01:12", 36), ("48", 48), ("2s", 48), ("+12", 22), ("-00:00:05", 5), (" + 1s ", 34), ("-3", 7)
    ],
)  # fmt: skip
def test_a_place_is_written_as_a_timecode_or_as_a_way_from_here(text: str, frame: int) -> None:
    assert frame_of(text, 10, Fraction(24)) == frame


def test_what_is_no_place_is_said_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="'soon' is no place in the film"):
        frame_of("soon", 10, Fraction(24))


def test_a_timecode_that_is_typed_moves_the_playhead(numbers: Window) -> None:
    press(numbers, Key.Key_G, CTRL)
    assert QApplication.focusWidget() is numbers.transport.timecode
    QTest.keyClicks(numbers.transport.timecode, "00:00:01:06")
    press(numbers, Key.Key_Return)
    assert numbers.session.frame == 30
    assert numbers.transport.timecode.text() == "00:00:01:06"
    assert QApplication.focusWidget() is not numbers.transport.timecode
    press(numbers, Key.Key_G, CTRL)
    QTest.keyClicks(numbers.transport.timecode, "nowhere")
    press(numbers, Key.Key_Return)
    assert numbers.session.frame == 30
    assert "no place" in numbers.status.message.text()


# The clock


class Hands:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_clock_runs_by_itself_and_is_drawn_to_the_sound() -> None:
    hands = Hands()
    clock = Clock(hands)
    assert clock.seconds() == 0
    clock.start()
    hands.now += 2
    assert clock.seconds() == pytest.approx(2)
    clock.steer(2.02)
    assert 2 < clock.seconds() < 2.02
    for _ in range(200):
        clock.steer(2.02)
    assert clock.seconds() == pytest.approx(2.02, abs=1e-3)


def test_a_clock_is_set_at_once_when_the_sound_is_far_off() -> None:
    hands = Hands()
    clock = Clock(hands)
    clock.start()
    hands.now += 3
    clock.steer(1.0)
    assert clock.seconds() == pytest.approx(1.0)


def test_frames_are_counted_as_painted_or_dropped() -> None:
    tally = Tally()
    tally.start()
    for tick, frame in ((0, 10), (1, 11), (2, 12)):
        tally.due(tick, frame)
        tally.painted(frame)
        tally.painted(frame)
    tally.due(5, 15)  # two ticks were missed
    tally.painted(12)  # late
    tally.due(6, 16)
    tally.painted(16)
    tally.stop()
    assert (tally.presented, tally.dropped) == (4, 3)


def test_a_run_says_which_frame_is_due() -> None:
    assert [Run(8, 5, 10).at(tick) for tick in range(4)] == [8, 9, None, None]
    assert [Run(8, 5, 10, loop=True).at(tick) for tick in range(8)] == [8, 9, 5, 6, 7, 8, 9, 5]
    assert [Run(6, 5, 10, -1, True).at(tick) for tick in range(4)] == [6, 5, 9, 8]
    assert [Run(9, 0, 10, -4).at(tick) for tick in range(4)] == [9, 5, 1, None]
    assert Run(8, 5, 10, loop=True).upcoming(0, 99) == (9, 5, 6, 7, 8)
    assert Run(8, 0, 10).upcoming(0, 5) == (9,)


def test_beside_a_frame_that_stands_both_sides_are_read() -> None:
    assert around(5, 0, 10, 2, 3) == (6, 7, 4, 3, 2)
    assert around(0, 0, 2, 4, 4) == (1,)


def test_the_shuttle_has_four_speeds_each_way() -> None:
    assert [faster(speed, 1) for speed in (0, 1, 2, 4, 8, -4)] == [1, 2, 4, 8, 8, 1]
    assert [faster(speed, -1) for speed in (0, -1, -8, 2)] == [-1, -2, -8, -1]
