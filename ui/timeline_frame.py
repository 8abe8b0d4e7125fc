"""What stands around the film on the timeline: the ruler's marks and times, and the rows' names."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from . import theme
from .allowance import Allowance
from .layout import ruler_step
from .lines import Hand, Lines
from .timeline_stage import GAP, GUTTER, RULER, SOUND_HEIGHT, Stage

APART: Final = 70
"""Pixels between two times of the ruler, at least."""
INDENT: Final = 6
"""Pixels from a mark to its time."""


class Digits:
    """Writes times. Each digit was drawn once, in a cell of its own: a zoom shows dozens of times that were never
    written, and shaping one takes as long as copying them all."""

    LETTERS: Final = "0123456789:"

    def __init__(self, font: QFont, colour: str, ratio: float) -> None:
        self.colour, self.ratio = colour, ratio
        metrics = QFontMetricsF(font)
        self.wide = math.ceil(max(metrics.horizontalAdvance(letter) for letter in self.LETTERS))
        """Pixels of one letter."""
        self._middle = metrics.ascent() - metrics.capHeight() / 2
        high = math.ceil(metrics.height())
        self._drawn = QPixmap(math.ceil(self.wide * len(self.LETTERS) * ratio), math.ceil(high * ratio))
        self._drawn.setDevicePixelRatio(ratio)
        self._drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._drawn)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        for place, letter in enumerate(self.LETTERS):
            painter.drawText(QPointF(place * self.wide, metrics.ascent()), letter)
        painter.end()
        self._cell = {letter: round(place * self.wide * ratio) for place, letter in enumerate(self.LETTERS)}

    def write(self, painter: QPainter, left: int, middle: float, words: str) -> None:
        """Writes `words`, which has no other letters, from `left` on, its middle at the height `middle`."""
        top, wide, high = round(middle - self._middle), round(self.wide * self.ratio), self._drawn.height()
        for letter in words:
            painter.drawPixmap(left, top, self._drawn, self._cell[letter], 0, wide, high)
            left += self.wide


class Frame:
    """Paints them. Their words are drawn once, and copied as long as font and colours stay the same."""

    def __init__(self) -> None:
        self._lines = Lines(Allowance())
        self._font = QFont()
        self._digits: Digits | None = None
        self._names: Hand | None = None

    def begin(self, colours: theme.Theme, ratio: float) -> None:
        """Before each paint, with the device's pixels for one of ours."""
        font, digits = QApplication.font(), self._digits
        if digits is None or digits.ratio != ratio or digits.colour != colours.quiet or font != self._font:
            self._font = font
            self._digits = Digits(theme.fixed_font(0.85), colours.quiet, ratio)
            bold = QFont(font)
            bold.setBold(True)
            self._names = Hand.of(bold, ratio)

    def ruler(self, painter: QPainter, stage: Stage, colours: theme.Theme, area: QRect) -> None:
        """Marks and times, between the edges of `area`."""
        digits = self._digits
        assert digits is not None
        rate = stage.project.rate
        step = ruler_step(stage.layout.scale, rate, APART)
        pixels = step * float(rate) * stage.layout.scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QColor(colours.line))
        wide = 5 * digits.wide
        # A time is written to the right of its mark, so one mark before the area may still reach into it.
        first = max(0, int(stage.content(max(area.left(), GUTTER)) / pixels) - 1)
        last = int(stage.content(area.right()) / pixels)
        for mark in range(first, last + 1):
            x = int(GUTTER + mark * pixels - stage.offset)
            painter.drawLine(x, 5, x, RULER - 3)
            if x + INDENT + wide <= stage.width:  # half a time says nothing
                minutes, rest = divmod(mark * step, 60)
                digits.write(painter, x + INDENT, RULER / 2, f"{minutes:02}:{rest:02}")

    def names(self, painter: QPainter, stage: Stage, colours: theme.Theme) -> None:
        """The rows' names, at the left of the film."""
        assert self._names is not None
        painter.fillRect(QRect(0, 0, GUTTER - 1, stage.height), QColor(colours.window))
        top, height = stage.clip_row
        self._lines.write(painter, 12, top + 14, "Shots", self._names, colours.quiet)
        if stage.project.music:
            middle = top + height + GAP + SOUND_HEIGHT / 2
            self._lines.write(painter, 12, middle, "Music", self._names, colours.quiet)
