"""Opening media files: only the formats asked for, nothing beyond the file itself, and errors as sentences."""

from __future__ import annotations

import contextlib
import errno
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from storyboard.errors import MediaError

OURS = "mov,matroska"
"""What this program writes."""
CLIPS = "mov,matroska,avi,gif"
"""What may be imported. Playlists and scripts, which name further files, are not among them."""
VIDEOS = f"{CLIPS},apng,asf,dv,flv,gxf,h264,hevc,ivf,m4v,mpeg,mpegts,mpegvideo,mxf,nut,obu,ogg,rm,vc1,wtv,yuv4mpegpipe"
"""What may be smoothed: whatever holds its own pictures."""
SOUNDS = "mov,matroska,avi,wav,mp3,flac,ogg,aac,aiff"

WRITER = {"mp4": "encoding_tool", "matroska": "ENCODED_BY"}
"""How each format calls the program that wrote a file, where FFmpeg does not put its own name."""

MAX_PIXELS = 64_000_000
"""In one frame or picture: 8000 x 8000. A file may not ask for more memory than that takes."""
MAX_SIDE = 16_384


@contextlib.contextmanager
def reading(path: Path, formats: str = OURS) -> Iterator[InputContainer]:
    """`path` opened for reading. What PyAV raises in the block, except for a full disk, becomes `MediaError`."""
    check_plain(path)
    options = {"format_whitelist": formats, "protocol_whitelist": "file"}
    try:
        # An absolute path is never taken for an address such as `concat:`.
        with av.open(str(path.absolute()), options=options) as container:
            yield container
    except av.error.FFmpegError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise MediaError(f"{path}: {_reason(error)}") from error


def check_plain(path: Path) -> None:
    """Raises `MediaError` for what would keep its reader waiting, or has no end: a pipe, a socket, a device."""
    with contextlib.suppress(OSError):  # said by who opens it
        if stat.S_IFMT(path.stat().st_mode) not in (stat.S_IFREG, stat.S_IFDIR):
            raise MediaError(f"{path} is no file but a device or a pipe; put a file in its place")


@contextlib.contextmanager
def writing(temporary: Path, path: Path, form: str, options: Mapping[str, str]) -> Iterator[OutputContainer]:
    """The file `temporary` for writing in container format `form`, within `replacing(path)`.

    What PyAV raises in the block becomes `MediaError`, except for a full disk, which `replacing` knows.
    """
    try:
        with av.open(str(temporary.absolute()), "w", format=form, options=dict(options)) as container:
            yield container
    except av.error.FFmpegError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise MediaError(f"{path} cannot be written ({error.strerror.lower()}); try again") from error


def _reason(error: av.error.FFmpegError) -> str:
    if isinstance(error, FileNotFoundError):
        return "the file is not there; put it back or choose another"
    if isinstance(error, PermissionError):
        return "the file may not be read; check its permissions"
    if isinstance(error, IsADirectoryError):
        return "this is a folder; name a file in it"
    return "this cannot be read, the file is damaged, incomplete or of another kind; replace it"


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """The first moving picture in `container`; a cover picture in a sound file is none. Raises `MediaError`."""
    for stream in container.streams.video:
        if not stream.disposition & stream.disposition.attached_pic and stream.codec_context is not None:
            check_size(stream.codec_context.width, stream.codec_context.height, path)
            stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
            stream.codec_context.thread_type = "AUTO"
            return stream
    raise MediaError(f"{path}: there is no picture in this file; choose a video")


def check_size(width: int, height: int, path: Path) -> None:
    """Raises `MediaError` for a size that is nothing or too much, before anything is allocated."""
    if width < 1 or height < 1:
        raise MediaError(f"{path}: the picture has no size; the file is damaged, replace it")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise MediaError(
            f"{path}: {width}x{height} pixels are too many ({MAX_PIXELS // 1_000_000} million, sides up to "
            f"{MAX_SIDE}); make it smaller first"
        )
