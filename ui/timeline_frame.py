"""What stands around the film on the timeline: the ruler's marks and times, the rows' names, and the playhead."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QApplication

from . import theme
from .allowance import Allowance
from .grounds import canvas
from .layout import ruler_step
from .lines import Hand, Lines
from .timeline_stage import GAP, GUTTER, RULER, SOUND_HEIGHT, Stage

APART: Final = 70
"""Pixels between two times of the ruler, at least."""
INDENT: Final = 6
"""Pixels from a mark to its time."""
PLAYHEAD_REACH: Final = 8
"""Pixels on each side of the playhead that are painted anew when it moves."""


class Times:
    """Writes times. Pairs of digits were drawn once, in cells of their own: a zoom shows dozens of times that were never
    written, and shaping one takes as long as copying them all."""

    def __init__(self, font: QFont, colour: str, ratio: float) -> None:
        self._ratio = ratio
        metrics = QFontMetricsF(font)
        self._middle = metrics.ascent() - metrics.capHeight() / 2
        self._pair = math.ceil(metrics.horizontalAdvance("00"))
        self._colon = math.ceil(metrics.horizontalAdvance(":"))
        self.wide = 2 * self._pair + self._colon
        """Pixels of a time."""
        cell = self._pair + self._colon
        self._cell = round(cell * ratio)
        self._drawn, painter = canvas(self._cell * 100 / ratio, math.ceil(metrics.height()), ratio)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        for number in range(100):
            left = number * self._cell / ratio
            painter.drawText(QPointF(left, metrics.ascent()), f"{number:02}")
            painter.drawText(QPointF(left + self._pair, metrics.ascent()), ":")
        painter.end()

    def write(self, painter: QPainter, left: int, middle: float, seconds: int) -> None:
        """Writes `seconds` as minutes and seconds from `left` on, its middle at the height `middle`."""
        minutes, rest = divmod(seconds, 60)
        top = round(middle - self._middle)
        cell, high, pair = self._cell, self._drawn.height(), round(self._pair * self._ratio)
        hundreds, minutes = divmod(minutes, 100)
        if hundreds:
            digit = round(self._pair / 2 * self._ratio)  # each as wide as the next
            skip = digit if hundreds < 10 else 0
            painter.drawPixmap(left, top, self._drawn, hundreds % 100 * cell + skip, 0, pair - skip, high)
            left += round((pair - skip) / self._ratio)
        painter.drawPixmap(left, top, self._drawn, minutes * cell, 0, cell, high)
        painter.drawPixmap(left + self._pair + self._colon, top, self._drawn, rest * cell, 0, pair, high)


class Frame:
    """Paints them. Their words are drawn once, and copied as long as font and colours stay the same."""

    def __init__(self) -> None:
        self._lines = Lines(Allowance())
        self._made_of: tuple[QFont, str, float] | None = None
        self._playhead = QPixmap()
        self._playhead_of: tuple[str, int, float] | None = None
        self.begin(theme.current(), 1.0)

    def begin(self, colours: theme.Theme, ratio: float) -> None:
        """Before each paint, with the device's pixels for one of ours."""
        made_of = (QApplication.font(), colours.quiet, ratio)
        if made_of != self._made_of:
            self._made_of = made_of
            self._times = Times(theme.fixed_font(0.85), colours.quiet, ratio)
            bold = QApplication.font()
            bold.setBold(True)
            self._names = Hand.of(bold, ratio)
            self._ratio = ratio
        self._colour = colours.playhead

    def ruler(self, painter: QPainter, stage: Stage, colours: theme.Theme, area: QRect) -> None:
        """Marks and times, between the edges of `area`."""
        times = self._times
        rate = stage.project.rate
        step = ruler_step(stage.layout.scale, rate, APART)
        pixels = step * float(rate) * stage.layout.scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        line = QColor(colours.line)
        # A time is written to the right of its mark, so one mark before the area may still reach into it.
        first = max(0, int(stage.content(max(area.left(), GUTTER)) / pixels) - 1)
        last = int(stage.content(area.right()) / pixels)
        for mark in range(first, last + 1):
            x = int(GUTTER + mark * pixels - stage.offset)
            painter.fillRect(x, 5, 1, RULER - 7, line)
            if x + INDENT + times.wide <= stage.width:  # half a time says nothing
                times.write(painter, x + INDENT, RULER / 2, mark * step)

    def names(self, painter: QPainter, stage: Stage, colours: theme.Theme) -> None:
        """The rows' names, at the left of the film."""
        painter.fillRect(QRect(0, 0, GUTTER - 1, stage.height), QColor(colours.window))
        top, height = stage.clip_row
        self._lines.write(painter, 12, top + 14, "Shots", self._names, colours.quiet)
        if stage.project.music:
            middle = top + height + GAP + SOUND_HEIGHT / 2
            self._lines.write(painter, 12, middle, "Music", self._names, colours.quiet)

    def playhead(self, painter: QPainter, stage: Stage, frame: int) -> None:
        """The line at `frame` with its head, which is drawn once: a smooth line takes as long as half a ruler."""
        made_of = (self._colour, stage.height, self._ratio)
        if made_of != self._playhead_of:
            self._playhead_of, self._playhead = made_of, _playhead(*made_of)
        painter.drawPixmap(round(stage.x(frame)) - PLAYHEAD_REACH, 0, self._playhead)


def _playhead(colour: str, height: int, ratio: float) -> QPixmap:
    picture, painter = canvas(2 * PLAYHEAD_REACH + 1, height, ratio)
    x = PLAYHEAD_REACH + 0.5
    painter.setPen(QPen(QColor(colour), 1.6))
    painter.drawLine(QPointF(x, 2), QPointF(x, height))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawPolygon(QPolygonF([QPointF(x - 6, 0), QPointF(x + 6, 0), QPointF(x, 7)]))
    painter.end()
    return picture
