"""What safety costs: how soon an edit is on disk, what a slow disk does to the window, and how long a check takes."""

from __future__ import annotations

import os
import time
from fractions import Fraction
from pathlib import Path

import numpy as np

from storyboard import edit, store
from storyboard.film import check
from storyboard.media import lossless
from storyboard.project import Project, wish
from storyboard.take import Take
from tests.bench.bench_values import film
from tests.bench.harness import Finding

TAKES = 300
"""As many as a film of ten minutes has."""
SIDE = 256
SYNC = 3.0
"""Seconds that the slow disk takes for each sync."""
SAVED = 1.0
"""Seconds after which an edit must be on disk."""
GAP = 50.0
"""Milliseconds that the window may be held up."""


def takes_in(folder: Path, project: Project) -> None:
    """Real takes of 24 noisy pictures, the same pixels under `TAKES` ids."""
    (folder / "takes").mkdir()
    rng = np.random.default_rng(1)
    pictures = [
        np.kron(rng.integers(0, 256, (32, 32, 3), np.uint8), np.ones((8, 8, 1), np.uint8)) for _ in range(24)
    ]
    noisy = [picture ^ rng.integers(0, 8, picture.shape, np.uint8) for picture in pictures]
    first = folder / "takes" / "take-0.mkv"
    written = lossless.write(first, noisy, Fraction(24))
    for number in range(TAKES):
        path = folder / "takes" / f"take-{number}.mkv"
        if number:
            path.write_bytes(first.read_bytes())
        shot = project.shots[number]
        take = Take(
            id=f"take-{number}", shot=shot.id, number=1, created="2026-01-01T00:00:00+00:00", frames=24,
            rate=Fraction(24), width=SIDE, height=SIDE, content=written.content, wish=wish(shot, project.look).key,
            stored=store.stored(path),
        )  # fmt: skip
        store.publish(folder, take)


def checked(scratch: Path) -> list[Finding]:
    folder, project = scratch / "checked", film()
    project = edit.remove(project, [shot.id for shot in project.shots[TAKES:]])
    store.create(folder, project).close()
    takes_in(folder, project)
    found = []
    for name, deep in (("check of 300 takes", False), ("check --deep of 300 takes", True)):
        start = time.perf_counter()
        report = check.check(folder, deep=deep)
        took = time.perf_counter() - start
        assert report.sound
        how = f"{report.files} files, {report.bytes / 2**20:.0f} MiB compared"
        found.append(Finding(name, took, "s", None, how=how))
    return found


class Ticks:
    """How far apart the window's thread was free, in milliseconds."""

    def __init__(self) -> None:
        from PySide6.QtCore import QTimer

        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(1)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, 1000 * (now - self._last))
        self._last = now


def saved(scratch: Path, sync: float) -> tuple[float, float]:
    """(Seconds from an edit to its being on disk, longest gap in milliseconds) for a film of 10,000 shots."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ui import app
    from ui.document import Document

    qt = app.application()
    folder = scratch / f"saved-{sync}"
    store.create(folder, film()).close()
    real = os.fsync

    def slow(handle: int) -> None:
        time.sleep(sync)
        real(handle)

    document = Document(folder)
    os.fsync = slow
    try:
        qt.processEvents()
        ticks, start = Ticks(), time.perf_counter()
        document.edit("Edit prompt", lambda p: edit.set_shot(p, "shot-5000", prompt="another"))
        while document.saved_words != "Saved":
            qt.processEvents()
            time.sleep(0.0002)
        return time.perf_counter() - start, ticks.longest
    finally:
        os.fsync = real
        document.close()


def measure(scratch: Path, runs: int) -> list[Finding]:
    quick = [saved(scratch / str(run), 0.0) for run in range(3)]
    slow = saved(scratch, SYNC)
    latency, gap = sorted(took for took, _ in quick)[1], max(longest for _, longest in quick)
    return [
        Finding("edit of 10,000 shots to disk", latency, "s", SAVED),
        Finding("longest gap while that is saved", gap, "ms", GAP),
        Finding("longest gap with syncs of 3 s", slow[1], "ms", GAP, how=f"on disk after {slow[0]:.1f} s"),
        *checked(scratch),
    ]
