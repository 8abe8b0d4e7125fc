"""The window: its parts, and how they hang together."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from storyboard import heap

from . import actions as table
from . import looking, preferences, theme
from .bars import StatusLine, TopBar
from .board import Board
from .choosing import Ask, Chooser, SystemChooser
from .commands import Commands
from .document import Document
from .first_paint import FirstPaint
from .held_panel import HeldPanel
from .imports import ImportThread
from .inspector import WIDTH, Inspector
from .making import Making
from .messages import Action, Banner
from .pages import Pages
from .pictures import PictureThread, Thumbnails
from .session import Session
from .stage import Stage
from .start import ModelAdvice
from .takes import Takes
from .timeline import Timeline
from .transport import Transport, with_transport
from .viewer import Viewer
from .worker import FilmThread


class Window(QMainWindow):
    """One project, open. `shut` it, or close it, before it is deleted: it owns threads."""

    open_wanted = Signal(Path)
    """Another project's folder, to be opened in this one's place."""
    liked = Signal()
    """The user likes other colours, or less motion."""
    bug = Signal(str, str)
    """A sentence about a bug of ours, and its trace. It may happen in any thread."""

    def __init__(self, folder: Path, ask: Ask | None = None, choose: Chooser | None = None) -> None:
        """`ask` and `choose` put questions to the user, with the system's dialogs if none are given. Raises
        `ProjectError` when there is no project in `folder` or it cannot be used."""
        super().__init__()
        self.document = Document(folder, self)
        self._ask = ask or _ask
        self._open = True
        self.first_paint: FirstPaint | None = None
        """What waits for it, once the window was shown."""
        self.imports = ImportThread(self.document, self)
        self.pictures = PictureThread(self, self.imports.proxies)
        self.thumbnails = Thumbnails(self.pictures.idle, self, self.imports.proxies)
        self.worker = FilmThread(self)
        self.session = Session(self.document, self.pictures, self)
        self.commands = Commands(self.document, self.session, self.worker, self)
        self.actions_by_name = table.make(self.commands, self, preferences.load().keys)
        self.addActions(list(self.actions_by_name.values()))
        parts = (self.document, self.session, self.worker, self.commands)
        self._choose = choose or SystemChooser()
        self.pages = Pages(*parts, self._choose, self._ask, self)
        self.pages.actions = self.actions_by_name
        self.page: Literal["timeline", "storyboard"] = "timeline"
        with theme.undressed():
            self._build()
        self._connect()
        self._follow()
        if not self.document.writable:
            self._show_read_only()
        self._offer_rescued()

    def _build(self) -> None:
        actions = self.actions_by_name
        self.top = TopBar(self.document, actions)
        verbs = self.commands.takes
        held = HeldPanel(self.document, self.session, self.commands.auditions, self.thumbnails, actions)
        self.takes = Takes(self.document, self.session, self.thumbnails, verbs, actions, held)
        self.viewer = Viewer(self.session, self.pictures)
        self.transport = Transport(self.document, self.session, self.viewer, actions)
        self.stage = Stage(self.document, self.session, self.worker, self.viewer, self.transport, self)
        self.inspector = Inspector(self.document, self.session, actions)
        self.timeline = Timeline(self.document, self.session, self.thumbnails, actions)
        self.status = StatusLine(self.document, self.worker, actions)
        self.banner = Banner()
        parts = (self.document, self.session, self.worker, self.banner, self._choose)
        self.making = Making(*parts, self, self.status)
        self.advice = ModelAdvice(self.banner, self)
        self.board = Board(self.document, self.session, self.thumbnails, actions)
        self.middle = QStackedWidget()
        self.middle.addWidget(with_transport(self.viewer, self.transport))
        self.middle.addWidget(self.board)
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self.upper = _split(across, (self.takes, self.middle, self.inspector), 1, [254, 786, WIDTH])
        self.both = _split(down, (self.upper, self.timeline), 0, [640, 286])
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self.banner)
        column.addWidget(self.both, 1)
        column.addWidget(self.status)
        self._page = page
        self.setCentralWidget(page)
        if sys.platform == "darwin":  # where the menus stand at the top of the screen, and not in windows
            self.menuBar().addActions(self.top.menus.actions())
        self.resize(1400, 880)
        looking.place(self)

    def _connect(self) -> None:
        commands, worker = self.commands, self.worker
        self.document.changed.connect(self._follow)
        self.document.refused.connect(lambda sentence: self.status.say(sentence, True))
        self.document.changed_outside.connect(self._offer_reload)
        self.document.not_saved.connect(self._show_not_saved)
        commands.said.connect(self.status.say)
        self.stage.said.connect(self.status.say)
        self.takes.held.looked_at.connect(self.stage.forming.show_held)
        self.thumbnails.gave_way.connect(self.stage.preparing.give_way)
        self.stage.follow(commands.playing, self.actions_by_name)
        self.inspector.said.connect(self.status.say)
        self.inspector.model_wanted.connect(self.pages.show_models)
        worker.said.connect(self._say_of_job)
        worker.changed.connect(self._show_jobs)
        worker.preview.connect(self.board.set_preview)
        worker.ended.connect(self._look_again)
        self.imports.arrived.connect(self._show_imports)
        self.imports.states_changed.connect(self._show_jobs)
        self.timeline.moved.connect(commands.move)
        self.timeline.landed.connect(commands.land)
        self.timeline.marker_removed.connect(commands.trimming.remove)
        worker.preview.connect(self.timeline.set_preview)
        commands.trimming.name_wanted.connect(self.timeline.name_marker)
        commands.prompt_in_place_wanted.connect(lambda: self.timeline.edit_prompt())
        self.board.moved.connect(commands.move)
        commands.zoomed.connect(self._zoom)
        commands.prompt_wanted.connect(self._focus_prompt)
        commands.page_wanted.connect(self._show)
        commands.quit_wanted.connect(self.close)
        self.pages.said.connect(self.status.say)
        self.pages.open_wanted.connect(self.open_wanted)
        self.pages.keys_changed.connect(self._use_keys)
        self.pages.liked.connect(self.liked)
        self.advice.model_wanted.connect(self.pages.show_models)
        self.advice.machine_wanted.connect(lambda: self.pages.show("doctor"))
        self.bug.connect(lambda sentence, trace: self.status.say(sentence, True, details=trace))
        self.pages.models_changed.connect(self._look_for_models)
        self.pages.files_changed.connect(self._look_again)
        self.top.recent_wanted.connect(self.open_wanted)

    # ---- following

    def _follow(self) -> None:
        project = self.document.project
        self.setWindowTitle(f"{project.name} — Storyboard")
        if not project.shots:
            self.viewer.clear("No shots yet. Press N for the first one, and type what it shows.")

    def _look_again(self) -> None:
        self.document.rescan()
        self.session.look_again()

    def _show_imports(self) -> None:
        """More of the imports can be shown, or one of them cannot be read."""
        self.thumbnails.look_again()
        self.session.look_again()
        self._show_jobs()

    def _show_jobs(self) -> None:
        jobs = self.imports.states() | self.worker.states()
        for part in (self.timeline, self.inspector, self.board):
            part.set_jobs(jobs)

    def _zoom(self, how: str) -> None:
        (self.board if self.page == "storyboard" else self.timeline).zoom(how)

    def _focus_prompt(self) -> None:
        if self.page == "storyboard":
            self.board.edit_prompt()
            return
        self.inspector.prompt.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        if self.first_paint is None:
            looking.take_up(self)
            self._focus_film()
            self.first_paint = FirstPaint(self._page, self._after_first_paint)

    def _after_first_paint(self) -> None:
        if not self._open:
            return
        self.session.look_again()
        self.imports.start()
        self.stage.start()
        self.commands.auditions.start()
        self.making.restore()
        self._look_for_models()
        self.advice.look()

    def _look_for_models(self) -> None:
        from storyboard.generators import registry

        models = registry.known()
        self.inspector.set_models(models)
        self.commands.auditions.set_models(models)

    def _say_of_job(self, sentence: str, problem: bool) -> None:
        see = Action("Show the queue", self._show_queue) if problem and self.worker.jobs else None
        self.status.say(sentence, problem, see)

    def _show_queue(self) -> None:
        if self.making.panel.isHidden():
            self.making.panel.toggle()

    # ---- pages

    def _use_keys(self, own: table.Keys) -> None:
        table.set_keys(self.actions_by_name, own)
        self.top.follow_keys()

    def _show(self, name: str) -> None:
        """Opens what an action asks for."""
        match name:
            case "menu":
                self.top.menu.showMenu()
            case "project":
                self.inspector.show_project()
                self.inspector.project.name.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            case "board":
                self.show_page("timeline" if self.page == "storyboard" else "storyboard")
            case _:
                self.making.show(name) or self.pages.show(name)

    def show_page(self, page: Literal["timeline", "storyboard"]) -> None:
        """The timeline with the viewer, or the storyboard, which has the room of the takes and the timeline too."""
        self.page = page
        as_board = page == "storyboard"
        for part in (self.takes, self.timeline):
            part.setHidden(as_board)
        self.middle.setCurrentIndex(1 if as_board else 0)
        self.top.show_page("Timeline" if as_board else "Storyboard")
        self._focus_film()

    # ---- what lasts

    def _show_read_only(self) -> None:
        self.banner.show_text(
            "read only",
            f"Read only: {self.document.why_read_only}",
            Action("Open again", lambda: self.open_wanted.emit(self.document.folder)),
            Action("Save as…", self.pages.save_as),
        )

    def _show_not_saved(self, problem: str) -> None:
        if not problem:
            self.banner.put_away("not saved")
            return
        self.banner.show_text(
            "not saved",
            f"Not saved: {problem} Your edits stay here, and are saved as soon as that is possible.",
            Action("Try again", self.document.save_again),
            Action("Save as…", self.pages.save_as),
        )

    def _offer_rescued(self) -> None:
        """Edits that earlier starts could not save, one after another: the user may have them back, or not."""
        if self.document.rescued is None:
            return
        when = self.document.rescued.saved.replace("T", " ")[:16]
        self.banner.show_text(
            "rescued",
            f"Edits of {when} UTC could not be saved in this project then. They were kept on this machine.",
            Action("Bring them back", self._answered(self.document.take_back)),
            Action("Leave them", self._answered(self.document.decline)),
        )

    def _answered(self, do: Callable[[], None]) -> Callable[[], None]:
        def answer() -> None:
            self.banner.put_away("rescued")
            do()
            self._offer_rescued()

        return answer

    def _offer_reload(self, changed: bool) -> None:
        if not changed:
            self.banner.put_away("disk")
            return
        self.banner.show_text(
            "disk",
            "Another program changed this project on disk. Reload shows its state; undo brings back yours. What you do not "
            "keep stays among the versions.",
            Action("Reload", self.document.reload),
            Action("Keep mine", self.document.keep_mine),
        )

    # ---- the end

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        # What has the focus did not want it: out of a field, back to the film and to the single-letter keys.
        if event.key() == Qt.Key.Key_Escape:
            self._focus_film()
        else:
            super().keyPressEvent(event)

    def _focus_film(self) -> None:
        (self.board if self.page == "storyboard" else self.timeline).setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if not self.agrees_to_close():
            event.ignore()
            return
        self.shut()
        event.accept()

    def agrees_to_close(self) -> bool:
        """Saves, and asks the user where something would be lost; False to go on. `shut` it then, if it is true."""
        running = self.worker.current
        if running is not None and not self._ask(
            self, f"{running.title} is not done. Stop it and close? What was made is kept.", "Stop and close"
        ):
            return False
        problem = self.document.flush()
        return not problem or self._ask(self, f"{problem} Close without saving it?", "Close without saving")

    def shut(self) -> None:
        """Stops what runs, saves, and lets others edit the project. Asks nothing."""
        if not self._open:
            return
        self._open = False
        if self.isVisible():
            looking.keep(self)
        self.hide()
        self.session.pause()
        self.session.sound.close()
        self.stage.stop()
        if self.worker.arriving:
            self.document.flush()  # before the queue is written: what is saved now is done
        self.worker.stop()
        self.making.stop()
        self.pages.stop()
        self.advice.stop()
        self.imports.stop()
        self.pictures.stop()
        self.thumbnails.stop()
        self.destroyed.connect(heap.give_back)
        self.inspector.stop()
        self.timeline.stop()
        self.commands.cutting.stop()
        self.commands.auditions.stop()
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
