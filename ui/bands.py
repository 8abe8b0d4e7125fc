"""Rectangles of one height side by side, drawn as one picture: Qt takes four times as long for them one by one."""

from __future__ import annotations

import math
import sys
from functools import cache
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

PIXEL: Final = 4
"""Bytes of one."""


@cache
def pixel(colour: str) -> bytes:
    """One of an opaque colour, `#rrggbb`."""
    return QColor(colour).rgb().to_bytes(PIXEL, sys.byteorder)


@cache
def colour_of(pixel: bytes) -> QColor:
    """What `pixel` gives for a colour, back."""
    return QColor.fromRgb(int.from_bytes(pixel, sys.byteorder))


def paint(painter: QPainter, row: bytes | bytearray, left: int, top: int, height: int, ratio: float) -> None:
    """Draws the pixels of `row` side by side from `left` on, each `height` high. One of ours is `ratio` of the device."""
    width = len(row) // PIXEL
    place = QRectF(left, top, width, height)
    if ratio != 1:
        begin, end = (math.floor(edge * ratio + 0.5) for edge in (left, left + width))
        # A pixel of the device shows what is at its middle, as where Qt fills a rectangle.
        shown = (min(max(math.ceil((at + 0.5) / ratio) - 1 - left, 0), width - 1) for at in range(begin, end))
        row = b"".join([row[PIXEL * at : PIXEL * (at + 1)] for at in shown])
        place = QRectF(begin / ratio, top, (end - begin) / ratio, height)
    picture = QPixmap.fromImage(QImage(row, len(row) // PIXEL, 1, len(row), QImage.Format.Format_RGB32))
    picture.setDevicePixelRatio(ratio)
    painter.drawTiledPixmap(place, picture)
