"""The disk is full at any stage: a sentence says so, no half file counts, and with room again the same command ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from storyboard import store
from tests.faults import harness
from tests.faults.fault import Fault
from tests.support import Film, film, make_project

PROMPTS = ("a dog runs", "a red car at night")
STAGES = {
    "generate": "*/takes/.*.part.mkv",
    "publish": "*/takes/.*.part.json",
    "smooth": "*/inbetweens/*/.*.part.mkv",
    "index": "*/inbetweens/*/.*.part.json",
    "encode": "*/segments/.*.part.mp4",
    "stitch": "*/exports/.*.part.mp4",
    "remember": "*/films/.*.part.json",
}
"""What is not finished yet at each stage."""
KIB = 1024


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("full") / "film", *PROMPTS, smoother="flow")


def assert_says_full(ended: harness.Ended) -> None:
    said = [line for line in ended.lines if line.startswith("storyboard: ")]
    assert ended.code == 1, ended.lines
    assert len(said) == 1, ended.lines
    assert "no room is left" in said[0] or "make room there first" in said[0], said
    assert not any("Traceback" in line for line in ended.lines)


def assert_nothing_half(folder: Path, undisturbed: Film) -> None:
    """What counts is whole: the document, every take, the film if it is there."""
    assert len(harness.shot_ids(folder)) == len(PROMPTS)
    harness.whole_takes(folder)
    made = folder / "exports" / "film.mp4"
    assert not made.exists() or film(made).frames == undisturbed.frames


@pytest.mark.parametrize("what", ["create", pytest.param("sync", marks=pytest.mark.long)])
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


def test_the_disk_is_full_when_takes_are_chosen(project: Path, undisturbed: Film, tmp_path: Path) -> None:
    """The takes are made, and the film: only the document could not be saved, and that is said."""
    folder = tmp_path / "film"
    shutil.copytree(project, folder)
    full = Fault("full", "*/.project.*.part.json", what="sync", when="before")
    ended = harness.run(harness.command("render", folder), full)
    assert any("no room is left" in line for line in ended.lines), ended.lines
    assert_nothing_half(folder, undisturbed)
    harness.prove_nothing_lost(folder, undisturbed)
    with store.open_project(folder) as opened:
        assert all(shot.chosen for shot in opened.project.shots)


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
    with contextlib.suppress(OSError), ballast.open("wb") as file:  # full already: somebody else writes too
        file.write(bytes(max(0, status.f_bavail * status.f_bsize - left)))
    return ballast


def test_a_render_with_too_little_room_says_so_before_it_begins(disk: Path, project: Path) -> None:
    folder = disk / "film"
    shutil.copytree(project, folder)
    fill(disk, 16 * KIB)
    assert_says_full(harness.run(harness.command("render", folder)))
    assert not list(folder.glob("takes/*")) + list(folder.glob("exports/*"))


def test_a_disk_that_fills_up_while_a_render_runs(disk: Path, project: Path, undisturbed: Film) -> None:
    """At each stage another program takes all that is left, as soon as the stage begins."""
    folder = disk / "film"
    shutil.copytree(project, folder)
    met = 0
    for stage in ("takes", "cache/inbetweens", "cache/segments", "exports"):
        program = harness.start(harness.command("render", folder))
        while program.process.poll() is None and not (folder / stage).is_dir():
            time.sleep(0.001)
        ballast = fill(disk, 0)
        ended = program.ended()
        ballast.unlink()
        if ended.code:
            met += 1
            assert_says_full(ended)
        assert_nothing_half(folder, undisturbed)
        shutil.rmtree(folder / stage)
    assert met, "the disk was never full"
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
