"""The controls below the picture: where the playhead is, how it moves, what is seen and heard."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from storyboard import timing

from . import icons, theme
from .document import Document
from .fields import label, toggle
from .session import Session
from .viewer import SIZES, Viewer
from .words import sentence

_STEPS: Final = 100
"""Of the volume's slider."""
_MOVING: Final = ("previous_edit", "back", "play", "forward", "next_edit")


class Timecode(QLineEdit):
    """Where the playhead is, and where it should go."""

    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timecode")
        self.setAccessibleName("Timecode")
        self.setToolTip("Type where to go: 00:00:07:04, 48 (frames), 2s, +12 or -1s (Ctrl+G)")
        self.setFrame(False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        font = theme.fixed_font(1.15)
        font.setBold(True)
        self.setFont(font)
        self._shown = ""
        self._fit()
        self.returnPressed.connect(self._enter)

    def show_text(self, text: str) -> None:
        """Shows `text`; what is being typed is left alone."""
        self._shown = text
        if not self.hasFocus():
            self.setText(text)

    def begin(self) -> None:
        """Lets another place be typed."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.setText(self._shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def _enter(self) -> None:
        text = self.text()
        self.clearFocus()
        self.entered.emit(text)

    def _fit(self) -> None:
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("00:00:00:00") + 20)


def frame_of(text: str, frame: int, rate: Fraction) -> int:
    """The frame that is meant by `text`: a place, or with a sign a way from `frame`. Raises `ValueError` with a
    sentence."""
    match = re.fullmatch(r"\s*([+-]?)(.*)", text, re.DOTALL)
    assert match is not None
    sign, way = match[1], match[2]
    try:
        frames = timing.parse_length(way, rate)
    except ValueError:
        raise ValueError(
            f"{text.strip()!r} is no place in the film: write 00:00:07:04, frames (48), seconds (2s), or +12"
        ) from None
    return {"": frames, "+": frame + frames, "-": frame - frames}[sign]


class Transport(QWidget):
    """Timecode, the buttons that move the playhead, loop, sound, and how the picture is shown."""

    said = Signal(str, bool)
    """A sentence about what was typed, and whether it is a problem."""

    def __init__(
        self,
        document: Document,
        session: Session,
        viewer: Viewer,
        actions: dict[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document = document
        self._session = session
        self._viewer = viewer
        self._actions = actions
        self._build()
        self.timecode.entered.connect(self._go_to)
        session.moved.connect(self._follow)
        session.playing_changed.connect(self._show_playing)
        session.showing_changed.connect(self._show_how)
        session.sound.changed.connect(self._show_volume)
        viewer.zoomed.connect(self._show_how)
        document.changed.connect(self._follow)
        self._wear()
        self._follow()
        self._show_how()
        self._show_volume()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 12, 8)
        row.setSpacing(4)
        self.timecode = Timecode()
        row.addWidget(self.timecode)
        row.addSpacing(4)
        self._buttons = {name: _button(self._actions[name]) for name in _MOVING}
        for button in self._buttons.values():
            row.addWidget(button)
        self.loop = toggle(" Loop", self._session.loop)
        self.loop.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.loop.setIconSize(QSize(16, 16))
        self.loop.setToolTip(self._actions["loop"].toolTip())
        self.loop.clicked.connect(self._actions["loop"].trigger)
        row.addWidget(self.loop)
        self.speed = label("quiet")
        self.speed.setAccessibleName("Speed")
        row.addWidget(self.speed)
        row.addStretch(1)
        self.mute = _button(self._actions["mute"])
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.volume.setRange(0, _STEPS)
        self.volume.setAccessibleName("Volume")
        self.volume.setFixedWidth(72)
        self.volume.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.volume.valueChanged.connect(self._set_volume)
        self.how = self._menu_button("How the film is shown", self._how_menu())
        self.size_button = self._menu_button("Size of the picture", self._size_menu())
        self.full = _button(self._actions["full_screen"])
        for widget in (self.mute, self.volume, self.how, self.size_button, self.full):
            row.addWidget(widget)

    # ---- menus

    def _menu_button(self, name: str, menu: QMenu) -> QToolButton:
        button = QToolButton()
        button.setObjectName("choice")
        button.setAccessibleName(name)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu.setParent(button, menu.windowFlags())
        button.setMenu(menu)
        return button

    def _how_menu(self) -> QMenu:
        menu = QMenu()
        self._hows = _choices(menu, ("Smoothed", "Raw", "Raw | smoothed"))
        tips = (
            "With in-betweens, where they are made",
            "Each take's own frames, held",
            "Before and after in one picture, with a handle between them",
        )
        for action, tip, way in zip(
            self._hows, tips, ((True, False), (False, False), (True, True)), strict=True
        ):
            action.setToolTip(tip)
            action.triggered.connect(lambda _=False, way=way: self._set_how(*way))
        menu.setToolTipsVisible(True)
        return menu

    def _size_menu(self) -> QMenu:
        menu = QMenu()
        names = ("Fit", *(f"{percent} %" for percent in SIZES))
        self._sizes = dict(zip((None, *SIZES), _choices(menu, names), strict=True))
        for percent, action in self._sizes.items():
            action.triggered.connect(lambda _=False, percent=percent: self._set_size(percent))
        return menu

    def _set_how(self, smoothed: bool, split: bool) -> None:
        self._session.smoothed = smoothed
        self._session.split = split

    def _set_size(self, percent: int | None) -> None:
        self._viewer.percent = percent

    def toggle_size(self) -> None:
        """Between fitted and 100 %."""
        self._viewer.percent = 100 if self._viewer.percent is None else None

    # ---- following

    def _follow(self) -> None:
        project = self._document.project
        self.timecode.show_text(timing.timecode(self._session.frame, project.rate))

    def _show_playing(self, playing: bool) -> None:
        self._buttons["play"].setIcon(icons.icon("pause" if playing else "play"))
        speed = self._session.speed
        self.speed.setText("" if speed in (0, 1) else f"{speed}×".replace("-", "\N{MINUS SIGN}"))

    def _show_how(self) -> None:
        self.loop.setChecked(self._session.loop)
        how = 2 if self._session.split else 0 if self._session.smoothed else 1
        self.how.setText(f"{self._hows[how].text()} ▾")
        self._hows[how].setChecked(True)
        percent = self._viewer.percent
        self.size_button.setText("Fit ▾" if percent is None else f"{percent} % ▾")
        if percent in self._sizes:
            self._sizes[percent].setChecked(True)

    def _show_volume(self) -> None:
        sound = self._session.sound
        silent = sound.muted or sound.volume == 0
        self.mute.setIcon(icons.icon("muted" if silent else "sound"))
        blocked = self.volume.blockSignals(True)
        self.volume.setValue(0 if sound.muted else round(sound.volume * _STEPS))
        self.volume.blockSignals(blocked)
        self.volume.setToolTip("Muted" if sound.muted else f"Volume {round(sound.volume * 100)} %")

    def _set_volume(self, value: int) -> None:
        self._session.sound.volume = value / _STEPS

    def _go_to(self, text: str) -> None:
        try:
            frame = frame_of(text, self._session.frame, self._document.project.rate)
        except ValueError as error:
            self.said.emit(sentence(error), True)
            return
        self._session.seek(frame)

    # ---- the theme

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._wear()

    def _wear(self) -> None:
        """Icons in the theme's colours."""
        for name, button in self._buttons.items():
            button.setIcon(icons.icon(name))
        self.loop.setIcon(icons.icon("loop"))
        self.full.setIcon(icons.icon("full_screen"))
        self._show_playing(self._session.playing)
        self._show_volume()


def with_transport(viewer: Viewer, transport: Transport) -> QWidget:
    """The two, one above the other."""
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(viewer, 1)
    column.addWidget(transport)
    return both


def _choices(menu: QMenu, names: tuple[str, ...]) -> list[QAction]:
    """Actions in `menu` of which one is checked."""
    group = QActionGroup(menu)
    actions = []
    for name in names:
        action = menu.addAction(name)
        action.setCheckable(True)
        group.addAction(action)
        actions.append(action)
    return actions


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setIconSize(QSize(16, 16))
    button.setToolTip(action.toolTip())
    button.setAccessibleName(action.text())
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(action.trigger)
    return button
