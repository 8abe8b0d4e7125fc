"""A project whose document is broken or gone opens again, from a version or from its takes."""

from __future__ import annotations

import errno
import os
from fractions import Fraction
from pathlib import Path

import pytest

from storyboard import edit, reading, store
from storyboard.errors import ProjectError
from storyboard.project import SKETCH, Project, new_shot, wish
from storyboard.store import recovery
from storyboard.take import Recipe, Take
from tests.support import storyboard

FILM = Project(name="Bikes", shots=(new_shot("a", "a red bicycle"),))
LONGER = edit.append(FILM, new_shot("b", "a blue bicycle"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that was saved twice: its first state is a version."""
    with store.create(tmp_path / "Bikes", FILM) as opened:
        opened.save(LONGER)
        opened.save_version("Both")
        opened.save(edit.set_shot(LONGER, "a", prompt="a green bicycle"))
    return tmp_path / "Bikes"


def publish(folder: Path, shot_id: str, prompt: str, created: str) -> Take:
    shot = new_shot(shot_id, prompt)
    recipe = Recipe(
        generator=SKETCH, version="1", model=SKETCH, prompt=prompt, seed=1, frames=24, width=320, height=180,
        rate=Fraction(24),
    )  # fmt: skip
    take = Take(
        id=f"take-{shot_id}", shot=shot_id, number=1, created=created, frames=24, rate=Fraction(24), width=320,
        height=180, content="", wish=wish(shot, FILM.look).key, recipe=recipe,
    )  # fmt: skip
    (folder / "takes").mkdir(exist_ok=True)
    (folder / take.pixels).write_bytes(b"pixels")
    store.publish(folder, take)
    return take


@pytest.mark.parametrize("damage", ["empty", "half", "gone"])
def test_a_broken_document_says_how_to_get_the_newest_version_back(folder: Path, damage: str) -> None:
    file = folder / "project.json"
    whole = file.read_bytes()
    file.write_bytes(b"" if damage == "empty" else whole[: len(whole) // 2])
    if damage == "gone":
        file.unlink()
    with pytest.raises(ProjectError, match=f"storyboard restore {folder}"):
        store.open_project(folder)
    listed = storyboard("versions", folder)
    assert listed.code == 0
    assert "Both" in listed.out
    done = storyboard("restore", folder)
    assert done.code == 0, done.error
    with store.open_project(folder) as opened:
        assert opened.project == LONGER
    kept = list(folder.glob("project.broken-*.json"))
    assert len(kept) == (damage != "gone")


def test_without_a_version_the_takes_tell_the_film(folder: Path) -> None:
    for path in (folder / "versions").iterdir():
        path.unlink()
    (folder / "project.json").write_bytes(b"\0" * 100)
    publish(folder, "late", "a whale jumps", "2026-01-02T00:00:00+00:00")
    publish(folder, "early", "a dog runs", "2026-01-01T00:00:00+00:00")
    assert "the takes of 2 shots" in recovery.recover(folder)
    with store.open_project(folder) as opened:
        film = opened.project
    assert [(shot.id, shot.prompt, shot.length) for shot in film.shots] == [
        ("early", "a dog runs", 48),
        ("late", "a whale jumps", 48),
    ]
    assert (film.width, film.height) == (320, 180)
    assert [shot.chosen.take for shot in film.shots if shot.chosen] == ["take-early", "take-late"]


def test_where_nothing_is_left_the_broken_file_stays(tmp_path: Path) -> None:
    store.create(tmp_path / "Empty", FILM).close()
    file = tmp_path / "Empty" / "project.json"
    file.write_bytes(b"{")
    with pytest.raises(ProjectError, match="no version that can be read and no takes"):
        recovery.recover(tmp_path / "Empty")
    assert file.read_bytes() == b"{"
    assert storyboard("restore", tmp_path / "Empty").code == 1


def test_a_document_of_a_newer_format_is_not_damaged(folder: Path) -> None:
    file = folder / "project.json"
    file.write_bytes(
        file.read_bytes().replace(b'"format": 1', b'"format": 2').replace(b'"format":1', b'"format":2')
    )
    newer = file.read_bytes()
    assert recovery.problem(folder) == ""
    with pytest.raises(ProjectError, match="install a newer Storyboard") as told:
        store.open_project(folder)
    assert "storyboard restore" not in str(told.value), "that would put the newer document aside"
    with pytest.raises(ProjectError, match="install a newer Storyboard"):
        recovery.recover(folder)
    for command in (("restore", folder), ("check", folder, "--repair")):
        done = storyboard(*command)
        assert done.code == 1
        assert "install a newer Storyboard" in done.error
    assert file.read_bytes() == newer
    assert not list(folder.glob("project.broken-*"))


@pytest.fixture
def unreadable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project on a disk that gives no document just now; its versions can be read."""
    whole = reading.whole

    def fail(path: Path, limit: int) -> bytes:
        if path.name == "project.json":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return whole(path, limit)

    monkeypatch.setattr(reading, "whole", fail)
    return folder


def test_a_document_that_cannot_be_read_now_is_not_damaged(unreadable: Path) -> None:
    assert recovery.problem(unreadable) == ""
    with pytest.raises(ProjectError, match="cannot be read: input/output error") as told:
        store.open_project(unreadable)
    assert "storyboard restore" not in str(told.value)
    with pytest.raises(ProjectError, match="cannot be read: input/output error"):
        recovery.recover(unreadable)
    assert not list(unreadable.glob("project.broken-*"))


def test_a_document_that_a_disk_does_not_let_see_now_is_not_gone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lstat = Path.lstat

    def fail(self: Path) -> os.stat_result:
        if self.name == "project.json":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return lstat(self)

    monkeypatch.setattr(Path, "lstat", fail)
    with store.open_project(folder) as opened:
        assert len(opened.project.shots) == 2


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own there")
def test_a_document_whose_disk_is_away_is_not_gone(folder: Path, tmp_path: Path) -> None:
    file = folder / "project.json"
    file.rename(tmp_path / "elsewhere.json")
    file.symlink_to(tmp_path / "away" / "elsewhere.json")
    with pytest.raises(ProjectError, match="leads to a file that is not there"):
        recovery.recover(folder)
    assert file.is_symlink()


def test_a_document_that_is_sound_again_stays(folder: Path) -> None:
    before = (folder / "project.json").read_bytes()
    with pytest.raises(ProjectError, match="is sound, and nothing was changed"):
        recovery.recover(folder)
    assert (folder / "project.json").read_bytes() == before
    assert not list(folder.glob("project.broken-*"))
