"""RGB to and from the colours of video files.

Files that this program writes are BT.709 in matrix, primaries and transfer, limited range (16 to 235), both
converted and tagged (ITU-T H.273 code 1). swscale's own default is BT.601.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation

if TYPE_CHECKING:
    from storyboard.frames import Frame

BT709 = 1
"""The code of BT.709 for matrix, primaries and transfer alike."""
LIMITED = 1
"""The code of limited range."""

_EXACT = (
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.BITEXACT
)
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
"""H.273 matrix codes to swscale's."""


def to_video(rgb: Frame, pixel_format: str) -> VideoFrame:
    """An (H, W, 3) uint8 RGB frame as `yuv420p` (BT.709, limited, tagged) or `bgr0` (exact)."""
    frame: VideoFrame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    if pixel_format == "bgr0":
        return frame.reformat(format=pixel_format, threads=1)
    video = frame.reformat(
        format=pixel_format,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        dst_color_trc=BT709,
        dst_color_primaries=BT709,
        interpolation=_EXACT,
        threads=1,
    )
    video.colorspace, video.color_range = BT709, LIMITED
    return video


def to_rgb(frame: VideoFrame, width: int | None = None, height: int | None = None) -> Frame:
    """A decoded picture as (H, W, 3) uint8 RGB, scaled to `width` and `height`; transparency over black."""
    width, height = width or frame.width, height or frame.height
    if any(component.is_alpha for component in frame.format.components):
        return over_black(_convert(frame, "rgba", width, height))
    return _convert(frame, "rgb24", width, height)


def over_black(rgba: Frame) -> Frame:
    """(H, W, 4) uint8 RGB and alpha as (H, W, 3) uint8 RGB on black."""
    alpha = rgba[..., 3:].astype(np.uint16)
    return ((rgba[..., :3] * alpha + 127) // 255).astype(np.uint8)


def _convert(frame: VideoFrame, pixel_format: str, width: int, height: int) -> Frame:
    if not frame.format.is_rgb or (width, height) != (frame.width, frame.height):
        full = frame.color_range == ColorRange.JPEG or frame.format.name.startswith(("yuvj", "gray"))
        frame = frame.reformat(
            width=width,
            height=height,
            format=pixel_format,
            src_colorspace=_matrix(frame),
            src_color_range=ColorRange.JPEG if full or frame.format.is_rgb else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=_EXACT,
            threads=1,
        )
    return cast("Frame", frame.to_ndarray(format=pixel_format))


def _matrix(frame: VideoFrame) -> Colorspace:
    """The tagged matrix; untagged, BT.709 for high definition and BT.601 below, as players guess."""
    guess = Colorspace.ITU709 if max(frame.width / 16 * 9, frame.height) >= 720 else Colorspace.ITU601
    return _MATRICES.get(frame.colorspace, guess)
