"""Ctrl+C during a render: it stops soon, keeps what is done, and the next run goes on from there."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from storyboard import store
from tests.support import COMMAND, film, make_project, storyboard


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "render", str(folder), "-q"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for(path: Path, pattern: str, count: int = 1) -> None:
    deadline = time.monotonic() + 120
    while len(list(path.glob(pattern))) < count:
        assert time.monotonic() < deadline, f"no {pattern} came"
        time.sleep(0.02)


def interrupt(folder: Path, run: subprocess.Popen[str]) -> None:
    family = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(signal.SIGINT)
    _, error = run.communicate(timeout=30)
    assert run.returncode == 130, error
    assert "Stopped" in error
    psutil.wait_procs(family, timeout=10)
    assert not any(process.is_running() for process in family)


def test_stopped_and_continued(tmp_path: Path) -> None:
    prompts = ("a dog runs", "a red car", "a whale jumps")
    calm = make_project(tmp_path / "calm" / "film", *prompts, smoother="flow")
    assert storyboard("render", calm).code == 0
    folder = make_project(tmp_path / "film", *prompts, smoother="flow")
    run = start(folder)
    wait_for(folder / "takes", "*.json")
    interrupt(folder, run)
    with store.open_project(folder) as opened:
        kept = set(opened.takes())
    assert kept
    assert storyboard("render", folder).code == 0
    with store.open_project(folder) as opened:
        assert kept <= set(opened.takes())
        assert len(opened.takes()) == 3
    assert film(folder / "exports" / "film.mp4").frames == film(calm / "exports" / "film.mp4").frames


@pytest.mark.models
def test_cancelled_in_the_middle_of_a_take(tiny_model: Path, tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", "one", "two", length=8, smoother="flow")
    storyboard("set", folder, "--model", tiny_model, "--steps", "900")
    with start(folder) as run:
        deadline = time.monotonic() + 120
        while not psutil.Process(run.pid).children():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(4)
        interrupt(folder, run)
    with store.open_project(folder) as opened:
        assert not opened.takes()
    assert not list((folder / "takes").glob("*.mkv"))
    assert storyboard("set", folder, "--steps", "2").code == 0
    done = storyboard("render", folder, "--json")
    assert done.code == 0, done.error
    assert json.loads(done.out)["takes"] == 2


@pytest.mark.models
def test_a_take_goes_on_at_the_step_where_it_was_kept(tiny_model: Path, tmp_path: Path) -> None:
    """The program is killed; the same command makes the same pixels, and need not begin anew."""
    whole, broken = (
        make_project(tmp_path / name / "film", "a cat", length=8) for name in ("whole", "broken")
    )
    for folder in (whole, broken):
        assert storyboard("set", folder, "--model", tiny_model, "--steps", "80").code == 0
    assert storyboard("generate", whole).code == 0
    kept = broken / "cache" / "kept"
    keeping = ("generate", str(broken), "--checkpoint-steps", "8")
    with subprocess.Popen(
        [*COMMAND, *keeping], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        wait_for(kept, "*.safetensors")
        family = psutil.Process(run.pid).children(recursive=True)
        for process in [*family, run]:
            process.kill()
        psutil.wait_procs(family, timeout=10)
    assert not list((broken / "takes").glob("*.json"))
    (done,) = kept.glob("[!.]*.safetensors")
    # What a kill in the midst of the next write leaves, which this one may have missed.
    shutil.copy(done, kept / f".{done.stem}.0123abcd.part.safetensors")
    assert storyboard(*keeping).code == 0
    assert contents(broken) == contents(whole)
    assert not list(kept.iterdir())


def contents(folder: Path) -> list[str]:
    with store.open_project(folder) as opened:
        return [take.content for take in opened.takes().values()]
