"""A whole film by hand: a real window, driven by keys and the mouse alone as a person drives it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from storyboard import places, store
from storyboard.project import Project
from storyboard.take import state
from tests.support import Film, film
from ui import app
from ui.dialogs.new_project import NewProject
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
Key, Button = Qt.Key, Qt.MouseButton
CTRL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
PROMPTS = ("a red ball", "a blue car", "a green tree")


class Person:
    """Someone at the keyboard, with a mouse."""

    def __init__(self, windows: app.Windows, until: Until) -> None:
        self._windows = windows
        self.until = until

    @property
    def window(self) -> Window:
        assert self._windows.window is not None
        return self._windows.window

    @property
    def project(self) -> Project:
        return self.window.document.project

    @property
    def prompts(self) -> list[str]:
        return [shot.prompt for shot in self.project.shots]

    def sits_down(self) -> None:
        self.window.resize(1200, 800)
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window)

    def press(self, key: Key, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, keys)

    def types(self, text: str, into: QWidget | None = None) -> None:
        if into is not None:
            into.setFocus()
            QTest.keyClick(into, Key.Key_A, CTRL)
        field = into or QApplication.focusWidget()
        assert field is not None
        QTest.keyClicks(field, text)

    def drags(self, start: QPoint, end: QPoint) -> None:
        view = self.window.timeline.viewport()
        QTest.mouseMove(view, start)
        QTest.mousePress(view, Button.LeftButton, NONE, start)
        for step in range(1, 5):
            QTest.mouseMove(view, start + (end - start) * step / 4)
        QTest.mouseRelease(view, Button.LeftButton, NONE, end)

    def place(self, number: int, along: float = 0.5) -> QPoint:
        """A point of a shot on the timeline."""
        rect = self.window.timeline._clip_rect(number - 1)
        return QPoint(round(rect.left() + along * rect.width()), round(rect.center().y()))

    def clicks_shot(self, number: int) -> None:
        QTest.mouseClick(self.window.timeline.viewport(), Button.LeftButton, NONE, self.place(number))

    def makes_a_project(self, folder: Path, size: str, rate: str) -> None:
        self.press(Key.Key_N, CTRL)
        page = self.window.pages.opened
        assert isinstance(page, NewProject)
        self.types(folder.name, page.name)
        self.types(str(folder.parent), page.place)
        page.dimensions.setCurrentText(size)
        page.rate.setCurrentText(rate)
        QTest.keyClick(page.name, Key.Key_Return)
        self.until(lambda: self.window.document.folder == folder)
        self.sits_down()

    def waits_for_the_work(self) -> list[str]:
        """Watches the status line until nothing is to be done; what it said of the work meanwhile."""
        seen: list[str] = []

        def look() -> None:
            shown = " · ".join(job.detail or job.state for job in self.window.worker.states().values())
            if shown and shown not in seen:
                seen.append(shown)

        self.window.worker.changed.connect(look)
        self.until(lambda: not self.window.worker.busy)
        self.window.worker.changed.disconnect(look)
        return seen

    def exports(self, name: str) -> Film:
        self.press(Key.Key_E, CTRL)
        dialog = self.window.making.dialog
        assert dialog is not None
        self.until(dialog.export.isEnabled)
        self.types(name, dialog.name)
        self.until(dialog.export.isEnabled)
        dialog.export.click()
        self.waits_for_the_work()
        return film(self.window.document.folder / "exports" / name)

    def states(self) -> list[str]:
        takes = self.window.document.takes
        return [
            state(self.project, shot, takes.get(shot.chosen.take) if shot.chosen else None)
            for shot in self.project.shots
        ]


@pytest.fixture
def person(
    qt: QApplication, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Person]:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    windows = app.Windows()
    windows.open(app.sample())
    someone = Person(windows, until)
    someone.sits_down()
    yield someone
    someone.window.shut()
    someone.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qt.processEvents()


def test_a_film_from_the_first_prompt_to_the_file(person: Person, tmp_path: Path) -> None:
    person.makes_a_project(tmp_path / "First film", "64×64", "8")
    assert person.project.shots == ()

    for prompt in PROMPTS:
        person.press(Key.Key_N)
        person.types(prompt)
        person.window.timeline.setFocus()
    assert person.prompts == list(PROMPTS)
    assert person.states() == ["draft"] * 3

    person.press(Key.Key_Return, CTRL | SHIFT)
    assert person.window.status.running.isVisible()
    person.waits_for_the_work()
    person.until(lambda: person.states() == ["ready"] * 3)

    person.clicks_shot(2)
    person.press(Key.Key_Return, CTRL)
    person.waits_for_the_work()
    shot = person.project.shots[1]
    person.until(lambda: len(person.window.document.takes.of_shot(shot.id)) == 2)
    second = person.window.document.takes.of_shot(shot.id)[1]
    person.press(Key.Key_2)
    chosen = person.project.shots[1].chosen
    assert chosen is not None
    assert chosen.take == second.id

    end = person.window.timeline._clip_rect(2).right()
    person.drags(person.place(1), QPoint(round(end) - 3, person.place(1).y()))
    assert person.prompts == ["a blue car", "a green tree", "a red ball"]

    before = person.project.shots[0].length
    edge = QPoint(round(person.window.timeline._clip_rect(0).right()) - 2, person.place(1).y())
    frame = person.window.timeline.horizontalScrollBar().value(), person.window.timeline._layout.scale
    person.drags(edge, edge - QPoint(round(4 * frame[1]), 0))
    assert person.project.shots[0].length == before - 4

    finished = person.project
    while person.window.document.undo_stack.canUndo():
        person.press(Key.Key_Z, CTRL)
    assert person.project.shots == ()
    while person.window.document.undo_stack.canRedo():
        person.press(Key.Key_Z, CTRL | SHIFT)
    assert person.project == finished

    person.press(Key.Key_Home)
    person.press(Key.Key_Space)
    person.until(lambda: person.window.session.frame >= 3)
    person.press(Key.Key_Space)
    assert not person.window.session.playing

    made = person.exports("first.mp4")
    assert len(made.frames) == finished.length
    assert (made.width, made.height, made.rate) == (64, 64, Fraction(8))
    assert abs(made.duration - finished.seconds) < Fraction(1, 8)

    # Everything is on disk without a word about saving.
    folder = person.window.document.folder
    assert person.window.close()
    assert store.open_project(folder).project == finished


@pytest.mark.models
def test_a_film_from_a_real_pipeline(person: Person, tmp_path: Path, tiny_model: Path) -> None:
    shutil.copytree(tiny_model, places.data() / "models" / "tiny")
    person.makes_a_project(tmp_path / "Generated", "64×64", "8")
    person.press(Key.Key_N)
    person.types("a red ball")
    model = person.window.inspector.shot.model.field
    person.until(lambda: model.findData("tiny") >= 0)
    model.setFocus()
    model.setCurrentIndex(model.findData("tiny"))
    model.activated.emit(model.currentIndex())
    person.types("5", person.window.inspector.shot.steps.field)
    person.press(Key.Key_Return)
    person.types("8", person.window.inspector.shot.length.field)
    person.press(Key.Key_Return)
    person.window.timeline.setFocus()
    person.press(Key.Key_Return, CTRL)
    seen = person.waits_for_the_work()
    assert any("of 5" in words for words in seen), seen
    person.until(lambda: person.states() == ["ready"])
    (take,) = person.window.document.takes.values()
    assert take.recipe is not None
    assert (take.recipe.model, take.recipe.steps) == ("tiny", 5)
    assert len(person.exports("generated.mp4").frames) == 8
