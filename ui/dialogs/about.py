"""Which program this is, and the licences of what it brings along."""

from __future__ import annotations

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QListWidget, QPlainTextEdit, QSplitter, QWidget

import storyboard
from storyboard import resources

from .page import Page, button

OWN = "Storyboard"


class About(Page):
    """The version, and each licence in full."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            f"Storyboard {storyboard.__version__}",
            parent,
            "An editor for long films made of short generated shots. Free software under the MIT licence; "
            f"Qt {qVersion()} and PySide6 under the LGPL. Models have licences of their own, shown where one is chosen.",
        )
        self._texts = _licences()
        self.list = QListWidget()
        self.list.setAccessibleName("Licences")
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("The licence's text")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        both = QSplitter()
        both.addWidget(self.list)
        both.addWidget(self.text)
        both.setSizes([210, 510])
        both.setMinimumSize(720, 340)
        self.column.addWidget(both, 1)
        close = button("Close", primary=True)
        close.clicked.connect(self.accept)
        self.buttons(close)
        self.list.currentTextChanged.connect(lambda name: self.text.setPlainText(self._texts.get(name, "")))
        self.list.ensurePolished()  # rows are as high as the theme makes them
        self.list.addItems(list(self._texts))
        self.list.setCurrentRow(0)


def _licences() -> dict[str, str]:
    """Texts by a readable name: our own first, then what lies in `resources/LICENSES`."""
    own = resources.path("..").resolve() / "LICENSE"
    files = [
        (OWN, own),
        *((file.stem.replace("-", " "), file) for file in sorted(resources.path("LICENSES").glob("*.txt"))),
    ]
    return {name: file.read_text("utf-8", errors="replace") for name, file in files if file.is_file()}
