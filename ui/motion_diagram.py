"""Which of a shot's frames are the take's own and which are made between them, as dots."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from storyboard import timing
from storyboard.project import Motion, Project, Shot
from storyboard.take import Take

from . import theme
from .words import plural

Kind = Literal["original", "made", "held"]

SPACING: Final = 6.0
"""Pixels from dot to dot, at least."""
LAST: Final = 6
"""Dots of the shot's end that are shown where not all have room."""
GAP: Final = 3
"""Dots' room that the mark for those left out takes."""
COUNTED: Final = 5000
"""Frames up to which the kinds are counted in words."""


class Source(NamedTuple):
    """The frames that a shot's motion picks from."""

    rate: Fraction
    frames: int
    cuts: tuple[int, ...] = ()


def source_of(project: Project, shot: Shot, take: Take | None) -> Source:
    """The shot's take, or what a draft's would be."""
    if take is not None:
        return Source(take.rate, take.frames, take.cuts)
    from storyboard.generators import catalog

    model = project.look.model if shot.model is None else shot.model
    rate = catalog.facts(model).rate
    wanted = timing.take_seconds(project.motion_of(shot), shot.length, project.rate) * rate
    return Source(rate, max(1, math.ceil(wanted)))


def kinds(project: Project, motion: Motion, source: Source, start: int, stop: int) -> list[Kind]:
    """What the shot's timeline frames from `start` up to `stop` are. Takes as long as there are frames."""
    before = max(start - 1, 0)
    moved = replace(motion, source_in=motion.source_in + before * motion.speed / project.rate)
    places = timing.positions(moved, stop - before, source.rate, project.rate, source.frames, source.cuts)
    found: list[Kind] = []
    for at, place in enumerate(places):
        if at and place == places[at - 1]:
            found.append("held")
        else:
            found.append("original" if place.denominator == 1 else "made")
    return found[start - before :]


class MotionDiagram(QWidget):
    """A row of dots, one for each timeline frame: filled for a frame of the take, hollow for one that is made,
    a small line where the picture before is held. A long shot shows its start and its end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._motion = Motion()
        self._source = Source(Fraction(24), 1)
        self._length = 0
        self.setAccessibleName("Frames of the take and frames made between them")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_shot(self, project: Project, shot: Shot, take: Take | None) -> None:
        """Shows the motion of `shot`; nothing for a still picture, which does not move."""
        self.setVisible(take is None or not take.is_still)
        motion, source = project.motion_of(shot), source_of(project, shot, take)
        now = (project.rate, motion, source, shot.length)
        if self._project is not None and now == (
            self._project.rate,
            self._motion,
            self._source,
            self._length,
        ):
            return
        self._project, self._motion, self._source, self._length = project, motion, source, shot.length
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(100, 12)

    def _describe(self) -> None:
        if self._project is None or self._length > COUNTED:
            words = ""
        else:
            found = kinds(self._project, self._motion, self._source, 0, self._length)
            words = (
                f"{plural(found.count('original'), 'frame')} of the take, {found.count('made')} made between "
                f"them, {found.count('held')} held.\n"
            )
        self.setAccessibleDescription(words.strip())
        legend = (
            "Filled: a frame of the take. Hollow: made between two of them. Line: the one before it, held."
        )
        self.setToolTip(words + legend)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        if self._project is None:
            return
        room = max(LAST + GAP + 1, int(self.width() / SPACING))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._length <= room:
            self._paint(painter, 0, self._length, 0, self.width() / max(self._length, 24))
            return
        step = self.width() / room
        first = room - LAST - GAP
        self._paint(painter, 0, first, 0, step)
        painter.setPen(QColor(theme.current().quiet))
        middle = self.rect().adjusted(round(first * step), 0, round(-LAST * step), 0)
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, "⋯")
        self._paint(painter, self._length - LAST, self._length, first + GAP, step)

    def _paint(self, painter: QPainter, start: int, stop: int, place: int, step: float) -> None:
        assert self._project is not None
        colours = theme.current()
        filled, pen = QColor(colours.text), QPen(QColor(colours.busy), 1.2)
        radius = min(step * 0.36, 3.0)
        y = self.height() / 2
        for at, kind in enumerate(kinds(self._project, self._motion, self._source, start, stop)):
            x = (place + at + 0.5) * step
            if kind == "held":
                painter.setPen(QPen(QColor(colours.quiet), 1.2))
                painter.drawLine(QPointF(x - radius, y), QPointF(x + radius, y))
            else:
                painter.setPen(pen if kind == "made" else Qt.PenStyle.NoPen)
                painter.setBrush(Qt.BrushStyle.NoBrush if kind == "made" else filled)
                painter.drawEllipse(QPointF(x, y), radius, radius)
