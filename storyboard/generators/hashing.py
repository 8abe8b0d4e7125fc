"""What a model is, as a name: the hash of the files that are read of it."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from storyboard import atomic, places, values
from storyboard.errors import GeneratorError, StoryboardError, why

_SMALL: Final = 2**20
"""Bytes; files below this are hashed again each time, which is as quick as looking the hash up."""


def content_hash(folder: Path, names: Iterable[str]) -> str:
    """64 hex digits: SHA-256 over the sorted `names` (relative to `folder`) and the SHA-256s of their files.

    The hash of a large file is kept in the user's cache by its path, size and time, so that gigabytes are read
    once and not for every take. Raises `GeneratorError` that names a file that cannot be read.
    """
    return values.key([[name, file_hash(folder / name)] for name in sorted(names)])


def file_hash(path: Path) -> str:
    """The SHA-256 of a file's bytes, as 64 hex digits. Raises `GeneratorError`."""
    try:
        facts = path.stat()
        if facts.st_size < _SMALL:
            return _digest(path)
        note = places.cache() / "hashes" / values.key(str(path.resolve()), facts.st_size, facts.st_mtime_ns)
        with contextlib.suppress(OSError, UnicodeDecodeError):
            known = note.read_text("ascii")
            if re.fullmatch(r"[0-9a-f]{64}", known):
                return known
        digest = _digest(path)
    except OSError as error:
        raise GeneratorError(f"{path} cannot be read: {why(error)}; get the model again") from error
    # A cache that cannot be written costs time, nothing else.
    with contextlib.suppress(OSError, StoryboardError):
        note.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(note) as temporary:
            temporary.write_text(digest, "ascii")
    return digest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
