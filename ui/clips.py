"""How one shot looks on the timeline: number, prompt, a strip of pictures, state and length.

Its ground, its words and its pictures are drawn once and kept: while the film scrolls, is zoomed or dragged, a shot
costs a few copies of pictures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication

from storyboard import store
from storyboard.project import Look, Motion, Project, Shot

from . import bands, theme
from .allowance import Allowance
from .bands import PIXEL
from .document import Document
from .grounds import Ground, Grounds
from .lines import Hand, Lines
from .pictures import Thumbnails
from .strips import Strips
from .words import Job, Shown, seconds, share_done, shown

ROW: Final = 25
"""Pixels of the line of text above the strip, and of the one below it."""
NARROW: Final = 5.0
"""Clips below this width are not drawn one by one."""
PICTURES_FROM: Final = 16.0
"""The width from which a block with the state's colour has a picture."""
TEXT_FROM: Final = 40.0
"""The width from which a shot is a card with text."""
WORDS_FROM: Final = 48
"""Pixels of room from which a state is told in words: two letters and an ellipsis say less than its dot."""
FOOT: Final = 4
"""Pixels that the state of a narrow shot is high."""
FEW: Final = 6
"""Rectangles that are drawn as fast one by one as together."""
MOST_KNOWN: Final = 40_000
"""Shots whose state is remembered: twice as many as a film can have."""


Block = tuple[float, float, int | None, bool]
"""One narrow shot, or several side by side: its left and right edge, the shot's place in the film (None for several),
and whether it is selected."""


class _Known(NamedTuple):
    """A state, and all that it follows from."""

    shot: Shot
    takes: store.Takes
    job: Job | None
    look: Look
    motion: Motion
    rate: Fraction
    state: Shown


class ClipPainter:
    """Paints clips of `document`; `jobs` says what is done for which shot."""

    def __init__(self, document: Document, thumbnails: Thumbnails) -> None:
        self._document = document
        self._thumbnails = thumbnails
        self._allowance = Allowance()
        self._strips = Strips(document, thumbnails, self._allowance)
        self.jobs: dict[str, Job] = {}
        self.tried: Project | None = None
        """The film as a trim that is not done yet would leave it: lengths and states are its."""
        self._known: dict[str, _Known] = {}
        self._state_colours: dict[int, bytes] = {}
        """A pixel of each, by a shot's place in the film that is painted: hundreds are asked for at each paint."""
        self._colours_of: tuple[object, ...] = (None,) * 4
        """What they follow from."""
        self._hands_of: tuple[QFont, float] | None = None
        self._grounds, self._lines = Grounds(), Lines(self._allowance)
        self._rate = Fraction(0)
        self._lengths: dict[int, str] = {}
        """What is said of a length in frames."""
        self.begin(1.0)

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

    def _may_know(self, index: int) -> bool:
        """Whether the state of a shot was looked at before, or there is time for it now."""
        return self.project.shots[index].id in self._known or self._allowance.take()

    def begin(self, ratio: float, left: int = 0) -> None:
        """Before shots are painted, each time, with the device's pixels for one of ours and the left edge of the
        view: the system's colours or its font may be others now."""
        self._left, self._ratio = left, ratio
        self._allowance.begin(hurried=self._thumbnails.gives_way)
        self._colours = theme.current()
        hands_of = (QApplication.font(), ratio)
        if hands_of != self._hands_of:
            self._hands_of = hands_of
            self._text, self._small = Hand.of(text_font(), ratio), Hand.of(small_font(), ratio)
        self._grounds.begin(self._colours, ratio)
        self._strips.begin(ratio)
        now = (self.project, self._document.takes, self.jobs, self._colours)
        if any(one is not other for one, other in zip(now, self._colours_of, strict=True)):
            self._colours_of = now
            self._state_colours.clear()
            colours = self._colours
            self._pixels = tuple(map(bands.pixel, (colours.window, colours.raised, colours.accent)))
        if self._rate != self.project.rate:
            self._rate = self.project.rate
            self._lengths.clear()

    @property
    def unfinished(self) -> bool:
        """Whether something was left for the next paint, so that this one did not take too long."""
        return self._allowance.exceeded

    def paint(self, painter: QPainter, rect: QRectF, index: int, selected: bool) -> None:
        """Draws the shot at `index` into `rect`, which is wide enough for text."""
        shot = self.project.shots[index]
        left, right = round(rect.left()) + 1, round(rect.right()) - 1
        top, height = round(rect.top()), round(rect.height())
        state, width = self.shown(index), max(1, right - left)
        dashed = state.colour == "draft"
        self._grounds.paint(painter, left, top, width, Ground(height, dashed, selected))
        edge = 2 if selected else 1
        self._paint_pictures(
            painter, (left + edge, top + ROW, width - 2 * edge, height - 2 * ROW), index, shot
        )
        self._paint_state(painter, left, top + height - ROW / 2, width, state, shot.length)
        # The words of a shot that begins left of the view stay in it.
        begin = min(max(left, self._left), right - int(TEXT_FROM))
        self._paint_prompt(painter, begin + 9, top + ROW / 2, right - begin - 14, index, shot)

    def _paint_pictures(
        self, painter: QPainter, strip: tuple[int, int, int, int], index: int, shot: Shot
    ) -> None:
        self._strips.paint(painter, strip, index)
        job = self.jobs.get(shot.id)
        if job is not None and job.state == "generating":
            self._paint_steps(painter, strip, job)

    def paint_blocks(
        self, painter: QPainter, row: tuple[int, int], blocks: Sequence[Block]
    ) -> tuple[int, int]:
        """Draws shots that are too narrow for text, one at least, into the `row` (top and height): their ground, at its
        foot their state where they are drawn one by one, and a picture where it fits. The row is painted from the first
        of them to the last, also between them; returns the edges of that."""
        known, (top, height) = self._state_colours, row
        ground, plain, accent = self._pixels
        base = round(blocks[0][0])
        line = bytearray(ground * (round(max(block[1] for block in blocks)) + 1 - base))
        chosen: list[tuple[int, int]] = []
        bars: list[tuple[int, int, bytes]] = []
        pictured: list[tuple[int, int, int]] = []
        before, begin, colour = -1, 0, b""
        reach = base
        for left, right, index, selected in blocks:
            at, stop = round(left), round(right)
            if stop <= at:
                stop = at + 1
            if stop > reach:
                reach = stop
            if selected:
                chosen.append((at, stop))
            else:
                line[PIXEL * (at - base) : PIXEL * (stop - base)] = plain * (stop - at)
            if index is not None:
                state = known.get(index)
                if state is None:
                    if not self._may_know(index):
                        continue
                    state = known[index] = bands.pixel(self._colours.state(self.shown(index).colour).name())
                if index - 1 == before and state == colour:
                    bars[-1] = (begin, stop, state)  # one bar below neighbours of one state
                else:
                    begin, colour = at, state
                    bars.append((at, stop, state))
                before = index
                if stop - at >= PICTURES_FROM - 1:
                    pictured.append((at, stop, index))
        for at, end in chosen:
            line[PIXEL * (at - base) : PIXEL * (end - base)] = accent * (end - at)
        del line[PIXEL * (reach - base) :]
        bands.paint(painter, line, base, top, height, self._ratio)
        self._paint_feet(painter, row, line, base, bars)
        film = self.project.shots
        for at, stop, index in pictured:
            strip = (at + 1, top + ROW, stop - at - 2, height - 2 * ROW)
            self._paint_pictures(painter, strip, index, film[index])
        return base, reach

    def _paint_feet(
        self,
        painter: QPainter,
        row: tuple[int, int],
        line: bytearray,
        base: int,
        bars: Sequence[tuple[int, int, bytes]],
    ) -> None:
        """Draws the states' `bars` (edges and pixel) at the foot of the blocks whose ground is `line` from `base` on."""
        top, height = row
        foot = top + height - FOOT
        if len(bars) > FEW:
            for at, end, state in bars:
                line[PIXEL * (at - base) : PIXEL * (end - base)] = state * (end - at)
            bands.paint(painter, line, base, foot, FOOT, self._ratio)
        else:
            for at, end, state in bars:
                painter.fillRect(at, foot, end - at, FOOT, bands.colour_of(state))

    def _paint_state(
        self, painter: QPainter, left: int, middle: float, width: int, state: Shown, frames: int
    ) -> None:
        """The state, and at the right the length where there is room for both."""
        hand, quiet, lines = self._small, self._colours.quiet, self._lines
        self._grounds.dot(painter, left + 9, middle, state.colour)
        room = width - 29.0
        if room < WORDS_FROM:
            return
        length = lines.line(self._length(frames), hand, quiet)
        words = lines.line(state.words, hand, quiet)
        if room > length.width + 8 + words.width:
            lines.write_line(painter, left + width - 7 - length.width, middle, length)
            room -= length.width + 8
        lines.write_line(painter, left + 22, middle, words, room)

    def _length(self, frames: int) -> str:
        words = self._lengths.get(frames)
        if words is None:
            words = self._lengths[frames] = seconds(frames, self._rate)
        return words

    def _paint_prompt(
        self, painter: QPainter, left: float, middle: float, room: float, index: int, shot: Shot
    ) -> None:
        hand, colours, lines = self._text, self._colours, self._lines
        number = lines.known(str(index + 1), hand, colours.quiet)
        if number is None:
            return
        indent = number.width + 8
        lines.write_line(painter, left, middle, number)
        # Measuring a text of thousands of letters costs more than painting what is seen of it.
        words = " ".join(shot.prompt[: _letters(room)].split())
        colour = colours.text if shot.prompt else colours.quiet
        prompt = lines.known(words or "no prompt yet", hand, colour)
        if prompt is not None:
            lines.write_line(painter, left + indent, middle, prompt, room - indent)

    def _paint_steps(self, painter: QPainter, strip: tuple[int, int, int, int], job: Job) -> None:
        """How far the take is that is made."""
        left, top, width, height = strip
        bar = QRectF(left, top + height - 4, width, 4)
        painter.fillRect(bar, QColor(self._colours.window))
        painter.fillRect(QRectF(left, bar.top(), width * share_done(job), 4), QColor(self._colours.busy))


def _letters(room: float) -> int:
    """As many letters as can be seen in so many pixels, rounded up: a clip that is zoomed keeps its line."""
    return 200 * max(1, math.ceil(room / 600))


def text_font() -> QFont:
    """The font of a clip's prompt."""
    font = QApplication.font()
    font.setPointSizeF(font.pointSizeF() * 0.95)
    return font


def small_font() -> QFont:
    """The font of a clip's state."""
    font = text_font()
    font.setPointSizeF(font.pointSizeF() * 0.9)
    return font
