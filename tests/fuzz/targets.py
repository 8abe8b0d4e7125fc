"""The files that are read without trust, and what must hold whatever is in them."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import filelock

from storyboard import edit, paths, script, settings, store, values
from storyboard import take as taking
from storyboard.errors import ProjectError, StoryboardError
from storyboard.film import carrying, claims, queue
from storyboard.film.cache import Cache
from storyboard.film.wanted import Wanted
from storyboard.generators import models
from storyboard.media import plain_sound
from storyboard.project import MAX_LENGTH, MAX_SHOTS, Project
from storyboard.store import document, recovery, versions
from storyboard.workers import messages
from ui import export_memory, memory, preferences


class Target(NamedTuple):
    """A kind of file."""

    name: str
    place: str
    """Of the file, in the folder that is fuzzed."""
    read: Callable[[Path], None]
    """Reads the folder as the program does, and checks what it got. May raise `StoryboardError`."""


def _project(folder: Path) -> None:
    with store.open_project(folder) as opened:
        _sound(opened.project, folder)
        edit.adopt(opened.project, opened.takes())


def _sound(project: Project, folder: Path) -> None:
    """What every accepted project keeps to."""
    assert document.parse(document.encode(project), folder).project == project
    assert len(project.shots) <= MAX_SHOTS
    assert len({shot.id for shot in project.shots}) == len(project.shots)
    assert all(1 <= shot.length <= MAX_LENGTH for shot in project.shots)
    takes = store.TakeFolder(folder).scan()
    for shot in project.shots[:50]:
        assert len(project.wish_of(shot).key) == 64
        taking.state(project, shot, takes.get(shot.chosen.take) if shot.chosen else None)
    if project.music is not None:
        _inside(folder, project.music.file)


def _inside(folder: Path, name: str) -> None:
    try:
        path = paths.inside(folder, name)
    except ProjectError:
        return
    assert path.resolve().is_relative_to(folder.resolve())


def _sidecar(folder: Path) -> None:
    takes = store.TakeFolder(folder).scan()
    project = document.load(folder / document.NAME).project
    adopted = edit.adopt(project, takes)
    for take in takes.values():
        assert values.decode(values.encode(take), taking.Take) == take
        for shot in adopted.shots:
            taking.state(adopted, shot, take)
            takes.next_number(shot.id)
        _inside(folder, take.pixels)
    for name in ("drawn", "brought"):
        carrying.find(folder, name)
    (folder / document.NAME).write_bytes(b"{")
    recovery.recover(folder)


def _version(folder: Path) -> None:
    for version in versions.listing(folder):
        if not version.problem:
            versions.load(folder, version.name)
    (folder / document.NAME).write_bytes(b"{")
    recovery.recover(folder)


def _queue(folder: Path) -> None:
    loaded = queue.load(folder)
    jobs = queue.trimmed(queue.left_behind(loaded, folder))
    assert len(jobs) <= 10_000
    queue.wanted(jobs)
    queue.save(folder, jobs)
    assert queue.load(folder).jobs == jobs


def _claim(folder: Path) -> None:
    with (
        filelock.FileLock(folder / "cache/claims/other.lock"),
        claims.claimed(folder, lambda _found, _others: [Wanted("new", "shot-0", 1)]) as claim,
    ):
        assert claim.numbers["new"] > 1  # `drawn` is there


def _lock(folder: Path) -> None:
    with store.open_project(folder, "prefer-write") as opened:
        assert opened.writable or opened.why_read_only


def _settings(folder: Path) -> None:
    settings.save(settings.load())


def _window(folder: Path) -> None:
    kept = memory.load()
    memory.save(kept)
    for place in kept.recent:
        memory.is_there(place)


def _preferences(folder: Path) -> None:
    preferences.load()


def _exports(folder: Path) -> None:
    export_memory.load(folder)


def _index(folder: Path) -> None:
    Cache(folder).inbetweens("k")


def _waveform(folder: Path) -> None:
    plain_sound.read_peaks(folder / "cache" / "waveforms" / "w.npy")


def _script(folder: Path) -> None:
    script.read(folder / "script.txt")


def _model(folder: Path) -> None:
    models.find(str(folder / "model"), folder)


def _answer(folder: Path) -> None:
    """What a worker says: it has decoded strangers' media."""
    data = (folder / "answer").read_bytes()
    stream = io.BytesIO(struct.pack("<I", len(data)) + data)
    try:
        messages.read_answer(stream)
    except messages.Noise:  # the crew ends such a worker
        return


CONFIG = "home/config"

TARGETS = (
    Target("project", "project.json", _project),
    Target("sidecar of a generated take", "takes/drawn.json", _sidecar),
    Target("sidecar of an import", "takes/brought.json", _sidecar),
    Target("version", "versions/20260131T174500.120Z Before.json", _version),
    Target("queue", "queue.json", _queue),
    Target("claim of another program", "cache/claims/other.json", _claim),
    Target("lock's owner", ".lock.json", _lock),
    Target("settings", f"{CONFIG}/settings.json", _settings),
    Target("window's memory", f"{CONFIG}/window.json", _window),
    Target("preferences", f"{CONFIG}/preferences.json", _preferences),
    Target("memory of exports", f"{CONFIG}/exports.json", _exports),
    Target("index of in-betweens", "cache/inbetweens/k/0123456789abcdef.json", _index),
    Target("waveform", "cache/waveforms/w.npy", _waveform),
    Target("script", "script.txt", _script),
    Target("model's index", "model/model_index.json", _model),
    Target("model's scheduler", "model/scheduler/scheduler_config.json", _model),
    Target("model's weights", "model/unet/diffusion_pytorch_model.safetensors", _model),
    Target("worker's answer", "answer", _answer),
)

WEIGHTS = {
    "project": 6,
    "sidecar of a generated take": 2,
    "sidecar of an import": 2,
    "queue": 3,
    "version": 1,
}
"""How often a target's turn comes, where that is not once."""


def chosen(chance: random.Random) -> Target:
    return chance.choices(TARGETS, [WEIGHTS.get(target.name, 1) for target in TARGETS])[0]


def refused(error: Exception) -> bool:
    """Whether an input was refused as it should be: with a sentence."""
    return isinstance(error, StoryboardError) and len(str(error)) > 10
