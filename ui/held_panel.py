"""What auditions hold of the current shot: to be looked at, picked, carried on or thrown away."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from storyboard.film.audition import Held

from .auditions import Auditions
from .document import Document
from .fields import SmallButton, label
from .held_card import Card
from .held_list import HeldList
from .pictures import Thumbnails
from .session import Session
from .take_facts import unlike
from .words import plural

SPACING: Final = 5
FOOT: Final = 4
"""Pixels below its buttons."""
NO_LIMIT: Final = (1 << 24) - 1
"""Of a widget's height, as Qt has it."""


class HeldPanel(QWidget):
    """There only where something is held. `begin`, the button that begins an audition, stands wherever it is put."""

    changed = Signal()
    """Something else is held, or nothing."""
    looked_at = Signal(object, str)
    """How the held take that is looked at is at this moment (`QImage`), and its words; None for the film."""

    def __init__(
        self,
        document: Document,
        session: Session,
        auditions: Auditions,
        thumbnails: Thumbnails,
        actions: dict[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._auditions = auditions
        self._actions = actions
        self._looked, self._shows = "", False
        self._leaves_room = False
        self.held: tuple[Held, ...] = ()
        """What is shown."""
        self.heading = label("heading")
        self.list = HeldList(document, thumbnails)
        self.carry_on = SmallButton("Carry on", actions["carry_on"].toolTip())
        self.carry_on.setObjectName("primary")
        self.rest = SmallButton("Throw away")
        self.rest.setToolTip(
            "Those that are not picked. Undo brings them back as long as this window is open"
        )
        self.begin = SmallButton("Audition…")
        self.begin.setObjectName("inline")
        self._build()
        self._connect()
        self.hide()

    def _build(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.carry_on)
        buttons.addStretch(1)
        buttons.addWidget(self.rest)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, FOOT)
        column.setSpacing(SPACING)
        column.addWidget(self.heading)
        column.addWidget(self.list, 100)
        column.addLayout(buttons)
        column.addStretch(1)  # what room is left over is below, and not between

    def _connect(self) -> None:
        auditions = self._auditions
        self.begin.clicked.connect(self._actions["audition"].trigger)
        self.carry_on.clicked.connect(self._actions["carry_on"].trigger)
        self.rest.clicked.connect(self._actions["throw_held"].trigger)
        self.list.carry_on_wanted.connect(self._actions["carry_on"].trigger)
        self.list.thrown.connect(lambda name: auditions.throw([name]))
        self.list.itemSelectionChanged.connect(lambda: auditions.pick(self.list.picked))
        self.list.laid_out.connect(self._fit)
        self.list.looked_at.connect(self._look_at)
        self.list.ticked.connect(self._show_looked)
        auditions.changed.connect(self.follow)
        self._document.changed.connect(self.follow)
        self._session.playing_changed.connect(self._show_looked)

    # ---- showing

    def leave_room(self, leave: bool) -> None:
        """Whether it takes no more room than it needs, since something stands below it."""
        self._leaves_room = leave
        self._fit()

    def _fit(self) -> None:
        rest = self.heading.sizeHint().height() + self.carry_on.sizeHint().height() + 3 * SPACING + FOOT
        most = self.list.maximumHeight() + rest if self._leaves_room else NO_LIMIT
        self.setMaximumHeight(min(most, NO_LIMIT))

    def follow(self) -> None:
        """Shows what is held of the current shot as it is now."""
        auditions, before = self._auditions, self.held
        self.held, picked = auditions.current, auditions.picked
        self.list.show_cards([self._card(held) for held in self.held], {held.name for held in picked})
        self.heading.setText(f"HELD · {len(self.held)}")
        self.carry_on.setText(f"Carry on ({len(picked)})" if picked else "Carry on")
        self.carry_on.setAccessibleName(f"Carry on {plural(len(picked), 'picked take')}")
        self.carry_on.setEnabled(bool(picked))
        tip = self._actions["carry_on"].toolTip()
        self.carry_on.setToolTip(
            tip if picked else "Pick those that are to be made whole: a click or Space does that"
        )
        rest = len(auditions.rest)
        self.rest.setText(f"Throw away ({rest})")
        self.rest.setAccessibleName(f"Throw away {plural(rest, 'held take')} that nobody picked")
        self.rest.setEnabled(rest > 0)
        self._show_why_not()
        if self.held != before:
            self.setVisible(bool(self.held))
            self.changed.emit()

    def _show_why_not(self) -> None:
        reason = self._auditions.why_not()
        self.begin.setEnabled(not reason)
        self.begin.setToolTip(reason or self._actions["audition"].toolTip())
        self.begin.setAccessibleDescription(reason)

    def _card(self, held: Held) -> Card:
        if self._auditions.is_carried_on(held.name):
            return Card(held, "carrying on", carried=True)
        shot = self._session.current
        assert shot is not None
        notes = unlike(self._document.project, shot, held.step.recipe)
        return Card(held, notes[0] if notes else "")

    # ---- looking

    def _look_at(self, name: str) -> None:
        self._looked = name
        self._show_looked()

    def _show_looked(self, *_: object) -> None:
        """Shows the one that is looked at in the viewer too, where there is room for it."""
        image = None if not self._looked or self._session.playing else self.list.picture(self._looked)
        if image is not None or self._shows:
            self._shows = image is not None
            self.looked_at.emit(image, self.list.cards[self._looked].in_words if image is not None else "")
