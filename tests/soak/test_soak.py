"""A few minutes' worth of `make soak` in seconds: handles, threads and processes, which show a leak at once."""

from __future__ import annotations

from pathlib import Path

import psutil
from PySide6.QtWidgets import QApplication

from tests.soak.soak import Round, Soak
from tests.ui.conftest import qt  # noqa: F401 - a fixture

ROUND = Round(edits=150, takes=2, exports=1)


def test_edits_takes_and_films_leave_no_handle_thread_or_process(qt: QApplication, tmp_path: Path) -> None:  # noqa: F811
    others = psutil.Process().children(recursive=True)
    soak = Soak(tmp_path / "film", 3)
    warm = [soak.round(ROUND) for _ in range(2)][-1]
    end = [soak.round(ROUND) for _ in range(2)][-1]
    assert soak.failed == 0
    assert soak.undone > 100
    assert end.handles <= warm.handles
    assert end.threads <= warm.threads
    assert end.processes <= warm.processes
    soak.close()
    soak.held()  # what was only put off is done
    assert not set(psutil.Process().children(recursive=True)) - set(others)
