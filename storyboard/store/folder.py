"""An open project folder."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal

from storyboard import resources
from storyboard.atomic import is_temporary
from storyboard.edit import adopt
from storyboard.errors import (
    DiskGone,
    ProjectChanged,
    ProjectError,
    ProjectLocked,
    StoryboardError,
    why,
)
from storyboard.paths import inside
from storyboard.project import FORMAT, Project
from storyboard.store import document, lock, recovery, versions
from storyboard.store.document import MIGRATIONS, Damaged, Document, Migration, Missing
from storyboard.store.lock import Lock
from storyboard.store.takes import FOLDER as TAKES
from storyboard.store.takes import TakeFolder, Takes
from storyboard.store.versions import Version

Mode = Literal["read", "write", "prefer-write"]

_ABANDONED = 24 * 3600
"""Seconds after which an unfinished file that nobody writes any more is what a crash left."""


class Store:
    """A project folder that is open, and the value last read from it or written to it."""

    def __init__(self, folder: Path, opened: Document, held: Lock | None, why_read_only: str) -> None:
        self.folder = folder
        self.project = opened.project
        self.why_read_only = why_read_only
        """A sentence on why this project cannot be saved; empty when it can."""
        self.problem = ""
        """Why the last save could keep no timed version; it is not in the way of saving."""
        self._opened = opened
        self._lock = held
        self._takes = TakeFolder(folder)
        self._not_saved: Path | None = None

    @property
    def writable(self) -> bool:
        return self._lock is not None

    def takes(self) -> Takes:
        """The takes that are on disk now."""
        return self._takes.scan()

    def save(self, project: Project) -> bool:
        """Writes `project`, whole or not at all, and returns whether it had to: an equal value is not written.

        The file it replaces is kept as a timed version, at most one a minute, and one of an older format
        always. Raises `ProjectChanged` when someone else changed the file since it was read (then `project`
        is kept as a named version and nothing is overwritten), `DiskFull`, and `ProjectError` when the project
        is open for reading only or could not be read again.
        """
        self._refuse_reader()
        if project == self.project and self._opened.format == FORMAT:
            return False
        data = document.encode(project)
        self._refuse_loser()
        self._refuse_change(data)
        if self._opened.format != FORMAT:
            versions.keep(self.folder, self._opened.data, f"Format {self._opened.format}")
        else:
            self._keep_timed()
        document.write(self._file, data, lambda: self._last_look(data))
        self.project = project
        self._opened = Document(project, data, FORMAT)
        return True

    def reload(self) -> Project:
        """The project as it is on disk now, after someone else changed it. Their file is kept as a version."""
        self._opened = document.load(self._file)
        self._not_saved = None
        self.project = self._opened.project
        if self.writable:
            versions.keep(self.folder, self._opened.data)
        return self.project

    def overwrite(self, project: Project) -> None:
        """Writes `project` in place of what someone else wrote since the file was read; theirs is kept as a version.

        Raises as `save` does, but for `ProjectChanged`.
        """
        self._refuse_reader()
        data = document.encode(project)
        self._refuse_loser()
        document.write(self._file, data, self._keep_theirs)
        self._not_saved = None
        self.project, self._opened = project, Document(project, data, FORMAT)

    def changed_outside(self) -> bool:
        """Whether someone else changed the file since it was read or written here. A file that is gone is not
        changed: the next save writes it. Raises `ProjectError` when it cannot be read."""
        return self._on_disk() not in (None, self._opened.data)

    def save_version(self, label: str) -> str:
        """Keeps what was last saved under `label`, for good, and returns the version's name. Raises `ProjectError` when
        no file can have it."""
        self._refuse_reader()
        return versions.name_of(versions.keep(self.folder, self._opened.data, label or "Untitled"))

    def versions(self) -> list[Version]:
        """Named and timed versions, newest first; broken ones with their problem."""
        return versions.listing(self.folder)

    def restore(self, name: str) -> Project:
        """Makes version `name` the project again and returns it. What was there before is kept as a version,
        and the version itself stays. Raises `ProjectError` when it is broken or not there."""
        self._refuse_reader()
        restored = versions.load(self.folder, name)
        versions.keep(self.folder, self._opened.data)
        self.save(restored)
        return restored

    def close(self) -> None:
        """Lets others edit the project. Does not save."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
            self.why_read_only = f"{self.folder} is closed; open it again"

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _file(self) -> Path:
        return self.folder / document.NAME

    def _refuse_reader(self) -> None:
        if not self.writable:
            raise ProjectError(self.why_read_only)

    def _refuse_loser(self) -> None:
        owner = self._lock.taken_over() if self._lock is not None else None
        if owner is not None:
            raise ProjectLocked(
                f"{self.folder} was taken over by {owner}; what you changed since is not saved there: save it as "
                "another project"
            )

    def is_ours(self) -> bool:
        """Whether the project may be written, now too: another program may have taken it over. Reads a file."""
        return self._lock is not None and self._lock.taken_over() is None

    def _on_disk(self) -> bytes | None:
        """The file's bytes now; None when it is gone."""
        try:
            self._file.lstat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DiskGone(
                f"{self._file} cannot be read ({why(error)}); plug in its disk or connect it again"
            ) from error
        return document.read(self._file)

    def _last_look(self, ours: bytes) -> None:
        # Writing a version and the new file takes a slow disk seconds: long enough for others to do something.
        self._refuse_loser()
        self._refuse_change(ours)

    def _keep_theirs(self) -> None:
        kept, theirs = self._opened.data, self._on_disk()
        while theirs is not None and theirs != kept:
            versions.keep(self.folder, theirs, "From another program")
            kept, theirs = theirs, self._on_disk()  # keeping it takes time too
        self._refuse_loser()

    def _refuse_change(self, ours: bytes) -> None:
        """Raises `ProjectChanged` when the file is not the one that was read; one that is gone is no loss."""
        if not self.changed_outside():
            return
        # One version for all that could not be saved until `reload`: a window tries again after every edit.
        if self._not_saved is None:
            self._not_saved = versions.keep(self.folder, ours, "Not saved")
        else:
            document.write(self._not_saved, ours)
        kept = self._not_saved
        raise ProjectChanged(
            f"{self._file} was changed by another program and was not overwritten; your state is kept as "
            f"{kept.name} in {kept.parent}: reload, then restore it if you want it"
        )

    def _keep_timed(self) -> None:
        try:
            versions.keep_timed(self.folder, self._opened.data)
            self.problem = ""
        except StoryboardError as error:  # the newest state is worth more than the safety net
            self.problem = str(error)


def create(folder: Path, project: Project) -> Store:
    """A new project folder with `project` in it, open for writing.

    Raises `ProjectError` when there is a project already or the folder cannot be made.
    """
    data = document.encode(project)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError(f"{folder} cannot be made: {error.strerror}; choose another place") from error
    held = lock.acquire(folder)
    try:
        if (folder / document.NAME).exists():
            raise ProjectError(f"{folder} holds a project already; open it, or choose another folder")
        document.write(folder / document.NAME, data)
    except BaseException:
        held.release()
        raise
    return Store(folder, Document(project, data, FORMAT), held, "")


def open_project(
    folder: Path, mode: Mode = "read", migrations: Mapping[int, Migration] = MIGRATIONS
) -> Store:
    """The project in `folder` (or whose `project.json` is given).

    `write` raises `ProjectLocked` when another program edits it and `ProjectError` when the folder cannot be
    written; `prefer-write` then opens it for reading only, with the reason in `why_read_only`; `read` takes no
    lock. Raises `ProjectError` when there is no project or it cannot be used; nothing is changed then.
    """
    folder = _folder(folder)
    held, reason = None, f"{folder} is open for reading only"
    if mode != "read":
        try:
            held = lock.acquire(folder)
        except ProjectError as error:
            if mode == "write":
                raise
            reason = str(error)
    try:
        opened = document.load(folder / document.NAME, migrations)
    except BaseException as error:
        if held is not None:
            held.release()
        if isinstance(error, (Damaged, Missing)) and recovery.newest(folder) is not None:
            raise ProjectError(
                f"{error}; the newest sound version comes back with: storyboard restore {folder}"
            ) from error
        raise
    if held is not None:
        _sweep(folder)
    return Store(folder, opened, held, "" if held else reason)


def adopt_arrived(folder: Path) -> bool:
    """Chooses the takes that fulfil what drafts and stale shots wish (`edit.adopt`) and saves; returns whether
    anything changed. While another program edits the project it is left to that one, and nothing changes; nor
    does a sample in its own place: whoever reads it adopts the takes anew."""
    if resources.is_sample(folder):
        return False
    try:
        opened = open_project(folder, "write")
    except ProjectLocked:
        return False
    with opened:
        return opened.save(adopt(opened.project, opened.takes()))


def _folder(path: Path) -> Path:
    folder = path.parent if path.name == document.NAME and not path.is_dir() else path
    if not folder.is_dir():
        raise ProjectError(f"{folder} is no folder; make a project with: storyboard new {folder}")
    if _is_gone(folder / document.NAME):
        if recovery.newest(folder) is not None:
            raise ProjectError(
                f"{folder / document.NAME} is gone; the newest sound version comes back with: storyboard restore {folder}"
            )
        raise ProjectError(
            f"{folder} holds no project (no {document.NAME}); make one with: storyboard new {folder}"
        )
    return folder


def _is_gone(path: Path) -> bool:
    """Whether there is no such file; one that a disk does not let see now is not gone."""
    try:
        path.lstat()
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    return False


def _sweep(folder: Path) -> None:
    """Removes unfinished files that a crash left, long enough ago that nobody writes them any more."""
    for name in ("", versions.FOLDER, TAKES):
        with contextlib.suppress(OSError, ProjectError):  # no link leads out of the project
            place = inside(folder, name) if name else folder
            for path in place.iterdir():
                if is_temporary(path.name) and time.time() - path.lstat().st_mtime > _ABANDONED:
                    path.unlink()
