"""What is drawn once and copied: words that are cut, grounds of any width, pictures that come one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QNativeGestureEvent,
    QPainter,
    QPointingDevice,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storyboard import edit, store
from storyboard.project import Shot, new_shot
from ui import allowance, bands, clips, theme, timeline_paint
from ui.allowance import Allowance
from ui.clips import NARROW, text_font
from ui.grounds import Ground, Grounds
from ui.layout import Shifted
from ui.lines import Hand, Lines
from ui.window import Window
from ui.words import Job

Until = Callable[[Callable[[], bool]], None]
WIDTH, HEIGHT = 400, 40
INK = "#ffffff"


@pytest.fixture(params=[1.0, 2.0], ids=["usual", "high-dpi"])
def canvas(qt: QApplication, request: pytest.FixtureRequest) -> Iterator[tuple[QImage, QPainter, float]]:
    ratio: float = request.param
    image = QImage(round(WIDTH * ratio), round(HEIGHT * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    yield image, painter, ratio
    painter.end()


def inked(image: QImage) -> tuple[float, float]:
    """The first and the last column that is not black, in our pixels."""
    ratio = image.devicePixelRatio()
    lit = [
        x
        for x in range(image.width())
        if any(image.pixelColor(x, y).lightness() > 40 for y in range(image.height()))
    ]
    return (lit[0] / ratio, (lit[-1] + 1) / ratio) if lit else (0.0, 0.0)


def free() -> Allowance:
    made = Allowance()
    made.begin(hurried=False)
    return made


@pytest.mark.parametrize(
    "words", ["a red ball bounces on a beach at noon", "一只猫在月光下的屋顶上慢慢地走着", "naïve 👩‍🚀 walks"]
)
def test_a_line_fits_its_room_and_ends_with_an_ellipsis(
    canvas: tuple[QImage, QPainter, float], words: str
) -> None:
    image, painter, ratio = canvas
    hand, lines = Hand.of(text_font(), ratio), Lines(free())
    whole = lines.line(words, hand, INK).width
    assert whole == pytest.approx(QFontMetricsF(text_font()).horizontalAdvance(words), abs=2)
    room = whole * 0.6
    lines.write(painter, 10, HEIGHT / 2, words, hand, INK, room)
    left, right = inked(image)
    assert left >= 9
    assert 10 + 0.3 * room < right <= 10 + room + 1
    # Given more room the same line is written further.
    image.fill(Qt.GlobalColor.black)
    lines.write(painter, 10, HEIGHT / 2, words, hand, INK, whole + 1)
    assert inked(image)[1] == pytest.approx(10 + whole, abs=6)


def test_words_from_right_to_left_are_cut_too(canvas: tuple[QImage, QPainter, float]) -> None:
    image, painter, ratio = canvas
    words = "קופסה אדומה על החוף בצהריים"
    hand, lines = Hand.of(text_font(), ratio), Lines(free())
    room = lines.line(words, hand, INK).width / 2
    lines.write(painter, 10, HEIGHT / 2, words, hand, INK, room)
    assert inked(image)[1] <= 10 + room + 1


def test_no_room_for_an_ellipsis_is_no_words(canvas: tuple[QImage, QPainter, float]) -> None:
    image, painter, ratio = canvas
    Lines(free()).write(painter, 10, HEIGHT / 2, "words", Hand.of(text_font(), ratio), INK, 2)
    assert inked(image) == (0.0, 0.0)


@pytest.mark.parametrize("width", [14, 17, 100, 390])
@pytest.mark.parametrize("dashed", [False, True])
def test_a_ground_is_as_wide_as_it_is_wanted(
    canvas: tuple[QImage, QPainter, float], width: int, dashed: bool
) -> None:
    image, painter, ratio = canvas
    grounds = Grounds()
    grounds.begin(theme.current(), ratio)
    image.fill(QColor("#ff00ff"))
    grounds.paint(painter, 5, 2, width, Ground(30, dashed, selected=False))
    painter.end()
    row = [image.pixelColor(x, round(17 * ratio)).name() for x in range(image.width())]
    covered = [x / ratio for x, colour in enumerate(row) if colour != "#ff00ff"]
    assert covered[0] == 5
    assert covered[-1] == pytest.approx(5 + width - 1 / ratio)
    assert len(covered) == round(width * ratio)  # no gap at the joints
    corner = image.pixelColor(round(5 * ratio), round(2 * ratio))
    assert corner.name() == "#ff00ff"


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_row_of_rectangles_is_as_if_each_was_drawn(qt: QApplication, ratio: float) -> None:
    places = [(3, 9, "#ff0000"), (10, 11, "#00ff00"), (11, 40, "#0000ff")]
    row = bytearray(bands.pixel("#000000") * 37)
    pictures = []
    for drawn in (True, False):
        image = QImage(round(60 * ratio), round(30 * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.black)
        painter = QPainter(image)
        for left, right, colour in places:
            if drawn:
                painter.fillRect(left, 4, right - left, 20, QColor(colour))
            row[4 * (left - 3) : 4 * (right - 3)] = bands.pixel(colour) * (right - left)
        if not drawn:
            bands.paint(painter, row, 3, 4, 20, ratio)
        painter.end()
        pictures.append(image)
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize(
    "chosen", [[], [0], [1999], [7, 8, 9, 400, 401, 1200], range(0, 2000, 2), range(2000)]
)
def test_thousands_of_shots_are_drawn_as_one_by_one(
    window: Window, monkeypatch: pytest.MonkeyPatch, chosen: Sequence[int]
) -> None:
    shots = [new_shot(f"shot-{n}", "a dog", 8 + n % 5) for n in range(2000)]
    window.document.edit("More shots", lambda project: edit.append(project, *shots))
    window.timeline.zoom("fit")
    stage = window.timeline._stage
    stage.row = Shifted(window.document.project, stage.layout.scale, 0.3)
    as_one = row_of_shots(window, chosen)
    assert stage.row.widest < NARROW
    monkeypatch.setattr(Shifted, "widest", NARROW)
    assert row_of_shots(window, chosen) == as_one


@pytest.mark.parametrize("busy", [1, 2, 5])
def test_states_stand_at_the_foot_of_narrow_shots(
    window: Window, monkeypatch: pytest.MonkeyPatch, busy: int
) -> None:
    shots = [new_shot(f"shot-{n}", "a dog", 8) for n in range(60)]
    window.document.edit("More shots", lambda project: edit.append(project, *shots))
    window.timeline.set_jobs({shot.id: Job("failed") for shot in shots[::busy]})
    window.timeline.show_scale(1.0)
    pictures = []
    for few in (0, 1000):
        monkeypatch.setattr(clips, "FEW", few)
        pictures.append(row_of_shots(window, []))
    assert pictures[0] == pictures[1]
    top, height = window.timeline._stage.clip_row
    foot = {pictures[0].pixelColor(x, top + height - 2).name() for x in range(100, 400)}
    assert theme.current().failed in foot
    assert (theme.current().quiet in foot) is (busy > 1)


def row_of_shots(window: Window, chosen: Sequence[int]) -> QImage:
    """As the timeline paints it."""
    stage, painter_of_clips = window.timeline._stage, window.timeline._clips
    image = QImage(stage.width, stage.height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter_of_clips.begin(1.0)
    timeline_paint.shots(painter, stage, painter_of_clips, theme.current(), frozenset(chosen), 0, stage.width)
    painter.end()
    return image


def test_a_paint_in_a_hurry_makes_little_and_always_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "HURRIED", -1.0)
    made = Allowance()
    made.begin(hurried=True)
    assert made.take()
    assert not made.exceeded
    assert not made.take()
    assert made.exceeded
    made.begin(hurried=True)
    assert not made.exceeded


def test_what_a_hurried_paint_left_out_is_painted_afterwards(
    window: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = window.timeline._clips
    assert QTest.qWaitForWindowExposed(window)
    for name in ("HURRIED", "TIME"):
        monkeypatch.setattr(allowance, name, -1.0)
    for place, words in enumerate(("never seen", "nor this", "a word never seen")):
        window.document.edit(
            "Rename", lambda p, at=place, to=words: edit.set_shot(p, p.shots[at].id, prompt=to)
        )
    window.timeline.viewport().repaint()
    assert clips.unfinished
    until(lambda: not clips.unfinished)
    assert any(key[0] == "a word never seen" for key in clips._lines._known)


def test_an_edit_of_one_shot_leaves_the_others_pictures(window: Window, until: Until) -> None:
    strips, shots = window.timeline._clips._strips, window.document.project.shots
    until(lambda: all(strips._strips.get(shot.id) for shot in shots))
    kept = strips._strips[shots[0].id]
    window.document.edit("Rename", lambda p: edit.set_shot(p, p.shots[1].id, prompt="a cat"))
    changed = strips._strips[shots[1].id]
    window.timeline.viewport().repaint()
    assert strips._strips[shots[0].id] is kept
    assert strips._strips[shots[1].id] is not changed


def test_pictures_that_are_still_to_come_are_those_of_the_shot_where_it_is_now(
    window: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    strips, document = window.timeline._clips._strips, window.document
    assert QTest.qWaitForWindowExposed(window)
    with monkeypatch.context() as hurried:
        hurried.setattr(allowance, "TIME", -1.0)
        hurried.setattr(allowance, "HURRIED", -1.0)
        strips._strips.clear()
        strips._fitting.clear()
        window.timeline.viewport().repaint()
        first = document.project.shots[0]
        assert not all(tile.done for tile in strips._strips[first.id].tiles.values())
    more = [Shot(id=store.new_id(), prompt=f"shot {n}", length=8) for n in range(5)]
    document.edit("Before", lambda p: edit.insert(p, 0, *more))
    window.timeline.viewport().repaint()
    strip = strips._strips[first.id]
    assert strip.film is document.film
    assert strip.tiles
    until(lambda: not window.timeline._clips.unfinished)


def test_two_fingers_zoom_at_the_pointer(window: Window) -> None:
    window.resize(1200, 800)
    window.document.edit("Longer", lambda p: edit.set_length(p, p.shots[2].id, 500))
    window.timeline.show_scale(20.0)
    view, at = window.timeline.viewport(), QPointF(300, 60)
    before = window.timeline._stage.frame_at(at.x())
    pinch(view, Qt.NativeGestureType.ZoomNativeGesture, at, 0.25)
    assert window.timeline.scale == pytest.approx(25.0)
    assert abs(window.timeline._stage.frame_at(at.x()) - before) <= 1
    pinch(view, Qt.NativeGestureType.SmartZoomNativeGesture, at, 0.0)
    assert window.timeline.scale is None


def pinch(view: object, kind: Qt.NativeGestureType, at: QPointF, value: float) -> None:
    device = QPointingDevice.primaryPointingDevice()
    glob = view.mapToGlobal(at)  # type: ignore[attr-defined]
    event = QNativeGestureEvent(kind, device, 2, at, at, glob, value, QPointF())
    assert event.type() == QEvent.Type.NativeGesture
    QApplication.sendEvent(view, event)  # type: ignore[arg-type]


def test_escape_leaves_a_field_for_the_film(window: Window) -> None:
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    window.inspector.prompt.setFocus()
    QTest.keyClicks(window.inspector.prompt, "s")  # a letter here, no split
    assert len(window.document.project.shots) == 3
    QTest.keyClick(window.inspector.prompt, Qt.Key.Key_Escape)
    assert window.timeline.hasFocus()
    window.session.seek(4)
    QTest.keyClick(window.timeline, Qt.Key.Key_S)
    assert len(window.document.project.shots) == 4
