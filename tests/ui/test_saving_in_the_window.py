"""Saving on slow, full and absent disks: the window goes on, and no edit is lost."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QThread
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication

from storyboard import atomic, edit, places, store
from storyboard.project import Project
from storyboard.store import rescue, versions
from ui import document as document_module
from ui.document import Document
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture(autouse=True)
def _nothing_rescued() -> Iterator[None]:
    yield
    shutil.rmtree(places.data() / rescue.FOLDER, ignore_errors=True)


@pytest.fixture
def document(qt: QApplication, folder: Path) -> Iterator[Document]:
    opened = Document(folder)
    yield opened
    opened.close()


def prompt(document: Document, text: str) -> None:
    shot = document.project.shots[0].id
    document.edit("Edit prompt", lambda p: edit.set_shot(p, shot, prompt=text))


def on_disk(folder: Path) -> Project:
    return store.open_project(folder).project


class SlowDisk:
    """A disk whose every sync waits until it is let go, as one does that spins up, or a network that hangs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waits = threading.Event()
        self.goes_on = threading.Event()
        sync = os.fsync

        def slow(handle: int) -> None:
            if threading.current_thread() is threading.main_thread():
                raise AssertionError("the window's thread waits for the disk")
            self.waits.set()
            self.goes_on.wait(60)
            sync(handle)

        monkeypatch.setattr(os, "fsync", slow)


def test_a_slow_disk_never_holds_the_window_up(
    document: Document, folder: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    prompt(document, "first")
    until(disk.waits.is_set)
    # The save hangs in the disk now: the window's thread is here, and edits all the same.
    for text in ("second", "third"):
        prompt(document, text)
    document.undo_stack.undo()
    assert document.project.shots[0].prompt == "second"
    assert document.saved_words == "Saving"
    disk.goes_on.set()
    until(lambda: document.saved_words == "Saved")
    assert on_disk(folder).shots[0].prompt == "second"


def test_a_closed_document_writes_no_more(
    document: Document, folder: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_module, "SAVE_AFTER", 0)
    begun = threading.Event()
    publish = atomic._publish

    def slow(*what: Any) -> None:
        begun.set()
        publish(*what)

    monkeypatch.setattr(atomic, "_publish", slow)
    prompt(document, "first")
    until(begun.is_set)
    prompt(document, "second")
    # Whether the first one's save is told of before or after the close, it is not followed by another one.
    assert document.close() == ""
    told = QSignalSpy(document.saved_changed)
    begun.clear()
    for _ in range(20):
        QApplication.processEvents()
        QThread.msleep(5)
    assert not begun.is_set()
    assert told.count() == 0
    assert rescue.find(folder) == []
    assert on_disk(folder).shots[0].prompt == "second"


def gone(number: int) -> Callable[[Path], Path]:
    def fail(path: Path) -> Path:
        raise atomic._refusal(path, OSError(number, os.strerror(number)))

    return fail


@pytest.mark.parametrize("number", [errno.EIO, errno.ENXIO, errno.ENOSPC])
def test_an_edit_that_cannot_be_saved_stays_and_is_saved_when_the_disk_is_back(
    document: Document, folder: Path, until: Until, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(document_module, "RETRY_AFTER", 400)
    told = QSignalSpy(document.not_saved)
    with monkeypatch.context() as away:
        away.setattr(atomic, "_create", gone(number))
        prompt(document, "while it was away")
        until(lambda: document.saved_words == "Not saved")
        assert told.count() == 1
        prompt(document, "and on")
        assert document.project.shots[0].prompt == "and on"
    until(lambda: document.saved_words == "Saved")
    assert on_disk(folder).shots[0].prompt == "and on"
    assert told.at(told.count() - 1) == [""]


def test_a_folder_that_is_gone_and_comes_back_is_saved_to_again(
    document: Document, folder: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_module, "RETRY_AFTER", 400)
    away = folder.with_name("unplugged")
    folder.rename(away)
    prompt(document, "while it was away")
    until(lambda: document.saved_words == "Not saved")
    (kept,) = rescue.find(folder)
    assert kept.project.shots[0].prompt == "while it was away"
    away.rename(folder)
    until(lambda: document.saved_words == "Saved")
    assert on_disk(folder).shots[0].prompt == "while it was away"
    assert rescue.find(folder) == []


@pytest.fixture
def rescued(document: Document, folder: Path, until: Until, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose last edits could not be saved before the program ended."""
    with monkeypatch.context() as away:
        take_away(away, folder)
        prompt(document, "not lost")
        until(lambda: document.saved_words == "Not saved")
        assert document.close() != ""
    return folder


def take_away(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Nothing can be written into `folder` any more, and everywhere else everything."""
    publish = atomic._publish

    def refuse(temporary: Path, path: Path, *others: Any) -> None:
        if path.is_relative_to(folder):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        publish(temporary, path, *others)

    patch.setattr(atomic, "_publish", refuse)


def test_edits_that_could_not_be_saved_are_offered_at_the_next_start_and_taken_back(
    rescued: Path, opened: Callable[[Path], Window], until: Until
) -> None:
    window = opened(rescued)
    assert window.banner.isVisibleTo(window)
    assert "could not be saved in this project" in window.banner.text.text()
    assert window.document.project.shots[0].prompt == "a red ball", "nothing changes by itself"
    window.banner.buttons[0].click()
    assert window.document.project.shots[0].prompt == "not lost"
    until(lambda: window.document.saved_words == "Saved")
    assert rescue.find(rescued) == []
    window.document.undo_stack.undo()
    assert window.document.project.shots[0].prompt == "a red ball"


def test_they_can_be_declined_and_are_a_version_then(rescued: Path, opened: Callable[[Path], Window]) -> None:
    window = opened(rescued)
    window.banner.buttons[1].click()
    assert window.document.project.shots[0].prompt == "a red ball"
    assert rescue.find(rescued) == []
    (version,) = (version for version in versions.listing(rescued) if version.label == "Not saved")
    assert versions.load(rescued, version.name).shots[0].prompt == "not lost"


def test_edits_that_nobody_answered_outlive_another_start_that_cannot_save_either(
    rescued: Path, opened: Callable[[Path], Window], until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Document(rescued)
    with monkeypatch.context() as away:
        take_away(away, rescued)
        prompt(second, "of the second start")
        until(lambda: second.saved_words == "Not saved")
        kept = [found.project.shots[0].prompt for found in rescue.find(rescued)]
        assert kept == ["not lost", "of the second start"]
    second.save_again()
    until(lambda: second.saved_words == "Saved")
    assert second.close() == ""

    third = opened(rescued)
    assert third.document.project.shots[0].prompt == "of the second start"
    assert third.banner.about == "rescued"
    third.banner.buttons[0].click()
    assert third.document.project.shots[0].prompt == "not lost"
    until(lambda: third.document.saved_words == "Saved")
    assert rescue.find(rescued) == []


def test_edits_of_several_starts_are_offered_one_after_another(
    rescued: Path, opened: Callable[[Path], Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Document(rescued)
    with monkeypatch.context() as away:
        take_away(away, rescued)
        prompt(second, "of the second start")
        assert second.close() != ""

    third = opened(rescued)
    third.banner.buttons[1].click()
    assert third.banner.about == "rescued"
    third.banner.buttons[0].click()
    assert third.document.project.shots[0].prompt == "of the second start"
    assert not third.banner.isVisibleTo(third)
    assert third.document.flush() == ""
    assert rescue.find(rescued) == []
    (version,) = (version for version in versions.listing(rescued) if version.label == "Not saved")
    assert versions.load(rescued, version.name).shots[0].prompt == "not lost"


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff", b'{"format": 1}'])
def test_broken_ones_never_keep_a_project_from_opening(
    rescued: Path, opened: Callable[[Path], Window], damage: bytes
) -> None:
    (kept,) = rescue.find(rescued)
    kept.file.write_bytes(damage)
    window = opened(rescued)
    assert window.document.rescued is None
    assert not window.banner.isVisibleTo(window)


def test_edits_are_saved_as_another_project_when_their_folder_is_gone(
    document: Document, folder: Path, tmp_path: Path
) -> None:
    prompt(document, "elsewhere")
    away = folder.with_name("unplugged")
    folder.rename(away)
    store.copy_value(folder, document.project, tmp_path / "copy")
    assert on_disk(tmp_path / "copy").shots[0].prompt == "elsewhere"
    away.rename(folder)
    # Where the folder is there, its takes and media come along.
    (folder / "media").mkdir()
    (folder / "media" / "song.wav").write_bytes(b"x")
    store.copy_value(folder, document.project, tmp_path / "whole")
    assert (tmp_path / "whole" / "media" / "song.wav").read_bytes() == b"x"
    assert on_disk(tmp_path / "whole").shots[0].prompt == "elsewhere"


def test_what_another_program_wrote_can_be_saved_over_and_stays_as_a_version(
    opened: Callable[[Path], Window], folder: Path, until: Until
) -> None:
    window = opened(folder)
    theirs = (folder / "project.json").read_bytes().replace(b"a red ball", b"a red hat")
    (folder / "project.json").write_bytes(theirs)
    prompt(window.document, "mine")
    until(lambda: "Another program changed" in window.banner.text.text())
    until(lambda: window.document.saved_words == "Not saved")
    assert (folder / "project.json").read_bytes() == theirs
    window.document.keep_mine()
    until(lambda: window.document.saved_words == "Saved")
    assert on_disk(folder).shots[0].prompt == "mine"
    (version,) = (version for version in versions.listing(folder) if version.label == "From another program")
    assert versions.load(folder, version.name).shots[0].prompt == "a red hat"
    prompt(window.document, "and on")
    until(lambda: on_disk(folder).shots[0].prompt == "and on")
