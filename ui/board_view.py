"""What is seen of the storyboard: where its cards are, what is painted of them, what is scrolled to."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from . import theme
from .board_card import CardPainter
from .board_editor import CardEditor
from .board_layout import BoardLayout
from .document import Document
from .pictures import Thumbnails
from .session import Session
from .words import Job

WIDTHS: Final = (130, 420)
"""Pixels of a card, at least and at most."""
DEFAULT_WIDTH: Final = 220
ZOOM: Final = 1.15
FRESH_EVERY: Final = 60


class BoardView(QAbstractScrollArea):
    """Cards in rows. Only what is seen is painted."""

    def __init__(
        self,
        document: Document,
        session: Session,
        thumbnails: Thumbnails,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._thumbnails = thumbnails
        self._cards = CardPainter(document, thumbnails)
        self._width = DEFAULT_WIDTH
        self._layout = BoardLayout(0, 1, DEFAULT_WIDTH, DEFAULT_WIDTH)
        self._drag_at: QPoint | None = None
        self._band: QRectF | None = None
        self._hovered: int | None = None
        self._moment = 0
        self.editor = CardEditor(document, self.viewport())
        self._prepare()
        document.changed.connect(self._follow)
        session.selection_changed.connect(self._show_current)
        # Pictures arrive one by one: painted together, a few times a second.
        self._fresh = QTimer(self, singleShot=True, interval=FRESH_EVERY)
        self._fresh.timeout.connect(self.viewport().update)
        thumbnails.ready.connect(self._note_fresh)
        self._follow()

    def _note_fresh(self) -> None:
        if not self._fresh.isActive():
            self._fresh.start()

    def _prepare(self) -> None:
        self.setAccessibleName("Storyboard")
        self.setAccessibleDescription("The film's shots as cards. Arrows move, Enter edits the prompt.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(200)
        self.viewport().setMouseTracking(True)

    def set_jobs(self, jobs: dict[str, Job]) -> None:
        """What is done for which shot."""
        if jobs != self._cards.jobs:
            self._cards.jobs = jobs
            self.viewport().update()

    def set_preview(self, shot_id: str, image: QImage) -> None:
        """The picture of a shot as it forms."""
        self._cards.set_preview(shot_id, image)
        self.viewport().update()

    def zoom(self, how: str) -> None:
        """`in`, `out`, or `fit` for the usual size."""
        if how == "fit":
            self._set_width(DEFAULT_WIDTH)
        else:
            self._set_width(round(self._width * (ZOOM if how == "in" else 1 / ZOOM)))

    def edit_prompt(self) -> None:
        """Puts the cursor in the prompt of the current shot's card."""
        index = self._current_index()
        if index is not None:
            self._show(index)
            self.editor.edit(self._document.project.shots[index].id, self._editor_place(index))

    # ---- places

    @property
    def _top(self) -> int:
        return self.verticalScrollBar().value()

    def _content(self, at: QPoint | QPointF) -> tuple[float, float]:
        return float(at.x()), float(at.y() + self._top)

    def card_rect(self, index: int) -> QRectF:
        """A card's place in the viewport."""
        return self._layout.rect(index).translated(0, -self._top)

    def _card_at(self, at: QPoint) -> int | None:
        return self._layout.card_at(*self._content(at))

    def _editor_place(self, index: int) -> QRect:
        return self._cards.prompt_rect(self.card_rect(index)).toAlignedRect().adjusted(-4, -2, 4, 4)

    def _current_index(self) -> int | None:
        current = self._session.current
        return None if current is None else self._document.project.index(current.id)

    # ---- following

    def _follow(self) -> None:
        width, height = self._cards.size(self._width)
        count = len(self._document.project.shots)
        self._layout = BoardLayout(count, self.viewport().width(), width, height)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self._layout.height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(60)
        self._place_editor()
        self.viewport().update()

    def _show_current(self) -> None:
        index = self._current_index()
        if index is not None and self.isVisible() and self._drag_at is None:
            self._show(index)
        self.viewport().update()

    def _show(self, index: int) -> None:
        """Scrolls no further than it takes to see a card."""
        card, bar, margin = self.card_rect(index), self.verticalScrollBar(), 12
        if card.top() < margin:
            bar.setValue(round(bar.value() + card.top() - margin))
        elif card.bottom() > self.viewport().height() - margin:
            bar.setValue(round(bar.value() + card.bottom() - self.viewport().height() + margin))

    def _set_width(self, width: int) -> None:
        self._width = max(WIDTHS[0], min(width, WIDTHS[1]))
        self._follow()
        self._show_current()

    def _place_editor(self) -> None:
        shot_id = self.editor.shot_id
        if not shot_id:
            return
        shots = self._document.project.shots
        index = next((at for at, shot in enumerate(shots) if shot.id == shot_id), None)
        if index is None:
            self.editor.close_editor()
        else:
            self.editor.setGeometry(self._editor_place(index))

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002, N802 - Qt's names
        # What stays in sight is moved, so that only the rows that come into sight are painted.
        self._thumbnails.give_way()
        self.viewport().scroll(0, dy)
        self._place_editor()
        if self._drag_at is not None or self._band is not None:
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._follow()

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        colours, area = theme.current(), event.rect()
        painter = QPainter(self.viewport())
        painter.fillRect(area, QColor(colours.window))
        shots = self._document.project.shots
        if not shots:
            painter.setPen(QColor(colours.quiet))
            words = "No shots yet. Press N for the first one, and type what it shows."
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        self._cards.device_ratio = self.devicePixelRatioF()
        selected, current = frozenset(self._session.selected), self._session.current
        for index in self._layout.visible(area.top() + self._top, area.bottom() + 1 + self._top):
            shot_id = shots[index].id
            dragged = self._drag_at is not None and shot_id in selected
            painter.setOpacity(0.35 if dragged else 1.0)
            self._cards.paint(
                painter,
                self.card_rect(index),
                index,
                selected=shot_id in selected,
                current=current is not None and current.id == shot_id and self.hasFocus(),
                moment=self._moment if index == self._hovered else None,
            )
        painter.setOpacity(1.0)
        self._paint_drag(painter, colours)
        if self._band is not None:
            painter.setPen(QPen(QColor(colours.busy), 1))
            ground = QColor(colours.busy)
            ground.setAlpha(40)
            painter.setBrush(ground)
            painter.drawRect(self._band.translated(0, -self._top))

    def _paint_drag(self, painter: QPainter, colours: theme.Theme) -> None:
        """Where the dragged cards would land, and how many they are."""
        if self._drag_at is None:
            return
        x, y = self._content(self._drag_at)
        mark = self._layout.mark(self._layout.gap_at(x, y), x).translated(0, -self._top)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.busy))
        painter.drawRoundedRect(mark, 2, 2)
        count = len(self._session.selected)
        words = "1 shot" if count == 1 else f"{count} shots"
        badge = QRectF(self._drag_at.x() + 14, self._drag_at.y() + 10, 0, 0)
        metrics = painter.fontMetrics()
        badge.setSize(
            badge.size().expandedTo(
                QRectF(0, 0, metrics.horizontalAdvance(words) + 16, metrics.height() + 8).size()
            )
        )
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(badge, 6, 6)
        painter.setPen(QColor(colours.on_accent))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
