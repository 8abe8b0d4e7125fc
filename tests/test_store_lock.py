"""Who may write a project: on one machine, on two, and on a network folder that knows no locks."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import filelock
import pytest
from msgspec.structs import replace

from storyboard import edit, store, values
from storyboard.errors import ProjectChanged, ProjectError, ProjectLocked
from storyboard.project import Project, new_shot
from storyboard.store import lock
from tests.support import storyboard

FILM = Project(name="Bikes", shots=(new_shot("a", "a red bicycle"),))
LONGER = edit.append(FILM, new_shot("b", "a blue bicycle"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store.create(tmp_path / "Bikes", FILM).close()
    return tmp_path / "Bikes"


def left_by(folder: Path, silent: float = 0.0, **changes: object) -> None:
    """Another program's words about its lock, last touched `silent` seconds ago."""
    owner = lock.Owner("storyboard", "studio-7", 4242, "2026-01-01T10:00:00+00:00", token="theirs")
    path = folder / lock.OWNER_NAME
    path.write_bytes(values.encode(replace(owner, **changes)))
    then = time.time() - silent
    os.utime(path, (then, then))


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder whose file system knows no locks, as some network mounts."""

    def refuse(self: object, timeout: float = 0) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def test_a_program_on_another_machine_that_was_heard_of_just_now_holds_the_project(folder: Path) -> None:
    left_by(folder, silent=30)
    with pytest.raises(ProjectLocked, match=r"being edited by storyboard \(process 4242 on studio-7"):
        store.open_project(folder, "write")
    with store.open_project(folder, "prefer-write") as opened:
        assert not opened.writable
        assert "studio-7" in opened.why_read_only
    with pytest.raises(ProjectLocked, match=r"which was heard of 3. seconds ago; close it there"):
        store.take_over(folder)


def test_a_lock_left_on_another_machine_is_told_with_its_age_and_can_be_taken_over(folder: Path) -> None:
    left_by(folder, silent=3 * 3600)
    with pytest.raises(ProjectLocked, match=r"left open by .*last heard of 3 hours ago.*storyboard unlock"):
        store.open_project(folder, "write")
    done = storyboard("unlock", folder)
    assert done.code == 0, done.error
    assert "was left open by storyboard (process 4242 on studio-7" in done.out
    store.open_project(folder, "write").close()
    assert "is not locked" in storyboard("unlock", folder).out


def test_a_lock_of_a_process_of_this_machine_that_is_gone_is_no_lock(folder: Path) -> None:
    left_by(folder, host=lock._host())
    with store.open_project(folder, "write") as opened:
        assert opened.save(LONGER)


def test_a_project_that_runs_here_is_not_taken_over(folder: Path) -> None:
    with store.open_project(folder, "write"):
        done = storyboard("unlock", folder)
    assert done.code == 1
    assert "being edited by" in done.error


@pytest.mark.usefixtures("no_locks")
def test_without_locks_of_the_system_the_words_of_the_owner_count(
    folder: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    with store.open_project(folder, "write") as opened:
        assert opened.save(LONGER)
        with pytest.raises(ProjectLocked, match=f"process {os.getpid()} on"):
            store.open_project(folder, "write")
    assert not (folder / lock.OWNER_NAME).exists()
    left_by(folder, host=lock._host(), pid=sleeper.pid)
    with pytest.raises(ProjectLocked, match=f"process {sleeper.pid} on"):
        store.open_project(folder, "write")
    with pytest.raises(ProjectLocked, match="still runs; close it there"):
        store.take_over(folder)


@pytest.mark.usefixtures("no_locks")
@pytest.mark.skipif(sys.platform != "linux", reason="how a process is told from an earlier one of its number")
def test_another_process_with_the_number_of_a_crashed_one_holds_nothing(
    folder: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    left_by(folder, host=lock._host(), pid=sleeper.pid, started="1")
    store.open_project(folder, "write").close()


def test_who_lost_the_lock_to_another_machine_writes_nothing_more(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        left_by(folder)
        before = (folder / "project.json").read_bytes()
        with pytest.raises(ProjectLocked, match=r"was taken over by storyboard .* on studio-7"):
            opened.save(LONGER)
        assert (folder / "project.json").read_bytes() == before
    assert (folder / lock.OWNER_NAME).exists(), "it is the other one's"


def test_who_holds_the_lock_says_so_again_and_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "TOUCH_EVERY", 0.01)
    with store.open_project(folder, "write"):
        words = folder / lock.OWNER_NAME
        os.utime(words, (1, 1))
        end = time.monotonic() + 30
        while words.stat().st_mtime < 2:
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own there")
def test_a_lock_that_is_a_link_touches_nothing_elsewhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("keep")
    (folder / ".lock").unlink(missing_ok=True)
    (folder / ".lock").symlink_to(tmp_path / "secret")
    with pytest.raises(ProjectError, match="is no plain file"):
        store.open_project(folder, "write")
    assert (tmp_path / "secret").read_text() == "keep"


@pytest.mark.usefixtures("no_locks")
def test_a_lock_that_was_taken_over_and_given_back_goes_to_one_alone(folder: Path) -> None:
    with store.open_project(folder, "write") as sleeper:
        (folder / lock.OWNER_NAME).unlink()  # another one took it over
        with store.open_project(folder, "write") as other:
            assert other.save(LONGER)
        with pytest.raises(ProjectChanged):
            sleeper.save(edit.set_shot(FILM, "a", prompt="mine"))
        with pytest.raises(ProjectLocked, match=f"process {os.getpid()} on"):
            store.open_project(folder, "write")
    with store.open_project(folder, "write") as third:
        assert third.project == LONGER


@pytest.mark.usefixtures("no_locks")
def test_who_wakes_up_after_a_third_one_came_has_lost_the_lock(folder: Path) -> None:
    with store.open_project(folder, "write") as sleeper:
        (folder / lock.OWNER_NAME).unlink()
        with store.open_project(folder, "write"), pytest.raises(ProjectLocked, match="was taken over by"):
            sleeper.save(LONGER)


@pytest.mark.usefixtures("no_locks")
def test_a_lock_that_was_given_back_is_taken_again_without_a_save(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "TOUCH_EVERY", 0.01)
    with store.open_project(folder, "write"):
        words = folder / lock.OWNER_NAME
        words.unlink()
        end = time.monotonic() + 30
        while not words.exists():
            assert time.monotonic() < end
            time.sleep(0.01)
    assert not words.exists()


@pytest.fixture
def full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk without room for who edits a project."""
    write_bytes = Path.write_bytes

    def fail(self: Path, data: bytes) -> int:
        if self.name.startswith(".") and "lock" in self.name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write_bytes(self, data)

    monkeypatch.setattr(Path, "write_bytes", fail)


@pytest.mark.usefixtures("no_locks", "full")
def test_without_locks_of_the_system_who_cannot_say_so_does_not_edit(folder: Path) -> None:
    with pytest.raises(ProjectError, match=r"cannot be edited: .*no room is left on the disk"):
        store.open_project(folder, "write")
    with store.open_project(folder, "prefer-write") as opened:
        assert not opened.writable
        assert "no room is left" in opened.why_read_only


@pytest.mark.usefixtures("full")
def test_with_a_lock_of_the_system_a_full_disk_is_not_in_the_way(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        assert opened.save(LONGER)
