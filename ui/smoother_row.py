"""The row in which what smooths the film is chosen: which engine that is on this machine, and why another cannot run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import Qt, QThreadPool, Signal

from storyboard import timing
from storyboard.errors import SmootherError
from storyboard.project import Project
from storyboard.take import Take

from .reel import take_of
from .rows import ChoiceRow, note
from .words import sentence

if TYPE_CHECKING:
    from storyboard.smoothers.registry import EngineStatus

BEST: Final = "rife"
OWN: Final = "rife:"
HDV3: Final = "rife-hdv3"
TITLES: Final = {
    "rife": "RIFE, the best here",
    "rife-torch": "RIFE through PyTorch",
    "rife-ncnn": "RIFE through Vulkan",
    "rife-openvino": "RIFE through OpenVINO",
    "rife-openvino-fast": "RIFE through OpenVINO, fast (bf16)",
    "rife-hdv3": "RIFE HDv3, where little moves (×2, ×4, ×8)",
    "flow": "Optical flow",
}
SEVERAL: Final = 5
"""Shots that are named; more are counted."""


class Engines(NamedTuple):
    """What this machine can smooth with."""

    known: tuple[EngineStatus, ...] = ()
    best: str = ""
    """The engine that `rife` means here; empty where none can run, or nobody looked yet."""


class SmootherRow(ChoiceRow):
    """Offers the engines and the user's own weights; below it stands on what the chosen one runs, or why it cannot."""

    _found = Signal(object)

    def __init__(self) -> None:
        super().__init__("Smoother", "What makes the pictures between those of a take.")
        self.note = note()
        self.engines = Engines()
        self._shown: tuple[Project, Mapping[str, Take]] | None = None
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._found.connect(self._note)

    def look(self) -> None:
        """Looks what can run here, beside the window's thread: drivers are asked. Loads no network."""
        self._pool.start(lambda: self._found.emit(_look()))

    def stop(self) -> None:
        """Ends after the look in hand."""
        self._pool.clear()
        self._pool.waitForDone()

    def show_project(self, project: Project, takes: Mapping[str, Take]) -> None:
        """Shows what smooths `project`."""
        self._shown = (project, takes)
        known = {one.name: one for one in self.engines.known}
        names = dict.fromkeys((*TITLES, *known, project.smoother))
        self.offer([(name, _title(name, self.engines)) for name in names])
        for at, name in enumerate(names):
            reason = known[name].reason if name in known else ""
            self.field.setItemData(at, sentence(reason) if reason else None, Qt.ItemDataRole.ToolTipRole)
        self.show_choice(project.smoother)
        text = _words(project, takes, self.engines)
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _note(self, engines: Engines) -> None:
        self.engines = engines
        if self._shown is not None:
            self.show_project(*self._shown)


def _look() -> Engines:
    from storyboard.smoothers import registry

    known = tuple(registry.available())
    try:
        return Engines(known, registry.resolve(BEST))
    except SmootherError:
        return Engines(known)


def _title(name: str, engines: Engines) -> str:
    title = f"RIFE, your weights “{name.removeprefix(OWN)}”" if name.startswith(OWN) else TITLES[name]
    if not engines.known or name == BEST:
        return title
    usable = any(one.usable for one in engines.known if one.name == name)
    return title if usable else f"{title} (cannot run here)"


def _words(project: Project, takes: Mapping[str, Take], engines: Engines) -> str:
    """What there is to know of the chosen engine on this machine; nothing before somebody looked."""
    name = engines.best if project.smoother == BEST else project.smoother
    if not engines.known:
        return ""
    status = next((one for one in engines.known if one.name == name), None)
    if status is None:
        lacks = f"the weights {name.removeprefix(OWN)} are not on this machine"
        return sentence(lacks if name else "no engine can run here; see “This machine…” in the menu")
    if not status.usable:
        return sentence(f"cannot run here: {status.reason}")
    where = f"{TITLES[name]}: {status.reason}" if project.smoother == BEST else status.reason
    return sentence(where) + (_odd_words(project, takes) if name == HDV3 else "")


def _odd_words(project: Project, takes: Mapping[str, Take]) -> str:
    odd = list(_odd(project, takes))
    if not odd:
        return ""
    if len(odd) > SEVERAL:
        shots = f"{len(odd)} shots need"
    else:
        shots = f"Shot{'s' * (len(odd) > 1)} {', '.join(map(str, odd))} need{'s' * (len(odd) == 1)}"
    return f" {shots} other pictures than these: choose ×2 or ×4 there, or another smoother."


def _odd(project: Project, takes: Mapping[str, Take]) -> Iterator[int]:
    """The numbers of the shots whose pictures HDv3, which only halves, cannot make."""
    for number, shot in enumerate(project.shots, 1):
        take = take_of(shot, takes)
        if take is None or take.is_still:
            continue
        times = timing.factor(project.motion_of(shot), take.rate, project.rate)
        if times is None or times & (times - 1):
            yield number
