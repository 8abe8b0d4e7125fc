"""Where the user's own files of this program lie, outside any project.

`STORYBOARD_HOME` moves all three below one folder, for a portable copy, a farm node or a test. The folders are
not made here: who writes makes them.
"""

from __future__ import annotations

import os
from pathlib import Path

HOME = "STORYBOARD_HOME"
"""The environment variable that holds the folder for everything."""


def _home(part: str) -> Path | None:
    home = os.environ.get(HOME)
    return Path(home).expanduser().absolute() / part if home else None


def cache() -> Path:
    """What can be made again: safe to delete at any time."""
    import platformdirs

    return _home("cache") or platformdirs.user_cache_path("storyboard", appauthor=False)


def config() -> Path:
    """What the user set."""
    import platformdirs

    return _home("config") or platformdirs.user_config_path("storyboard", appauthor=False)


def data() -> Path:
    """What the user put there to keep, such as models in `models/`."""
    import platformdirs

    return _home("data") or platformdirs.user_data_path("storyboard", appauthor=False)
