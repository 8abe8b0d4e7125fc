"""Lines of text that are painted again and again: shaped and drawn once, then copied, and cut where they are too long.

Shaping a line, and finding where to cut it, takes longer than painting all the rest of a clip.
"""

from __future__ import annotations

import math
import unicodedata
from collections import OrderedDict
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap, QTextLayout, QTextLine, QTextOption

from .allowance import Allowance

MOST: Final = 800
"""Lines that are kept: 20 MB of usual ones."""
GROWTH: Final = 160
"""Pixels by which a line that is not seen whole is drawn further when more of it is wanted."""
ENDLESS: Final = 1e6
ELLIPSIS: Final = "…"
_BACKWARDS: Final = frozenset(("R", "AL", "RLE", "RLO", "RLI"))


class Hand(NamedTuple):
    """How a line is written. Equal hands write alike."""

    name: str
    """`QFont.toString`."""
    font: QFont
    metrics: QFontMetricsF
    ratio: float
    """Pixels of the device for one of ours."""
    rise: float
    """From the middle of the capitals to the top of the line: negative."""

    @classmethod
    def of(cls, font: QFont, ratio: float) -> Hand:
        metrics = QFontMetricsF(font)
        rise = metrics.capHeight() / 2 - metrics.ascent()
        return cls(font.toString(), font, metrics, ratio, rise)


class Lines:
    """Writes lines of text."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._known: OrderedDict[tuple[str, str, str, float], Line] = OrderedDict()

    def known(self, text: str, hand: Hand, colour: str) -> Line | None:
        """`text` if it was written before, or there is time to shape it now."""
        line = self._known.get((text, hand.name, colour, hand.ratio))
        if line is not None or self._allowance.take():
            return line or self.line(text, hand, colour)
        return None

    def write(
        self,
        painter: QPainter,
        x: float,
        middle: float,
        text: str,
        hand: Hand,
        colour: str,
        room: float = ENDLESS,
    ) -> None:
        """Writes `text` from `x` on within `room` pixels, the middle of its capitals at the height `middle`. What
        does not fit ends with an ellipsis."""
        self.write_line(painter, x, middle, self.line(text, hand, colour), room)

    def write_line(
        self, painter: QPainter, x: float, middle: float, line: Line, room: float = ENDLESS
    ) -> None:
        """Writes a line as `write` does."""
        hand = line.hand
        left, top = round(x), round(middle + hand.rise)
        if line.width <= room:
            line.paint(painter, left, top, line.width)
        elif line.backwards:
            painter.setFont(hand.font)
            painter.setPen(QColor(line.colour))
            words = hand.metrics.elidedText(line.text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(left, top + hand.metrics.ascent()), words)
        else:
            end = self.line(ELLIPSIS, hand, line.colour)
            if room >= end.width:
                cut = line.cut(room - end.width)
                line.paint(painter, left, top, cut)
                end.paint(painter, left + round(cut), top, end.width)

    def line(self, text: str, hand: Hand, colour: str) -> Line:
        """`text`, shaped."""
        key = (text, hand.name, colour, hand.ratio)
        line = self._known.get(key)
        if line is None:
            line = self._known[key] = Line(text, hand, colour)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return line


class Line:
    """One line, and as much of it as was wanted so far as a picture."""

    def __init__(self, text: str, hand: Hand, colour: str) -> None:
        self.text, self.hand, self.colour = text, hand, colour
        self._layout = QTextLayout(text, hand.font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        self._layout.setTextOption(option)
        self._layout.beginLayout()
        self._line = self._layout.createLine()
        self._line.setLineWidth(ENDLESS)
        self._layout.endLayout()
        self.width = self._line.naturalTextWidth()
        self.backwards = any(unicodedata.bidirectional(letter) in _BACKWARDS for letter in text)
        self._picture: QPixmap | None = None

    def cut(self, room: float) -> float:
        """The width of as many whole letters as fit in `room` pixels."""
        place = self._line.xToCursor(room, QTextLine.CursorPosition.CursorOnCharacter)
        x = self._line.cursorToX(place)
        return float(x[0]) if isinstance(x, tuple) else float(str(x))

    def paint(self, painter: QPainter, left: int, top: int, width: float) -> None:
        """Copies the first `width` pixels of the line: of one that is cut no column of the next letter."""
        ratio = self.hand.ratio
        wanted = math.ceil(width * ratio) if width >= self.width else math.floor(width * ratio)
        if self._picture is None or self._picture.width() < wanted:
            self._picture = self._drawn(width)
        if wanted > 0:
            painter.drawPixmap(left, top, self._picture, 0, 0, wanted, self._picture.height())

    def _drawn(self, width: float) -> QPixmap:
        whole = math.ceil(self.width) + 1
        wide = min(whole, math.ceil(width / GROWTH) * GROWTH) if whole > width else math.ceil(width)
        ratio = self.hand.ratio
        height = math.ceil(self.hand.metrics.height())
        picture = QPixmap(max(1, math.ceil(wide * ratio)), math.ceil(height * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setPen(QColor(self.colour))
        self._layout.draw(painter, QPointF(0, 0))
        painter.end()
        return picture
