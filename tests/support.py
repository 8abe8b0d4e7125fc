"""What several tests need: running the real command, and looking at films frame by frame."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import pytest

from storyboard import edit, store
from storyboard.project import Project, new_shot


class Ran(NamedTuple):
    code: int
    out: str
    error: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


COMMAND = [sys.executable, "-c", "from storyboard.cli import main; main()"]


def storyboard(*arguments: object, env: dict[str, str] | None = None, timeout: float = 120) -> Ran:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **(env or {})},
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def with_further(cases: Iterable[Any], *often: int) -> list[Any]:
    """For `parametrize`: those of `cases` at the places `often` run always, the further ones with `make test-long`."""
    return [
        case
        if place in often
        else pytest.param(*(case if type(case) is tuple else (case,)), marks=pytest.mark.long)
        for place, case in enumerate(cases)
    ]


def make_project(folder: Path, *prompts: str, size: int = 64, length: int = 12, **settings: Any) -> Path:
    """A small project on disk; its shots are named shot-1, shot-2, ..."""
    shots = tuple(new_shot(f"shot-{n}", prompt, length) for n, prompt in enumerate(prompts, 1))
    project = Project(name=folder.name, width=size, height=size, **settings)
    with store.create(folder, edit.append(project, *shots)):
        pass
    return folder


class Film(NamedTuple):
    """What a film file holds."""

    frames: list[str]
    """MD5 of each decoded picture, all planes."""
    rate: Fraction
    duration: Fraction
    width: int
    height: int
    codec: str
    pixel_format: str
    sound: bool


def film(path: Path) -> Film:
    """Decode a film and hash its frames, as ffmpeg's framemd5 does."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        hashes = [
            hashlib.md5(b"".join(bytes(plane) for plane in frame.planes), usedforsecurity=False).hexdigest()
            for frame in container.decode(stream)
        ]
        return Film(
            hashes,
            Fraction(stream.average_rate or 0),
            Fraction(container.duration or 0, av.time_base),
            stream.width,
            stream.height,
            stream.codec_context.name,
            str(stream.codec_context.pix_fmt),
            bool(container.streams.audio),
        )
