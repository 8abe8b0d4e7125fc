"""The project's cache: made parts, named by the hash of what they were made from. Safe to delete at any time."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Collection, Iterator
from fractions import Fraction
from pathlib import Path

import filelock

from storyboard import atomic, paths, reading, values
from storyboard.errors import StoryboardError
from storyboard.project import MAX_LENGTH
from storyboard.workers.steps import InBetweens

SEGMENTS = "cache/segments"
INBETWEENS = "cache/inbetweens"
SOUND = "cache/sound"
FILMS = "cache/films"
WAVEFORMS = "cache/waveforms"
PROXIES = "cache/proxies"
"""Of imports, for the window."""
KEPT = "cache/kept"
"""Takes as they were after some of their steps."""
PARTS = (SEGMENTS, INBETWEENS, SOUND, FILMS, WAVEFORMS, PROXIES, KEPT)
IN_USE = "cache/.in-use"
MAX_INDEX = 16 * 2**20
"""Bytes that say which in-betweens a file holds: the million of the longest shot stay below this."""
_OURS = re.compile(r"[0-9a-f]{16,64}\.(mp4|mkv|m4a|json|npy|pcm|safetensors)")
"""Names that we give; what else lies in the cache is not ours to delete."""


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
                positions = values.decode(
                    values.bounded(reading.whole(index, MAX_INDEX), MAX_LENGTH), tuple[Fraction, ...]
                )
            except (OSError, ValueError, RecursionError):
                continue  # not ours, or just evicted: what it held is made again
            if self.has(name):
                found.append(InBetweens(name, positions))
        return found

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Marks the cache as used by a build, so that `clean` of another program leaves it alone."""
        with contextlib.ExitStack() as held:
            with contextlib.suppress(filelock.Timeout, OSError):  # a build beside ours has marked it already
                paths.inside(self.folder, "cache").mkdir(exist_ok=True)
                held.enter_context(filelock.FileLock(paths.inside(self.folder, IN_USE), timeout=0))
            yield

    def clear(self, limit: int) -> int:
        """`evict` on the user's word. Raises `StoryboardError` while a build uses the cache."""
        if not (self.folder / "cache").is_dir():
            return 0
        try:
            with filelock.FileLock(paths.inside(self.folder, IN_USE), timeout=0):
                return self.evict(limit)
        except filelock.Timeout:
            raise StoryboardError(
                f"{self.folder} is being rendered and needs its cache; stop that, or wait for it, and try again"
            ) from None

    def size(self) -> int:
        """Bytes held."""
        return sum(size for _, _, size in self._files())

    def evict(self, limit: int, pinned: Collection[str] = (), unused_for: float = 0.0) -> int:
        """Delete least recently used parts until at most `limit` bytes are held; returns the bytes freed.

        Parts named in `pinned`, and those used within the last `unused_for` seconds, stay.
        """
        files = sorted(self._files())
        total = sum(size for _, _, size in files)
        freed = 0
        for used, path, size in files:
            if total - freed <= limit or time.time() - used < unused_for:
                break
            if path.relative_to(self.folder).as_posix() in pinned:
                continue
            with contextlib.suppress(OSError):
                # Of in-betweens the index goes first: it is what is believed.
                path.with_suffix(".json").unlink(missing_ok=True)
                path.unlink(missing_ok=True)
                freed += size
        return freed

    def sweep(self) -> int:
        """Remove what killed runs left half written in the project; returns how many files.

        Files touched within the last `atomic.UNFINISHED` seconds stay: another program may be writing them.
        """
        removed = 0
        old = time.time() - atomic.UNFINISHED
        for path in self._walk("takes", "media", "exports", "versions", *PARTS):
            if atomic.is_temporary(path.name):
                with contextlib.suppress(OSError):
                    if path.stat().st_mtime < old:
                        path.unlink()
                        removed += 1
        return removed

    def _files(self) -> list[tuple[float, Path, int]]:
        """(last use, path, bytes) of each part. An index of in-betweens belongs to its file of pictures."""
        found = []
        for path in self._walk(*PARTS):
            indexes = INBETWEENS in path.as_posix() and path.suffix == ".json"
            if _OURS.fullmatch(path.name) and not (indexes and path.with_suffix(".mkv").exists()):
                with contextlib.suppress(OSError):
                    stat = path.stat()
                    found.append((stat.st_mtime, path, stat.st_size))
        return found

    def _walk(self, *parts: str) -> Iterator[Path]:
        """Every file below these folders of the project; a link that leads out of it is an error."""
        for part in parts:
            for root, _, names in os.walk(paths.inside(self.folder, part)):
                yield from (Path(root, name) for name in names)
