"""Where a film goes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from storyboard import paths
from storyboard.errors import MediaError, why

OWN_FOLDERS = ("takes", "media", "cache", "versions")


def target(folder: Path, preset: str, out: Path | None = None, suffix: str = "") -> Path:
    """Where the film goes: `out`, or `exports/` in the project, named like its folder.

    Raises `MediaError` when the name does not suit the preset, the place cannot hold a file, or the project
    keeps something else there; `ProjectError` when `exports/` is a link out of the project.
    """
    from storyboard.media import segment

    wanted = segment.PRESETS[preset].suffix
    if out is None:
        return paths.inside(folder, "exports") / f"{folder.resolve().name}{suffix}{wanted}"
    if out.is_dir():
        raise MediaError(f"{out} is a folder; name the film's file, such as {out / f'film{wanted}'}")
    if out.suffix.lower() != wanted:
        raise MediaError(f"{out.name}: a film in {preset} is a {wanted} file; name it {out.stem}{wanted}")
    if not out.parent.is_dir() and out.parent.resolve() != (folder / "exports").resolve():
        raise MediaError(f"{out.parent} is not there; make that folder first")
    if any(out.resolve().is_relative_to((folder / own).resolve()) for own in OWN_FOLDERS):
        raise MediaError(
            f"{out} lies where the project keeps its own files; choose exports/ or another folder"
        )
    return out


def check(out: Path) -> None:
    """Raises `MediaError` before hours of work, and not after them, when a film cannot be written to `out`."""
    if out.parent.name == "exports":
        out.parent.mkdir(exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=out.parent):
            pass
    except OSError as error:
        reason = why(error)
        raise MediaError(f"{out} cannot be written: {reason}; choose another place with --output") from error
