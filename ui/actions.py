"""Every action of the window, in one table: what it is called, its keys, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


Keys = Mapping[str, tuple[str, ...]]
"""Keys by the name of an action."""


def _page(name: str) -> Callable[[Commands], None]:
    """Opens a page of `pages`."""
    return lambda commands: commands.show_page(name)


def _choose(number: int) -> Callable[[Commands], None]:
    """Chooses the take of that number."""
    return lambda commands: commands.takes.choose_number(number)


TABLE = (
    _Row("new_project", "New project…", ("Ctrl+N",), "File", _page("new")),
    _Row("open", "Open project…", ("Ctrl+O",), "File", _page("open")),
    _Row("save_version", "Save a version…", ("Ctrl+S",), "File", _page("version")),
    _Row("versions", "Versions…", ("Ctrl+Alt+S",), "File", _page("versions")),
    _Row("save_as", "Save as…", ("Ctrl+Shift+S",), "File", _page("save_as")),
    _Row("check", "Check project…", (), "File", _page("check")),
    _Row("reload", "Reload from disk", (), "File", Commands.reload),
    _Row("import", "Import pictures or clips…", ("Ctrl+I",), "File", _page("import")),
    _Row("music", "Music…", (), "File", _page("music")),
    _Row("project_settings", "Project settings…", ("Ctrl+Shift+P",), "File", _page("project")),
    _Row("export", "Export film…", ("Ctrl+E",), "File", _page("export")),
    _Row("export_again", "Export as last time", ("Ctrl+Shift+E",), "File", _page("export_again")),
    _Row("settings", "Settings…", ("Ctrl+,",), "File", _page("settings")),
    _Row("quit", "Quit", ("Ctrl+Q",), "File", Commands.quit),
    _Row("undo", "Undo", ("Ctrl+Z",), "Edit", Commands.undo),
    _Row("redo", "Redo", ("Ctrl+Shift+Z",), "Edit", Commands.redo),
    _Row("new_shot", "New shot", ("N",), "Edit", Commands.new_shot),
    _Row("cut", "Cut", ("Ctrl+X",), "Edit", lambda c: c.cutting.cut()),
    _Row("copy", "Copy", ("Ctrl+C",), "Edit", lambda c: c.cutting.copy()),
    _Row("paste", "Paste", ("Ctrl+V",), "Edit", lambda c: c.cutting.paste()),
    _Row("duplicate", "Duplicate", ("Ctrl+D",), "Edit", Commands.duplicate),
    _Row("split", "Split at the playhead", ("S",), "Edit", Commands.split),
    _Row("trim_start", "Trim the start to the playhead", ("Q",), "Edit", lambda c: c.trimming.start()),
    _Row("trim_end", "Trim the end to the playhead", ("W",), "Edit", lambda c: c.trimming.end()),
    _Row("edit_prompt", "Edit the prompt in place", ("F2",), "Edit", Commands.edit_in_place),
    _Row("remove", "Remove", ("Del", "Shift+Del", "Backspace"), "Edit", Commands.remove),
    _Row("marker", "Marker", ("M",), "Edit", lambda c: c.trimming.mark()),
    _Row("unmark", "Remove the marker", ("Alt+M",), "Edit", lambda c: c.trimming.unmark()),
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
    _Row("audition", "Audition…", ("A",), "Make", _page("audition")),
    _Row(
        "carry_on", "Carry on the picked held takes", ("Shift+A",), "Make", lambda c: c.auditions.carry_on()
    ),
    _Row("throw_held", "Throw away the other held takes", (), "Make", lambda c: c.auditions.throw_rest()),
    _Row("cancel", "Cancel", ("Ctrl+.",), "Make", Commands.cancel),
    _Row("queue", "Queue", ("Ctrl+J",), "Make", _page("queue")),
    _Row("models", "Models…", ("Ctrl+Shift+M",), "Make", _page("models")),
    *(_Row(f"take_{n}", f"Choose take {n}", (str(n),), "Takes", _choose(n)) for n in range(1, 10)),
    _Row("choose_take", "Choose the take that is looked at", (), "Takes", lambda c: c.takes.choose_this()),
    _Row("star_take", "Star the take", (), "Takes", lambda c: c.takes.star()),
    _Row("compare_takes", "Compare two takes", ("C",), "Takes", lambda c: c.takes.compare()),
    _Row("use_recipe", "Use the take's recipe", (), "Takes", lambda c: c.takes.use_recipe()),
    _Row("throw_take", "Move the take to the trash", (), "Takes", lambda c: c.takes.throw()),
    _Row("play", "Play or pause", ("Space",), "Play", Commands.play),
    _Row("back", "One frame back", ("Left",), "Play", Commands.back),
    _Row("forward", "One frame forward", ("Right",), "Play", Commands.forward),
    _Row("second_back", "One second back", ("Shift+Left",), "Play", Commands.second_back),
    _Row("second_forward", "One second forward", ("Shift+Right",), "Play", Commands.second_forward),
    _Row("previous_edit", "Previous edit", ("Up",), "Play", Commands.previous_edit),
    _Row("next_edit", "Next edit", ("Down",), "Play", Commands.next_edit),
    _Row(
        "previous_marker",
        "Previous marker",
        ("Shift+Up",),
        "Play",
        lambda c: c.trimming.to_marker(forward=False),
    ),
    _Row("next_marker", "Next marker", ("Shift+Down",), "Play", lambda c: c.trimming.to_marker(forward=True)),
    _Row("start", "Start of the film", ("Home",), "Play", Commands.start),
    _Row("end", "End of the film", ("End",), "Play", Commands.end),
    _Row(
        "shuttle_back", "Play backwards, again for faster", ("J",), "Play", lambda c: c.playing.shuttle_back()
    ),
    _Row("shuttle_stop", "Stop; held with J or L, steps", ("K",), "Play", lambda c: c.playing.stop()),
    _Row("shuttle_forward", "Play, again for faster", ("L",), "Play", lambda c: c.playing.shuttle_forward()),
    _Row("mark_in", "The range begins here", ("I",), "Play", lambda c: c.playing.mark_in()),
    _Row("mark_out", "The range ends here", ("O",), "Play", lambda c: c.playing.mark_out()),
    _Row("clear_range", "Clear the range", ("Alt+X",), "Play", lambda c: c.playing.clear_range()),
    _Row("loop", "Loop", ("Ctrl+L",), "Play", lambda c: c.playing.toggle_loop()),
    _Row("go_to", "Go to a timecode", ("Ctrl+G",), "Play", lambda c: c.playing.go_to()),
    _Row("mute", "Mute", ("Shift+M",), "Play", lambda c: c.playing.toggle_mute()),
    _Row("louder", "Louder", ("Ctrl+Up",), "Play", lambda c: c.playing.louder()),
    _Row("quieter", "Quieter", ("Ctrl+Down",), "Play", lambda c: c.playing.quieter()),
    _Row("smoothed", "Smoothed or raw", ("R",), "View", lambda c: c.playing.toggle_smoothed()),
    _Row("before_after", "Raw beside smoothed", ("Shift+R",), "View", lambda c: c.playing.toggle_split()),
    _Row("picture_size", "Picture fitted or at 100 %", ("Z",), "View", lambda c: c.playing.toggle_size()),
    _Row("full_screen", "Full screen", ("F",), "View", lambda c: c.playing.toggle_full_screen()),
    _Row("zoom_in", "Zoom in", ("=", "+"), "View", Commands.zoom_in),
    _Row("zoom_out", "Zoom out", ("-",), "View", Commands.zoom_out),
    _Row("zoom_fit", "Fit the film", ("\\",), "View", Commands.zoom_fit),
    _Row("board", "Timeline or storyboard", ("Ctrl+Tab",), "View", _page("board")),
    _Row("menu", "Menu", ("F10",), "View", _page("menu")),
    _Row("palette", "Find a command, a shot or a project…", ("Ctrl+K",), "Help", _page("palette")),
    _Row("keys", "Keys…", ("?",), "Help", _page("keys")),
    _Row("doctor", "This machine…", (), "Help", _page("doctor")),
    _Row("about", "About Storyboard…", (), "Help", _page("about")),
)


def make(commands: Commands, parent: QWidget, own: Keys | None = None) -> dict[str, QAction]:
    """A `QAction` for each row, by name. Their keys work anywhere in `parent`, but not while text is typed:
    a text field takes single letters, arrows and Del for itself. `own` are keys that the user chose."""
    actions = {row.name: _action(row, commands, parent) for row in TABLE}
    set_keys(actions, own or {})
    return actions


def set_keys(actions: Mapping[str, QAction], own: Keys) -> None:
    """Gives the actions the user's `own` keys, the others the table's."""
    for row in TABLE:
        keys = keys_of(row.name, own)
        actions[row.name].setShortcuts([QKeySequence(key) for key in keys])
        actions[row.name].setToolTip(f"{_title(row)} ({keys[0]})" if keys else _title(row))


def keys_of(name: str, own: Keys) -> tuple[str, ...]:
    """The keys of the action `name`. Raises `KeyError`."""
    return own.get(name, _KEYS[name])


def holder_of(key: str, own: Keys, but: str = "") -> str:
    """The title of the action, other than `but`, that has `key` already; empty when it is free."""
    wanted = QKeySequence(key)
    return next(
        (
            _title(row)
            for row in TABLE
            if row.name != but and any(QKeySequence(other) == wanted for other in keys_of(row.name, own))
        ),
        "",
    )


def by_menu() -> Iterable[tuple[str, list[_Row]]]:
    """Each menu's name and its rows, in order."""
    for menu in dict.fromkeys(row.menu for row in TABLE):
        yield menu, [row for row in TABLE if row.menu == menu]


def _action(row: _Row, commands: Commands, parent: QObject) -> QAction:
    action = QAction(row.text, parent)
    action.setObjectName(row.name)
    action.triggered.connect(lambda: row.do(commands))
    return action


def _title(row: _Row) -> str:
    return row.text.removesuffix("…")


_KEYS = {row.name: row.keys for row in TABLE}
