"""The page that checks a project's files and mends them while the project is open."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from storyboard import edit, store
from storyboard.errors import Cancelled
from storyboard.film import check as checking
from storyboard.film import takes as takes_
from storyboard.take import Take
from tests.ui.test_shell_pages import Answers
from ui.dialogs.check import Check
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
LONG_AGO = time.time() - 86_400


@pytest.fixture
def take(folder: Path) -> Take:
    """The chosen take of the first shot, with its checksum written down."""
    with store.open_project(folder, "write") as opened:
        project = opened.project
        made = takes_.make(folder, project, project.shots[:1]).made[0]
        opened.save(edit.choose(project, project.shots[0].id, made))
    return made


@pytest.fixture
def filmed(take: Take, window: Window) -> Window:
    """The window on a project with that take."""
    return window


def checked(window: Window, until: Until) -> Check:
    window.actions_by_name["check"].trigger()
    page = window.pages.opened
    assert isinstance(page, Check)
    until(lambda: page._report is not None)
    return page


def rows(page: Check) -> list[tuple[str, str, str]]:
    items = [page.list.topLevelItem(at) for at in range(page.list.topLevelItemCount())]
    return [(item.text(0), item.text(1), item.text(2)) for item in items if item is not None]


def test_a_whole_project_says_so(filmed: Window, until: Until) -> None:
    page = checked(filmed, until)
    assert rows(page) == []
    assert "1 take, 1 file compared" in page.problem.text()
    assert "nothing is lost" in page.problem.text()
    assert not page.repair.isEnabled()


def test_a_lost_take_is_found_again_in_a_folder_by_its_content(
    take: Take, filmed: Window, until: Until, tmp_path: Path
) -> None:
    pixels = filmed.document.folder / take.pixels
    (tmp_path / "backup").mkdir()
    shutil.move(pixels, tmp_path / "backup" / "anything.mkv")
    filmed.pages._choose = Answers(tmp_path / "backup")
    page = checked(filmed, until)
    assert rows(page) == [("missing", "1", take.pixels)]
    assert "1 damaged" in page.problem.text()
    page.look_in.click()
    until(lambda: page._report is not None)
    assert rows(page) == [("mended", "1", take.pixels)]
    assert pixels.is_file()
    assert "nothing is lost" in page.problem.text()


def test_a_sidecar_is_written_anew_and_the_window_has_the_take_again(
    take: Take, filmed: Window, until: Until
) -> None:
    sidecar = filmed.document.folder / "takes" / f"{take.id}.json"
    sidecar.write_text("{")
    page = checked(filmed, until)
    assert rows(page) == [("facts of a take", "1", f"takes/{take.id}.json")]
    page.repair.click()
    until(lambda: page._report is not None)
    assert rows(page)[0][0] == "mended"
    assert take.id in filmed.document.takes
    assert filmed.document.writable


def test_what_an_undo_may_bring_back_is_left_where_it_is(filmed: Window, until: Until) -> None:
    unused = filmed.document.folder / "media" / "tune-0123456789abcdef.wav"
    unused.parent.mkdir(exist_ok=True)
    unused.write_bytes(b"RIFF")
    os.utime(unused, (LONG_AGO, LONG_AGO))
    page = checked(filmed, until)
    assert rows(page) == [("not used", "", "media/tune-0123456789abcdef.wav")]
    assert page.repair.isEnabled()
    page.close()
    filmed.document.edit("Rename", lambda p: edit.set_project(p, name="Other"))
    page = checked(filmed, until)
    assert not page.repair.isEnabled()
    assert "an undo may bring back" in page.problem.text()
    assert unused.is_file()


def test_closing_the_page_ends_the_look(
    filmed: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[threading.Thread] = []

    def forever(*_: object, cancelled: Callable[[], bool], **__: object) -> None:
        looked.append(threading.current_thread())
        while not cancelled():
            time.sleep(0.01)
        raise Cancelled

    monkeypatch.setattr(checking, "check", forever)
    filmed.actions_by_name["check"].trigger()
    page = filmed.pages.opened
    until(lambda: bool(looked))
    assert threading.main_thread() not in looked
    assert page is not None
    page.close()
    assert filmed.pages.opened is None
