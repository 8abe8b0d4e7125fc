"""Writing beside a file's place and then into it."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from storyboard.atomic import UNFINISHED, is_temporary, remove, replacing, temporary_name
from storyboard.errors import DiskFull, DiskGone, StoryboardError
from storyboard.media import lossless, segment, sound
from tests.media.films import names, noise


def test_the_new_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("old")
    with replacing(path) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".mp4"
        assert is_temporary(temporary.name)
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["film.mp4"]


def test_an_error_keeps_the_old_file_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")

    def interrupted() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.json"]


def test_names_that_just_fit_still_get_a_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / ("ä" * 120 + ".json")
    with replacing(path) as temporary:
        temporary.write_text("x")
    assert path.read_text() == "x"


def test_a_file_goes_with_its_unfinished_ones_and_with_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a[1].json"
    others = {
        "a[1].b.json",
        ".a[1].b.0123abcd.part.json",
        ".a[1].0123abcd.part.mkv",
        ".a1.0123abcd.part.json",
    }
    for name in {path.name, ".a[1].0123abcd.part.json", *others}:
        (tmp_path / name).touch()
    remove(path)
    assert {left.name for left in tmp_path.iterdir()} == others
    remove(path)


def test_a_file_without_a_folder_is_gone_already(tmp_path: Path) -> None:
    remove(tmp_path / "nowhere" / "a.json")


@pytest.mark.parametrize(
    "name",
    [".party-ideas.txt", ".particles.json", ".my.part.notes", ".a.0123ABCD.part.mkv", "a.0123abcd.part.mkv"],
)
def test_a_users_own_file_is_no_unfinished_one(name: str) -> None:
    assert not is_temporary(name)


@pytest.mark.parametrize("name", ["film.mp4", "film", "a.b.json", "ä" * 120 + ".json"])
def test_an_unfinished_file_is_known_by_its_name(name: str) -> None:
    assert is_temporary(temporary_name(Path(name)))


def test_what_a_killed_program_left_of_a_file_goes_with_the_next_write(tmp_path: Path) -> None:
    old, young = tmp_path / ".film.0123abcd.part.mp4", tmp_path / ".film.4567cdef.part.mp4"
    others = [tmp_path / name for name in (".other.0123abcd.part.mp4", ".film.notes.part.mp4")]
    for path in (old, young, *others):
        path.touch()
    for path in (old, *others):
        os.utime(path, (time.time() - UNFINISHED - 60,) * 2)
    with replacing(tmp_path / "film.mp4") as temporary:
        temporary.write_text("new")
    assert not old.exists()
    assert young.exists(), "somebody may be writing it"
    assert all(path.exists() for path in others)


def test_what_is_raised_right_before_the_end_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")

    def refuse() -> None:
        assert path.read_text() == "old"
        assert len(names(tmp_path)) == 2, "the new one is there already"
        raise StoryboardError("somebody was here")

    with pytest.raises(StoryboardError, match="somebody was here"), replacing(path, refuse) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.json"]


def test_permissions_of_the_old_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    path.chmod(0o640)
    with replacing(path) as temporary:
        temporary.write_text("new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_that_cannot_sync_is_written_to_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "fsync", failing(number))
    with replacing(tmp_path / "a.json") as temporary:
        temporary.write_text("x")
    assert (tmp_path / "a.json").read_text() == "x"


@pytest.mark.parametrize("number", [errno.EIO, errno.ENXIO, errno.ESTALE])
def test_a_disk_that_was_pulled_out_is_named_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    (tmp_path / "a.json").write_text("old")
    monkeypatch.setattr(os, "fsync", failing(number))
    with (
        pytest.raises(DiskGone, match=r"a\.json cannot be written: its disk does not answer"),
        replacing(tmp_path / "a.json") as temporary,
    ):
        temporary.write_text("new")
    assert (tmp_path / "a.json").read_text() == "old"
    assert names(tmp_path) == ["a.json"]


def failing(number: int) -> Callable[[int], None]:
    def fail(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(StoryboardError, match="nowhere is not there"),
        replacing(tmp_path / "nowhere" / "a.json"),
    ):
        pass


def test_a_folder_in_the_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with (
        pytest.raises(StoryboardError, match=r"a\.json cannot be written"),
        replacing(tmp_path / "a.json") as new,
    ):
        new.write_text("x")
    assert names(tmp_path) == ["a.json"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(StoryboardError, match="cannot be written"), replacing(tmp_path / "a.json"):
        pass


@pytest.fixture
def small_disk(tmp_path: Path) -> object:
    """A folder with room for 64 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if (
        not sys.platform.startswith("linux")
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("a small disk can only be made by root on Linux")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_named_and_leaves_the_old_file(small_disk: Path) -> None:
    path = small_disk / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(DiskFull, match=r"a\.bin: no room"), replacing(path) as temporary:
        temporary.write_bytes(bytes(200_000))
    assert path.read_bytes() == b"old"
    assert names(small_disk) == ["a.bin"]


def test_takes_segments_and_sound_name_a_full_disk(small_disk: Path) -> None:
    with pytest.raises(DiskFull, match=r"take\.mkv"):
        lossless.write(small_disk / "take.mkv", noise(10, 128, 128), Fraction(24))
    with pytest.raises(DiskFull, match=r"s\.mp4"):
        segment.write(
            small_disk / "s.mp4", noise(20, 128, 128), 128, 128, Fraction(24), segment.PRESETS["h264"]
        )
    with pytest.raises(DiskFull, match=r"bed\.m4a"):
        sound.mix(small_disk / "bed.m4a", Fraction(5), None, None, [])
    assert names(small_disk) == []
