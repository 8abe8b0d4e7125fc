"""Getting a model, from a hub that runs in the test: Hugging Face's own client, over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storyboard.errors import GeneratorError
from storyboard.generators import fetching, models
from tests.hub import COMMIT, NAME, Hub, serve

pytestmark = pytest.mark.models

GET = """
import json, sys
from storyboard.errors import Cancelled, StoryboardError
from storyboard.generators import fetching

seen = []
def report(done, total):
    seen.append((done, total))
    if len(sys.argv) > 2 and done >= int(sys.argv[2]):
        raise Cancelled
try:
    found = fetching.fetch(sys.argv[1], report)
    print(json.dumps({"folder": str(found.files.folder), "revision": found.revision, "seen": seen}))
except Cancelled:
    print(json.dumps({"cancelled": True, "seen": seen}))
except StoryboardError as error:
    print(json.dumps({"error": type(error).__name__, "message": str(error)}))
"""


@pytest.fixture
def hub(tiny_model: Path, tmp_path: Path) -> Iterator[Hub]:
    with serve(tiny_model, tmp_path / "published") as served:
        yield served


def get(tmp_path: Path, hub: Hub, *args: str, **environment: str) -> dict[str, Any]:
    """What `fetch` does in a process of its own: the client reads its settings when it is imported."""
    settings = {**hub.environment(tmp_path), **environment}
    done = subprocess.run(
        [sys.executable, "-c", GET, *args],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_it_gets_what_is_read_and_nothing_else(hub: Hub, tmp_path: Path) -> None:
    result = get(tmp_path, hub, NAME)
    folder = Path(result["folder"])
    got = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert "unet/diffusion_pytorch_model.safetensors" in got
    assert all(name.endswith((".json", ".txt", ".safetensors")) for name in got)
    assert not {"other.safetensors", "README.md", "run.py"} & got
    assert result["revision"] == COMMIT
    total = sum((folder / name).stat().st_size for name in got)
    assert result["seen"][-1] == [total, total]
    assert result["seen"] == sorted(result["seen"])


def test_it_is_then_found_without_the_network(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    get(tmp_path, hub, NAME)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    assert models.find(NAME).revision == COMMIT
    assert NAME in list(models.cached())


def test_a_cancelled_download_goes_on_with_what_is_missing(hub: Hub, tmp_path: Path) -> None:
    # Large enough to come in several pieces.
    large = 25 * 2**20
    header = json.dumps({"a": {"dtype": "U8", "shape": [large], "data_offsets": [0, large]}}).encode()
    weights = hub.folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(len(header).to_bytes(8, "little") + header + bytes(large))
    first = get(tmp_path, hub, NAME, str(15 * 2**20))
    assert first["cancelled"]
    before = len(hub.asked)
    second = get(tmp_path, hub, NAME)
    assert second["revision"] == COMMIT
    assert hub.asked[before:] == ["unet/diffusion_pytorch_model.safetensors"]


def test_pickled_weights_are_refused_before_anything_is_got(hub: Hub, tmp_path: Path) -> None:
    (hub.folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    result = get(tmp_path, hub, NAME)
    assert result["error"] == "GeneratorError"
    assert "unet/diffusion_pytorch_model.bin" in result["message"]
    assert hub.asked == ["model_index.json"]


def test_a_full_disk_is_seen_before_anything_is_got(hub: Hub, tmp_path: Path) -> None:
    hub.sizes["unet/diffusion_pytorch_model.safetensors"] = 10**18
    result = get(tmp_path, hub, NAME)
    assert result["error"] == "DiskFull"
    assert hub.asked == ["model_index.json"]


def test_a_model_that_is_not_there_says_so(hub: Hub, tmp_path: Path) -> None:
    result = get(tmp_path, hub, "someone/else")
    assert result["error"] == "GeneratorError"
    assert "someone/else could not be got" in result["message"]


def test_terms_that_are_not_accepted_say_where_to_do_so(hub: Hub, tmp_path: Path) -> None:
    hub.refused["api"] = 401
    result = get(tmp_path, hub, NAME)
    assert "given only to those who are logged in and accepted its licence" in result["message"]
    assert "HF_TOKEN" in result["message"]
    hub.refused["api"] = 403
    result = get(tmp_path, hub, NAME, HF_TOKEN="hf_test")
    assert f"the licence of {NAME} is not accepted yet" in result["message"]
    assert f"https://huggingface.co/{NAME}" in result["message"]
    assert hub.asked == []


def test_one_file_that_fails_takes_no_other_away(hub: Hub, tmp_path: Path) -> None:
    broken = "unet/diffusion_pytorch_model.safetensors"
    hub.refused[broken] = 404
    result = get(tmp_path, hub, NAME)
    assert broken in result["message"]
    got = set(hub.asked)
    assert {"vae/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors"} <= got
    del hub.refused[broken]
    before = len(hub.asked)
    assert get(tmp_path, hub, NAME)["revision"] == COMMIT
    assert hub.asked[before:] == [broken]


@pytest.mark.parametrize("environment", [{"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:9"}])
def test_without_a_network_it_says_so(hub: Hub, tmp_path: Path, environment: dict[str, str]) -> None:
    result = get(tmp_path, hub, NAME, **environment)
    assert result["error"] == "GeneratorError"
    assert f"{NAME} could not be got" in result["message"]
    assert "\n" not in result["message"]


def test_a_folder_is_not_something_to_get() -> None:
    with pytest.raises(GeneratorError, match="owner/model"):
        fetching.fetch("/some/folder")
