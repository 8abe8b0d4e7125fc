"""The timeline: one painted widget. Where things lie is `layout`'s business, how a clip looks is `clips`'."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QToolTip, QWidget

from storyboard import timing
from storyboard.project import Project, Shot

from . import theme
from .clips import NARROW, ClipPainter
from .document import Document
from .layout import Layout, fitting_scale, ruler_step
from .pictures import Thumbnails
from .session import Session
from .words import Job, media_name, seconds

GUTTER: Final = 68
"""Pixels at the left that hold the names of the rows."""
END_ROOM: Final = 80
"""Pixels that can be scrolled past the film's end."""
RULER: Final = 24
SOUND_HEIGHT: Final = 36
GAP: Final = 6
EDGE: Final = 28
"""Pixels from an edge of the view where a drag scrolls."""
ZOOM: Final = 1.25
DEFAULT_SCALE: Final = 3.2


class Timeline(QAbstractScrollArea):
    """Shots as clips on a ruler: click to select and seek, drag to reorder, Ctrl+wheel to zoom."""

    moved = Signal(list, int)
    """Ids of shots, and the place that they were dropped before."""
    prompt_wanted = Signal()
    """A shot was double-clicked."""

    def __init__(
        self, document: Document, session: Session, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._clips = ClipPainter(document, thumbnails)
        self._layout = Layout(document.project, DEFAULT_SCALE)
        self._fit = True
        self._pressed: tuple[QPoint, str] | None = None
        self._gap: int | None = None
        self._playhead = 0
        self.setAccessibleName("Timeline")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(170)
        document.changed.connect(self._follow)
        session.selection_changed.connect(self.viewport().update)
        session.moved.connect(self._move_playhead)
        thumbnails.ready.connect(self.viewport().update)

    def set_jobs(self, jobs: dict[str, Job]) -> None:
        """What is done for which shot."""
        if jobs != self._clips.jobs:
            self._clips.jobs = jobs
            self.viewport().update()

    def zoom(self, how: str) -> None:
        """`in`, `out` (around the playhead) or `fit`."""
        if how == "fit":
            self._fit = True
            self._follow()
        else:
            self._scale_by(ZOOM if how == "in" else 1 / ZOOM, self._x(self._session.frame))

    # ---- places

    def _x(self, frame: int) -> float:
        """The place of a frame in the viewport."""
        return GUTTER + self._layout.x(frame) - self.horizontalScrollBar().value()

    def _content(self, x: float) -> float:
        return x - GUTTER + self.horizontalScrollBar().value()

    @property
    def _clip_rows(self) -> tuple[int, int]:
        """Top and height of the row of shots."""
        sound = SOUND_HEIGHT + GAP if self._document.project.music else 0
        return RULER + 4, max(60, min(150, self.viewport().height() - RULER - sound - 12))

    def _clip_rect(self, index: int) -> QRectF:
        left, right = self._layout.span(index)
        top, height = self._clip_rows
        offset = GUTTER - self.horizontalScrollBar().value()
        return QRectF(left + offset, top, right - left, height)

    def _shot_at(self, at: QPoint) -> Shot | None:
        top, height = self._clip_rows
        if at.x() < GUTTER or not top <= at.y() < top + height:
            return None
        index = self._layout.shot_at(self._content(at.x()))
        return None if index is None else self._document.project.shots[index]

    # ---- following

    def _follow(self) -> None:
        project = self._document.project
        scale = fitting_scale(project.length, self._room) if self._fit else self._layout.scale
        # A short film keeps readable clips rather than giant ones.
        self._layout = Layout(project, min(scale, 2 * DEFAULT_SCALE) if self._fit else scale)
        self._set_range()
        self.viewport().update()

    @property
    def _room(self) -> float:
        return max(1.0, self.viewport().width() - GUTTER - 12)

    def _set_range(self) -> None:
        bar = self.horizontalScrollBar()
        extra = 0 if self._fit else END_ROOM
        bar.setRange(0, max(0, math.ceil(self._layout.width + extra - self._room)))
        bar.setPageStep(int(self._room))
        bar.setSingleStep(40)

    def _move_playhead(self, frame: int) -> None:
        before, now = self._x(self._playhead), self._x(frame)
        self._playhead = frame
        if not GUTTER <= now <= self.viewport().width():
            self.horizontalScrollBar().setValue(int(self._layout.x(frame) - 40))
            self.viewport().update()
            return
        height = self.viewport().height()
        for x in (before, now):
            self.viewport().update(QRect(int(x) - 8, 0, 16, height))

    def _scale_by(self, factor: float, at: float) -> None:
        """Zooms so that the frame under viewport place `at` stays there."""
        anchor = self._content(at) / self._layout.scale
        self._fit = False
        self._layout = Layout(self._document.project, self._layout.scale * factor)
        self._set_range()
        self.horizontalScrollBar().setValue(round(anchor * self._layout.scale - (at - GUTTER)))
        self.viewport().update()

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        colours = theme.current()
        area = event.rect()
        painter = QPainter(self.viewport())
        painter.fillRect(area, QColor(colours.window))
        painter.setClipRect(QRect(GUTTER - 1, 0, self.viewport().width(), self.viewport().height()))
        self._paint_ruler(painter, colours)
        visible = self._layout.visible(self._content(area.left() - 2), self._content(area.right() + 2))
        self._paint_clips(painter, visible)
        self._paint_music(painter, colours)
        self._paint_gap(painter, colours)
        self._paint_playhead(painter, colours)
        painter.setClipping(False)
        self._paint_gutter(painter, colours)

    def _paint_clips(self, painter: QPainter, visible: range) -> None:
        shots, selected = self._document.project.shots, frozenset(self._session.selected)
        dragged = self._dragged()
        narrow = NARROW / self._layout.scale
        index = visible.start
        while index < visible.stop:
            rect = self._clip_rect(index)
            # Shots that are too narrow to tell apart are drawn as one, as far as they lie side by side.
            after = index + 1
            chosen = shots[index].id in selected
            if shots[index].length < narrow:
                while after < visible.stop and shots[after].length < narrow:
                    if (shots[after].id in selected) != chosen:
                        break
                    after += 1
                self._clips.paint_block(painter, rect.united(self._clip_rect(after - 1)), chosen)
            else:
                painter.setOpacity(0.4 if shots[index].id in dragged else 1.0)
                self._clips.paint(painter, rect, index, chosen)
            index = after
        painter.setOpacity(1.0)

    def _paint_ruler(self, painter: QPainter, colours: theme.Theme) -> None:
        rate = self._document.project.rate
        step = ruler_step(self._layout.scale, rate, 70)
        pixels = step * float(rate) * self._layout.scale
        painter.setFont(theme.fixed_font(0.85))
        first = int(max(0.0, self._content(GUTTER)) / pixels)
        last = int(self._content(self.viewport().width()) / pixels)
        for mark in range(first, last + 1):
            x = int(GUTTER + mark * pixels - self.horizontalScrollBar().value())
            painter.setPen(QColor(colours.line))
            painter.drawLine(x, 5, x, RULER - 3)
            painter.setPen(QColor(colours.quiet))
            minutes, rest = divmod(mark * step, 60)
            painter.drawText(x + 6, RULER - 8, f"{minutes:02}:{rest:02}")

    def _paint_music(self, painter: QPainter, colours: theme.Theme) -> None:
        music = self._document.project.music
        if music is None or not self._layout.length:
            return
        top, height = self._clip_rows
        bar = QRectF(self._x(0) + 1, top + height + GAP, self._layout.width - 2, SOUND_HEIGHT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.sound))
        painter.drawRoundedRect(bar, 6, 6)
        painter.setPen(QColor(colours.text))
        painter.setFont(self.font())
        name = media_name(music.file) + ("" if music.gain == 0 else f" · {music.gain:+.0f} dB")
        painter.drawText(bar.adjusted(10, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_gap(self, painter: QPainter, colours: theme.Theme) -> None:
        if self._gap is None:
            return
        top, height = self._clip_rows
        x = int(self._x(self._layout.starts[self._gap]))
        painter.fillRect(QRect(x - 2, top - 3, 4, height + 6), QColor(colours.busy))

    def _paint_playhead(self, painter: QPainter, colours: theme.Theme) -> None:
        x = round(self._x(self._session.frame)) + 0.5
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.playhead), 1.6))
        painter.drawLine(QPointF(x, 2), QPointF(x, self.viewport().height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.playhead))
        painter.drawPolygon(QPolygonF([QPointF(x - 6, 0), QPointF(x + 6, 0), QPointF(x, 7)]))

    def _paint_gutter(self, painter: QPainter, colours: theme.Theme) -> None:
        painter.fillRect(QRect(0, 0, GUTTER - 1, self.viewport().height()), QColor(colours.window))
        painter.setPen(QColor(colours.quiet))
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        top, height = self._clip_rows
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(12, top, GUTTER - 12, 28), flags, "Shots")
        if self._document.project.music:
            painter.drawText(QRect(12, top + height + GAP, GUTTER - 12, SOUND_HEIGHT), flags, "Music")

    # ---- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        shot = self._shot_at(at)
        keys = event.modifiers()
        if shot is None:
            self._session.seek(self._layout.frame_at(self._content(at.x())))
        elif keys & Qt.KeyboardModifier.ControlModifier:
            self._session.toggle(shot.id)
        elif keys & Qt.KeyboardModifier.ShiftModifier:
            self._session.extend(shot.id)
        else:
            self._pressed = (at, shot.id)
            if shot.id not in self._session.selected:
                self._session.select(shot.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        if self._pressed is None:
            if self._shot_at(at) is None:
                self._session.seek(self._layout.frame_at(self._content(at.x())))
            return
        far = (at - self._pressed[0]).manhattanLength() >= QApplication.startDragDistance()
        if far or self._gap is not None:
            self._scroll_at_edge(at.x())
            self._gap = self._layout.gap_at(self._content(at.x()))
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed is None:
            return
        gap, self._gap = self._gap, None
        shot_id, self._pressed = self._pressed[1], None
        if gap is not None:
            self.moved.emit(list(self._session.selected), gap)
        else:
            self._session.select(shot_id)
            self._session.seek(self._layout.frame_at(self._content(event.position().x())))
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._shot_at(event.position().toPoint()) is not None:
            self.prompt_wanted.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._scale_by(ZOOM ** (turned.y() / 120), event.position().x())
        else:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - (turned.x() or turned.y()))
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._follow()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            shot = self._shot_at(event.pos())
            QToolTip.showText(event.globalPos(), self._tip(shot) if shot else "", self)
            return True
        return super().viewportEvent(event)

    def _tip(self, shot: Shot) -> str:
        project: Project = self._document.project
        index = project.index(shot.id)
        start = timing.timecode(self._layout.starts[index], project.rate)
        state = self._clips.shown(index).words
        return f"{shot.prompt or 'No prompt yet'}\n{start} · {seconds(shot.length, project.rate)} · {state}"

    def _dragged(self) -> frozenset[str]:
        return frozenset() if self._gap is None else frozenset(self._session.selected)

    def _scroll_at_edge(self, x: int) -> None:
        bar = self.horizontalScrollBar()
        if x < GUTTER + EDGE:
            bar.setValue(bar.value() - EDGE)
        elif x > self.viewport().width() - EDGE:
            bar.setValue(bar.value() + EDGE)
