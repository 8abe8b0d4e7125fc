"""Takes that go on from each other: what is made is made in order, and what each starts from is settled when its turn
comes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

from storyboard import edit, paths
from storyboard.errors import EditError, GeneratorError, MediaError
from storyboard.project import CARD, SKETCH, Project, Shot
from storyboard.start import FromPrevious, FromTake
from storyboard.take import Take, shown, wish_of


class Links:
    """The film as it stands while takes arrive, and who waits for which of them.

    `making` are the ids of the shots that get takes now: a shot in a chain waits for the one before it where that is
    among them.
    """

    def __init__(self, project: Project, takes: Mapping[str, Take], making: Collection[str]) -> None:
        self.project = project
        self.takes = takes
        self._making = frozenset(making)
        self._waiting: dict[str, tuple[Callable[[], None], Callable[[str], None]]] = {}
        """By the id of the shot that is waited for."""
        self._ready: list[Callable[[], None]] = []
        self._busy = False

    def wait(self, shot: Shot, go: Callable[[], None], give_up: Callable[[str], None]) -> None:
        """Calls `go` when `shot` can be made: now, or when what it starts from is there; `give_up`, with the
        reason, when that will not come."""
        before = self._before(shot)
        if before is None or before.id not in self._making:
            go()
        else:
            self._waiting[before.id] = (go, give_up)

    def waits(self, shot: Shot) -> bool:
        """Whether `shot` is made after another."""
        before = self._before(shot)
        return before is not None and before.id in self._making

    def arrived(self, take: Take, shot_id: str = "") -> None:
        """`take` is there: the film shows it, if it should, and the shot that waited for it goes on. `shot_id` is the
        shot that shows it where that is not the one it was made for."""
        self.takes = {**self.takes, take.id: take}
        self.project = edit.arrive(self.project, take, self.takes)
        go, _ = self._waiting.pop(shot_id or take.shot, (None, None))
        if go is not None:
            self._then(go)

    def failed(self, shot_id: str) -> None:
        """No take of that shot comes: those after it in the chain are given up."""
        _, give_up = self._waiting.pop(shot_id, (None, None))
        if give_up is not None:
            number = self.project.index(shot_id) + 1
            self._then(
                partial(give_up, f"it goes on from shot {number}, which could not be made; make that first")
            )

    def _then(self, call: Callable[[], None]) -> None:
        """Calls `call`; one after the other where each leads to the next, as a chain may be of any length."""
        self._ready.append(call)
        if self._busy:
            return
        self._busy = True
        try:
            while self._ready:
                self._ready.pop(0)()
        finally:
            self._busy = False

    def _before(self, shot: Shot) -> Shot | None:
        at = self.project.index(shot.id) if isinstance(shot.start, FromPrevious) else 0
        return self.project.shots[at - 1] if at else None


def check_starts(
    folder: Path, project: Project, shots: Sequence[Shot], takes: Mapping[str, Take], making: Collection[str]
) -> None:
    """Raise `StoryboardError` when what one of `shots` starts from is not there and is not among what is made."""
    for shot in shots:
        if shot.start is None and shot.end is None and not (shot.loras or project.look.loras):
            continue
        number = project.index(shot.id) + 1
        _check_before(folder, project, number, takes, making)
        if isinstance(shot.start, FromTake) and shot.start.take not in takes:
            raise GeneratorError(
                f"shot {number} starts from a take that is gone; bring it back, or set another start with "
                f"`storyboard set {folder} {number} --start none`"
            )
        _check_pictures(folder, project, shot, number, takes)
        _check_loras(project, shot, number)


def _check_before(
    folder: Path, project: Project, number: int, takes: Mapping[str, Take], making: Collection[str]
) -> None:
    if not isinstance(project.shots[number - 1].start, FromPrevious):
        return
    if number == 1:
        raise EditError(
            "shot 1 is to start from the shot before it, and there is none; set another start with "
            f"`storyboard set {folder} 1 --start none`"
        )
    before = project.shots[number - 2]
    if before.id not in making and shown(before, takes) is None:
        raise GeneratorError(
            f"shot {number} goes on from shot {number - 1}, which has no take yet; make that first, or both with "
            f"`storyboard generate {folder} --shots {number - 1}-{number}`"
        )


def _check_pictures(
    folder: Path, project: Project, shot: Shot, number: int, takes: Mapping[str, Take]
) -> None:
    for start in wish_of(project, shot, takes).starts:
        if start.file.startswith("media/") and not paths.inside(folder, start.file).is_file():
            raise MediaError(
                f"shot {number}: {start.file}, the picture that it starts from or ends on, is not in {folder}; bring it "
                f"back, or set another with `storyboard set {folder} {number} --start ...`"
            )


def _check_loras(project: Project, shot: Shot, number: int) -> None:
    from storyboard.generators import loras

    if (shot.model or project.look.model) in (SKETCH, CARD):
        return
    for lora in project.look.loras if shot.loras is None else shot.loras:
        try:
            loras.find(lora)
        except GeneratorError as error:
            raise GeneratorError(f"shot {number}: {error}") from error
