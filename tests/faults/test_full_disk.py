"""The disk is full at any stage: a sentence says so, no half file counts, and with room again the same command ends."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from storyboard import store
from tests.faults import harness
from tests.faults.fault import Fault
from tests.support import Film, film, make_project, storyboard

PROMPTS = ("a dog runs", "a red car at night")
STAGES = {
    "generate": "*/takes/.*.part.mkv",
    "publish": "*/takes/.*.part.json",
    "smooth": "*/inbetweens/*/.*.part.mkv",
    "index": "*/inbetweens/*/.*.part.json",
    "encode": "*/segments/.*.part.mp4",
    "stitch": "*/exports/.*.part.mp4",
    "remember": "*/films/.*.part.json",
    "save": "*/.project.*.part.json",
}
"""What is not finished yet at each stage."""
KIB = 1024


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("full") / "film", *PROMPTS, smoother="flow")


@pytest.fixture(scope="module")
def undisturbed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Film:
    folder = tmp_path_factory.mktemp("undisturbed") / "film"
    shutil.copytree(project, folder)
    assert storyboard("render", folder).code == 0
    return film(folder / "exports" / "film.mp4")


def assert_says_full(ended: harness.Ended) -> None:
    said = [line for line in ended.lines if line.startswith("storyboard: ")]
    assert ended.code == 1, ended.lines
    assert len(said) == 1, ended.lines
    assert "no room is left" in said[0]
    assert not any("Traceback" in line for line in ended.lines)


def assert_nothing_half(folder: Path, undisturbed: Film) -> None:
    """What counts is whole: the document, every take, the film if it is there."""
    assert len(harness.shot_ids(folder)) == len(PROMPTS)
    harness.whole_takes(folder)
    made = folder / "exports" / "film.mp4"
    assert not made.exists() or film(made).frames == undisturbed.frames


@pytest.mark.parametrize("what", ["create", "sync"])
@pytest.mark.parametrize("stage", STAGES)
def test_the_disk_is_full_at(stage: str, what: str, project: Path, undisturbed: Film, tmp_path: Path) -> None:
    """Told by the calls themselves, so that it runs everywhere."""
    folder = tmp_path / "film"
    shutil.copytree(project, folder)
    full = Fault("full", STAGES[stage], what=what, when="before")  # type: ignore[arg-type]
    command = harness.command("render", folder)
    assert_says_full(harness.run(command, full))
    assert_nothing_half(folder, undisturbed)
    assert harness.run(command).code == 0
    harness.prove_nothing_lost(folder, undisturbed)


# A real one


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "storyboard-test", str(place)], capture_output=True, text=True, check=False
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, left: int) -> Path:
    """A file that leaves no more than `left` bytes of room."""
    ballast = disk / "ballast"
    status = os.statvfs(disk)
    with ballast.open("wb") as file:
        file.write(bytes(max(0, status.f_bavail * status.f_bsize - left)))
    return ballast


def test_a_render_on_a_disk_that_fills_up_again_and_again(
    disk: Path, project: Path, undisturbed: Film
) -> None:
    """From no room at all to enough, a little more each time: it stops at every stage once."""
    folder = disk / "film"
    shutil.copytree(project, folder)
    command = harness.command("render", folder)
    met = 0
    for left in range(0, 4096 * KIB, 48 * KIB):
        ballast = fill(disk, left)
        ended = harness.run(command)
        ballast.unlink()
        if ended.code == 0:
            break
        met += 1
        assert_says_full(ended)
        assert_nothing_half(folder, undisturbed)
    assert met > 2, "the disk was never full"
    harness.prove_nothing_lost(folder, undisturbed)


@pytest.mark.parametrize("arguments", [("set", "1", "--mute"), ("add", "a cat"), ("export",), ("animatic",)])
def test_a_command_on_a_full_disk_changes_nothing_and_ends_when_there_is_room(
    arguments: tuple[str, ...], disk: Path, project: Path
) -> None:
    folder = disk / "film"
    shutil.copytree(project, folder)
    before = (folder / "project.json").read_bytes()
    command = harness.command(arguments[0], folder, *arguments[1:])
    ballast = fill(disk, 0)
    assert_says_full(harness.run(command))
    assert (folder / "project.json").read_bytes() == before
    ballast.unlink()
    assert harness.run(command).code == 0
    for made in (folder / "exports").glob("*.mp4") if (folder / "exports").is_dir() else ():
        assert film(made).frames
    with store.open_project(folder) as opened:
        assert opened.project.shots[0].muted == (arguments[0] == "set")
