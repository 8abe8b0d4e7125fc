"""The bar at the top, with the project's facts and the film's buttons, and the status line at the bottom."""

from __future__ import annotations

import os
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QProgressBar, QPushButton, QToolButton, QWidget

from . import actions as table
from .document import Document
from .fields import ShortLabel, label
from .words import duration, facts, missing
from .worker import FilmThread

SAID_FOR: Final = 8000
"""Milliseconds that a plain sentence stays; a problem stays until the next sentence."""


class TopBar(QWidget):
    """Project name, facts, undo, redo, generate missing, export."""

    def __init__(
        self, document: Document, actions: dict[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document = document
        self._undo_action = actions["undo"]
        self._redo_action = actions["redo"]
        self.name = label("title")
        self.facts = label()
        self.menu = _button("Menu", None)
        self.menu.setMenu(_menu(actions, self))
        self.undo = _button("Undo", actions["undo"])
        self.redo = _button("Redo", actions["redo"])
        self.missing = _button("Generate missing", actions["generate_missing"])
        self.export = _button("Export film", actions["export"])
        self.export.setObjectName("primary")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 14, 7)
        row.setSpacing(10)
        for widget in (self.name, self.facts):
            row.addWidget(widget)
        row.addStretch(1)
        for button in (self.undo, self.redo, self.missing, self.export, self.menu):
            row.addWidget(button)
        document.changed.connect(self._follow)
        document.undo_stack.indexChanged.connect(self._follow_steps)
        self._follow()
        self._follow_steps()

    def _follow_steps(self) -> None:
        stack = self._document.undo_stack
        self._undo_action.setEnabled(stack.canUndo())
        self._redo_action.setEnabled(stack.canRedo())
        self.undo.setEnabled(stack.canUndo())
        self.redo.setEnabled(stack.canRedo())
        self.undo.setToolTip(f"Undo: {stack.undoText()}" if stack.canUndo() else "Nothing to undo")
        self.redo.setToolTip(f"Redo: {stack.redoText()}" if stack.canRedo() else "Nothing to redo")

    def _follow(self) -> None:
        project = self._document.project
        self.name.setText(project.name)
        self.facts.setText(facts(project))
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
        self.message = ShortLabel()
        self.saved = label()
        self.device = label()
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        self.setFixedHeight(self.fontMetrics().height() + 14)  # the same with and without a job
        row.setSpacing(12)
        for widget in (self.running, self.bar, self.detail, self.cancel):
            row.addWidget(widget)
        row.addWidget(self.message, 1)
        for widget in (self.saved, self.device):
            row.addWidget(widget)
        self._fade = QTimer(self, singleShot=True, interval=SAID_FOR)
        self._fade.timeout.connect(lambda: self.message.show_text(""))
        worker.changed.connect(self._follow)
        document.saved_changed.connect(self._follow_saved)
        document.changed.connect(self._follow_saved)
        self._follow()
        self._follow_saved()

    def say(self, sentence: str, problem: bool = False) -> None:
        """Shows a sentence, never in the way of anything."""
        self.message.setObjectName("problem" if problem else "")
        self.message.style().polish(self.message)
        self.message.show_text(sentence)
        if problem:
            self._fade.stop()
        else:
            self._fade.start()

    def _follow(self) -> None:
        order, progress = self._worker.current, self._worker.progress
        for widget in (self.running, self.bar, self.detail, self.cancel):
            widget.setVisible(self._worker.busy)
        self.running.setText(order.title if order else "Starting")
        self.bar.setValue(round(progress.fraction * 1000) if progress else 0)
        parts = []
        if progress and progress.doing:
            parts = [progress.doing[0], f"{duration(progress.seconds_left)} left"]
        if self._worker.waiting and order:
            parts.append(f"{self._worker.waiting} waiting")
        self.detail.setText(" · ".join(parts))

    def _follow_saved(self) -> None:
        self.saved.setText(self._document.saved_words)
        self.saved.setToolTip(self._document.why_read_only or str(self._document.folder))
        self.device.setText(_device(self._document))


def _device(document: Document) -> str:
    """Where takes were made last; before the first one only what is known without asking any driver."""
    made = [take for take in document.takes.values() if take.ran.get("device")]
    if made:
        return max(made, key=lambda take: take.created).ran["device"].upper()
    return f"{os.cpu_count() or 1} cores"


def _button(text: str, action: QAction | None) -> QPushButton:
    """A button for `action`. It takes no focus: Space plays, and the action has a key of its own."""
    button = QPushButton(text)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if action is not None:
        button.setToolTip(action.toolTip())
        button.clicked.connect(action.trigger)
    return button


def _menu(actions: dict[str, QAction], parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    for name in dict.fromkeys(row.menu for row in table.TABLE):
        part = menu.addMenu(name)
        part.addActions([actions[row.name] for row in table.TABLE if row.menu == name])
    return menu
