"""Run as a script: opens the window offscreen on a project, uses its timeline, and prints seconds as JSON.

`python -m tests.bench.windowed PROJECT START [--use]`: START is `time.time()` just before this process was started.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ui.window import Window

STEPS = 300
"""Paints of each kind."""
EVERY = 1 / 60
"""Seconds between two of them: what a mouse and a screen ask for."""
SETTLE = 2.0
"""Seconds that thumbnails are given before anything is used."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("start", type=float)
    parser.add_argument("--use", action="store_true", help="scroll, zoom and drag too")
    wanted = parser.parse_args()
    from ui import app

    qt = app.application()
    from ui.window import Window

    ready = time.time()
    window = Window(wanted.project)
    window.show()
    painted = _Painted(window)
    while not painted.seen:
        qt.processEvents()
    now = time.time()
    facts: dict[str, Any] = {"from_start": now - wanted.start, "opening": now - ready}
    if wanted.use:
        facts.update(used(window))
    window.shut()
    print(json.dumps(facts))


class _Painted:
    """Sees the first paint of the timeline."""

    def __init__(self, window: Window) -> None:
        from PySide6.QtCore import QEvent, QObject

        outer = self
        self.seen = False

        class Filter(QObject):
            def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
                outer.seen = outer.seen or event.type() == QEvent.Type.Paint
                return False

        self._filter = Filter()
        window.timeline.viewport().installEventFilter(self._filter)


def used(window: Window) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of each paint while the timeline is scrolled, zoomed and dragged over: by the clock, and of the
    processor's time, which other programs do not lengthen."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    view, bar = window.timeline.viewport(), window.timeline.horizontalScrollBar()

    def settle(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.001)

    def paint() -> tuple[float, float]:
        start, work = time.perf_counter(), time.thread_time()
        view.repaint()
        return 1000 * (time.perf_counter() - start), 1000 * (time.thread_time() - work)

    settle(SETTLE)
    zoomed, scrolled, dragged = [], [], []
    for step in range(STEPS):
        window.timeline.zoom("in" if step % 60 < 30 else "out")
        zoomed.append(paint())
        settle(EVERY)
    window.timeline.zoom("fit")
    for _ in range(12):
        window.timeline.zoom("in")
    for step in range(STEPS):
        bar.setValue(bar.maximum() * step // STEPS)
        scrolled.append(paint())
        settle(EVERY)
    at = QPoint(view.width() // 2, view.height() // 3)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(view, left, none, at)
    for step in range(STEPS):
        QTest.mouseMove(view, at + QPoint(1 + step % (view.width() // 3), 0))
        dragged.append(paint())
        settle(EVERY)
    QTest.keyClick(window.timeline, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, left, none, at)
    return {"zoom": zoomed, "scroll": scrolled, "drag": dragged}


if __name__ == "__main__":
    main()
