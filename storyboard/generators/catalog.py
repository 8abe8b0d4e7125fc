"""What is known of models and of the pipelines that run them: two tables beside this file, and the user's own.

A model more is a table more. All are read strictly: a mistake names the file and the key.
"""

from __future__ import annotations

import tomllib
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from storyboard import places, values
from storyboard.errors import GeneratorError, why

T = TypeVar("T")

Task = Literal["text", "picture", "ends", "clip"]
"""What a shot starts from: its text, a first picture, a first and a last one, a clip."""
Layout = Literal["bcfhw", "bfchw", "bfhwc", "packed", "frames"]
Dtype = Literal["", "float16", "bfloat16", "float32"]
Positive = Annotated[int, Meta(ge=1, le=1 << 30)]
Gigabytes = Annotated[float, Meta(ge=0, le=10_000)]
Text = Annotated[str, Meta(max_length=1000)]

MAX_BYTES: Final = 1 << 20
"""A larger file is no catalog."""
_HERE: Final = Path(__file__).parent


class _Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Pipeline(_Table, frozen=True, kw_only=True):
    """How one of diffusers' pipelines is called, and what its parts may be. `pipelines.toml` explains each."""

    name: str = ""
    like: str = ""
    denoiser: Literal["unet", "transformer"]
    layout: Layout
    dtype: Dtype
    """The numbers that it was trained in, as used on a GPU."""
    vae_dtype: Dtype = ""
    encode: Literal["pair", "each", "none"]
    embeds: tuple[str, ...] = ()
    words: int = 0
    guidance: str
    frames: str = "num_frames"
    """The argument that takes the count of frames; empty where the clip's own count is it."""
    fps: str = ""
    takes_size: bool = True
    starts: dict[Literal["first", "last", "clip", "strength"], str] = {}
    extra: dict[str, bool | int | float | str] = {}
    parts: dict[str, tuple[str, ...]]
    absent: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    also: dict[Task, str] = {}
    tasks: tuple[Task, ...]
    resumes: bool = True
    """Whether a take of it can be stopped at a step and carried on later."""
    cache: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """For quick takes: the change of the first block's output, of its size, below which the other blocks are left out; 0
    where diffusers' `FirstBlockCache` does not know the blocks, or the pipeline does not tell its passes apart."""
    batches: bool = True
    """Whether it makes several takes at once."""
    frame_step: Positive
    multiple: Positive
    rate: Annotated[int, Meta(ge=1, le=240)]
    most_frames: Positive
    most_pixels: Positive
    steps: Annotated[int, Meta(ge=1, le=1000)]
    scale: Annotated[float, Meta(ge=0, le=100)]


class Weights(_Table, frozen=True, kw_only=True):
    """Billions of parameters."""

    text: Gigabytes = 0.0
    denoiser: Gigabytes = 0.0
    vae: Gigabytes = 0.0
    other: Gigabytes = 0.0


class Model(_Table, frozen=True, kw_only=True):
    """What is known of a model beyond its files; what it leaves open, its pipeline gives."""

    title: Text = ""
    """What people call it; empty for the name itself."""
    pipeline: str = "TextToVideoSDPipeline"
    index: str = ""
    """What its model_index.json calls the pipeline, where that is another name."""
    tasks: tuple[Task, ...] = ()
    revision: Annotated[str, Meta(pattern=r"^([0-9a-f]{40})?$(?!\n)")] = ""
    """The commit to get; empty for the newest."""
    source: Text = ""
    """Where revision and licence were read."""
    safetensors: bool = True
    gated: bool = False
    licence: Text = ""
    licence_note: Text = "its licence is not known here: read it where the model comes from"
    commercial: Literal["yes", "no", "limits", "unknown"] = "unknown"
    download: Text = ""
    """Size, in words."""
    dtype: Dtype = ""
    size: tuple[Positive, Positive] = (256, 256)
    """Width and height that it was trained for."""
    native_frames: Positive = 24
    avoid: Text = ""
    """Words that its pictures are better without, for a shot that has none of its own."""
    scheduler: Annotated[str, Meta(pattern=r"^([A-Z]\w{0,60}Scheduler)?$(?!\n)")] = ""
    """In place of the one in its files."""
    shift: Annotated[float, Meta(gt=0, le=100)] | None = None
    sigmas: tuple[Annotated[float, Meta(ge=0, le=1)], ...] = ()
    """Its steps, where it was distilled for these; then they are as many as there are of these."""
    weights: Weights = Weights()
    work: Gigabytes = 4.0
    tiles: Gigabytes = 4.0
    frame_step: Positive | None = None
    multiple: Positive | None = None
    rate: Annotated[int, Meta(ge=1, le=240)] | None = None
    most_frames: Positive | None = None
    most_pixels: Positive | None = None
    steps: Annotated[int, Meta(ge=1, le=1000)] | None = None
    scale: Annotated[float, Meta(ge=0, le=100)] | None = None


class Facts(Struct, frozen=True):
    """A model's table over its pipeline's: everything that is needed to run it."""

    model: Model
    pipeline: Pipeline

    @property
    def title(self) -> str:
        return self.model.title

    @property
    def revision(self) -> str:
        return self.model.revision

    @property
    def licence(self) -> str:
        return self.model.licence

    @property
    def licence_note(self) -> str:
        return self.model.licence_note

    @property
    def download(self) -> str:
        return self.model.download

    @property
    def tasks(self) -> tuple[Task, ...]:
        return self.model.tasks or self.pipeline.tasks

    @property
    def rate(self) -> Fraction:
        """Frames per second at which its frames play at speed 1."""
        return Fraction(_first(self.model.rate, self.pipeline.rate))

    @property
    def frame_step(self) -> int:
        return _first(self.model.frame_step, self.pipeline.frame_step)

    @property
    def multiple(self) -> int:
        return _first(self.model.multiple, self.pipeline.multiple)

    @property
    def most_frames(self) -> int:
        """In one take: all of them are in the GPU's memory at once."""
        return _first(self.model.most_frames, self.pipeline.most_frames)

    @property
    def most_pixels(self) -> int:
        """In one frame; a larger project gets takes of this many pixels in its own shape."""
        return _first(self.model.most_pixels, self.pipeline.most_pixels)

    @property
    def steps(self) -> int:
        return _first(self.model.steps, self.pipeline.steps)

    @property
    def guidance(self) -> float:
        return _first(self.model.scale, self.pipeline.scale)

    @property
    def dtype(self) -> str:
        return self.model.dtype or self.pipeline.dtype

    def frames(self, wanted: int) -> int:
        """The least count of frames that it can make and that is `wanted` or more: a multiple of its step, plus 1."""
        step = self.frame_step
        return wanted if step == 1 else -(-max(wanted - 1, 0) // step) * step + 1


class _Models(_Table, frozen=True, kw_only=True):
    models: dict[str, Model] = {}


def own_file() -> Path:
    """Where the user's own models are described."""
    return places.data() / "models.toml"


@lru_cache(1)
def pipelines() -> dict[str, Pipeline]:
    """The pipelines that can run here, by the name of their class."""
    path = _HERE / "pipelines.toml"
    tables = _parsed(path, path.read_bytes())
    return {name: _converted(path, _whole(tables, name), Pipeline, name) for name in tables}


def _whole(tables: dict[str, Any], name: str) -> dict[str, Any]:
    """A pipeline's table with what it takes over from the one that it is like."""
    own = tables[name]
    if "like" not in own:
        return {**own, "name": name}
    base = _whole(tables, own["like"])
    return {**base, **own, "name": name, "parts": {**base["parts"], **own.get("parts", {})}}


def models() -> dict[str, Model]:
    """The models that are known, by hub id or name: ours, then the user's own. Raises `GeneratorError` that names
    the file and the key of a mistake in the user's."""
    return {**built_in(), **_own()}


@lru_cache(1)
def built_in() -> dict[str, Model]:
    """The models of the table beside this file."""
    return _read(_HERE / "catalog.toml")


def _own() -> dict[str, Model]:
    path = own_file()
    try:
        facts = path.stat()
    except OSError:
        return {}
    return _read_once(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(4)
def _read_once(path: Path, _time: int, _size: int) -> dict[str, Model]:
    return _read(path)


def _read(path: Path) -> dict[str, Model]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise GeneratorError(f"{path} is too large to be a list of models; make it smaller")
        data = path.read_bytes()
    except OSError as error:
        raise GeneratorError(f"{path} cannot be read: {why(error)}; check the file") from error
    found = _converted(path, _parsed(path, data), _Models, "").models
    for name, model in found.items():
        if model.pipeline not in pipelines():
            known = ", ".join(sorted(pipelines()))
            raise GeneratorError(
                f"{path}: models.{name}.pipeline is {model.pipeline!r}, which cannot run here; give one of {known}"
            )
    return found


def facts(name: str) -> Facts:
    """What is known of the model called `name`; the defaults suit ModelScope and what was tuned from it. Raises
    nothing: a mistake in the user's own list is told where a model is looked for."""
    return of(known().get(name) or Model())


def known() -> dict[str, Model]:
    """The models that are known; ours alone while there is a mistake in the user's list."""
    try:
        return models()
    except GeneratorError:
        return built_in()


def of(model: Model, pipeline: str = "") -> Facts:
    """`model` over the table of its pipeline, or over that of `pipeline`."""
    return Facts(model, pipelines()[pipeline or model.pipeline])


def unknown(pipeline: str) -> Facts:
    """What is taken for a model that no list knows: what its pipeline gives."""
    return of(Model(pipeline=pipeline))


def by_index(name: str) -> str:
    """The pipeline that runs a model whose model_index.json says `name`; empty where none does."""
    if name in pipelines():
        return name
    return next((model.pipeline for model in built_in().values() if model.index == name), "")


def _parsed(path: Path, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GeneratorError(f"{path} cannot be read: {error}; correct it there") from error


def _converted(path: Path, data: Any, kind: type[T], name: str) -> T:
    try:
        return values.convert(data, kind)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at `$")
        key = f"{name}{place.rstrip('`')}".strip(".")
        raise GeneratorError(f"{path}: {key or 'the file'}: {what}; correct it there") from error


def _first(own: T | None, given: T) -> T:
    return given if own is None else own
