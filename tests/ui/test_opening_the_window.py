"""Starting: which project is opened, what is said where there is no display, how light the start is."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from storyboard import edit, places, resources, store
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


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path, qt: object) -> app.Windows:
    """With the window of `folder`, of a user who starts for the first time."""
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    windows = app.Windows()
    windows.open(folder)
    return windows


def test_opening_another_project_puts_it_in_the_windows_place(
    windows: app.Windows, tmp_path: Path, folder: Path
) -> None:
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


@pytest.fixture
def other(tmp_path: Path, folder: Path) -> Path:
    """Another project."""
    return store.copy(folder, tmp_path / "other")


def open_instead(windows: app.Windows, folder: Path, *, agrees: bool) -> list[str]:
    """Opens `folder` as the user does, who answers every question so; returns the questions."""
    asked: list[str] = []
    assert windows.window is not None
    windows.window._ask = lambda _parent, question, _yes: (asked.append(question), agrees)[1]
    windows.window.open_wanted.emit(folder)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return asked


def test_who_goes_on_with_what_runs_keeps_the_project_and_may_open_another_one_later(
    windows: app.Windows, folder: Path, other: Path
) -> None:
    first = windows.window
    assert first is not None
    shot = first.document.project.shots[0].id
    first.document.edit("Set length", lambda p: edit.set_shot(p, shot, length=100_000))
    first.session.select(shot)
    first.actions_by_name["generate"].trigger()
    assert first.worker.current is not None

    asked = open_instead(windows, other, agrees=False)
    assert [question.partition(".")[0] for question in asked] == ["Generating shot 1 is not done"]
    assert windows.window is first
    assert first.isVisible()
    assert first.worker.current is not None
    assert app.last_project() == folder
    store.open_project(other, "write").close()  # nobody holds it

    open_instead(windows, other, agrees=True)
    assert windows.window is not None
    assert windows.window.document.folder == other
    assert windows.window.isVisible()
    store.open_project(folder, "write").close()
    windows.window.shut()


def test_edits_that_cannot_be_saved_keep_their_window_unless_the_user_lets_them_go(
    windows: app.Windows, tmp_path: Path, folder: Path, other: Path
) -> None:
    first = windows.window
    assert first is not None
    first.document.edit("Remove", lambda p: edit.remove(p, [p.shots[0].id]))
    folder.rename(tmp_path / "unplugged")
    (question,) = open_instead(windows, other, agrees=False)
    assert question.endswith("Close without saving it?")
    assert windows.window is first
    (tmp_path / "unplugged").rename(folder)
    assert open_instead(windows, other, agrees=False) == []
    assert len(store.open_project(folder).project.shots) == 2
    assert windows.window is not None
    windows.window.shut()


@pytest.mark.parametrize(
    ("damage", "remembered"),
    [
        ("cut off", False),
        ("cut off", True),
        ("with a version", True),
        ("no document", False),
        ("a file", False),
    ],
)
def test_a_damaged_sample_is_put_aside_for_a_new_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qt: object, damage: str, remembered: bool
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    place = app.sample()
    if damage == "with a version":
        with store.open_project(place, "write") as opened:
            opened.save_version("Good")
    if damage == "no document":
        (place / "project.json").unlink()
        (place / "takes").mkdir(exist_ok=True)
        (place / "takes" / "mine").write_text("take")
    elif damage == "a file":
        shutil.rmtree(place)
        place.write_text("mine")
    else:
        (place / "project.json").write_text("{")
    if remembered:
        memory.opened(place)

    windows = app.Windows()
    windows.open_last()
    window = windows.window
    assert window is not None
    assert window.document.folder == place
    assert window.document.project == store.open_project(resources.samples() / app.SAMPLE).project
    aside = place.with_name("Spaghetti aside 1")
    assert f"was moved to {aside}" in window.status.message.text()
    assert (window.banner.about == "broken") == (damage == "with a version")
    window.shut()
    left = {
        "no document": aside / "takes" / "mine",
        "a file": aside,
    }.get(damage, aside / "project.json")
    assert left.read_text() in ("take", "mine", "{")


def test_a_second_damaged_sample_leaves_the_first_one_where_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    assert app.put_sample_aside() is None
    for number in (1, 2):
        (app.sample() / "note.txt").write_text(str(number))
        aside = app.put_sample_aside()
        assert aside is not None
        assert (aside / "note.txt").read_text() == str(number)
    assert len(list(app.own_sample().parent.glob("Spaghetti aside *"))) == 2


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
