"""Run as a script: opens the window offscreen on a project, plays or waits, and prints what it saw as JSON.

`play PROJECT SECONDS [--raw]`: how many frames were painted in time, and how many were not.
`alive PROJECT SECONDS`: how evenly the event loop turns while every shot is generated, and how the timeline paints.
`memory PROJECT...`: resident memory after each project was opened, played for a moment and closed.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ui.window import Window

SIZE = (1600, 1000)
SETTLE = 3.0
"""Seconds that thumbnails and waveforms are given first."""
MOMENT = 2.0
"""Seconds that each of many projects plays."""
PATIENCE = 300.0
"""Seconds within which a model must have begun: its worker is nice to everybody else."""
SCROLL_EVERY = 16
"""Milliseconds, as a wheel that is turned."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("play", "alive", "memory"))
    parser.add_argument("projects", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--raw", action="store_true", help="each take's own frames")
    wanted = parser.parse_args()
    from ui import app

    qt = app.application()
    if wanted.what == "memory":
        facts: dict[str, Any] = {"megabytes": [remembered(folder) for folder in wanted.projects]}
    else:
        window = shown(wanted.projects[0])
        if wanted.what == "play":
            facts = played(window, wanted.seconds, wanted.raw)
        else:
            facts = alive(window, wanted.seconds)
        window.shut()
    print(json.dumps(facts))
    qt.quit()


def shown(folder: Path) -> Window:
    from ui.window import Window

    window = Window(folder, ask=lambda *_: False)
    window.resize(*SIZE)
    window.show()
    wait(SETTLE)
    return window


def wait(seconds: float) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def played(window: Window, seconds: float, raw: bool) -> dict[str, Any]:
    session = window.session
    session.smoothed = not raw
    began = time.monotonic()
    session.play()
    wait(seconds)
    presented, dropped, frame = session.presented, session.dropped, session.frame
    took = time.monotonic() - began
    session.pause()
    return {"presented": presented, "dropped": dropped, "frame": frame, "took": took}


def alive(window: Window, seconds: float) -> dict[str, Any]:
    """Gaps between turns of the event loop, in milliseconds, while the worker generates; and paints of a timeline
    that is scrolled in the second half of the time."""
    from PySide6.QtCore import Qt, QTimer

    last = time.perf_counter()
    gaps: list[float] = []
    paints: list[float] = []

    def turn() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(1000 * (now - last))
        last = now

    def scroll() -> None:
        bar = window.timeline.horizontalScrollBar()
        bar.setValue((bar.value() + 40) % max(bar.maximum(), 1))
        start = time.perf_counter()
        window.timeline.viewport().repaint()
        paints.append(1000 * (time.perf_counter() - start))

    window.commands.select_all()
    window.commands.generate()
    waited = time.monotonic()
    while not any(job.detail.startswith("step") for job in window.worker.states().values()):
        if time.monotonic() - waited > PATIENCE:
            raise SystemExit("nothing was generated")
        wait(0.1)
    for _ in range(12):
        window.timeline.zoom("in")
    ticks = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1)
    ticks.timeout.connect(turn)
    last = time.perf_counter()
    ticks.start()
    wait(seconds / 2)
    still = len(gaps)
    wheel = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=SCROLL_EVERY)
    wheel.timeout.connect(scroll)
    wheel.start()
    wait(seconds / 2)
    ticks.stop(), wheel.stop()
    making = window.worker.busy
    return {"gaps": gaps[:still], "scrolling": gaps[still:], "paints": paints, "making": making}


def remembered(folder: Path) -> float:
    """Resident megabytes after a project was opened, played and closed."""
    import psutil
    from PySide6.QtCore import QCoreApplication, QEvent

    window = shown(folder)
    window.session.play()
    wait(MOMENT)
    window.shut()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del window
    gc.collect()
    wait(0.2)
    return float(psutil.Process().memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
