"""The few icons, drawn in the text's colour."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from . import theme

_SIDE = 64

_LEFT = ((44.0, 14.0), (44.0, 50.0), (18.0, 32.0))
_RIGHT = ((20.0, 14.0), (20.0, 50.0), (46.0, 32.0))
_SHAPES: dict[str, tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float, float, float], ...]]] = {
    "play": (((18.0, 10.0), (18.0, 54.0), (52.0, 32.0)), ()),
    "pause": ((), ((16, 12, 11, 40), (37, 12, 11, 40))),
    "back": (((40.0, 16.0), (40.0, 48.0), (16.0, 32.0)), ((45, 16, 4, 32),)),
    "forward": (((24.0, 16.0), (24.0, 48.0), (48.0, 32.0)), ((15, 16, 4, 32),)),
    "previous_edit": (_LEFT, ((10, 14, 5, 36),)),
    "next_edit": (_RIGHT, ((49, 14, 5, 36),)),
    "menu": ((), ((10, 14, 44, 5), (10, 29, 44, 5), (10, 44, 44, 5))),
}
"""A triangle and bars (left, top, width, height) in a square of 64."""


def _dice(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(10, 10, 44, 44), 9, 9)
    painter.setBrush(painter.pen().color())
    for x, y in ((22, 22), (42, 22), (32, 32), (22, 42), (42, 42)):
        painter.drawEllipse(QPointF(x, y), 2, 2)


def _padlock(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(20, 9, 24, 40), 0, 180 * 16)
    painter.setBrush(painter.pen().color())
    painter.drawRoundedRect(QRectF(13, 29, 38, 26), 4, 4)


def _speaker(painter: QPainter) -> None:
    painter.setBrush(painter.pen().color())
    corners = ((8, 25), (18, 25), (30, 13), (30, 51), (18, 39), (8, 39))
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _sounding(painter: QPainter) -> None:
    _speaker(painter)
    for side in (18, 36):
        painter.drawArc(QRectF(32 - side / 2 + 2, 32 - side / 2, side, side), -45 * 16, 90 * 16)


def _muted(painter: QPainter) -> None:
    _speaker(painter)
    painter.drawLine(QPointF(40, 24), QPointF(56, 40))
    painter.drawLine(QPointF(56, 24), QPointF(40, 40))


def _loop(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(12, 12, 40, 40), 60 * 16, 285 * 16)
    painter.setBrush(painter.pen().color())
    painter.drawPolygon(QPolygonF([QPointF(40, 8), QPointF(56, 19), QPointF(39, 26)]))


def _corners(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        ends = ((20 * x, 8 * y), (20 * x, 20 * y), (8 * x, 20 * y))
        painter.drawPolyline(QPolygonF([QPointF(32 + a, 32 + b) for a, b in ends]))


_LINES: dict[str, Callable[[QPainter], None]] = {
    "dice": _dice,
    "lock": _padlock,
    "sound": _sounding,
    "muted": _muted,
    "loop": _loop,
    "full_screen": _corners,
}
"""Drawn with a pen, in a square of 64."""


def icon(name: str) -> QIcon:
    """The icon called `name`. Raises `KeyError`."""
    pixmap = QPixmap(_SIDE, _SIDE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if name in _LINES:
        painter.setPen(QPen(QColor(theme.current().text), 5))
        _LINES[name](painter)
        painter.end()
        return QIcon(pixmap)
    triangle, bars = _SHAPES[name]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.current().text))
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in triangle]))
    for bar in bars:
        painter.drawRoundedRect(QRectF(*bar), 3, 3)
    painter.end()
    return QIcon(pixmap)
