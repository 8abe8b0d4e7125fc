"""What is to go wrong in a program under test, and running it so."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

ROOT = Path(__file__).resolve().parents[2]
INJECT = Path(__file__).parent / "inject"

What = Literal["rename", "remove", "make", "create", "sync", "write"]
When = Literal["before", "half", "after"]
Role = Literal["command", "worker"]


class Fault(Struct, frozen=True, omit_defaults=True):
    """A moment in a program's run, and what happens then. What is None matches anything."""

    do: Literal["kill", "kill-all", "full"] | None = None
    """Kill the process, or a worker and its parent; or tell it that the disk is full, from then on."""
    path: str = "*"
    """Of the file that is touched, with wildcards."""
    what: What | None = None
    when: When | None = None
    nth: int = 1
    """The first, second, ... time that all of these match in one process."""
    role: Role | None = None
    log: str | None = None
    """Nothing happens: every moment is a line in this file (`role`, `what`, `when` and `path`, with tabs)."""
    mark: str | None = None
    """A file that a kill leaves, as a sign that it came."""
    native: Literal["abort", "segfault", "hang", "exit"] | None = None
    """What the sketch does in a worker instead of drawing."""
    prompt: str = "*"
    """For which prompts, with wildcards."""

    def environment(self) -> Mapping[str, str]:
        """The environment of a program to which this happens."""
        places = (str(INJECT), str(ROOT))
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(places),
            "STORYBOARD_FAULT": msgspec.json.encode(self).decode(),
        }
