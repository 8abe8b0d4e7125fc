"""Every action of the window, in one table: what it is called, its keys, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from .commands import Commands


class _Row(NamedTuple):
    name: str
    text: str
    keys: tuple[str, ...]
    menu: str
    do: Callable[[Commands], None]


TABLE = (
    _Row("open", "Open project…", ("Ctrl+O",), "File", Commands.open_project),
    _Row("export", "Export film", ("Ctrl+E",), "File", Commands.export),
    _Row("save_version", "Save a version", ("Ctrl+S",), "File", Commands.save_version),
    _Row("reload", "Reload from disk", (), "File", Commands.reload),
    _Row("quit", "Quit", ("Ctrl+Q",), "File", Commands.quit),
    _Row("undo", "Undo", ("Ctrl+Z",), "Edit", Commands.undo),
    _Row("redo", "Redo", ("Ctrl+Shift+Z",), "Edit", Commands.redo),
    _Row("new_shot", "New shot", ("N",), "Edit", Commands.new_shot),
    _Row("duplicate", "Duplicate", ("Ctrl+D",), "Edit", Commands.duplicate),
    _Row("split", "Split at the playhead", ("S",), "Edit", Commands.split),
    _Row("remove", "Remove", ("Del", "Shift+Del", "Backspace"), "Edit", Commands.remove),
    _Row("select_all", "Select all", ("Ctrl+A",), "Edit", Commands.select_all),
    _Row("select_none", "Select none", ("Ctrl+Shift+A",), "Edit", Commands.select_none),
    _Row("generate", "Generate take", ("Ctrl+Return", "Ctrl+Enter"), "Make", Commands.generate),
    _Row("generate_four", "Generate four takes", (), "Make", Commands.generate_four),
    _Row(
        "generate_missing",
        "Generate missing",
        ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
        "Make",
        Commands.generate_missing,
    ),
    _Row("cancel", "Cancel", ("Ctrl+.",), "Make", Commands.cancel),
    _Row("play", "Play or pause", ("Space",), "Play", Commands.play),
    _Row("back", "One frame back", ("Left",), "Play", Commands.back),
    _Row("forward", "One frame forward", ("Right",), "Play", Commands.forward),
    _Row("second_back", "One second back", ("Shift+Left",), "Play", Commands.second_back),
    _Row("second_forward", "One second forward", ("Shift+Right",), "Play", Commands.second_forward),
    _Row("previous_edit", "Previous edit", ("Up",), "Play", Commands.previous_edit),
    _Row("next_edit", "Next edit", ("Down",), "Play", Commands.next_edit),
    _Row("start", "Start of the film", ("Home",), "Play", Commands.start),
    _Row("end", "End of the film", ("End",), "Play", Commands.end),
    _Row("zoom_in", "Zoom in", ("=", "+"), "View", Commands.zoom_in),
    _Row("zoom_out", "Zoom out", ("-",), "View", Commands.zoom_out),
    _Row("zoom_fit", "Fit the film", ("\\",), "View", Commands.zoom_fit),
    _Row("keys", "List of keys", ("?",), "Help", Commands.show_keys),
)


def make(commands: Commands, parent: QWidget) -> dict[str, QAction]:
    """A `QAction` for each row, by name. Their keys work anywhere in `parent`, but not while text is typed:
    a text field takes single letters, arrows and Del for itself."""
    return {row.name: _action(row, commands, parent) for row in TABLE}


def _action(row: _Row, commands: Commands, parent: QObject) -> QAction:
    action = QAction(row.text, parent)
    action.setShortcuts([QKeySequence(key) for key in row.keys])
    action.setObjectName(row.name)
    if row.keys:
        action.setToolTip(f"{row.text} ({row.keys[0]})")
    action.triggered.connect(lambda: row.do(commands))
    return action


def keys_in_words() -> str:
    """The table as lines of text, by menu."""
    lines = []
    for menu in dict.fromkeys(row.menu for row in TABLE):
        lines.append(menu)
        lines += [f"    {row.keys[0]:18}{row.text}" for row in TABLE if row.menu == menu and row.keys]
    return "\n".join(lines)
