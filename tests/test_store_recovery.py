"""A project whose document is broken or gone opens again, from a version or from its takes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from storyboard import edit, store
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
