"""The page of models: what is here and what it takes, getting, adding, removing and using one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from storyboard import places, settings
from storyboard.generators import managing, models, pipeline
from tests.generators.test_registry import in_hub_cache
from tests.hub import NAME, Hub, serve
from tests.ui.test_shell_pages import Answers
from ui.dialogs.models import Models
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.setattr(pipeline, "PACKAGES", ())
    return tmp_path


@pytest.fixture
def hub(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serve(tiny_model, tmp_path / "published") as served:
        for name, value in served.environment(tmp_path).items():
            monkeypatch.setenv(name, value)
        models.hub_storage(NAME).mkdir(parents=True)
        yield served


class Asked:
    """Answers every question yes, and remembers it."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def __call__(self, _: QWidget, question: str, yes: str) -> bool:
        self.questions.append(f"{question} [{yes}]")
        return True


def page_of(window: Window, until: Until, model: str = "") -> Models:
    window.pages.show_models(model)
    page = window.pages.opened
    assert isinstance(page, Models)
    until(lambda: page.list.topLevelItemCount() > 2)
    return page


def row(page: Models) -> list[str]:
    """The texts of the chosen row."""
    (item,) = page.list.selectedItems()
    return [item.text(column) for column in range(5)]


def test_every_model_says_its_size_fit_and_licence(window: Window, until: Until) -> None:
    window.actions_by_name["models"].trigger()
    page = window.pages.opened
    assert isinstance(page, Models)
    until(lambda: page.list.topLevelItemCount() > 2)
    assert page.list.topLevelItemCount() == len(managing.overview())
    assert row(page)[2:4] == ["ready", "Part of Storyboard, always there"]
    for at in range(2, page.list.topLevelItemCount()):
        page.list.setCurrentItem(page.list.topLevelItem(at))
        title, _, state, fits, licence = row(page)
        assert title
        assert fits
        assert licence
        assert state == "not here"
        assert page.get.isEnabled()
        assert not page.use.isEnabled()
        assert not page.remove.isEnabled()


def test_the_limits_of_a_licence_are_told_before_anything_is_got(window: Window, until: Until) -> None:
    page = page_of(window, until, models.MODELSCOPE)
    assert row(page)[4] == "Not commercial · CC-BY-NC-4.0"
    assert "Licence: CC-BY-NC-4.0 · not for commercial use" in page.facts.text()
    assert models.MODELSCOPE in page.facts.text()


@pytest.mark.models
def test_a_model_that_is_here_is_used_with_one_step_that_can_be_undone(
    window: Window, until: Until, tiny_model: Path
) -> None:
    in_hub_cache(tiny_model, models.MODELSCOPE)
    page = page_of(window, until, models.MODELSCOPE)
    assert row(page)[2] == "ready"
    assert not page.get.isEnabled()
    page.use.click()
    assert window.document.project.look.model == models.MODELSCOPE
    assert page.use.text() == "Used in this project"
    window.document.undo_stack.undo()
    assert window.document.project.look.model == "sketch"


@pytest.mark.models
def test_getting_one_shows_how_far_it_is_and_then_it_is_ready(window: Window, until: Until, hub: Hub) -> None:
    window.pages.downloads.get(NAME)
    until(lambda: any(coming.total for coming in window.pages.downloads.coming.values()))
    until(lambda: not window.pages.downloads.coming)
    assert "is here now" in window.status.message.text()
    page = page_of(window, until, NAME)
    assert row(page)[2] == "ready"
    assert page.progress.isHidden()


@pytest.mark.models
def test_a_file_that_fails_is_a_sentence_and_trying_again_gets_only_that(
    window: Window, until: Until, hub: Hub
) -> None:
    hub.refused[WEIGHTS] = 404
    window.pages.downloads.get(NAME)
    until(lambda: not window.pages.downloads.coming)
    page = page_of(window, until, NAME)
    assert row(page)[2] == "half here"
    assert page.get.text() == "Get the rest"
    page.get.click()
    assert not page.progress.isHidden()
    assert page.cancel.isEnabled()
    until(lambda: page.get.text() == "Try again")
    assert WEIGHTS in page.problem.text()
    assert page.problem.objectName() == "problem"
    del hub.refused[WEIGHTS]
    before = len(hub.asked)
    page.get.click()
    until(lambda: row(page)[2] == "ready")
    assert hub.asked[before:] == [WEIGHTS]
    assert not page.problem.isVisible()


@pytest.mark.models
def test_a_download_that_is_cancelled_is_no_problem_and_goes_on_later(
    window: Window, until: Until, hub: Hub
) -> None:
    large = 64 * 2**20
    header = json.dumps({"a": {"dtype": "U8", "shape": [large], "data_offsets": [0, large]}}).encode()
    (hub.folder / WEIGHTS).write_bytes(len(header).to_bytes(8, "little") + header + bytes(large))
    window.pages.downloads.get(NAME)
    until(lambda: any(coming.done > 0 for coming in window.pages.downloads.coming.values()))
    window.pages.downloads.cancel(NAME)
    assert not window.pages.downloads.coming
    page = page_of(window, until, NAME)
    assert row(page)[2] in ("half here", "ready")  # a quick machine may have got all of it
    assert not page.problem.isVisible()


@pytest.mark.models
def test_a_download_goes_on_when_its_page_is_closed(window: Window, until: Until, hub: Hub) -> None:
    window.pages.downloads.get(NAME)
    page = page_of(window, until, NAME)
    page.close()
    until(lambda: window.pages.opened is None)
    until(lambda: not window.pages.downloads.coming)
    assert "is here now" in window.status.message.text()
    assert models.find(NAME).name == NAME


@pytest.mark.models
def test_closing_the_window_ends_a_download(window: Window, until: Until, hub: Hub) -> None:
    window.pages.downloads.get(NAME)
    assert window.pages.downloads.coming
    window.shut()
    assert not window.pages.downloads.coming


@pytest.mark.models
def test_a_folder_is_added_and_taken_off_the_list_and_stays(
    window: Window, until: Until, tiny_model: Path, home: Path
) -> None:
    place = Path(shutil.copytree(tiny_model, home / "drive" / "mine"))
    window.pages._choose, asked = Answers(place), Asked()
    window.pages._ask = asked
    page = page_of(window, until)
    page.add.click()
    until(lambda: bool(page.list.findItems("mine", Qt.MatchFlag.MatchExactly)))
    assert "Known now: mine." in page.problem.text()
    assert page.problem.objectName() == "quiet"
    page.list.setCurrentItem(page.list.findItems("mine", Qt.MatchFlag.MatchExactly)[0])
    page.remove.click()
    until(lambda: not page.list.findItems("mine", Qt.MatchFlag.MatchExactly))
    assert asked.questions == ["Take mine off the list? Its folder stays where it is. [Take off the list]"]
    assert place.is_dir()
    assert settings.load().model_folders == ()


def test_a_folder_that_is_no_model_is_refused_in_place(window: Window, until: Until, tmp_path: Path) -> None:
    window.pages._choose = Answers(tmp_path)
    page = page_of(window, until)
    page.add.click()
    until(lambda: page.problem.objectName() == "problem" and page.problem.isVisible())
    assert "model_index.json" in page.problem.text()


@pytest.mark.models
def test_a_download_is_deleted_only_after_a_question(window: Window, until: Until, tiny_model: Path) -> None:
    in_hub_cache(tiny_model, models.MODELSCOPE)
    page = page_of(window, until, models.MODELSCOPE)
    page.remove.click()  # this window's user says no
    assert models.hub_storage(models.MODELSCOPE).is_dir()
    asked = Asked()
    page._ask = asked
    page.remove.click()
    until(lambda: row(page)[2] == "not here")
    assert "It can be downloaded again. [Delete]" in asked.questions[0]
    assert not models.hub_storage(models.MODELSCOPE).exists()
    assert "are free again" in page.problem.text()
