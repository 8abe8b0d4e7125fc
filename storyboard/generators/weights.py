"""The files of a text-to-video model: are they all there, are they safe to read, and what are they called together.

Everything here works without PyTorch and reads no more than headers, so that a render can be refused before any
work. The one exception is `content_hash`, which reads every byte once and remembers the result.

The layout is the one that diffusers' `save_pretrained` writes for a `TextToVideoSDPipeline`: `model_index.json`
and the folders `unet`, `vae`, `text_encoder`, `tokenizer`, `scheduler`. Of a model that has its weights both in
full and in half precision (`*.fp16.safetensors`) the half ones are used, on every machine, so that its content
hash does not depend on what else was downloaded.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from storyboard import atomic, places, values
from storyboard.errors import GeneratorError, StoryboardError

T = TypeVar("T")

PIPELINE = "TextToVideoSDPipeline"
INDEX = "model_index.json"

STEMS = {
    "text_encoder": "model",
    "unet": "diffusion_pytorch_model",
    "vae": "diffusion_pytorch_model",
}
"""The components that have weights, and how the files are called in their folders."""

CLASSES: dict[str, frozenset[tuple[str, str]]] = {
    "text_encoder": frozenset({("transformers", "CLIPTextModel")}),
    "tokenizer": frozenset({("transformers", "CLIPTokenizer"), ("transformers", "CLIPTokenizerFast")}),
    "unet": frozenset({("diffusers", "UNet3DConditionModel")}),
    "vae": frozenset({("diffusers", "AutoencoderKL")}),
    "scheduler": frozenset(
        ("diffusers", f"{name}Scheduler")
        for name in (
            "DDIM", "DDPM", "DEISMultistep", "DPMSolverMultistep", "DPMSolverSinglestep", "EulerAncestralDiscrete",
            "EulerDiscrete", "HeunDiscrete", "KDPM2AncestralDiscrete", "KDPM2Discrete", "LCM", "LMSDiscrete", "PNDM",
            "UniPCMultistep",
        )
    ),
}  # fmt: skip
"""What each component may be. A model that names anything else is refused: no code comes with a model."""

CONFIGS = {
    "text_encoder": "text_encoder/config.json",
    "unet": "unet/config.json",
    "vae": "vae/config.json",
    "scheduler": "scheduler/scheduler_config.json",
}
TOKENIZERS = (("tokenizer/tokenizer.json",), ("tokenizer/vocab.json", "tokenizer/merges.txt"))
"""Either of these is a whole tokenizer."""

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
"""Weights whose reading can run code that somebody put in them."""

Variant = Literal["", "fp16"]
VARIANTS: tuple[Variant, ...] = ("fp16", "")

MAX_JSON = 32 * 2**20
"""Bytes; the largest real one, a tokenizer, has four million."""
MAX_HEADER = 100_000_000
"""Bytes; the safetensors format's own limit for its header."""
_SMALL = 2**20
"""Bytes; files below this are hashed again each time, which is as quick as looking the hash up."""


class ModelFiles(NamedTuple):
    """A checked model folder: what of it is read."""

    folder: Path
    weights: tuple[str, ...]
    """Relative to the folder, with /, sorted; all safetensors."""
    settings: tuple[str, ...]
    """Configurations and vocabularies, likewise."""
    variant: Variant
    scheduler: str
    """Class name, one of diffusers'."""
    factor: int
    """Pixels along one side of what one latent number stands for; width and height are multiples of it."""
    most_steps: int
    """Denoising steps that the scheduler can be asked for."""

    @property
    def weight_bytes(self) -> int:
        return sum((self.folder / name).stat().st_size for name in self.weights)


class _VaeConfig(msgspec.Struct):
    block_out_channels: list[int]


class _SchedulerConfig(msgspec.Struct):
    num_train_timesteps: int = 1000


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
    components = _components(folder)
    names = _names(folder)
    variant = pick_variant(names, str(folder))
    weights = sorted(name for part in STEMS for name in _weights(folder, part, variant))
    for name in weights:
        check_safetensors(folder / name)
    settings = sorted({INDEX, *CONFIGS.values(), *_tokenizer(folder, names)})
    for name in settings:
        _present(folder, name)
    vae = read_json(folder / CONFIGS["vae"], _VaeConfig)
    if not 1 <= len(vae.block_out_channels) <= 8:
        raise GeneratorError(
            f"{folder / CONFIGS['vae']} is damaged: it has no picture scale; get the model again"
        )
    scheduler = read_json(folder / CONFIGS["scheduler"], _SchedulerConfig)
    # diffusers' pipeline insists on multiples of 8 whatever the model's own scale is.
    factor = max(8, 2 ** (len(vae.block_out_channels) - 1))
    return ModelFiles(
        folder, tuple(weights), tuple(settings), variant, components["scheduler"], factor,
        scheduler.num_train_timesteps,
    )  # fmt: skip


def is_pipeline(folder: Path) -> bool:
    """Whether `folder` calls itself a text-to-video model of the kind we run; it may still be incomplete."""
    try:
        index = read_json(folder / INDEX, dict[str, Any])
    except GeneratorError:
        return False
    return index.get("_class_name") == PIPELINE


def pick_variant(names: Collection[str], where: str) -> Variant:
    """Which weights of a model with the files `names` are used. Raises `GeneratorError` naming the first missing
    file, or the pickled one that is there in its place."""
    for variant in VARIANTS:
        if all(_has_weights(names, part, variant) for part in STEMS):
            return variant
    part = next(part for part in STEMS if not _has_weights(names, part, ""))
    missing = f"{part}/{STEMS[part]}.safetensors"
    pickled = sorted(n for n in names if n.startswith(f"{part}/") and n.endswith(PICKLES))
    if pickled:
        raise GeneratorError(
            f"{where} has its weights only as {pickled[0]}, a format that can run code when it is read; get a copy "
            f"with {missing}, or save it again with diffusers' save_pretrained, which writes safetensors"
        )
    raise GeneratorError(f"{where} is incomplete: {missing} is missing; get the model again")


def to_download(names: Collection[str], where: str) -> list[str]:
    """Of the files `names` of a published model the ones that are read here, sorted. Raises as `pick_variant`."""
    variant = pick_variant(names, where)
    if INDEX not in names:
        raise GeneratorError(f"{where} is no diffusers model: it has no {INDEX}; choose another model")
    weights = [n for part in STEMS for n in names if re.fullmatch(_weight_names(part, variant), n)]
    settings = [n for n in names if re.fullmatch(rf"({'|'.join(CLASSES)})/[\w.-]+\.(json|txt)", n)]
    indexes = {_index_name(part, v) for part in STEMS for v in VARIANTS if v != variant}
    return sorted({INDEX, *weights, *settings} - indexes)


def content_hash(files: ModelFiles) -> str:
    """What the model is, as 64 hex digits: SHA-256 over the sorted names and SHA-256s of the files that are read.

    The hash of a large file is kept in the user's cache by its path, size and time, so that gigabytes are read
    once and not for every take.
    """
    names = sorted((*files.weights, *files.settings))
    return values.key([[name, file_hash(files.folder / name)] for name in names])


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
        return values.decode(path.read_bytes(), kind)
    except OSError as error:
        raise _unreadable(path, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GeneratorError(f"{path} is damaged: {error}; get the model again") from error


def _components(folder: Path) -> dict[str, str]:
    """The class of each component. Refuses a pipeline or a class that is not the one we know."""
    path = folder / INDEX
    index = read_json(path, dict[str, Any])
    pipeline = index.get("_class_name")
    if pipeline != PIPELINE:
        raise GeneratorError(
            f"{path} describes a {pipeline!r}; only {PIPELINE} models can be used, choose another"
        )
    found = {name: entry for name, entry in index.items() if not name.startswith("_")}
    for name in sorted(found.keys() | CLASSES.keys()):
        entry = found.get(name)
        known = CLASSES.get(name, frozenset({(None, None)}))
        if not isinstance(entry, list) or tuple(map(_plain, entry)) not in known:
            raise GeneratorError(
                f"{path}: its part {name!r} is {entry!r}, which {PIPELINE} models do not have; choose another model"
            )
    return {name: entry[1] for name, entry in found.items() if name in CLASSES}


def _plain(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else repr(value)


def _names(folder: Path) -> frozenset[str]:
    """The files of the component folders, relative, with /."""
    return frozenset(
        f"{part}/{file.name}" for part in CLASSES for file in _listed(folder / part) if file.is_file()
    )


def _listed(folder: Path) -> Iterable[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _unreadable(folder, error) from error


def _has_weights(names: Collection[str], part: str, variant: Variant) -> bool:
    return _single_name(part, variant) in names or _index_name(part, variant) in names


def _single_name(part: str, variant: Variant) -> str:
    return f"{part}/{STEMS[part]}.{variant}.safetensors" if variant else f"{part}/{STEMS[part]}.safetensors"


def _index_name(part: str, variant: Variant) -> str:
    middle = f"index.{variant}" if variant else "index"
    return f"{part}/{STEMS[part]}.safetensors.{middle}.json"


def _weight_names(part: str, variant: Variant) -> str:
    """A pattern of a component's weights: one file, or several with a number each."""
    middle = rf"\.{variant}" if variant else ""
    return rf"{part}/{STEMS[part]}{middle}(-\d{{5}}-of-\d{{5}})?\.safetensors"


def _weights(folder: Path, part: str, variant: Variant) -> set[str]:
    """The weights of one component: its one file, or what its index of several names."""
    single = _single_name(part, variant)
    if (folder / single).is_file():
        return {single}
    index = folder / _index_name(part, variant)
    shards = set(read_json(index, _ShardIndex).weight_map.values())
    for shard in shards:
        # The names come from a file that somebody made: they may not lead out of its folder.
        if not re.fullmatch(r"[\w.-]+\.safetensors", shard, re.ASCII):
            raise GeneratorError(
                f"{index} names {shard!r}, which is no safetensors file beside it; choose another model"
            )
        _present(folder, f"{part}/{shard}")
    if not shards:
        raise GeneratorError(f"{index} names no weights; get the model again")
    return {f"{part}/{shard}" for shard in shards}


def _tokenizer(folder: Path, names: Collection[str]) -> set[str]:
    whole = next((files for files in TOKENIZERS if all(f in names for f in files)), None)
    if whole is None:
        missing = next(f for f in TOKENIZERS[1] if f not in names)
        raise GeneratorError(f"{folder} is incomplete: {missing} is missing; get the model again")
    extra = ("tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")  # fmt: skip
    return {f"tokenizer/{name}" for name in extra if f"tokenizer/{name}" in names}


def _present(folder: Path, name: str) -> None:
    if not (folder / name).is_file():
        raise GeneratorError(f"{folder} is incomplete: {name} is missing; get the model again")


def _unreadable(path: Path, error: OSError) -> GeneratorError:
    return GeneratorError(f"{path} cannot be read: {error.strerror or error}; get the model again")


def file_hash(path: Path) -> str:
    """SHA-256 of a file; of a large one it is kept, so that it is read once and not every time."""
    try:
        facts = path.stat()
        if facts.st_size < _SMALL:
            return _digest(path)
        note = places.cache() / "hashes" / values.key(str(path.resolve()), facts.st_size, facts.st_mtime_ns)
        with contextlib.suppress(OSError, UnicodeDecodeError):
            known = note.read_text("ascii")
            if re.fullmatch(r"[0-9a-f]{64}", known):
                return known
        digest = _digest(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    # A cache that cannot be written costs time, nothing else.
    with contextlib.suppress(OSError, StoryboardError):
        note.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(note) as temporary:
            temporary.write_text(digest, "ascii")
    return digest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
