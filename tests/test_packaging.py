"""The program finds its files in a wheel and in a checkout alike, and the core knows no window."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from storyboard import resources, store

ROOT = Path(__file__).resolve().parents[1]

LOOK = """
import storyboard
from storyboard import resources, store
print(storyboard.__file__)
for path in (resources.path("rife/rife-4.25.safetensors"), resources.path("pictures/pictures.zip"),
             resources.path("fonts/NotoSans-Regular.ttf"), resources.samples() / "spaghetti" / "project.json",
             resources.path("LICENSES")):
    assert path.exists(), path
from importlib.metadata import entry_points
from storyboard.generators import sketch
assert sketch.can_draw("a dog runs")
import ui.app
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_everything_is_found_in_an_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "site"))


def test_the_wheel_holds_no_takes_caches_or_films(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    made = ("/cache/", "/exports/", "/versions/")
    assert not [name for name in names if any(part in name for part in made)]
    assert not [name for name in names if name.endswith(".mkv")]
    assert {name.split("/")[0] for name in names} == {"storyboard", "ui", "storyboard-0.1.0.dist-info"}
    entry_points = next(name for name in names if name.endswith("entry_points.txt"))
    with zipfile.ZipFile(wheel) as archive:
        assert "storyboard.editor" in archive.read(entry_points).decode()
    assert wheel.stat().st_size < 40 << 20


def test_everything_is_found_in_the_checkout() -> None:
    assert resources.path("rife/rife-4.25.safetensors").is_relative_to(ROOT)
    assert resources.samples() == ROOT / "projects"


HEAVY = ("torch", "diffusers", "transformers", "moviepy", "cv2", "openvino", "av", "numpy", "PySide6", "PIL")


@pytest.mark.parametrize("arguments", [["--help"], ["render", "--help"], ["schema"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from storyboard.cli.run import run\n"
        f"code = run({arguments!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_the_core_imports_no_qt_and_no_window() -> None:
    for path in (ROOT / "storyboard").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name != "doctor.py":  # it looks whether Qt loads
            assert "PySide6" not in text or "import PySide6" not in text, path
            assert "from PySide6" not in text, path
        assert "import ui" not in text, path
        assert "from ui" not in text, path


ORDER = ["cli", "film", "workers", "generators", "smoothers", "media"]


def test_imports_point_one_way() -> None:
    for path in (ROOT / "storyboard").rglob("*.py"):
        room = path.relative_to(ROOT / "storyboard").parts[0].removesuffix(".py")
        if room == "doctor":
            continue
        above = ORDER[: ORDER.index(room)] if room in ORDER else ORDER
        if room in ("smoothers", "media"):
            above = ["cli", "film", "workers", "generators"]
        for line in path.read_text(encoding="utf-8").splitlines():
            for other in above:
                for form in (
                    f"from storyboard.{other}",
                    f"import storyboard.{other}",
                    f"from storyboard import {other}",
                ):
                    assert not line.strip().startswith(form), f"{path}: {line.strip()}"


def test_rendering_a_sample_in_its_place_does_not_change_it(tmp_path: Path) -> None:
    sample = resources.samples() / "spaghetti"
    assert resources.is_sample(sample)
    assert not resources.is_sample(tmp_path / "spaghetti")
    before = (sample / "project.json").read_bytes()
    assert not store.adopt_arrived(sample)
    assert (sample / "project.json").read_bytes() == before
