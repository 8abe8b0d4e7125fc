"""Own pictures in the sketch: files of the project's `media/`, by names that carry the hash of their content.

They are pixels, also those that were brought as drawings. A name means the same pixels wherever it is met, so that
what was opened once serves every project. Files are looked at again when they are opened, since a project may come
from anywhere.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import re
import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard import paths
from storyboard.errors import MediaError, why

if TYPE_CHECKING:
    from PIL.Image import Image

    from storyboard.project import Depiction

    Box = tuple[float, float, float, float]
    """Left, top, width, height."""

FOLDER = "media/"
HASH_DIGITS = 16
"""Of the SHA-256 in a file's name."""
VIEW = 32.0
"""The longer side of a picture in drawing units, as in the pack."""

_MAX_BYTES = 16 << 20
_MAX_SIDE = 2048
_NAME = re.compile(r"-([0-9a-f]{16})\.png$")
_MARK = '<image id="own" data-name="'
_opened: dict[str, Path] = {}


def is_own(picture: str) -> bool:
    """Whether a picture is a file of the project, not one of the pack."""
    return picture.startswith(FOLDER)


def file_name(stem: str, content: bytes) -> str:
    """The name, inside the project, of an own picture with this content (a PNG, as `media.pictures.tidy` gives it)."""
    short = stem.encode()[:200].decode(errors="ignore")  # a whole name has at most 255 bytes
    return f"{FOLDER}{short}-{hashlib.sha256(content).hexdigest()[:HASH_DIGITS]}.png"


def open_all(folder: Path | None, pictures: Iterable[Depiction]) -> None:
    """Makes the own pictures among `pictures` ready to be drawn; `folder` is their project's.

    Raises `MediaError` for one that is gone, changed or no picture.
    """
    for one in pictures:
        if is_own(one.picture):
            _open(folder, one.picture)


def _open(folder: Path | None, name: str) -> None:
    if name in _opened and _opened[name].is_file():
        return
    if folder is None:
        raise MediaError(
            f"the picture {name} belongs to a project; name the project, so that it can be found"
        )
    path = paths.inside(folder, name)
    _content(path)
    _opened[name] = path


def _content(path: Path) -> bytes:
    """The bytes of an own picture, which are what its name says."""
    again = "bring it back, or cast the picture again with `storyboard cast`"
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            raise MediaError(f"the picture {path} cannot be read: there is no such file; {again}")
        if path.stat().st_size > _MAX_BYTES:
            raise MediaError(f"{path} is too large for a picture of the cast; {again}")
        content = path.read_bytes()
    except OSError as error:
        reason = why(error)
        raise MediaError(f"the picture {path} cannot be read: {reason}; {again}") from error
    named = _NAME.search(path.name)
    if named is None or hashlib.sha256(content).hexdigest()[:HASH_DIGITS] != named[1]:
        raise MediaError(f"the picture {path} is not the one that was cast, it was changed; {again}")
    return content


def drawing(name: str) -> tuple[str, Box]:
    """What stands for an opened own picture inside <svg> (see `sized`), and its box, `VIEW` units long."""
    across, down = _size(name)
    k = VIEW / max(across, down)
    return f'{_MARK}{name}"/>', (0.0, 0.0, across * k, down * k)


def sized(svg: str, scale: float) -> str:
    """What to rasterise for a drawing at `scale` pixels a unit: an own photo in the fitting size, all else as it is."""
    if not svg.startswith(_MARK):
        return svg
    name = svg[len(_MARK) : svg.index('"', len(_MARK))]
    width, height = _size(name)
    k = VIEW / max(width, height)
    level = 0
    while scale * k * 2 ** (level + 1) <= 1 and level < 8:
        level += 1
    data = base64.b64encode(_level(name, level)).decode()
    return (
        f'<image width="{width * k:.4f}" height="{height * k:.4f}" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{data}"/>'
    )


@contextlib.contextmanager
def _png(name: str) -> Iterator[Image]:
    """An opened own picture of pixels, in a size that is looked at before anything is decoded."""
    from PIL import Image as Images

    path = _opened[name]
    try:
        with Images.open(io.BytesIO(_content(path)), formats=("PNG",)) as image:
            if max(image.size) > _MAX_SIDE:
                raise MediaError(
                    f"{path} is larger than pictures of the cast are; cast it again with `storyboard cast`"
                )
            yield image
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, Images.DecompressionBombError) as error:
        raise MediaError(
            f"{path} is no picture that can be read; cast it again with `storyboard cast`"
        ) from error


@lru_cache(64)
def _size(name: str) -> tuple[int, int]:
    with _png(name) as image:
        return image.size


@lru_cache(32)
def _level(name: str, level: int) -> bytes:
    """The picture made 2 ** `level` times smaller, as a PNG: drawn at half its size and less it would glitter."""
    with _png(name) as image:
        small = image.convert("RGBa").reduce(2**level).convert("RGBA") if level else image.convert("RGBA")
    out = io.BytesIO()
    small.save(out, "PNG", compress_level=1)
    return out.getvalue()
