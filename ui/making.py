"""What the window shows of the queue's jobs: the panel, the export's question, and what to do with what is done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from storyboard.film import queue

from . import export_memory, incoming
from .choosing import Chooser
from .document import Document
from .export_dialog import ExportDialog
from .messages import Action, Banner
from .orders import Brought, Export
from .queue_panel import QueuePanel
from .session import Session
from .words import plural
from .worker import FilmThread

EXPORTED = "exported"
QUEUE = "queue"


class Making(QObject):
    """Hangs the worker's queue into the window."""

    def __init__(
        self,
        document: Document,
        session: Session,
        worker: FilmThread,
        banner: Banner,
        choose: Chooser,
        window: QWidget,
        foot: QWidget,
    ) -> None:
        """`foot` is what the panel stands on, at the bottom of `window`."""
        super().__init__(window)
        self._document = document
        self._session = session
        self._worker = worker
        self._banner = banner
        self._choose = choose
        self._window = window
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self.panel = QueuePanel(worker, window, foot)
        self.dialog: ExportDialog | None = None
        """The question that is open."""
        worker.exported.connect(self._show_film)
        worker.brought.connect(self._put_in)

    def show(self, name: str) -> bool:
        """Does what the action `name` asks for; False when that is not for this object."""
        match name:
            case "queue":
                self.panel.toggle()
            case "export":
                self.ask()
            case "export_again":
                self.export_again()
            case _:
                return False
        return True

    def restore(self) -> None:
        """Goes on with the last start's queue, and says so."""
        document, worker = self._document, self._worker
        problem = worker.restore(lambda: document.film, document.is_ours)
        if problem:
            worker.said.emit(problem, True)
        resting = [job for job in worker.jobs if job.state == "paused"]
        going = [job for job in worker.jobs if job.state in ("waiting", "running")]
        see = Action("Show the queue", self._open_panel)
        if going:
            pause = Action("Pause", partial(self._each, worker.pause, going))
            text = f"Going on with {plural(len(going), 'job')} that the last start left undone."
            self._banner.show_text(QUEUE, text, pause, see)
        elif resting:
            resume = Action("Resume", partial(self._each, worker.resume, resting))
            forget = Action("Remove", partial(self._each, worker.remove, resting))
            were = "was" if len(resting) == 1 else "were"
            text = f"{plural(len(resting), 'job')} {were} not done when this project was closed."
            self._banner.show_text(QUEUE, text, resume, forget, see)

    def stop(self) -> None:
        """Ends what finds out how long and how large things will be."""
        self.panel.stop()
        self._pool.clear()
        self._pool.waitForDone()

    # ---- export

    def ask(self) -> None:
        """Asks how and where, and exports then."""
        self._document.end_typing()
        film = self._document.film
        dialog = ExportDialog(film, export_memory.load(film.folder), self._choose, self._pool, self._window)
        dialog.wanted.connect(self._export)
        dialog.finished.connect(lambda _: self._forget(dialog))
        self.dialog = dialog
        dialog.open()

    def export_again(self) -> None:
        """Exports as the last time, without a question."""
        self._document.end_typing()
        last = export_memory.load(self._document.folder)
        self._worker.submit(Export(self._document.film, last.file, last.preset))

    def _export(self, order: Export) -> None:
        export_memory.keep(self._document.folder, export_memory.Last(order.preset, str(order.out or "")))
        self._banner.put_away(EXPORTED)
        self._worker.submit(order)

    def _forget(self, dialog: ExportDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def _show_film(self, film: Path) -> None:
        self._banner.show_text(
            EXPORTED,
            f"{film.name} is exported.",
            Action("Play", partial(self._open, film)),
            Action("Reveal", partial(self._open, film.parent)),
        )

    def _open(self, path: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._worker.said.emit(f"Nothing here opens {path}.", True)

    # ---- the queue

    def _put_in(self, brought: Brought, job: str) -> None:
        incoming.put_in(self._document, self._session, brought)
        self._document.when_saved(partial(self._worker.settle, job))

    def _open_panel(self) -> None:
        self._banner.put_away(QUEUE)
        if not self.panel.isVisible():
            self.panel.toggle()

    def _each(self, do: Callable[[str], None], jobs: list[queue.Job]) -> None:
        self._banner.put_away(QUEUE)
        there = {job.id for job in self._worker.jobs}
        for job in jobs:
            if job.id in there:
                do(job.id)
