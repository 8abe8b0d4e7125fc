"""Models that are files: which ones we know, where they lie on this machine, and getting one."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, NamedTuple

from storyboard import places, settings
from storyboard.errors import DiskFull, GeneratorError
from storyboard.frames import Report, unreported
from storyboard.generators import weights
from storyboard.generators.weights import ModelFiles

MODELSCOPE = "ali-vilab/text-to-video-ms-1.7b"

NEEDS_PACKAGES = (
    '{} needs PyTorch and diffusers, which are not installed; run: pip install "storyboard[models]"'
)

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")


class ModelFacts(NamedTuple):
    """What is known of a model beyond its files. The defaults suit ModelScope and what was tuned from it."""

    title: str = ""
    """What people call it; empty for the name itself."""
    revision: str = ""
    """The commit to get; empty for the newest."""
    licence: str = ""
    licence_note: str = "its licence is not known here: read it where the model comes from"
    download: str = ""
    """Size, in words."""
    rate: Fraction = Fraction(24)
    """Frames per second at which its frames play at speed 1. ModelScope was trained on slower clips; the films
    of 2023 played 24 of its frames in a second and slowed that to half, and so does the classic motion."""
    steps: int = 25
    guidance: float = 9.0
    most_frames: int = 240
    """In one take: all of them are in the GPU's memory at once."""
    most_pixels: int = 1024 * 576
    """In one frame; a larger project gets takes of this many pixels in its own shape."""


KNOWN: dict[str, ModelFacts] = {
    MODELSCOPE: ModelFacts(
        title="ModelScope 1.7B",
        revision="8227dddca75a8561bf858d604cc5dae52b954d01",
        licence="CC-BY-NC-4.0",
        licence_note="not for commercial use",
        download="about 4 GB",
        # Trained at 256x256 (its UNet's sample_size of 32, times 8).
        most_pixels=512 * 512,
    ),
}


class Found(NamedTuple):
    """A model that is on this machine, checked."""

    name: str
    kind: Literal["folder", "hub"]
    files: ModelFiles
    revision: str
    """The hub's commit; empty for a folder."""

    @property
    def facts(self) -> ModelFacts:
        return KNOWN.get(self.name, ModelFacts())


def is_hub_id(name: str) -> bool:
    """Whether `name` has the form `owner/model` of the hub."""
    return _HUB_ID.fullmatch(name) is not None and "--" not in name and ".." not in name


def own_models() -> Path:
    """The user's folder of models: one folder each, called by its bare name."""
    return places.data() / "models"


def more_models() -> list[Path]:
    """Further folders of models that the user set."""
    return [Path(folder) for folder in settings.load().model_folders if Path(folder).is_absolute()]


def folder_of(name: str, base: Path | None = None) -> Path | None:
    """The folder that `name` means: an absolute one, one below `base` (default: the current folder) or one of
    the user's own models; None where there is none."""
    # A project from elsewhere must not make this machine call on a file server of its choice.
    if not name.strip() or name.startswith(("\\\\", "//")) or "\0" in name:
        return None
    path = Path(name).expanduser() if name.startswith("~") else Path(name)
    own = (place / path for place in (own_models(), *more_models()))
    candidates = (path,) if path.is_absolute() else ((base or Path.cwd()) / path, *own)
    return next((place.resolve() for place in candidates if _is_folder(place)), None)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # such as a name that is too long for any file
        return False


def find(name: str, base: Path | None = None) -> Found:
    """The model called `name`, with all its files checked; nothing large is read and nothing downloaded.

    A folder wins over a hub id of the same name. Raises `GeneratorError` that says what is wrong with it, or
    that it is not here and how to get it.
    """
    folder = folder_of(name, base)
    if folder is not None:
        return Found(name, "folder", weights.check_folder(folder), "")
    if not is_hub_id(name) or Path(name).is_absolute():
        raise GeneratorError(
            f"there is no model {name!r}: it is no folder here; choose sketch, a model's folder or a hub id "
            f"such as {MODELSCOPE}"
        )
    return _find_in_hub_cache(name)


def how_to_get(name: str) -> str:
    """What to do for a hub model that is not here."""
    facts = KNOWN.get(name, ModelFacts())
    notes = ", ".join(part for part in (facts.download, facts.licence, facts.licence_note) if part)
    return f"run: storyboard models get {name} ({notes})"


def hub_cache() -> Path:
    """Where Hugging Face's libraries keep downloads, by the same environment variables that they read."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(variable):
            return Path(os.environ[variable]).expanduser()
    if os.environ.get("HF_HOME"):
        return Path(os.environ["HF_HOME"]).expanduser() / "hub"
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "huggingface" / "hub"


def cached() -> Iterator[str]:
    """The ids of the text-to-video models in the hub's cache, whole or not, sorted."""
    if not hub_cache().is_dir():
        return
    for folder in sorted(hub_cache().glob("models--*--*")):
        name = folder.name.removeprefix("models--").replace("--", "/")
        if is_hub_id(name) and any(weights.is_pipeline(snapshot) for snapshot in _snapshots(name)):
            yield name


def fetch(name: str, report: Report = unreported) -> Found:
    """Gets a model from the hub into its cache; only the files that are read here, never pickled ones.

    The one function that uses the network. Files that an earlier try got whole are kept; the hub's client
    starts a half one again. `report` counts bytes. Raises `GeneratorError`, and `DiskFull` where there is no room
    for all of it, before anything is got.
    """
    if not is_hub_id(name):
        raise GeneratorError(
            f"{name!r} is no model of the hub; ask for one as owner/model, such as {MODELSCOPE}"
        )
    try:
        import huggingface_hub
        from huggingface_hub import errors
    except ImportError as error:
        raise GeneratorError(NEEDS_PACKAGES.format(f"getting {name}")) from error
    # The HTTP library below the hub's client differs between its versions; its base error is a base of this.
    failures: tuple[type[Exception], ...] = (OSError, *errors.HfHubHTTPError.__bases__)
    try:
        commit, sizes = _listing(name)
        _room_for(sizes, name, commit)
        counter = _Counter(report, sum(sizes.values()))
        for file, size in sizes.items():
            huggingface_hub.hf_hub_download(
                name, file, revision=commit, cache_dir=hub_cache(), tqdm_class=_counting_bar(counter)
            )
            counter.finished(size)
    except failures as error:
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise DiskFull(
                f"the disk with {hub_cache()} was full before {name} was whole; make room"
            ) from error
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise GeneratorError(
            f"{name} could not be got ({reason}); try again, whole files are kept"
        ) from error
    snapshot = _storage(name) / "snapshots" / commit
    return Found(name, "hub", weights.check_folder(snapshot), commit)


class _Counter:
    """Adds up the bytes of several files, some of which were here before."""

    def __init__(self, report: Report, total: int) -> None:
        self._report = report
        self._total = total
        self._before = 0
        self._now = 0

    def add(self, count: int) -> None:
        self._now += count
        self._report(min(self._before + self._now, self._total), self._total)

    def finished(self, size: int) -> None:
        self._before += size
        self._now = 0
        self._report(self._before, self._total)


def _counting_bar(counter: _Counter) -> type[Any]:
    """A progress bar for the hub's client that shows nothing and counts."""
    from huggingface_hub.utils.tqdm import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": True})  # type: ignore[no-untyped-call]
            counter.add(int(kwargs.get("initial") or 0))

        def update(self, n: float | None = 1) -> bool | None:
            counter.add(int(n or 0))
            return None

    return Bar


def _listing(name: str) -> tuple[str, dict[str, int]]:
    """The commit to get of a model and its files with their sizes in bytes, small ones first."""
    from huggingface_hub import HfApi

    revision = KNOWN.get(name, ModelFacts()).revision or None
    info = HfApi().model_info(name, revision=revision, files_metadata=True)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    if not _COMMIT.fullmatch(info.sha or ""):
        raise GeneratorError(f"the hub does not say which version of {name} it has; try again later")
    wanted = weights.to_download(sizes.keys(), name)
    return str(info.sha), {file: sizes[file] for file in sorted(wanted, key=lambda f: (sizes[f], f))}


def _room_for(sizes: dict[str, int], name: str, commit: str) -> None:
    """Raises `DiskFull` unless what is still to come fits on the disk."""
    place = hub_cache()
    place.mkdir(parents=True, exist_ok=True)
    snapshot = _storage(name) / "snapshots" / commit
    to_come = sum(size for file, size in sizes.items() if not (snapshot / file).is_file())
    free = shutil.disk_usage(place).free
    if free < to_come:
        raise DiskFull(
            f"{name} needs {to_come / 1e9:.1f} GB more in {place} and {free / 1e9:.1f} GB are free; "
            "make room, or set HF_HOME to a folder on another disk"
        )


def _storage(name: str) -> Path:
    """The folder of one model in the hub's cache: `refs/` names commits, `snapshots/` holds their files."""
    return hub_cache() / f"models--{name.replace('/', '--')}"


def _snapshots(name: str) -> list[Path]:
    """The versions of a model in the hub's cache: the one we know, the one called main, then the newest."""
    storage = _storage(name)
    there = sorted((storage / "snapshots").glob("*"), key=lambda path: (-path.stat().st_mtime, path.name))
    first = [KNOWN.get(name, ModelFacts()).revision, _main(storage)]
    rank = {commit: place for place, commit in reversed(list(enumerate(first)))}
    folders = [path for path in there if path.is_dir() and _COMMIT.fullmatch(path.name)]
    return sorted(folders, key=lambda path: rank.get(path.name, len(first)))


def _main(storage: Path) -> str:
    try:
        return (storage / "refs" / "main").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _find_in_hub_cache(name: str) -> Found:
    """The first whole version of a model in the hub's cache."""
    first_error = None
    for snapshot in _snapshots(name):
        try:
            return Found(name, "hub", weights.check_folder(snapshot), snapshot.name)
        except GeneratorError as error:
            first_error = first_error or error
    if first_error is not None:
        raise GeneratorError(f"{first_error}: {how_to_get(name)}") from first_error
    raise GeneratorError(f"{name} is not on this machine; {how_to_get(name)}")
