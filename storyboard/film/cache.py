"""The project's cache: made parts, named by the hash of what they were made from. Safe to delete at any time."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection
from fractions import Fraction
from pathlib import Path

import msgspec

from storyboard import atomic, values
from storyboard.workers.steps import InBetweens

LIMIT = 20 << 30
"""Bytes that one project's cache may hold before its least recently used parts go."""

UNFINISHED = 600.0
"""Seconds without a write after which a temporary file is taken for abandoned."""

SEGMENTS = "cache/segments"
INBETWEENS = "cache/inbetweens"
SOUND = "cache/sound"
FILMS = "cache/films"


class Cache:
    """Made parts of the project at `folder`. Names are relative to it, with `/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, name: str) -> bool:
        """Whether the part `name` is there. It counts as used now, so that eviction takes others first."""
        try:
            os.utime(self.folder / name)
        except FileNotFoundError:
            return False
        except OSError:  # a read-only folder: there, though its age cannot be marked
            return (self.folder / name).exists()
        return True

    def inbetweens(self, key: str) -> list[InBetweens]:
        """The files that hold in-betweens of the take and engine that `key` stands for."""
        found = []
        for index in sorted((self.folder / INBETWEENS / key).glob("*.json")):
            name = f"{INBETWEENS}/{key}/{index.stem}.mkv"
            try:
                positions = values.decode(index.read_bytes(), tuple[Fraction, ...])
            except (OSError, msgspec.DecodeError):
                continue  # not ours, or just evicted: what it held is made again
            if self.has(name):
                found.append(InBetweens(name, positions))
        return found

    def size(self) -> int:
        """Bytes held."""
        return sum(size for _, _, size in self._files())

    def evict(self, limit: int, pinned: Collection[str] = ()) -> int:
        """Delete least recently used parts until at most `limit` bytes are held; returns the bytes freed.

        Parts named in `pinned` stay.
        """
        files = sorted(self._files())
        total = sum(size for _, _, size in files)
        freed = 0
        for _, path, size in files:
            if total - freed <= limit:
                break
            if path.relative_to(self.folder).as_posix() in pinned:
                continue
            with contextlib.suppress(OSError):
                if path.parent.parent.name == "inbetweens":
                    path.with_suffix(".json").unlink(
                        missing_ok=True
                    )  # the index first: it is what is believed
                path.unlink()
                freed += size
        return freed

    def sweep(self) -> int:
        """Remove what killed runs left half written in the project; returns how many files.

        Files touched within the last `UNFINISHED` seconds stay: another program may be writing them.
        """
        removed = 0
        old = time.time() - UNFINISHED
        for part in ("takes", "media", "cache", "exports", "versions", "."):
            for root, folders, names in os.walk(self.folder / part):
                if part == ".":
                    folders.clear()
                for path in (Path(root, name) for name in names if atomic.is_temporary(name)):
                    with contextlib.suppress(OSError):
                        if path.stat().st_mtime < old:
                            path.unlink()
                            removed += 1
        return removed

    def _files(self) -> list[tuple[float, Path, int]]:
        """(last use, path, bytes) of each part."""
        found = []
        for root, _, names in os.walk(self.folder / "cache"):
            for name in names:
                path = Path(root, name)
                with contextlib.suppress(OSError):
                    stat = path.stat()
                    found.append((stat.st_mtime, path, stat.st_size))
        return found
