"""Managing the models of a machine: what each needs, adding from any drive, removing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from storyboard import places, settings
from storyboard.errors import GeneratorError
from storyboard.generators import catalog, managing, models, pipeline, registry
from storyboard.generators.advice import Machine
from tests.generators.test_registry import COMMIT, in_hub_cache
from tests.support import storyboard

LAPTOP = Machine("RTX 4060", 8.0, 32.0)
PROCESSOR = Machine("", 0.0, 16.0)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.setattr(pipeline, "PACKAGES", ())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def named(name: str, machine: Machine = LAPTOP) -> managing.Overview:
    return next(one for one in managing.overview(machine) if one.name == name)


class TestOverview:
    def test_it_lists_all_that_is_known(self) -> None:
        names = [one.name for one in managing.overview(LAPTOP)]
        assert names == ["sketch", "card", *catalog.built_in()]

    def test_a_model_that_is_not_here_says_what_it_would_take(self) -> None:
        one = named(models.MODELSCOPE)
        assert (one.ready, one.size, one.commercial) == (False, 0, "no")
        assert one.download == "about 4 GB"
        assert one.fits == "fits with the text encoder unloaded"
        assert "storyboard models get" in one.reason

    def test_no_model_is_ever_not_supported(self) -> None:
        for machine in (LAPTOP, PROCESSOR, Machine("", 0.0, 2.0), Machine("GT 710", 2.0, 4.0)):
            for one in managing.overview(machine):
                assert one.kind == "built-in" or one.fits
                assert "not supported" not in one.fits

    @pytest.mark.models
    def test_a_model_that_is_here_says_its_size(self, tiny_model: Path) -> None:
        in_hub_cache(tiny_model, models.MODELSCOPE)
        one = named(models.MODELSCOPE)
        assert one.ready
        assert one.revision == COMMIT
        assert one.size == sum(path.stat().st_size for path in tiny_model.rglob("*") if path.is_file())

    @pytest.mark.models
    def test_half_a_download_is_told_from_none_and_from_all(self, tiny_model: Path) -> None:
        assert named(models.MODELSCOPE).here == "no"
        folder = in_hub_cache(tiny_model, models.MODELSCOPE)
        assert named(models.MODELSCOPE).here == "whole"
        (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink()
        one = named(models.MODELSCOPE)
        assert (one.here, one.ready) == ("part", False)
        assert one.size > 0
        assert "in part" in storyboard("models", "list").out

    def test_a_mistake_in_the_users_list_is_told(self) -> None:
        assert managing.problem() == ""
        catalog.own_file().parent.mkdir(parents=True)
        catalog.own_file().write_text("[models")
        assert "models.toml" in managing.problem()
        assert len(managing.overview(LAPTOP)) > 10


@pytest.mark.models
class TestAdding:
    def test_a_folder_anywhere_is_known_by_its_name_and_stays_there(
        self, tiny_model: Path, home: Path
    ) -> None:
        place = shutil.copytree(tiny_model, home / "drive" / "mine")
        assert managing.add(place) == ["mine"]
        assert registry.status("mine").ready
        assert managing.add(place) == ["mine"], "once more changes nothing"
        assert settings.load().model_folders == (str(home / "drive"),)
        assert not models.own_models().exists()

    def test_a_folder_of_models_is_added_as_a_whole(self, tiny_model: Path, home: Path) -> None:
        for name in ("one", "two"):
            shutil.copytree(tiny_model, home / "drive" / name)
        assert managing.add(home / "drive") == ["one", "two"]
        assert registry.status("two").ready

    def test_a_wrong_folder_says_what_is_wrong(self, tiny_model: Path, home: Path) -> None:
        (home / "empty").mkdir()
        with pytest.raises(GeneratorError, match=r"has no model_index\.json"):
            managing.add(home / "empty")
        with pytest.raises(GeneratorError, match="is no folder"):
            managing.add(home / "nowhere")
        broken = shutil.copytree(tiny_model, home / "drive" / "broken")
        (broken / "unet" / "config.json").unlink()
        with pytest.raises(GeneratorError, match=r"unet/config\.json is missing"):
            managing.add(broken)
        assert settings.load().model_folders == ()

    def test_a_name_is_taken_once(self, tiny_model: Path, home: Path) -> None:
        managing.add(shutil.copytree(tiny_model, home / "drive" / "mine"))
        with pytest.raises(GeneratorError, match="another model is called mine"):
            managing.add(shutil.copytree(tiny_model, home / "other" / "mine"))


@pytest.mark.models
class TestRemoving:
    def test_a_download_is_deleted(self, tiny_model: Path) -> None:
        in_hub_cache(tiny_model, models.MODELSCOPE)
        assert managing.remove(models.MODELSCOPE) > 100_000
        assert not registry.status(models.MODELSCOPE).ready
        with pytest.raises(GeneratorError, match="is not on this machine"):
            managing.remove(models.MODELSCOPE)

    def test_what_was_added_is_forgotten_and_not_touched(self, tiny_model: Path, home: Path) -> None:
        place = shutil.copytree(tiny_model, home / "drive" / "mine")
        managing.add(place)
        assert managing.remove("mine") == 0
        assert (place / "model_index.json").is_file()
        assert settings.load().model_folders == ()

    def test_a_folder_with_others_beside_it_is_left_to_its_owner(self, tiny_model: Path, home: Path) -> None:
        for name in ("one", "two"):
            shutil.copytree(tiny_model, home / "drive" / name)
        managing.add(home / "drive")
        with pytest.raises(GeneratorError, match="two is there too: delete it there"):
            managing.remove("one")

    @pytest.mark.parametrize("name", ["sketch", "card"])
    def test_what_is_built_in_stays(self, name: str) -> None:
        with pytest.raises(GeneratorError, match="part of Storyboard"):
            managing.remove(name)


@pytest.mark.models
def test_the_commands(tiny_model: Path, home: Path) -> None:
    place = shutil.copytree(tiny_model, home / "drive" / "mine")
    added = storyboard("models", "add", place)
    assert (added.code, "mine is known" in added.out) == (0, True)
    listed = {one["name"]: one for one in storyboard("models", "list", "--json").json}
    assert listed["mine"]["ready"]
    assert listed["mine"]["fits"]
    assert storyboard("models", "--json").json == list(listed.values())
    assert "mine" in storyboard("models", "list").out
    counted = storyboard("explain", "a cat", "--model", place)
    assert counted.out.strip() == "4 of the 30 tokens that the model reads"
    assert "it does not read" in storyboard("explain", "a cat " * 20, "--model", place).out
    assert storyboard("models", "remove", "mine").out.strip() == "mine is forgotten"
    refused = storyboard("models", "remove", "mine")
    assert refused.code == 1
    assert "is not on this machine" in refused.error
