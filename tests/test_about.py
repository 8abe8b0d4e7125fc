"""What ships with the program is named with its licence, all of it and nothing else."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from pathlib import Path
from types import ModuleType

from storyboard import about, resources

MADE = {"__pycache__", "LICENSES"}


def shipped() -> list[str]:
    root = resources.path("")
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return [path.as_posix() for path in paths if not MADE & set(path.parts)]


def test_every_file_that_ships_is_named_or_ours() -> None:
    patterns = [pattern for one in about.MATERIALS for pattern in one.files] + list(about.OURS)
    assert [name for name in shipped() if not any(Path(name).match(pattern) for pattern in patterns)] == []
    for one in about.MATERIALS:
        for pattern in one.files:
            assert pattern.startswith("projects/") or any(Path(name).match(pattern) for name in shipped()), (
                pattern
            )


def test_every_notice_is_there_and_used() -> None:
    there = {path.name for path in resources.path("LICENSES").iterdir()}
    assert there == set(about.notices())
    assert all(len(text) > 200 for text in about.notices().values())


def test_the_program_says_its_version_and_its_libraries() -> None:
    found = about.about()
    assert found.licence == "MIT"
    libraries = {one.name: one for one in found.libraries}
    assert libraries["numpy"].version
    assert "pytest" not in libraries


def builder() -> ModuleType:
    path = Path(__file__).parents[1] / "resources" / "pictures" / "build.py"
    spec = importlib.util.spec_from_file_location("build_pictures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_pack_is_small_and_says_what_it_was_built_from() -> None:
    path = resources.path("pictures/pictures.zip")
    assert path.stat().st_size <= 6_000_000
    with zipfile.ZipFile(path) as pack:
        sources = json.loads(pack.read("sources.json"))
        assert {info.date_time for info in pack.infolist()} == {builder().EPOCH}, (
            "the same packages give the same bytes"
        )
    assert sources == builder().SOURCES
    named = {material.source.removeprefix("npm ") for material in about.MATERIALS}
    assert {source["package"] for source in sources.values()} <= named
    assert all(len(source["sha256"]) == 64 for source in sources.values())
