"""One quiet line where no text-to-video model is installed: which one suits this machine, and how to get it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThreadPool, Signal

from storyboard.generators.advice import Advice, advice

from . import memory
from .messages import Action, Banner

ABOUT = "model"


class ModelAdvice(QObject):
    """Looks beside the window's thread, and says what it found in a banner; once it was put away, never again."""

    model_wanted = Signal(str)
    """The page of models, beginning with the one of this name."""
    machine_wanted = Signal()

    _found = Signal(object)

    def __init__(self, banner: Banner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._banner = banner
        self._pool = QThreadPool(self)
        self._found.connect(self._show)
        banner.closed.connect(self._put_away)

    def look(self) -> None:
        """Asks the machine, unless something else is said already."""
        if not self._banner.about and not memory.load().advice_seen:
            self._pool.start(lambda: self._found.emit(advice()))

    def stop(self) -> None:
        self._pool.waitForDone()

    def _show(self, found: Advice | None) -> None:
        if found is None or self._banner.about:
            return
        self._banner.show_text(
            ABOUT,
            f"Shots are sketches: no model is installed. {found.sentence}",
            Action("Get it…", lambda: self.model_wanted.emit(found.model)),
            Action("This machine…", self.machine_wanted.emit),
            quiet=True,
        )

    def _put_away(self, about: str) -> None:
        if about == ABOUT:
            memory.see_advice()
