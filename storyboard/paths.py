"""Paths that come from a file: they stay inside the project's folder, whatever the file says."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

from storyboard.errors import ProjectError


def inside(folder: Path, relative: str) -> Path:
    """The place of `relative` (written with /) in `folder`, whether or not something is there.

    Raises `ProjectError` when it would lie outside `folder`, also through a symbolic link, or is no such path
    on some system a project may be copied to.
    """
    windows = PureWindowsPath(relative)
    parts = relative.split("/")
    plain = not (windows.drive or windows.root or "\\" in relative or not relative.isprintable())
    if plain and all(part not in ("", ".", "..") for part in parts):
        path = folder / relative
        try:
            if path.resolve().is_relative_to(folder.resolve()):
                return path
        except (OSError, RuntimeError):  # a link that leads to itself
            pass
    raise ProjectError(
        f"{relative!r} is no path inside the project {folder}; import the file, so that it is copied into it"
    )
