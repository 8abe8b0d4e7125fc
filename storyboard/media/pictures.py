"""Own pictures for the cast: a stranger's file made into one of ours, small and only what can be seen."""

from __future__ import annotations

import io
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PIL.Image import Transpose

from storyboard import start
from storyboard.errors import MediaError, why
from storyboard.media import svg
from storyboard.media.clip import PICTURES

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_KEPT = 1536
"""Pixels of the longer side of a picture that is kept: a figure at 4K is not drawn larger."""
MAX_PIXELS = 400_000_000
"""In a picture that is read: 20,000 x 20,000. It takes up to 1.6 GB until it is scaled down."""
MAX_SIDE = 65_500
PROBES = ((32, 0.3), (256, 0.3))
"""Sizes, pixels of the longer side, at which it is first seen how long a drawing takes, and the seconds that it may."""
MAX_FILE = 512 << 20
"""Bytes of a picture that is read."""
MAX_FRAME = 2560
"""Pixels of the longer side of a picture to start from: more than any model makes."""
MIN_START, MAX_START = start.MIN_SIDE, start.MAX_SIDE
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""What stands a picture upright, by its EXIF orientation."""


class _Keeping(NamedTuple):
    """What is kept of a picture, and which are read at all."""

    longest: int
    """Pixels of the longer side that is kept."""
    kept: Callable[[Image], bytes | None]
    """An upright RGBA picture as a PNG; None where nothing of it can be seen."""
    least: int = 1
    most: int = MAX_SIDE
    """Pixels of a side that is read."""
    pixels: int = MAX_PIXELS


def frame(path: Path) -> bytes:
    """The picture in `path` as a shot can start from it: an upright PNG without alpha, over black, its whole page, at
    most `MAX_FRAME` pixels long. Otherwise as `tidy`.

    Raises `MediaError`, before anything is decoded, for one that is far too small or too large.
    """
    return _read(path, _Keeping(MAX_FRAME, _whole, MIN_START, MAX_START, MAX_PIXELS))


def tidy(path: Path) -> bytes:
    """The picture in `path` (PNG, JPEG, WebP, GIF, SVG, svgz; told by content, not by name) as we keep it.

    It comes back as an upright PNG with alpha, its empty border cut off, at most `MAX_KEPT` pixels long; of an
    animation its first picture. A drawing is drawn here, once: what a project holds can never ask the window to run
    a stranger's drawing. Raises `MediaError`, a sentence with the file.
    """
    return _read(path, _Keeping(MAX_KEPT, _kept))


def _read(path: Path, keeping: _Keeping) -> bytes:
    try:
        size = path.stat().st_size
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise MediaError(f"{path} cannot be read: it is no file but a device or a pipe; check the path")
        with path.open("rb") as file:
            head = file.read(4096)
            if svg.is_svg(head):
                return _tidy_drawing(head + file.read(svg.MAX_BYTES), path, keeping)
    except OSError as error:
        reason = why(error)
        raise MediaError(f"{path} cannot be read: {reason}; check the path") from error
    if size > MAX_FILE:
        raise MediaError(f"{path}: the picture is larger than {MAX_FILE >> 20} MB; make it smaller first")
    return _tidy_pixels(path, keeping)


def _tidy_drawing(data: bytes, path: Path, keeping: _Keeping) -> bytes:
    drawing = svg.clean(data, str(path))
    for longer, seconds in PROBES:
        began = time.process_time()  # of this process alone: others may keep the machine busy
        _drawn(drawing, longer, path)
        if time.process_time() - began > seconds:
            raise MediaError(f"{path}: the drawing takes too long to draw; simplify it, or export it as PNG")
    with _opened(_drawn(drawing, keeping.longest, path)) as image:
        kept = keeping.kept(image.convert("RGBA"))
    if kept is None:
        raise MediaError(f"{path}: nothing of the drawing can be seen on its page; {svg.SAVE_PLAIN}")
    return kept


def _drawn(drawing: svg.Drawing, longer: int, path: Path) -> bytes:
    """The drawing as a PNG whose longer side is `longer` pixels, whatever its own units are."""
    import resvg_py

    k = longer / max(drawing.box[2:])
    width, height = (max(1, round(side * k)) for side in drawing.box[2:])
    sized = drawing.svg().replace("<svg ", f'<svg width="{width}" height="{height}" ', 1)
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=sized, skip_system_fonts=True))
    except (KeyboardInterrupt, SystemExit):
        raise
    except (
        BaseException
    ) as error:  # where the library gives up at numbers it did not expect, that is no `Exception`
        raise MediaError(f"{path}: the drawing cannot be drawn ({error}); {svg.SAVE_PLAIN}") from error


def _opened(png: bytes) -> Image:
    from PIL import Image as Images

    return Images.open(io.BytesIO(png), formats=("PNG",))


def _kept(image: Image) -> bytes | None:
    """`image` as a PNG without its empty border; None when nothing of it can be seen."""
    box = image.getchannel("A").point(lambda alpha: 255 if alpha > 8 else 0).getbbox()
    if box is None:
        return None
    out = io.BytesIO()
    image.crop(box).save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()


def _tidy_pixels(path: Path, keeping: _Keeping) -> bytes:
    from PIL import ExifTags, Image, UnidentifiedImageError

    # The size is looked at below, before anything is allocated; this limit of Pillow's would warn, not stop.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(path, formats=PICTURES) as image:
            _check_size(image.width, image.height, path, keeping)
            small = _shrunk(image, keeping.longest)
            turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
        small = small if turn is None else small.transpose(turn)
    except UnidentifiedImageError as error:
        raise MediaError(
            f"{path}: this is neither a PNG, JPEG, WebP or GIF picture nor an SVG drawing; save it as PNG or SVG"
        ) from error
    except MemoryError as error:
        raise MediaError(f"{path}: the picture does not fit into memory; make it smaller first") from error
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        struct.error,
    ) as error:  # what Pillow raises for damaged files
        raise MediaError(f"{path}: the picture is damaged and cannot be read; replace it") from error
    kept = keeping.kept(small)
    if kept is None:
        raise MediaError(f"{path}: the picture is empty, all of it is transparent; choose another")
    return kept


def _whole(image: Image) -> bytes:
    """`image` as a PNG without alpha, over black."""
    from PIL import Image as Images

    over = Images.new("RGBA", image.size, (0, 0, 0, 255))
    over.alpha_composite(image)
    out = io.BytesIO()
    over.convert("RGB").save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()


def _check_size(width: int, height: int, path: Path, keeping: _Keeping) -> None:
    if width < 1 or height < 1:
        raise MediaError(f"{path}: the picture has no size; the file is damaged, replace it")
    if min(width, height) < keeping.least:
        raise MediaError(
            f"{path}: {width:,} x {height:,} pixels are too few for a shot to start from, {keeping.least} a side are the "
            "least; choose a larger picture"
        )
    if max(width, height) > keeping.most:
        raise MediaError(
            f"{path}: {width:,} x {height:,} pixels are too many, {keeping.most:,} a side are the most; make it smaller "
            "first"
        )
    if width * height > keeping.pixels:
        raise MediaError(
            f"{path}: {width:,} x {height:,} pixels are too many ({keeping.pixels // 1_000_000} million are read); make "
            "it smaller first"
        )


def _shrunk(image: Image, longest: int) -> Image:
    """`image` as RGBA, its longer side at most `longest`. A large one is taken in strips, to save memory."""
    from PIL import Image as Images

    longer = max(image.size)
    if image.format == "JPEG":
        image.draft(
            "RGB", (max(1, image.width * longest // longer), max(1, image.height * longest // longer))
        )
    image.load()
    factor = max(1, max(image.size) // longest)
    width, height = -(-image.width // factor), -(-image.height // factor)
    rows = max(1, 1024 // factor) * factor
    whole = Images.new("RGBA", (width, height))
    for top in range(0, image.height, rows):
        strip = _rgba(image.crop((0, top, image.width, min(image.height, top + rows))))
        # Colours count as much as they are seen: clear pixels give theirs to nobody.
        part = strip.convert("RGBa").reduce(factor).convert("RGBA") if factor > 1 else strip
        whole.paste(part, (0, top // factor))
    if max(whole.size) > longest:
        whole.thumbnail((longest, longest), Images.Resampling.LANCZOS)
    return whole


def _rgba(strip: Image) -> Image:
    if strip.mode.startswith("I;16"):
        strip = strip.point(lambda value: value / 256, "L")  # Pillow would cut off, not scale
    return strip.convert("RGBA")
