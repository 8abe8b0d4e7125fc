"""Models that are files: where they lie on this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace

from storyboard import places, settings
from storyboard.errors import GeneratorError
from storyboard.generators import catalog, weights
from storyboard.generators.catalog import Facts
from storyboard.generators.weights import ModelFiles

MODELSCOPE = "ali-vilab/text-to-video-ms-1.7b"

NEEDS_PACKAGES = (
    '{} needs PyTorch and diffusers, which are not installed; run: pip install "storyboard[models]"'
)

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}")


class Found(NamedTuple):
    """A model that is on this machine, checked."""

    name: str
    kind: Literal["folder", "hub"]
    files: ModelFiles
    revision: str
    """The hub's commit; empty for a folder."""

    @property
    def facts(self) -> Facts:
        """What is known of it: its own table where there is one of its kind, else its pipeline's; and what its files
        say of sizes and counts where its own table does not."""
        known = catalog.known().get(self.name)
        pipeline = self.files.described.pipeline.name
        model = known if known and known.pipeline == pipeline else catalog.unknown(pipeline).model
        scales = {"multiple": self.files.factor, "frame_step": self.files.frame_step}
        table = self.files.described.pipeline
        said: dict[str, Any] = {
            name: max(value, getattr(table, name))
            for name, value in scales.items()
            if getattr(model, name) is None
        }
        if not model.tasks and self.files.described.settings.get("expand_timesteps"):
            # Wan 2.2's small one: a clock of its own for each place is how a picture is held to.
            said["tasks"] = ("text", "picture")
        if not model.tasks and table.name == "LTXPipeline" and self.files.shifts:
            # Those before 0.9.5 learned to start from a first picture, and from nothing else.
            said["tasks"] = ("text", "picture")
        return catalog.of(replace(model, **said))


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
    if name not in catalog.built_in():
        catalog.models()  # a mistake in the user's own list is told
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
    facts = catalog.facts(name)
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


def hub_storage(name: str) -> Path:
    """The folder of one model in the hub's cache: `refs/` names commits, `snapshots/` holds their files."""
    return hub_cache() / f"models--{name.replace('/', '--')}"


def _snapshots(name: str) -> list[Path]:
    """The versions of a model in the hub's cache: the one we know, the one called main, then the newest."""
    storage = hub_storage(name)
    there = sorted((storage / "snapshots").glob("*"), key=lambda path: (-path.stat().st_mtime, path.name))
    first = [catalog.facts(name).revision, _main(storage)]
    rank = {commit: place for place, commit in reversed(list(enumerate(first)))}
    folders = [path for path in there if path.is_dir() and COMMIT.fullmatch(path.name)]
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
