"""What a right click on the timeline offers: the actions that make sense there, from the one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from typing import Final, TypeVar

from msgspec.structs import replace
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from storyboard import edit
from storyboard.project import Marker

from .document import Document

Actions = Mapping[str, QAction]
T = TypeVar("T")

_SHOT: Final = (
    ("edit_prompt", "generate", "generate_four", "audition"),
    ("cut", "copy", "paste", "duplicate"),
    ("split", "trim_start", "trim_end"),
    ("remove",),
)
_EMPTY: Final = (("new_shot", "paste", "import", "music"), ("select_all", "select_none"), ("zoom_fit",))
_RULER: Final = (
    ("marker",),
    ("mark_in", "mark_out", "clear_range"),
    ("zoom_in", "zoom_out", "zoom_fit"),
)

_GAINS: Final = (6.0, 3.0, 0.0, -3.0, -6.0, -9.0, -12.0, -18.0, -24.0)
"""Decibels."""
_FADES: Final = tuple(Fraction(text) for text in ("0", "1/2", "1", "3/2", "2", "3", "5", "10"))
"""Seconds."""


def shot(actions: Actions, parent: QWidget) -> QMenu:
    return _menu(actions, _SHOT, parent)


def empty(actions: Actions, parent: QWidget) -> QMenu:
    return _menu(actions, _EMPTY, parent)


def ruler(actions: Actions, parent: QWidget) -> QMenu:
    return _menu(actions, _RULER, parent)


def marker(
    of: Marker, rename: Callable[[Marker], None], remove: Callable[[Marker], None], parent: QWidget
) -> QMenu:
    menu = QMenu(parent)
    menu.addAction("Name…", lambda: rename(of))
    menu.addAction("Remove marker", lambda: remove(of))
    return menu


def music(document: Document, actions: Actions, parent: QWidget) -> QMenu:
    """Gain, fades and repeat of the music, as it is now and as it could be."""
    menu = QMenu(parent)
    of = document.project.music
    if of is None:
        return menu

    gains = {f"{gain:+.0f} dB" if gain else "0 dB": gain for gain in _with(_GAINS, of.gain)}
    _choices(menu, "Gain", gains, of.gain, lambda gain: _set(document, "Set gain", gain=gain))
    for title, name in (("Fade in", "fade_in"), ("Fade out", "fade_out")):
        now: Fraction = getattr(of, name)
        fades = {_seconds(fade): fade for fade in _with(_FADES, now)}
        _choices(menu, title, fades, now, partial(_set_fade, document, name, title))
    repeat = menu.addAction(
        "Repeat until the film ends", lambda: _set(document, "Repeat music", loop=not of.loop)
    )
    repeat.setCheckable(True)
    repeat.setChecked(of.loop)
    menu.addSeparator()
    if "music" in actions:
        menu.addAction(actions["music"])
    menu.addAction("Remove music", lambda: document.edit("Remove music", lambda p: edit.set_music(p, None)))
    return menu


def _set(document: Document, name: str, **settings: object) -> None:
    document.edit(name, lambda p: edit.set_music(p, replace(p.music, **settings)) if p.music else p)


def _set_fade(document: Document, field: str, name: str, seconds: Fraction) -> None:
    _set(document, name, **{field: seconds})


def _menu(actions: Actions, groups: tuple[tuple[str, ...], ...], parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    for group in groups:
        menu.addActions([actions[name] for name in group if name in actions])
        menu.addSeparator()
    return menu


def _choices(menu: QMenu, title: str, values: dict[str, T], now: T, choose: Callable[[T], None]) -> None:
    """A submenu with one of `values` ticked."""
    part = menu.addMenu(title)
    group = QActionGroup(part)
    for text, value in values.items():
        action = part.addAction(text, partial(choose, value))
        action.setCheckable(True)
        action.setChecked(value == now)
        group.addAction(action)


def _with(usual: tuple[T, ...], now: T) -> tuple[T, ...]:
    return usual if now in usual else (now, *usual)


def _seconds(fade: Fraction) -> str:
    return f"{float(fade):g} s" if fade else "None"
