"""Own pictures for the cast: a stranger's file made into one of ours, small and only what can be seen."""

from __future__ import annotations

import io
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PIL.Image import Transpose

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


def tidy(path: Path) -> bytes:
    """The picture in `path` (PNG, JPEG, WebP, GIF, SVG, svgz; told by content, not by name) as we keep it.

    It comes back as an upright PNG with alpha, its empty border cut off, at most `MAX_KEPT` pixels long; of an
    animation its first picture. A drawing is drawn here, once: what a project holds can never ask the window to run
    a stranger's drawing. Raises `MediaError`, a sentence with the file.
    """
    try:
        size = path.stat().st_size
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise MediaError(f"{path} cannot be read: it is no file but a device or a pipe; check the path")
        with path.open("rb") as file:
            head = file.read(4096)
            if svg.is_svg(head):
                return _tidy_drawing(head + file.read(svg.MAX_BYTES), path)
    except OSError as error:
        reason = why(error)
        raise MediaError(f"{path} cannot be read: {reason}; check the path") from error
    if size > MAX_FILE:
        raise MediaError(f"{path}: the picture is larger than {MAX_FILE >> 20} MB; make it smaller first")
    return _tidy_pixels(path)


def _tidy_drawing(data: bytes, path: Path) -> bytes:
    drawing = svg.clean(data, str(path))
    for longer, seconds in PROBES:
        start = time.process_time()  # of this process alone: others may keep the machine busy
        _drawn(drawing, longer, path)
        if time.process_time() - start > seconds:
            raise MediaError(f"{path}: the drawing takes too long to draw; simplify it, or export it as PNG")
    with _opened(_drawn(drawing, MAX_KEPT, path)) as image:
        kept = _kept(image.convert("RGBA"))
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


def _tidy_pixels(path: Path) -> bytes:
    from PIL import ExifTags, Image, UnidentifiedImageError

    # The size is looked at below, before anything is allocated; this limit of Pillow's would warn, not stop.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(path, formats=PICTURES) as image:
            _check_size(image.width, image.height, path)
            small = _shrunk(image)
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
    kept = _kept(small)
    if kept is None:
        raise MediaError(f"{path}: the picture is empty, all of it is transparent; choose another")
    return kept


def _check_size(width: int, height: int, path: Path) -> None:
    if width < 1 or height < 1:
        raise MediaError(f"{path}: the picture has no size; the file is damaged, replace it")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise MediaError(
            f"{path}: {width:,} x {height:,} pixels are too many ({MAX_PIXELS // 1_000_000} million are read); make "
            "it smaller first"
        )


def _shrunk(image: Image) -> Image:
    """`image` as RGBA, its longer side at most `MAX_KEPT`. A large one is taken in strips, to save memory."""
    from PIL import Image as Images

    longer = max(image.size)
    if image.format == "JPEG":
        image.draft(
            "RGB", (max(1, image.width * MAX_KEPT // longer), max(1, image.height * MAX_KEPT // longer))
        )
    image.load()
    factor = max(1, max(image.size) // MAX_KEPT)
    width, height = -(-image.width // factor), -(-image.height // factor)
    rows = max(1, 1024 // factor) * factor
    whole = Images.new("RGBA", (width, height))
    for top in range(0, image.height, rows):
        strip = _rgba(image.crop((0, top, image.width, min(image.height, top + rows))))
        # Colours count as much as they are seen: clear pixels give theirs to nobody.
        part = strip.convert("RGBa").reduce(factor).convert("RGBA") if factor > 1 else strip
        whole.paste(part, (0, top // factor))
    if max(whole.size) > MAX_KEPT:
        whole.thumbnail((MAX_KEPT, MAX_KEPT), Images.Resampling.LANCZOS)
    return whole


def _rgba(strip: Image) -> Image:
    if strip.mode.startswith("I;16"):
        strip = strip.point(lambda value: value / 256, "L")  # Pillow would cut off, not scale
    return strip.convert("RGBA")
