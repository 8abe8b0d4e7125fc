"""Auditions in the window: begun from a page, looked at in the panel, carried on from there or thrown away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storyboard import edit, places, store, values
from storyboard.film import audition, queue
from storyboard.film.audition import Held
from storyboard.frames import unreported
from storyboard.generators import registry
from storyboard.take import Recipe
from storyboard.workers.shown import take_frames as shown_frames
from storyboard.workers.steps import Generate
from tests.ui.conftest import Opener
from ui.dialogs.audition import Audition
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
Key = Qt.Key
COUNTING = """
import os, sys

if "storyboard.workers" in " ".join(sys.orig_argv):
    from storyboard.generators.adapter import DiffusersVideo

    once = DiffusersVideo._once

    def counted(self, *arguments):
        before = self.denoised
        try:
            return once(self, *arguments)
        finally:
            with open(os.environ["COUNTED_STEPS"], "a") as file:
                file.write(f"{self.denoised - before}\\n")

    DiffusersVideo._once = counted
"""
"""A worker's Python reads it first, and writes down how many steps a model worked on in each call."""


def hold(window: Window, *seeds: int, prompt: str = "a red ball", steps: int = 25) -> list[Held]:
    """What an audition of the first shot leaves, up to the sixth step: pictures of four moments."""
    folder, shot = window.document.folder, window.document.project.shots[0]
    place = folder / audition.FOLDER
    place.mkdir(parents=True, exist_ok=True)
    made = []
    for seed in seeds:
        recipe = Recipe("diffusers", "1", "tiny", prompt, seed, 8, 64, 64, Fraction(8), steps=steps)
        take = store.new_id()
        step = Generate(take=take, shot=shot.id, number=1, wish="", model="tiny", recipe=recipe)
        held = Held(step, 6, f"{audition.FOLDER}/{take}.webp")
        greys = [Image.new("RGB", (64, 64), (40 * n, 40 * n, seed)) for n in range(4)]
        greys[0].save(folder / held.picture, "WEBP", save_all=True, append_images=greys[1:], lossless=True)
        (place / f"{take}.json").write_bytes(values.encode(held))
        made.append(held)
    window.commands.auditions._look_closely()
    return made


def shown(window: Window) -> list[str]:
    return [window.takes.held.list.item(row).text() for row in range(window.takes.held.list.count())]


@pytest.fixture
def held(window: Window, until: Until) -> list[Held]:
    """Three held takes of the first shot, shown."""
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    shot = window.document.project.shots[0].id
    window.document.edit("Model", lambda p: edit.set_shot(p, shot, model="tiny"))
    made = hold(window, 11, 12, 13)
    until(lambda: len(shown(window)) == 3)
    return made


def press(window: Window, key: Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, keys)


# The panel


def test_what_is_held_moves_and_says_its_seed_and_steps(
    window: Window, until: Until, held: list[Held]
) -> None:
    panel = window.takes.held
    assert shown(window) == [f"seed {seed}, 6 of 25 steps" for seed in (11, 12, 13)]
    assert panel.heading.text() == "HELD · 3"
    assert window.takes.empty.isHidden()
    assert window.takes.list.isHidden(), "without takes what is held has the room"
    names = [one.name for one in held]
    until(lambda: panel.list.picture(names[0]) is not None)

    def grey() -> int:
        picture = panel.list.picture(names[0])
        return -1 if picture is None else picture.pixelColor(5, 5).red()

    seen: set[int] = set()
    until(lambda: bool(seen.add(grey()) or len(seen) == 4))
    assert seen == {0, 40, 80, 120}
    window.session.select(window.document.project.shots[1].id)
    assert panel.isHidden()
    assert not panel.list._clock.isActive(), "nothing is painted for nobody"
    shot = window.document.project.shots[0].id
    window.session.select(shot)
    window.document.edit("Prompt", lambda p: edit.set_shot(p, shot, prompt="a blue ball"))
    assert shown(window)[0] == "seed 11, 6 of 25 steps, other prompt"


def test_keys_pick_and_carry_on(window: Window, held: list[Held]) -> None:
    panel = window.takes.held
    assert not panel.carry_on.isEnabled()
    panel.list.setFocus()
    press(window, Key.Key_Home)
    press(window, Key.Key_Space)
    press(window, Key.Key_Right)
    press(window, Key.Key_Right)
    press(window, Key.Key_Space)
    assert not window.session.playing, "Space picks here"
    assert panel.carry_on.text() == "Carry on (2)"
    assert panel.rest.text() == "Throw away (1)"
    press(window, Key.Key_Space)
    assert [one.name for one in window.commands.auditions.picked] == [held[0].name]
    press(window, Key.Key_Return)
    (job,) = window.worker.jobs
    assert job.task == queue.CarryOn((held[0].wanted,))
    window.worker.pause(job.id)
    window.worker.cancel(job.id)


def test_what_is_thrown_away_comes_back_by_undo_until_the_window_is_shut(
    window: Window, opened: Opener, until: Until, held: list[Held]
) -> None:
    window.commands.auditions.pick([held[1].name])
    window.takes.held.rest.click()
    until(lambda: shown(window) == ["seed 12, 6 of 25 steps"])
    assert "2 held takes thrown away; undo brings them back." in window.status.message.text()
    window.actions_by_name["undo"].trigger()
    until(lambda: len(shown(window)) == 3)
    window.takes.held.list.setFocus()
    press(window, Key.Key_End)
    press(window, Key.Key_Delete)
    until(lambda: len(shown(window)) == 2)
    folder = window.document.folder
    assert list((folder / audition.THROWN).iterdir())
    window.shut()
    again = opened(folder)
    until(lambda: not (folder / audition.THROWN).exists())
    until(lambda: len(shown(again)) == 2)


def test_a_window_that_is_closed_leaves_its_audition_in_the_queue_with_the_same_seeds(
    window: Window, opened: Opener, until: Until, held: list[Held]
) -> None:
    window.worker._thread.hand = lambda _: None  # type: ignore[method-assign]
    window.commands.auditions.begin(4, 6)
    window.commands.auditions.pick([held[2].name])
    window.commands.auditions.carry_on()
    tasks = [job.task for job in window.worker.jobs]
    assert isinstance(tasks[0], queue.MakeAudition)
    seeds = {take.seed for take in tasks[0].takes}
    assert len(seeds) == 4
    assert not seeds & {11, 12, 13}, "what is held has these"
    window.shut()
    again = opened(window.document.folder)
    until(lambda: len(again.worker.jobs) == 2 and len(shown(again)) == 3)
    assert [job.task for job in again.worker.jobs] == tasks
    orders = [again.worker.order(job.id) for job in again.worker.jobs]
    assert [order.name for order in orders if order is not None] == [
        "Shot 1, audition of 4 takes up to step 6",
        "Shot 1, 1 held take carried on",
    ]
    assert shown(again)[2].endswith("carrying on")
    again.worker.remove(again.worker.jobs[1].id)
    assert shown(again)[2] == "seed 13, 6 of 25 steps", "it can be picked again"


# The page


def test_a_model_that_cannot_be_held_says_so_on_the_button_and_by_the_key(
    window: Window, until: Until
) -> None:
    until(lambda: not window.takes.held.begin.isEnabled())
    assert "Takes of sketch cannot be stopped" in window.takes.held.begin.toolTip()
    window.timeline.setFocus()
    press(window, Key.Key_A)
    assert window.pages.opened is None
    assert "Takes of sketch cannot be stopped" in window.status.message.text()


def test_the_page_remembers_and_refuses_a_step_that_a_take_has_not(window: Window) -> None:
    page = Audition("shot 1", 1, 24, window)
    assert (page.takes.value(), page.steps.value()) == (6, 6)
    assert page.cost.text() == "36 steps in all: as many as 1.4 whole takes."
    page.steps.setValue(25)
    assert not page.begin.isEnabled()
    assert page.problem.text() == "A take of 25 steps is whole then: hold it after step 24 at the latest."
    page.takes.setValue(4)
    page.steps.setValue(8)
    page.begin.click()
    again = Audition("2 shots", 2, 4, window)
    assert (again.takes.value(), again.steps.value()) == (4, 4), "a model of few steps has no eighth"


# All of it


@pytest.fixture
def tiny(tiny_model: Path) -> Iterator[str]:
    """A model of the user's own, by its name."""
    place = places.data() / "models" / "tiny"
    shutil.copytree(tiny_model, place)
    yield place.name
    shutil.rmtree(place)


@pytest.mark.models
def test_six_are_held_and_two_of_them_are_made_whole(
    tiny: str, window: Window, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = tmp_path / "counted"
    counted.mkdir()
    (counted / "sitecustomize.py").write_text(COUNTING)
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join(filter(None, (str(counted), os.environ.get("PYTHONPATH"))))
    )
    monkeypatch.setenv("COUNTED_STEPS", str(counted / "steps"))
    until(lambda: not window.takes.held.begin.isEnabled())
    shot = window.document.project.shots[0].id
    window.document.edit("Set", lambda p: edit.set_shot(p, shot, model=tiny, steps=5))
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    window.timeline.setFocus()
    press(window, Key.Key_A)
    page = window.pages.opened
    assert isinstance(page, Audition)
    page.takes.setValue(6)
    page.steps.setValue(2)
    page.begin.click()
    assert window.worker.states()[shot].state == "queued"
    until(lambda: len(shown(window)) == 6 and not window.worker.busy)
    assert window.worker.jobs[0].reason == "6 takes held at step 2: pick those that are to be made whole."
    assert not window.document.takes

    panel = window.takes.held
    panel.list.setFocus()
    held = window.commands.auditions.current
    for row in (1, 4):
        QTest.mouseClick(
            panel.list.viewport(),
            Qt.MouseButton.LeftButton,
            pos=panel.list.visualItemRect(panel.list.item(row)).center(),
        )
    assert panel.carry_on.text() == "Carry on (2)"
    panel.carry_on.click()
    assert sum("carrying on" in words for words in shown(window)) == 2
    until(lambda: not window.worker.busy and len(shown(window)) == 4)
    assert [one.name for one in window.commands.auditions.current] == [
        one.name for place, one in enumerate(held) if place not in (1, 4)
    ]
    worked = [int(steps) for steps in (counted / "steps").read_text().split()]
    assert worked == [2] * 6 + [5 - 2] * 2, "no step is worked on twice"
    takes = window.document.takes
    assert set(takes) == {held[1].name, held[4].name}
    assert {take.number for take in takes.values()} == {1, 2}
    chosen = window.document.project.shots[0].chosen
    assert chosen is not None
    assert chosen.take == held[1].name, "of a draft the first is chosen"
    folder = window.document.folder
    plain = registry.open_generator(tiny, folder)
    for take in takes.values():
        assert take.recipe is not None
        made = np.stack(list(shown_frames(folder, take, 0, take.frames - 1)))
        assert np.array_equal(made, np.stack(list(plain.generate(take.recipe, unreported))))
    registry.close(plain)
