"""Takes carried from one project into another: copied under an id of their own, and there only when whole."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import msgspec
from msgspec.structs import replace

from storyboard import atomic, paths, reading, values
from storyboard.errors import MediaError, ProjectError
from storyboard.media import takes
from storyboard.store import document
from storyboard.store.takes import FOLDER, MAX_BYTES, MAX_VALUES, new_id, publish
from storyboard.take import Take

MEDIA = "media"
"""Where the originals of imports lie, without folders of their own."""


def find(folder: Path, take_id: str) -> Take | None:
    """The take of this id in the project at `folder`; None where there is none that can be read."""
    try:
        sidecar = paths.inside(folder, f"{FOLDER}/{take_id}.json")
        take = values.decode(values.bounded(reading.whole(sidecar, MAX_BYTES), MAX_VALUES), Take)
    except (OSError, ProjectError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return take if take.id == take_id else None


def carry(source: Path, take: Take, target: Path, shot_id: str) -> Take:
    """Copies `take` of the project at `source` into the one at `target`, as the first take of shot `shot_id`.

    The copy is compared with what its sidecar says before it is published. Raises `MediaError` when the pixels
    are gone, are not those that were made, or lie where no take's do, and `DiskFull`; nothing is left behind then.
    """
    _check_place(take)
    original = paths.inside(source, take.pixels)
    carried = replace(take, id=new_id(), shot=shot_id, number=1)
    copy = paths.inside(target, carried.pixels)
    known = copy.exists()  # an import that the other project has too: its name carries its content's hash
    if not known:
        document.subfolder(target, carried.pixels.partition("/")[0])
        _copy(original, copy)
    try:
        _compare(target, carried)
        publish(target, carried)
    except BaseException:
        if not known:
            copy.unlink(missing_ok=True)
        raise
    return carried


def _check_place(take: Take) -> None:
    """The sidecar may be a stranger's: what it names is written into the project at the same place."""
    if take.source is None:
        return
    folder, _, name = take.source.file.partition("/")
    if folder != MEDIA or not paths.is_plain(name):
        raise MediaError(
            f"take {take.number} ({take.id}) says that its original is {take.source.file!r}, which is no file of "
            f"{MEDIA}/, and was not copied; import that file itself"
        )


def _copy(original: Path, copy: Path) -> None:
    with atomic.replacing(copy) as temporary:
        try:
            shutil.copyfile(original, temporary)
        except FileNotFoundError as error:
            raise MediaError(f"{original} is gone; bring it back, or make another take") from error


def _compare(folder: Path, take: Take) -> None:
    if take.source is not None or take.stored is not None:
        found = reading.digest(paths.inside(folder, take.pixels))
        wanted = take.stored.sha256 if take.stored else take.source.sha256 if take.source else ""
    else:
        digest = hashlib.sha256()
        for frame in takes.frames_of(folder, take):
            digest.update(frame.tobytes())
        found, wanted = digest.hexdigest(), take.content
    if wanted and found != wanted:
        raise MediaError(
            f"the pixels of take {take.number} are not those that were made, the file is damaged; make another take"
        )
