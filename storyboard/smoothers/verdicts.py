"""What this machine found out about its engines: which passed their self-test, and which failed at work.

Kept in the user's cache, an engine and what it runs on each by itself: another version, weights or card is a question
of its own. Losing it costs one self-test.
"""

from __future__ import annotations

import contextlib
import json
import platform
from pathlib import Path

from storyboard import atomic, places
from storyboard.errors import StoryboardError
from storyboard.smoothers.base import Engine

PASSED = ""


def known(engine: Engine, where: str) -> str | None:
    """`PASSED`, or why the engine failed here the last time; None: it was not tried yet."""
    verdict = _all().get(_key(engine, where))
    return verdict if isinstance(verdict, str) else None


def note(engine: Engine, where: str, verdict: str) -> None:
    """Remember `PASSED` or the reason of a failure, where that can be written."""
    if known(engine, where) == verdict:
        return
    verdicts = {**_all(), _key(engine, where): verdict}
    file = _file()
    with contextlib.suppress(OSError, StoryboardError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(file) as temporary:
            temporary.write_text(json.dumps(verdicts, indent=1))


def _all() -> dict[str, object]:
    try:
        found = json.loads(_file().read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _file() -> Path:
    return places.cache() / "smoothers" / "verdicts.json"


def _key(engine: Engine, where: str) -> str:
    return " ".join([*engine, where, platform.node()])
