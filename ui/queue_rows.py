"""One job of the queue as a row: picture, title, state, progress, and buttons for what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from storyboard.film import queue

from . import theme
from .fields import ShortLabel, SmallButton, label
from .words import doing, duration, sentence

if TYPE_CHECKING:
    from storyboard.film.runner import Progress

    from .words import Colour

PICTURE: Final = QSize(72, 48)
NARROW: Final = 28
"""Pixels of a button with one sign."""
_OWN_KEYS: Final = frozenset(
    (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter,
     Qt.Key.Key_Space)
)  # fmt: skip
_COLOURS: Final[dict[queue.State, Colour]] = {
    "waiting": "waiting",
    "running": "busy",
    "paused": "warning",
    "failed": "failed",
    "done": "ready",
}


class Shown:
    """What a row shows of a job."""

    def __init__(
        self,
        job: queue.Job,
        name: str,
        progress: Progress | None = None,
        picture: QImage | None = None,
        expected: float | None = None,
        *,
        pausing: bool = False,
    ) -> None:
        self.job = job
        self.name = name
        self.progress = progress
        self.picture = picture
        self.expected = expected
        self.pausing = pausing

    @property
    def state(self) -> str:
        """The word at the right of the title."""
        if self.pausing:
            return "pausing"
        if self.job.state == "running" and self.progress is not None:
            return f"{duration(self.progress.seconds_left)} left"
        if self.job.state in ("waiting", "paused") and self.expected is not None:
            return f"{self.job.state} · about {duration(max(self.expected, 1.0))}"
        return self.job.state

    @property
    def detail(self) -> str:
        """The line below the title."""
        if self.job.state != "running":
            return self.job.reason or {
                "waiting": "Waits for its turn.",
                "paused": "Rests until you go on.",
            }.get(self.job.state, "")
        if self.job.reason:
            return self.job.reason
        if self.pausing:
            return "Finishes the step in hand, then rests."
        if self.progress is None or not self.progress.running:
            return "Getting ready."
        now = [f"{running.label}: {doing(running)}" for running in self.progress.running[:3]]
        notes = [sentence(note) for note in self.progress.notes[-1:]]
        return " · ".join((*now, *notes))

    @property
    def can_pause(self) -> bool:
        if self.job.state == "running" and self.job.reason:
            return False  # it only waits to be saved
        return self.job.state in ("waiting", "running") and not self.pausing

    @property
    def again(self) -> str:
        """What the button is called that lets it wait for its turn again; empty where it cannot."""
        if self.job.state == "failed":
            return "Retry"
        return "Resume" if self.job.state == "paused" or self.pausing else ""


class JobRow(QFrame):
    """A row. With the focus, Alt+Up and Alt+Down reorder it, Space pauses or goes on, Del takes it out."""

    pause_wanted = Signal(str)
    again_wanted = Signal(str)
    gone_wanted = Signal(str)
    moved = Signal(str, int)
    """A job's id, and by how many places it is to be moved."""
    dragged = Signal(str, int)
    """A job's id, and the height in the panel at which it is held."""
    stepped = Signal(str, int)
    """The focus is to go on from this row, down or up."""

    def __init__(self, job_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.job_id = job_id
        self.setObjectName("job")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pressed: QPointF | None = None
        self.picture = _Picture()
        self.title = ShortLabel()
        self.title.setObjectName("title")
        self.state = label()
        self.detail = ShortLabel()
        self.detail.setObjectName("quiet")
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName("Progress")
        self.up = SmallButton("↑", "Earlier (Alt+Up)")
        self.down = SmallButton("↓", "Later (Alt+Down)")
        self.pause = SmallButton("Pause")
        self.again = SmallButton("Resume")
        self.gone = SmallButton("×", "Cancel")
        for small in (self.up, self.down, self.gone):
            small.setFixedWidth(NARROW)
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.state)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addLayout(head)
        words.addWidget(self.bar)
        words.addWidget(self.detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 6, 8)
        row.addWidget(self.picture)
        row.addLayout(words, 1)
        row.setSpacing(2)
        row.insertSpacing(1, 8)
        row.addSpacing(6)
        for button in (self.up, self.down, self.pause, self.again, self.gone):
            row.addWidget(button)
        self.up.clicked.connect(lambda: self.moved.emit(self.job_id, -1))
        self.down.clicked.connect(lambda: self.moved.emit(self.job_id, 1))
        self.pause.clicked.connect(lambda: self.pause_wanted.emit(self.job_id))
        self.again.clicked.connect(lambda: self.again_wanted.emit(self.job_id))
        self.gone.clicked.connect(lambda: self.gone_wanted.emit(self.job_id))

    def show_job(self, shown: Shown, *, first: bool, last: bool) -> None:
        """Shows the job as it is now; `first` and `last` say which way it cannot be moved."""
        state = shown.job.state
        self.title.show_text(shown.name)
        self.state.setText(shown.state)
        self.detail.show_text(shown.detail)
        self.bar.setVisible(state == "running")
        self.bar.setValue(round(shown.progress.fraction * 1000) if shown.progress else 0)
        self.picture.show_picture(shown.picture, _COLOURS[state])
        waits = not shown.job.finished and state != "running"
        self.up.setVisible(waits and not first)
        self.down.setVisible(waits and not last)
        self.pause.setVisible(shown.can_pause)
        self.again.setVisible(bool(shown.again))
        self.again.setText(shown.again)
        self._name(shown)

    def _name(self, shown: Shown) -> None:
        self.setAccessibleName(f"{shown.name}, {shown.state}")
        self.setAccessibleDescription(shown.detail)
        gone = "Remove from the queue" if shown.job.finished else "Cancel (Del); what is made is kept"
        self.gone.setToolTip(gone)
        words = (
            (self.up, "Earlier"), (self.down, "Later"), (self.pause, "Pause"), (self.again, shown.again),
            (self.gone, "Remove" if shown.job.finished else "Cancel"),
        )  # fmt: skip
        for button, what in words:
            button.setAccessibleName(f"{what}: {shown.name}")

    # ---- hands

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(self.job_id, step)
        elif step:
            self.stepped.emit(self.job_id, step)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.gone_wanted.emit(self.job_id)
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            chosen = self.again if not self.again.isHidden() else self.pause
            if not chosen.isHidden():
                chosen.click()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed = event.position() if event.button() == Qt.MouseButton.LeftButton else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed is None or (self.up.isHidden() and self.down.isHidden()):
            return
        if abs(event.position().y() - self._pressed.y()) >= QApplication.startDragDistance():
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(self.job_id, self.mapToParent(event.position().toPoint()).y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, ARG002
        self._pressed = None
        self.unsetCursor()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)
        painter.fillPath(path, QColor(colours.card))
        painter.setPen(QColor(colours.busy if self.hasFocus() else colours.line))
        painter.drawPath(path)


def _is_own(event: QKeyEvent) -> bool:
    plain = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier)
    return event.key() in _OWN_KEYS and event.modifiers() in plain


class _Picture(QWidget):
    """How a take looks so far; where there is none, a dot in the state's colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(PICTURE)
        self._image: QImage | None = None
        self._colour: Colour = "waiting"

    def show_picture(self, image: QImage | None, colour: Colour) -> None:
        if image is not self._image or colour != self._colour:
            self._image, self._colour = image, colour
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), 5, 5)
        painter.fillPath(path, QColor(colours.field))
        if self._image is not None:
            painter.setClipPath(path)
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(QRectF(self.rect()).center())
            painter.drawImage(place, self._image)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.state(self._colour))
        painter.drawEllipse(QRectF(self.rect()).center(), 4.5, 4.5)
