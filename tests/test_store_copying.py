"""A project copied as a whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storyboard import edit, store
from storyboard.errors import ProjectError
from storyboard.project import Project, new_shot


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "film"
    with store.create(folder, edit.append(Project(name="Film"), new_shot("shot-1", "a dog"))) as opened:
        opened.save_version("First")
    for name in ("takes/t.mkv", "media/song.mp3", "cache/segments/x.mp4", "exports/film.mp4", "queue.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (folder / "takes" / ".t.0a.part.mkv").write_bytes(b"half")
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
    for gone in ("cache", "exports", "queue.json", "takes/.t.0a.part.mkv"):
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
