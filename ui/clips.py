"""How one shot looks on the timeline: number, prompt, a strip of pictures, state and length.

What many shots have in common (ground, edge, state and length) is painted once and kept, and so is each strip:
while the film scrolls or is dragged, a shot costs a few copies of pictures.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QApplication

from storyboard import store
from storyboard.project import Look, Motion, Project, Shot

from . import theme
from .document import Document
from .pictures import Thumbnails
from .strips import Strips
from .words import Colour, Job, Shown, seconds, share_done, shown

ROW: Final = 25
"""Pixels of the line of text above the strip, and of the one below it."""
NARROW: Final = 5.0
"""Clips below this width are not drawn one by one."""
PICTURES_FROM: Final = 16.0
"""The width from which a clip shows pictures; below it is a block with the state's colour."""
TEXT_FROM: Final = 40
"""The width from which a clip has text."""
MOST_KNOWN: Final = 40_000
"""Shots whose state is remembered: twice as many as a film can have."""
MOST_CARDS: Final = 200
WIDEST_CARD: Final = 1200
"""Pixels: of wider clips so few are seen that they are painted anew each time."""


class Block(NamedTuple):
    """One narrow shot, or several side by side."""

    rect: QRectF
    shot: int | None
    """The shot's place in the film; None for several."""
    selected: bool


class _Known(NamedTuple):
    """A state, and all that it follows from."""

    shot: Shot
    takes: store.Takes
    job: Job | None
    look: Look
    motion: Motion
    rate: Fraction
    state: Shown


class _Card(NamedTuple):
    """What of a clip looks the same for many shots."""

    width: int
    height: int
    state: Shown
    length: int
    """Frames."""
    rate: float
    selected: bool
    colours: theme.Theme
    ratio: float


class ClipPainter:
    """Paints clips of `document`; `jobs` says what is done for which shot."""

    def __init__(self, document: Document, thumbnails: Thumbnails) -> None:
        self._document = document
        self._strips = Strips(document, thumbnails)
        self.jobs: dict[str, Job] = {}
        self.tried: Project | None = None
        """The film as a trim that is not done yet would leave it: lengths and states are its."""
        self._known: dict[str, _Known] = {}
        self._cards: OrderedDict[_Card, QPixmap] = OrderedDict()
        self.begin()

    @property
    def project(self) -> Project:
        """What is painted."""
        return self._document.project if self.tried is None else self.tried

    def forget_previews(self) -> None:
        """Lets go of the pictures of shots that are not generated any more."""
        self._strips.keep_previews(
            {shot_id for shot_id, job in self.jobs.items() if job.state == "generating"}
        )

    def set_preview(self, shot_id: str, image: QImage) -> None:
        """The picture of a shot as it forms. It is shown while the shot is generated."""
        self._strips.set_preview(shot_id, image)

    def shown(self, index: int) -> Shown:
        """The state of a shot."""
        project, takes = self.project, self._document.takes
        shot = project.shots[index]
        job = self.jobs.get(shot.id)
        # A wish is hashed to know whether a shot is stale: too slow to do again for each frame that is painted.
        known = self._known.get(shot.id)
        if (
            known is not None
            and known.shot is shot
            and known.takes is takes
            and known.job is job
            and known.look is project.look
            and known.motion is project.motion
            and known.rate is project.rate
        ):
            return known.state
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        state = shown(project, shot, takes, len(takes.of_shot(shot.id)), job)
        self._known[shot.id] = _Known(shot, takes, job, project.look, project.motion, project.rate, state)
        return state

    def begin(self, left: int = 0) -> None:
        """Before shots are painted, each time, with the left edge of the view: the system's colours or its font may
        be others now."""
        self._left = left
        self._rate = float(self.project.rate)
        self._colours = theme.current()
        self._font = text_font()
        self._metrics = QFontMetricsF(self._font)

    def paint(self, painter: QPainter, rect: QRectF, index: int, selected: bool) -> None:
        """Draws the shot at `index` into `rect`, which is wide enough for pictures."""
        shot = self.project.shots[index]
        left, right = round(rect.left()) + 1, round(rect.right()) - 1
        top, height = round(rect.top()), round(rect.height())
        state, ratio = self.shown(index), painter.device().devicePixelRatioF()
        width = max(1, right - left)
        card = _Card(width, height, state, shot.length, self._rate, selected, self._colours, ratio)
        if card.width <= WIDEST_CARD:
            painter.drawPixmap(left, top, self._painted(card))
        else:
            painter.translate(left, top)
            self._paint_card(painter, card)
            painter.translate(-left, -top)
        edge = 2 if selected else 1
        strip = (left + edge, top + ROW, card.width - 2 * edge, height - 2 * ROW)
        self._strips.paint(painter, strip, index)
        job = self.jobs.get(shot.id)
        if job is not None and job.state == "generating":
            self._paint_steps(painter, strip, job)
        # The words of a shot that begins left of the view stay in it.
        begin = min(max(left, self._left), right - TEXT_FROM)
        if width >= TEXT_FROM:
            self._paint_prompt(painter, QRectF(begin + 9, top, right - begin - 14, ROW), index, shot)

    def paint_blocks(self, painter: QPainter, blocks: Sequence[Block]) -> None:
        """Draws shots that are too narrow for pictures: their ground, and at its foot their state where they are
        drawn one by one."""
        colours = self._colours
        grounds: dict[bool, list[QRectF]] = {}
        states: dict[Colour, list[QRectF]] = {}
        for rect, index, selected in blocks:
            grounds.setdefault(selected, []).append(rect)
            if index is not None:
                foot = QRectF(rect.left(), rect.bottom() - 4, rect.width(), 4)
                states.setdefault(self.shown(index).colour, []).append(foot)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for selected, rects in grounds.items():
            painter.setBrush(QColor(colours.accent if selected else colours.raised))
            painter.drawRects(rects)
        for colour, rects in states.items():
            painter.setBrush(colours.state(colour))
            painter.drawRects(rects)

    def _painted(self, card: _Card) -> QPixmap:
        known = self._cards.get(card)
        if known is None:
            known = QPixmap(round(card.width * card.ratio), round(card.height * card.ratio))
            known.setDevicePixelRatio(card.ratio)
            known.fill(Qt.GlobalColor.transparent)
            painter = QPainter(known)
            self._paint_card(painter, card)
            painter.end()
            self._cards[card] = known
            while len(self._cards) > MOST_CARDS:
                self._cards.popitem(last=False)
        else:
            self._cards.move_to_end(card)
        return known

    def _paint_card(self, painter: QPainter, card: _Card) -> None:
        """The ground, the edge, and below the strip the state and the length, from (0, 0)."""
        colours, box = card.colours, QRectF(0, 0, card.width, card.height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.card))
        painter.drawRoundedRect(box, 6, 6)
        if card.width >= TEXT_FROM:
            self._paint_state(painter, card)
        else:
            painter.setBrush(colours.state(card.state.colour))
            painter.drawEllipse(QRectF(box.center().x() - 3, box.bottom() - ROW / 2 - 3, 6, 6))
        pen = QPen(QColor(colours.line), 1)
        if card.selected:
            pen = QPen(QColor(colours.busy), 2)
        elif card.state.colour == "draft":
            pen = QPen(QColor(colours.quiet), 1)
        if card.state.colour == "draft":
            pen.setDashPattern([4, 3])
        inset = pen.widthF() / 2
        path = QPainterPath()
        path.addRoundedRect(box.adjusted(inset, inset, -inset, -inset), 6, 6)
        painter.strokePath(path, pen)

    def _paint_state(self, painter: QPainter, card: _Card) -> None:
        font = QFont(self._font)
        font.setPointSizeF(font.pointSizeF() * 0.9)
        metrics, middle = QFontMetricsF(font), Qt.AlignmentFlag.AlignVCenter
        below = QRectF(9, card.height - ROW, card.width - 16, ROW)
        painter.setFont(font)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(card.colours.state(card.state.colour))
        painter.drawEllipse(QRectF(below.left(), below.center().y() - 3.5, 7, 7))
        below.setLeft(below.left() + 13)
        painter.setPen(QColor(card.colours.quiet))
        length = seconds(card.length, self.project.rate)
        room, wide = below.width(), metrics.horizontalAdvance(length) + 8
        if room > wide + metrics.horizontalAdvance(card.state.words):
            painter.drawText(below, middle | Qt.AlignmentFlag.AlignRight, length)
            room -= wide
        words = metrics.elidedText(card.state.words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(below, middle | Qt.AlignmentFlag.AlignLeft, words)

    def _paint_prompt(self, painter: QPainter, top: QRectF, index: int, shot: Shot) -> None:
        metrics, baseline = (
            self._metrics,
            QPointF(top.left(), top.center().y() + self._metrics.capHeight() / 2),
        )
        number = str(index + 1)
        painter.setFont(self._font)
        painter.setPen(QColor(self._colours.quiet))
        painter.drawText(baseline, number)
        baseline.setX(top.left() + metrics.horizontalAdvance(number) + 8)
        painter.setPen(QColor(self._colours.text if shot.prompt else self._colours.quiet))
        # Measuring a text of thousands of letters costs more than painting what is seen of it.
        words = " ".join(shot.prompt[: int(top.width())].split()) or "no prompt yet"
        room = top.right() - baseline.x()
        painter.drawText(baseline, metrics.elidedText(words, Qt.TextElideMode.ElideRight, room))

    def _paint_steps(self, painter: QPainter, strip: tuple[int, int, int, int], job: Job) -> None:
        """How far the take is that is made."""
        left, top, width, height = strip
        bar = QRectF(left, top + height - 4, width, 4)
        painter.fillRect(bar, QColor(self._colours.window))
        painter.fillRect(QRectF(left, bar.top(), width * share_done(job), 4), QColor(self._colours.busy))


def text_font() -> QFont:
    """The font of a clip's prompt."""
    font = QApplication.font()
    font.setPointSizeF(font.pointSizeF() * 0.95)
    return font
