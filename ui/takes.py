"""The panel at the left: the takes of the current shot, newest first.

A pointer over a picture scrubs through its take, a click looks at it in the viewer, Enter or a double click
chooses it for the film, Ctrl and a click holds a second one beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QListWidgetItem, QMenu, QVBoxLayout, QWidget

from storyboard.project import Shot
from storyboard.take import Take

from .document import Document
from .fields import SmallButton, label
from .held_panel import HeldPanel
from .pictures import Thumbnails
from .session import Session
from .take_card import ROLE, ROW_HEIGHT, Scrub, TakeDelegate
from .take_facts import facts, title
from .take_list import TakeList
from .take_verbs import TakeVerbs
from .words import plural

OFFERED: Final = 20
"""Thrown away takes that are offered to be restored, at most."""


class Takes(QWidget):
    """The list, a line on what the viewer shows of it, and the trash."""

    def __init__(
        self,
        document: Document,
        session: Session,
        thumbnails: Thumbnails,
        verbs: TakeVerbs,
        actions: dict[str, QAction],
        held: HeldPanel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(224)
        self._document = document
        self._session = session
        self._verbs = verbs
        self._actions = actions
        self.held = held
        self._shown: object = None
        self._build(thumbnails)
        self._connect(thumbnails)
        self.follow()

    def _build(self, thumbnails: Thumbnails) -> None:
        self.heading = label("heading")
        self.compare = SmallButton("Compare", self._actions["compare_takes"].toolTip())
        self.compare.setCheckable(True)
        self.compare.setAccessibleName("Compare two takes")
        self.empty, self.hint = label(), label()
        for words in (self.empty, self.hint):
            words.setWordWrap(True)
        self.list = TakeList()
        self.delegate = TakeDelegate(self._document, self._session, thumbnails, self.list)
        self.list.setItemDelegate(self.delegate)
        self.trash = SmallButton("Trash", "Takes that were thrown away; each can be restored")
        self.trash.setObjectName("inline")
        top = QHBoxLayout()
        top.addWidget(self.heading)
        top.addStretch(1)
        top.addWidget(self.compare)
        keep = self.compare.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # the heading stays where it is
        self.compare.setSizePolicy(keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 8, 8)
        column.addLayout(top)
        column.addWidget(self.empty)
        column.addWidget(self.held, 2)
        column.addWidget(self.list, 1)
        column.addWidget(self.hint)  # below the cards: they must not move between two clicks
        foot = QHBoxLayout()
        foot.addWidget(self.held.begin)
        foot.addStretch(1)
        foot.addWidget(self.trash)
        column.addLayout(foot)

    def _connect(self, thumbnails: Thumbnails) -> None:
        self.list.looked_at.connect(self._look_at)
        self.list.compared.connect(self._compare)
        self.list.chosen.connect(self._with_shot(lambda shot, take: self._verbs.choose(shot.id, take)))
        self.list.thrown.connect(self._with_shot(lambda _, take: self._verbs.throw_take(take)))
        self.list.scrubbed.connect(self._scrub)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.compare.clicked.connect(self._toggle_comparison)
        self.trash.clicked.connect(self._show_trash)
        thumbnails.ready.connect(self.list.viewport().update)
        self._document.changed.connect(self.follow)
        self._session.selection_changed.connect(self.follow)
        self._session.showing_changed.connect(self.follow)
        self.held.changed.connect(self.follow)

    # ---- showing

    def follow(self) -> None:
        """Shows the current shot's takes as they are now."""
        shot = self._session.current
        takes = () if shot is None else self._takes(shot)
        number = "" if shot is None else f" · SHOT {self._document.project.index(shot.id) + 1}"
        self.heading.setText(f"TAKES{number}")
        # What is held has the room of the list where that is empty.
        self.list.setHidden(bool(self.held.held and not takes))
        self.held.leave_room(bool(takes))
        empty = "" if self.held.held else _empty(shot, takes)
        for place, words in ((self.empty, empty), (self.hint, self._hint())):
            place.setText(words)
            place.setVisible(bool(words))
        trial = self._session.trial
        self.compare.setVisible(len(takes) > 1)
        self.compare.setChecked(trial is not None and bool(trial.other))
        thrown = len(self._document.takes.thrown)
        self.trash.setText(f"Trash ({thrown})")
        self.trash.setAccessibleName(f"Trash, {plural(thrown, 'take')}")
        self.trash.setVisible(thrown > 0)
        now = (shot and shot.id, takes)
        if now != self._shown:
            self._shown = now
            self._fill(shot, takes)
        self.list.viewport().update()

    def _hint(self) -> str:
        """What the viewer shows now that the film does not, and what to do about it."""
        trial = self._session.trial
        looked = None if trial is None else self._document.takes.get(trial.take)
        if trial is None or looked is None:
            return ""
        if trial.other:
            return "Drag the handle in the picture. Ctrl+click compares with another take."
        return f"Looking at take {looked.number}. Enter chooses it for the film."

    def _takes(self, shot: Shot) -> tuple[Take, ...]:
        takes = self._document.takes
        own = takes.of_shot(shot.id)
        # A duplicate, or the second half of a split, shows a take that was made for another shot.
        borrowed = takes.get(shot.chosen.take) if shot.chosen else None
        return (*reversed(own), *(() if borrowed is None or borrowed in own else (borrowed,)))

    def _fill(self, shot: Shot | None, takes: tuple[Take, ...]) -> None:
        before = self.list.current_take
        self.list.clear()
        for take in takes:
            item = QListWidgetItem(title(take))
            item.setData(ROLE, take.id)
            item.setToolTip(facts(take))
            item.setSizeHint(QSize(0, ROW_HEIGHT))
            self.list.addItem(item)
        chosen = shot.chosen.take if shot and shot.chosen else ""
        there = [take.id for take in takes]
        if wanted := next((take for take in (before, chosen) if take in there), ""):
            self.list.setCurrentRow(there.index(wanted))

    # ---- hands

    def _with_shot(self, do: Callable[[Shot, Take], None]) -> Callable[[str], None]:
        """What a signal with a take's id does, where there are a shot and such a take."""

        def done(take_id: str) -> None:
            shot, take = self._session.current, self._document.takes.get(take_id)
            if shot is not None and take is not None:
                do(shot, take)

        return done

    def _look_at(self, take_id: str) -> None:
        trial = self._session.trial
        if trial is not None and trial.other:
            self._compare(take_id)  # a comparison goes on with another take until it is ended
        elif self._session.current is not None:
            self._verbs.look_at(self._session.current.id, take_id)

    def _compare(self, take_id: str) -> None:
        """Holds a take beside the one that is looked at, else beside the chosen one."""
        shot, trial = self._session.current, self._session.trial
        if shot is None:
            return
        first = trial.take if trial is not None else shot.chosen.take if shot.chosen else ""
        if first in self._document.takes:
            self._verbs.compare_takes(shot.id, first, take_id)

    def _toggle_comparison(self) -> None:
        self._verbs.compare()
        self.follow()  # where there is nothing to compare the button comes up again

    def _scrub(self, scrub: Scrub | None) -> None:
        if scrub != self.delegate.scrub:
            self.delegate.scrub = scrub
            self.list.viewport().update()

    def _show_menu(self, at: QPoint) -> None:
        item, shot = self.list.itemAt(at), self._session.current
        take = None if item is None else self._document.takes.get(item.data(ROLE))
        if shot is not None and take is not None:
            self.menu_of(shot, take).popup(self.list.viewport().mapToGlobal(at))

    def menu_of(self, shot: Shot, take: Take) -> QMenu:
        """What can be done with a take, with the keys of the actions that do it to the take at hand."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        verbs = self._verbs
        menu.addAction("Choose for the film", partial(verbs.choose, shot.id, take))
        star = "Remove star" if take.id in shot.starred else "Star"
        menu.addAction(star, partial(verbs.star_take, shot.id, take.id))
        if shot.chosen is not None and shot.chosen.take not in ("", take.id):
            beside = partial(verbs.compare_takes, shot.id, shot.chosen.take, take.id)
            menu.addAction("Compare with the chosen take", beside)
        if take.recipe is not None:
            menu.addAction("Use this take's recipe", partial(verbs.use_recipe_of, shot.id, take))
        menu.addSeparator()
        menu.addAction("Move to the trash", partial(verbs.throw_take, take))
        return menu

    def _show_trash(self) -> None:
        self.trash_menu().popup(self.trash.mapToGlobal(QPoint(0, 0)))

    def trash_menu(self) -> QMenu:
        """The thrown away takes, those of the current shot first; a click restores one."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        current, thrown = self._session.current, self._document.takes.thrown
        numbers = {shot.id: number for number, shot in enumerate(self._document.project.shots, 1)}
        own = current.id if current else ""
        for take in sorted(thrown, key=lambda take: (take.shot != own, take.shot not in numbers))[:OFFERED]:
            of = f"shot {numbers[take.shot]}" if take.shot in numbers else "a shot that is gone"
            action = menu.addAction(f"Restore take {take.number} of {of}", partial(self._verbs.restore, take))
            action.setToolTip(facts(take))
        menu.addSeparator()
        menu.addAction(f"Empty: {plural(len(thrown), 'take')} to the system's trash", self._verbs.empty_trash)
        return menu


def _empty(shot: Shot | None, takes: tuple[Take, ...]) -> str:
    """One quiet line where there are no takes."""
    if shot is None:
        return "Select a shot to see its takes."
    return "" if takes else "No takes yet: the film shows this shot's sketch."
