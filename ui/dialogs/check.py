"""Whether the project's files are whole, and mending what can be mended: the command line's `check`, as a page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, QThreadPool, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QProgressBar, QTreeWidget, QTreeWidgetItem, QWidget

from storyboard.errors import Cancelled, StoryboardError

from .. import theme
from ..choosing import Chooser
from ..document import Document
from ..fields import Tick
from ..words import plural, sentence
from ..worker import FilmThread
from .page import Page, button, wrapped

if TYPE_CHECKING:
    from storyboard.film.findings import Finding, Kind, Report
    from storyboard.film.runner import Progress

    Work = Callable[[Callable[[Progress], None], Callable[[], bool]], Report]

KINDS: Final[dict[Kind, str]] = {
    "document": "project file",
    "sidecar": "facts of a take",
    "missing": "missing",
    "truncated": "cut short",
    "altered": "changed",
    "unreadable": "unreadable",
    "duplicate": "twice",
    "chosen": "take is gone",
    "orphaned": "not used",
    "leftover": "left over",
    "cache": "cache",
    "version": "version",
    "unplaced": "no shot",
}
BUSY: Final = "Repair waits until the queue is empty."
UNDOABLE: Final = "Files that an undo may bring back are left alone; they can be put aside when the project was opened anew."


class Check(Page):
    """Looks in a thread as soon as it is opened, and changes nothing before *Repair* is pressed."""

    mended = Signal()
    """Files of the project are others now."""

    _progressed = Signal(int)
    _ended = Signal(object, str)

    def __init__(
        self, document: Document, worker: FilmThread, choose: Chooser, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            "Check project",
            parent,
            "Whether every file that the film needs is there and as it was made. "
            "Repairing deletes nothing of yours: what is in the way is put into the folder “orphaned”.",
        )
        self._document = document
        self._worker = worker
        self._choose = choose
        self._report: Report | None = None
        self._repairing = False
        self._tried = False
        self._working = False
        self._stop = threading.Event()
        self._pool = QThreadPool(self)
        self._build()
        self._connect()
        self._check()

    def _build(self) -> None:
        self.list = QTreeWidget()
        self.list.setAccessibleName("What was found")
        self.list.setHeaderLabels(["", "Shot", "File", "What is wrong, and what helps"])
        self.list.setRootIsDecorated(False)
        self.list.header().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        self.list.setMinimumSize(780, 300)
        self.column.addWidget(self.list, 1)
        self.words = wrapped("")
        self.words.setAccessibleName("What was found of this file")
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing())  # so that the list stays
        self.column.addWidget(self.words)
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName("Progress")
        self.column.addWidget(self.bar)
        self.deep = Tick(
            "Decode every frame", "Also looks into files that have no checksum yet; takes longer"
        )
        self.again, self.look_in = button("Check again"), button("Look in a folder…")
        self.look_in.setToolTip("Repairs, and looks for missing files in a folder, by their content")
        self.repair = button("Repair", primary=True)
        close = button("Close")
        self.buttons(close, self.again, self.look_in, self.repair, left=(self.deep,))
        close.clicked.connect(self.reject)

    def _connect(self) -> None:
        self.list.currentItemChanged.connect(self._tell)
        self.again.clicked.connect(self._check)
        self.repair.clicked.connect(lambda: self._repair(()))
        self.look_in.clicked.connect(self._search)
        self._progressed.connect(self.bar.setValue)
        self._ended.connect(self._show)
        self._worker.changed.connect(self._follow)

    # ---- work

    def _check(self) -> None:
        problem = self._document.flush()  # what is looked at is what lies on the disk
        if problem:
            self.say(sentence(problem))
            return
        folder, deep = self._document.folder, self.deep.isChecked()

        def look(watch: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Report:
            from storyboard.film import check

            return check.check(folder, deep=deep, watch=watch, cancelled=cancelled)

        self._work(look)

    def _search(self) -> None:
        if folder := self._choose.folder(self, "Where missing files may lie", Path.home()):
            self._repair((folder,))

    def _repair(self, look_in: Sequence[Path]) -> None:
        if self._report is None or self._worker.busy:
            return
        folder, report = self._document.folder, self._report
        wanted = replace(report, findings=tuple(f for f in report.findings if self._mendable(f)))
        others = tuple(f for f in report.findings if not self._mendable(f))

        def mend(watch: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Report:
            from storyboard.film import repair

            done = repair.repair(folder, wanted, look_in, watch, cancelled, held=True)
            return replace(done, findings=(*done.findings, *others))

        self._repairing = True
        self._worker.stop_preparing()
        self._work(mend)

    def _mendable(self, finding: Finding) -> bool:
        """Whether repairing may see to it while the project is open. The document is the window's own."""
        kept = finding.kind == "orphaned" and self._document.undo_stack.count() > 0
        return (
            not finding.mended
            and finding.kind not in ("document", "version", "chosen", "unplaced")
            and not kept
        )

    def _work(self, do: Work) -> None:
        """Does what takes long, in a thread."""

        def work() -> None:
            try:
                report = do(lambda now: self._progressed.emit(round(1000 * now.fraction)), self._stop.is_set)
                self._ended.emit(report, "")
            except Cancelled:
                pass  # the page is being closed
            except (StoryboardError, OSError) as error:
                self._ended.emit(None, sentence(error))

        self._working, self._report = True, None
        self.bar.setValue(0)
        self.say("Repairing …" if self._repairing else "Comparing files with their checksums …", quiet=True)
        self._follow()
        self._pool.start(work)

    # ---- showing

    def _show(self, report: Report | None, problem: str) -> None:
        repaired, self._repairing = self._repairing, False
        self._working, self._report = False, report
        self._tried = repaired
        if repaired:
            self.mended.emit()
        if report is None:
            self._follow()
            self.say(problem)
            return
        self.list.clear()
        for finding in report.findings:
            self.list.addTopLevelItem(_row(finding))
        for column in (0, 1, 2):
            self.list.resizeColumnToContents(column)
        self.list.setColumnWidth(2, min(self.list.columnWidth(2), 220))
        if first := self.list.topLevelItem(0):
            self.list.setCurrentItem(first)
        self._follow()

    def _tell(self, item: QTreeWidgetItem | None) -> None:
        """All of what stands in the chosen row, which may be cut there."""
        self.words.setText("" if item is None else f"{item.text(2)}: {item.text(3)}")

    def _follow(self) -> None:
        report = self._report
        mendable = report is not None and any(map(self._mendable, report.findings))
        able = mendable and self._document.writable and not self._worker.busy
        lost = report is not None and any(finding.harms for finding in report.findings)
        self.bar.setVisible(self._working)
        self.again.setEnabled(not self._working)
        self.repair.setEnabled(able and not self._tried)
        self.look_in.setEnabled(able and lost)
        if report is not None:
            waits = f" {BUSY}" if mendable and self._worker.busy else ""
            kept = any(
                f.kind == "orphaned" and not f.mended and not self._mendable(f) for f in report.findings
            )
            self.say(f"{_summary(report)}{waits}{f' {UNDOABLE}' if kept else ''}", quiet=report.sound)

    def done(self, result: int) -> None:
        self._stop.set()
        self._pool.waitForDone()
        if self._repairing:  # what was mended until then is mended
            self.mended.emit()
        super().done(result)


def _row(finding: Finding) -> QTreeWidgetItem:
    words = sentence(finding.mended or finding.sentence)
    shots = ", ".join(map(str, finding.shots))
    kind = "mended" if finding.mended else KINDS[finding.kind]
    item = QTreeWidgetItem([kind, shots, finding.file, words])
    colours = theme.current()
    colour = colours.ready if finding.mended else colours.failed if finding.harms else colours.quiet
    item.setForeground(0, QColor(colour))
    for column in range(4):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignTop)
    item.setToolTip(2, finding.file)
    item.setToolTip(3, words)
    return item


def _summary(report: Report) -> str:
    """What was compared, and whether something of the film is damaged."""
    seen = f"{plural(report.takes, 'take')}, {plural(report.files, 'file')} compared ({report.bytes / 2**20:.1f} MB)"
    lost = sum(finding.harms for finding in report.findings)
    litter = sum(not finding.harms and not finding.mended for finding in report.findings)
    unproven = (
        f" {plural(report.unproven, 'take')} without a checksum: decode every frame to be sure."
        if report.unproven
        else ""
    )
    if lost:
        return f"{seen}: {lost} damaged.{unproven}"
    return f"{seen}: nothing is lost{f', {litter} left over' if litter else ''}.{unproven}"
