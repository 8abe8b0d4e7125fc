"""Which models there are and which can run here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storyboard import places
from storyboard.errors import GeneratorError
from storyboard.generators import catalog, models, pipeline, registry

OTHER = "someone/their-video-model"
COMMIT = "a" * 40
OLDER = "b" * 40


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own with no models, on which the models' packages are installed."""
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.setattr(pipeline, "PACKAGES", ())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def in_hub_cache(model: Path, name: str, commit: str = COMMIT, main: bool = True) -> Path:
    """Puts a model where Hugging Face's client would have put it."""
    storage = models.hub_cache() / f"models--{name.replace('/', '--')}"
    (storage / "refs").mkdir(parents=True, exist_ok=True)
    if main:
        (storage / "refs" / "main").write_text(commit)
    return Path(shutil.copytree(model, storage / "snapshots" / commit))


class TestBuiltIn:
    @pytest.mark.parametrize("name", ["sketch", "card"])
    def test_they_are_always_ready_and_quick(self, name: str) -> None:
        status = registry.status(name)
        assert status.ready
        assert status.kind == "built-in"
        assert registry.lane(name) == "media"
        registry.check(name)

    def test_a_folder_called_sketch_does_not_take_its_place(self) -> None:
        Path("sketch").mkdir()
        assert registry.status("sketch").kind == "built-in"

    def test_models_run_in_their_own_lane(self) -> None:
        assert registry.lane(models.MODELSCOPE) == "generate"
        assert registry.lane("/some/folder") == "generate"


class TestNotHere:
    def test_the_known_model_says_how_to_get_it_and_its_licence(self) -> None:
        status = registry.status(models.MODELSCOPE)
        assert not status.ready
        assert status.kind == "hub"
        assert status.licence == "CC-BY-NC-4.0"
        for words in (f"storyboard models get {models.MODELSCOPE}", "about 4 GB", "not for commercial use"):
            assert words in status.reason

    def test_check_stops_with_that_sentence(self) -> None:
        with pytest.raises(GeneratorError, match="storyboard models get someone/their-video-model"):
            registry.check(OTHER)

    @pytest.mark.parametrize(
        "name",
        ["", " ", "no-such-model", "a/b/c", "../up", "a--b/c", "a/..", "/no/such/folder", "\\\\server\\share", "//server/share", "a\0b", "x" * 300],
    )  # fmt: skip
    def test_a_name_that_means_nothing_is_refused(self, name: str) -> None:
        with pytest.raises(GeneratorError, match="there is no model"):
            registry.check(name)
        with pytest.raises(GeneratorError, match="there is no model"):
            registry.open_generator(name)

    def test_without_its_packages_a_model_is_not_ready(
        self, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pipeline, "PACKAGES", ("a_package_that_nobody_made",))
        with pytest.raises(GeneratorError, match=r"pip install \"storyboard\[models\]\""):
            registry.check(str(tiny_model))
        assert registry.best() == "sketch"


@pytest.mark.models
class TestFolders:
    def test_an_absolute_one(self, tiny_model: Path) -> None:
        status = registry.status(str(tiny_model))
        assert (status.ready, status.kind) == (True, "folder")

    def test_one_beside_the_project(self, tiny_model: Path, home: Path) -> None:
        shutil.copytree(tiny_model, home / "film" / "my" / "model")
        registry.check("my/model", home / "film")
        with pytest.raises(GeneratorError):
            registry.check("my/model")

    def test_one_in_the_current_folder(self, tiny_model: Path) -> None:
        shutil.copytree(tiny_model, "here")
        registry.check("here")

    def test_one_of_the_users_own(self, tiny_model: Path) -> None:
        shutil.copytree(tiny_model, models.own_models() / "mine")
        registry.check("mine")
        assert registry.best() == "mine"

    def test_a_folder_wins_over_the_hub(self, tiny_model: Path) -> None:
        shutil.copytree(tiny_model, OTHER)
        assert registry.status(OTHER).kind == "folder"

    def test_a_broken_one_is_named(self, tiny_model: Path, home: Path) -> None:
        model = shutil.copytree(tiny_model, home / "broken")
        (model / "vae" / "diffusion_pytorch_model.safetensors").unlink()
        status = registry.status(str(model))
        assert not status.ready
        assert "vae/diffusion_pytorch_model.safetensors is missing" in status.reason

    def test_an_empty_one_is_no_model(self, home: Path) -> None:
        (home / "empty").mkdir()
        with pytest.raises(GeneratorError, match=r"has no model_index\.json"):
            registry.check("empty")


@pytest.mark.models
class TestHubCache:
    def test_a_downloaded_model_is_ready(self, tiny_model: Path) -> None:
        in_hub_cache(tiny_model, OTHER)
        assert registry.status(OTHER).ready
        found = models.find(OTHER)
        assert (found.kind, found.revision) == ("hub", COMMIT)

    def test_the_known_revision_comes_first_then_main(self, tiny_model: Path) -> None:
        in_hub_cache(tiny_model, models.MODELSCOPE, COMMIT)
        in_hub_cache(tiny_model, models.MODELSCOPE, OLDER, main=False)
        assert models.find(models.MODELSCOPE).revision == COMMIT
        known = catalog.facts(models.MODELSCOPE).revision
        in_hub_cache(tiny_model, models.MODELSCOPE, known, main=False)
        assert models.find(models.MODELSCOPE).revision == known

    def test_half_a_download_is_passed_over_for_a_whole_one(self, tiny_model: Path) -> None:
        half = in_hub_cache(tiny_model, OTHER, COMMIT)
        in_hub_cache(tiny_model, OTHER, OLDER, main=False)
        (half / "unet" / "diffusion_pytorch_model.safetensors").unlink()
        assert models.find(OTHER).revision == OLDER

    def test_half_a_download_alone_says_how_to_go_on(self, tiny_model: Path) -> None:
        half = in_hub_cache(tiny_model, OTHER)
        (half / "unet" / "diffusion_pytorch_model.safetensors").unlink()
        with pytest.raises(GeneratorError, match=f"is missing.*storyboard models get {OTHER}"):
            registry.check(OTHER)

    def test_other_variables_move_the_cache(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert models.hub_cache() == home / "huggingface" / "hub"
        monkeypatch.setenv("HF_HUB_CACHE", str(home / "elsewhere"))
        assert models.hub_cache() == home / "elsewhere"
        monkeypatch.delenv("HF_HUB_CACHE")
        monkeypatch.delenv("HF_HOME")
        monkeypatch.setenv("XDG_CACHE_HOME", str(home / "xdg"))
        assert models.hub_cache() == home / "xdg" / "huggingface" / "hub"


class TestList:
    def test_a_bare_machine_has_the_built_in_ones_and_knows_of_one(self) -> None:
        assert [now.name for now in registry.known()] == ["sketch", "card", *catalog.built_in()]
        assert registry.best() == "sketch"

    @pytest.mark.models
    def test_it_finds_downloads_and_own_models_and_nothing_else(self, tiny_model: Path) -> None:
        in_hub_cache(tiny_model, OTHER)
        picture = in_hub_cache(tiny_model, "someone/pictures")
        (picture / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
        shutil.copytree(tiny_model, models.own_models() / "mine")
        (models.own_models() / "notes").mkdir()
        (models.own_models() / "a file").write_text("")
        names = [now.name for now in registry.known()]
        assert names == ["sketch", "card", *catalog.built_in(), OTHER, "mine"]
        assert registry.best() == OTHER

    @pytest.mark.models
    def test_the_known_model_is_the_best_where_it_is(self, tiny_model: Path) -> None:
        in_hub_cache(tiny_model, OTHER)
        in_hub_cache(tiny_model, models.MODELSCOPE)
        assert registry.best() == models.MODELSCOPE


@pytest.mark.models
def test_looking_imports_no_model_library(tiny_model: Path) -> None:
    looks = (
        "import sys\n"
        "from fractions import Fraction\n"
        "from storyboard.generators import registry\n"
        "from storyboard.project import Wish\n"
        "model = sys.argv[1]\n"
        "registry.check(model); registry.known(); registry.best()\n"
        "wish = Wish(model=model, prompt='a dog', avoid='', steps=2, guidance=None, seed=None)\n"
        "registry.open_generator(model).recipe(wish, 1, Fraction(1), 64, 64)\n"
        "heavy = {'torch', 'diffusers', 'transformers', 'numpy', 'huggingface_hub', 'safetensors'}\n"
        "print(*sorted(heavy & sys.modules.keys()))\n"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", looks, str(tiny_model)],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("", "")
