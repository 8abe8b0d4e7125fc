"""The bar at the top, with the project's facts and the film's buttons, and the status line at the bottom."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QProgressBar, QPushButton, QToolButton, QWidget

from . import actions as table
from . import device, icons, memory
from .document import Document
from .fields import ShortLabel, SmallButton, label
from .messages import Action, MessageLine
from .queue_words import running_words
from .words import facts, missing
from .worker import FilmThread

_SEPARATED: Final = frozenset(
    ("save_version", "import", "export", "settings", "new_shot", "select_all", "models", "doctor")
)
"""Actions that start another part of their menu."""
NAME_WIDTH: Final = 320
"""Pixels that the project's name has at most."""


class TopBar(QWidget):
    """Menu, project name and facts; undo, redo, the switch of pages, generate missing, export."""

    recent_wanted = Signal(Path)
    """A recent project, to be opened."""

    def __init__(
        self, document: Document, actions: dict[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document = document
        self._undo_action = actions["undo"]
        self._redo_action = actions["redo"]
        self.menu = QToolButton()
        self.menu.setIconSize(QSize(16, 16))
        self.menu.setAccessibleName("Menu")
        self.menu.setToolTip("Menu (F10)")
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menus = self._menu(actions)
        self.menu.setMenu(self.menus)
        self.name = label("title")
        self.facts = ShortLabel()
        self.facts.setObjectName("quiet")
        self.undo = _button("Undo", actions["undo"])
        self.redo = _button("Redo", actions["redo"])
        self.page = _button("Storyboard", actions["board"])
        self.missing = _button("Generate missing", actions["generate_missing"])
        self.export = _button("Export film", actions["export"])
        self.export.setObjectName("primary")
        self._buttons = (
            (self.page, actions["board"]),
            (self.missing, actions["generate_missing"]),
            (self.export, actions["export"]),
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 16, 8)
        row.setSpacing(12)
        row.addWidget(self.menu)
        row.addWidget(self.name)
        row.addWidget(self.facts, 1)
        for button in (self.undo, self.redo, self.page, self.missing, self.export):
            row.addWidget(button)
        document.changed.connect(self._follow)
        document.undo_stack.indexChanged.connect(self._follow_steps)
        self._wear()
        self._follow()
        self._follow_steps()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._wear()

    def _wear(self) -> None:
        """The icon in the theme's colours."""
        self.menu.setIcon(icons.icon("menu"))

    def follow_keys(self) -> None:
        """The keys of the actions are others now."""
        for button, action in self._buttons:
            button.setToolTip(action.toolTip())
        self._follow_steps()

    def show_page(self, title: str) -> None:
        """The other page, which the button leads to."""
        self.page.setText(title)

    def _menu(self, actions: dict[str, QAction]) -> QMenu:
        menu = QMenu(self)
        for name, rows in table.by_menu():
            part = menu.addMenu(name)
            for row in rows:
                if row.name in _SEPARATED:
                    part.addSeparator()
                part.addAction(actions[row.name])
                if row.name == "open":
                    self.recent = part.addMenu("Open recent")
                    self.recent.aboutToShow.connect(self._fill_recent)
        return menu

    def _fill_recent(self) -> None:
        menu = self.recent
        menu.clear()
        for folder in memory.load().recent:
            if folder != str(self._document.folder.absolute()):
                action = menu.addAction(f"{Path(folder).name}    {_short(folder)}")
                action.setToolTip(folder)
                action.setEnabled(memory.is_there(folder))
                action.triggered.connect(lambda _=False, folder=folder: self.recent_wanted.emit(Path(folder)))
        if menu.isEmpty():
            menu.addAction("No other project yet").setEnabled(False)

    def _follow_steps(self) -> None:
        stack = self._document.undo_stack
        self._undo_action.setText(f"Undo: {stack.undoText()}" if stack.canUndo() else "Undo")
        self._redo_action.setText(f"Redo: {stack.redoText()}" if stack.canRedo() else "Redo")
        self._undo_action.setEnabled(stack.canUndo())
        self._redo_action.setEnabled(stack.canRedo())
        self.undo.setEnabled(stack.canUndo())
        self.redo.setEnabled(stack.canRedo())
        self.undo.setToolTip(f"Undo: {stack.undoText()}" if stack.canUndo() else "Nothing to undo")
        self.redo.setToolTip(f"Redo: {stack.redoText()}" if stack.canRedo() else "Nothing to redo")

    def _follow(self) -> None:
        project = self._document.project
        elided = Qt.TextElideMode.ElideRight
        self.name.setText(self.name.fontMetrics().elidedText(project.name, elided, NAME_WIDTH))
        self.name.setToolTip(project.name)
        self.facts.show_text(facts(project))
        count = len(missing(project, self._document.takes))
        self.missing.setText(f"Generate missing ({count})" if count else "Generate missing")
        self.missing.setEnabled(count > 0)
        self.export.setEnabled(bool(project.shots))


class StatusLine(QWidget):
    """What runs, how far it is and what waits; what was said last; whether the project is saved; the device."""

    def __init__(
        self,
        document: Document,
        worker: FilmThread,
        actions: dict[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document = document
        self._worker = worker
        self.running = QLabel()
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.bar.setFixedSize(160, 4)
        self.bar.setAccessibleName("Progress")
        self.detail = label()
        self.cancel = QToolButton()
        self.cancel.setText("Cancel")
        self.cancel.setToolTip(actions["cancel"].toolTip())
        self.cancel.clicked.connect(actions["cancel"].trigger)
        self.queue = SmallButton("Queue", actions["queue"].toolTip())
        self.queue.clicked.connect(actions["queue"].trigger)
        self.messages = MessageLine()
        self.message = self.messages.label
        self.saved = label()
        self.device = label()
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 14, 0)
        self.setFixedHeight(self.fontMetrics().height() + 14)  # the same with and without a job
        row.setSpacing(12)
        for widget in (self.queue, self.running, self.bar, self.detail, self.cancel):
            row.addWidget(widget)
        row.addWidget(self.messages, 1)
        for widget in (self.saved, self.device):
            row.addWidget(widget)
        worker.changed.connect(self._follow)
        document.saved_changed.connect(self._follow_saved)
        document.changed.connect(self._follow_saved)
        self._follow()
        self._follow_saved()

    def say(
        self, sentence: str, problem: bool = False, action: Action | None = None, details: str = ""
    ) -> None:
        """Shows a sentence, never in the way of anything; `action` is the next step."""
        self.messages.say(sentence, problem, action, details)

    def _follow(self) -> None:
        order, progress = self._worker.current, self._worker.progress
        for widget in (self.running, self.bar, self.detail, self.cancel):
            widget.setVisible(self._worker.busy)
        self.running.setText(order.title if order else "Starting")
        self.bar.setValue(round(progress.fraction * 1000) if progress else 0)
        self.detail.setText(running_words(order, progress, self._worker.waiting))
        self._follow_device()

    def _follow_saved(self) -> None:
        self.saved.setText(self._document.saved_words)
        self.saved.setToolTip(self._document.why_read_only or str(self._document.folder))
        self._follow_device()

    def _follow_device(self) -> None:
        self.device.setText(device.words(self._document.takes.values(), self._worker.memory))


def _button(text: str, action: QAction | None) -> QPushButton:
    """A button for `action`. It takes no focus: Space plays, and the action has a key of its own."""
    button = QPushButton(text)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if action is not None:
        button.setToolTip(action.toolTip())
        button.clicked.connect(action.trigger)
    return button


def _short(folder: str) -> str:
    """`/home/me/Films/Spaghetti` as `~/Films`."""
    place = str(Path(folder).parent)
    home = str(Path.home())
    return f"~{place.removeprefix(home)}" if place.startswith(home) else place
