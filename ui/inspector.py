"""The panel at the right: the selected shots' settings, or the project's, and the buttons that make takes."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from storyboard.project import Shot

from . import theme
from .document import Document
from .fields import Prompt, SmallButton, label
from .project_page import ProjectPage
from .session import Session
from .shot_page import ShotPage
from .words import Job, shown

if TYPE_CHECKING:
    from storyboard.generators.registry import ModelStatus

WIDTH = 330


class Inspector(QWidget):
    """Shows the selected shots; the project where none is selected, or where *Project* is pressed."""

    said = Signal(str, bool)
    """A sentence about what was done here, and whether it is a problem."""
    model_wanted = Signal(str)
    """The page of models, beginning with the one of this name."""

    def __init__(
        self, document: Document, session: Session, actions: dict[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(WIDTH - 50)
        self._document = document
        self._session = session
        self._jobs: Mapping[str, Job] = {}
        self.shot = ShotPage(document, session)
        self.project = ProjectPage(document, actions)
        self._build(actions)
        for row in (self.shot.model, self.project.model):
            row.page_wanted.connect(self.model_wanted)
        document.changed.connect(self.follow)
        session.selection_changed.connect(self._select)
        self.follow()

    @property
    def prompt(self) -> Prompt:
        """The field of the shot's prompt."""
        return self.shot.prompt

    def set_models(self, models: Sequence[ModelStatus]) -> None:
        """The models that can be chosen."""
        self.shot.set_models(models)
        self.project.set_models(models)
        self.follow()

    def set_jobs(self, jobs: Mapping[str, Job]) -> None:
        """What is done for which shot."""
        self._jobs = jobs
        self._show_state()

    def show_project(self, on: bool = True) -> None:
        """Shows the project's page although a shot is selected, or the shot's again."""
        self.whole.setChecked(on)
        self.follow()

    def stop(self) -> None:
        """Ends the threads that read prompts and look for engines."""
        self.shot.stop()
        self.project.stop()

    # ---- building

    def _build(self, actions: dict[str, QAction]) -> None:
        self.heading = label("heading")
        self.whole = SmallButton("Project", "What is the same for the whole film: size, look, motion, music")
        self.whole.setCheckable(True)
        self.whole.setAccessibleName("Show the project's settings")
        self.whole.clicked.connect(self.follow)
        top = QHBoxLayout()
        self.state = QLabel()
        self.state.setTextFormat(Qt.TextFormat.RichText)
        self.failure = label("problem")
        self.failure.setWordWrap(True)
        top.addWidget(self.heading)
        top.addSpacing(8)
        top.addWidget(self.state)
        top.addStretch(1)
        top.addWidget(self.whole)
        self.retry = SmallButton("Retry", actions["generate"].toolTip())
        self.retry.setAccessibleName("Generate this shot again")
        self.retry.setObjectName("reset")
        self.retry.clicked.connect(actions["generate"].trigger)
        doing = QHBoxLayout()
        doing.addWidget(self.failure, 1)
        doing.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignTop)
        self.pages = QStackedWidget()
        for page in (self.shot, self.project):
            self.pages.addWidget(_scrolled(page))
        self.making = QWidget()
        self.making.setLayout(self._build_buttons(actions))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 6, 12)
        column.setSpacing(6)
        column.addLayout(top)
        column.addLayout(doing)
        column.addWidget(self.pages, 1)
        column.addWidget(self.making)

    def _build_buttons(self, actions: dict[str, QAction]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 8, 0)
        self.generate = QPushButton("Generate take")
        self.generate.setObjectName("primary")
        self.four = QPushButton("× 4")
        self.four.setAccessibleName("Generate four takes")
        for button, name in ((self.generate, "generate"), (self.four, "generate_four")):
            button.setToolTip(actions[name].toolTip())
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the actions have keys of their own
            button.clicked.connect(actions[name].trigger)
        self.quick = QCheckBox("Quick")
        self.quick.setAccessibleName("Make quick takes")
        self.quick.setToolTip(
            "In less time and less well, to look at.\nGenerate missing and render make the whole takes later."
        )
        self.quick.toggled.connect(self._set_quick)
        row.addWidget(self.generate, 1)
        row.addWidget(self.four)
        row.addWidget(self.quick)
        return row

    def _set_quick(self, on: bool) -> None:
        self._session.quick = on

    # ---- showing

    def _select(self) -> None:
        if self._session.selected:
            self.whole.setChecked(False)
        self.follow()

    def follow(self) -> None:
        """Shows what is selected as it is now."""
        shots = self._shots()
        whole = self.whole.isChecked() or not shots
        self.whole.setVisible(bool(shots))
        self.making.setVisible(not whole)
        if whole:
            self.heading.setText("PROJECT")
            self.project.follow()
        else:
            number = self._document.project.index(shots[0].id) + 1
            self.heading.setText(f"SHOT {number}" if len(shots) == 1 else f"{len(shots)} SHOTS")
            self.shot.follow(shots)
            self.generate.setText("Generate take" if len(shots) == 1 else f"Generate {len(shots)} takes")
        self.pages.setCurrentIndex(1 if whole else 0)
        self._show_state()

    def _shots(self) -> list[Shot]:
        """The selected shots in the film's order."""
        chosen = frozenset(self._session.selected)
        return [shot for shot in self._document.project.shots if shot.id in chosen] if chosen else []

    def _show_state(self) -> None:
        """How the shot is: what runs for it, and where that failed, why, with the next step as a button."""
        shots = self._shots()
        single = len(shots) == 1 and not self.whole.isChecked()
        for widget in (self.state, self.failure, self.retry):
            widget.hide()
        if not single:
            return
        takes, job = self._document.takes, self._jobs.get(shots[0].id)
        state = shown(self._document.project, shots[0], takes, len(takes.of_shot(shots[0].id)), job)
        failed = job is not None and job.state == "failed"
        colour = theme.current().state(state.colour).name()
        text = "failed" if failed else html.escape(state.words)
        self.state.setText(f'<span style="color:{colour}">●</span>&nbsp; {text}')
        self.state.show()
        self.failure.setText(state.words)
        self.failure.setVisible(failed)
        self.retry.setVisible(job is not None and failed and job.again)


def _scrolled(page: QWidget) -> QScrollArea:
    """`page` in an area that scrolls up and down only."""
    around = QWidget()
    around.setObjectName("panel")
    column = QVBoxLayout(around)
    column.setContentsMargins(0, 0, 8, 0)
    column.addWidget(page)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(around)
    return area
