"""What all pages share: their margins, their heading, the row of buttons, a place for a problem."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..fields import label

MARGIN = 22


class Page(QDialog):
    """A dialog with a heading. It is gone when it is closed; Escape closes it."""

    def __init__(self, title: str, parent: QWidget | None = None, about: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"{title} — Storyboard")
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        self.column.setSpacing(12)
        self.column.addWidget(label("page-title", title))
        if about:
            self.column.addWidget(wrapped(about))
        self.problem = wrapped("", "problem")
        self.problem.setAccessibleName("Problem")
        self.problem.hide()

    def form(self) -> QFormLayout:
        """Rows of a name and a field, added to the page."""
        made = QFormLayout()
        made.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        made.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        made.setHorizontalSpacing(18)
        made.setVerticalSpacing(10)
        self.column.addLayout(made)
        return made

    def buttons(self, *buttons: QPushButton, left: tuple[QWidget, ...] = ()) -> None:
        """The last row: `left` ones at the left, `buttons` at the right; above it a place for a problem."""
        self.column.addWidget(self.problem)
        row = QHBoxLayout()
        row.setSpacing(10)
        for widget in left:
            row.addWidget(widget)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        self.column.addLayout(row)

    def say(self, sentence: str, quiet: bool = False) -> None:
        """Shows what is wrong, in place, or, `quiet`, what goes on; an empty sentence takes it away."""
        self.problem.setObjectName("quiet" if quiet else "problem")
        self.problem.style().polish(self.problem)
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def event(self, event: QEvent) -> bool:
        """Grows where its text became longer: a layout does not do so for lines that wrap."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            wanted = self.column.totalHeightForWidth(self.width())
            if wanted > self.height():
                self.resize(self.width(), wanted)
        return handled

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return super().sizeHint().expandedTo(QSize(460, 0))


def named(text: str, field: QWidget) -> QLabel:
    """The name of a field beside which something else stands; its underlined letter leads there."""
    made = QLabel(text)
    made.setBuddy(field)
    return made


def in_a_row(*parts: QWidget) -> QHBoxLayout:
    """Widgets side by side; the first has what room there is."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for at, part in enumerate(parts):
        row.addWidget(part, 1 if at == 0 else 0)
    return row


def wrapped(text: str, kind: str = "quiet") -> QLabel:
    """Text of several lines that can be selected and copied."""
    made = label(kind, text)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def button(text: str, primary: bool = False) -> QPushButton:
    """A button of a page; Enter presses the primary one."""
    made = QPushButton(text)
    made.setAutoDefault(primary)
    made.setDefault(primary)
    if primary:
        made.setObjectName("primary")
    return made
