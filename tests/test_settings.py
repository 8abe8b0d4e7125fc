"""Settings of this machine, and what follows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from storyboard import places, settings
from storyboard.errors import StoryboardError
from storyboard.generators import models
from storyboard.settings import Settings


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))


def test_settings_are_kept() -> None:
    assert settings.load() == Settings()
    wanted = Settings("cuda:1", ("/models",), 7 << 30)
    settings.save(wanted)
    assert settings.load() == wanted


def test_settings_that_could_not_be_read_again_are_refused() -> None:
    with pytest.raises(StoryboardError, match="cannot be kept"):
        settings.save(Settings(device="the fast one"))
    assert settings.load() == Settings()


def test_a_model_in_a_folder_of_the_users_is_found_by_its_bare_name(tmp_path: Path) -> None:
    (tmp_path / "disk" / "mine").mkdir(parents=True)
    assert models.folder_of("mine") is None
    settings.save(Settings(model_folders=(str(tmp_path / "disk"), "not/absolute")))
    assert models.folder_of("mine") == tmp_path / "disk" / "mine"
    assert models.more_models() == [tmp_path / "disk"]
