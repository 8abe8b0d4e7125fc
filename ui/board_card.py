"""How a shot looks on the storyboard: its picture, number and prompt, state and length."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QApplication

from . import theme
from .clips import ClipPainter, text_font
from .document import Document
from .pictures import Thumbnails
from .reel import picture_key, thumbnail
from .words import Job, Shown, seconds, share_done

LINES: Final = 2
"""Of a prompt that are shown."""
PAD: Final = 9
MOMENTS: Final = 16
"""Different pictures of a shot that a card plays through, at most."""
THUMBNAIL_WIDTHS: Final = (240, 480, 960)
"""Pixels: the smallest that is sharp is kept."""
TALLEST: Final = 1.3
"""How high a picture is for its width, at most: upright films are cut off on their cards."""


class CardPainter:
    """Paints the shots of `document` as cards."""

    def __init__(self, document: Document, thumbnails: Thumbnails) -> None:
        self._document = document
        self._thumbnails = thumbnails
        self._clips = ClipPainter(document, thumbnails)
        self._previews: dict[str, QImage] = {}
        self.device_ratio = 1.0

    @property
    def jobs(self) -> dict[str, Job]:
        """What is done for which shot."""
        return self._clips.jobs

    @jobs.setter
    def jobs(self, jobs: dict[str, Job]) -> None:
        self._clips.jobs = jobs
        self._previews = {key: image for key, image in self._previews.items() if key in jobs}

    def set_preview(self, shot_id: str, image: QImage) -> None:
        """The picture of a shot as it forms."""
        self._previews[shot_id] = image

    def size(self, width: int) -> tuple[int, int]:
        """The card's width and height in pixels, for a picture `width` wide."""
        return width, round(self.picture_height(width) + self.words_height())

    def picture_height(self, width: float) -> float:
        project = self._document.project
        return min(width * project.height / project.width, width * TALLEST)

    def words_height(self) -> float:
        """Of the lines below the picture."""
        fonts = _fonts()
        return PAD + LINES * fonts.line + 4 + fonts.small_line + PAD - 2

    def prompt_rect(self, card: QRectF) -> QRectF:
        """Where the number and the prompt stand."""
        top = card.top() + self.picture_height(card.width()) + PAD - 3
        return QRectF(card.left() + PAD, top, card.width() - 2 * PAD, LINES * _fonts().line + 3)

    def paint(
        self,
        painter: QPainter,
        card: QRectF,
        index: int,
        *,
        selected: bool,
        current: bool,
        moment: int | None,
    ) -> None:
        """Draws the shot at `index`; `moment` is the one that it plays, None for its middle."""
        colours, state = theme.current(), self._clips.shown(index)
        path = QPainterPath()
        path.addRoundedRect(card, 8, 8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(path, QColor(colours.card))
        picture = QRectF(card.left(), card.top(), card.width(), self.picture_height(card.width()))
        painter.save()
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        self._paint_picture(painter, picture, index, moment)
        self._paint_progress(painter, picture, index, colours)
        painter.restore()
        self._paint_prompt(painter, self.prompt_rect(card), index, colours)
        self._paint_state(painter, card, index, state, colours)
        pen = QPen(QColor(colours.line), 1)
        if selected:
            pen = QPen(QColor(colours.busy), 3 if current else 2)
        elif state.colour == "draft":
            pen = QPen(QColor(colours.quiet), 1)
            pen.setDashPattern([4, 3])
        painter.strokePath(path, pen)

    def _paint_picture(self, painter: QPainter, box: QRectF, index: int, moment: int | None) -> None:
        film = self._document.film
        shot = film.project.shots[index]
        forming = self._previews.get(shot.id)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if forming is not None:
            painter.drawImage(box, forming, _cut(forming.width(), forming.height(), box))
            return
        frame = shot.length // 2 if moment is None else min(moment, MOMENTS - 1) * shot.length // MOMENTS
        size = self._thumbnail_size(box)
        key = ("card", *picture_key(film, index, frame), *size)
        make = partial(thumbnail, film, index, frame, *size, self._thumbnails.proxies)
        picture = self._thumbnails.get(("card", shot.id), key, make)
        if picture is not None:
            painter.drawPixmap(box, picture, _cut(picture.width(), picture.height(), box))

    def _thumbnail_size(self, box: QRectF) -> tuple[int, int]:
        wanted = box.width() * self.device_ratio
        width = next((width for width in THUMBNAIL_WIDTHS if width >= wanted), THUMBNAIL_WIDTHS[-1])
        return width, max(2, round(width * box.height() / box.width()))

    def _paint_progress(self, painter: QPainter, box: QRectF, index: int, colours: theme.Theme) -> None:
        job = self.jobs.get(self._document.project.shots[index].id)
        if job is None or job.state != "generating":
            return
        bar = QRectF(box.left(), box.bottom() - 4, box.width(), 4)
        painter.fillRect(bar, QColor(colours.window))
        bar.setWidth(bar.width() * share_done(job))
        painter.fillRect(bar, QColor(colours.busy))

    def _paint_prompt(self, painter: QPainter, box: QRectF, index: int, colours: theme.Theme) -> None:
        shot = self._document.project.shots[index]
        fonts = _fonts()
        painter.setFont(fonts.text)
        line, number = fonts.line, str(index + 1)
        painter.setPen(QColor(colours.quiet))
        painter.drawText(QRectF(box.left(), box.top(), box.width(), line), _MIDDLE, number)
        indent = fonts.metrics.horizontalAdvance(number) + 8
        words = " ".join(shot.prompt.split())
        painter.setPen(QColor(colours.text if words else colours.quiet))
        width = box.width() - indent
        for row, text in enumerate(wrapped(words or "no prompt yet", fonts.name, width, LINES)):
            place = QRectF(box.left() + indent, box.top() + row * line, width, line)
            painter.drawText(place, _MIDDLE, text)

    def _paint_state(
        self, painter: QPainter, card: QRectF, index: int, state: Shown, colours: theme.Theme
    ) -> None:
        project = self._document.project
        fonts = _fonts()
        painter.setFont(fonts.small)
        metrics, line = fonts.small_metrics, fonts.small_line
        below = QRectF(card.left() + PAD, card.bottom() - line - PAD + 2, card.width() - 2 * PAD, line)
        length = seconds(project.shots[index].length, project.rate)
        painter.setPen(QColor(colours.quiet))
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, length)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.state(state.colour))
        painter.drawEllipse(QRectF(below.left(), below.center().y() - 3.5, 7, 7))
        below.adjust(13, 0, -metrics.horizontalAdvance(length) - 8, 0)
        painter.setPen(QColor(colours.quiet))
        painter.drawText(
            below, _MIDDLE, metrics.elidedText(state.words, Qt.TextElideMode.ElideRight, below.width())
        )


_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


@lru_cache(4000)
def wrapped(text: str, font: str, width: float, lines: int) -> tuple[str, ...]:
    """`text` broken into at most `lines` lines of `width` pixels in a font (as `QFont.toString` writes it); the
    last one ends with an ellipsis where there is more."""
    of = QFont()
    of.fromString(font)
    laid = QTextLayout(text, of)
    laid.setTextOption(_ANYWHERE)
    laid.beginLayout()
    found: list[str] = []
    at = 0
    for row in range(lines):
        line = laid.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(width, 1.0))
        start, at = at, at + line.textLength()
        if row == lines - 1:
            rest = QFontMetricsF(of).elidedText(text[start:].strip(), Qt.TextElideMode.ElideRight, width)
            found.append(rest)
        else:
            found.append(text[start:at].strip())
    laid.endLayout()
    return tuple(found)


_ANYWHERE = QTextOption()
_ANYWHERE.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)


def _cut(width: int, height: int, box: QRectF) -> QRectF:
    """The middle of a picture, in the shape of `box`."""
    scale = min(width / box.width(), height / box.height())
    wide, high = box.width() * scale, box.height() * scale
    return QRectF((width - wide) / 2, (height - high) / 2, wide, high)


class _Fonts(NamedTuple):
    """The fonts of a card, measured once: measuring costs more than painting."""

    text: QFont
    name: str
    metrics: QFontMetricsF
    line: float
    small: QFont
    small_metrics: QFontMetricsF
    small_line: float


def _fonts() -> _Fonts:
    return _measured(QApplication.font().toString())


@lru_cache(4)
def _measured(_system: str) -> _Fonts:
    """The fonts that go with the system's."""
    text, small = text_font(), QApplication.font()
    small.setPointSizeF(small.pointSizeF() * 0.86)
    metrics, small_metrics = QFontMetricsF(text), QFontMetricsF(small)
    line, small_line = metrics.height() + 1, small_metrics.height() + 1
    return _Fonts(text, text.toString(), metrics, line, small, small_metrics, small_line)
