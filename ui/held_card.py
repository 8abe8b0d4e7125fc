"""How a held take looks in the list: its moving picture, whether it is picked, its seed and its steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QListWidget, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from storyboard.film import audition
from storyboard.film.audition import Held

from . import held_strip, theme
from .document import Document
from .pictures import Thumbnails
from .take_card import ROLE, font, paint_edge

if TYPE_CHECKING:
    from storyboard.frames import Frame

GAP: Final = 6
"""Pixels between two cards."""
MARK: Final = 9
"""Half the width of what shows whether a card is picked, in pixels."""


class Card(NamedTuple):
    """What is shown of a held take."""

    held: Held
    note: str = ""
    """What is to be known of it: that it is carried on, or how it is unlike the shot's wish; empty for nothing."""
    carried: bool = False
    """Whether it is being made whole, so that it cannot be picked."""

    @property
    def words(self) -> tuple[str, str]:
        """`seed 4217` and `6 of 25 steps`."""
        recipe = self.held.step.recipe
        return (f"seed {recipe.seed}", f"{self.held.done} of {recipe.steps} steps")

    @property
    def in_words(self) -> str:
        return ", ".join((*self.words, *((self.note,) if self.note else ())))


class HeldDelegate(QStyledItemDelegate):
    """A moving picture, below it the seed and the steps; a picked one with a tick and a bright edge."""

    def __init__(
        self,
        document: Document,
        thumbnails: Thumbnails,
        cards: QListWidget,
        moves: Callable[[str], bool],
    ) -> None:
        """`moves` says whether the picture of the held take of that name moves now."""
        super().__init__(cards)
        self._list = cards
        self._document = document
        self._thumbnails = thumbnails
        self._moves = moves
        self.cards: dict[str, Card] = {}
        """What is shown, by name."""

    @property
    def words_height(self) -> int:
        """Pixels of the two lines below a picture."""
        return 2 * (self._list.fontMetrics().height() + 1) + 8

    def moment(self, card: Card) -> tuple[QPixmap, QRect] | None:
        """A picture, and the part of it that is shown at this moment; None while nothing was read."""
        held, recipe = card.held, card.held.step.recipe
        wide = held_strip.width_of(recipe.width, recipe.height)
        make = partial(_strip, self._document.folder, held, wide)
        strip = self._thumbnails.get(("held", held.name), ("held", held.name, held.done), make)
        if strip is None:
            return None
        moments, seconds = max(strip.width() // wide, 1), float(recipe.frames / recipe.rate)
        place = time.monotonic() % seconds / seconds if self._moves(held.name) else 0.5
        return strip, QRect(int(place * moments) * wide, 0, wide, strip.height())

    def sizeHint(  # noqa: N802 - Qt's name
        self,
        option: QStyleOptionViewItem,  # noqa: ARG002
        index: QModelIndex | QPersistentModelIndex,  # noqa: ARG002
    ) -> QSize:
        return self._list.gridSize()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        card = self.cards.get(index.data(ROLE))
        if card is None:
            return
        colours = theme.current()
        box = option.rect.adjusted(1, 1, -GAP, -GAP)
        picked = bool(option.state & QStyle.StateFlag.State_Selected)
        path = QPainterPath()
        path.addRoundedRect(box, 7, 7)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillPath(path, QColor(colours.card))
        picture = QRect(box.topLeft(), QSize(box.width(), box.height() - self.words_height))
        painter.setClipPath(path)
        painter.setOpacity(0.45 if card.carried else 1.0)
        if (moment := self.moment(card)) is not None:
            painter.drawPixmap(picture, *moment)
        painter.setOpacity(1.0)
        if card.note:
            _paint_note(painter, picture, card, colours)
        painter.setClipping(False)
        if not card.carried:
            _paint_mark(painter, picture, picked, colours)
        self._paint_words(painter, box, picture, card, colours)
        pointed = self._list.hasFocus() and self._list.currentIndex() == index
        paint_edge(painter, path, box, colours, marked=picked, pointed=pointed)
        painter.restore()

    def _paint_words(
        self, painter: QPainter, box: QRect, picture: QRect, card: Card, colours: theme.Theme
    ) -> None:
        words = QRect(box.left() + 7, picture.bottom() + 5, box.width() - 12, self.words_height)
        painter.setFont(font(0.9))
        line = painter.fontMetrics().height() + 1
        for row, (fact, colour) in enumerate(zip(card.words, (colours.text, colours.quiet), strict=True)):
            # Of a seed both ends tell it from others.
            shown = painter.fontMetrics().elidedText(fact, Qt.TextElideMode.ElideMiddle, words.width())
            painter.setPen(QColor(colour))
            painter.drawText(words.adjusted(0, row * line, 0, 0), Qt.AlignmentFlag.AlignTop, shown)


def _strip(folder: Path, held: Held, wide: int) -> Frame | None:
    return held_strip.read(audition.picture_of(folder, held), wide)


def _paint_note(painter: QPainter, picture: QRect, card: Card, colours: theme.Theme) -> None:
    """A badge at the foot of the picture."""
    painter.setFont(font(0.8))
    metrics = painter.fontMetrics()
    words = metrics.elidedText(card.note, Qt.TextElideMode.ElideRight, picture.width() - 24)
    height = metrics.height() + 4
    badge = QRectF(
        picture.left() + 5, picture.bottom() - height - 4, metrics.horizontalAdvance(words) + 12, height
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.accent if card.carried else colours.raised))
    painter.drawRoundedRect(badge, height / 2, height / 2)
    painter.setPen(QColor(colours.on_accent if card.carried else colours.warning))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)


def _paint_mark(painter: QPainter, picture: QRect, picked: bool, colours: theme.Theme) -> None:
    """A ring, or a tick where it is picked."""
    centre = QPointF(picture.right() - MARK - 5, picture.top() + MARK + 6)
    ground = QColor(colours.accent) if picked else QColor(0, 0, 0, 110)
    painter.setBrush(ground)
    painter.setPen(QPen(QColor("#ffffff"), 1.5))
    painter.drawEllipse(centre, MARK, MARK)
    if picked:
        painter.setPen(QPen(QColor(colours.on_accent), 2))
        painter.drawPolyline([centre + QPointF(*at) for at in ((-4, 0), (-1, 3.5), (4.5, -3.5))])


def facts(card: Card) -> str:
    """What is known of it, one fact a line."""
    recipe = card.held.step.recipe
    return "\n".join((*card.words, recipe.model, recipe.prompt))
