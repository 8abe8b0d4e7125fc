"""Projects made to do harm, opened in the window: it opens, shows what it can, and closes."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from storyboard import edit
from storyboard.errors import ProjectError
from tests.support import make_project
from tests.test_hostile_projects import PICTURES, brought, drawn, rewrite
from ui import app
from ui.window import Window

Opener = Callable[[Path], Window]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs links and pipes as Unix has them")


@pytest.fixture
def bugs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What would have been reported as a bug of ours; there is none."""
    found: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda *of: found.append(repr(of[1])))
    yield found
    assert not found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_project(tmp_path / "film", "a dog runs", "a red car", smoother="flow")


def _music(folder: Path, name: str) -> None:
    rewrite(folder, lambda p: p.update(music={"file": name}))


def _pipe(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)


def _music_is_a_pipe(folder: Path) -> None:
    _pipe(folder, "media/song.wav")
    _music(folder, "media/song.wav")


def _pixels_are_a_pipe(folder: Path) -> None:
    _pipe(folder, drawn(folder).pixels)
    _pipe(folder, "media/clip.mp4")
    brought(folder, "media/clip.mp4")


def _pixels_are_elsewhere(folder: Path) -> None:
    brought(folder, "../../../etc/passwd")


def _a_bomb(folder: Path) -> None:
    (folder / "media").mkdir()
    (folder / "media" / "photo.png").write_bytes(PICTURES["a bomb of 1.2 GB"])
    brought(folder, "media/photo.png", kind="picture", frames=1)


def _more_frames_than_there_are(folder: Path) -> None:
    sidecar = folder / "takes" / f"{drawn(folder).id}.json"
    facts = {"frames": 10_000_000, "width": 16384, "height": 16384, "seconds": 1e308, "created": "x" * 10_000}
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | facts))


def _a_queue_without_end(folder: Path) -> None:
    _pipe(folder, "queue.json")
    _pipe(folder, "takes/x.json")
    _pipe(folder, ".lock.json")


def _folders_are_elsewhere(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    for name in ("takes", "media", "cache", "exports", "versions"):
        (folder / name).symlink_to(elsewhere, target_is_directory=True)


def _the_longest_film(folder: Path) -> None:
    shots: list[dict[str, Any]] = [
        {"id": f"s{n}", "prompt": "\u202e" * 9, "length": 1_000_000} for n in range(20_000)
    ]
    rewrite(folder, lambda p: p.update(shots=shots, rate="1", markers=[{"at": 10**10, "name": "\u0000"}]))


HOSTILE = (
    _music_is_a_pipe, _pixels_are_a_pipe, _pixels_are_elsewhere, _a_bomb, _more_frames_than_there_are,
    _a_queue_without_end, _folders_are_elsewhere, _the_longest_film, lambda folder: _music(folder, "../../etc/passwd"),
    lambda folder: _music(folder, "media/CON"),
)  # fmt: skip


@pytest.mark.parametrize("spoil", HOSTILE)
def test_a_hostile_project_opens_and_closes(
    spoil: Callable[[Path], None], folder: Path, qt: QApplication, opened: Opener, bugs: list[str]
) -> None:
    spoil(folder)
    window = opened(folder)
    _live(qt, 1.0)
    window.document.edit("Rename", lambda p: edit.set_project(p, name="Renamed"))
    _live(qt, 1.0)
    window.shut()
    elsewhere = folder.parent / "elsewhere"
    assert not elsewhere.exists() or not list(elsewhere.iterdir())


def _live(qt: QApplication, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        qt.processEvents()
        time.sleep(0.005)


@pytest.mark.parametrize("what", ["pipe", "sparse", "deep"])
def test_a_document_that_cannot_be_is_refused_and_the_window_that_was_open_stays(
    what: str, folder: Path, qt: QApplication, tmp_path: Path
) -> None:
    good = make_project(tmp_path / "good", "a cat")
    windows = app.Windows()
    windows.open(good)
    document = folder / "project.json"
    if what == "pipe":
        _pipe(folder, "project.json")
    elif what == "sparse":
        os.truncate(document, 2 << 30)
    else:
        document.write_text("[" * 100_000)
    with pytest.raises(ProjectError, match=r"project\.json"):
        windows.open(folder)
    assert windows.window is not None
    assert windows.window.document.folder == good
    windows.window.shut()
    windows.window.deleteLater()
    _live(qt, 0.1)
