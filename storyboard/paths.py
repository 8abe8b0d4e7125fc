"""Paths that come from a file: they stay inside the project's folder, whatever the file says."""

from __future__ import annotations

import re
from pathlib import Path, PureWindowsPath
from typing import Final

from storyboard.errors import ProjectError

MAX_PART: Final = 255
"""Bytes of one name in a path: what file systems take."""

_DEVICES: Final = r"(con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])"
_UNSAFE: Final = re.compile(rf'(?i)[<>:"|?*\\]|[. ]$|^{_DEVICES} *(\.|$)')
"""What Windows takes for something else than a plain name, wherever the project is opened first."""


def is_plain(name: str) -> bool:
    """Whether `name` is the name of a file on every system that a project may be copied to."""
    return (
        name not in ("", ".", "..")
        and name.isprintable()
        and "/" not in name
        and len(name.encode()) <= MAX_PART
        and not _UNSAFE.search(name)
    )


def inside(folder: Path, relative: str) -> Path:
    """The place of `relative` (written with /) in `folder`, whether or not something is there.

    Raises `ProjectError` when it would lie outside `folder`, also through a symbolic link, or is no such path
    on some system a project may be copied to.
    """
    windows = PureWindowsPath(relative)
    if not (windows.drive or windows.root) and all(map(is_plain, relative.split("/"))):
        path = folder / relative
        try:
            if path.resolve().is_relative_to(folder.resolve()):
                return path
        except (OSError, RuntimeError):  # a link that leads to itself
            pass
    raise ProjectError(
        f"{relative!r} is no path inside the project {folder}; import the file, so that it is copied into it"
    )
