"""Starting: which project is opened, what is said where there is no display, how light the start is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from storyboard import places, resources, store
from storyboard.errors import ProjectError, StoryboardError
from ui import app, display, first_paint, memory
from ui.window import Window


def test_without_a_display_a_sentence_says_what_to_do_instead() -> None:
    with pytest.raises(StoryboardError, match=r"no display .* use the command line"):
        display.check({}, "linux")


def test_a_display_that_nobody_answers_at_is_named() -> None:
    with pytest.raises(StoryboardError, match="no display answers at :45671"):
        display.check({"DISPLAY": ":45671"}, "linux")


def test_a_display_on_another_machine_is_found_by_its_port() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        number = server.getsockname()[1] - 6000
        display.check({"DISPLAY": f"127.0.0.1:{number}.0"}, "linux")


@pytest.mark.parametrize(
    ("environ", "platform"),
    [
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux"),
        ({}, "darwin"),
    ],
)
def test_where_a_window_can_be_opened_nothing_is_said(environ: dict[str, str], platform: str) -> None:
    display.check(environ, platform)


def test_the_command_to_open_the_window_ends_with_the_sentence_and_not_with_an_abort() -> None:
    hidden = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    environ = {name: value for name, value in os.environ.items() if name not in hidden}
    code = "from ui import app; app.main(None)"
    if sys.platform != "linux":
        pytest.skip("other systems always have a display")
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "there is no display to open the window on" in ended.stderr


def test_the_first_start_opens_an_own_copy_of_the_sample(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path))
    copy = app.sample()
    assert copy.is_relative_to(tmp_path)
    original = store.open_project(resources.samples() / app.SAMPLE).project
    assert store.open_project(copy).project == original
    assert not list(copy.parent.glob(".sample-*"))


def test_the_copy_of_the_sample_is_kept_as_the_user_left_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path))
    (app.sample() / "note.txt").write_text("mine")
    assert (app.sample() / "note.txt").read_text() == "mine"


def test_the_project_that_was_open_last_is_opened_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, qt: object
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    assert app.last_project() is None
    windows = app.Windows()
    windows.open(folder)
    assert windows.window is not None
    windows.window.shut()
    assert app.last_project() == folder
    (folder / "project.json").unlink()
    assert app.last_project() is None


def test_a_last_project_that_is_broken_does_not_keep_the_window_from_opening(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, qt: object
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    memory.opened(folder)
    (folder / "project.json").write_text("{")
    windows = app.Windows()
    windows.open_last()
    assert windows.window is not None
    assert windows.window.document.project.name == "Spaghetti"
    assert "project.json" in windows.window.status.message.text()
    windows.window.shut()


def test_a_broken_document_is_brought_back_from_a_version_when_the_user_wants_that(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, qt: object
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    with store.open_project(folder, "write") as opened:
        opened.save_version("Good")
    memory.opened(folder)
    (folder / "project.json").write_text("{")
    windows = app.Windows()
    windows.open_last()
    assert windows.window is not None
    assert "The document of film is damaged" in windows.window.banner.text.text()
    assert (folder / "project.json").read_text() == "{", "nothing is done unasked"
    windows.window.banner.buttons[0].click()
    assert windows.window.document.project.name == "Small"
    assert [path.read_text() for path in folder.glob("project.broken-*.json")] == ["{"]
    windows.window.shut()


def test_a_folder_without_a_project_is_refused_with_a_sentence(qt: object, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="holds no project"):
        Window(tmp_path)


def test_opening_another_project_puts_it_in_the_windows_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, qt: object
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    windows = app.Windows()
    windows.open(folder)
    first = windows.window
    assert first is not None
    first.open_wanted.emit(tmp_path / "nothing")
    assert windows.window is first
    assert "no folder" in first.status.message.text()
    first.open_wanted.emit(app.sample())
    assert windows.window is not None
    assert windows.window is not first
    assert store.open_project(folder, "write").project.name == "Small"  # it was let go
    windows.window.shut()


def test_the_sample_plays_at_once(opened: object, until: object, tmp_path: Path) -> None:
    window = opened(app.sample())  # type: ignore[operator]
    until(lambda: window.viewer.image is not None)  # type: ignore[operator]
    project = window.document.project
    image: QImage = window.viewer.image
    assert (image.width(), image.height()) == (project.width, project.height)
    assert window.top.name.text() == project.name
    assert f"{len(project.shots)} shots" in window.top.facts.text()


class _Painted(QWidget):
    """Notes its paints."""

    def __init__(self, seen: list[str]) -> None:
        super().__init__()
        self._seen = seen

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._seen.append("painted")


def test_what_can_wait_comes_after_the_first_paint(
    qt: QApplication, until: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_paint, "HIDDEN", 60_000)
    seen: list[str] = []
    widget = _Painted(seen)
    first_paint.FirstPaint(widget, lambda: seen.append("then"))
    widget.show()
    until(lambda: "then" in seen)  # type: ignore[operator]
    assert seen[0] == "painted"
    widget.repaint()
    widget.close()
    assert seen.count("then") == 1


def test_a_window_that_is_never_painted_does_its_work_all_the_same(
    qt: QApplication, until: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_paint, "HIDDEN", 1)
    seen: list[str] = []
    widget = QWidget()
    first_paint.FirstPaint(widget, lambda: seen.append("then"))
    until(lambda: seen == ["then"])  # type: ignore[operator]


def test_naming_sounds_loads_no_codecs() -> None:
    code = "import sys, storyboard.film.unpacked, ui.sound; print('av' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"


def test_the_first_paint_loads_no_heavy_library(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ui import app; qt = app.application();"
        "from ui.window import Window; w = Window(Path(sys.argv[1])); w.resize(900, 600); w.grab(); w.shut();"
        "print([m for m in ('torch', 'diffusers', 'transformers', 'moviepy', 'openvino') if m in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"
