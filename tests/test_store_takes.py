"""The sidecars in `takes/`: published whole, found again, and never lost by a broken neighbour."""

from __future__ import annotations

import os
import re
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import send2trash

from storyboard import edit, reading, store, values
from storyboard.errors import ProjectError
from storyboard.project import Chosen, Project, new_shot, wish
from storyboard.take import Source, Take

FILM = Project(shots=(new_shot("a", "a red bicycle"), new_shot("b", "a blue one")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store.create(tmp_path / "Bikes", FILM).close()
    (tmp_path / "Bikes" / "takes").mkdir()
    return tmp_path / "Bikes"


def take(take_id: str, shot: str = "a", number: int = 1, **changes: Any) -> Take:
    made: dict[str, Any] = {
        "id": take_id,
        "shot": shot,
        "number": number,
        "created": "2026-01-01T00:00:00Z",
        "frames": 24,
        "rate": Fraction(24),
        "width": 256,
        "height": 256,
        "content": "ab" * 32,
        "wish": wish(FILM.shot(shot), FILM.look).key,
    }
    return Take(**{**made, **changes})


def publish(folder: Path, *takes: Take) -> None:
    for made in takes:
        (folder / made.pixels).write_bytes(b"pixels")
        store.publish(folder, made)


def test_ids_are_fresh_and_fit_for_file_names() -> None:
    ids = {store.new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("[a-z0-9]{12}", made) for made in ids)


def test_a_project_without_takes_has_none(tmp_path: Path) -> None:
    with store.create(tmp_path / "Bikes", FILM) as opened:
        assert dict(opened.takes()) == {}
        assert opened.takes().problems == ()
    assert store.numbers(tmp_path / "Bikes") == {}


def test_what_is_published_is_found(folder: Path) -> None:
    first, second, other = take("t1"), take("t2", number=2), take("t3", "b")
    publish(folder, second, other, first)
    with store.open_project(folder) as opened:
        found = opened.takes()
    assert dict(found) == {"t1": first, "t2": second, "t3": other}
    assert found.of_shot("a") == (first, second)
    assert found.of_shot("none") == ()
    assert (found.next_number("a"), found.next_number("b"), found.next_number("none")) == (3, 2, 1)
    assert store.numbers(folder) == {"a": 2, "b": 1}


def test_publishing_needs_no_lock(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        assert len(opened.takes()) == 0
        publish(folder, take("t1"))
        assert list(opened.takes()) == ["t1"]


def test_a_take_without_pixels_is_not_published(folder: Path) -> None:
    with pytest.raises(ProjectError, match="take t1 has no pixels; make it again"):
        store.publish(folder, take("t1"))
    assert list((folder / "takes").iterdir()) == []


def test_an_import_whose_original_lies_elsewhere_is_not_published(folder: Path) -> None:
    source = Source(file="../secret.mp4", sha256="00", kind="clip")
    with pytest.raises(ProjectError, match="is no path inside the project"):
        store.publish(folder, take("t1", source=source))


def test_an_import_may_be_the_first_take(folder: Path) -> None:
    (folder / "takes").rmdir()
    (folder / "media").mkdir()
    publish(folder, take("t1", source=Source(file="media/a.mp4", sha256="00", kind="clip")))
    assert list(store.TakeFolder(folder).scan()) == ["t1"]


def test_broken_and_foreign_sidecars_are_skipped_and_reported(folder: Path) -> None:
    publish(folder, take("good"))
    takes = folder / "takes"
    (takes / "half.json").write_bytes(values.encode(take("half"))[:40])
    (takes / "empty.json").write_bytes(b"")
    (takes / "foreign.json").write_bytes(b'{"name": "package"}')
    (takes / "latin.json").write_bytes(b'{"id": "\xff"}')
    (takes / "deep.json").write_bytes(b'{"ran": ' + b"[" * 100_000)
    (takes / "renamed.json").write_bytes(values.encode(take("other")))
    (takes / "folder.json").mkdir()
    (takes / ".t9.00.part.json").write_bytes(b"unfinished")
    (takes / "notes.txt").write_text("mine")
    found = store.TakeFolder(folder).scan()
    assert list(found) == ["good"]
    said = "\n".join(found.problems)
    for name in ("half", "empty", "foreign", "latin", "deep", "renamed", "folder"):
        assert f"{name}.json" in said
    assert len(found.problems) == 7
    assert "is the sidecar of take other under another name" in said


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own there")
def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "t1.json").write_bytes(values.encode(take("t1")))
    (folder / "takes" / "t1.json").symlink_to(tmp_path / "t1.json")
    os.mkfifo(folder / "takes" / "t2.json")
    found = store.TakeFolder(folder).scan()
    assert len(found) == 0
    assert len(found.problems) == 2


def test_a_rescan_opens_only_what_is_new_or_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(folder, take("t1"), take("t2", number=2))
    takes = store.TakeFolder(folder)
    before = takes.scan()
    opened: list[str] = []
    read = reading.whole
    monkeypatch.setattr(reading, "whole", lambda path, limit: opened.append(path.name) or read(path, limit))
    assert dict(takes.scan()) == dict(before)
    assert opened == []
    publish(folder, take("t3", "b"), take("t2", number=7))
    (folder / "takes" / "t1.json").unlink()
    found = takes.scan()
    assert sorted(opened) == ["t2.json", "t3.json"]
    assert {made.id: made.number for made in found.values()} == {"t2": 7, "t3": 1}


def test_arrived_takes_are_adopted_and_saved(folder: Path) -> None:
    publish(folder, take("t2", number=2), take("t1"), take("t3", "b", wish="ff" * 32))
    assert store.adopt_arrived(folder)
    assert not store.adopt_arrived(folder)
    with store.open_project(folder) as opened:
        assert opened.project.shot("a").chosen == Chosen(take="t1", wish=take("t1").wish)
        assert opened.project.shot("b").chosen is None


def test_adopting_is_left_to_who_edits_the_project(folder: Path) -> None:
    publish(folder, take("t1"))
    with store.open_project(folder, "write") as editor:
        assert not store.adopt_arrived(folder)
        assert editor.save(edit.adopt(editor.project, editor.takes()))


def test_a_take_goes_to_the_trash(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trash = tmp_path / "trash"
    trash.mkdir()
    monkeypatch.setattr(send2trash, "send2trash", lambda path: shutil.move(path, trash))
    (folder / "media").mkdir()
    clip = take("t2", source=Source(file="media/a.mp4", sha256="00", kind="clip"))
    publish(folder, take("t1"), clip)
    with store.open_project(folder) as opened:
        store.trash(folder, take("t1"))
        store.trash(folder, clip)
        assert len(opened.takes()) == 0
    assert sorted(path.name for path in trash.iterdir()) == ["t1.json", "t1.mkv", "t2.json"]
    assert (folder / "media" / "a.mp4").exists()
    store.trash(folder, take("t1"))  # gone already: nothing to do


def test_without_a_trash_nothing_is_deleted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise send2trash.TrashPermissionError(str(path))

    monkeypatch.setattr(send2trash, "send2trash", refuse)
    publish(folder, take("t1"))
    with pytest.raises(ProjectError, match=r"could not be moved to the trash .*; delete it yourself"):
        store.trash(folder, take("t1"))
    assert list(store.TakeFolder(folder).scan()) == ["t1"]


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own there")
def test_takes_that_lie_on_another_disk_are_told_with_what_to_do(folder: Path, tmp_path: Path) -> None:
    made = take("t1")
    publish(folder, made)
    (folder / "takes").rename(tmp_path / "bigger")
    (folder / "takes").symlink_to(tmp_path / "bigger", target_is_directory=True)
    found = store.TakeFolder(folder).scan()
    assert dict(found) == {}
    [problem] = found.problems
    assert problem.startswith(f"{folder / 'takes'} is a link that leads out of the project")
    assert "move the whole project to the other disk" in problem
    with pytest.raises(ProjectError, match="takes is a link that leads out of the project"):
        store.publish(folder, made)
    (folder / "takes").unlink()
    (tmp_path / "bigger").rename(folder / "takes")
    assert list(store.TakeFolder(folder).scan()) == ["t1"]
