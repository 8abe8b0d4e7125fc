"""The grounds that clips stand on: drawn once, wide, and copied in pieces to any width."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from . import theme
from .words import Colour

CORNER: Final = 6
CAP: Final = 8
"""Pixels at each end that hold the corners."""
DASHES: Final = (4, 3)
MIDDLE: Final = 70 * sum(DASHES)
"""Pixels between the ends of the one that is drawn."""
MOST: Final = 24
DOT: Final = 7
"""Pixels across."""


class Ground(NamedTuple):
    """Equal grounds look alike."""

    height: int
    dashed: bool
    selected: bool


class Grounds:
    """Paints grounds, and the dots of states."""

    def __init__(self) -> None:
        self._colours = theme.current()
        self._ratio = 1.0
        self._known: OrderedDict[Ground, QPixmap] = OrderedDict()
        self._dots: dict[Colour, QPixmap] = {}

    def begin(self, colours: theme.Theme, ratio: float) -> None:
        """Paints in these colours from now on, with so many pixels of the device for one of ours."""
        if colours is not self._colours or ratio != self._ratio:
            self._colours, self._ratio = colours, ratio
            self._known.clear()
            self._dots.clear()

    def paint(self, painter: QPainter, left: int, top: int, width: int, ground: Ground) -> None:
        """Copies `ground` so that it is `width` pixels wide."""
        drawn = self._known.get(ground)
        if drawn is None:
            drawn = self._known[ground] = _drawn(ground, self._colours, self._ratio)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        ratio, height = self._ratio, drawn.height()
        end = min(CAP, width - width // 2)
        stop = left + width - end
        # The left end and what follows it lie side by side in the picture: one copy for both.
        at = min(left + CAP + MIDDLE, stop)
        painter.drawPixmap(left, top, drawn, 0, 0, round((at - left) * ratio), height)
        while at < stop:
            piece = min(MIDDLE, stop - at)
            painter.drawPixmap(at, top, drawn, round(CAP * ratio), 0, round(piece * ratio), height)
            at += piece
        wide = round(end * ratio)
        painter.drawPixmap(stop, top, drawn, drawn.width() - wide, 0, wide, height)

    def dot(self, painter: QPainter, left: int, middle: float, state: Colour) -> None:
        """The dot of a state; its centre is at the height `middle`."""
        drawn = self._dots.get(state)
        if drawn is None:
            drawn = self._dots[state] = _dot(self._colours.state(state), self._ratio)
        painter.drawPixmap(left, round(middle - DOT / 2), drawn)


def _drawn(ground: Ground, colours: theme.Theme, ratio: float) -> QPixmap:
    box = QRectF(0, 0, 2 * CAP + MIDDLE, ground.height)
    picture, painter = canvas(box.width(), box.height(), ratio)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.card))
    painter.drawRoundedRect(box, CORNER, CORNER)
    pen = QPen(QColor(colours.quiet if ground.dashed else colours.line), 1)
    if ground.selected:
        pen = QPen(QColor(colours.busy), 2)
    if ground.dashed:
        pen.setDashPattern(list(DASHES))
    inset = pen.widthF() / 2
    path = QPainterPath()
    path.addRoundedRect(box.adjusted(inset, inset, -inset, -inset), CORNER, CORNER)
    painter.strokePath(path, pen)
    painter.end()
    return picture


def _dot(colour: QColor, ratio: float) -> QPixmap:
    picture, painter = canvas(DOT, DOT, ratio)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QRectF(0, 0, DOT, DOT))
    painter.end()
    return picture


def canvas(width: float, height: float, ratio: float) -> tuple[QPixmap, QPainter]:
    """An empty picture of so many pixels, each of `ratio` pixels of the device, and what paints on it until it is ended."""
    picture = QPixmap(max(1, round(width * ratio)), max(1, round(height * ratio)))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return picture, painter
