"""The lists of models: ours is whole and sourced, and a mistake in the user's own names the file and the key."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from storyboard import places
from storyboard.errors import GeneratorError
from storyboard.generators import catalog, models, registry


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own list of models, which is not there yet."""
    monkeypatch.setenv(places.HOME, str(tmp_path))
    catalog.own_file().parent.mkdir(parents=True)
    return catalog.own_file()


@pytest.mark.parametrize("name", catalog.built_in())
class TestOurs:
    def test_it_says_where_it_is_from_and_what_one_may_do(self, name: str) -> None:
        model = catalog.built_in()[name]
        assert models.is_hub_id(name)
        assert model.title
        assert model.source
        assert model.licence
        assert model.commercial != "unknown"
        assert bool(model.licence_note) == (model.commercial != "yes")

    def test_its_own_size_and_count_are_ones_it_can_make(self, name: str) -> None:
        facts = catalog.of(catalog.built_in()[name])
        width, height = facts.model.size
        assert width % facts.multiple == height % facts.multiple == 0
        assert width * height <= facts.most_pixels
        assert facts.frames(facts.model.native_frames) == facts.model.native_frames <= facts.most_frames

    def test_a_commit_is_whole_or_left_open(self, name: str) -> None:
        model = catalog.built_in()[name]
        assert re.fullmatch(r"([0-9a-f]{40})?", model.revision)
        assert model.revision or "no commit" in model.source


def test_the_first_six_are_pinned() -> None:
    first = (
        "ali-vilab/text-to-video-ms-1.7b", "Wan-AI/Wan2.1-T2V-1.3B-Diffusers", "Wan-AI/Wan2.2-TI2V-5B-Diffusers",
        "Lightricks/LTX-Video", "THUDM/CogVideoX-2b", "THUDM/CogVideoX-5b", "THUDM/CogVideoX-5b-I2V",
    )  # fmt: skip
    assert all(catalog.built_in()[name].revision for name in first)


@pytest.mark.parametrize(
    ("wanted", "frames"), [(1, 1), (2, 5), (5, 5), (24, 25), (32, 33), (33, 33), (81, 81)]
)
def test_frames_are_a_multiple_of_four_and_one(wanted: int, frames: int) -> None:
    assert catalog.facts("Wan-AI/Wan2.1-T2V-1.3B-Diffusers").frames(wanted) == frames


def test_a_model_that_no_list_knows_gets_its_pipelines_facts() -> None:
    assert catalog.facts("nobody/nothing").pipeline.name == "TextToVideoSDPipeline"
    assert catalog.unknown("LTXPipeline").frame_step == 8


@pytest.mark.models
@pytest.mark.parametrize("name", catalog.pipelines())
def test_a_pipelines_table_fits_the_real_class(name: str) -> None:
    diffusers = pytest.importorskip("diffusers")
    table, kind = catalog.pipelines()[name], getattr(diffusers, name)
    call = inspect.signature(kind.__call__).parameters
    made = inspect.signature(kind.__init__).parameters
    arguments = {*table.embeds, *table.extra, *table.starts.values(), table.frames, table.fps}
    if table.guidance != "guider":
        arguments.add(table.guidance)
    if table.encode == "each":
        arguments |= {f"negative_{name}" for name in table.embeds}
    assert {argument for argument in arguments if argument} <= call.keys()
    assert {"output_type", "generator", "num_inference_steps"} <= call.keys()
    assert made.keys() - {"self"} <= {*table.parts, *table.settings}
    for allowed in table.parts.values():
        for one in allowed:
            library, _, cls = one.partition(".")
            assert library in ("diffusers", "transformers", "ltx2")
            if library == "diffusers":
                assert hasattr(diffusers, cls)
    assert set(table.also.values()) <= catalog.pipelines().keys()


class TestTheUsersOwn:
    def test_a_model_more_is_a_table_more(self, own: Path) -> None:
        own.write_text(
            '[models."me/my-wan"]\ntitle = "Mine"\npipeline = "WanPipeline"\nsteps = 8\nlicence = "Apache-2.0"\n'
        )
        facts = catalog.facts("me/my-wan")
        assert (facts.title, facts.steps, facts.rate, facts.frame_step) == ("Mine", 8, 16, 4)
        assert registry.status("me/my-wan").licence == "Apache-2.0"
        assert "me/my-wan" in [now.name for now in registry.known()]

    def test_it_wins_over_ours(self, own: Path) -> None:
        own.write_text(f'[models."{models.MODELSCOPE}"]\nsteps = 7\n')
        assert catalog.facts(models.MODELSCOPE).steps == 7

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('[models."me/mine"]\nsteps = 0\n', r"models\.toml: models\[\.\.\.\]\.steps: .*>= 1"),
            ('[models."me/mine"]\nrevision = "main"\n', r"models\.toml: models\[\.\.\.\]\.revision"),
            ('[models."me/mine"]\nstep = 3\n', r"models\.toml: models.*unknown field `step`"),
            ('[models."me/mine"]\npipeline = "os.system"\n', r"models\.me/mine\.pipeline is 'os\.system'"),
            ('[pipelines.Mine]\ndenoiser = "unet"\n', r"models\.toml: .*unknown field `pipelines`"),
            ("[models", r"models\.toml cannot be read: Expected"),
            ("\ud800".encode("utf-8", "surrogatepass"), r"models\.toml cannot be read"),
        ],
    )
    def test_a_mistake_names_the_file_and_the_key(self, own: Path, text: str | bytes, said: str) -> None:
        own.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(GeneratorError, match=said):
            catalog.models()
        with pytest.raises(GeneratorError, match=r"models\.toml"):
            models.find("me/mine")
        assert catalog.facts(models.MODELSCOPE).steps == 25, "ours are still known"
        assert registry.status(models.MODELSCOPE).licence == "CC-BY-NC-4.0"
