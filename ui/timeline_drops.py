"""What is dropped on the timeline from outside, and where it would land."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QMimeData

from storyboard.errors import EditError
from storyboard.project import Project

from .cutting import clipping_in
from .orders import MUSIC
from .words import plural

SCRIPTS: Final = frozenset((".txt", ".md", ".text"))
PICTURES: Final = frozenset(
    [
        ".png",
        ".jpg",
        ".jpeg",
        ".webp",
        ".gif",
        ".bmp",
        ".tif",
        ".tiff",
        ".mp4",
        ".mov",
        ".m4v",
        ".webm",
        ".mkv",
        ".avi",
    ]
)
"""Endings of files that are taken for pictures and clips; what they really are is looked at when they come in."""

Kind = Literal["shots", "media", "music", "script", "text"]


class Dropped(NamedTuple):
    """Something that can be dropped here."""

    kind: Kind
    paths: tuple[Path, ...] = ()
    shots: int = 0
    """How many shots it becomes, as far as that is known before it is read."""
    frames: int = 0
    """About how long these are."""

    @property
    def words(self) -> str:
        """What a drop would do."""
        match self.kind:
            case "shots":
                return f"Put {plural(self.shots, 'shot')} here"
            case "media":
                return f"Import {self.paths[0].name if len(self.paths) == 1 else plural(len(self.paths), 'file')}"
            case "music":
                return f"{self.paths[0].name} as the music"
            case "script":
                return f"A shot for each line of {self.paths[0].name}"
            case "text":
                return "A shot for each line" if self.shots > 1 else "A shot with this prompt"


def dropped(mime: QMimeData, project: Project) -> Dropped | None:
    """What `mime` would bring into `project`; None for what has no place in a film."""
    try:
        cut = clipping_in(mime)
    except EditError:
        return None
    if cut is not None:
        frames = sum(round(shot.length * project.rate / cut.rate) for shot in cut.shots)
        return Dropped("shots", shots=len(cut.shots), frames=frames)
    paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    usual = max(1, round(2 * project.rate))
    if paths:
        return _files(paths, usual)
    lines = [line for line in mime.text().splitlines() if line.strip()] if mime.hasText() else []
    return Dropped("text", shots=len(lines), frames=len(lines) * usual) if lines else None


def _files(paths: tuple[Path, ...], usual: int) -> Dropped | None:
    endings = [path.suffix.lower() for path in paths]
    scripts = tuple(path for path, ending in zip(paths, endings, strict=True) if ending in SCRIPTS)
    media = tuple(path for path, ending in zip(paths, endings, strict=True) if ending in PICTURES)
    music = tuple(path for path, ending in zip(paths, endings, strict=True) if ending in MUSIC)
    if media:
        # Music that comes with pictures is brought in with them.
        return Dropped("media", (*media, *music[:1]), len(media), len(media) * usual)
    if music:
        return Dropped("music", music[:1])
    return Dropped("script", scripts[:1], 0, usual) if scripts else None
