"""A window for each test, offscreen, and a way to wait for what it does beside its own thread."""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThreadPool
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from storyboard import edit, places, store
from storyboard.project import Project, new_shot
from storyboard.store import new_id
from ui import app, memory
from ui.window import Window

PATIENCE = 60.0
"""Seconds after which a wait is given up: far more than anything here takes on a busy machine."""

Until = Callable[[Callable[[], bool]], None]
Opener = Callable[[Path], Window]


@pytest.fixture(scope="session")
def qt() -> Iterator[QApplication]:
    application = app.application()
    yield application
    app.let_go_of_clipboard()
    # While Python still stands: what Qt deletes after it is gone would call into what is no more.
    for widget in QApplication.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QThreadPool.globalInstance().waitForDone()
    gc.collect()
    application.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """No test starts with the views and settings that another one left, nor with a line about models, which comes when
    the machine was looked at and moves what is below it."""
    shutil.rmtree(places.config(), ignore_errors=True)
    memory.see_advice()


@pytest.fixture(autouse=True)
def _nothing_left_standing() -> Iterator[None]:
    """A test that leaves a window behind fails: it would take what the pointer of a later one does at its place."""
    yield
    assert [window for window in QGuiApplication.topLevelWindows() if window.isVisible()] == []


@pytest.fixture
def until(qt: QApplication) -> Until:
    """`until(condition)` lets the window live until the condition holds."""

    def wait(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            qt.processEvents()
            time.sleep(0.005)

    return wait


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of three short 64x64 shots of 8 frames at 8 fps, without takes."""
    place = tmp_path / "film"
    prompts = ("a red ball", "a blue car", "a green tree")
    shots = [new_shot(new_id(), prompt, 8) for prompt in prompts]
    project = edit.append(Project(name="Small", width=64, height=64, rate=Fraction(8)), *shots)
    store.create(place, project).close()
    return place


def _no(parent: QWidget, question: str, yes: str) -> bool:
    return False


@pytest.fixture
def opened(qt: QApplication, until: Until) -> Iterator[Opener]:
    """`opened(folder)` is a window on that project; it is shut after the test. It answers every question no."""
    windows: list[Window] = []
    gc.freeze()  # what was there before (torch, in some runs) need not be looked through when the window is shut

    def show(folder: Path) -> Window:
        window = Window(folder, ask=_no)
        windows.append(window)
        window.show()
        # What waits for the first paint may move things: no hand is so quick.
        until(lambda: window.first_paint is not None and window.first_paint.done)
        return window

    yield show
    for window in windows:
        window.shut()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qt.processEvents()
    windows.clear()
    # Here, where nothing of a window is on the stack, and not in the middle of a later test.
    gc.collect()


@pytest.fixture
def window(opened: Opener, folder: Path) -> Window:
    return opened(folder)
