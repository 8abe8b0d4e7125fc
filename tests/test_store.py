"""A project folder: making, opening, saving, its lock, and everything that can be wrong with its file."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storyboard import atomic, edit, store, values
from storyboard.errors import DiskFull, ProjectChanged, ProjectError, ProjectLocked, StoryboardError
from storyboard.paths import inside
from storyboard.project import Look, Project, new_shot
from storyboard.store import document, versions

FILM = Project(name="Bikes", shots=(new_shot("a", "a red bicycle"),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store.create(tmp_path / "Bikes", FILM).close()
    return tmp_path / "Bikes"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a project but its lock."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".lock")
    }


def longer(project: Project, shot_id: str = "b") -> Project:
    return edit.append(project, new_shot(shot_id, "a blue bicycle"))


# Making and opening


def test_a_project_is_a_folder_with_a_readable_file(folder: Path) -> None:
    written = json.loads((folder / "project.json").read_text(encoding="utf-8"))
    assert (written["format"], written["name"]) == (1, "Bikes")
    with store.open_project(folder) as opened:
        assert opened.project == FILM
        assert not opened.writable


def test_a_project_opens_by_its_file_too(folder: Path) -> None:
    with store.open_project(folder / "project.json") as opened:
        assert opened.folder == folder


def test_a_project_is_whole_after_a_copy(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "elsewhere")
    with store.open_project(tmp_path / "elsewhere", "write") as opened:
        assert opened.project == FILM


def test_making_never_replaces_a_project(folder: Path) -> None:
    before = contents(folder)
    with pytest.raises(ProjectError, match="holds a project already; open it, or choose another folder"):
        store.create(folder, Project())
    assert contents(folder) == before
    store.open_project(folder, "write").close()  # and the lock was given back


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ProjectError, match=r"file cannot be made: .*; choose another place"):
        store.create(tmp_path / "file", Project())


def test_what_holds_no_project_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"is no folder; make a project with: storyboard new"):
        store.open_project(tmp_path / "nowhere")
    with pytest.raises(ProjectError, match=r"no project\.json\); make one with: storyboard new"):
        store.open_project(tmp_path)
    assert list(tmp_path.iterdir()) == []


# What can be wrong with the file


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b'{"format": 1, "shots": [{"id"', "ends in the middle at line 1, column 30"),
        (b'{\n  "format": 1,\n  "name": x\n}', "is not JSON at line 3, column 11: invalid character"),
        (b'{"format": 1} and more', "is not JSON at line 1, column 16: trailing characters"),
        (b"\0" * 400, "is not JSON at line 1, column 1"),
        ('{"format": 1, "name": "über", }'.encode(), "is not JSON at line 1, column 31"),
        (b'{"format": 1,\n "name": "\xff"}', "is not text in UTF-8 at line 2, column 11"),
        ("{}".encode("utf-16"), "is not text in UTF-8 at line 1, column 1"),
        (b"[1, 2]", 'is JSON but no Storyboard project: it has no "format" number'),
        (b'"text"', 'it has no "format" number'),
        (b'{"name": "some-package", "version": "1.0.0"}', 'it has no "format" number'),
        (b'{"format": "1"}', 'it has no "format" number'),
        (b'{"format": true}', 'it has no "format" number'),
        (b'{"format": 2}', r"has format 2 and this Storyboard reads up to 1; install a newer Storyboard"),
        (b'{"format": 0}', "has format 0, which no Storyboard wrote"),
        (b'{"format": -99999999999}', "which no Storyboard wrote"),
        (
            b'{"format": 1, "shots": [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d", "length": 0}]}',
            r"shots\[3\]\.length \(shot 4\): a length is 1 to 1,000,000 frames",
        ),
        (
            b'{"format": 1, "shots": [{"prompt": "x"}]}',
            r"shots\[0\] \(shot 1\): object missing required field 'id'",
        ),
        (
            b'{"format": 1, "colour": "red"}',
            "object contains unknown field 'colour'; the file was left as it is",
        ),
        (b'{"format": 1, "shots": [{"id": "a", "x": 1}]}', r"shots\[0\] \(shot 1\): .* unknown field 'x'"),
        (b'{"format": 1, "width": "wide"}', "width: a film's sides are even numbers"),
        (b'{"format": 1, "width": 333}', "size 333x256 is odd and films need even sides"),
        (b'{"format": 1, "shots": {}}', "shots: expected 'array', got 'object'"),
        (b'{"format": 1, "shots": [{"id": "a"}, {"id": "a"}]}', "two shots have the same id"),
        (b'{"format": 1, "look": {"steps": 0}}', r"look\.steps: steps are a whole number from 1 to 1000"),
        (b'{"format": 1, "x": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_project_is_refused_in_one_sentence_and_left_as_it_is(
    folder: Path, data: bytes, words: str
) -> None:
    file = folder / "project.json"
    file.write_bytes(data)
    before = contents(folder)
    for mode in ("read", "write", "prefer-write"):
        with pytest.raises(ProjectError, match=words) as refused:
            store.open_project(folder, mode)  # type: ignore[arg-type]
        assert str(refused.value).startswith(str(file))
        assert "\n" not in str(refused.value)
    assert contents(folder) == before


def test_a_file_that_is_too_large_is_not_read(folder: Path) -> None:
    with (folder / "project.json").open("wb") as file:
        file.truncate(document.MAX_BYTES + 1)  # a hole: it takes no room
    with pytest.raises(ProjectError, match="larger than 256 MiB"):
        store.open_project(folder)


def test_a_byte_order_mark_is_no_harm(folder: Path) -> None:
    file = folder / "project.json"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    with store.open_project(folder) as opened:
        assert opened.project == FILM


def test_the_schema_describes_what_is_written() -> None:
    found = store.schema()
    fields = found["$defs"]["Project"]["properties"]
    assert set(json.loads(values.encode(FILM))) == set(fields)
    assert fields["rate"]["pattern"]
    assert found["$defs"]["Shot"]["required"] == ["id"]


# Older formats


def named(old: dict[str, Any]) -> dict[str, Any]:
    """From a format 0 that never was, in which the name was a title, to format 1."""
    return {**{key: value for key, value in old.items() if key != "title"}, "name": old["title"], "format": 1}


def test_an_older_format_is_converted_and_its_file_kept(folder: Path) -> None:
    old = b'{"format": 0, "title": "Old", "shots": [{"id": "a"}]}'
    (folder / "project.json").write_bytes(old)
    with store.open_project(folder, "write", migrations={0: named}) as opened:
        assert opened.project == Project(
            name="Old", shots=(edit.set_shot(FILM, "a", prompt="", base_seed=0).shots[0],)
        )
        assert (folder / "project.json").read_bytes() == old
        assert opened.save(opened.project)
        assert not opened.save(opened.project)
    kept = {path.name.partition(" ")[2]: path.read_bytes() for path in (folder / "versions").iterdir()}
    assert kept == {"Format 0.json": old}
    assert json.loads((folder / "project.json").read_bytes())["format"] == 1


def test_a_converted_file_is_checked_like_any_other(folder: Path) -> None:
    (folder / "project.json").write_bytes(b'{"format": 0, "title": "", "shots": []}')
    with pytest.raises(ProjectError, match="name: a name has 1 to 100 characters"):
        store.open_project(folder, migrations={0: named})


# Saving


def test_what_is_saved_is_read_again(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        assert opened.save(longer(FILM))
        assert opened.project == longer(FILM)
    with store.open_project(folder) as opened:
        assert opened.project == longer(FILM)


def test_an_equal_value_is_not_written(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        before = (folder / "project.json").stat()
        assert not opened.save(values.decode(values.encode(FILM), Project))
        after = (folder / "project.json").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_reading_only_saves_nothing(folder: Path) -> None:
    before = contents(folder)
    with store.open_project(folder) as opened:
        for refused in (
            lambda: opened.save(longer(FILM)),
            lambda: opened.save_version("x"),
            lambda: opened.restore("x"),
        ):
            with pytest.raises(ProjectError, match="open for reading only"):
                refused()
    assert contents(folder) == before


def test_a_closed_project_saves_nothing(folder: Path) -> None:
    opened = store.open_project(folder, "write")
    opened.close()
    with pytest.raises(ProjectError, match="is closed; open it again"):
        opened.save(longer(FILM))


def test_a_change_by_someone_else_is_never_overwritten(folder: Path) -> None:
    file = folder / "project.json"
    with store.open_project(folder, "write") as opened:
        theirs = values.encode(Project(name="Theirs"))
        file.write_bytes(theirs)
        with pytest.raises(
            ProjectChanged, match=r"changed by another program .* reload, then restore it"
        ) as told:
            opened.save(longer(FILM))
        with pytest.raises(ProjectChanged):  # a window tries again after every edit: one version for all
            opened.save(longer(longer(FILM), "c"))
        assert file.read_bytes() == theirs
        [ours] = opened.versions()
        assert (ours.label, ours.shots) == ("Not saved", 3)
        assert f"{ours.name} Not saved.json" in str(told.value)

        assert opened.reload().name == "Theirs"
        assert opened.restore(ours.name) == longer(longer(FILM), "c")
        assert theirs in [path.read_bytes() for path in (folder / "versions").iterdir()]
    with store.open_project(folder) as opened:
        assert opened.project == longer(longer(FILM), "c")


@pytest.fixture
def slow_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A disk so slow that another program writes the project while ours makes its file safe; what that wrote."""
    theirs = Project(name="Theirs")

    def sync(_handle: int) -> None:
        if list(folder.glob(".project.*")):
            (folder / "project.json").write_bytes(values.encode(theirs))

    monkeypatch.setattr(atomic, "sync", sync)
    return theirs


def test_a_change_by_someone_else_while_ours_is_written_is_not_overwritten(
    folder: Path, slow_disk: Project
) -> None:
    with store.open_project(folder, "write") as opened:
        with pytest.raises(ProjectChanged):
            opened.save(longer(FILM))
        assert opened.project == FILM
        assert document.load(folder / "project.json").project == slow_disk
        assert longer(FILM) in [versions.load(folder, kept.name) for kept in opened.versions()]
    assert not list(folder.glob(".project.*"))


def test_a_change_by_someone_else_while_ours_is_saved_over_theirs_is_kept(
    folder: Path, slow_disk: Project
) -> None:
    with store.open_project(folder, "write") as opened:
        opened.overwrite(longer(FILM))
        assert document.load(folder / "project.json").project == longer(FILM)
        kept = {version.label: versions.load(folder, version.name) for version in opened.versions()}
        assert kept == {"From another program": slow_disk}


def test_a_change_that_is_no_project_any_more_is_kept_too(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        (folder / "project.json").write_bytes(b"half a fi")
        with pytest.raises(ProjectChanged):
            opened.save(longer(FILM))
    assert (folder / "project.json").read_bytes() == b"half a fi"


def test_a_file_that_was_deleted_is_written_again(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        (folder / "project.json").unlink()
        assert opened.save(longer(FILM))
    with store.open_project(folder) as opened:
        assert opened.project == longer(FILM)


@pytest.mark.skipif(os.name != "posix", reason="a folder with an open file cannot move there")
def test_a_folder_that_was_moved_away_is_not_made_again(folder: Path, tmp_path: Path) -> None:
    with store.open_project(folder, "write") as opened:
        folder.rename(tmp_path / "moved")
        with pytest.raises(
            StoryboardError, match=r"project\.json cannot be written: the folder .* is not there"
        ):
            opened.save(longer(FILM))
        assert not folder.exists()


def test_what_could_not_be_read_again_is_never_written(folder: Path) -> None:
    before = contents(folder)
    with store.open_project(folder, "write") as opened:
        for project, words in (
            (Project(shots=(new_shot("a", length=0),)), r"shots\[0\]\.length \(shot 1\): a length is"),
            (Project(name="half \ud83d"), "half a character"),
            (Project(look=Look(guidance=float("nan"))), "a number that JSON has no word for"),
        ):
            with pytest.raises(ProjectError, match=words):
                opened.save(project)
    assert contents(folder) == before


def test_a_full_disk_leaves_the_file_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    before = contents(folder)
    with store.open_project(folder, "write") as opened:
        with monkeypatch.context() as patched:
            patched.setattr(Path, "write_bytes", full)
            with pytest.raises(DiskFull, match=r"project\.json: no room is left"):
                opened.save(longer(FILM))
        assert contents(folder) == before
        assert opened.project == FILM
        assert opened.save(longer(FILM))  # and it works again when there is room


def test_a_kill_at_any_moment_leaves_a_whole_file(folder: Path) -> None:
    """A child saves again and again and is killed in the middle; each time the project opens."""
    script = (
        "import sys; from pathlib import Path; from storyboard import edit, store\n"
        "from storyboard.project import new_shot\n"
        "opened = store.open_project(Path(sys.argv[1]), 'write'); print('open', flush=True)\n"
        "while True:\n"
        "    shots = len(opened.project.shots)\n"
        "    opened.save(edit.append(opened.project, new_shot(f'k{shots}', 'x' * 4000)))\n"
    )
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, cwd=ROOT
        )
        assert child.stdout is not None
        child.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.2)
        child.kill()
        child.communicate()
        with store.open_project(folder, "write") as opened:  # the lock went with the process
            assert opened.project.shots[0].id == "a"


ROOT = Path(__file__).resolve().parent.parent


def test_old_unfinished_files_are_swept_away(folder: Path) -> None:
    (folder / "takes").mkdir()
    old, fresh = folder / "takes" / ".x.0123abcd.part.mkv", folder / ".project.0123abcd.part.json"
    mine = [folder / "takes" / name for name in (".party-ideas.txt", ".particles.json", ".my.part.notes")]
    for path in (old, fresh, *mine):
        path.write_bytes(b"half")
    for path in (old, *mine):
        os.utime(path, (1_000_000, 1_000_000))
    store.open_project(folder).close()
    assert old.exists()
    store.open_project(folder, "write").close()
    assert (old.exists(), fresh.exists()) == (False, True)
    assert all(path.exists() for path in mine), "hidden files of the user's own"


# The lock


def test_one_program_at_a_time_edits(folder: Path) -> None:
    with store.open_project(folder, "write") as first:
        with pytest.raises(
            ProjectLocked, match=rf"being edited by .*process {os.getpid()} on .*; close it there"
        ):
            store.open_project(folder, "write")
        with store.open_project(folder, "prefer-write") as second:
            assert not second.writable
            assert "being edited by" in second.why_read_only
            with pytest.raises(ProjectError, match="being edited by"):
                second.save(longer(FILM))
        with store.open_project(folder) as reader:
            assert reader.project == FILM
        assert first.save(longer(FILM))
    with store.open_project(folder, "prefer-write") as third:
        assert (third.writable, third.why_read_only) == (True, "")
    assert not (folder / ".lock.json").exists()


def test_another_process_holds_the_lock_until_it_ends(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from storyboard import store\n"
        "opened = store.open_project(Path(sys.argv[1]), 'write'); print('open', flush=True); sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert child.stdout is not None
    child.stdout.readline()
    with pytest.raises(ProjectLocked, match=f"process {child.pid} on "):
        store.open_project(folder, "write")
    child.kill()
    child.communicate()
    assert (folder / ".lock.json").exists()  # what a crash left is only words
    store.open_project(folder, "write").close()


@pytest.mark.parametrize("words", [b"", b"[]", b'{"program": 5}', b"\xff"])
def test_broken_words_about_the_owner_are_no_harm(folder: Path, words: bytes) -> None:
    with store.open_project(folder, "write"):
        (folder / ".lock.json").write_bytes(words)
        with pytest.raises(ProjectLocked, match="being edited by another program"):
            store.open_project(folder, "write")


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A project in a folder that this process may read but not write."""
    if os.name != "posix":
        pytest.skip("folders have no such permission here")
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    store.create(place / "Bikes", FILM).close()
    (place / "Bikes").chmod(0o555)
    for file in (place / "Bikes").iterdir():
        file.chmod(0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # for root everything can be written
    yield place / "Bikes"
    if root:
        os.seteuid(0)
    (place / "Bikes").chmod(0o755)
    shutil.rmtree(place)


def test_a_read_only_folder_opens_for_reading_with_the_reason(read_only: Path) -> None:
    with store.open_project(read_only, "prefer-write") as opened:
        assert opened.project == FILM
        assert "cannot be written (permission denied); copy the project to edit it" in opened.why_read_only
    with pytest.raises(ProjectError, match="cannot be written"):
        store.open_project(read_only, "write")


# Paths


def test_paths_stay_inside_the_project(tmp_path: Path) -> None:
    assert inside(tmp_path, "media/a b.wav") == tmp_path / "media" / "a b.wav"
    assert inside(tmp_path, "media/..hidden").name == "..hidden"


@pytest.mark.parametrize(
    "path",
    ["", ".", "..", "../a", "media/../../a", "/etc/passwd", "media//a", "media/", "C:/a", "C:a", "\\\\host\\a", "a\\b", "a\0b", "a\nb", "//host/a", "a:stream", "media/con", "NUL.png", "com1.wav/x", "a.", "a /b", "a?", "a\ud800", "ä" * 130],
)  # fmt: skip
def test_a_path_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ProjectError, match="is no path inside the project"):
        inside(tmp_path, path)


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own there")
def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "media").mkdir(parents=True)
    (tmp_path / "secret").write_text("x")
    (project / "media" / "out").symlink_to(tmp_path)
    (project / "media" / "loop").symlink_to("loop")
    (project / "media" / "fine").symlink_to(project / "media")
    assert inside(project, "media/fine/a.wav")
    for path in ("media/out/secret", "media/out", "media/loop/x"):
        with pytest.raises(ProjectError, match="is no path inside the project"):
            inside(project, path)


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own there")
def test_folders_that_are_links_out_of_the_project_are_never_written_to(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "versions").symlink_to(tmp_path / "elsewhere")
    with store.open_project(folder, "write") as opened:
        assert opened.save(longer(FILM))
        assert "versions is a link that leads out of the project" in opened.problem
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="there are no such files there")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_plain_file_is_refused_at_once(folder: Path, kind: str) -> None:
    file = folder / "project.json"
    file.unlink()
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "device":
        file.symlink_to("/dev/zero")
    else:
        file.mkdir()
    with pytest.raises(ProjectError, match=r"cannot be read: (it is no plain file|is a directory)"):
        store.open_project(folder)


def test_both_states_are_kept_when_ours_is_saved_over_another_programs(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        theirs = edit.set_shot(FILM, "a", prompt="theirs")
        (folder / "project.json").write_bytes(values.encode(theirs))
        with pytest.raises(ProjectChanged):
            opened.save(longer(FILM))
        opened.overwrite(longer(FILM))
        assert not opened.changed_outside()
        kept = {version.label: versions.load(folder, version.name) for version in opened.versions()}
        assert kept["From another program"] == theirs
        assert kept["Not saved"] == longer(FILM)
        assert opened.save(longer(opened.project, "c"))


# Versions (what is kept when: test_store_versions.py)


def test_a_failing_safety_net_never_stops_a_save(folder: Path) -> None:
    (folder / versions.FOLDER).write_text("in the way")
    with store.open_project(folder, "write") as opened:
        assert opened.save(longer(FILM))
        assert "versions cannot be made" in opened.problem
        (folder / versions.FOLDER).unlink()
        assert opened.save(longer(opened.project, "c"))
        assert opened.problem == ""
