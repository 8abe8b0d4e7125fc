"""What a film needs: which shots must be made, which can be shown as they are, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, NamedTuple

from storyboard import paths, timing
from storyboard.errors import MediaError, StoryboardError
from storyboard.film import licences
from storyboard.film import takes as takes_
from storyboard.project import CARD, SKETCH, Project, Shot
from storyboard.take import State, Take, short_by, state

Mode = Literal["render", "export"]
"""`render` makes drafts, stale and quick shots first; `export` encodes what plays now."""


NEEDS_TAKE: tuple[State, ...] = ("draft", "missing", "stale", "quick")
"""States in which a shot has no take that is what it wishes for."""


class ShotPlan(NamedTuple):
    """What the film will show for one shot."""

    number: int
    """As people count: the first shot is 1."""
    shot: Shot
    state: State
    take: Take | None
    """The take shown; None when it is to be made, or sketched."""
    generate: bool

    @property
    def sketched(self) -> bool:
        return self.take is None and not self.generate


class Plan(NamedTuple):
    folder: Path
    project: Project
    shots: tuple[ShotPlan, ...]
    engine: str
    """Name of the resolved smoothing engine; empty when the film needs no in-between."""
    preset: str
    out: Path

    @property
    def to_generate(self) -> tuple[ShotPlan, ...]:
        return tuple(shot for shot in self.shots if shot.generate)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the maker should know of this film, a sentence each."""
        return (*licences.limits(models_named(self)), *_notes(self.project, self.shots))


def plan(
    folder: Path,
    project: Project,
    takes: Mapping[str, Take],
    *,
    mode: Mode,
    preset: str,
    out: Path,
    keep_stale: bool = False,
) -> Plan:
    """What the film of `project` needs.

    Everything that can stop it is found here, before any work: raises `StoryboardError` when there are no
    shots, a shot that must be made has no prompt or no model on this machine, or the smoothing engine that the
    project asks for is not here.
    """
    if not project.shots:
        raise StoryboardError(f"{project.name!r} has no shots yet; add one with `storyboard add`")
    shots = tuple(
        _plan_shot(project, number, shot, takes, mode, keep_stale)
        for number, shot in enumerate(project.shots, 1)
    )
    takes_.check(folder, project, [planned.shot for planned in shots if planned.generate], takes)
    takes_.check_pictures(folder, project, [planned.shot for planned in shots if planned.sketched])
    _check_files(folder, project)
    engine = _engine(project, shots)
    return Plan(folder, project, shots, engine, preset, out)


def positions(project: Project, shot: Shot, take: Take) -> tuple[Fraction, ...]:
    """The place in `take` that each timeline frame of `shot` shows."""
    motion = project.motion_of(shot)
    return timing.positions(motion, shot.length, take.rate, project.rate, take.frames, take.cuts)


def _plan_shot(
    project: Project, number: int, shot: Shot, takes: Mapping[str, Take], mode: Mode, keep_stale: bool
) -> ShotPlan:
    take = takes.get(shot.chosen.take) if shot.chosen else None
    now = state(project, shot, take, takes)
    generate = mode == "render" and now in NEEDS_TAKE and not (now == "stale" and keep_stale)
    if generate and shot.chosen and not shot.chosen.wish:
        raise StoryboardError(
            f"shot {number} shows an imported clip that is no longer in the project's folder; import it again, "
            f"or choose another take"
        )
    return ShotPlan(number, shot, now, None if generate else take, generate)


def _check_files(folder: Path, project: Project) -> None:
    """Raises `MediaError` when the music is not in the project. Takes that are gone are no takes to begin with."""
    if project.music is not None and not paths.inside(folder, project.music.file).is_file():
        raise MediaError(
            f"the music {project.music.file} is not in {folder}; bring it back, set another with `storyboard music "
            f"{folder} FILE`, or take it away with `storyboard music {folder} --none`"
        )


def _engine(project: Project, shots: tuple[ShotPlan, ...]) -> str:
    """The engine of this film, resolved once; empty when every position is an original frame."""
    from storyboard.smoothers import registry

    if not any(_needs_inbetweens(project, planned) for planned in shots):
        return ""
    return registry.resolve(project.smoother)


def _needs_inbetweens(project: Project, planned: ShotPlan) -> bool:
    if planned.sketched or project.motion_of(planned.shot).smoothing == "off":
        return False
    if planned.take is None:
        return True  # its rate is not known before it is made; the engine must be here in case
    return any(p.denominator != 1 for p in positions(project, planned.shot, planned.take))


class _Remark(NamedTuple):
    """What there is to say of a shot, and of several of which the same is true."""

    one: str
    many: str


_NO_TAKE: Final = _Remark("is sketched: it has no take yet", "are sketched: they have no take yet")
_GONE: Final = _Remark(
    "is sketched: the file of its chosen take is gone",
    "are sketched: the files of their chosen takes are gone",
)
_OLDER: Final = _Remark(
    "shows an older take: its wish changed since that was chosen",
    "show older takes: their wishes changed since those were chosen",
)
_QUICK: Final = _Remark(
    "shows a quick take: `render` makes the whole one", "show quick takes: `render` makes the whole ones"
)
_SILENT: Final = _Remark(
    "plays without its sound: only clips at speed 1 keep it",
    "play without their sound: only clips at speed 1 keep it",
)
_NAMED: Final = 12
"""Shots that a sentence names by number, at most."""


def _notes(project: Project, shots: tuple[ShotPlan, ...]) -> list[str]:
    """A sentence for each thing that is true of one shot or of several, in the order of the film."""
    numbers: dict[_Remark, list[int]] = {}
    for planned in shots:
        for remark in _remarks(project, planned):
            numbers.setdefault(remark, []).append(planned.number)
    return [
        f"shot {found[0]} {remark.one}" if len(found) == 1 else f"{_several(found)} {remark.many}"
        for remark, found in numbers.items()
    ]


def _several(numbers: list[int]) -> str:
    """`shots 4, 8 and 9`; of very many the first, and how many more."""
    shown, more = numbers[:_NAMED], len(numbers) - _NAMED
    last = f"{more} more" if more > 0 else str(shown.pop())
    return f"shots {', '.join(map(str, shown))} and {last}"


def _remarks(project: Project, planned: ShotPlan) -> list[_Remark]:
    remarks = []
    if planned.state == "missing" and planned.sketched:
        remarks.append(_GONE)
    elif planned.sketched:
        remarks.append(_NO_TAKE)
    elif planned.state == "stale" and planned.take is not None:
        remarks.append(_OLDER)
    elif planned.state == "quick" and planned.take is not None:
        remarks.append(_QUICK)
    if planned.take is not None:
        held = short_by(project, planned.shot, planned.take)
        if held:
            frames = "1 frame" if held == 1 else f"{held} frames"
            rest = f"short by {frames}"
            remarks.append(
                _Remark(f"is {rest}: its last picture is held", f"are {rest}: their last pictures are held")
            )
        if _loses_sound(project, planned):
            remarks.append(_SILENT)
    return remarks


def _loses_sound(project: Project, planned: ShotPlan) -> bool:
    take = planned.take
    if take is None or take.source is None or not take.source.sound or planned.shot.muted:
        return False
    return project.motion_of(planned.shot).speed != 1


def models_named(plan_: Plan) -> list[str]:
    """The models whose pictures are in the film, for its metadata; built-in ones by their plain names."""
    names = set()
    for planned in plan_.shots:
        if planned.sketched:
            names.add(SKETCH)
        elif planned.generate:
            names.add(plan_.project.wish_of(planned.shot).model)
        elif planned.take is not None and planned.take.recipe is not None:
            names.add(planned.take.recipe.model)
    return sorted(names - {CARD})
