"""How the window looks at its project: remembered when it closes, taken up again when it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray

from . import memory
from .inspector import WIDTH
from .memory import View

if TYPE_CHECKING:
    from .window import Window

TAKES: Final = 254
TIMELINE: Final = 286
"""Pixels of the takes' width and of the timeline's height, until the user moves the edge between."""


def keep(window: Window) -> None:
    """Remembers how the window looks at its project now."""
    session, timeline = window.session, window.timeline
    current = session.current
    # The storyboard has the room of the panels: what they had before it is what they get back.
    before = memory.view_of(window.document.folder) or View()
    as_board = window.page == "storyboard"
    view = View(
        page=window.page,
        scale=timeline.scale,
        scroll=timeline.horizontalScrollBar().value(),
        selected=session.selected if len(session.selected) < len(window.document.project.shots) else (),
        current=current.id if current else "",
        playhead=session.frame,
        across=before.across if as_board else tuple(window.upper.sizes()),
        down=before.down if as_board else tuple(window.both.sizes()),
    )
    memory.keep(window.document.folder, view, bytes(window.saveGeometry().toHex().data()).decode())


def place(window: Window) -> None:
    """Puts the window where it was, in its size. What Qt cannot read it leaves alone."""
    geometry = memory.load().geometry
    if geometry:
        window.restoreGeometry(QByteArray.fromHex(QByteArray(geometry.encode("ascii", "replace"))))


def arrange(window: Window) -> None:
    """The panels in their usual sizes; the picture has the rest."""
    wide, high = window.both.width(), window.both.height()
    window.upper.setSizes([TAKES, max(1, wide - TAKES - WIDTH), WIDTH])
    window.both.setSizes([max(1, high - TIMELINE), TIMELINE])


def take_up(window: Window) -> None:
    """Looks at the project as it was looked at last, as far as that is still there."""
    view = memory.view_of(window.document.folder)
    if view is None:
        arrange(window)
        return
    if len(view.across) == window.upper.count() and any(view.across):
        window.upper.setSizes(list(view.across))
    if len(view.down) == window.both.count() and any(view.down):
        window.both.setSizes(list(view.down))
    there = {shot.id for shot in window.document.project.shots}
    selected = [shot_id for shot_id in view.selected if shot_id in there]
    if selected:
        window.session.select(*selected, current=view.current)
    elif view.current in there:
        window.session.select(view.current)
    window.session.seek(view.playhead)
    if view.scale is not None:
        window.timeline.show_scale(view.scale)
        window.timeline.horizontalScrollBar().setValue(view.scroll)
    window.show_page(view.page)
