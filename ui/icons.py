"""The few icons, drawn in the text's colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPolygonF

from . import theme

_SIDE = 64

_LEFT = ((44.0, 14.0), (44.0, 50.0), (18.0, 32.0))
_RIGHT = ((20.0, 14.0), (20.0, 50.0), (46.0, 32.0))
_SHAPES: dict[str, tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float, float, float], ...]]] = {
    "play": (((18.0, 10.0), (18.0, 54.0), (52.0, 32.0)), ()),
    "pause": ((), ((16, 12, 11, 40), (37, 12, 11, 40))),
    "back": (_LEFT, ()),
    "forward": (_RIGHT, ()),
    "previous_edit": (_LEFT, ((10, 14, 5, 36),)),
    "next_edit": (_RIGHT, ((49, 14, 5, 36),)),
}
"""A triangle and bars (left, top, width, height) in a square of 64."""


def icon(name: str) -> QIcon:
    """The icon called `name`. Raises `KeyError`."""
    triangle, bars = _SHAPES[name]
    pixmap = QPixmap(_SIDE, _SIDE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.current().text))
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in triangle]))
    for bar in bars:
        painter.drawRoundedRect(QRectF(*bar), 3, 3)
    painter.end()
    return QIcon(pixmap)
