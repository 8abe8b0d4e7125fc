"""The window: its parts, and how they hang together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QInputDialog,
    QLabel,
    QMainWindow,
    QMessageBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from . import actions as table
from .bars import StatusLine, TopBar
from .commands import Commands
from .document import Document
from .inspector import WIDTH, Inspector
from .pictures import PictureThread, Thumbnails
from .session import Session
from .takes import Takes
from .timeline import Timeline
from .viewer import Transport, Viewer, with_transport
from .worker import FilmThread

Ask = Callable[[QWidget, str, str], bool]
"""`ask(parent, question, yes)`: whether the user answers with the button called `yes`."""


class Window(QMainWindow):
    """One project, open. `shut` it, or close it, before it is deleted: it owns threads."""

    open_wanted = Signal(Path)
    """Another project's folder, to be opened in this one's place."""

    def __init__(self, folder: Path, ask: Ask | None = None) -> None:
        """Raises `ProjectError` when there is no project in `folder` or it cannot be used."""
        super().__init__()
        self.document = Document(folder, self)
        self._ask = ask or _ask
        self._open = True
        self._first = True
        self.pictures = PictureThread(self)
        self.thumbnails = Thumbnails(self.pictures.idle, self)
        self.worker = FilmThread(self)
        self.session = Session(self.document, self.pictures, self)
        self.commands = Commands(self.document, self.session, self.worker, self)
        self.actions_by_name = table.make(self.commands, self)
        self.addActions(list(self.actions_by_name.values()))
        self._build()
        self._connect()
        self._follow()
        if not self.document.writable:
            self.status.say(f"Read only: {self.document.why_read_only}", True)

    def _build(self) -> None:
        actions = self.actions_by_name
        self.top = TopBar(self.document, actions)
        self.takes = Takes(self.document, self.session, self.thumbnails)
        self.viewer = Viewer(self.pictures)
        self.transport = Transport(self.document, self.session, actions)
        self.inspector = Inspector(self.document, self.session, actions)
        self.timeline = Timeline(self.document, self.session, self.thumbnails)
        self.status = StatusLine(self.document, self.worker, actions)
        middle = with_transport(self.viewer, self.transport)
        upper = _split(Qt.Orientation.Horizontal, (self.takes, middle, self.inspector), 1, [250, 700, WIDTH])
        both = _split(Qt.Orientation.Vertical, (upper, self.timeline), 0, [560, 250])
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(both, 1)
        column.addWidget(self.status)
        self.setCentralWidget(page)
        self.resize(1400, 880)

    def _connect(self) -> None:
        commands, worker = self.commands, self.worker
        self.document.changed.connect(self._follow)
        self.document.refused.connect(lambda sentence: self.status.say(sentence, True))
        commands.said.connect(self.status.say)
        self.inspector.said.connect(self.status.say)
        worker.said.connect(self.status.say)
        worker.changed.connect(lambda: self.timeline.set_jobs(worker.states()))
        worker.ended.connect(self._look_again)
        self.timeline.moved.connect(commands.move)
        self.timeline.prompt_wanted.connect(self._focus_prompt)
        self.takes.chosen.connect(commands.choose)
        self.takes.starred.connect(commands.star)
        commands.zoomed.connect(self.timeline.zoom)
        commands.prompt_wanted.connect(self._focus_prompt)
        commands.open_wanted.connect(self._choose_project)
        commands.version_wanted.connect(self._name_version)
        commands.keys_wanted.connect(self._show_keys)
        commands.quit_wanted.connect(self.close)

    # ---- following

    def _follow(self) -> None:
        project = self.document.project
        self.setWindowTitle(f"{project.name} — Storyboard")
        if not project.shots:
            self.viewer.clear("No shots yet. Press N for the first one, and type what it shows.")

    def _look_again(self) -> None:
        self.document.rescan()
        self.session.look_again()

    def _focus_prompt(self) -> None:
        self.inspector.prompt.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        if self._first:
            self._first = False
            self.timeline.setFocus()
            QTimer.singleShot(0, self._after_first_paint)

    def _after_first_paint(self) -> None:
        if not self._open:
            return
        self.session.look_again()
        from storyboard.generators import registry

        self.inspector.set_models(registry.known())

    # ---- questions, each asked for by the user

    def _choose_project(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Open a project", str(self.document.folder.parent))
        if folder:
            self.open_wanted.emit(Path(folder))

    def _name_version(self) -> None:
        label, given = QInputDialog.getText(self, "Save a version", "Its name:")
        if given and label.strip() and self.document.save_version(label.strip()):
            self.status.say(f"Saved the version {label.strip()!r}.")

    def _show_keys(self) -> None:
        keys = QLabel(table.keys_in_words(), self, Qt.WindowType.Tool)
        keys.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        keys.setWindowTitle("Keys")
        keys.setMargin(18)
        keys.setFont(self.transport.timecode.font())
        keys.show()

    # ---- the end

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        running = self.worker.current
        if running is not None and not self._ask(
            self, f"{running.title} is not done. Stop it and close? What was made is kept.", "Stop and close"
        ):
            event.ignore()
            return
        problem = self.document.flush()
        if problem and not self._ask(self, f"{problem} Close without saving it?", "Close without saving"):
            event.ignore()
            return
        self.shut()
        event.accept()

    def shut(self) -> None:
        """Stops what runs, saves, and lets others edit the project. Asks nothing."""
        if not self._open:
            return
        self._open = False
        self.hide()
        self.session.pause()
        self.worker.stop()
        self.pictures.stop()
        self.thumbnails.stop()
        self.document.rescan()
        self.document.close()


def _split(
    direction: Qt.Orientation, parts: tuple[QWidget, ...], growing: int, sizes: list[int]
) -> QSplitter:
    splitter = QSplitter(direction)
    splitter.setHandleWidth(4)
    splitter.setChildrenCollapsible(False)
    for index, part in enumerate(parts):
        splitter.addWidget(part)
        splitter.setStretchFactor(index, 1 if index == growing else 0)
    splitter.setSizes(sizes)
    return splitter


def _ask(parent: QWidget, question: str, yes: str) -> bool:
    box = QMessageBox(QMessageBox.Icon.Question, "Storyboard", question, parent=parent)
    agreed = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton("Go on", QMessageBox.ButtonRole.RejectRole))
    box.exec()
    return box.clickedButton() is agreed
