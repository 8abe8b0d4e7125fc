"""Held takes under the hands: moving pictures side by side, to be picked."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QWidget

from . import theme
from .document import Document
from .fields import claims
from .held_card import GAP, Card, HeldDelegate, facts
from .pictures import Thumbnails
from .take_card import ROLE

TICK: Final = 80
"""Milliseconds between two pictures: what is held is rough, and need not move smoothly."""
COLUMNS: Final = 2
LEAST_WIDTH: Final = 90
"""Pixels of a card; where two of these have no room there is one column."""
_MOVES: Final = frozenset(
    (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
)
_ENTER: Final = frozenset((Qt.Key.Key_Return, Qt.Key.Key_Enter))
_THROW: Final = frozenset((Qt.Key.Key_Delete, Qt.Key.Key_Backspace))
_OWN: Final = _MOVES | _ENTER | _THROW | {Qt.Key.Key_Space}


class HeldList(QListWidget):
    """The cards. A click or Space picks one or lets it go; the arrows move, Enter carries the picked ones on, Del throws
    one away."""

    carry_on_wanted = Signal()
    thrown = Signal(str)
    """The name of the one at hand."""
    looked_at = Signal(str)
    """The name of the one under the pointer, or that the keyboard is at; empty for none."""
    laid_out = Signal()
    """The most that it needs to be high is another now."""
    ticked = Signal()
    """The pictures moved on."""

    def __init__(self, document: Document, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Held takes, to be picked")
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setMovement(QListWidget.Movement.Static)
        self.setSelectionMode(QListWidget.SelectionMode.MultiSelection)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self._pointed = self._looked = ""
        self.delegate = HeldDelegate(document, thumbnails, self, self._moves)
        self.setItemDelegate(self.delegate)
        self._clock = QTimer(self, interval=TICK)
        self._clock.timeout.connect(self._tick)
        self._thumbnails = thumbnails
        thumbnails.ready.connect(self.viewport().update)

    @property
    def current(self) -> str:
        """The name of the one that the keyboard is at; empty for none."""
        item = self.currentItem()
        return "" if item is None else str(item.data(ROLE))

    @property
    def picked(self) -> list[str]:
        return [str(item.data(ROLE)) for item in self.selectedItems()]

    def _moves(self, name: str) -> bool:
        """All do, unless the user wants things still."""
        return not theme.is_still() or name in (self._pointed, self.current if self.hasFocus() else "")

    @property
    def cards(self) -> dict[str, Card]:
        """What is shown, by name."""
        return self.delegate.cards

    def picture(self, name: str) -> QImage | None:
        """How that one looks at this moment; None while nothing of it was read."""
        card = self.cards.get(name)
        moment = None if card is None else self.delegate.moment(card)
        return None if moment is None else moment[0].copy(moment[1]).toImage()

    # ---- showing

    def show_cards(self, cards: list[Card], picked: set[str]) -> None:
        """Shows these, and those that are picked as such."""
        blocked = self.blockSignals(True)
        if [card.held.name for card in cards] != list(self.cards):
            self._fill(cards)
        self.delegate.cards = {card.held.name: card for card in cards}
        for row, card in enumerate(cards):
            item = self.item(row)
            item.setText(card.in_words)
            plain = Qt.ItemFlag.ItemIsEnabled
            item.setFlags(plain if card.carried else plain | Qt.ItemFlag.ItemIsSelectable)
            item.setSelected(card.held.name in picked)
        self.blockSignals(blocked)
        self._run()
        self.viewport().update()

    def _fill(self, cards: list[Card]) -> None:
        at = self.current
        self.clear()
        for card in cards:
            item = QListWidgetItem()
            item.setData(ROLE, card.held.name)
            item.setToolTip(facts(card))
            self.addItem(item)
        names = [card.held.name for card in cards]
        if names:
            row = names.index(at) if at in names else 0
            self.setCurrentRow(row, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._lay_out(cards)

    def _lay_out(self, cards: list[Card]) -> None:
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self.verticalScrollBar())
        width = self.width() - bar - 1  # its coming must not move the cards
        columns = COLUMNS if width >= COLUMNS * (LEAST_WIDTH + GAP) else 1
        wide = width // columns
        if cards:
            recipe = cards[0].held.step.recipe
            tall = round(min((wide - GAP) * recipe.height / recipe.width, 1.2 * wide))
            self.setGridSize(QSize(wide, tall + self.delegate.words_height + GAP))
        rows = -(-len(cards) // columns)
        self.setMaximumHeight(max(60, rows * self.gridSize().height() + 4))
        self.laid_out.emit()

    def _tick(self) -> None:
        if not self._thumbnails.gives_way:  # hands scroll or drag: they come first
            self.viewport().update()
            self.ticked.emit()

    def _run(self) -> None:
        if self.cards and self.isVisible():
            if not self._clock.isActive():
                self._clock.start()
        else:
            self._clock.stop()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's names
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        super().hideEvent(event)
        self._run()
        self._look("")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_out(list(self.cards.values()))

    # ---- hands

    def event(self, event: QEvent) -> bool:
        if claims(event, _OWN):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in _ENTER:
            self.carry_on_wanted.emit()
        elif event.key() in _THROW and self.current:
            self.thrown.emit(self.current)
        else:
            super().keyPressEvent(event)
            self._look(self.current)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseMoveEvent(event)
        item = self.itemAt(event.position().toPoint())
        self._pointed = "" if item is None else str(item.data(ROLE))
        self._look(self._pointed)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        super().leaveEvent(event)
        self._pointed = ""
        self._look("")

    def _look(self, name: str) -> None:
        if name != self._looked:
            self._looked = name
            self.looked_at.emit(name)
