"""What was learned about memory here: which plan ran out of it, for which model, on which device, for how many pixels."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from storyboard import atomic, places, values
from storyboard.errors import StoryboardError


def failed(model_hash: str, device: str, pixels: int) -> frozenset[str]:
    """Names of the plans that ran out of memory for takes of `pixels` or fewer."""
    noted = _read(_file(model_hash, device))
    return frozenset(plan for plan, least in noted.items() if pixels >= least)


def note_failed(model_hash: str, device: str, pixels: int, plan: str) -> None:
    """Remembers that `plan` ran out of memory. Where that cannot be written, it is found out again."""
    path = _file(model_hash, device)
    noted = _read(path)
    noted[plan] = min(pixels, noted.get(plan, pixels))
    with contextlib.suppress(OSError, StoryboardError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(path) as temporary:
            temporary.write_bytes(values.encode(noted))


class _Try(Struct, frozen=True):
    device: str
    pixels: Annotated[int, Meta(ge=0)]
    plan: str


def begin(model_hash: str, device: str, pixels: int, plan: str) -> None:
    """Notes what is tried now, for whoever must tell why this process was ended in the middle of it."""
    with contextlib.suppress(OSError, StoryboardError):
        path = _tried(model_hash)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(values.encode(_Try(device, pixels, plan)))


def end(model_hash: str) -> None:
    """What was tried is over, well or with an error."""
    with contextlib.suppress(OSError):
        _tried(model_hash).unlink()


def killed(model_hash: str) -> None:
    """The system ended the process that ran this model, for want of memory: its plan is not tried again for as much."""
    try:
        tried = values.decode(_tried(model_hash).read_bytes(), _Try)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return
    note_failed(model_hash, tried.device, tried.pixels, tried.plan)
    end(model_hash)


def _tried(model_hash: str) -> Path:
    return places.cache() / "memory" / f"now-{values.key(model_hash)}.json"


def _file(model_hash: str, device: str) -> Path:
    return places.cache() / "memory" / f"{values.key(model_hash, device)}.json"


def _read(path: Path) -> dict[str, int]:
    try:
        return values.decode(path.read_bytes(), dict[str, int])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
