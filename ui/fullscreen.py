"""The picture on the whole screen: everything else in the window makes room, and comes back afterwards."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from .viewer import Viewer

SHOWN_FOR: Final = 2500
"""Milliseconds that the controls stay after the pointer moved."""
_ANSWERED: Final = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)


class FullScreen(QObject):
    """Gives the viewer the screen. Escape leaves; moving the pointer shows the controls for a moment."""

    def __init__(self, viewer: Viewer, controls: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._controls = controls
        self._hidden: list[QWidget] = []
        self._was_full = False
        self._rest = QTimer(self, singleShot=True, interval=SHOWN_FOR)
        self._rest.timeout.connect(self._hide_controls)

    @property
    def on(self) -> bool:
        return self._viewer.alone

    def toggle(self) -> None:
        if self.on:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        window = self._viewer.window()
        if self.on:
            return
        self._hidden = _beside(self._viewer, window)
        for widget in self._hidden:
            widget.hide()
        self._viewer.alone = True
        self._was_full = window.isFullScreen()
        window.showFullScreen()
        self._viewer.setMouseTracking(True)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr] # there is one: it has widgets
        self._hide_controls()

    def leave(self) -> None:
        if not self.on:
            return
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self._rest.stop()
        self._viewer.alone = False
        self._viewer.setMouseTracking(False)
        self._viewer.unsetCursor()
        for widget in self._hidden:
            widget.show()
        self._hidden = []
        self._controls.show()
        window = self._viewer.window()
        if not self._was_full:
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowFullScreen)
        self._viewer.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() in _ANSWERED and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return False
            self.leave()
            return True
        if event.type() == QEvent.Type.MouseMove and watched in (self._viewer, self._controls):
            self._show_controls()
        return False

    def _show_controls(self) -> None:
        self._controls.show()
        self._viewer.unsetCursor()
        self._rest.start()

    def _hide_controls(self) -> None:
        if self._controls.underMouse() or self._controls.isAncestorOf(
            QApplication.focusWidget() or self._viewer
        ):
            self._rest.start()
            return
        self._controls.hide()
        self._viewer.setCursor(Qt.CursorShape.BlankCursor)


def _beside(widget: QWidget, window: QWidget) -> list[QWidget]:
    """What is seen in `window` beside `widget` and the boxes that it lies in."""
    found = []
    while widget is not window and (box := widget.parentWidget()) is not None:
        found += [
            other
            for other in box.children()
            if isinstance(other, QWidget)
            and other is not widget
            and other.isVisibleTo(box)
            and not other.isWindow()
        ]
        widget = box
    return found
