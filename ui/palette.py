"""The command palette: type a few letters of a command, a shot or a recent project, and Enter does it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QColor, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from storyboard.project import Project

from . import actions as table
from . import memory, theme

MOST: Final = 60
"""Lines that are shown."""
WIDTH: Final = 560
ALIKE: Final = 24
"""Characters from which a title counts as long: shots keep the film's order, whatever their prompts' lengths."""
_LENGTH: Final = 0.01
_ROLE: Final = Qt.ItemDataRole.UserRole
_IN_LIST: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Entry(NamedTuple):
    """One thing that can be found."""

    title: str
    hint: str
    """Its key, its time, or its folder."""
    do: Callable[[], None]


def rank(wanted: str, title: str) -> float | None:
    """How well `title` fits what was typed, lower is better; None when it does not: the letters have to come in
    order. Starts of words count more than letters inside of them, and near letters more than far ones."""
    text, letters = title.casefold(), [letter for letter in wanted.casefold() if not letter.isspace()]
    cost, at = 0.0, -1
    for letter in letters:
        starts = _next_start(text, letter, at + 1)
        found = text.find(letter, at + 1)
        if found < 0:
            return None
        if found != at + 1 and starts >= 0:
            # A letter that begins a word is what people type of it, even when it comes earlier inside of another.
            found = starts
        if found != at + 1:
            cost += 1 if found == 0 or not text[found - 1].isalnum() else 4 + 0.1 * (found - at)
        at = found
    return cost + _LENGTH * min(len(text), ALIKE)


def _next_start(text: str, letter: str, start: int) -> int:
    at = text.find(letter, start)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(letter, at + 1)
    return at


def best(wanted: str, entries: Iterable[Entry]) -> list[Entry]:
    """The entries that fit, the best first; among equals the order stays. All of them while nothing is typed."""
    if not wanted.strip():
        return list(itertools.islice(entries, MOST))
    ranked = [(found, entry) for entry in entries if (found := _rank(wanted, entry)) is not None]
    return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])[:MOST]]


def _rank(wanted: str, entry: Entry) -> float | None:
    # Typing that skips a letter ("cat the") still finds the words in another order.
    found = rank(wanted, entry.title)
    words = wanted.casefold().split()
    if all(word in entry.title.casefold() for word in words):
        together = 0.5 * len(words) + _LENGTH * min(len(entry.title), ALIKE)
        found = together if found is None else min(found, together)
    return found


class Palette(QFrame):
    """A field and what fits, over the window's upper middle."""

    def __init__(self, entries: list[Entry], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self.setAccessibleName("Find a command, a shot or a project")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._entries = entries
        self.field = QLineEdit()
        self.field.setAccessibleName("What to find")
        self.field.setPlaceholderText("A command, “shot 4”, a word of a prompt, or a project")
        self.list = QListWidget()
        self.list.setAccessibleName("What was found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_Line(self.list))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._follow)
        self.list.itemClicked.connect(lambda _: self._do())
        self._follow()
        self.resize(min(WIDTH, parent.width() - 40), min(420, parent.height() - 120))
        self.move(parent.mapToGlobal(QPoint((parent.width() - self.width()) // 2, 70)))

    def open(self) -> None:
        """Shows it, with the cursor in the field."""
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _follow(self) -> None:
        self.list.clear()
        for entry in best(self.field.text(), self._entries):
            item = QListWidgetItem(entry.title)
            item.setData(_ROLE, entry)
            item.setToolTip(entry.title)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _do(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        entry: Entry = item.data(_ROLE)
        self.close()
        entry.do()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The arrows move in the list while the cursor stays in the field."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _IN_LIST:
                self.list.event(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do()
                return True
        return super().eventFilter(watched, event)


Actions = Mapping[str, QAction]


class _Line(QStyledItemDelegate):
    """The title, and at the right, quietly, its hint."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: Entry = index.data(_ROLE)
        metrics, area = option.fontMetrics, option.rect.adjusted(0, 0, -8, 0)
        hint = metrics.elidedText(entry.hint, Qt.TextElideMode.ElideMiddle, area.width() // 2)
        room = metrics.horizontalAdvance(hint) + (16 if hint else 0)
        # The style paints the row and the title, in the room that the hint leaves.
        style = QStyleOptionViewItem(option)
        self.initStyleOption(style, index)
        style.text = metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, area.width() - room - 16)
        widget = style.widget
        (widget.style() if widget else QApplication.style()).drawControl(
            QStyle.ControlElement.CE_ItemViewItem, style, painter, widget
        )
        colours = theme.current()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(QColor(colours.on_accent if chosen else colours.quiet))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, hint)


def of_actions(actions: Actions) -> list[Entry]:
    """What the menus hold and can be done now."""
    native = QKeySequence.SequenceFormat.NativeText
    found = []
    for menu, rows in table.by_menu():
        for row in rows:
            action = actions[row.name]
            if action.isEnabled() and row.name != "palette":
                keys = action.shortcut().toString(native)
                found.append(
                    Entry(row.text.removesuffix("…"), f"{menu} · {keys}" if keys else menu, action.trigger)
                )
    return found


def of_shots(project: Project, go: Callable[[str], None]) -> list[Entry]:
    """Each shot by its number and its prompt; `go` gets its id."""
    return [
        Entry(
            f"Shot {number}: {' '.join(shot.prompt.split())[:120] or 'no prompt yet'}",
            "",
            lambda shot_id=shot.id: go(shot_id),  # type: ignore[misc]
        )
        for number, shot in enumerate(project.shots, 1)
    ]


def of_projects(here: Path, go: Callable[[Path], None]) -> list[Entry]:
    """Recent projects that are there, but the one that is open."""
    return [
        Entry(f"Open {Path(name).name}", name, lambda folder=Path(name): go(folder))  # type: ignore[misc]
        for name in memory.load().recent
        if name != str(here) and memory.is_there(name)
    ]
