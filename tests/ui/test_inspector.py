"""The panel at the right: a shot's settings, several shots' settings, the project's settings."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from storyboard import edit
from storyboard.project import Motion, Music, Project, Shot
from tests.ui.filming import add_take
from ui import entry
from ui.chips import Chip
from ui.dialogs.models import Models
from ui.motion_diagram import Source, kinds
from ui.rows import Row
from ui.window import Window
from ui.words import Job

Until = Callable[[Callable[[], bool]], None]
Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(autouse=True)
def _active(window: Window) -> None:
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)


def shots_of(window: Window) -> tuple[Shot, ...]:
    return window.document.project.shots


def enter(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    if text:
        QTest.keyClicks(field, text)
    else:
        QTest.keyClick(field, Key.Key_Delete)
    QTest.keyClick(field, Key.Key_Return)


def select_all(window: Window) -> None:
    window.session.select(*(shot.id for shot in shots_of(window)))


def problem(row: Row) -> str:
    return row.problem.text() if row.problem.isVisible() else ""


# One shot


def test_typing_in_the_prompt_changes_the_shot_and_undo_takes_it_all_back(window: Window) -> None:
    prompt = window.inspector.prompt
    prompt.setFocus()
    prompt.selectAll()
    QTest.keyClicks(prompt, "a cat")
    assert shots_of(window)[0].prompt == "a cat"
    assert window.inspector.shot.prompt_row.aside.text() == "5 characters"
    assert window.top.undo.toolTip() == "Undo: Edit prompt"
    QTest.keyClick(prompt, Key.Key_Z, CTRL)  # while the cursor is in the text
    assert shots_of(window)[0].prompt == "a red ball"
    assert prompt.toPlainText() == "a red ball"


def test_a_prompt_that_is_too_long_stays_to_be_shortened_and_says_so_below_it(window: Window) -> None:
    page = window.inspector.shot
    page.prompt.setFocus()
    page.prompt.setPlainText("x" * 5001)
    assert shots_of(window)[0].prompt == "a red ball"
    assert len(page.prompt.toPlainText()) == 5001
    assert "a prompt has at most 5,000 characters" in problem(page.prompt_row)
    page.prompt.setPlainText("x" * 5000)
    assert problem(page.prompt_row) == ""
    assert shots_of(window)[0].prompt == "x" * 5000


def test_lengths_are_typed_as_seconds_frames_or_timecode(window: Window) -> None:
    length = window.inspector.shot.length
    for text, frames in (("2s", 16), ("5", 5), ("00:00:01:00", 8)):
        enter(length.field, text)
        assert shots_of(window)[0].length == frames
    assert length.field.text() == "1.00 s"


def test_what_was_refused_stays_in_its_field_with_a_sentence_below_it(window: Window) -> None:
    page = window.inspector.shot
    enter(page.length.field, "soon")
    assert "is no length" in problem(page.length)
    assert page.length.field.text() == "soon"
    assert shots_of(window)[0].length == 8
    enter(page.steps.field, "2000")  # read, and then refused by the project
    assert "steps are a whole number from 1 to 1000" in problem(page.steps)
    assert page.steps.field.text() == "2000"
    QTest.keyClick(page.length.field, Key.Key_Escape)
    assert (page.length.field.text(), problem(page.length)) == ("1.00 s", "")
    enter(page.steps.field, "20")
    assert problem(page.steps) == ""
    assert shots_of(window)[0].steps == 20


def test_another_shot_does_not_inherit_the_first_ones_mistakes(window: Window) -> None:
    page = window.inspector.shot
    enter(page.length.field, "soon")
    window.session.select(shots_of(window)[1].id)
    assert (page.length.field.text(), problem(page.length)) == ("1.00 s", "")


def test_a_seed_is_locked_by_typing_it_by_the_lock_and_by_the_dice(window: Window) -> None:
    page = window.inspector.shot
    shown = page.seed.field.placeholderText()
    page.lock.click()
    assert str(shots_of(window)[0].seed) == shown
    assert page.seed.aside.text() == "locked"
    page.lock.click()
    assert shots_of(window)[0].seed is None
    enter(page.seed.field, "4217")
    assert shots_of(window)[0].seed == 4217
    assert page.lock.isChecked()
    page.dice.click()
    assert shots_of(window)[0].seed not in (None, 4217)
    enter(page.seed.field, "")
    assert shots_of(window)[0].seed is None


def test_what_is_inherited_is_grey_and_can_be_overridden_and_reset(window: Window) -> None:
    window.document.edit("Look", lambda p: edit.set_look(p, avoid="blurry", steps=25))
    page = window.inspector.shot
    assert (page.avoid.field.text(), page.avoid.field.placeholderText()) == ("", "blurry")
    assert page.steps.field.placeholderText() == "25"
    assert not page.avoid.restore.isVisible()
    enter(page.avoid.field, "text")
    enter(page.steps.field, "30")
    enter(page.guidance.field, "7,5")
    shot = shots_of(window)[0]
    assert (shot.avoid, shot.steps, shot.guidance) == ("text", 30, 7.5)
    page.avoid.restore.click()
    page.steps.restore.click()
    enter(page.guidance.field, "")  # to empty a field is to reset it
    shot = shots_of(window)[0]
    assert (shot.avoid, shot.steps, shot.guidance) == (None, None, None)
    assert not page.avoid.restore.isVisible()


def test_motion_is_changed_and_reset_while_the_start_in_the_take_stays(window: Window) -> None:
    page = window.inspector.shot
    assert page.speed.field.placeholderText() == "1/2"
    enter(page.start_in.field, "1.5 s")
    enter(page.speed.field, "25 %")
    page.smoothing.chosen.emit("x2")
    expected = Motion(source_in=Fraction(3, 2), speed=Fraction(1, 4), smoothing="x2")
    assert shots_of(window)[0].motion == expected
    page.speed.restore.click()
    assert shots_of(window)[0].motion == Motion(source_in=Fraction(3, 2))
    enter(page.start_in.field, "")
    enter(page.speed.field, "1000")
    assert "between 1/64 and 64" in problem(page.speed)


def test_fit_and_mute_of_an_imported_clip(window: Window) -> None:
    page = window.inspector.shot
    page.fit.chosen.emit("contain")
    assert shots_of(window)[0].fit == "contain"
    assert not page.mute.isVisible()  # no clip, no sound
    page.mute.click()
    assert shots_of(window)[0].muted


def test_models_are_listed_with_their_licence_and_how_to_get_them(window: Window, until: Until) -> None:
    row = window.inspector.shot.model
    until(lambda: row.field.count() > 2)
    texts = [row.field.itemText(i) for i in range(row.field.count())]
    assert texts[0] == "sketch (the project's)"
    missing = next(i for i, text in enumerate(texts) if text == "ModelScope 1.7B (not here)")
    row.field.setCurrentIndex(missing)
    row.field.activated.emit(missing)
    assert shots_of(window)[0].model == "ali-vilab/text-to-video-ms-1.7b"
    assert "is not on this machine" in row.note.text()
    assert "not for commercial use" in row.note.text()
    row.get.click()
    page = window.pages.opened
    assert isinstance(page, Models)
    until(lambda: page.list.topLevelItemCount() > 2)
    assert page.list.currentItem().text(0) == "ModelScope 1.7B"
    page.close()
    row.restore.click()
    assert shots_of(window)[0].model is None


@pytest.mark.models
def test_words_that_a_model_does_not_read_stand_below_the_prompt(
    window: Window, until: Until, tiny_model: Path
) -> None:
    page = window.inspector.shot
    page.model.chosen.emit(str(tiny_model))
    until(lambda: "tokens" in page.prompt_row.aside.text())
    assert not page.unread.isVisible()
    page.prompt.setFocus()
    page.prompt.setPlainText("a red ball " * 30 + "and a whale")
    until(page.unread.isVisible)
    assert page.unread.text().startswith("Not read by the model: “")
    assert page.unread.text().endswith("and a whale”")
    page.prompt.setPlainText("a red ball")
    until(lambda: not page.unread.isVisible())


def test_a_failed_job_stands_at_the_shot_with_a_way_to_try_again(window: Window) -> None:
    inspector = window.inspector
    inspector.set_jobs({shots_of(window)[0].id: Job("failed", "Out of memory.")})
    assert inspector.failure.text() == "Out of memory."
    assert inspector.retry.isVisible()
    inspector.set_jobs({})
    assert not inspector.retry.isVisible()
    assert "sketch" in inspector.state.text()


def test_the_motion_is_told_in_words_and_drawn(window: Window, folder: Path, until: Until) -> None:
    add_take(folder, window.document.project, 0, 1, frames=4)
    window.document.rescan()
    page = window.inspector.shot
    assert "4 frames at 8 fps" in page.motion.text()
    assert page.diagram.accessibleDescription() == "4 frames of the take, 3 made between them, 1 held."
    window.document.edit("Long", lambda p: edit.set_length(p, p.shots[0].id, 20_000))
    window.grab()  # at once, however long the shot is


# What the sketch understood


def test_chips_say_what_the_sketch_understood_and_unknown_words_are_marked(
    window: Window, until: Until
) -> None:
    shot = shots_of(window)[0].id
    window.document.edit("Prompt", lambda p: edit.set_shot(p, shot, prompt="a dog in the frobnicated garden"))

    def chips() -> dict[str, Chip]:
        found = window.inspector.shot.chips.findChildren(Chip)
        return {chip.text().strip(): chip for chip in found if not chip.isHidden()}

    until(lambda: "dog" in chips())
    assert set(chips()) == {"dog", "frobnicated", "garden"}
    assert chips()["frobnicated"].property("unknown")
    assert not chips()["dog"].icon().isNull()
    assert "drawn as" in chips()["dog"].toolTip()


# Several shots


def test_an_edit_is_given_to_all_selected_shots_as_one_step(window: Window) -> None:
    select_all(window)
    page = window.inspector.shot
    assert window.inspector.heading.text() == "3 SHOTS"
    enter(page.steps.field, "12")
    page.smoothing.chosen.emit("off")
    assert [shot.steps for shot in shots_of(window)] == [12, 12, 12]
    assert {shot.motion.smoothing for shot in shots_of(window) if shot.motion} == {"off"}
    assert window.document.undo_stack.count() == 2


def test_what_is_not_the_same_in_all_is_mixed_and_stays_so_until_it_is_typed(window: Window) -> None:
    first = shots_of(window)[0].id
    window.document.edit(
        "One", lambda p: edit.set_shot(p, first, steps=9, avoid="text", length=12, model="card")
    )
    select_all(window)
    page = window.inspector.shot
    for row in (page.steps, page.avoid, page.length):
        assert (row.field.text(), row.field.placeholderText()) == ("", "mixed")
    assert page.model.field.currentIndex() == -1
    assert page.prompt.toPlainText() == ""
    page.steps.field.setFocus()
    page.avoid.field.setFocus()  # passing through changes nothing
    assert [shot.steps for shot in shots_of(window)] == [9, None, None]
    enter(page.length.field, "16")
    assert [shot.length for shot in shots_of(window)] == [16, 16, 16]
    page.steps.restore.click()
    assert [shot.steps for shot in shots_of(window)] == [None, None, None]


def test_a_prompt_that_is_typed_for_several_shots_is_one_step(window: Window) -> None:
    select_all(window)
    before = window.document.project
    window.inspector.prompt.setFocus()
    QTest.keyClicks(window.inspector.prompt, "rain")
    assert {shot.prompt for shot in shots_of(window)} == {"rain"}
    window.document.undo_stack.undo()
    assert window.document.project == before


def test_the_lock_of_several_shots_keeps_each_ones_own_seed(window: Window) -> None:
    select_all(window)
    window.inspector.shot.lock.click()
    assert len({shot.seed for shot in shots_of(window)}) == 3
    assert window.document.undo_stack.count() == 1
    window.inspector.shot.lock.click()
    assert {shot.seed for shot in shots_of(window)} == {None}


# The project


@pytest.fixture
def project(window: Window) -> Window:
    window.session.select()
    return window


def test_without_a_selected_shot_the_project_is_shown(project: Window) -> None:
    assert project.inspector.heading.text() == "PROJECT"
    assert not project.inspector.making.isVisible()
    project.session.select(shots_of(project)[0].id)
    assert project.inspector.heading.text() == "SHOT 1"
    project.inspector.whole.click()
    assert project.inspector.heading.text() == "PROJECT"


def test_the_projects_settings_are_edited_as_the_shots_are(project: Window) -> None:
    page = project.inspector.project
    enter(page.name.field, "Bikes")
    enter(page.film_size.field, "128x96")
    enter(page.avoid.field, "blurry")
    enter(page.steps.field, "30")
    enter(page.speed.field, "1")
    page.smoother.chosen.emit("flow")
    page.style_words.setFocus()
    QTest.keyClicks(page.style_words, "film grain")
    now: Project = project.document.project
    assert (now.name, now.width, now.height, now.smoother) == ("Bikes", 128, 96, "flow")
    assert (now.look.avoid, now.look.steps, now.look.style) == ("blurry", 30, "film grain")
    assert now.motion.speed == 1
    assert project.document.undo_stack.undoText() == "Edit style"


def test_another_rate_keeps_the_seconds(project: Window) -> None:
    enter(project.inspector.project.rate.field, "16 fps")
    assert [shot.length for shot in shots_of(project)] == [16, 16, 16]


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("film_size", "wide", "is no size"),
        ("film_size", "31x64", "films need even sides"),
        ("rate", "500", "outside 1 to 240"),
        ("name", "", "a name has 1 to 100 characters"),
    ],
)
def test_what_a_project_cannot_be_is_said_below_the_field(
    project: Window, field: str, text: str, said: str
) -> None:
    row = getattr(project.inspector.project, field)
    before = project.document.project
    enter(row.field, text)
    assert said in problem(row)
    assert project.document.project == before


def test_music_is_set_in_place_and_removed(project: Window) -> None:
    page = project.inspector.project
    assert not page.gain.isVisible()
    project.document.edit("Music", lambda p: edit.set_music(p, Music(file="media/song-0123456789.mp3")))
    assert page.music_file.text() == "song.mp3"
    enter(page.gain.field, "-6 dB")
    enter(page.fade_out.field, "1.5")
    page.loop.click()
    assert project.document.project.music == Music(
        file="media/song-0123456789.mp3", gain=-6.0, fade_out=Fraction(3, 2), loop=False
    )
    enter(page.gain.field, "99")
    assert "-60 to 24 decibels" in problem(page.gain)
    page.remove_music.click()
    assert project.document.project.music is None


# The keyboard


def test_space_and_arrows_belong_to_the_field_that_has_the_focus(window: Window) -> None:
    page = window.inspector.shot
    page.lock.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(QApplication.focusWidget(), Key.Key_Space)
    assert shots_of(window)[0].seed is not None
    assert not window.session.playing
    page.fit.field.setFocus()
    QTest.keyClick(page.fit.field, Key.Key_Down)
    assert shots_of(window)[0].fit == "contain"
    assert window.session.frame == 0


# Reading what was typed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/2", Fraction(1, 2)),
        ("0,5", Fraction(1, 2)),
        ("50 %", Fraction(1, 2)),
        ("2x", Fraction(2)),
        ("", None),
    ],
)
def test_speeds_are_read_as_people_write_them(text: str, value: Fraction | None) -> None:
    assert entry.speed(text) == value


@pytest.mark.parametrize("text", ["fast", "1/0", "-1", "1e9999999", "%"])
def test_what_is_no_speed_is_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is no speed"):
        entry.speed(text)


def test_frames_of_a_take_and_frames_between_them_are_told_apart() -> None:
    film = Project()
    assert kinds(film, Motion(), Source(Fraction(24), 3), 0, 7) == [
        "original", "made", "original", "made", "original", "held", "held",
    ]  # fmt: skip
    # From the middle it is the same as from the start.
    assert kinds(film, Motion(), Source(Fraction(24), 3), 4, 7) == ["original", "held", "held"]
    assert kinds(film, Motion(smoothing="off"), Source(Fraction(24), 9), 0, 4) == ["original", "held"] * 2
