"""The picture in the middle: the film's frame at the playhead, fitted or at its own size, or two takes side by side."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from . import theme
from .pictures import Picture, PictureThread
from .session import Session

MARGIN: Final = 20
SIZES: Final = (25, 50, 100, 200, 400)
"""Per cent of the film's own pixels, each one a pixel of the screen at 100."""
COARSE: Final = 0.7
"""Below this scale a picture that stands is made smaller with care; painting alone would leave pixels out."""
_LABEL: Final = QColor(0, 0, 0, 170)


class Viewer(QWidget):
    """The timeline frame at the playhead. While the next one is read the last one stays."""

    painted = Signal(int)
    """That timeline frame is on the screen."""
    zoomed = Signal()
    """`percent` is another."""
    full_screen_wanted = Signal()

    def __init__(self, session: Session, pictures: PictureThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._frame = 0
        self._picture: Picture | None = None
        self._words = ""
        self._forming: tuple[QImage, str] | None = None
        self._percent: int | None = None
        self._pan = QPointF()
        self._divide = 0.5
        self._grabbed: QPointF | None = None
        self._small: tuple[int, QSize, QImage] | None = None
        self.alone = False
        """Whether it has the screen to itself: then it is black around the picture, and the picture fills it."""
        self.setAccessibleName("Picture")
        self.setMinimumSize(160, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        pictures.shown.connect(self._show)
        pictures.unreadable.connect(self._say)
        session.showing_changed.connect(self.update)
        session.playing_changed.connect(lambda _: self.update())

    @property
    def image(self) -> QImage | None:
        """What is shown of the film."""
        return None if self._picture is None else self._picture.image

    @property
    def shown_frame(self) -> int:
        """The timeline frame that `image` is of."""
        return self._frame

    def clear(self, words: str = "") -> None:
        """Shows no picture, but `words`."""
        self._picture, self._words = None, words
        self.update()

    def show_forming(self, image: QImage | None, words: str = "") -> None:
        """Shows how a take looks so far, with `words` on it, in place of the film; None shows the film again."""
        self._forming = None if image is None else (image, words)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(640, 480)

    def _show(self, frame: int, picture: Picture) -> None:
        self._frame, self._picture, self._words = frame, picture, ""
        self.update()

    def _say(self, _frame: int, words: str) -> None:
        self.clear(words)

    # ---- size

    @property
    def percent(self) -> int | None:
        """How large the film's pixels are shown; None: as large as fits."""
        return self._percent

    @percent.setter
    def percent(self, percent: int | None) -> None:
        if percent != self._percent:
            self._percent, self._pan = percent, QPointF()
            self._set_cursor()
            self.update()
            self.zoomed.emit()

    def zoom(self, steps: int) -> None:
        """A size larger (1) or smaller (-1) than what is seen now."""
        shown = self._shown_size()
        if shown is None:
            return
        place = self._place(shown)
        now = 100 * place.width() * self.devicePixelRatioF() / shown.width()
        larger = [size for size in SIZES if size > now * 1.01]
        smaller = [size for size in SIZES if size < now * 0.99]
        if steps > 0 and larger:
            self.percent = larger[0]
        elif steps < 0 and smaller:
            self.percent = smaller[-1]

    def _shown_size(self) -> QSize | None:
        return None if self._picture is None else self._picture.image.size()

    @property
    def _room(self) -> QRect:
        margin = 0 if self.alone else MARGIN
        return self.rect().adjusted(margin, margin, -margin, -margin)

    def _place(self, size: QSize) -> QRectF:
        """Where a picture of `size` film pixels lies, on whole pixels of the screen."""
        ratio, room = self.devicePixelRatioF(), self._room
        if self._percent is None:
            screen = QSizeF(room.width() * ratio, room.height() * ratio)
            fitted = QSizeF(size).scaled(screen, Qt.AspectRatioMode.KeepAspectRatio)
        else:
            fitted = QSizeF(size) * (self._percent / 100)
        width, height = max(1, round(fitted.width())), max(1, round(fitted.height()))
        centre = QRectF(room).center() + self._pan
        left, top = round(centre.x() * ratio - width / 2), round(centre.y() * ratio - height / 2)
        return QRectF(left / ratio, top / ratio, width / ratio, height / ratio)

    def _move_picture(self, by: QPointF) -> None:
        """Pans as far as there is more to see."""
        size = self._shown_size()
        if size is None:
            return
        place, room = self._place(size), self._room
        far_x = max(0.0, (place.width() - room.width()) / 2)
        far_y = max(0.0, (place.height() - room.height()) / 2)
        wanted = self._pan + by
        self._pan = QPointF(min(max(wanted.x(), -far_x), far_x), min(max(wanted.y(), -far_y), far_y))
        self.update()

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        colours = theme.current()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor("#000000" if self.alone else colours.window))
        if self._forming is not None:
            self._paint_forming(painter, *self._forming)
        elif self._picture is None:
            painter.setPen(QColor(colours.quiet))
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self._room, words, self._words)
        else:
            self._paint_film(painter, self._picture)
            painter.end()
            self.painted.emit(self._frame)

    def _paint_film(self, painter: QPainter, picture: Picture) -> None:
        place = self._place(picture.image.size())
        captions = self._session.captions
        if picture.other is None or not captions:
            self._paint_image(painter, place, picture.image)
            if captions:
                self._paint_label(painter, place, captions[0], left=True)
            return
        divide = place.left() + round(self._divide * place.width())
        left = QRectF(place.left(), place.top(), divide - place.left(), place.height())
        painter.setClipRect(left)
        self._paint_image(painter, place, picture.image)
        painter.setClipRect(QRectF(divide, place.top(), place.right() - divide, place.height()))
        self._paint_image(painter, place, picture.other)
        painter.setClipping(False)
        self._paint_handle(painter, place, divide)
        for caption, at_left in zip(captions, (True, False), strict=False):
            self._paint_label(painter, place, caption, left=at_left)

    def _paint_image(self, painter: QPainter, place: QRectF, image: QImage) -> None:
        ratio = self.devicePixelRatioF()
        pixels = QSize(round(place.width() * ratio), round(place.height() * ratio))
        if pixels != image.size():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            if not self._session.playing and pixels.width() < COARSE * image.width():
                image = self._made_small(image, pixels)
        painter.drawImage(place, image)

    def _made_small(self, image: QImage, pixels: QSize) -> QImage:
        if self._small is None or self._small[:2] != (image.cacheKey(), pixels):
            smooth = Qt.TransformationMode.SmoothTransformation
            small = image.scaled(pixels, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            self._small = (image.cacheKey(), pixels, small)
        return self._small[2]

    def _paint_forming(self, painter: QPainter, image: QImage, words: str) -> None:
        place = self._place(self._shown_size() or image.size())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, image)
        self._paint_label(painter, place, words, left=True)

    def _paint_handle(self, painter: QPainter, place: QRectF, x: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("#ffffff"), 2))
        painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
        painter.setPen(QPen(_LABEL, 1))
        painter.setBrush(QColor("#ffffff"))
        centre = QPointF(x, place.center().y())
        painter.drawEllipse(centre, 13, 13)
        painter.setPen(QPen(QColor("#1a1d23"), 2))
        for side in (-1, 1):
            tip = centre + QPointF(8 * side, 0)
            painter.drawPolyline([tip + QPointF(-4 * side, -4), tip, tip + QPointF(-4 * side, 4)])

    def _paint_label(self, painter: QPainter, place: QRectF, words: str, *, left: bool) -> None:
        """Words on the picture, in a corner at its top."""
        if not words:
            return
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        seen = place.intersected(QRectF(self._room))
        size = painter.fontMetrics().size(0, words)
        box = QRectF(0, 0, size.width() + 18, size.height() + 8)
        box.moveTop(seen.top() + 10)
        if left:
            box.moveLeft(seen.left() + 10)
        else:
            box.moveRight(seen.right() - 10)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_LABEL)
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    # ---- hands

    @property
    def divide(self) -> float:
        """Where the handle between two takes stands: 0 at the left edge of the picture, 1 at the right."""
        return self._divide

    @divide.setter
    def divide(self, divide: float) -> None:
        self._divide = min(max(divide, 0.0), 1.0)
        self.update()

    @property
    def _comparing(self) -> bool:
        two = self._picture is not None and self._picture.other is not None
        return two and bool(self._session.captions)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._grabbed = event.position()
            self._set_cursor()
            self._drag_handle(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._grabbed is None:
            return
        if self._comparing:
            self._drag_handle(event.position())
        else:
            self._move_picture(event.position() - self._grabbed)
            self._grabbed = event.position()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        self._grabbed = None
        self._set_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton and not self._comparing:
            self.full_screen_wanted.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.angleDelta().y():
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._move_picture(QPointF())

    def _drag_handle(self, to: QPointF) -> None:
        if self._picture is not None and self._comparing:
            place = self._place(self._picture.image.size())
            self.divide = (to.x() - place.left()) / place.width()

    def _set_cursor(self) -> None:
        if self._percent is None or self._comparing:
            self.unsetCursor()
        elif self._grabbed is None:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
