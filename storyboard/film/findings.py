"""What is found when a project is looked at, and how much of it there is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

from msgspec import Meta, Struct

from storyboard.project import Project
from storyboard.store.takes import TRASH
from storyboard.take import Take

Kind = Literal[
    "document", "sidecar", "missing", "truncated", "altered", "unreadable", "duplicate", "chosen", "orphaned", "leftover",
    "cache", "version", "unplaced",
]  # fmt: skip

HARMLESS: Final = frozenset(("orphaned", "leftover", "cache", "version", "duplicate", "unplaced"))
"""What takes room and no more: the film is whole without it."""


class Finding(Struct, frozen=True, omit_defaults=True):
    """One thing that is not as it should be."""

    kind: Kind
    file: str
    """Relative to the project, with /."""
    sentence: str
    """What is wrong with it, and what helps."""
    shots: Annotated[tuple[int, ...], Meta(max_length=20_000)] = ()
    """Numbers of the shots that show it."""
    take: str = ""
    """Id of the take whose file it is."""
    remake: str = ""
    """The model that can make it again from its recipe; empty where there is no recipe."""
    mended: str = ""
    """What repairing did about it; empty as long as nothing was done."""

    @property
    def harms(self) -> bool:
        # No shot shows what lies in the project's trash.
        return not (self.kind in HARMLESS or self.mended or self.file.startswith(f"{TRASH}/"))


class Report(Struct, frozen=True):
    """What was found."""

    takes: int
    files: int
    """Whose bytes were compared with their checksum, or which were decoded."""
    bytes: int
    unproven: int
    """Takes of an earlier program that have no checksum of their file: only decoding tells whether they are whole."""
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether the film loses nothing: what is left to find is litter."""
        return not any(finding.harms for finding in self.findings)


class Known(NamedTuple):
    """A project as its files tell it."""

    folder: Path
    project: Project
    takes: Mapping[str, Take]
    thrown: Mapping[str, Take]

    def shots_of(self, take_id: str) -> tuple[int, ...]:
        shots = enumerate(self.project.shots, 1)
        return tuple(number for number, shot in shots if shot.chosen and shot.chosen.take == take_id)
