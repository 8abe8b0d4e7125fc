"""Colours, in a dark and a light set, and how Qt's widgets wear them. Follows the system."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

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


def current() -> Theme:
    """The set that the system asks for; dark where it does not say."""
    return LIGHT if QApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK


def apply(app: QApplication) -> None:
    """Dresses `app`, now and whenever the system turns light or dark."""
    app.setStyle("Fusion")
    app.styleHints().colorSchemeChanged.connect(lambda _: _wear(app))
    _wear(app)


def fixed_font(size_factor: float = 1.0) -> QFont:
    """The system's fixed-width font, a little smaller or larger than its text."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QApplication.font().pointSizeF() * size_factor)
    return font


def _wear(app: QApplication) -> None:
    theme = current()
    app.setPalette(_palette(theme))
    app.setStyleSheet(_style(theme))


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


def _style(theme: Theme) -> str:
    return f"""
    QMainWindow, QSplitter {{ background: {theme.window}; }}
    QSplitter::handle {{ background: {theme.window}; }}
    QWidget#panel, QWidget#bar {{ background: {theme.panel}; }}
    QWidget#bar {{ border-bottom: 1px solid {theme.line}; }}
    QLabel {{ background: transparent; }}
    QLabel#title {{ font-weight: 600; }}
    QLabel#heading {{ color: {theme.quiet}; font-weight: 600; letter-spacing: 1px; }}
    QLabel#quiet {{ color: {theme.quiet}; }}
    QLabel#problem {{ color: {theme.failed}; }}
    QLabel#motion {{ background: {theme.card}; border-radius: 6px; padding: 8px 10px; }}
    QPlainTextEdit, QLineEdit, QComboBox {{
        background: {theme.field}; border: 1px solid {theme.line}; border-radius: 6px; padding: 5px 8px;
        selection-background-color: {theme.accent}; selection-color: {theme.on_accent}; }}
    QPlainTextEdit:focus, QLineEdit:focus, QComboBox:focus {{ border-color: {theme.busy}; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox QAbstractItemView {{ background: {theme.raised}; border: 1px solid {theme.line}; }}
    QPushButton {{
        background: {theme.raised}; border: 1px solid {theme.line}; border-radius: 6px; padding: 5px 13px; }}
    QPushButton:hover {{ border-color: {theme.quiet}; }}
    QPushButton:pressed, QPushButton:checked {{ background: {theme.line}; }}
    QPushButton:disabled {{ color: {theme.quiet}; background: transparent; }}
    QPushButton#primary {{ background: {theme.accent}; border-color: {theme.accent}; color: {theme.on_accent}; }}
    QPushButton#primary:hover {{ border-color: {theme.text}; }}
    QPushButton#primary:disabled {{ background: {theme.raised}; border-color: {theme.line}; color: {theme.quiet}; }}
    QToolButton {{ background: transparent; border: none; border-radius: 4px; padding: 4px 7px; }}
    QToolButton:hover, QToolButton:checked {{ background: {theme.raised}; }}
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
    QToolTip {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.line}; padding: 3px; }}
    QMenu {{ background: {theme.raised}; border: 1px solid {theme.line}; }}
    QMenu::item:selected {{ background: {theme.accent}; color: {theme.on_accent}; }}
    """
