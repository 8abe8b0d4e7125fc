"""How a take looks in the list: its picture, which a pointer scrubs through, number, star, seed."""

from __future__ import annotations

from functools import partial
from typing import Final, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication, QListWidget, QStyledItemDelegate, QStyleOptionViewItem

from storyboard.project import Shot
from storyboard.take import Take

from . import theme
from .document import Document
from .pictures import Thumbnails
from .reel import take_thumbnail
from .session import Session
from .take_facts import beside, title

ROW_HEIGHT: Final = 96
PICTURE_HEIGHT: Final = 160
"""Pixels of the thumbnails kept: twice what is shown on a plain screen."""
MOMENTS: Final = 24
"""Different pictures that a pointer meets on its way through a take, at most."""
ROLE: Final = Qt.ItemDataRole.UserRole
"""Of a list item: the id of its take."""


class Scrub(NamedTuple):
    """Where a pointer is in a take's picture."""

    take: str
    place: float
    """0 for the left edge, 1 for the right one."""


def picture_box(card: QRect) -> QRect:
    """The part of a card that holds the picture."""
    width = min(
        round(card.height() * 1.25), card.width() * 2 // 5
    )  # the words beside it need the greater half
    return QRect(card.left(), card.top(), width, card.height())


def card_box(item: QRect) -> QRect:
    """The card in the room that a list gives an item."""
    return item.adjusted(1, 3, -5, -5)


def paint_edge(
    painter: QPainter, card: QPainterPath, box: QRect, colours: theme.Theme, *, marked: bool, pointed: bool
) -> None:
    """The edge of the `card` in `box`: bright where it is marked, and told where keys point at it."""
    edge = colours.busy if marked else colours.text if pointed else colours.line
    painter.strokePath(card, QPen(QColor(edge), 2 if marked or pointed else 1))
    if marked and pointed:
        inner = QPainterPath()
        inner.addRoundedRect(box.adjusted(3, 3, -3, -3), 5, 5)
        painter.strokePath(inner, QPen(QColor(colours.text), 1))


class TakeDelegate(QStyledItemDelegate):
    """A card for each take; the chosen one with a bright edge, the one that is looked at with a mark."""

    def __init__(
        self, document: Document, session: Session, thumbnails: Thumbnails, takes: QListWidget
    ) -> None:
        super().__init__(takes)
        self._list = takes
        self._document = document
        self._session = session
        self._thumbnails = thumbnails
        self.scrub: Scrub | None = None

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        take, shot = self._document.takes.get(index.data(ROLE)), self._session.current
        if take is None or shot is None:
            return
        colours = theme.current()
        box = card_box(option.rect)
        chosen = shot.chosen is not None and shot.chosen.take == take.id
        path = QPainterPath()
        path.addRoundedRect(box, 7, 7)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(path, QColor(colours.card))
        picture = picture_box(box)
        painter.setClipPath(path)
        self._paint_picture(painter, picture, take, colours)
        self._paint_mark(painter, picture, take, chosen, colours)
        painter.setClipping(False)
        self._paint_words(painter, box.adjusted(picture.width() + 10, 10, -6, -8), take, shot, colours)
        pointed = self._list.hasFocus() and self._list.currentIndex() == index
        paint_edge(painter, path, box, colours, marked=chosen, pointed=pointed)
        painter.restore()

    def _paint_picture(self, painter: QPainter, box: QRect, take: Take, colours: theme.Theme) -> None:
        size = (round(PICTURE_HEIGHT * box.width() / box.height()), PICTURE_HEIGHT)
        scrub = self.scrub if self.scrub is not None and self.scrub.take == take.id else None
        frame = take.frames // 2 if scrub is None else frame_at(take, scrub.place)
        make = partial(take_thumbnail, self._document.folder, take, frame, *size, self._thumbnails.proxies)
        picture = self._thumbnails.get(take.id, ("take", take.id, frame, *size), make)
        if picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(box, picture)
        if scrub is not None:
            x = box.left() + scrub.place * box.width()
            painter.setPen(QPen(QColor(colours.playhead), 1.5))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom() + 1))

    def _paint_mark(
        self, painter: QPainter, box: QRect, take: Take, chosen: bool, colours: theme.Theme
    ) -> None:
        words = self._mark(take, chosen)
        if not words:
            return
        painter.setFont(font(0.82))
        width = painter.fontMetrics().horizontalAdvance(words) + 12
        height = painter.fontMetrics().height() + 4
        badge = QRectF(box.left() + 6, box.bottom() - height - 5, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(badge, height / 2, height / 2)
        painter.setPen(QColor(colours.on_accent))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)

    def _mark(self, take: Take, chosen: bool) -> str:
        """Where the viewer shows this take, when that is not the film's own picture."""
        trial = self._session.trial
        if trial is None:
            return ""
        if trial.other:
            return {trial.take: "left", trial.other: "right"}.get(take.id, "")
        if trial.take == take.id:
            return "shown"
        return "in the film" if chosen else ""

    def _paint_words(
        self, painter: QPainter, box: QRect, take: Take, shot: Shot, colours: theme.Theme
    ) -> None:
        bold = font(1.0)
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(QColor(colours.text))
        star = "★ " if take.id in shot.starred else ""
        line = painter.fontMetrics().height() + 4
        painter.drawText(box, Qt.AlignmentFlag.AlignTop, f"{star}{title(take)}")
        painter.setFont(font(0.9))
        painter.setPen(QColor(colours.quiet))
        for row, fact in enumerate(beside(self._document.project, shot, take), 1):
            # Of a seed both ends tell it from others, of words their beginning does.
            end = Qt.TextElideMode.ElideMiddle if row == 1 else Qt.TextElideMode.ElideRight
            words = painter.fontMetrics().elidedText(fact, end, box.width())
            painter.drawText(box.adjusted(0, row * line, 0, 0), Qt.AlignmentFlag.AlignTop, words)


def frame_at(take: Take, place: float) -> int:
    """The frame of a take that belongs to a place in its picture: one of `MOMENTS`."""
    moments = min(MOMENTS, take.frames)
    moment = min(int(place * moments), moments - 1)
    return moment * (take.frames - 1) // max(moments - 1, 1)


def font(factor: float) -> QFont:
    """The window's, so much larger."""
    font = QApplication.font()
    font.setPointSizeF(font.pointSizeF() * factor)
    return font
