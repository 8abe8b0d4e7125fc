"""The models of this machine, for whoever manages them: what each needs and whether it fits, adding and removing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from storyboard import settings
from storyboard.errors import GeneratorError, StoryboardError, why
from storyboard.generators import catalog, fit, models, registry, weights
from storyboard.generators.catalog import Facts, Task
from storyboard.generators.fit import GIB
from storyboard.generators.parts import INDEX

if TYPE_CHECKING:
    from storyboard.generators.advice import Machine
    from storyboard.generators.registry import ModelStatus


Removal = Literal["delete", "trash", "forget"]
"""How a model leaves this machine: a download is deleted, one of the user's own models goes to the system's trash, a
folder that was added is only forgotten."""


class Overview(Struct, frozen=True):
    """One model, as a list shows it."""

    name: str
    title: str
    kind: str
    ready: bool
    reason: str
    """When it is not ready: why, and what to do."""
    licence: str
    licence_note: str
    commercial: str
    tasks: tuple[Task, ...]
    revision: str
    here: Literal["whole", "part", "no"]
    """Whether its files are here: all of them, those that a download got before it ended, none."""
    size: int
    """Bytes on the disk; 0 where it is not here."""
    download: str
    """What it would take to get it, in words."""
    fits: str
    """How it lives on this machine, in words; empty for what is built in."""


def overview(here: Machine | None = None) -> list[Overview]:
    """All that is known of, as `registry.known` lists it. Looks, and neither loads a model nor asks the network."""
    from storyboard.generators import advice

    machine = here or advice.machine()
    return [_one(status, machine) for status in registry.known()]


def problem() -> str:
    """What is wrong with the user's own list of models; empty when nothing is."""
    try:
        catalog.models()
    except GeneratorError as error:
        return str(error)
    return ""


def device(machine: Machine) -> fit.Device:
    """What a model would find there, with nothing else running."""
    memory = int(machine.memory * GIB)
    if machine.gpu == "Apple GPU":
        return fit.Device("mps", memory, memory)
    if machine.gpu:
        return fit.Device("cuda", int(machine.gpu_memory * GIB), memory)
    return fit.Device("cpu", memory or 8 * GIB, memory)


def needs(facts: Facts, found: models.Found | None = None) -> fit.Needs:
    """What a model needs for its native frames: from its files where they are here, else from its table."""
    known = facts.model.weights
    table = {name: int(getattr(known, name) * 2e9) for name in ("text", "denoiser", "vae", "other")}
    if found is not None and not any(table.values()):
        from storyboard.generators import memory

        return memory.needs_of(found)
    return fit.needs(table, facts.model.work, facts.model.tiles, 1.0)


def add(folder: Path) -> list[str]:
    """Makes the model in `folder`, or the models in its subfolders, known by their folders' names: on any drive, and
    nothing is copied. Answers the names. Raises `GeneratorError` that says what is wrong with it."""
    place = folder.expanduser().resolve()
    if not place.is_dir():
        raise GeneratorError(f"{folder} is no folder; give the one with the model's model_index.json")
    if not (place / INDEX).is_file():
        inside = sorted(path for path in place.iterdir() if weights.is_pipeline(path))
        if inside:
            return _known_from(place, [path.name for path in inside])
    weights.check_folder(place)
    taken = models.folder_of(place.name)
    if taken is not None and taken != place:
        raise GeneratorError(
            f"another model is called {place.name} already ({taken}); rename one of the folders"
        )
    return _known_from(place.parent, [place.name])


def removal(name: str) -> Removal:
    """What `remove` does with it."""
    folder = models.folder_of(name)
    if folder is None:
        return "delete"
    return "trash" if folder.parent == models.own_models().resolve() else "forget"


def remove(name: str) -> int:
    """Takes a model off this machine, as `removal` says, and answers the bytes that were freed.

    Raises `GeneratorError` for one that is not here, `StoryboardError` when the system refuses.
    """
    if name in registry.BUILT_IN:
        raise GeneratorError(f"{name} is part of Storyboard and cannot be removed")
    folder = models.folder_of(name)
    if folder is None:
        return _delete_download(name)
    if removal(name) == "forget":
        return _forget(name, folder)
    size = disk_size(folder)
    _throw_away(folder)
    return size


def disk_size(folder: Path) -> int:
    """Bytes of the files below `folder`, each once."""
    files = {path.resolve() for path in folder.rglob("*") if path.is_file()}
    return sum(path.stat().st_size for path in files)


def _one(status: ModelStatus, machine: Machine) -> Overview:
    facts = catalog.facts(status.name)
    found = None
    if status.kind != "built-in":
        try:
            found = models.find(status.name)
            facts = found.facts
        except GeneratorError:
            found = None
    plan = fit.pick(needs(facts, found), device(machine))
    begun = None if found else _begun(status.name)
    return Overview(
        name=status.name,
        title=facts.title or status.name,
        kind=status.kind,
        ready=status.ready,
        reason=status.reason,
        licence=status.licence,
        licence_note=status.licence_note,
        commercial="yes" if status.kind == "built-in" else facts.model.commercial,
        tasks=("text",) if status.kind == "built-in" else facts.tasks,
        revision=found.revision if found else facts.revision,
        here="whole" if found or status.kind == "built-in" else "part" if begun else "no",
        size=disk_size(found.files.folder) if found else disk_size(begun) if begun else 0,
        download="" if found else facts.download,
        fits="" if status.kind == "built-in" else plan.words,
    )


def _begun(name: str) -> Path | None:
    """Where the files lie that a download got before it ended."""
    storage = models.hub_storage(name) if models.is_hub_id(name) else None
    return storage if storage is not None and storage.is_dir() and disk_size(storage) else None


def _known_from(folder: Path, names: list[str]) -> list[str]:
    now = settings.load()
    if folder != models.own_models().resolve() and str(folder) not in now.model_folders:
        settings.save(replace(now, model_folders=(*now.model_folders, str(folder))))
    return names


def _forget(name: str, folder: Path) -> int:
    now = settings.load()
    listed = [place for place in now.model_folders if Path(place).resolve() == folder.parent]
    others = [path.name for path in folder.parent.iterdir() if path != folder and weights.is_pipeline(path)]
    if not listed or others:
        beside = f"; {', '.join(sorted(others)[:3])} is there too" if others else ""
        raise GeneratorError(f"{name} lies in your own folder {folder}{beside}: delete it there")
    settings.save(replace(now, model_folders=tuple(p for p in now.model_folders if p not in listed)))
    return 0


def _delete_download(name: str) -> int:
    import shutil

    storage = models.hub_storage(name) if models.is_hub_id(name) else None
    if storage is None or not storage.is_dir():
        raise GeneratorError(f"{name} is not on this machine; `storyboard models list` names those that are")
    size = disk_size(storage)
    try:
        shutil.rmtree(storage)
    except OSError as error:
        raise StoryboardError(f"{storage} could not be deleted: {why(error)}; close what uses it") from error
    return size


def _throw_away(folder: Path) -> None:
    import send2trash

    try:
        send2trash.send2trash(str(folder))
    except (OSError, send2trash.TrashPermissionError) as error:
        raise StoryboardError(f"{folder} could not go to the trash ({error}); delete it there") from error
