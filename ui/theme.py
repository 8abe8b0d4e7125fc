"""Colours, in a dark and a light set, and how Qt's widgets wear them. Follows the system."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from .preferences import Preferences
from .words import Colour


@dataclass(frozen=True)
class Theme:
    """Colours as `#rrggbb`. Text on its ground has a contrast of at least 4.5:1 in both sets."""

    window: str
    panel: str
    field: str
    card: str
    raised: str
    line: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    playhead: str
    sound: str
    ready: str
    warning: str
    busy: str
    waiting: str
    failed: str

    def state(self, colour: Colour) -> QColor:
        """Of a shot's dot."""
        return QColor(self.quiet if colour == "draft" else getattr(self, colour))


DARK = Theme(
    window="#0f1013",
    panel="#1b1d23",
    field="#111317",
    card="#22252c",
    raised="#2a2d36",
    line="#2d313a",
    text="#e8eaee",
    quiet="#949baa",
    accent="#3b6fe0",
    on_accent="#ffffff",
    playhead="#ff5a5f",
    sound="#1d3a32",
    ready="#5bbf8a",
    warning="#e5aa46",
    busy="#6fa3ff",
    waiting="#8a909e",
    failed="#ff6b6b",
)

LIGHT = Theme(
    window="#d9dce2",
    panel="#f4f5f7",
    field="#ffffff",
    card="#ffffff",
    raised="#ffffff",
    line="#cdd1d9",
    text="#1a1d23",
    quiet="#5a616e",
    accent="#2f62d6",
    on_accent="#ffffff",
    playhead="#d8343a",
    sound="#cfe8dd",
    ready="#1f8a55",
    warning="#a56a00",
    busy="#2f62d6",
    waiting="#6b7280",
    failed="#c4292f",
)


_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "dark": Qt.ColorScheme.Dark,
    "light": Qt.ColorScheme.Light,
}
_preferred = Preferences()


def current() -> Theme:
    """The set that the user chose, else the one that the system asks for; dark where it does not say."""
    wanted = _SCHEMES[_preferred.colours]
    if wanted == Qt.ColorScheme.Unknown:
        wanted = QApplication.styleHints().colorScheme()
    return LIGHT if wanted == Qt.ColorScheme.Light else DARK


def is_still() -> bool:
    """Whether the user wants no motion that only decorates."""
    return _preferred.still


def prefer(app: QApplication, preferences: Preferences) -> None:
    """Dresses `app` as the user likes it, from now on."""
    global _preferred
    before, _preferred = current(), preferences
    app.styleHints().setColorScheme(
        _SCHEMES[preferences.colours]
    )  # for what the system draws: title bar, dialogs
    for effect in (Qt.UIEffect.UI_AnimateMenu, Qt.UIEffect.UI_AnimateCombo, Qt.UIEffect.UI_AnimateTooltip):
        app.setEffectEnabled(effect, not preferences.still)
    if current() != before:  # it takes long: every widget is dressed anew
        _wear(app)


def apply(app: QApplication) -> None:
    """Dresses `app`, now and whenever the system turns light or dark."""
    app.setStyle("Fusion")
    app.styleHints().colorSchemeChanged.connect(lambda _: _wear(app))
    _wear(app)


@contextlib.contextmanager
def undressed() -> Iterator[None]:
    """For as long as a window is put together: a widget that gets its place in dress is dressed anew, and all below it,
    so that a window takes three times as long. Where another window is seen everything stays as it is."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    sheet = app.styleSheet()
    if any(window.isVisible() for window in app.topLevelWidgets()):
        yield
        return
    app.setStyleSheet("")
    try:
        yield
    finally:
        app.setStyleSheet(sheet)


def fixed_font(size_factor: float = 1.0) -> QFont:
    """The system's fixed-width font, a little smaller or larger than its text."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QApplication.font().pointSizeF() * size_factor)
    return font


def _wear(app: QApplication) -> None:
    theme = current()
    app.setPalette(_palette(theme))
    app.setStyleSheet(_style(theme, app.font().pointSizeF()))


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.card,
        role.Text: theme.text,
        role.PlaceholderText: theme.quiet,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
    }
    for which, colour in colours.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.quiet))
    return palette


def _style(theme: Theme, size: float) -> str:
    """`size` is that of the system's text, in points."""
    return f"""
    QMainWindow, QSplitter {{ background: {theme.window}; }}
    QSplitter::handle {{ background: {theme.window}; }}
    QWidget#panel, QWidget#bar {{ background: {theme.panel}; }}
    QWidget#bar {{ border-bottom: 1px solid {theme.line}; }}
    QLabel {{ background: transparent; }}
    QLabel#title {{ font-weight: 600; font-size: {size * 1.12:.2f}pt; }}
    QLabel#page-title {{ font-weight: 600; font-size: {size * 1.4:.2f}pt; }}
    QDialog#page {{ background: {theme.panel}; }}
    QWidget#banner {{ background: {theme.card}; border-bottom: 1px solid {theme.line}; }}
    QWidget#palette {{ background: {theme.raised}; border: 1px solid {theme.waiting}; border-radius: 8px; }}
    QWidget#palette QListWidget::item {{ padding: 5px 8px; border-radius: 5px; }}
    QWidget#palette QListWidget::item:selected {{ background: {theme.accent}; color: {theme.on_accent}; }}
    QTreeWidget {{
        background: {theme.field}; alternate-background-color: {theme.card}; border: 1px solid {theme.line};
        border-radius: 6px; outline: none; }}
    QTreeWidget::item {{ padding: 4px 6px; }}
    QTreeWidget::item:selected {{ background: {theme.accent}; color: {theme.on_accent}; }}
    QTreeWidget::item:disabled {{ color: {theme.quiet}; }}
    QHeaderView {{ background: transparent; }}
    QHeaderView::section {{
        background: {theme.field}; color: {theme.quiet}; border: none; border-bottom: 1px solid {theme.line};
        padding: 5px 6px; }}
    QDialog#page QListWidget {{ background: {theme.field}; border: 1px solid {theme.line}; border-radius: 6px; }}
    QDialog#page QListWidget::item {{ padding: 4px 6px; }}
    QDialog#page QListWidget::item:selected {{ background: {theme.accent}; color: {theme.on_accent}; }}
    QKeySequenceEdit {{ min-width: 170px; }}
    QLabel#heading {{
        color: {theme.quiet}; font-weight: 600; letter-spacing: 0.6px; font-size: {size * 0.88:.2f}pt; }}
    QLabel#quiet {{ color: {theme.quiet}; }}
    QLabel#problem {{ color: {theme.failed}; }}
    QFrame#motion {{ background: {theme.card}; border-radius: 6px; }}
    QPlainTextEdit, QLineEdit, QComboBox, QSpinBox {{
        background: {theme.field}; border: 1px solid {theme.line}; border-radius: 6px; padding: 5px 8px;
        selection-background-color: {theme.accent}; selection-color: {theme.on_accent}; }}
    QSpinBox::up-button, QSpinBox::down-button {{ width: 0px; border: none; }}
    QSpinBox QLineEdit {{ background: transparent; border: none; padding: 0; }}
    QPlainTextEdit:focus, QLineEdit:focus, QComboBox:focus, QSpinBox:focus {{ border-color: {theme.busy}; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox QAbstractItemView {{ background: {theme.raised}; border: 1px solid {theme.line}; }}
    QPushButton, QToolButton#framed {{
        background: {theme.raised}; border: 1px solid {theme.line}; border-radius: 6px; padding: 5px 13px; }}
    QToolButton#framed {{ padding: 3px 10px; }}
    QPushButton:focus {{ border-color: {theme.busy}; }}
    QPushButton:hover {{ border-color: {theme.quiet}; }}
    QPushButton:pressed, QPushButton:checked {{ background: {theme.line}; }}
    QPushButton:disabled {{ color: {theme.quiet}; background: transparent; }}
    QPushButton#primary {{ background: {theme.accent}; border-color: {theme.accent}; color: {theme.on_accent}; }}
    QPushButton#primary:hover {{ border-color: {theme.text}; }}
    QPushButton#primary:disabled {{ background: {theme.raised}; border-color: {theme.line}; color: {theme.quiet}; }}
    QToolButton {{ background: transparent; border: none; border-radius: 4px; padding: 4px 7px; }}
    QToolButton:hover, QToolButton:checked {{ background: {theme.raised}; }}
    QComboBox[inherited="true"] {{ color: {theme.quiet}; }}
    QToolButton#reset {{ color: {theme.busy}; padding: 0 2px; }}
    QToolButton#primary {{
        background: {theme.accent}; color: {theme.on_accent}; border: 1px solid {theme.accent}; border-radius: 6px;
        padding: 3px 10px; }}
    QToolButton#primary:hover, QToolButton#primary:focus {{ border-color: {theme.text}; }}
    QToolButton#primary:disabled {{
        background: transparent; color: {theme.quiet}; border-color: {theme.line}; }}
    QToolButton:disabled {{ color: {theme.quiet}; }}
    QToolButton#inline {{ padding: 0 3px; }}
    QPushButton#chip {{ border-radius: 9px; padding: 2px 8px; }}
    QPushButton#chip:hover, QPushButton#chip:focus {{ border-color: {theme.busy}; }}
    QPushButton#chip[unknown="true"] {{
        background: transparent; border: 1px dashed {theme.quiet}; color: {theme.quiet}; }}
    QToolButton:focus {{ background: {theme.raised}; border: 1px solid {theme.busy}; }}
    QRadioButton {{ spacing: 8px; }}
    QRadioButton::indicator {{
        width: 14px; height: 14px; border-radius: 8px; border: 1px solid {theme.waiting}; background: {theme.field}; }}
    QRadioButton::indicator:checked {{
        width: 6px; height: 6px; border: 5px solid {theme.accent}; background: {theme.on_accent}; }}
    QRadioButton:focus {{ color: {theme.busy}; }}
    QCheckBox {{ spacing: 8px; }}
    QCheckBox::indicator {{
        width: 14px; height: 14px; border-radius: 4px; border: 1px solid {theme.waiting}; background: {theme.field}; }}
    QCheckBox::indicator:checked {{
        width: 8px; height: 8px; border: 4px solid {theme.accent}; background: {theme.on_accent}; }}
    QCheckBox::indicator:indeterminate {{
        width: 8px; height: 8px; border: 4px solid {theme.field}; background: {theme.waiting}; }}
    QCheckBox:focus {{ color: {theme.busy}; }}
    QListWidget {{ background: transparent; border: none; outline: none; }}
    QScrollArea {{ background: {theme.panel}; border: none; }}
    QStatusBar {{ background: {theme.panel}; border-top: 1px solid {theme.line}; }}
    QStatusBar::item {{ border: none; }}
    QProgressBar {{ background: {theme.raised}; border: none; border-radius: 2px; }}
    QProgressBar::chunk {{ background: {theme.busy}; border-radius: 2px; }}
    QScrollBar {{ background: transparent; border: none; }}
    QScrollBar:horizontal {{ height: 11px; }}
    QScrollBar:vertical {{ width: 11px; }}
    QScrollBar::handle {{ background: {theme.line}; border-radius: 3px; margin: 3px; min-width: 30px; min-height: 30px; }}
    QScrollBar::handle:hover {{ background: {theme.waiting}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QLineEdit#timecode {{ background: transparent; border-color: transparent; padding: 3px 6px; }}
    QLineEdit#timecode:hover {{ border-color: {theme.line}; }}
    QLineEdit#timecode:focus {{ background: {theme.field}; border-color: {theme.busy}; }}
    QToolButton#choice::menu-indicator {{ image: none; }}
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {theme.line}; }}
    QSlider::sub-page:horizontal {{ border-radius: 2px; background: {theme.waiting}; }}
    QSlider::handle:horizontal {{
        width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; background: {theme.text}; }}
    QToolTip {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.line}; padding: 3px; }}
    QToolButton::menu-indicator {{ image: none; }}
    QMenu {{ background: {theme.raised}; border: 1px solid {theme.line}; padding: 4px; }}
    QMenu::item {{ padding: 5px 22px 5px 14px; border-radius: 4px; }}
    QMenu::item:disabled {{ color: {theme.quiet}; }}
    QMenu::separator {{ height: 1px; background: {theme.line}; margin: 4px 8px; }}
    QMenu::item:selected {{ background: {theme.accent}; color: {theme.on_accent}; }}
    """
