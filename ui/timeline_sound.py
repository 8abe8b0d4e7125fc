"""The row of the music: its waveform as it will sound under the film, with offset, repeats, gain and fades."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt, QThreadPool, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication

from storyboard.errors import Cancelled, StoryboardError
from storyboard.project import Music

from . import theme
from .timeline_stage import GUTTER, Stage
from .words import media_name, sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from storyboard.media.waveform import Peaks

PITCH: Final = 3
"""Pixels from one bar of the waveform to the next."""
BAR: Final = 2
LIFT: Final = 0.7
"""The power of the amplitude that is drawn."""
NAME_ROOM: Final = 15.0
"""Pixels at the top of the row for the name of the music."""


class Waveform(QObject):
    """The peaks of one sound at several levels of detail, measured by a worker."""

    ready = Signal()

    _measured = Signal(str, object, str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._file = ""
        self.levels: list[Peaks] = []
        """Each half as fine as the one before it; empty while they are not known."""
        self.problem = ""
        """Why there are none."""
        self.reading = False
        """Whether they are on their way."""
        self._measured.connect(self._keep)
        self._stopped = threading.Event()

    def use(self, file: str) -> None:
        """Wants the peaks of `file` of the project; `ready` comes when they are there."""
        if file == self._file:
            return
        self._file, self.levels, self.problem, self.reading = file, [], "", bool(file)
        if file:
            self._pool.start(lambda: self._measure(file))

    def stop(self) -> None:
        """Forgets the sound in hand."""
        self._stopped.set()
        self._pool.clear()
        self._pool.waitForDone()

    def _measure(self, file: str) -> None:
        from storyboard.film import unpacked
        from storyboard.media import waveform

        try:
            peaks = unpacked.peaks_of(self._folder, file, self._stopped.is_set)
        except Cancelled:
            return
        except StoryboardError as error:
            self._measured.emit(file, [], sentence(error))
            return
        self._measured.emit(file, waveform.levels(peaks), "")

    def _keep(self, file: str, levels: list[Peaks], problem: str) -> None:
        if file == self._file:
            self.levels, self.problem, self.reading = levels, problem, False
            self.ready.emit()


def paint(painter: QPainter, stage: Stage, waveform: Waveform, colours: theme.Theme, area: QRect) -> None:
    """Draws the row, where it lies in `area`."""
    music = stage.project.music
    bar = stage.music_rect
    if music is None or not stage.layout.length or not bar.intersects(QRectF(area)):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.sound))
    painter.drawRoundedRect(bar, 6, 6)
    wave = bar.adjusted(0, NAME_ROOM, 0, -4)
    if waveform.levels:
        _bars(painter, stage, music, waveform.levels, wave, colours, area)
        _joints(painter, stage, music, len(waveform.levels[0]), bar, colours)
    _fades(painter, stage, music, bar, colours)
    _name(painter, stage, music, waveform, bar, colours)


def _bars(
    painter: QPainter,
    stage: Stage,
    music: Music,
    levels: list[Peaks],
    wave: QRectF,
    colours: theme.Theme,
    area: QRect,
) -> None:
    # Bars stand on places of the film, not of the view: they do not shimmer when it scrolls.
    left = max(area.left(), wave.left(), GUTTER) - stage.x(0)
    right = min(area.right() + 1.0, wave.right()) - stage.x(0)
    first, last = math.floor(left / PITCH), math.ceil(right / PITCH)
    if last <= first:
        return
    low, high = heights(stage, music, levels, range(first, last))
    middle, half = wave.center().y(), wave.height() / 2
    start = stage.x(0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.ready))
    bars = []
    for place, below, above in zip(range(first, last), low.tolist(), high.tolist(), strict=True):
        if above or below:
            top, bottom = middle - above * half, middle - below * half
            bars.append(QRectF(start + place * PITCH, top, BAR, max(1.0, bottom - top)))
    painter.drawRects(bars)


def heights(
    stage: Stage, music: Music, levels: list[Peaks], places: range
) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """How far each bar reaches down (to -1) and up (to 1): as the film will sound, gained, faded, repeated."""
    import numpy as np

    from storyboard.media.waveform import PER_SECOND

    per_second = stage.layout.scale * float(stage.project.rate)
    pitch = PITCH / per_second
    level = min(max(0, math.floor(math.log2(max(1.0, pitch * PER_SECOND)))), len(levels) - 1)
    peaks = levels[level]
    buckets = PER_SECOND / 2**level
    seconds = np.arange(places.start, places.stop) * pitch
    at = seconds + float(music.offset)
    length = len(levels[0]) / PER_SECOND
    there = seconds < float(stage.project.seconds)
    if music.loop and length:
        at %= length
    else:
        there &= at < length
    one = np.minimum((at * buckets).astype(np.int64), len(peaks) - 1)
    # A bar is up to twice as long as a bucket, and may begin in the middle of one.
    other = np.minimum(((at + pitch) * buckets).astype(np.int64), len(peaks) - 1)
    # A quiet piece has a shape too: at 0 dB its loudest moment fills the row.
    loudest = max(1, int(-levels[-1][0, 0]), int(levels[-1][0, 1]))
    loudness = 10 ** (music.gain / 20) / loudest * there * envelope(stage, music, seconds)
    low = np.minimum(peaks[one, 0], peaks[other, 0]) * loudness
    high = np.maximum(peaks[one, 1], peaks[other, 1]) * loudness
    return -_seen(-low), _seen(high)


def _seen(amplitude: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Heights for amplitudes from 0: quiet parts are lifted, as the ear does."""
    import numpy as np

    return np.clip(amplitude, 0, 1) ** LIFT  # type: ignore[no-any-return]


def envelope(stage: Stage, music: Music, seconds: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """How much of the music the fades leave at each moment of the film, 0 to 1: straight lines, as they are mixed."""
    import numpy as np

    left = np.ones_like(seconds)
    if music.fade_in:
        left = np.minimum(left, seconds / float(music.fade_in))
    if music.fade_out:
        left = np.minimum(left, (float(stage.project.seconds) - seconds) / float(music.fade_out))
    return np.clip(left, 0, 1)


def _joints(
    painter: QPainter, stage: Stage, music: Music, buckets: int, bar: QRectF, colours: theme.Theme
) -> None:
    """A line where the music begins again, or ends before the film."""
    from storyboard.media.waveform import PER_SECOND

    length = buckets / PER_SECOND
    rate, offset = float(stage.project.rate), float(music.offset)
    if not length or length * rate * stage.layout.scale < 4:
        return
    painter.setPen(QPen(QColor(colours.quiet), 1, Qt.PenStyle.DotLine))
    if not music.loop:
        end = stage.x((length - offset) * rate)
        if bar.left() < end < bar.right():
            painter.drawLine(QPointF(end, bar.top() + 3), QPointF(end, bar.bottom() - 3))
        return
    seen = max(0.0, -stage.x(0) / (rate * stage.layout.scale))
    turn = math.floor((seen + offset) / length) + 1
    while (x := stage.x((turn * length - offset) * rate)) < min(bar.right(), stage.width):
        painter.drawLine(QPointF(x, bar.top() + 3), QPointF(x, bar.bottom() - 3))
        turn += 1


def _fades(painter: QPainter, stage: Stage, music: Music, bar: QRectF, colours: theme.Theme) -> None:
    """The corners that fades cut off are as dark as the ground, with a line along the cut."""
    pixels = float(stage.project.rate) * stage.layout.scale
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shade = QColor(colours.window)
    shade.setAlphaF(0.55)
    cuts = ((bar.left(), float(music.fade_in), 1), (bar.right(), float(music.fade_out), -1))
    for corner, fade, inwards in cuts:
        wide = min(fade * pixels, bar.width())
        if wide < 1:
            continue
        inner = QPointF(corner + inwards * wide, bar.top())
        path = QPainterPath(QPointF(corner, bar.bottom()))
        path.lineTo(QPointF(corner, bar.top()))
        path.lineTo(inner)
        path.closeSubpath()
        painter.fillPath(path, shade)
        painter.setPen(QPen(QColor(colours.ready), 1))
        painter.drawLine(QPointF(corner, bar.bottom()), inner)


def _name(
    painter: QPainter, stage: Stage, music: Music, waveform: Waveform, bar: QRectF, colours: theme.Theme
) -> None:
    """The music's name, at the left of what is seen of it."""
    font = QApplication.font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    metrics = QFontMetricsF(font)
    left = max(bar.left(), float(GUTTER)) + 9
    room = min(bar.right(), float(stage.width)) - left - 9
    if room < 30:
        return
    parts = [media_name(music.file)]
    if music.gain:
        parts.append(f"{music.gain:+.0f} dB")
    if waveform.problem:
        parts.append(waveform.problem)
    elif waveform.reading:
        parts.append("is being read")
    painter.setFont(font)
    painter.setPen(QColor(colours.failed if waveform.problem else colours.text))
    words = metrics.elidedText(" · ".join(parts), Qt.TextElideMode.ElideRight, room)
    painter.drawText(QPointF(left, bar.top() + metrics.ascent() + 2), words)
