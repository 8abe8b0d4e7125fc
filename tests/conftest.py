"""What every test runs in: no window system, no network, and a home of its own that is gone afterwards."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # for `from tests.tiny import build`


def _isolate() -> None:
    """Points this process and the ones it starts away from the developer's own files.

    At import and not in a fixture: Qt and Hugging Face's libraries read these once, when they are imported.
    """
    home = Path(tempfile.mkdtemp(prefix="storyboard-tests-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["STORYBOARD_HOME"] = str(home / "storyboard")
    os.environ["HF_HOME"] = str(home / "huggingface")
    os.environ["HF_HUB_OFFLINE"] = "1"
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(home / name.lower())
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        os.environ.pop(name, None)
    # The same on every machine; to see what a graphics card makes of it: STORYBOARD_TEST_DEVICE=cuda
    os.environ["STORYBOARD_DEVICE"] = os.environ.get("STORYBOARD_TEST_DEVICE", "cpu")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Of models this small, threads only wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


_isolate()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a text-to-video model of the real classes with random weights. Read it, do not write it."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("diffusers")
    torch.set_num_threads(1)  # of a model this small, threads only wait for each other
    from tests.tiny import build

    return build(tmp_path_factory.mktemp("models") / "tiny")
