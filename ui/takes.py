"""The takes of the selected shot, newest first. A click, or Enter, chooses one for the film."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import (
    QApplication,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from storyboard.project import Shot
from storyboard.take import Take

from . import theme
from .document import Document
from .fields import label
from .pictures import Thumbnails
from .reel import take_thumbnail
from .session import Session

ROW_HEIGHT: Final = 96
PICTURE_HEIGHT: Final = 160
"""Pixels of the thumbnails kept: twice what is shown on a plain screen."""
_ROLE: Final = Qt.ItemDataRole.UserRole
_MOVES: Final = frozenset((Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End))


class Takes(QWidget):
    """The panel at the left."""

    chosen = Signal(str, object)
    """A shot's id and the take that it should show."""
    starred = Signal(str, str)
    """A shot's id and a take's id: its star is given or taken."""

    def __init__(
        self, document: Document, session: Session, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(190)
        self._document = document
        self._session = session
        self._shown: object = None
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 14, 8, 8)
        self.heading = label("heading")
        self.hint = label()
        self.hint.setWordWrap(True)
        self.list = _List()
        self.list.setItemDelegate(_TakeDelegate(document, session, thumbnails, self.list))
        for widget in (self.heading, self.hint):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        self.list.itemClicked.connect(self._choose)
        self.list.entered_item.connect(self._choose)
        self.list.customContextMenuRequested.connect(self._show_menu)
        thumbnails.ready.connect(self.list.viewport().update)
        document.changed.connect(self.follow)
        session.selection_changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Shows the current shot's takes as they are now."""
        shot = self._session.current
        takes = () if shot is None else self._takes(shot)
        number = "" if shot is None else f" · SHOT {self._document.project.index(shot.id) + 1}"
        self.heading.setText(f"TAKES{number}")
        self.hint.setText("No takes yet: the film shows this shot's sketch.")
        self.hint.setVisible(shot is not None and not takes)
        now = (shot and (shot.id, shot.chosen, shot.starred), takes)
        if now != self._shown:
            self._shown = now
            self._fill(shot, takes)

    def _takes(self, shot: Shot) -> tuple[Take, ...]:
        takes = self._document.takes
        own = takes.of_shot(shot.id)
        # A duplicate, or the second half of a split, shows a take that was made for another shot.
        borrowed = takes.get(shot.chosen.take) if shot.chosen else None
        return (*reversed(own), *(() if borrowed is None or borrowed in own else (borrowed,)))

    def _fill(self, shot: Shot | None, takes: tuple[Take, ...]) -> None:
        self.list.clear()
        for take in takes:
            item = QListWidgetItem(f"Take {take.number}")
            item.setData(_ROLE, take.id)
            item.setToolTip(take.recipe.prompt if take.recipe else take.pixels)
            item.setSizeHint(QSize(0, ROW_HEIGHT))
            self.list.addItem(item)
            if shot and shot.chosen and shot.chosen.take == take.id:
                self.list.setCurrentItem(item)

    def _choose(self, item: QListWidgetItem) -> None:
        shot, take = self._session.current, self._document.takes.get(item.data(_ROLE))
        if shot is not None and take is not None:
            self.chosen.emit(shot.id, take)

    def _show_menu(self, at: QPoint) -> None:
        item, shot = self.list.itemAt(at), self._session.current
        if item is None or shot is None:
            return
        take_id: str = item.data(_ROLE)
        menu = QMenu(self)
        menu.addAction("Choose", partial(self._choose, item))
        star = "Remove star" if take_id in shot.starred else "Star"
        menu.addAction(star, partial(self.starred.emit, shot.id, take_id))
        menu.popup(self.list.viewport().mapToGlobal(at))


class _List(QListWidget):
    entered_item = Signal(QListWidgetItem)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Takes")
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def event(self, event: QEvent) -> bool:
        # The arrows move in the list while it has the focus, not the playhead.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if plain and event.key() in _MOVES:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.entered_item.emit(item)
        else:
            super().keyPressEvent(event)


class _TakeDelegate(QStyledItemDelegate):
    """A card: picture, number, star, seed and model; the chosen one with a bright edge."""

    def __init__(
        self, document: Document, session: Session, thumbnails: Thumbnails, takes: QListWidget
    ) -> None:
        super().__init__(takes)
        self._list = takes
        self._document = document
        self._session = session
        self._thumbnails = thumbnails

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        take, shot = self._document.takes.get(index.data(_ROLE)), self._session.current
        if take is None or shot is None:
            return
        colours = theme.current()
        area: QRect = option.rect
        box = area.adjusted(1, 3, -5, -5)
        chosen = shot.chosen is not None and shot.chosen.take == take.id
        path = QPainterPath()
        path.addRoundedRect(box, 7, 7)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(path, QColor(colours.card))
        side = min(box.height(), box.width() // 2)
        picture_box = QRect(box.left(), box.top(), round(side * 1.25), box.height())
        painter.setClipPath(path)
        self._paint_picture(painter, picture_box, take)
        painter.setClipping(False)
        self._paint_words(painter, box.adjusted(picture_box.width() + 10, 10, -6, -8), take, shot, colours)
        pointed = self._list.hasFocus() and self._list.currentIndex() == index
        edge = colours.busy if chosen else colours.quiet if pointed else colours.line
        painter.strokePath(path, QPen(QColor(edge), 2 if chosen else 1))
        painter.restore()

    def _paint_picture(self, painter: QPainter, box: QRect, take: Take) -> None:
        size = (round(PICTURE_HEIGHT * box.width() / box.height()), PICTURE_HEIGHT)
        folder, middle = self._document.folder, take.frames // 2
        picture = self._thumbnails.get(
            take.id, ("take", take.id, *size), lambda: take_thumbnail(folder, take, middle, *size)
        )
        if picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(box, picture)

    def _paint_words(
        self, painter: QPainter, box: QRect, take: Take, shot: Shot, colours: theme.Theme
    ) -> None:
        font = QApplication.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        star = "★ " if take.id in shot.starred else ""
        line = painter.fontMetrics().height() + 4
        painter.drawText(box, Qt.AlignmentFlag.AlignTop, f"{star}Take {take.number}")
        font.setBold(False)
        font.setPointSizeF(font.pointSizeF() * 0.9)
        painter.setFont(font)
        painter.setPen(QColor(colours.quiet))
        facts = [f"seed {take.recipe.seed}", take.recipe.model] if take.recipe else ["imported"]
        for row, fact in enumerate(facts, 1):
            words = painter.fontMetrics().elidedText(fact, Qt.TextElideMode.ElideMiddle, box.width())
            painter.drawText(box.adjusted(0, row * line, 0, 0), Qt.AlignmentFlag.AlignTop, words)
