"""Chips under the prompt: what the sketch understood of it, word by word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from storyboard.project import Shot

from .fields import FOR_BUTTONS, claims
from .flow import FlowLayout
from .understanding import Reader, Understood, picture_of

FEW: Final = 9
"""Chips that are shown at first; a long prompt has a button for the others."""
MOST: Final = 60
OFFERED: Final = 18
"""Pictures that a chip offers instead of its own, at most."""

_ROLES = {
    "picture": "drawn as",
    "motion": "moves:",
    "place": "the place:",
    "time": "the time:",
    "weather": "the weather:",
    "camera": "the camera:",
    "colour": "a colour:",
    "size": "a size:",
    "count": "how many:",
}


def tip(found: Understood) -> str:
    """What a chip's words gave, as a sentence."""
    words, role, what = found.note
    if role == "unknown":
        return f"“{words}” is not drawn: the sketch does not know it. A model still reads it."
    return f"“{words}”: {_ROLES.get(role, role)} {what.removeprefix('~') or words}."


class Chip(QPushButton):
    """Some words of the prompt. Reached by Tab."""

    def __init__(self, words: str) -> None:
        super().__init__(words.replace("&", "&&"))
        self.setObjectName("chip")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(self.fontMetrics().height() + 9)  # the same with and without a picture

    def event(self, event: QEvent) -> bool:
        if claims(event, FOR_BUTTONS):
            event.accept()
            return True
        return super().event(event)


class Chips(QWidget):
    """What the sketch understood of a prompt. A click on a thing offers other pictures for its word."""

    picked = Signal(str, str)
    """A word of the prompt, and the picture that it should have; an empty one for the sketch's own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What the sketch understood")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._prompt = ""
        self._of = ""
        self._all = False
        self._replaced: dict[str, str] = {}
        self._shown: list[Understood] = []
        self._reader = Reader(self)
        self._reader.understood.connect(self._show)
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._chips)

    def show_shot(self, shot: Shot | None) -> None:
        """Shows what is understood of the shot's prompt; nothing without one. The chips follow a moment later."""
        prompt = "" if shot is None else shot.prompt
        pictures = () if shot is None else shot.pictures
        self._replaced = {one.word.casefold(): one.picture for one in pictures}
        if shot is None or shot.id != self._of:
            self._of, self._all = "" if shot is None else shot.id, False
        if prompt != self._prompt:
            self._prompt = prompt
            self._reader.read(prompt)
        else:
            self._show(prompt, self._shown, again=True)

    def stop(self) -> None:
        """Ends the thread that reads."""
        self._reader.stop()

    def _show(self, prompt: str, found: list[Understood], again: bool = False) -> None:
        if prompt != self._prompt:
            return
        # "in" and "under" are understood too, but no one looks for them.
        found = [self._with_own_picture(one) for one in found if one.note.role != "relation"]
        if again and found == self._shown:
            return
        self._shown = found
        while (item := self._flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        shown = found[: MOST if self._all or len(found) == FEW + 1 else FEW]
        for one in shown:
            self._flow.addWidget(self._chip(one))
        if len(found) > len(shown) and not self._all:
            self._flow.addWidget(self._more(len(found) - len(shown)))
        self._chips.setVisible(bool(found))
        self._chips.updateGeometry()

    def _more(self, count: int) -> Chip:
        chip = Chip(f"and {count} more")
        chip.setProperty("unknown", True)
        chip.clicked.connect(self._show_all)
        return chip

    def _show_all(self) -> None:
        self._all = True
        found, self._shown = self._shown, []
        self._show(self._prompt, found)

    def _with_own_picture(self, found: Understood) -> Understood:
        name = self._replaced.get(found.note.words.casefold())
        if name is None or found.note.what == name:
            return found
        return Understood(found.note._replace(role="picture", what=name), picture_of(name))

    def _chip(self, found: Understood) -> Chip:
        words, role, _ = found.note
        chip = Chip(words)
        chip.setToolTip(tip(found))
        chip.setProperty("unknown", role == "unknown")
        chip.setAccessibleName(f"{words}, {role}")
        chip.setAccessibleDescription(tip(found))
        if found.picture is not None:
            chip.setText(f" {chip.text()}")  # off the picture
            chip.setIcon(QIcon(QPixmap.fromImage(found.picture)))
            chip.setIconSize(QSize(16, 16))
        if role in ("picture", "unknown"):
            chip.clicked.connect(lambda: self._offer(chip, words))
        return chip

    def _offer(self, chip: Chip, words: str) -> None:
        """Opens the list of other pictures at once, and fills it when they are found."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        waiting = menu.addAction("Looking for pictures…")
        waiting.setEnabled(False)
        finder = _Finder(menu)

        def fill(pictures: Sequence[tuple[str, QImage]]) -> None:
            menu.removeAction(waiting)
            for name, image in pictures:
                icon = QIcon(QPixmap.fromImage(image))
                menu.addAction(
                    icon, name.removeprefix("~").replace("-", " "), partial(self.picked.emit, words, name)
                )
            if not pictures:
                menu.addAction(f"There is no other picture for “{words}”.").setEnabled(False)
            if words.casefold() in self._replaced:
                menu.addSeparator()
                menu.addAction("As the sketch has it", partial(self.picked.emit, words, ""))

        finder.found.connect(fill)
        finder.look_for(words)
        menu.popup(chip.mapToGlobal(chip.rect().bottomLeft()))


class _Finder(QObject):
    """Looks for other pictures of a word in a thread: the first look reads the pack's whole index."""

    found = Signal(list)

    def look_for(self, words: str) -> None:
        QThreadPool.globalInstance().start(partial(_find, words, self.found.emit))


def _find(words: str, give: Callable[[list[tuple[str, QImage]]], None]) -> None:
    from storyboard.generators import sketch

    names = sketch.alternatives(words)[:OFFERED]
    pictures = [(name, image) for name in names if (image := picture_of(name)) is not None]
    try:
        give(pictures)
    except RuntimeError:  # the list was closed meanwhile
        return
