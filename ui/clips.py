"""How one shot looks on the timeline: number, prompt, a strip of pictures, state and length."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication

from . import theme
from .document import Document
from .pictures import Thumbnails
from .reel import picture_key, thumbnail
from .words import Job, Shown, seconds, shown

ROW: Final = 25.0
"""Pixels of the line of text above the strip, and of the one below it."""
NARROW: Final = 3.0
"""Clips below this width are not drawn one by one."""
PICTURES_FROM: Final = 16.0
"""The width from which a clip shows pictures; below it is a block with the state's colour."""
TEXT_FROM: Final = 40.0
"""The width from which a clip has text."""
PLACES: Final = 4
"""Different pictures in a strip at most."""
THUMBNAIL_HEIGHT: Final = 96
"""Pixels: sharp enough for the tallest strip."""

_STEPS = re.compile(r"(\d+) of (\d+)")


class ClipPainter:
    """Paints clips of `document`; `jobs` says what is done for which shot."""

    def __init__(self, document: Document, thumbnails: Thumbnails) -> None:
        self._document = document
        self._thumbnails = thumbnails
        self.jobs: dict[str, Job] = {}

    def shown(self, index: int) -> Shown:
        """The state of a shot."""
        project, takes = self._document.project, self._document.takes
        shot = project.shots[index]
        return shown(project, shot, takes, len(takes.of_shot(shot.id)), self.jobs.get(shot.id))

    def paint(self, painter: QPainter, rect: QRectF, index: int, selected: bool) -> None:
        """Draws the shot at `index` into `rect`."""
        colours = theme.current()
        state = self.shown(index)
        if rect.width() < PICTURES_FROM:
            self.paint_block(painter, rect.adjusted(0.5, 0, -0.5, 0), selected)
            dot = QRectF(rect.left() + 0.5, rect.bottom() - 4, rect.width() - 1, 4)
            painter.fillRect(dot, colours.state(state.colour))
            return
        box = rect.adjusted(1, 0, -1, 0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.card))
        painter.drawRoundedRect(box, 6, 6)
        strip = box.adjusted(0, ROW, 0, -ROW)
        self._paint_strip(painter, strip, index)
        self._paint_job(painter, strip, index, colours)
        if box.width() >= TEXT_FROM:
            self._paint_text(painter, box, index, state, colours)
        else:
            painter.setBrush(colours.state(state.colour))
            painter.drawEllipse(QRectF(box.center().x() - 3, box.bottom() - ROW / 2 - 3, 6, 6))
        self._paint_edge(painter, box, state, selected, colours)

    def paint_block(self, painter: QPainter, rect: QRectF, selected: bool) -> None:
        """Draws shots that are too narrow to tell apart, as one block."""
        colours = theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(rect, QColor(colours.accent if selected else colours.raised))

    def _paint_strip(self, painter: QPainter, strip: QRectF, index: int) -> None:
        film = self._document.film
        project = film.project
        shot = project.shots[index]
        wide = strip.height() * project.width / project.height
        size = (max(16, round(THUMBNAIL_HEIGHT * project.width / project.height)), THUMBNAIL_HEIGHT)
        painter.save()
        painter.setClipRect(strip, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        tiles = max(1, int(strip.width() / wide + 0.999))
        for tile in range(tiles):
            part = min(tile * PLACES // tiles, PLACES - 1)
            frame = part * shot.length // PLACES
            key = ("clip", *picture_key(film, index, frame), *size)
            make = partial(thumbnail, film, index, frame, *size)
            picture = self._thumbnails.get((shot.id, part), key, make)
            if picture is not None:
                left, right = round(strip.left() + tile * wide), round(strip.left() + (tile + 1) * wide)
                place = QRectF(left, strip.top(), right - left, strip.height())
                painter.drawPixmap(place, picture, QRectF(picture.rect()))
        painter.restore()

    def _paint_job(self, painter: QPainter, strip: QRectF, index: int, colours: theme.Theme) -> None:
        job = self.jobs.get(self._document.project.shots[index].id)
        if job is None or job.state != "generating":
            return
        steps = _STEPS.search(job.detail)
        done = int(steps[1]) / max(int(steps[2]), 1) if steps else 0.0
        bar = QRectF(strip.left(), strip.bottom() - 4, strip.width(), 4)
        painter.fillRect(bar, QColor(colours.window))
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * done, 4), QColor(colours.busy))

    def _paint_text(
        self, painter: QPainter, box: QRectF, index: int, state: Shown, colours: theme.Theme
    ) -> None:
        project = self._document.project
        shot = project.shots[index]
        font = QApplication.font()
        font.setPointSizeF(font.pointSizeF() * 0.95)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        top = QRectF(box.left() + 9, box.top(), box.width() - 14, ROW)
        number = str(index + 1)
        painter.setPen(QColor(colours.quiet))
        painter.drawText(top, flags, number)
        top.setLeft(top.left() + metrics.horizontalAdvance(number) + 8)
        painter.setPen(QColor(colours.text if shot.prompt else colours.quiet))
        words = " ".join(shot.prompt.split()) or "no prompt yet"
        painter.drawText(top, flags, metrics.elidedText(words, Qt.TextElideMode.ElideRight, top.width()))

        font.setPointSizeF(font.pointSizeF() * 0.9)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        below = QRectF(box.left() + 9, box.bottom() - ROW, box.width() - 16, ROW)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.state(state.colour))
        painter.drawEllipse(QRectF(below.left(), below.center().y() - 3.5, 7, 7))
        below.setLeft(below.left() + 13)
        length = seconds(shot.length, project.rate)
        painter.setPen(QColor(colours.quiet))
        room = below.width()
        if room > metrics.horizontalAdvance(length) + metrics.horizontalAdvance(state.words) + 8:
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, length)
            room -= metrics.horizontalAdvance(length) + 8
        painter.drawText(below, flags, metrics.elidedText(state.words, Qt.TextElideMode.ElideRight, room))

    def _paint_edge(
        self, painter: QPainter, box: QRectF, state: Shown, selected: bool, colours: theme.Theme
    ) -> None:
        pen = QPen(QColor(colours.line), 1)
        if selected:
            pen = QPen(QColor(colours.busy), 2)
        elif state.colour == "draft":
            pen = QPen(QColor(colours.quiet), 1)  # measured: wider dashes take eight times as long
        if state.colour == "draft":
            pen.setDashPattern([4, 3])
        path = QPainterPath()
        path.addRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.strokePath(path, pen)
