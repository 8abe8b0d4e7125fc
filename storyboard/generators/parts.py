"""The parts of a model that diffusers' `save_pretrained` wrote: their classes, and how their files are called."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final, Literal, NamedTuple

from storyboard.errors import GeneratorError
from storyboard.generators import catalog
from storyboard.generators.catalog import Pipeline

INDEX: Final = "model_index.json"

PICKLES: Final = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
"""Weights whose reading can run code that somebody put in them."""

Kind = Literal["weights", "scheduler", "tokenizer", "processor", "guider"]
Variant = Literal["", "fp16"]
VARIANTS: Final[tuple[Variant, ...]] = ("fp16", "")

CONFIGS: Final[dict[Kind, str]] = {
    "weights": "config.json",
    "scheduler": "scheduler_config.json",
    "guider": "guider_config.json",
    "processor": "preprocessor_config.json",
}
TOKENIZERS: Final = (
    ("tokenizer.json",),
    ("vocab.json", "merges.txt"),
    ("spiece.model",),
    ("tokenizer.model",),
)
"""Any of these is a whole tokenizer."""
_TOKENIZER_EXTRA: Final = (
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "chat_template.json",
    "preprocessor_config.json", "video_preprocessor_config.json", "processor_config.json",
)  # fmt: skip
READ: Final = r"[\w.-]+\.(json|txt|model|jinja)"
"""The files of a part besides weights: settings, vocabularies, templates. None of them can hold code that runs."""


class Part(NamedTuple):
    """What one part of a model is."""

    library: str
    """`diffusers`, `transformers`, or one of diffusers' pipelines that has classes of its own."""
    name: str
    """Of the class."""

    @property
    def kind(self) -> Kind:
        if self.name.endswith("Scheduler"):
            return "scheduler"
        if self.name.endswith("Guidance"):
            return "guider"
        if "Tokenizer" in self.name or self.name.endswith("VLProcessor"):
            return "tokenizer"
        return "processor" if "Processor" in self.name else "weights"

    @property
    def stem(self) -> str:
        """How its weights are called."""
        return "model" if self.library == "transformers" else "diffusion_pytorch_model"


class Described(NamedTuple):
    """What a model's index says."""

    pipeline: Pipeline
    parts: dict[str, Part]
    settings: dict[str, Any]
    """Numbers and switches of the pipeline itself."""

    @property
    def weighty(self) -> dict[str, Part]:
        """The parts that have weights."""
        return {name: part for name, part in self.parts.items() if part.kind == "weights"}


def described(index: Mapping[str, Any], where: str) -> Described:
    """What `index`, the content of a model_index.json, describes. Refuses a pipeline or a class that is not known."""
    called = index.get("_class_name")
    name = catalog.by_index(called) if isinstance(called, str) else ""
    if not name:
        known = ", ".join(sorted(catalog.pipelines()))
        raise GeneratorError(
            f"{where} describes a {called!r}; only these can be used: {known}; choose another model"
        )
    pipeline = catalog.pipelines()[name]
    found = {key: entry for key, entry in index.items() if not key.startswith("_")}
    settings = {key: found.pop(key) for key in pipeline.settings if _is_setting(found.get(key, []))}
    parts = {}
    for key in sorted(found.keys() | pipeline.parts.keys()):
        part = _part(pipeline, key, found.get(key), where)
        if part is not None:
            parts[key] = part
    if pipeline.denoiser not in parts:
        raise GeneratorError(f"{where}: it has no {pipeline.denoiser}; choose another model")
    return Described(pipeline, parts, settings)


def _is_setting(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float)


def _part(pipeline: Pipeline, key: str, entry: Any, where: str) -> Part | None:
    """The class of a part, None for one that is rightly absent."""
    may_lack = key in pipeline.absent or key not in pipeline.parts
    if (entry is None or entry == [None, None]) and may_lack:
        return None
    known = {tuple(allowed.split(".")) for allowed in pipeline.parts.get(key, ())}
    if not isinstance(entry, list) or tuple(map(repr, entry)) not in {tuple(map(repr, one)) for one in known}:
        raise GeneratorError(
            f"{where}: its part {key!r} is {entry!r}, which {pipeline.name} models do not have; choose another model"
        )
    return Part(*entry)


def pick_variant(names: Collection[str], found: Described, where: str) -> Variant:
    """Which weights of a model with the files `names` are used. Raises `GeneratorError` naming the first missing
    file, or the pickled one that is there in its place."""
    parts = found.weighty
    for variant in VARIANTS:
        if all(has_weights(names, key, part, variant) for key, part in parts.items()):
            return variant
    key, part = next((k, p) for k, p in parts.items() if not has_weights(names, k, p, ""))
    missing = f"{key}/{part.stem}.safetensors"
    pickled = sorted(n for n in names if n.startswith(f"{key}/") and n.endswith(PICKLES))
    if pickled:
        raise GeneratorError(
            f"{where} has its weights only as {pickled[0]}, a format that can run code when it is read; get a copy "
            f"with {missing}, or save it again with diffusers' save_pretrained, which writes safetensors"
        )
    raise GeneratorError(f"{where} is incomplete: {missing} is missing; get the model again")


def to_download(names: Collection[str], found: Described, where: str) -> list[str]:
    """Of the files `names` of a published model the ones that are read here, sorted. Raises as `pick_variant`."""
    variant = pick_variant(names, found, where)
    parts = found.weighty
    weights = [
        n for key, part in parts.items() for n in names if re.fullmatch(_weight_names(key, part, variant), n)
    ]
    settings = [n for n in names if re.fullmatch(rf"({'|'.join(found.parts)})/{READ}", n)]
    indexes = {index_name(k, p, v) for k, p in parts.items() for v in VARIANTS if v != variant}
    return sorted({INDEX, *weights, *settings} - indexes)


def settings_of(key: str, part: Part, names: Collection[str], where: str) -> set[str]:
    """The files of a part besides its weights. Raises `GeneratorError` naming one that is missing."""
    if part.kind != "tokenizer":
        wanted = f"{key}/{CONFIGS[part.kind]}"
        _need(wanted, names, where)
        return {wanted}
    if part.name != "ByT5Tokenizer":  # its tokens are the bytes themselves
        whole = [files for files in TOKENIZERS if all(f"{key}/{file}" in names for file in files)]
        if not whole:
            _need(f"{key}/{next(f for f in TOKENIZERS[1] if f'{key}/{f}' not in names)}", names, where)
    known = {file for files in TOKENIZERS for file in files}.union(_TOKENIZER_EXTRA)
    return {f"{key}/{file}" for file in known if f"{key}/{file}" in names}


def _need(name: str, names: Collection[str], where: str) -> None:
    if name not in names:
        raise GeneratorError(f"{where} is incomplete: {name} is missing; get the model again")


def has_weights(names: Collection[str], key: str, part: Part, variant: Variant) -> bool:
    return single_name(key, part, variant) in names or index_name(key, part, variant) in names


def single_name(key: str, part: Part, variant: Variant) -> str:
    return f"{key}/{part.stem}.{variant}.safetensors" if variant else f"{key}/{part.stem}.safetensors"


def index_name(key: str, part: Part, variant: Variant) -> str:
    middle = f"index.{variant}" if variant else "index"
    return f"{key}/{part.stem}.safetensors.{middle}.json"


def _weight_names(key: str, part: Part, variant: Variant) -> str:
    """A pattern of a part's weights: one file, or several with a number each."""
    middle = rf"\.{variant}" if variant else ""
    return rf"{key}/{part.stem}{middle}(-\d{{5}}-of-\d{{5}})?\.safetensors"
