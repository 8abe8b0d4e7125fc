"""The project's own trash: a take that is thrown away comes back whole, and nothing is deleted."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest
import send2trash

from storyboard import store
from storyboard.errors import ProjectError
from storyboard.project import Project, new_shot
from storyboard.take import Source, Take

FILM = Project(shots=(new_shot("a", "a red bicycle"),))


def make(folder: Path, take_id: str, number: int = 1, source: Source | None = None) -> Take:
    take = Take(
        id=take_id, shot="a", number=number, created=f"2026-01-01T00:00:{number:02}Z", frames=24,
        rate=Fraction(24), width=64, height=64, content="", source=source,
    )  # fmt: skip
    (folder / take.pixels).parent.mkdir(exist_ok=True)
    (folder / take.pixels).write_bytes(f"pixels of {take_id}".encode())
    store.publish(folder, take)
    return take


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store.create(tmp_path / "Bikes", FILM).close()
    return tmp_path / "Bikes"


def test_a_thrown_take_is_gone_and_comes_back_as_it_was(folder: Path) -> None:
    takes, take = store.TakeFolder(folder), make(folder, "t1")
    store.throw(folder, take)
    found = takes.scan()
    assert dict(found) == {}
    assert found.thrown == (take,)
    assert not found.problems
    store.restore(folder, take)
    found = takes.scan()
    assert dict(found) == {"t1": take}
    assert found.thrown == ()
    assert (folder / take.pixels).read_text() == "pixels of t1"


def test_the_next_take_gets_no_number_that_a_thrown_one_has(folder: Path) -> None:
    make(folder, "t1", 1)
    store.throw(folder, make(folder, "t2", 2))
    assert store.TakeFolder(folder).scan().next_number("a") == 3
    assert store.numbers(folder) == {"a": 2}


def test_an_import_leaves_its_original_where_it_is(folder: Path) -> None:
    source = Source(file="media/a.png", sha256="", kind="picture")
    take = make(folder, "t1", source=source)
    store.throw(folder, take)
    assert (folder / "media" / "a.png").is_file()
    store.restore(folder, take)
    assert list(store.TakeFolder(folder).scan()) == ["t1"]


def test_a_kill_between_the_two_files_loses_nothing(folder: Path) -> None:
    take = make(folder, "t1")
    store.throw(folder, take)
    # As if only the sidecar had been moved when the power went.
    (folder / "takes" / ".trash" / "t1.mkv").rename(folder / "takes" / "t1.mkv")
    store.restore(folder, take)
    assert list(store.TakeFolder(folder).scan()) == ["t1"]


def test_what_cannot_be_moved_stays_whole(folder: Path) -> None:
    take = make(folder, "t1")
    (folder / "takes" / ".trash").mkdir()
    (folder / "takes" / ".trash" / "t1.mkv").write_text("something else")
    with pytest.raises(ProjectError, match="take 1 cannot be moved"):
        store.throw(folder, take)
    assert list(store.TakeFolder(folder).scan()) == ["t1"]


def test_a_trash_that_leads_out_of_the_project_is_refused(folder: Path, tmp_path: Path) -> None:
    take = make(folder, "t1")
    (tmp_path / "elsewhere").mkdir()
    (folder / "takes" / ".trash").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(ProjectError, match="leads out of the project"):
        store.throw(folder, take)
    assert list(store.TakeFolder(folder).scan()) == ["t1"]


def test_a_trash_that_leads_out_of_the_project_gives_nothing_back(folder: Path, tmp_path: Path) -> None:
    store.create(tmp_path / "Other", FILM).close()
    theirs = make(tmp_path / "Other", "t1")
    (folder / "takes").mkdir()
    (folder / "takes" / ".trash").symlink_to(tmp_path / "Other" / "takes", target_is_directory=True)
    assert store.TakeFolder(folder).scan().thrown == ()
    with pytest.raises(ProjectError, match="leads out of the project"):
        store.restore(folder, theirs)
    assert list(store.TakeFolder(tmp_path / "Other").scan()) == ["t1"]


def test_a_thrown_file_that_leads_out_of_the_project_stays(folder: Path, tmp_path: Path) -> None:
    take = make(folder, "t1")
    store.throw(folder, take)
    pixels = folder / "takes" / ".trash" / "t1.mkv"
    pixels.rename(tmp_path / "theirs.mkv")
    pixels.symlink_to(tmp_path / "theirs.mkv")
    with pytest.raises(ProjectError, match="no path inside the project"):
        store.restore(folder, take)
    assert pixels.is_symlink()


def test_emptying_gives_the_files_to_the_systems_trash(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trash = tmp_path / "trash"
    trash.mkdir()
    monkeypatch.setattr(send2trash, "send2trash", lambda path: shutil.move(path, trash))
    takes, take = store.TakeFolder(folder), make(folder, "t1")
    store.throw(folder, take)
    store.empty(folder, takes.scan().thrown)
    assert takes.scan().thrown == ()
    assert sorted(path.name for path in trash.iterdir()) == ["t1.json", "t1.mkv"]
    with pytest.raises(ProjectError, match="not in the trash of"):
        store.restore(folder, take)
