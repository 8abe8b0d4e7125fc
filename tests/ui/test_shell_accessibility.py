"""For everyone: names for screen readers, a keyboard way to everything, contrast that can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)

from ui import actions as table
from ui import theme
from ui.dialogs.about import About
from ui.dialogs.audition import Audition
from ui.dialogs.keys import Keys
from ui.dialogs.new_project import NewProject
from ui.dialogs.settings import Settings
from ui.dialogs.versions import Versions
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
)
CONTRAST = 4.5
"""Of text on its ground: WCAG 2.2, level AA, https://www.w3.org/TR/WCAG22/#contrast-minimum."""
DOTS = 3.0
"""Of what is no text: the same, https://www.w3.org/TR/WCAG22/#non-text-contrast."""
OF_QT = (QComboBox, QLineEdit, QAbstractSpinBox, QKeySequenceEdit, QMenu)
"""Widgets of Qt's that are made of other ones: the name is theirs, and not their parts'."""


def controls(root: QWidget) -> Iterator[QWidget]:
    for widget in root.findChildren(QWidget):
        own = not any(isinstance(parent, OF_QT) for parent in _parents(widget))
        if isinstance(widget, CONTROLS) and own and not isinstance(widget, QScrollBar | QHeaderView):
            yield widget


def _parents(widget: QWidget) -> Iterator[QWidget]:
    parent = widget.parentWidget()
    while parent is not None:
        yield parent
        parent = parent.parentWidget()


def name_of(widget: QWidget) -> str:
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton):
        return widget.text()
    labels = widget.window().findChildren(QLabel)
    return next((label.text() for label in labels if label.buddy() is widget), "")


def unnamed(root: QWidget) -> list[str]:
    def told(widget: QWidget) -> str:
        return " > ".join(type(part).__name__ for part in reversed([widget, *_parents(widget)]))

    return [told(widget) for widget in controls(root) if len(name_of(widget).strip("×… ")) < 1]


def test_every_control_of_the_window_has_a_name(window: Window) -> None:
    assert len(list(controls(window))) > 20
    assert unnamed(window) == []
    window.show_page("storyboard")
    assert unnamed(window) == []


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("new_project", NewProject),
        ("versions", Versions),
        ("settings", Settings),
        ("keys", Keys),
        ("about", About),
    ],
)
def test_every_control_of_the_pages_has_a_name(window: Window, action: str, kind: type) -> None:
    window.actions_by_name[action].trigger()
    assert isinstance(window.pages.opened, kind)
    assert unnamed(window.pages.opened) == []


def test_the_export_and_the_queue_have_names(window: Window) -> None:
    window.actions_by_name["export"].trigger()
    dialog = window.making.dialog
    assert dialog is not None
    assert unnamed(dialog) == []
    window.actions_by_name["queue"].trigger()
    assert unnamed(window.making.panel) == []


def test_an_audition_has_names(window: Window) -> None:
    assert unnamed(Audition("shot 1", 1, 24, window)) == []
    assert unnamed(window.takes.held) == []


def test_every_action_is_in_the_menu_which_a_key_opens(window: Window) -> None:
    def actions_in(menu: QMenu) -> Iterator[str]:
        for action in menu.actions():
            part = action.menu()
            if isinstance(part, QMenu):
                yield from actions_in(part)
            else:
                yield action.objectName()

    menu = window.top.menu.menu()
    assert menu is not None
    assert {row.name for row in table.TABLE} <= set(actions_in(menu))
    assert table.keys_of("menu", {}) == ("F10",)


def test_no_key_is_given_twice_and_each_can_be_read(window: Window) -> None:
    given: dict[str, str] = {}
    for row in table.TABLE:
        for key in window.actions_by_name[row.name].shortcuts():
            text = key.toString()
            assert text, f"{row.name} has a key that does not exist"
            assert text not in given, f"{text} is the key of {row.name} and of {given[text]}"
            given[text] = row.name


def test_tab_goes_through_the_panels_and_comes_round(window: Window) -> None:
    window.resize(1200, 800)
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    window.timeline.setFocus()
    seen: list[QWidget] = []
    for _ in range(200):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in seen:
            break
        seen.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    else:
        pytest.fail("Tab never comes round")
    for panel in (window.inspector, window.timeline, window.takes):
        assert any(panel is widget or panel.isAncestorOf(widget) for widget in seen), type(panel).__name__


# Contrast


def luminance(colour: str) -> float:
    """Relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = []
    for value in (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF()):
        parts.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_of_contrast_is_the_standards() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_text_can_be_read_on_every_ground(colours: theme.Theme) -> None:
    of = asdict(colours)
    grounds = ("window", "panel", "field", "card", "raised")
    pairs = [(text, ground) for text in ("text", "quiet") for ground in grounds]
    pairs += [("on_accent", "accent"), ("failed", "panel"), ("text", "sound")]
    weak = {pair: round(contrast(of[pair[0]], of[pair[1]]), 2) for pair in pairs}
    assert {pair: found for pair, found in weak.items() if found < CONTRAST} == {}


@pytest.mark.parametrize("colours", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_dots_edges_and_the_playhead_can_be_told_from_their_ground(colours: theme.Theme) -> None:
    of = asdict(colours)
    pairs = [(dot, "card") for dot in ("ready", "warning", "busy", "waiting", "failed")]
    pairs += [("playhead", "window"), ("playhead", "card"), ("busy", "field"), ("busy", "panel")]
    weak = {pair: round(contrast(of[pair[0]], of[pair[1]]), 2) for pair in pairs}
    assert {pair: found for pair, found in weak.items() if found < DOTS} == {}


def test_the_two_sets_are_worn_by_what_is_painted(window: Window, qt: QApplication, folder: Path) -> None:
    from ui import preferences

    try:
        grounds = []
        for wanted in ("dark", "light"):
            theme.prefer(qt, preferences.Preferences(colours=wanted))
            qt.processEvents()
            picture = window.grab().toImage()
            grounds.append(picture.pixelColor(picture.width() // 2, 4).lightness())
        assert grounds[0] < 60 < 200 < grounds[1]
    finally:
        theme.prefer(qt, preferences.Preferences())
