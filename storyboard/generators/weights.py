"""The files of a model that diffusers can run: which ones it needs, and whether they are whole and safe.

A model is a folder that diffusers' `save_pretrained` writes: `model_index.json` and a folder for each part, such as
`transformer`, `vae`, `text_encoder`, `tokenizer`, `scheduler`. Of a model that has its weights both in full and in half
precision (`*.fp16.safetensors`) the half ones are used, on every machine, so that its content hash does not depend on
what else was downloaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from storyboard import values
from storyboard.errors import GeneratorError, why
from storyboard.generators import catalog, hashing, parts, quantised
from storyboard.generators.hashing import file_hash as file_hash
from storyboard.generators.parts import INDEX, Described, Part, Variant

T = TypeVar("T")

MAX_JSON = 32 * 2**20
"""Bytes; the largest real one, a tokenizer, has four million."""
MAX_HEADER = 100_000_000
"""Bytes; the safetensors format's own limit for its header."""


class ModelFiles(NamedTuple):
    """A checked model folder: what of it is read."""

    folder: Path
    described: Described
    weights: tuple[str, ...]
    """Relative to the folder, with /, sorted; all safetensors."""
    settings: tuple[str, ...]
    """Configurations and vocabularies, likewise."""
    variant: Variant
    factor: int
    """Width and height are multiples of it; 0 where the files do not say."""
    frame_step: int
    """It makes a multiple of this, plus 1, frames; 0 where the files do not say."""
    most_steps: int
    """Denoising steps that the scheduler can be asked for."""
    shifts: bool = False
    """Whether the scheduler shifts its steps by the size of the picture."""
    quantised: Mapping[str, str] = {}
    """What the weights of a part were quantised with, for those that were."""

    @property
    def weight_bytes(self) -> int:
        return sum((self.folder / name).stat().st_size for name in self.weights)

    def part_bytes(self, key: str) -> int:
        """Of one part's weights."""
        files = (self.folder / name for name in self.weights if name.startswith(f"{key}/"))
        return sum(file.stat().st_size for file in files)


class _VaeConfig(msgspec.Struct):
    block_out_channels: list[int] | None = None
    scale_factor_spatial: int | None = None
    scale_factor_temporal: int | None = None
    spatial_compression_ratio: int | None = None
    temporal_compression_ratio: float | None = None


class _DenoiserConfig(msgspec.Struct):
    patch_size: int | list[int] = 1


class _SchedulerConfig(msgspec.Struct):
    num_train_timesteps: int = 1000
    use_dynamic_shifting: bool = False


class _ShardIndex(msgspec.Struct):
    weight_map: dict[str, str]


class _Tensor(msgspec.Struct):
    data_offsets: tuple[int, int]


def check_folder(folder: Path) -> ModelFiles:
    """The files of the model in `folder`, after looking at all of them.

    Raises `GeneratorError` that names the file when one is missing, cut short, unreadable or unsafe.
    """
    if not (folder / INDEX).is_file():
        raise GeneratorError(
            f"{folder} is no text-to-video model: it has no {INDEX}; "
            "choose a folder that diffusers' save_pretrained wrote"
        )
    found = parts.described(read_json(folder / INDEX, dict[str, Any]), str(folder / INDEX))
    names = _names(folder, found.parts)
    variant = parts.pick_variant(names, found, str(folder))
    weights = sorted(n for key, part in found.weighty.items() for n in _weights(folder, key, part, variant))
    for name in weights:
        check_safetensors(folder / name)
    settings = {INDEX}.union(
        *(parts.settings_of(key, part, names, str(folder)) for key, part in found.parts.items())
    )
    factor, frame_step = _scales(folder, found)
    scheduler = read_json(folder / "scheduler" / parts.CONFIGS["scheduler"], _SchedulerConfig)
    return ModelFiles(
        folder, found, tuple(weights), tuple(sorted(settings)), variant, factor, frame_step,
        scheduler.num_train_timesteps, scheduler.use_dynamic_shifting, _quantised(folder, found),
    )  # fmt: skip


def is_pipeline(folder: Path) -> bool:
    """Whether `folder` calls itself a model of a kind that we run; it may still be incomplete."""
    try:
        index = read_json(folder / INDEX, dict[str, Any])
    except GeneratorError:
        return False
    called = index.get("_class_name")
    return isinstance(called, str) and bool(catalog.by_index(called))


def content_hash(files: ModelFiles) -> str:
    """What the model is, as 64 hex digits."""
    return hashing.content_hash(files.folder, (*files.weights, *files.settings))


def check_safetensors(path: Path) -> None:
    """Raises `GeneratorError` unless `path` is a whole safetensors file, as far as its header tells.

    The format: the header's length (8 bytes, little-endian), the header (JSON: for each tensor where its bytes
    begin and end), then the bytes, without holes up to the end of the file.
    """
    broken = f"{path} is damaged or cut short: {{}}; get the model again"
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or not 2 <= length <= min(MAX_HEADER, size - 8):
                raise GeneratorError(broken.format("its header does not fit in it"))
            header = file.read(length)
        tensors = values.decode(header, dict[str, msgspec.Raw])
        spans = sorted(
            values.decode(bytes(raw), _Tensor).data_offsets
            for name, raw in tensors.items()
            if name != "__metadata__"
        )
    except OSError as error:
        raise _unreadable(path, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GeneratorError(broken.format("its header is not readable")) from error
    end = 0
    for start, stop in spans:
        if start != end or stop < start:
            raise GeneratorError(broken.format("its header contradicts itself"))
        end = stop
    if end != size - 8 - length:
        raise GeneratorError(broken.format(f"it should have {8 + length + end} bytes and has {size}"))


def read_json(path: Path, kind: type[T]) -> T:
    """The `kind` in the JSON file `path`. Raises `GeneratorError` that names the file."""
    try:
        size = path.stat().st_size
        if size > MAX_JSON:
            raise GeneratorError(
                f"{path} is too large ({size} bytes) to be a model's settings; get the model again"
            )
        # Some real ones hold Infinity, which is no JSON.
        return values.convert(json.loads(path.read_bytes()), kind)
    except OSError as error:
        raise _unreadable(path, error) from error
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise GeneratorError(f"{path} is damaged: {error}; get the model again") from error


def _scales(folder: Path, found: Described) -> tuple[int, int]:
    """What sides and counts of frames are multiples of, 0 for what the files leave to the pipeline's table."""
    path = folder / "vae" / parts.CONFIGS["weights"]
    vae = read_json(path, _VaeConfig)
    if found.pipeline.layout == "frames":
        if not 1 <= len(vae.block_out_channels or ()) <= 8:
            raise GeneratorError(f"{path} is damaged: it has no picture scale; get the model again")
        # diffusers' pipeline insists on multiples of 8 whatever the model's own scale is.
        return max(8, 2 ** (len(vae.block_out_channels or ()) - 1)), 0
    config = read_json(folder / found.pipeline.denoiser / parts.CONFIGS["weights"], _DenoiserConfig)
    patch = config.patch_size if isinstance(config.patch_size, int) else config.patch_size[-1]
    pixels = vae.scale_factor_spatial or vae.spatial_compression_ratio or 0
    frames = vae.scale_factor_temporal or vae.temporal_compression_ratio or 0
    return _plausible(pixels * patch, 512), _plausible(int(frames), 64)


def _quantised(folder: Path, found: Described) -> dict[str, str]:
    configs = {
        key: read_json(folder / key / parts.CONFIGS["weights"], dict[str, Any]) for key in found.weighty
    }
    methods = {key: quantised.method_of(config) for key, config in configs.items()}
    return {key: method for key, method in methods.items() if method}


def _plausible(scale: int, most: int) -> int:
    return scale if 1 <= scale <= most else 0


def _names(folder: Path, keys: Iterable[str]) -> frozenset[str]:
    """The files of the parts' folders, relative, with /."""
    return frozenset(f"{key}/{file.name}" for key in keys for file in _listed(folder / key) if file.is_file())


def _listed(folder: Path) -> Collection[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _unreadable(folder, error) from error


def _weights(folder: Path, key: str, part: Part, variant: Variant) -> set[str]:
    """The weights of one part: its one file, or what its index of several names."""
    single = parts.single_name(key, part, variant)
    if (folder / single).is_file():
        return {single}
    index = folder / parts.index_name(key, part, variant)
    shards = set(read_json(index, _ShardIndex).weight_map.values())
    for shard in shards:
        # The names come from a file that somebody made: they may not lead out of its folder.
        if not re.fullmatch(r"[\w.-]+\.safetensors", shard, re.ASCII):
            raise GeneratorError(
                f"{index} names {shard!r}, which is no safetensors file beside it; choose another model"
            )
        if not (folder / key / shard).is_file():
            raise GeneratorError(f"{folder} is incomplete: {key}/{shard} is missing; get the model again")
    if not shards:
        raise GeneratorError(f"{index} names no weights; get the model again")
    return {f"{key}/{shard}" for shard in shards}


def _unreadable(path: Path, error: OSError) -> GeneratorError:
    return GeneratorError(f"{path} cannot be read: {why(error)}; get the model again")
