"""What the timeline shows beside the shots themselves: markers, range, playhead, bubbles."""

from __future__ import annotations

import bisect
from collections.abc import Container, Iterator, Sequence
from itertools import groupby
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QApplication

from storyboard.project import Marker

from . import theme
from .clips import NARROW, TEXT_FROM, Block, ClipPainter
from .layout import Arrangement
from .session import Session
from .timeline_stage import GUTTER, RULER, Edge, Stage

FLAG: Final = 5.0
"""Half the width of a marker's flag."""


def chosen_range(painter: QPainter, stage: Stage, session: Session, colours: theme.Theme) -> None:
    """The in / out range: a band on the ruler with a handle at each end."""
    if session.range is None:
        return
    left, right = (stage.x(frame) for frame in session.range)
    band = QColor(colours.busy)
    band.setAlphaF(0.22)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(QRectF(left, 0, right - left, RULER), band)
    painter.setPen(QPen(QColor(colours.busy), 2))
    for x, inwards in ((left, 5), (right, -5)):
        painter.drawPolyline(
            [QPointF(x + inwards, 2), QPointF(x, 2), QPointF(x, RULER - 2), QPointF(x + inwards, RULER - 2)]
        )


def markers(
    painter: QPainter, stage: Stage, colours: theme.Theme, moved: tuple[Marker, int] | None = None
) -> None:
    """A flag on the ruler for each marker, with its name where there is room. `moved` is one that is being
    dragged, and the frame where it is now."""
    shown = list(_seen(stage))
    if moved is not None:
        shown = [marker for marker in shown if marker is not moved[0]]
        bisect.insort(shown, Marker(at=moved[1], name=moved[0].name), key=lambda marker: marker.at)
    if not shown:
        return
    font = QApplication.font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    places = [stage.x(marker.at) for marker in shown] + [float("inf")]
    for marker, x, following in zip(shown, places, places[1:], strict=False):
        if x < GUTTER - FLAG or x > stage.width + FLAG or following - x < 1:
            continue
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.warning))
        painter.drawPolygon(_flag(x))
        room = min(following - FLAG, stage.width) - x - FLAG - 6
        if marker.name and room > 24:
            words = metrics.elidedText(marker.name, Qt.TextElideMode.ElideRight, room)
            place = QRectF(x + FLAG + 2, 2, metrics.horizontalAdvance(words) + 6, RULER - 5)
            painter.fillRect(place, QColor(colours.window))
            painter.setPen(QColor(colours.warning))
            painter.drawText(place.adjusted(3, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)


def _seen(stage: Stage) -> Sequence[Marker]:
    """The markers in the view, and one on each side: a name reaches as far as the next flag."""
    markers, scale = stage.project.markers, stage.layout.scale
    first = bisect.bisect_left(markers, stage.content(GUTTER) / scale, key=lambda marker: marker.at)
    last = bisect.bisect_right(markers, stage.content(stage.width) / scale, key=lambda marker: marker.at)
    return markers[max(0, first - 1) : last + 1]


def _flag(x: float) -> QPolygonF:
    top, bottom = 3.0, RULER - 2.0
    corners = ((-FLAG, top), (FLAG, top), (FLAG, bottom - FLAG), (0.0, bottom), (-FLAG, bottom - FLAG))
    return QPolygonF([QPointF(x + dx, y) for dx, y in corners])


def shots(
    painter: QPainter,
    stage: Stage,
    clips: ClipPainter,
    colours: theme.Theme,
    chosen: frozenset[int],
    left: int,
    right: int,
) -> None:
    """The row of shots between two places of the viewport, with its ground, those at the places `chosen` in the film as
    selected ones. Those that are too narrow to tell apart are drawn as one, as far as they lie side by side."""
    row, shift = stage.row, GUTTER - stage.offset
    top, height = stage.clip_row
    blocks: list[Block] = []
    wide: list[tuple[float, float, int, bool]] = []
    for run in row.runs(stage.content(left), stage.content(right)):
        if row.widest < NARROW:
            blocks += _as_one(row, shift, chosen, run)
        else:
            _tell_apart(chosen, run, [edge + shift for edge in row.edges(run)], blocks, wide)
    # What the blocks cover is not painted twice: of a whole view that takes as long as its ruler.
    ground = QColor(colours.window)
    first, last = clips.paint_blocks(painter, stage.clip_row, blocks) if blocks else (left, left)
    painter.fillRect(left, top, max(0, first - left), height, ground)
    painter.fillRect(last, top, max(0, right - last), height, ground)
    for begin, end, index, selected in wide:
        clips.paint(painter, QRectF(begin, top, end - begin, height), index, selected)


def _as_one(row: Arrangement, shift: float, chosen: frozenset[int], run: Sequence[int]) -> Iterator[Block]:
    """The blocks of a run none of whose shots can be told apart: one for all of them, and those of the selected ones.
    Looking at each of thousands of shots takes longer than all the rest of a paint."""
    if run:
        yield row.span(run[0])[0] + shift, row.span(run[-1])[1] + shift, None, False
    picked = sorted(chosen.intersection(run))
    for _, stretch in groupby(enumerate(picked), lambda numbered: numbered[1] - numbered[0]):
        indexes = [index for _, index in stretch]
        yield row.span(indexes[0])[0] + shift, row.span(indexes[-1])[1] + shift, None, True


def _tell_apart(
    chosen: Container[int],
    run: Sequence[int],
    edges: Sequence[float],
    blocks: list[Block],
    wide: list[tuple[float, float, int, bool]],
) -> None:
    """Adds the shots that have room for text to `wide`, and what the others are drawn as to `blocks`."""
    # By edges alone: looking at each of hundreds of shots takes longer than drawing them.
    place, count = 0, len(run)
    while place < count:
        index, left = run[place], edges[place]
        place += 1
        right = edges[place]
        width, selected = right - left, index in chosen
        if width >= TEXT_FROM:
            wide.append((left, right, index, selected))
        elif width >= NARROW:
            blocks.append((left + 0.5, right - 0.5, index, selected))
        else:
            while place < count:
                if edges[place + 1] - edges[place] >= NARROW or (run[place] in chosen) is not selected:
                    break
                place += 1
            blocks.append((left, edges[place], None, selected))


def grabbed_edge(painter: QPainter, stage: Stage, edge: Edge, colours: theme.Theme) -> None:
    """A bracket at the end of a shot that a press would grab."""
    rect = stage.clip_rect(edge.shot)
    x, inwards = (rect.left() + 2, 5) if edge.side == "start" else (rect.right() - 2, -5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(colours.text), 2))
    corners = ((inwards, rect.top()), (0, rect.top()), (0, rect.bottom()), (inwards, rect.bottom()))
    painter.drawPolyline([QPointF(x + dx, y) for dx, y in corners])


def snap_line(painter: QPainter, stage: Stage, x: float, colours: theme.Theme) -> None:
    """Where something has snapped."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(colours.busy), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, RULER), QPointF(x, stage.height))


def room(painter: QPainter, stage: Stage, gap: tuple[float, float], colours: theme.Theme) -> None:
    """The place where what is dragged would land."""
    top, height = stage.clip_row
    left, right = (edge + GUTTER - stage.offset for edge in gap)
    place = QRectF(left, top, max(right - left, 3.0), height).adjusted(1, 0, -1, 0)
    ground = QColor(colours.busy)
    ground.setAlphaF(0.16)
    if place.width() < TEXT_FROM:  # where shots have no round corners either
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(place.toRect(), ground)
        painter.setPen(QColor(colours.busy))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.toRect())
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.busy), 1.5))
    painter.setBrush(ground)
    painter.drawRoundedRect(place, 6, 6)


def bubble(painter: QPainter, stage: Stage, at: QPointF, words: str, colours: theme.Theme) -> None:
    """A sentence or a number that rides above `at`, always within the view."""
    font = QApplication.font()
    metrics = QFontMetricsF(font)
    width, height = metrics.horizontalAdvance(words) + 20, metrics.height() + 10
    left = min(max(at.x() - width / 2, GUTTER + 2.0), max(GUTTER + 2.0, stage.width - width - 4))
    top = min(max(at.y() - height - 12, 2.0), stage.height - height - 2)
    place = QRectF(left, top, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.busy), 1))
    painter.setBrush(QColor(colours.raised))
    painter.drawRoundedRect(place, 6, 6)
    painter.setFont(font)
    painter.setPen(QColor(colours.text))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)


def rubber_band(painter: QPainter, band: QRectF, colours: theme.Theme) -> None:
    ground = QColor(colours.busy)
    ground.setAlphaF(0.14)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(colours.busy), 1))
    painter.setBrush(ground)
    painter.drawRect(band)


def badge(painter: QPainter, at: QPointF, words: str, colours: theme.Theme) -> None:
    """A number on what is dragged."""
    font = QApplication.font()
    font.setBold(True)
    metrics = QFontMetricsF(font)
    place = QRectF(at.x(), at.y(), metrics.horizontalAdvance(words) + 14, metrics.height() + 4)
    path = QPainterPath()
    path.addRoundedRect(place, place.height() / 2, place.height() / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(path, QColor(colours.accent))
    painter.setFont(font)
    painter.setPen(QColor(colours.on_accent))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
