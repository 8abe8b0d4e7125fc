"""The open project: undo, saving, and takes that arrive."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication

from storyboard import edit, store
from storyboard.media import lossless
from storyboard.project import Project, wish
from storyboard.take import Take
from ui.document import Document

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def document(qt: QApplication, folder: Path) -> Iterator[Document]:
    opened = Document(folder)
    yield opened
    opened.close()


def on_disk(folder: Path) -> Project:
    return store.open_project(folder).project


def prompt(document: Document, text: str) -> None:
    shot = document.project.shots[0].id
    document.edit("Edit prompt", lambda p: edit.set_shot(p, shot, prompt=text), merge=f"prompt {shot}")


def add_take(folder: Path, project: Project, index: int, number: int = 1, take_id: str | None = None) -> Take:
    """A real take of a shot, published beside the window as a worker does."""
    shot, found = project.shots[index], take_id or store.new_id()
    (folder / "takes").mkdir(exist_ok=True)
    frames = (np.full((64, 64, 3), 40 * i, np.uint8) for i in range(4))
    written = lossless.write(folder / "takes" / f"{found}.mkv", frames, Fraction(8))
    take = Take(
        id=found, shot=shot.id, number=number, created=f"2026-01-01T00:00:{number:02}+00:00", frames=4,
        rate=Fraction(8), width=64, height=64, content=written.content, wish=wish(shot, project.look).key,
    )  # fmt: skip
    store.publish(folder, take)
    return take


def test_typing_in_a_prompt_is_one_step_and_undo_brings_back_the_earlier_text(document: Document) -> None:
    before = document.project
    for text in ("a", "a c", "a cat"):
        prompt(document, text)
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert document.project == before
    document.undo_stack.redo()
    assert document.project.shots[0].prompt == "a cat"


def test_typing_again_after_leaving_the_prompt_is_a_second_step(document: Document) -> None:
    prompt(document, "a cat")
    document.end_typing()
    prompt(document, "a cat sleeps")
    document.undo_stack.undo()
    assert document.project.shots[0].prompt == "a cat"


def test_steps_have_the_names_that_undo_shows(document: Document) -> None:
    document.edit("Remove shot", lambda p: edit.remove(p, [p.shots[1].id]))
    assert document.undo_stack.undoText() == "Remove shot"


def test_an_edit_that_is_refused_says_why_and_changes_nothing(document: Document) -> None:
    before, said = document.project, QSignalSpy(document.refused)
    assert not document.edit("Trim", lambda p: edit.trim_end(p, p.shots[0].id, 8))
    assert document.project is before
    assert said.at(0)[0].startswith("Shot 1 is 8 frames long and trimming 8 leaves nothing")


def test_every_edit_is_on_disk_within_a_second(document: Document, folder: Path, until: Until) -> None:
    changed = time.monotonic()
    document.edit("Remove shot", lambda p: edit.remove(p, [p.shots[2].id]))
    assert document.saved_words == "Saving"
    until(lambda: len(on_disk(folder).shots) == 2)
    # Not a measurement: the timer alone decides, with room for a slow disk.
    assert document._save_timer.interval() <= 1000
    until(lambda: document.saved_words == "Saved")
    assert time.monotonic() - changed < 30


def test_who_types_without_a_pause_is_saved_meanwhile(document: Document, folder: Path, until: Until) -> None:
    start = document.project.shots[0].prompt
    typed = iter(range(100_000))

    def saved_while_typing() -> bool:
        prompt(document, f"a cat {next(typed)}")
        return on_disk(folder).shots[0].prompt != start

    until(saved_while_typing)


def test_undo_to_what_was_saved_before_a_running_save_is_saved_too(
    document: Document, folder: Path, until: Until
) -> None:
    before = document.project
    prompt(document, "another")
    document._start_save()
    document.undo_stack.undo()
    until(lambda: document.saved_words == "Saved")
    assert on_disk(folder) == before


def test_closing_saves_what_the_timer_had_not(document: Document, folder: Path) -> None:
    prompt(document, "the last word")
    assert document.close() == ""
    assert on_disk(folder).shots[0].prompt == "the last word"


def test_a_project_that_another_program_edits_is_shown_read_only(
    document: Document, folder: Path, qt: QApplication
) -> None:
    second = Document(folder)
    said = QSignalSpy(second.refused)
    assert second.saved_words == "Read only"
    assert "is being edited by" in second.why_read_only
    assert not second.edit("Remove shot", lambda p: edit.remove(p, [p.shots[0].id]))
    assert said.count() == 1
    assert len(second.project.shots) == 3
    second.close()


def test_a_file_that_was_changed_elsewhere_is_not_overwritten_and_can_be_loaded(
    document: Document, folder: Path
) -> None:
    theirs = (folder / "project.json").read_bytes().replace(b"a red ball", b"a red hat")
    (folder / "project.json").write_bytes(theirs)
    prompt(document, "mine")
    assert "was changed by another program" in document.flush()
    assert (folder / "project.json").read_bytes() == theirs
    document.reload()
    assert document.project.shots[0].prompt == "a red hat"
    document.undo_stack.undo()
    assert document.project.shots[0].prompt == "mine"


def test_a_take_that_arrives_is_shown_and_is_no_undo_step(
    document: Document, folder: Path, until: Until
) -> None:
    take = add_take(folder, document.project, 1)
    until(lambda: document.project.shots[1].chosen is not None)
    chosen = document.project.shots[1].chosen
    assert chosen is not None
    assert chosen.take == take.id
    assert document.undo_stack.count() == 0
    until(lambda: on_disk(folder).shots[1].chosen is not None)


def test_undo_loses_no_take_that_arrived_since(document: Document, folder: Path) -> None:
    document.edit("Remove shot", lambda p: edit.remove(p, [p.shots[0].id]))
    add_take(folder, document.project, 0)
    document.rescan()
    document.undo_stack.undo()
    chosen = [shot.chosen is not None for shot in document.project.shots]
    assert chosen == [False, True, False]


def test_a_take_for_an_older_prompt_is_shown_as_stale(document: Document, folder: Path) -> None:
    before = document.project
    prompt(document, "something else")
    take = add_take(folder, before, 0)
    document.rescan()
    chosen = document.project.shots[0].chosen
    assert chosen is not None
    assert (chosen.take, chosen.wish) == (take.id, take.wish)
    assert chosen.wish != wish(document.project.shots[0], document.project.look).key


def test_a_named_version_is_kept(document: Document, folder: Path) -> None:
    prompt(document, "before the ending")
    assert document.save_version("Before the ending")
    assert [version.label for version in store.open_project(folder).versions() if version.label] == [
        "Before the ending"
    ]
