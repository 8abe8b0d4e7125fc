"""Takes carried from one project into another: whole and under a name of their own, or not at all."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from storyboard import store
from storyboard.errors import MediaError
from storyboard.film import carrying
from storyboard.media import lossless, takes
from storyboard.project import Project
from storyboard.take import Source, Take


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    store.create(folder, Project()).close()
    (folder / "takes").mkdir()
    pictures = (np.full((32, 32, 3), 20 * n, np.uint8) for n in range(4))
    written = lossless.write(folder / "takes" / "one.mkv", pictures, Fraction(8))
    take = Take(
        id="one", shot="a", number=3, created="2026-01-01", frames=4, rate=Fraction(8), width=32, height=32,
        content=written.content,
    )  # fmt: skip
    store.publish(folder, take)
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    store.create(folder, Project()).close()
    return folder


def found(folder: Path) -> Take:
    take = carrying.find(folder, "one")
    assert take is not None
    return take


def test_a_carried_take_is_the_first_of_its_new_shot_with_the_same_pixels(source: Path, target: Path) -> None:
    carried = carrying.carry(source, found(source), target, "b")
    there = store.TakeFolder(target).scan()[carried.id]
    assert there == carried
    assert (there.shot, there.number, there.content) == ("b", 1, found(source).content)
    assert [int(frame[0, 0, 0]) for frame in takes.frames_of(target, there)] == [0, 20, 40, 60]
    assert carrying.find(source, "one") == found(source)


def test_an_imported_take_brings_its_original(source: Path, target: Path) -> None:
    (source / "media").mkdir()
    (source / "media" / "a.png").write_bytes(b"a picture")
    digest = hashlib.sha256(b"a picture").hexdigest()
    picture = Source(file="media/a.png", sha256=digest, kind="picture")
    take = replace(found(source), id="two", frames=1, source=picture)
    store.publish(source, take)
    carrying.carry(source, take, target, "b")
    again = carrying.carry(source, take, target, "c")  # the original is there already
    assert (target / "media" / "a.png").read_bytes() == b"a picture"
    assert len(store.TakeFolder(target).scan()) == 2
    assert again.shot == "c"


@pytest.mark.parametrize(
    "file",
    [
        "versions/20990101T000000.000Z.json",
        "queue.json",
        "takes/planted.json",
        "media/deeper/a.png",
        "exports/media/a.png",
        "media",
    ],
)
def test_an_original_that_lies_elsewhere_than_originals_do_is_not_copied(
    source: Path, target: Path, file: str
) -> None:
    """The other project may be a stranger's: the content and its hash agree, but the place is the document's own."""
    planted = source / file
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_bytes(b"{}")
    picture = Source(file=file, sha256=hashlib.sha256(b"{}").hexdigest(), kind="picture")
    before = sorted(target.rglob("*"))
    with pytest.raises(MediaError, match=r"take 3 \(one\).*import that file"):
        carrying.carry(source, replace(found(source), frames=1, source=picture), target, "b")
    assert sorted(target.rglob("*")) == before


def test_a_damaged_take_leaves_nothing_behind(source: Path, target: Path) -> None:
    wrong = replace(found(source), content="0" * 64)
    with pytest.raises(MediaError, match="not those that were made"):
        carrying.carry(source, wrong, target, "b")
    assert not list((target / "takes").iterdir())


def test_a_take_whose_pixels_are_gone_says_so(source: Path, target: Path) -> None:
    (source / "takes" / "one.mkv").unlink()
    with pytest.raises(MediaError, match="is gone"):
        carrying.carry(source, found(source), target, "b")


def test_what_is_no_take_is_not_found(source: Path) -> None:
    (source / "takes" / "broken.json").write_text("{")
    for name in ("broken", "other", "../one", "one.json"):
        assert carrying.find(source, name) is None
