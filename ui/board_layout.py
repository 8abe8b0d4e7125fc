"""Where the cards of the storyboard lie, in pixels: equal cards in rows, so that every question is arithmetic."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import QRectF

MARGIN: Final = 16
GAP: Final = 14


class BoardLayout(NamedTuple):
    """`cards` of `card_width` x `card_height` pixels, wrapped in `width`, from the top left."""

    cards: int
    width: int
    card_width: int
    card_height: int

    @property
    def columns(self) -> int:
        """Cards in a row."""
        return max(1, (self.width - 2 * MARGIN + GAP) // (self.card_width + GAP))

    @property
    def rows(self) -> int:
        return -(-self.cards // self.columns)

    @property
    def height(self) -> int:
        """Of all rows."""
        return 2 * MARGIN + max(0, self.rows * self._row - GAP)

    @property
    def left(self) -> float:
        """Where the first column starts: the cards stand in the middle of the width."""
        used = self.columns * (self.card_width + GAP) - GAP
        return max(MARGIN, (self.width - used) / 2)

    def rect(self, index: int) -> QRectF:
        """The card at `index`."""
        row, column = divmod(index, self.columns)
        x = self.left + column * (self.card_width + GAP)
        return QRectF(x, MARGIN + row * self._row, self.card_width, self.card_height)

    def visible(self, top: float, bottom: float) -> range:
        """The cards between two heights."""
        first = max(0, int((top - MARGIN) // self._row)) * self.columns
        stop = (int((bottom - MARGIN) // self._row) + 1) * self.columns
        return range(min(first, self.cards), max(0, min(stop, self.cards)))

    def card_at(self, x: float, y: float) -> int | None:
        """The card under a point."""
        column, row = int((x - self.left) // (self.card_width + GAP)), int((y - MARGIN) // self._row)
        index = row * self.columns + column
        if not 0 <= column < self.columns or row < 0 or index >= self.cards:
            return None
        return index if self.rect(index).contains(x, y) else None

    def gap_at(self, x: float, y: float) -> int:
        """The place before which something dropped at a point goes: 0 for the start, `cards` for the end."""
        row = min(max(int((y - MARGIN + GAP / 2) // self._row), 0), max(self.rows - 1, 0))
        column = round((x - self.left + GAP / 2) / (self.card_width + GAP))
        return min(row * self.columns + min(max(column, 0), self.columns), self.cards)

    def mark(self, gap: int, x: float) -> QRectF:
        """The bar between two cards that stands for a gap; at a row's edge on the side that is nearer to `x`."""
        at_end = gap > 0 and (gap == self.cards or (gap % self.columns == 0 and x > self.width / 2))
        card = self.rect(gap - 1 if at_end else gap)
        edge = card.right() + GAP / 2 if at_end else card.left() - GAP / 2
        return QRectF(edge - 2, card.top() - 3, 4, card.height() + 6)

    def within(self, area: QRectF) -> list[int]:
        """The cards that a rubber band touches."""
        touched = self.visible(area.top(), area.bottom())
        return [index for index in touched if self.rect(index).intersects(area)]

    @property
    def _row(self) -> int:
        return self.card_height + GAP
