"""A film from a text: one prompt a line."""

from __future__ import annotations

from pathlib import Path

from storyboard.errors import StoryboardError, why
from storyboard.project import MAX_PROMPT, MAX_SHOTS

MAX_BYTES = 16 * 2**20
"""A larger file is no script that a person wrote."""


def prompts(text: str) -> list[str]:
    """The prompts of `text`: its lines without the empty ones. Raises `StoryboardError` for what no film holds."""
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if len(found) > MAX_SHOTS:
        raise StoryboardError(
            f"the text has {len(found):,} lines and a film at most {MAX_SHOTS:,} shots; split it into several films"
        )
    for number, line in enumerate(found, 1):
        if len(line) > MAX_PROMPT:
            raise StoryboardError(
                f"prompt {number} has {len(line):,} characters and a prompt at most {MAX_PROMPT:,}; shorten it"
            )
    return found


def read(file: Path) -> list[str]:
    """The prompts in a text file, UTF-8. Raises `StoryboardError` when it cannot be read or holds none."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise StoryboardError(
                f"{file} is larger than {MAX_BYTES >> 20} MiB and no script; choose another file"
            )
        data = file.read_bytes()
    except OSError as error:
        raise StoryboardError(f"{file} cannot be read: {why(error)}; check the path") from error
    return decode(data, str(file))


def decode(data: bytes, name: str) -> list[str]:
    """The prompts in a file's bytes; `name` is for messages. Raises `StoryboardError`."""
    try:
        found = prompts(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StoryboardError(f"{name} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    if not found:
        raise StoryboardError(f"{name} has no prompts; write one on each line")
    return found
