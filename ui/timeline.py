"""The timeline: one painted widget. Where things lie is `timeline_stage`'s business, how they look `clips`' and
`timeline_paint`'s, what the mouse does `timeline_hands`'."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QToolTip, QWidget

from storyboard import timing
from storyboard.project import Marker, Project, Shot

from . import theme, timeline_menus, timeline_paint, timeline_sound
from .clips import ClipPainter
from .cutting import mime_of
from .document import Document
from .layout import Layout, fitting_scale
from .pictures import Thumbnails
from .session import Session
from .timeline_editors import ClipPrompt, MarkerName
from .timeline_frame import PLAYHEAD_REACH, Frame
from .timeline_grip import Grip
from .timeline_hands import MoveMarker, Table
from .timeline_landing import Landing
from .timeline_sound import Waveform
from .timeline_stage import GUTTER, ROW_LEAST, ROW_MOST, RULER, Stage
from .words import Job, seconds

END_ROOM: Final = 80
"""Pixels that can be scrolled past the film's end."""
ZOOM: Final = 1.25
DEFAULT_SCALE: Final = 3.2
FRAME: Final = 16
"""Milliseconds until a view is painted again that could not be finished in one go."""


class Timeline(QAbstractScrollArea):
    """Shots as clips on a ruler: click to select and seek, drag to reorder, drag an edge to trim."""

    moved = Signal(list, int)
    """Ids of shots, and the place that they were dropped before."""
    landed = Signal(object, object, int)
    """Something was dropped: what (`Dropped`), its `QMimeData`, and the place that it was dropped before."""
    marker_removed = Signal(object)
    """The `Marker` should go."""

    def __init__(
        self,
        document: Document,
        session: Session,
        thumbnails: Thumbnails,
        actions: Mapping[str, QAction] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._actions = actions or {}
        self._thumbnails = thumbnails
        self._clips = ClipPainter(document, thumbnails)
        self._frame = Frame()
        self._stage = Stage(document, session, DEFAULT_SCALE)
        self._table = Table(document, session, self._stage, self._clips, self.moved.emit)
        self._wave = Waveform(document.folder, self)
        self._fit = True
        self._playhead = 0
        self._chosen_of: tuple[Project | None, tuple[str, ...]] = (None, ())
        self._chosen_places: frozenset[int] = frozenset()
        self._unfinished = QTimer(self, singleShot=True, interval=FRAME)
        self._unfinished.timeout.connect(self.viewport().update)
        self._grip = Grip(self._table, self.horizontalScrollBar(), self.viewport())
        self._landing = Landing(self._table, self.horizontalScrollBar(), self)
        self._lengths = _lengths(document.project)
        self.prompt = ClipPrompt(document, self._stage, self.viewport())
        self.marker_name = MarkerName(document, self._stage, self.viewport())
        self._build()
        self._connect(thumbnails)
        self._follow()

    def _build(self) -> None:
        self.setAccessibleName("Timeline")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(170)
        self.viewport().setMouseTracking(True)
        self.viewport().setAcceptDrops(True)
        # Every pixel is painted below: Qt need not fill them first.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setAutoFillBackground(False)

    def _connect(self, thumbnails: Thumbnails) -> None:
        self._document.changed.connect(self._follow)
        self._session.selection_changed.connect(self.viewport().update)
        self._session.range_changed.connect(self.viewport().update)
        self._session.moved.connect(self._move_playhead)
        thumbnails.ready.connect(self.viewport().update)
        self._wave.ready.connect(self.viewport().update)
        self._grip.changed.connect(self._show_drag)
        self._grip.over.connect(self._lay_out)
        self._grip.dragged_out.connect(self._drag_out)
        self.prompt.closed.connect(self.setFocus)
        self.prompt.next_wanted.connect(self.edit_prompt)
        self.marker_name.closed.connect(self.setFocus)

    def stop(self) -> None:
        """Ends what is done beside the window's thread."""
        self._wave.stop()

    # ---- what is shown

    def set_jobs(self, jobs: dict[str, Job]) -> None:
        """What is done for which shot."""
        if jobs != self._clips.jobs:
            self._clips.jobs = jobs
            self._clips.forget_previews()
            self.viewport().update()

    def set_preview(self, shot_id: str, image: QImage) -> None:
        """The picture of a shot that is being made, as it is so far."""
        self._clips.set_preview(shot_id, image)
        self.viewport().update()

    def zoom(self, how: str) -> None:
        """`in`, `out` (around the playhead) or `fit`."""
        if how == "fit":
            self._fit = True
            self._lay_out()
        else:
            self._scale_by(ZOOM if how == "in" else 1 / ZOOM, self._stage.x(self._session.frame))

    @property
    def scale(self) -> float | None:
        """Pixels a frame, to be given to `show_scale` another time; None while the whole film is fitted in."""
        return None if self._fit else self._layout.scale

    def show_scale(self, scale: float) -> None:
        """Shows `scale` pixels a frame."""
        self._fit = False
        self._stage.lay_out(scale)
        self._lay_out()

    def edit_prompt(self, index: int | None = None) -> None:
        """Opens the prompt of a shot in place: the one at `index`, else the current one."""
        if index is None:
            current = self._session.current
            if current is None:
                return
            index = self._document.project.index(current.id)
        self._session.select(self._document.project.shots[index].id)
        self.show_shot(index)
        self.prompt.open_on(index)

    def name_marker(self, marker: Marker) -> None:
        """Opens the name of a marker in place."""
        self.marker_name.open_on(marker)

    def show_shot(self, index: int) -> None:
        """Scrolls so far that the shot at `index` can be seen."""
        left, right = self._layout.span(index)
        bar = self.horizontalScrollBar()
        if left < bar.value() or left > bar.value() + self._stage.room - 40:
            bar.setValue(int(left - 40))
        elif right > bar.value() + self._stage.room:
            bar.setValue(int(min(right - self._stage.room, left)))

    @property
    def _layout(self) -> Layout:
        return self._stage.layout

    def _clip_rect(self, index: int) -> QRectF:
        return self._stage.clip_rect(index)

    # ---- following

    def _follow(self) -> None:
        """The project, or its takes, are others."""
        project = self._document.project
        lengths = _lengths(project)
        if lengths != self._lengths:
            self._lengths = lengths
            self._grip.cancel()
            self._landing.stop()
        self._wave.use(project.music.file if project.music else "")
        if self._grip.hand is None:
            self._lay_out()
        else:
            self.viewport().update()

    def _lay_out(self) -> None:
        project, stage = self._document.project, self._stage
        scale = fitting_scale(project.length, stage.room) if self._fit else self._layout.scale
        # A short film keeps readable clips rather than giant ones.
        stage.lay_out(min(scale, 2 * DEFAULT_SCALE) if self._fit else scale)
        self._set_range()
        self.prompt.place()
        self.viewport().update()

    def _set_range(self) -> None:
        bar = self.horizontalScrollBar()
        extra = 0 if self._fit and self._grip.hand is None else END_ROOM
        width = max(self._layout.width, getattr(self._stage.row, "width", 0.0))
        bar.setRange(0, max(0, math.ceil(width + extra - self._stage.room)))
        bar.setPageStep(int(self._stage.room))
        bar.setSingleStep(40)

    def _move_playhead(self, frame: int) -> None:
        before, now = self._stage.x(self._playhead), self._stage.x(frame)
        self._playhead = frame
        if not GUTTER <= now <= self.viewport().width() and self._grip.hand is None:
            self.horizontalScrollBar().setValue(int(self._layout.x(frame) - 40))
            self.viewport().update()
            return
        reach, height = PLAYHEAD_REACH, self.viewport().height()
        for x in (before, now):
            self.viewport().update(QRect(int(x) - reach, 0, 2 * reach, height))

    def _scale_by(self, factor: float, at: float) -> None:
        """Zooms so that the frame under viewport place `at` stays there."""
        if self._grip.hand is not None:
            return
        anchor = self._stage.content(at) / self._layout.scale
        self._thumbnails.give_way()
        self._fit = False
        self._stage.lay_out(self._layout.scale * factor)
        self._set_range()
        self.horizontalScrollBar().setValue(round(anchor * self._layout.scale - (at - GUTTER)))
        self.prompt.place()
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002, N802 - Qt's name
        self._thumbnails.give_way()
        self._stage.offset = self.horizontalScrollBar().value()
        self.prompt.place()
        self.viewport().update()

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        colours, stage, area = theme.current(), self._stage, event.rect()
        ratio = self.devicePixelRatioF()
        self._frame.begin(colours, ratio)
        self._clips.begin(ratio, GUTTER)
        painter = QPainter(self.viewport())
        top, height = stage.clip_row
        for begin, end in ((0, top), (top + height, stage.height)):  # the row between has its own
            painter.fillRect(area & QRect(0, begin, stage.width, end - begin), QColor(colours.window))
        painter.setClipRect(area & QRect(GUTTER - 1, 0, stage.width, stage.height))
        self._frame.ruler(painter, stage, colours, area)
        timeline_paint.chosen_range(painter, stage, self._session, colours)
        hand = self._grip.hand
        moved = (hand.marker, hand.frame) if isinstance(hand, MoveMarker) else None
        timeline_paint.markers(painter, stage, colours, moved)
        chosen = self._chosen()
        timeline_paint.shots(painter, stage, self._clips, colours, chosen, area.left() - 2, area.right() + 2)
        timeline_sound.paint(painter, stage, self._wave, colours, area)
        if self._grip.hovered is not None:
            timeline_paint.grabbed_edge(painter, stage, self._grip.hovered, colours)
        self._frame.playhead(painter, stage, self._session.frame)
        if hand is not None:
            hand.paint(painter, colours)
        self._landing.paint(painter, colours)
        painter.setClipping(False)
        if area.left() < GUTTER:
            self._frame.names(painter, stage, colours)
        if self._clips.unfinished:
            self._unfinished.start()
        self._thumbnails.painted()

    def _chosen(self) -> frozenset[int]:
        """The places of the selected shots in the film."""
        project, selected = self._document.project, self._session.selected
        if self._chosen_of[0] is not project or self._chosen_of[1] is not selected:
            self._chosen_of = (project, selected)
            ids = frozenset(selected)
            self._chosen_places = frozenset(
                place for place, shot in enumerate(project.shots) if ids and shot.id in ids
            )
        return self._chosen_places

    # ---- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._grip.press(event.position(), event.modifiers(), event.button())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._grip.hand is not None:
            self._thumbnails.give_way()
        self._grip.move(event.position(), event.modifiers())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._grip.release(event.position(), event.button())

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        super().leaveEvent(event)
        self._grip.leave()

    def _show_drag(self) -> None:
        self._set_range()
        self.viewport().update()

    def _drag_out(self, ids: list[str]) -> None:
        """Hands dragged shots to the system: another window may take a copy of them."""
        drag = QDrag(self)
        drag.setMimeData(mime_of(self._document, ids))
        drag.exec(Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.DropAction.MoveAction)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = event.position()
        marker = self._stage.marker_at(at)
        index = self._stage.shot_at(at)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if marker is not None:
            self.name_marker(marker)
        elif index is not None:
            self.edit_prompt(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape and self._grip.hand is not None:
            self._grip.cancel()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # While something is dragged Escape is for the drag, whatever else it does in the window.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self._grip.hand is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self._grip.cancel()

    # ---- wheel and touchpad

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        turned, pixels, keys = event.angleDelta(), event.pixelDelta(), event.modifiers()
        event.accept()
        if keys & Qt.KeyboardModifier.ControlModifier:
            if turned.y():
                self._scale_by(ZOOM ** (turned.y() / 120), event.position().x())
        elif keys & Qt.KeyboardModifier.ShiftModifier:
            self._heighten((turned.y() or turned.x()) / 120 * 12)  # some systems turn the axis with Shift
        else:
            by = pixels if not pixels.isNull() else turned
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - (by.x() if abs(by.x()) > abs(by.y()) else by.y()))

    def _heighten(self, pixels: float) -> None:
        """Makes the row of shots higher, or lower."""
        _, height = self._stage.clip_row
        self._stage.row_wish = min(max(height + pixels, ROW_LEAST), ROW_MOST)
        self.prompt.place()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._stage.width, self._stage.height = self.viewport().width(), self.viewport().height()
        self._lay_out()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_tip(event)
            return True
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._scale_by(max(0.1, 1 + event.value()), event.position().x())
            elif event.gestureType() == Qt.NativeGestureType.SmartZoomNativeGesture:
                self.zoom("fit")
            return True
        return super().viewportEvent(event)

    def _show_tip(self, event: QHelpEvent) -> None:
        at = QPointF(event.pos())
        marker, index = self._stage.marker_at(at), self._stage.shot_at(at)
        words = ""
        if marker is not None:
            words = marker.name or "Marker"
        elif index is not None:
            words = self._tip(index)
        QToolTip.showText(event.globalPos(), words, self)

    def _tip(self, index: int) -> str:
        project: Project = self._document.project
        shot: Shot = project.shots[index]
        start = timing.timecode(self._layout.starts[index], project.rate)
        state = self._clips.shown(index).words
        return f"{shot.prompt or 'No prompt yet'}\n{start} · {seconds(shot.length, project.rate)} · {state}"

    # ---- menus

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        if self._grip.hand is not None:
            return
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        at = self._place_of_current() if by_key else QPointF(event.pos())
        menu = self.menu_at(at)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(at.toPoint()))

    def menu_at(self, at: QPointF) -> QMenu:
        """What is offered at a place of the viewport. A shot there is selected, and on the ruler the playhead put
        there: that is what the menu's actions are about."""
        stage = self._stage
        marker, index = stage.marker_at(at), stage.shot_at(at)
        if marker is not None:
            return timeline_menus.marker(marker, self.name_marker, self.marker_removed.emit, self)
        match stage.region(at):
            case "ruler":
                self._session.seek(stage.frame_at(at.x()))
                return timeline_menus.ruler(self._actions, self)
            case "music":
                return timeline_menus.music(self._document, self._actions, self)
        if index is None:
            return timeline_menus.empty(self._actions, self)
        shot = self._document.project.shots[index]
        if shot.id not in self._session.selected:
            self._session.select(shot.id)
        return timeline_menus.shot(self._actions, self)

    def _place_of_current(self) -> QPointF:
        current = self._session.current
        if current is None:
            return QPointF(GUTTER + 8, RULER + 8)
        rect = self._stage.clip_rect(self._document.project.index(current.id))
        return QPointF(max(rect.left(), GUTTER) + 8, rect.top() + 8)

    # ---- drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        self._consider(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802
        self._consider(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        self._landing.stop()
        event.accept()
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        landed = self._landing.take(event)
        self.viewport().update()
        if landed is None:
            return
        what, index = landed
        if what.kind == "shots" and event.source() is self:
            self.moved.emit(list(self._session.selected), index)
        else:
            self.landed.emit(what, event.mimeData(), index)

    def _consider(self, event: QDropEvent) -> None:
        self._landing.consider(event)
        self.viewport().update()


def _lengths(project: Project) -> list[tuple[str, int]]:
    """What a drag relies on: which shots there are, in which order, and how long."""
    return [(shot.id, shot.length) for shot in project.shots]
