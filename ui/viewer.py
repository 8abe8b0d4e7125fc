"""The picture in the middle, and the controls below it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from storyboard import timing

from . import icons, theme
from .document import Document
from .fields import label, toggle
from .pictures import PictureThread
from .session import Session

MARGIN = 20


class Viewer(QWidget):
    """The timeline frame at the playhead, as large as fits. While the next one is read the last one stays."""

    def __init__(self, pictures: PictureThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._words = ""
        self.setAccessibleName("Picture")
        self.setMinimumSize(160, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        pictures.shown.connect(self._show)
        pictures.unreadable.connect(self._say)

    @property
    def image(self) -> QImage | None:
        """What is shown."""
        return self._image

    def clear(self, words: str = "") -> None:
        """Shows no picture, but `words`."""
        self._image, self._words = None, words
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(640, 480)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        colours = theme.current()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(colours.window))
        if self._image is None:
            painter.setPen(QColor(colours.quiet))
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN), words, self._words)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._place(self._image.size()), self._image)

    def _place(self, size: QSize) -> QRect:
        room = self.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        fitted = size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, fitted.width(), fitted.height())
        place.moveCenter(room.center())
        return place

    def _show(self, _frame: int, image: QImage) -> None:
        self._image, self._words = image, ""
        self.update()

    def _say(self, _frame: int, words: str) -> None:
        self.clear(words)


class Transport(QWidget):
    """Timecode and the buttons that move the playhead."""

    def __init__(
        self, document: Document, session: Session, actions: dict[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document = document
        self._session = session
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(6)
        self.timecode = QLabel()
        self.timecode.setAccessibleName("Timecode")
        font = theme.fixed_font(1.15)
        font.setBold(True)
        self.timecode.setFont(font)
        row.addWidget(self.timecode)
        row.addSpacing(8)
        for name in ("previous_edit", "back", "play", "forward", "next_edit"):
            button = _button(actions[name])
            row.addWidget(button)
            if name == "play":
                self._play = button
        row.addSpacing(8)
        self.loop = toggle("Loop", session.loop)
        self.loop.toggled.connect(self._set_loop)
        row.addWidget(self.loop)
        row.addStretch(1)
        self.length = label()
        row.addWidget(self.length)
        session.moved.connect(self._follow)
        session.playing_changed.connect(self._show_playing)
        document.changed.connect(self._follow)
        self._follow()
        self._show_playing(session.playing)

    def _show_playing(self, playing: bool) -> None:
        self._play.setIcon(icons.icon("pause" if playing else "play"))

    def _set_loop(self, on: bool) -> None:
        self._session.loop = on

    def _follow(self) -> None:
        project = self._document.project
        self.timecode.setText(timing.timecode(self._session.frame, project.rate))
        self.length.setText(timing.timecode(project.length, project.rate))


def with_transport(viewer: Viewer, transport: Transport) -> QWidget:
    """The two, one above the other."""
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(viewer, 1)
    column.addWidget(transport)
    return both


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setIcon(icons.icon(action.objectName()))
    button.setIconSize(QSize(16, 16))
    button.setToolTip(action.toolTip())
    button.setAccessibleName(action.text())
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(action.trigger)
    return button
