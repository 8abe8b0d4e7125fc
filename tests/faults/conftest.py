"""What a film is when nothing goes wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support import Film, film, storyboard


@pytest.fixture(scope="module")
def undisturbed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Film:
    """The film of the module's `project`, rendered in one go."""
    folder = tmp_path_factory.mktemp("undisturbed") / "film"
    shutil.copytree(project, folder)
    assert storyboard("render", folder).code == 0
    return film(folder / "exports" / "film.mp4")
