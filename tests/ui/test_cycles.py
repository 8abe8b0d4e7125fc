"""Values that hold each other are freed by the window's thread, and by no other."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, QThreadPool
from PySide6.QtWidgets import QApplication

from ui import cycles

Until = Callable[[Callable[[], bool]], None]


class _Held(QObject):
    """One of Qt's objects in a circle of Python's."""

    def __init__(self) -> None:
        super().__init__()
        self.me = self


def test_a_busy_thread_frees_nothing_of_the_windows(qt: QApplication, until: Until) -> None:
    freed_by: list[int] = []
    ours = threading.get_ident()
    held = _Held()
    weakref.finalize(held, lambda: freed_by.append(threading.get_ident()))
    del held

    def busy() -> None:
        for _ in range(200):
            [[] for _ in range(1000)]

    QThreadPool.globalInstance().start(busy)
    QThreadPool.globalInstance().waitForDone()
    assert freed_by == []
    cycles_made = [[] for _ in range(100_000)]
    del cycles_made
    gc.collect()
    assert freed_by == [ours]
    assert qt.thread() == QThread.currentThread()


def test_the_window_goes_on_freeing_them(qt: QApplication, until: Until) -> None:
    held = _Held()
    there = weakref.ref(held)
    del held

    def gone() -> bool:
        kept = [_Held() for _ in range(50)]  # an editor makes objects all the time
        del kept
        return there() is None

    until(gone)
    assert not gc.isenabled()


def test_only_what_is_due_is_looked_through() -> None:
    gc.collect()
    before = gc.get_stats()[2]["collections"]
    cycles.collect()
    assert gc.get_stats()[2]["collections"] == before
