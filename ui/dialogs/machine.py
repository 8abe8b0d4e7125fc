"""What this machine has, and what each missing thing would give: the command line's `doctor`, as a page."""

from __future__ import annotations

import json
import sys
from typing import Final

from PySide6.QtCore import QProcess, Qt
from PySide6.QtWidgets import QApplication, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from .. import theme
from .page import Page, button

_DOCTOR: Final = "from storyboard.cli import main; main()"
GIVE_UP: Final = 3000
"""Milliseconds that the examination is given to end when the page is closed."""


class Machine(Page):
    """Facts, as they are found. A process of its own looks: it loads drivers and large libraries."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("This machine", parent)
        self.list = QTreeWidget()
        self.list.setAccessibleName("What this machine has")
        self.list.setHeaderLabels(["Part", "", "What was found, and what it would give"])
        self.list.setRootIsDecorated(False)
        self.list.setWordWrap(True)
        self.list.header().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.list.setMinimumSize(720, 420)
        self.column.addWidget(self.list, 1)
        self.copy, close = button("Copy as text"), button("Close", primary=True)
        self.buttons(close, left=(self.copy,))
        self.copy.setEnabled(False)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.text()))
        close.clicked.connect(self.accept)
        self.say("Looking at drivers, codecs and models; this takes a few seconds …", quiet=True)
        self._lines: list[str] = []
        self._process = QProcess(self)
        self._process.finished.connect(self._show)
        self._process.errorOccurred.connect(lambda _: self._fail(self._process.errorString()))
        self._process.start(sys.executable, ["-c", _DOCTOR, "doctor", "--json"])

    def text(self) -> str:
        """The facts as lines, to be sent with a question."""
        return "\n".join(self._lines)

    def _show(self) -> None:
        try:
            findings = json.loads(bytes(self._process.readAllStandardOutput().data()))
            rows = [(f["name"], bool(f["found"]), f["what"], f["advice"]) for f in findings]
        except (ValueError, TypeError, KeyError):
            self._fail(bytes(self._process.readAllStandardError().data()).decode(errors="replace")[-300:])
            return
        self.say("")
        colours = theme.current()
        for name, found, what, advice in rows:
            item = QTreeWidgetItem([name, "yes" if found else "no", f"{what}\n{advice}" if advice else what])
            item.setForeground(1, colours.state("ready" if found else "warning"))
            item.setTextAlignment(0, Qt.AlignmentFlag.AlignTop)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignTop)
            item.setToolTip(2, item.text(2))
            self.list.addTopLevelItem(item)
            self._lines.append(" · ".join(filter(None, (item.text(column) for column in range(3)))))
        for column in (0, 1):
            self.list.resizeColumnToContents(column)
        self.list.doItemsLayout()  # the lines wrap by the widths that the columns have now
        self.copy.setEnabled(True)

    def _fail(self, reason: str) -> None:
        self.say(f"This machine could not be examined ({reason.strip()}); try `storyboard doctor`.")

    def done(self, result: int) -> None:
        self._process.blockSignals(True)
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(GIVE_UP)
        super().done(result)
