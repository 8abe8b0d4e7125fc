"""Pages over the window: new project, versions, save as, settings, keys, about, this machine."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QWidget

from storyboard import edit, places, settings, store
from ui import app, preferences, theme
from ui.dialogs import machine
from ui.dialogs.about import About
from ui.dialogs.keys import Keys
from ui.dialogs.machine import Machine
from ui.dialogs.new_project import NewProject
from ui.dialogs.settings import Settings
from ui.dialogs.versions import Versions
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
Key = Qt.Key


class Answers:
    """Answers what asks for files."""

    def __init__(self, answer: Path | None = None) -> None:
        self.answer = answer
        self.start: Path | None = None

    def folder(self, *_: object) -> Path | None:
        return self.answer

    def file(self, *_: object) -> Path | None:
        return self.answer

    def files(self, *_: object) -> list[Path]:
        return [self.answer] if self.answer else []

    def new(self, _: QWidget, __: str, start: Path) -> Path | None:
        self.start = start
        return self.answer


def page_of(window: Window, kind: type) -> object:
    assert isinstance(window.pages.opened, kind)
    return window.pages.opened


def new_project(window: Window) -> NewProject:
    window.actions_by_name["new_project"].trigger()
    page = page_of(window, NewProject)
    assert isinstance(page, NewProject)
    return page


def replace(field: QWidget, text: str) -> None:
    field.setFocus()
    QTest.keyClick(field, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)


# New projects


def test_a_new_project_has_a_shot_for_each_line_and_opens(window: Window, tmp_path: Path) -> None:
    wanted = QSignalSpy(window.open_wanted)
    page = new_project(window)
    replace(page.name, "My film")
    replace(page.place, str(tmp_path))
    page.dimensions.setCurrentIndex(1)
    page.rate.setCurrentText("25")
    page.script.setPlainText("a dog runs\n\n  a cat sleeps  \n")
    assert page.make.text() == "Make project of 2 shots"
    page.make.click()
    assert wanted.at(0)[0] == tmp_path / "My film"
    project = store.open_project(tmp_path / "My film").project
    assert [(shot.prompt, shot.length) for shot in project.shots] == [
        ("a dog runs", 50),
        ("a cat sleeps", 50),
    ]
    assert (project.name, project.width, project.height, project.rate) == ("My film", 512, 512, 25)
    assert window.pages.opened is None


def test_what_cannot_be_made_is_said_in_place_and_nothing_is_lost(window: Window, folder: Path) -> None:
    page = new_project(window)
    for change, said in (
        (lambda: page.dimensions.setCurrentText("333x200"), "is odd and films need even sides"),
        (lambda: page.dimensions.setCurrentText("large"), "is no size"),
        (lambda: replace(page.name, " / "), "has no name"),
        (lambda: replace(page.name, "film"), "is there already and not empty"),
    ):
        replace(page.place, str(folder.parent))
        change()
        page.make.click()
        assert said in page.problem.text()
    assert page.isVisible()


def test_a_script_is_read_from_a_file_and_names_the_project(window: Window, tmp_path: Path) -> None:
    script = tmp_path / "Harbour.txt"
    script.write_text("﻿a ship\na gull\n", "utf-8")
    page = new_project(window)
    page.read(script)
    assert page.script.toPlainText() == "a ship\na gull"
    assert page.name.text() == "Harbour"
    script.write_bytes(b"\xff\xfe\x00")
    page.read(script)
    assert "is not UTF-8 text" in page.problem.text()


# Versions and copies


def test_going_back_to_a_version_is_one_step_that_can_be_undone(window: Window, until: Until) -> None:
    window.actions_by_name["save_version"].trigger()
    (box,) = window.findChildren(QInputDialog)
    box.setTextValue("Before the cut")
    box.accept()
    assert "Saved the version 'Before the cut'" in window.status.message.text()
    before = window.document.project
    window.document.edit("Remove", lambda p: edit.remove(p, [p.shots[0].id]))
    window.actions_by_name["versions"].trigger()
    page = page_of(window, Versions)
    assert isinstance(page, Versions)
    until(lambda: page.list.topLevelItemCount() > 0)
    assert page.list.topLevelItem(0).text(1) == "Before the cut"
    page.back.click()
    assert window.document.project == before
    assert window.document.undo_stack.undoText() == "Go back to Before the cut"
    window.document.undo_stack.undo()
    assert len(window.document.project.shots) == 2


def test_a_version_opens_as_a_project_of_its_own(window: Window, until: Until, tmp_path: Path) -> None:
    window.document.save_version("All three")
    window.document.edit("Remove", lambda p: edit.remove(p, [p.shots[0].id]))
    wanted = QSignalSpy(window.open_wanted)
    window.pages._choose = Answers(tmp_path / "other")
    window.actions_by_name["versions"].trigger()
    page = page_of(window, Versions)
    assert isinstance(page, Versions)
    until(lambda: page.list.topLevelItemCount() > 0)
    page.list.setCurrentItem(
        next(
            item
            for row in range(page.list.topLevelItemCount())
            if (item := page.list.topLevelItem(row)).text(1) == "All three"
        )
    )
    page.copy.click()
    until(lambda: wanted.count() == 1)
    assert len(store.open_project(tmp_path / "other").project.shots) == 3
    assert len(window.document.project.shots) == 2


def test_save_as_copies_what_is_not_saved_yet_too_and_opens_the_copy(
    window: Window, until: Until, tmp_path: Path
) -> None:
    window.document.edit("Remove", lambda p: edit.remove(p, [p.shots[0].id]))
    (window.document.folder / "cache").mkdir()
    wanted = QSignalSpy(window.open_wanted)
    answers = window.pages._choose = Answers(tmp_path / "copy")
    window.actions_by_name["save_as"].trigger()
    until(lambda: wanted.count() == 1)
    assert answers.start == window.document.folder.parent / "film copy"
    assert wanted.at(0)[0] == tmp_path / "copy"
    assert store.open_project(tmp_path / "copy", "write").project == window.document.project
    assert not (tmp_path / "copy" / "cache").exists()


def test_a_copy_onto_something_is_refused_with_a_sentence(window: Window, until: Until, folder: Path) -> None:
    window.pages._choose = Answers(folder.parent)
    window.actions_by_name["save_as"].trigger()
    until(lambda: "not empty" in window.status.message.text())
    window.pages._choose = Answers(folder / "inside")
    window.actions_by_name["save_as"].trigger()
    until(lambda: "inside of the project" in window.status.message.text())
    assert not list(folder.parent.glob(".copy-*"))


# Files


def test_a_picture_becomes_a_shot_after_the_selection_and_a_sound_the_music(
    window: Window, until: Until, tmp_path: Path
) -> None:
    picture, sound = tmp_path / "harbour.png", tmp_path / "waltz.wav"
    Image.new("RGB", (64, 64), "navy").save(picture)
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16_000))
    for action, file in (("import", picture), ("music", sound)):
        window.pages._choose = Answers(file)
        window.actions_by_name[action].trigger()
        until(lambda: not window.worker.busy)
    project = window.document.project
    assert len(project.shots) == 4
    assert project.shots[1].chosen is not None
    assert project.music is not None
    assert "waltz" in project.music.file


# Settings


def test_colours_are_changed_at_once_and_remembered(window: Window, qt: QApplication) -> None:
    windows = app.Windows()
    window.liked.connect(lambda: theme.prefer(qt, preferences.load()))
    window.actions_by_name["settings"].trigger()
    page = page_of(window, Settings)
    assert isinstance(page, Settings)
    try:
        for index, colours in ((2, theme.LIGHT), (1, theme.DARK)):
            page.colours.setCurrentIndex(index)
            page.colours.activated.emit(index)
            assert theme.current() == colours
        assert preferences.load().colours == "dark"
        page.still.click()
        assert theme.is_still()
    finally:
        theme.prefer(qt, preferences.Preferences())
    assert windows.window is None


def test_device_model_folders_cache_limit_and_what_is_kept_are_the_machines(
    window: Window, tmp_path: Path, until: Until
) -> None:
    window.pages._choose = Answers(tmp_path)
    window.actions_by_name["settings"].trigger()
    page = page_of(window, Settings)
    assert isinstance(page, Settings)
    page.device.setCurrentIndex(1)
    page.device.activated.emit(1)
    page.limit.setValue(5)
    page.kept.setValue(10)
    page.together.setValue(3)
    page.compile.click()
    page._add_folder()
    assert settings.load() == settings.Settings("cpu", (str(tmp_path),), 5 << 30, 10, 3, compile_blocks=False)
    page.folders.setCurrentRow(0)
    page.remove.click()
    assert settings.load().model_folders == ()


def test_the_cache_is_measured_and_cleared(window: Window, until: Until, folder: Path) -> None:
    part = folder / "cache" / "segments" / f"{'a' * 64}.mp4"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 1000)
    window.actions_by_name["settings"].trigger()
    page = page_of(window, Settings)
    assert isinstance(page, Settings)
    until(page.clear.isEnabled)
    page.clear.click()
    until(lambda: not part.exists())


@pytest.mark.parametrize("damaged", [b"", b"[]", b"{", b'{"device": 7}', b"\xff\xfe", b'{"cache_limit": -1}'])
def test_damaged_settings_are_the_defaults(damaged: bytes) -> None:
    places.config().mkdir(parents=True, exist_ok=True)
    (places.config() / "settings.json").write_bytes(damaged)
    (places.config() / "preferences.json").write_bytes(damaged)
    assert settings.load() == settings.Settings()
    assert preferences.load() == preferences.Preferences()


# Keys


def keys_page(window: Window) -> Keys:
    window.actions_by_name["keys"].trigger()
    page = page_of(window, Keys)
    assert isinstance(page, Keys)
    return page


def choose_action(page: Keys, title: str) -> None:
    (item,) = page.list.findItems(title, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    page.list.setCurrentItem(item)


def test_an_action_gets_another_key_and_keeps_it(window: Window) -> None:
    page = keys_page(window)
    choose_action(page, "Duplicate")
    page.key.setKeySequence(QKeySequence("Ctrl+Shift+D"))
    page.give.click()
    assert window.actions_by_name["duplicate"].shortcuts() == [QKeySequence("Ctrl+Shift+D")]
    assert "Ctrl+Shift+D" in window.actions_by_name["duplicate"].toolTip()
    again = Window(window.document.folder)
    assert again.actions_by_name["duplicate"].shortcuts() == [QKeySequence("Ctrl+Shift+D")]
    again.shut()
    page.all.click()
    assert window.actions_by_name["duplicate"].shortcuts() == [QKeySequence("Ctrl+D")]


def test_a_key_that_is_taken_is_refused_by_the_name_of_its_action(window: Window) -> None:
    page = keys_page(window)
    choose_action(page, "Duplicate")
    page.key.setKeySequence(QKeySequence("Ctrl+E"))
    assert "Ctrl+E is the key of 'Export film' already" in page.problem.text()
    assert not page.give.isEnabled()


def test_keys_are_searched_by_name_and_by_key(window: Window) -> None:
    page = keys_page(window)

    def found() -> list[str]:
        groups = [page.list.topLevelItem(row) for row in range(page.list.topLevelItemCount())]
        items = [group.child(row) for group in groups for row in range(group.childCount())]
        return [item.text(0) for item in items if not item.isHidden() and not item.parent().isHidden()]

    QTest.keyClicks(page.search, "duplic")
    assert found() == ["Duplicate"]
    page.search.setText("ctrl+d")
    assert "Duplicate" in found()


# The program and the machine


def test_about_shows_every_licence_in_full(window: Window) -> None:
    window.actions_by_name["about"].trigger()
    page = page_of(window, About)
    assert isinstance(page, About)
    assert page.list.count() > 5
    for row in range(page.list.count()):
        page.list.setCurrentRow(row)
        assert len(page.text.toPlainText()) > 50


def test_this_machine_shows_what_a_process_of_its_own_found(
    window: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = '[{"name": "GPU", "found": false, "what": "none", "advice": "speed"}]'
    monkeypatch.setattr(machine, "_DOCTOR", f"print('''{facts}''')")
    window.actions_by_name["doctor"].trigger()
    page = page_of(window, Machine)
    assert isinstance(page, Machine)
    until(lambda: page.list.topLevelItemCount() == 1)
    assert page.text() == "GPU · no · none\nspeed"
    assert not page.problem.isVisible()


def test_an_examination_that_fails_says_how_to_see_why(
    window: Window, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_DOCTOR", "raise SystemExit('the driver is broken')")
    window.actions_by_name["doctor"].trigger()
    page = page_of(window, Machine)
    assert isinstance(page, Machine)
    until(lambda: "the driver is broken" in page.problem.text())


def test_the_limit_of_the_cache_can_be_read(window: Window) -> None:
    window.actions_by_name["settings"].trigger()
    page = window.pages.opened
    assert isinstance(page, Settings)
    shown = page.limit.lineEdit()
    room = shown.width() - shown.textMargins().left() - shown.textMargins().right()
    assert room > shown.fontMetrics().horizontalAdvance(shown.text())
    page.close()
