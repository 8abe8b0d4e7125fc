"""Models that are broken or unsafe are refused before any work, in a sentence that names the file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storyboard import places
from storyboard.errors import GeneratorError
from storyboard.generators import hashing, parts, weights

STEMS = {"text_encoder": "model", "unet": "diffusion_pytorch_model", "vae": "diffusion_pytorch_model"}

SAMPLE = json.dumps({"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}).encode()


def safetensors(header: bytes, data: bytes) -> bytes:
    return len(header).to_bytes(8, "little") + header + data


def model_index(**changes: Any) -> bytes:
    index = {
        "_class_name": "TextToVideoSDPipeline",
        "_diffusers_version": "0.36.0",
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet3DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    return json.dumps({**index, **changes}).encode()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder laid out as a model's, with a few bytes for weights."""
    folder = tmp_path / "model"
    files = {
        "model_index.json": model_index(),
        "scheduler/scheduler_config.json": b'{"num_train_timesteps": 500}',
        "text_encoder/config.json": b"{}",
        "text_encoder/model.safetensors": safetensors(SAMPLE, b"abcd"),
        "tokenizer/vocab.json": b"{}",
        "tokenizer/merges.txt": b"",
        "unet/config.json": b"{}",
        "unet/diffusion_pytorch_model.safetensors": safetensors(SAMPLE, b"efgh"),
        "vae/config.json": b'{"block_out_channels": [8, 8, 8, 8]}',
        "vae/diffusion_pytorch_model.safetensors": safetensors(SAMPLE, b"ijkl"),
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


UNET = "unet/diffusion_pytorch_model.safetensors"


def test_a_whole_model_is_accepted(model: Path) -> None:
    files = weights.check_folder(model)
    assert files.weights == (
        "text_encoder/model.safetensors",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
    )
    assert files.described.parts["scheduler"].name == "DDIMScheduler"
    assert files.factor == 8
    assert files.most_steps == 500
    assert files.variant == ""


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match=r"model_index\.json"):
        weights.check_folder(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        UNET,
        "vae/diffusion_pytorch_model.safetensors",
        "text_encoder/model.safetensors",
        "tokenizer/vocab.json",
        "tokenizer/merges.txt",
        "unet/config.json",
        "vae/config.json",
        "scheduler/scheduler_config.json",
    ],
)
def test_a_missing_file_is_named(model: Path, name: str) -> None:
    (model / name).unlink()
    with pytest.raises(GeneratorError) as caught:
        weights.check_folder(model)
    assert name in str(caught.value).replace("\\", "/")


@pytest.mark.parametrize("pickle", ["diffusion_pytorch_model.bin", "unet.ckpt", "weights.pt", "weights.pkl"])
def test_weights_that_are_only_pickled_are_refused(model: Path, pickle: str) -> None:
    (model / UNET).rename(model / "unet" / pickle)
    with pytest.raises(GeneratorError, match="run code") as caught:
        weights.check_folder(model)
    assert f"unet/{pickle}" in str(caught.value)
    assert "save_pretrained" in str(caught.value)


def test_pickled_weights_beside_safe_ones_are_left_alone(model: Path) -> None:
    (model / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"never read")
    assert weights.check_folder(model).weights[1] == UNET


def test_half_precision_is_used_when_every_part_has_it(model: Path) -> None:
    for part, stem in STEMS.items():
        shutil.copy(model / part / f"{stem}.safetensors", model / part / f"{stem}.fp16.safetensors")
    assert weights.check_folder(model).variant == "fp16"
    (model / "vae" / "diffusion_pytorch_model.fp16.safetensors").unlink()
    assert weights.check_folder(model).variant == ""


class TestSeveralFiles:
    """Weights in numbered files with an index."""

    @pytest.fixture
    def sharded(self, model: Path) -> Path:
        (model / UNET).unlink()
        names = [f"diffusion_pytorch_model-0000{i}-of-00002.safetensors" for i in (1, 2)]
        for name in names:
            (model / "unet" / name).write_bytes(safetensors(SAMPLE, b"abcd"))
        self.write_index(model, {"a": names[0], "b": names[1]})
        return model

    def write_index(self, model: Path, weight_map: Any) -> None:
        index = model / "unet" / "diffusion_pytorch_model.safetensors.index.json"
        index.write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))

    def test_all_of_them_are_weights(self, sharded: Path) -> None:
        assert len(weights.check_folder(sharded).weights) == 4

    def test_a_missing_one_is_named(self, sharded: Path) -> None:
        name = "unet/diffusion_pytorch_model-00002-of-00002.safetensors"
        (sharded / name).unlink()
        with pytest.raises(GeneratorError, match=name):
            weights.check_folder(sharded)

    def test_a_cut_one_is_named(self, sharded: Path) -> None:
        name = "diffusion_pytorch_model-00002-of-00002.safetensors"
        (sharded / "unet" / name).write_bytes(safetensors(SAMPLE, b"abc"))
        with pytest.raises(GeneratorError, match=name):
            weights.check_folder(sharded)

    @pytest.mark.parametrize(
        "name", ["../../secret.safetensors", "/etc/passwd", "a\\b.safetensors", "model.bin", "", ".."]
    )
    def test_the_index_may_not_name_anything_else(self, sharded: Path, name: str) -> None:
        self.write_index(sharded, {"a": name})
        with pytest.raises(GeneratorError, match="no safetensors file beside it"):
            weights.check_folder(sharded)

    @pytest.mark.parametrize("weight_map", [{}, [], None, {"a": 1}])
    def test_an_index_that_names_nothing_is_refused(self, sharded: Path, weight_map: Any) -> None:
        self.write_index(sharded, weight_map)
        with pytest.raises(GeneratorError, match=r"index\.json"):
            weights.check_folder(sharded)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b'{"_class_name": 3}',
        b"[" * 200_000,
        b'{"a":' * 50_000,
    ],
)
def test_a_garbage_index_is_refused(model: Path, content: bytes) -> None:
    (model / "model_index.json").write_bytes(content)
    with pytest.raises(GeneratorError, match=r"model_index\.json"):
        weights.check_folder(model)
    assert not weights.is_pipeline(model)


@pytest.mark.parametrize(
    "changes",
    [
        {"_class_name": "StableDiffusionPipeline"},
        {"unet": ["diffusers", "UNet2DConditionModel"]},
        {"unet": ["my_code", "UNet3DConditionModel"]},
        {"unet": [None, None]},
        {"unet": None},
        {"unet": "diffusers"},
        {"unet": [["diffusers"], {}]},
        {"vae": ["diffusers", "AutoencoderKL", "more"]},
        {"scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"]},
        {"scheduler": ["os", "system"]},
        {"safety": ["my_code", "Safety"]},
    ],
)
def test_a_model_of_other_parts_is_refused(model: Path, changes: dict[str, Any]) -> None:
    (model / "model_index.json").write_bytes(model_index(**changes))
    with pytest.raises(GeneratorError, match="choose another"):
        weights.check_folder(model)


def test_an_absent_optional_part_is_no_fault(model: Path) -> None:
    (model / "model_index.json").write_bytes(model_index(feature_extractor=[None, None]))
    weights.check_folder(model)


@pytest.mark.parametrize(
    "config", [b"{}", b'{"block_out_channels": []}', b'{"block_out_channels": "8"}', b"["]
)
def test_a_damaged_picture_scale_is_refused(model: Path, config: bytes) -> None:
    (model / "vae" / "config.json").write_bytes(config)
    with pytest.raises(GeneratorError, match=r"config\.json is damaged"):
        weights.check_folder(model)


def test_settings_of_gigabytes_are_not_read(model: Path) -> None:
    with (model / "vae" / "config.json").open("wb") as file:
        file.truncate(weights.MAX_JSON + 1)  # sparse: takes no room
    with pytest.raises(GeneratorError, match="too large"):
        weights.check_folder(model)


def _tensor(*offsets: int) -> dict[str, Any]:
    return {"dtype": "U8", "shape": [1], "data_offsets": list(offsets)}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 7,
        b"\x00" * 8,
        b"\xff" * 64,
        (2**62).to_bytes(8, "little") + b"{}",
        safetensors(b"{", b""),
        safetensors(b"[]", b""),
        safetensors(b'{"a": 1}', b""),
        safetensors(b'{"a":' * 30_000, b""),
        safetensors(SAMPLE, b"abc"),
        safetensors(SAMPLE, b"abcde"),
        safetensors(SAMPLE, b"abcd")[:20],
        safetensors(json.dumps({"a": _tensor(0, 2), "b": _tensor(3, 4)}).encode(), b"abcd"),
        safetensors(json.dumps({"a": _tensor(0, 3), "b": _tensor(2, 4)}).encode(), b"abcd"),
        safetensors(json.dumps({"a": _tensor(-4, 0)}).encode(), b""),
        safetensors(json.dumps({"a": _tensor(4, 0)}).encode(), b"abcd"),
        safetensors(json.dumps({"a": _tensor(0, 1, 4)}).encode(), b"abcd"),
    ],
)
def test_a_damaged_or_cut_weights_file_is_named(model: Path, content: bytes) -> None:
    (model / UNET).write_bytes(content)
    with pytest.raises(GeneratorError, match=r"diffusion_pytorch_model\.safetensors is damaged or cut short"):
        weights.check_folder(model)


def test_a_header_may_carry_notes(tmp_path: Path) -> None:
    header = json.dumps({"__metadata__": {"format": "pt"}, "a": _tensor(0, 4)}).encode()
    (tmp_path / "a.safetensors").write_bytes(safetensors(header + b"   ", b"abcd"))
    weights.check_safetensors(tmp_path / "a.safetensors")


class TestContentHash:
    def test_it_is_of_the_content_and_not_of_the_place(self, model: Path, tmp_path: Path) -> None:
        copy = shutil.copytree(model, tmp_path / "copy")
        assert weights.content_hash(weights.check_folder(model)) == weights.content_hash(
            weights.check_folder(copy)
        )

    @pytest.mark.parametrize(
        ("name", "content"),
        [(UNET, safetensors(SAMPLE, b"EFGH")), ("scheduler/scheduler_config.json", b'{"beta_start": 1}')],
    )
    def test_it_changes_with_what_is_read(self, model: Path, name: str, content: bytes) -> None:
        before = weights.content_hash(weights.check_folder(model))
        (model / name).write_bytes(content)
        assert weights.content_hash(weights.check_folder(model)) != before

    def test_it_does_not_change_with_what_is_not(self, model: Path) -> None:
        before = weights.content_hash(weights.check_folder(model))
        (model / "README.md").write_text("hello")
        (model / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"old")
        assert weights.content_hash(weights.check_folder(model)) == before

    @pytest.fixture
    def large(self, model: Path) -> Path:
        """A model with weights large enough for their hash to be kept."""
        size = 2 * 2**20
        header = json.dumps({"a": _tensor(0, size)}).encode()
        (model / UNET).write_bytes(safetensors(header, bytes(size)))
        return model

    def test_large_files_are_read_once(
        self, large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
        files = weights.check_folder(large)
        before = weights.content_hash(files)
        monkeypatch.setattr(hashing, "_digest", _only_small(hashing._digest))
        assert weights.content_hash(files) == before

    def test_a_damaged_note_is_not_believed(
        self, large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(places.HOME, str(tmp_path / "home"))
        files = weights.check_folder(large)
        before = weights.content_hash(files)
        (note,) = (places.cache() / "hashes").iterdir()
        note.write_text("half a ha")
        assert weights.content_hash(files) == before

    def test_a_cache_that_cannot_be_written_does_not_stop_it(
        self, large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        blocked = tmp_path / "home"
        blocked.write_text("a file where the folder should be")
        monkeypatch.setenv(places.HOME, str(blocked))
        assert len(weights.content_hash(weights.check_folder(large))) == 64


def _only_small(digest: Callable[[Path], str]) -> Callable[[Path], str]:
    def small(path: Path) -> str:
        assert path.stat().st_size < 2**20, f"{path} was read again"
        return digest(path)

    return small


def to_download(names: set[str], where: str) -> list[str]:
    return parts.to_download(names, parts.described(json.loads(model_index()), where), where)


class TestWhatToDownload:
    COMMON = (
        "model_index.json",
        "unet/config.json",
        "tokenizer/vocab.json",
        "scheduler/scheduler_config.json",
    )

    def names(self, *suffixes: str) -> set[str]:
        return {f"{part}/{stem}{suffix}" for part, stem in STEMS.items() for suffix in suffixes}

    def test_the_half_sized_weights_where_there_are_both(self) -> None:
        published = {*self.COMMON, *self.names(".safetensors", ".fp16.safetensors", ".bin", ".fp16.bin")}
        expected = {*self.COMMON, *self.names(".fp16.safetensors")}
        assert set(to_download(published, "a model")) == expected

    def test_numbered_files_come_with_their_index(self) -> None:
        numbered = ("-00001-of-00002.safetensors", "-00002-of-00002.safetensors", ".safetensors.index.json")
        published = {*self.COMMON, *self.names(*numbered)}
        assert set(to_download(published, "a model")) == published

    def test_nothing_outside_the_models_own_folders(self) -> None:
        strays = {
            "config.json",
            "../unet/config.json",
            "unet/../x.json",
            "unet/deep/config.json",
            "example/a.json",
        }
        published = {*self.COMMON, *self.names(".safetensors"), *strays}
        assert not strays & set(to_download(published, "a model"))

    def test_only_pickled_weights_are_refused(self) -> None:
        with pytest.raises(GeneratorError, match="run code"):
            to_download({*self.COMMON, *self.names(".bin")}, "a model")
