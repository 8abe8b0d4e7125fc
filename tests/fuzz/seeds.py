"""A folder with one whole file of each kind that is fuzzed."""

from __future__ import annotations

import io
import json
import struct
from fractions import Fraction
from pathlib import Path

import numpy as np

from storyboard import edit, settings, store, values
from storyboard.film import claims, queue
from storyboard.film.wanted import Wanted
from storyboard.media import waveform
from storyboard.project import Depiction, Look, Marker, Music, Project, Role, new_shot
from storyboard.take import Recipe, Source, Take
from storyboard.workers import messages
from ui import export_memory, memory, preferences

PICTURE = "media/photo-0123456789abcdef.png"


def write(folder: Path) -> None:
    """Fills `folder`, a new one whose `home` is the user's (`STORYBOARD_HOME`)."""
    project = _project()
    store.create(folder, project).close()
    (folder / ".lock").unlink(missing_ok=True)
    for take in _takes():
        pixels = folder / take.pixels
        pixels.parent.mkdir(exist_ok=True)
        pixels.write_bytes(b"pixels")
        store.publish(folder, take)
    _put(folder / "versions/20260131T174500.120Z Before.json", values.encode(project))
    queue.save(folder, _jobs(folder))
    claimed = [claims.Numbered(Wanted("t4", "shot-0", 4), 2), claims.Numbered(Wanted("t5", "shot-1", 5), 2)]
    _put(folder / "cache/claims/other.json", values.encode(claimed))
    owner = {"program": "storyboard", "host": "there", "pid": 12, "since": "2026-01-31T17:45:00+00:00"}
    _put(folder / ".lock.json", values.encode(owner))
    _put(folder / "cache/inbetweens/k/0123456789abcdef.json", b'["1/2","3/2","5/2"]')
    _put(folder / "cache/inbetweens/k/0123456789abcdef.mkv", b"pixels")
    peaks = io.BytesIO()
    np.save(peaks, np.zeros((waveform.PER_SECOND, 2), np.int8))
    _put(folder / "cache/waveforms/w.npy", peaks.getvalue())
    _put(folder / "script.txt", "A dog runs\n\nThe captain sings\n".encode("utf-8-sig"))
    answer = messages.Done(3, 1.5, take=_takes()[0])
    framed = io.BytesIO()
    messages.write(framed, answer)
    _put(folder / "answer", framed.getvalue()[4:])
    _write_model(folder / "model")
    _write_home(folder)


def _write_home(folder: Path) -> None:
    settings.save(settings.Settings(device="cpu", model_folders=(str(folder),)))
    memory.opened(folder)
    memory.keep(folder, memory.View(selected=("a",), across=(1, 2)), "01ff")
    preferences.save(preferences.Preferences(colours="dark", keys={"undo": ("Ctrl+Z",)}))
    export_memory.keep(folder, export_memory.Last(out=str(folder / "exports" / "film.mp4")))


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _project() -> Project:
    shots = [new_shot(f"shot-{n}", f"Maria and the dog run, {n}") for n in range(4)]
    film = edit.append(Project(name="Film", look=Look(style="ink", steps=20, guidance=7.5)), *shots)
    first, brought = _takes()
    film = edit.choose(film, "shot-0", first)
    film = edit.choose(film, "shot-1", brought)
    film = edit.star(film, "shot-0", first.id)
    film = edit.set_shot(film, "shot-2", seed=7, avoid="text", fit="contain", muted=True, model="card")
    film = edit.set_motion(film, "shot-3", speed=Fraction(1, 3), smoothing="x3")
    film = edit.cast(film, Role("Maria", PICTURE, "a woman in a yellow coat"))
    film = edit.replace_picture(film, "shot-3", "dog", "dog")
    film = edit.set_music(film, Music("media/song.mp3", Fraction(1, 2), -3.0, Fraction(1), Fraction(2)))
    return edit.add_marker(film, 12, Marker(12, "here").name)


def _takes() -> tuple[Take, Take]:
    recipe = Recipe(
        "sketch", "1", "sketch", "a dog", 5, 24, 256, 256, Fraction(24), pictures=(Depiction("dog", "dog"),)
    )
    common = {"created": "2026-01-31T17:45:00+00:00", "content": "ab" * 32, "seconds": 1.5}
    drawn = Take("drawn", "shot-0", 1, frames=24, rate=Fraction(24), width=256, height=256, wish="cd" * 32,
                 recipe=recipe, ran={"device": "cpu"}, cuts=(3, 9), **common)  # type: ignore[arg-type]  # fmt: skip
    source = Source("media/clip.mp4", "ab" * 32, "clip", 90, Fraction(1, 1000), (0, 41, 83, 125), True)
    brought = Take("brought", "shot-1", 1, frames=4, rate=Fraction(24), width=64, height=48, source=source,
                   **common)  # type: ignore[arg-type]  # fmt: skip
    return drawn, brought


def _jobs(folder: Path) -> queue.Jobs:
    film = str(folder / "exports" / "film.mp4")
    tasks: tuple[queue.Task, ...] = (
        queue.MakeTakes((Wanted("t1", "shot-0", 1), Wanted("t2", "shot-1", 2))),
        queue.MakeAudition((Wanted("t3", "shot-0", 3),), 6),
        queue.CarryOn((Wanted("t3", "shot-0", 3),)),
        queue.ExportFilm("h264", film),
        queue.ImportFiles((queue.Incoming("/films/a.mp4", "shot-9"),), 1),
    )
    return tuple(map(queue.new, tasks))


def _write_model(folder: Path) -> None:
    """What diffusers' `save_pretrained` writes of a text-to-video model, with weights of four bytes."""
    parts = {
        "scheduler": ("diffusers", "DDIMScheduler", "scheduler_config.json", {"num_train_timesteps": 1000}),
        "text_encoder": ("transformers", "CLIPTextModel", "config.json", {}),
        "tokenizer": ("transformers", "CLIPTokenizer", "tokenizer_config.json", {}),
        "unet": ("diffusers", "UNet3DConditionModel", "config.json", {"sample_size": 8}),
        "vae": ("diffusers", "AutoencoderKL", "config.json", {"block_out_channels": [8, 8, 8, 8]}),
    }
    index = {"_class_name": "TextToVideoSDPipeline", "_diffusers_version": "0.42.1"}
    head = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    weights = struct.pack("<Q", len(head)) + head + bytes(4)
    for name, (library, kind, config, facts) in parts.items():
        _put(folder / name / config, json.dumps({"_class_name": kind, **facts}).encode())
        stem = "model" if library == "transformers" else "diffusion_pytorch_model"
        if name in ("text_encoder", "unet", "vae"):
            _put(folder / name / f"{stem}.safetensors", weights)
    _put(folder / "tokenizer/vocab.json", b'{"a": 0}')
    _put(folder / "tokenizer/merges.txt", b"#version: 0.2\n")
    whole = index | {name: list(part[:2]) for name, part in parts.items()}
    _put(folder / "model_index.json", json.dumps(whole).encode())
