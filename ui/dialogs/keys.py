"""The list of keys: searchable, and each of them can be another one."""

from __future__ import annotations

from typing import Final

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from storyboard.errors import StoryboardError

from .. import actions as table
from .. import preferences
from ..fields import label
from ..words import sentence
from .page import Page, button

_ROLE: Final = Qt.ItemDataRole.UserRole


class Keys(Page):
    """Every action with its keys, by menu."""

    changed = Signal(object)
    """The user's own keys, by action."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Keys", parent)
        self._own = dict(preferences.load().keys)
        self._groups: list[QTreeWidgetItem] = []
        self.search = QLineEdit()
        self.search.setAccessibleName("Search")
        self.search.setPlaceholderText("Search by name or by key")
        self.search.setClearButtonEnabled(True)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Actions and their keys")
        self.list.setHeaderLabels(["Action", "Keys"])
        self.list.setUniformRowHeights(True)
        self.list.setIndentation(14)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.setMinimumSize(560, 400)
        self.key = QKeySequenceEdit()
        self.key.setAccessibleName("A new key for the action")
        self.key.setMaximumSequenceLength(1)
        self.key.setClearButtonEnabled(True)
        self.give, self.reset = button("Give it this key"), button("Back to its own")
        self._build()
        self._fill()
        self.search.setFocus()

    def _build(self) -> None:
        self.column.addWidget(self.search)
        self.column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(label("quiet", "New key", self.key))
        for widget in (self.key, self.give, self.reset):
            row.addWidget(widget)
        row.addStretch(1)
        self.column.addLayout(row)
        self.all, close = button("All back to their own"), button("Close")
        self.buttons(close, left=(self.all,))
        self.search.textChanged.connect(self._filter)
        self.list.currentItemChanged.connect(lambda *_: self._follow())
        self.key.keySequenceChanged.connect(lambda _: self._follow())
        self.give.clicked.connect(self._give)
        self.reset.clicked.connect(lambda: self._take_back(self._chosen()))
        self.all.clicked.connect(self._take_all_back)
        close.clicked.connect(self.accept)

    def _fill(self) -> None:
        chosen = self._chosen()
        self.list.clear()
        self._groups.clear()
        for menu, rows in table.by_menu():
            group = QTreeWidgetItem([menu])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.list.addTopLevelItem(group)
            self._groups.append(group)
            for row in rows:
                item = QTreeWidgetItem([row.text.removesuffix("…"), self._words(row.name)])
                item.setData(0, _ROLE, row.name)
                if row.name in self._own:
                    font = item.font(1)
                    font.setBold(True)
                    item.setFont(1, font)
                group.addChild(item)
                if row.name == chosen:
                    self.list.setCurrentItem(item)
        self.list.expandAll()
        self._filter()
        self._follow()

    def _words(self, name: str) -> str:
        native = QKeySequence.SequenceFormat.NativeText
        return ", ".join(QKeySequence(key).toString(native) for key in table.keys_of(name, self._own))

    def _filter(self) -> None:
        wanted = self.search.text().casefold().split()
        for group in self._groups:
            items = [item for row in range(group.childCount()) if (item := group.child(row))]
            for item in items:
                text = f"{item.text(0)} {item.text(1)}".casefold()
                item.setHidden(not all(word in text for word in wanted))
            group.setHidden(all(item.isHidden() for item in items))

    def _chosen(self) -> str:
        item = self.list.currentItem()
        return str(item.data(0, _ROLE) or "") if item is not None else ""

    def _follow(self) -> None:
        name, key = self._chosen(), self.key.keySequence().toString()
        self.reset.setEnabled(name in self._own)
        self.all.setEnabled(bool(self._own))
        holder = table.holder_of(key, self._own, but=name) if key else ""
        self.give.setEnabled(bool(name and key) and not holder)
        self.say(f"{key} is the key of {holder!r} already; give that another one first." if holder else "")

    def _give(self) -> None:
        self._own[self._chosen()] = (self.key.keySequence().toString(),)
        self.key.clear()
        self._keep()

    def _take_back(self, name: str) -> None:
        if holder := self._taken(name):
            self.say(f"A key of it belongs to {holder!r} now; give that another one first.")
            return
        self._own.pop(name, None)
        self._keep()

    def _take_all_back(self) -> None:
        self._own.clear()
        self._keep()

    def _taken(self, name: str) -> str:
        """Which action the user gave a key to that `name` has in the table."""
        others = {other: keys for other, keys in self._own.items() if other != name}
        return next(
            filter(None, (table.holder_of(key, others, but=name) for key in table.keys_of(name, {}))), ""
        )

    def _keep(self) -> None:
        try:
            preferences.save(msgspec.structs.replace(preferences.load(), keys=self._own))
        except StoryboardError as error:
            self.say(sentence(error))
        self.changed.emit(self._own)
        self._fill()
