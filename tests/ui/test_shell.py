"""What holds the window together: messages, banners, the palette, what is remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from storyboard import edit, places, store
from storyboard.film import queue
from storyboard.generators import advice
from storyboard.generators.advice import Machine
from storyboard.store import rescue
from ui import memory, palette
from ui.dialogs.models import Models
from ui.document import Document
from ui.memory import Memory, View
from ui.messages import Action, Banner, MessageLine
from ui.palette import Palette
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
Key = Qt.Key


# Messages


@pytest.fixture
def line(qt: QApplication) -> Iterator[MessageLine]:
    made = MessageLine()
    made.resize(600, 24)
    made.show()
    yield made
    made.close()


def test_a_problem_comes_back_after_what_covered_it(line: MessageLine) -> None:
    line.say("The disk is full.", problem=True)
    line.say("Made 1 take.")
    assert line.label.text() == "Made 1 take."
    line._pass()
    assert line.label.text() == "The disk is full."
    assert line.label.objectName() == "problem"
    line.dismiss.click()
    assert line.label.text() == ""
    assert not line.dismiss.isVisible()


def test_several_problems_wait_and_the_same_one_is_said_once(line: MessageLine) -> None:
    for sentence in ("One.", "Two.", "One."):
        line.say(sentence, problem=True)
    assert line.label.text() == "One."
    assert line.others.text() == "+1"
    line.dismiss.click()
    assert line.label.text() == "Two."
    assert not line.others.isVisible()


def test_the_next_step_is_a_button_and_ends_the_problem(line: MessageLine) -> None:
    done: list[str] = []
    line.say("A model is missing.", True, Action("Settings", lambda: done.append("opened")))
    assert line.step.text() == "Settings"
    line.step.click()
    assert done == ["opened"]
    assert line.label.text() == ""


def test_details_are_one_click_away(line: MessageLine) -> None:
    line.say("It failed.", True, details="the trace")
    assert line.details.isVisible()
    line.say("x" * 1000)
    assert line.details.isVisible()  # what is cut can be read whole
    line.say("Short.")
    assert not line.details.isVisible()


# Read only, and changed on disk


def test_a_project_that_is_open_elsewhere_is_shown_with_what_can_be_done(
    window: Window, folder: Path, opened: Callable[[Path], Window]
) -> None:
    second = opened(folder)
    assert second.banner.isVisible()
    assert second.banner.text.text().startswith("Read only: ")
    assert [button.text() for button in second.banner.buttons] == ["Open again", "Save as…"]
    assert not window.banner.isVisible()
    wanted = QSignalSpy(second.open_wanted)
    second.banner.buttons[0].click()
    assert wanted.at(0)[0] == folder


def test_a_change_by_another_program_offers_reload_in_place(
    window: Window, until: Until, folder: Path
) -> None:
    file = folder / "project.json"
    file.with_suffix(".new").write_bytes(file.read_bytes().replace(b"a red ball", b"a red hat"))
    file.with_suffix(".new").replace(file)
    until(lambda: window.banner.about == "disk")
    assert window.document.project.shots[0].prompt == "a red ball"
    window.banner.buttons[0].click()
    assert window.document.project.shots[0].prompt == "a red hat"
    assert not window.banner.isVisible()
    window.document.undo_stack.undo()
    assert window.document.project.shots[0].prompt == "a red ball"


def test_what_edits_hang_on_is_said_first_and_the_rest_after_it(qt: QApplication) -> None:
    banner = Banner()
    done: list[str] = []
    banner.show_text("queue", "Jobs rest.", Action("Resume", lambda: done.append("resume")))
    banner.show_text("rescued", "Edits were kept.", Action("Bring them back", lambda: done.append("back")))
    banner.show_text("exported", "A film is exported.")
    assert banner.text.text() == "Edits were kept."
    (button,) = banner.buttons
    banner.show_text("queue", "Jobs go on.")
    assert banner.buttons == [button], "what is shown keeps its buttons, and the focus"
    banner.show_text("disk", "Another program changed it.")
    assert (banner.about, banner.buttons) == ("disk", [])

    banner.put_away("exported")
    assert banner.about == "disk"
    banner.put_away("disk")
    banner.buttons[0].click()
    assert done == ["back"]
    put_away = QSignalSpy(banner.closed)
    banner._close.click()
    assert put_away.at(0) == ["rescued"]
    assert banner.text.text() == "Jobs go on."
    banner._close.click()
    assert banner.about == ""
    assert banner.isHidden()


def test_a_resting_job_does_not_cover_edits_that_can_come_back(
    opened: Callable[[Path], Window], folder: Path
) -> None:
    project = store.open_project(folder).project
    shown = edit.set_shot(project, project.shots[0].id, prompt="kept")
    file = rescue.new_file(folder)
    rescue.keep(file, folder, shown)
    job = queue.new(queue.ExportFilm("h264", str(folder / "exports" / "film.mp4")))
    queue.save(folder, queue.changed((job,), job.id, "paused"))

    window = opened(folder)
    assert window.banner.about == "rescued"
    window.banner.buttons[0].click()
    assert window.document.project.shots[0].prompt == "kept"
    assert window.banner.text.text() == "1 job was not done when this project was closed."
    rescue.forget(file)


def test_our_own_saves_are_no_change_by_another_program(qt: QApplication, folder: Path, until: Until) -> None:
    document = Document(folder)
    said = QSignalSpy(document.changed_outside)
    document.edit("Remove", lambda p: edit.remove(p, [p.shots[0].id]))
    document.flush()
    until(lambda: said.count() > 0)
    assert {said.at(at)[0] for at in range(said.count())} == {False}
    document.close()


# The palette


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("exp", "Export film"),
        ("gm", "Generate missing"),
        ("split", "Split at the playhead"),
        ("shot 2", "Shot 2: a blue car"),
        ("blue", "Shot 2: a blue car"),
        ("tree green", "Shot 3: a green tree"),
    ],
)
def test_a_few_letters_find_commands_and_shots(window: Window, typed: str, first: str) -> None:
    entries = [
        *palette.of_actions(window.actions_by_name),
        *palette.of_shots(window.document.project, lambda _: None),
    ]
    assert palette.best(typed, entries)[0].title == first


def test_while_nothing_is_typed_commands_stand_as_in_the_menus(window: Window) -> None:
    entries = palette.of_actions(window.actions_by_name)
    assert palette.best(" ", entries) == entries[: palette.MOST]


def test_letters_out_of_order_find_nothing() -> None:
    assert palette.rank("zx", "Export film") is None


def test_ctrl_k_finds_a_shot_and_enter_goes_there(window: Window) -> None:
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    QTest.keyClick(window, Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    (found,) = window.findChildren(Palette)
    QTest.keyClicks(found.field, "green")
    QTest.keyClick(found.field, Key.Key_Return)
    assert window.session.frame == 16
    assert window.session.current is not None
    assert window.session.current.prompt == "a green tree"


def test_the_arrows_choose_in_the_palette_while_the_cursor_stays(window: Window) -> None:
    window.actions_by_name["palette"].trigger()
    (found,) = window.findChildren(Palette)
    QTest.keyClick(found.field, Key.Key_Down)
    QTest.keyClick(found.field, Key.Key_Down)
    assert found.list.currentRow() == 2
    QTest.keyClick(found.field, Key.Key_Escape)
    assert not found.isVisible()


def test_recent_projects_are_found_and_opened(window: Window, tmp_path: Path) -> None:
    other = tmp_path / "Harbour"
    other.mkdir()
    (other / "project.json").write_text("{}")
    for place in (other, tmp_path / "gone", window.document.folder):
        memory.opened(place)
    gone: list[Path] = []
    (entry,) = palette.of_projects(window.document.folder, gone.append)
    assert entry.title == "Open Harbour"
    entry.do()
    assert gone == [other]


# What is remembered


def test_the_last_twelve_projects_are_remembered_newest_first(tmp_path: Path) -> None:
    for number in range(15):
        memory.opened(tmp_path / str(number))
    memory.opened(tmp_path / "5")
    recent = memory.load().recent
    assert len(recent) == memory.RECENT
    assert recent[:2] == (str(tmp_path / "5"), str(tmp_path / "14"))


def test_missing_projects_are_greyed_in_the_menu(window: Window, tmp_path: Path) -> None:
    memory.opened(tmp_path / "gone")
    menu = window.top.recent
    menu.aboutToShow.emit()
    (action,) = menu.actions()
    assert action.text().startswith("gone")
    assert not action.isEnabled()


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"[1]",
        b'{"recent": 7, "views": [], "geometry": 1}',
        b'{"recent": ["/a", 3]}',
        b'{"views": {"/a": {"scale": -1, "page": "nowhere"}}}',
        b"\xff" * 100,
    ],
)
def test_a_damaged_memory_is_forgotten_as_far_as_it_is_damaged(damaged: bytes) -> None:
    places.config().mkdir(parents=True, exist_ok=True)
    (places.config() / "window.json").write_bytes(damaged)
    found = memory.load()
    assert msgspec.structs.replace(found, views={}) == Memory()
    assert set(found.views.values()) <= {View()}


def test_a_project_is_looked_at_again_as_it_was_left(opened: Callable[[Path], Window], folder: Path) -> None:
    first = opened(folder)
    first.resize(760, 640)
    shots = first.document.project.shots
    first.session.select(shots[1].id, shots[2].id, current=shots[2].id)
    first.session.seek(17)
    first.timeline.zoom("in")
    first.both.setSizes([400, 300])
    sizes, scale = first.both.sizes(), first.timeline.scale
    first.close()
    second = opened(folder)
    assert second.session.selected == (shots[1].id, shots[2].id)
    assert second.session.current == shots[2]
    assert second.session.frame == 17
    assert second.timeline.scale == scale
    assert second.both.sizes() == sizes


def test_a_remembered_view_of_what_is_gone_does_no_harm(
    opened: Callable[[Path], Window], folder: Path
) -> None:
    view = View(selected=("gone",), current="gone", playhead=10**9, across=(1, 2), down=(0, 0), scale=900.0)
    memory.keep(folder, view, "00ff")
    window = opened(folder)
    assert window.session.frame == 23
    assert window.session.current is not None


# A model for this machine


def test_where_no_model_is_one_line_says_which_fits_and_how_to_get_it(
    opened: Callable[[Path], Window], folder: Path, until: Until
) -> None:
    memory.save(memory.Memory())
    window = opened(folder)
    until(window.banner.isVisible)
    assert "no model is installed" in window.banner.text.text()
    assert "not for commercial use" in window.banner.text.text()
    window.banner.buttons[0].click()
    page = window.pages.opened
    assert isinstance(page, Models)
    until(lambda: page.list.topLevelItemCount() > 2)
    assert page.list.currentItem().text(0) == "ModelScope 1.7B"
    page.close()
    window.banner._close.click()
    assert memory.load().advice_seen


def test_the_advice_follows_what_the_machine_has() -> None:
    small = advice.for_machine(Machine("", 0, 8), packages=True)
    assert not small.fits
    assert "needs 12 GB of memory and this machine has 8" in small.sentence
    gpu = advice.for_machine(Machine("RTX 3060", 12, 32), packages=True)
    assert "fits this machine (RTX 3060, 12 GB)" in gpu.sentence
    processor = advice.for_machine(Machine("", 0, 32), packages=False)
    assert "processor" in processor.sentence
    assert processor.command.startswith("pip install")
