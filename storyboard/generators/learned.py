"""What was learned about memory here: which plan ran out of it, for which model, on which device, for how many pixels."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

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


def _file(model_hash: str, device: str) -> Path:
    return places.cache() / "memory" / f"{values.key(model_hash, device)}.json"


def _read(path: Path) -> dict[str, int]:
    try:
        return values.decode(path.read_bytes(), dict[str, int])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
