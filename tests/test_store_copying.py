"""A project copied as a whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storyboard import edit, store
from storyboard.atomic import UNFINISHED
from storyboard.errors import ProjectError
from storyboard.project import Project, new_shot
from storyboard.store import lock


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "film"
    with store.create(folder, edit.append(Project(name="Film"), new_shot("shot-1", "a dog"))) as opened:
        opened.save_version("First")
    for name in ("takes/t.mkv", "media/song.mp3", "cache/segments/x.mp4", "exports/film.mp4", "queue.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (folder / "takes" / ".t.0123abcd.part.mkv").write_bytes(b"half")
    return folder


def test_the_copy_is_whole_and_can_be_edited_at_once(project: Path, tmp_path: Path) -> None:
    with store.open_project(project, "write"):  # while the first one is open
        copied = store.copy(project, tmp_path / "deep" / "copy")
    with store.open_project(copied, "write") as opened:
        assert opened.project == store.open_project(project).project
        assert [version.label for version in opened.versions()] == ["First"]
    assert (copied / "takes" / "t.mkv").read_bytes() == b"takes/t.mkv"
    assert (copied / "media" / "song.mp3").is_file()


def test_what_can_be_made_again_and_half_files_stay_behind(project: Path, tmp_path: Path) -> None:
    copied = store.copy(project, tmp_path / "copy")
    for gone in ("cache", "exports", "queue.json", "takes/.t.0123abcd.part.mkv"):
        assert not (copied / gone).exists()


def test_an_empty_folder_may_be_there_but_nothing_else(project: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert store.copy(project, tmp_path / "empty") == tmp_path / "empty"
    for taken in (tmp_path / "empty", project, project / "inside"):
        with pytest.raises(ProjectError):
            store.copy(project, taken)


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="permissions bind no administrator")
def test_a_place_that_cannot_be_written_is_a_sentence(project: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(ProjectError, match="cannot be copied there"):
        store.copy(project, locked / "copy")


def test_a_copy_that_fails_leaves_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storyboard.store.copying.shutil.copytree", full)
    with pytest.raises(ProjectError, match="no space left on device"):
        store.copy(project, tmp_path / "copy")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film"]


def test_hidden_files_of_the_users_own_are_copied(project: Path, tmp_path: Path) -> None:
    mine = ("media/.party-ideas.txt", "media/.particles.json", ".locket.txt")
    for name in mine:
        (project / name).write_text("keep")
    copied = store.copy(project, tmp_path / "copy")
    assert all((copied / name).read_text() == "keep" for name in mine)


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own there")
def test_nothing_comes_along_from_outside_of_the_project(project: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("secret")
    media = project / "media"
    (media / "folder").symlink_to(tmp_path / "secret", target_is_directory=True)
    (media / "file.txt").symlink_to(tmp_path / "secret" / "key")
    (media / "away").symlink_to(tmp_path / "nowhere")
    (media / "loop").symlink_to("..", target_is_directory=True)
    (media / "same.mp3").symlink_to("song.mp3")
    os.mkfifo(media / "pipe")
    copied = store.copy(project, tmp_path / "copy")
    assert sorted(path.name for path in (copied / "media").iterdir()) == ["same.mp3", "song.mp3"]
    assert (copied / "media" / "same.mp3").read_bytes() == b"media/song.mp3"


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own there")
def test_a_document_from_elsewhere_is_not_copied(project: Path, tmp_path: Path) -> None:
    (project / "project.json").rename(tmp_path / "secret.json")
    (project / "project.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(ProjectError, match="is a link that leads out of the project"):
        store.copy(project, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


KILLED = """
import os, sys
from pathlib import Path
from storyboard import store
from storyboard.store import copying
copying.shutil.copytree = lambda source, made, ignore: (made.mkdir(), print(made.parent, flush=True), os._exit(9))
store.copy(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.fixture
def left(project: Path, tmp_path: Path) -> Path:
    """What a killed copy to `tmp_path` left, long ago."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(project), str(tmp_path / "copy")],
        capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parent.parent,
    )  # fmt: skip
    folder = Path(done.stdout.strip())
    assert (folder / "project").is_dir(), done.stderr
    age(folder)
    return folder


def age(folder: Path) -> None:
    then = time.time() - UNFINISHED - 60
    os.utime(folder, (then, then))


def test_what_a_killed_copy_left_goes_with_the_next_one(project: Path, left: Path, tmp_path: Path) -> None:
    store.copy(project, tmp_path / "copy")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "film"]


@pytest.mark.parametrize("kind", ["young", "held", "another file", "no lock", "another name"])
def test_a_folder_that_may_be_a_users_or_somebodys_copy_stays(
    project: Path, left: Path, tmp_path: Path, kind: str
) -> None:
    held = lock.acquire(left) if kind == "held" else None
    if kind == "another file":
        (left / "notes.txt").write_text("mine")
    if kind == "no lock":
        shutil.rmtree(left / "project")
        (left / lock.OWNER_NAME).unlink()
        (left / "project").mkdir()
    if kind == "another name":
        left = left.rename(tmp_path / ".copy-of-my-film")
    if kind != "young":
        age(left)
    else:
        os.utime(left)
    store.copy(project, tmp_path / "copy")
    assert (left / "project").is_dir()
    if held is not None:
        held.release()
