"""Edits: plain functions that take a project and give the next one. Undo is the previous value.

Every function raises `EditError`, one sentence that names the shot as people count it, when the project does
not allow the edit. msgspec checks limits only when it reads, so each edit reads back what it touched: the one
shot, not the film, so that an edit of a film of thousands of shots stays quick.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import TypedDict, TypeVar, Unpack

from msgspec.structs import replace

from storyboard import naming
from storyboard.errors import EditError
from storyboard.limits import LIMITS
from storyboard.limits import read_back as read_back  # for those who change a value that is no shot
from storyboard.project import (
    MAX_LENGTH,
    MAX_ROLES,
    MAX_SHOTS,
    Chosen,
    Depiction,
    Fit,
    Marker,
    Motion,
    Music,
    Project,
    Role,
    Shot,
    SmootherName,
    Smoothing,
    base_seed,
)
from storyboard.start import Begin, FromPrevious, Lora
from storyboard.take import NO_TAKES, Take, is_outdated, wish_of

E = TypeVar("E")

_FINEST = 10**7
"""The largest denominator of a time that an edit computes: far below a frame, and short enough to be written."""


class Settings(TypedDict, total=False):
    """What `set_shot` can set; None inherits from the project where the setting can be inherited."""

    prompt: str
    length: int
    base_seed: int
    model: str | None
    avoid: str | None
    seed: int | None
    steps: int | None
    guidance: float | None
    motion: Motion | None
    fit: Fit
    muted: bool
    start: Begin | None
    end: str | None
    loras: tuple[Lora, ...] | None


class LookSettings(TypedDict, total=False):
    """What `set_look` can set."""

    model: str
    style: str
    avoid: str
    steps: int | None
    guidance: float | None
    loras: tuple[Lora, ...]


class MotionSettings(TypedDict, total=False):
    """What `set_motion` can set."""

    source_in: Fraction
    speed: Fraction
    smoothing: Smoothing


class ProjectSettings(TypedDict, total=False):
    """What `set_project` can set."""

    name: str
    width: int
    height: int
    rate: Fraction
    motion: Motion
    smoother: SmootherName


# Order


def insert(project: Project, index: int, *shots: Shot) -> Project:
    """`shots` in order before the shot at `index` (0 for the start, the number of shots for the end)."""
    if not 0 <= index <= len(project.shots):
        raise EditError(f"there is no place {index + 1} in a film of {len(project.shots)} shots")
    checked = tuple(_checked(shot, index + n) for n, shot in enumerate(shots))
    return _with_shots(project, project.shots[:index] + checked + project.shots[index:])


def append(project: Project, *shots: Shot) -> Project:
    """`shots` at the end of the film."""
    return insert(project, len(project.shots), *shots)


def remove(project: Project, ids: Collection[str]) -> Project:
    """The film without these shots. Their takes stay on disk."""
    gone = _known(project, ids)
    return _with_shots(project, tuple(shot for shot in project.shots if shot.id not in gone))


def move(project: Project, ids: Collection[str], to_index: int) -> Project:
    """These shots, in their present order, before the shot that is now at `to_index` (or at the end)."""
    moved = _known(project, ids)
    if not 0 <= to_index <= len(project.shots):
        raise EditError(f"there is no place {to_index + 1} in a film of {len(project.shots)} shots")
    before = tuple(shot for shot in project.shots[:to_index] if shot.id not in moved)
    after = tuple(shot for shot in project.shots[to_index:] if shot.id not in moved)
    return _with_shots(project, before + tuple(s for s in project.shots if s.id in moved) + after)


def duplicate(project: Project, shot_id: str, new_id: str, takes: Mapping[str, Take] = NO_TAKES) -> Project:
    """A copy right after the shot, with its settings and its chosen take, and seeds of its own. `takes` are those
    that are there, which a chain needs."""
    at = project.index(shot_id)
    shot = project.shots[at]
    copied = insert(project, at + 1, _copy(shot, new_id))
    return _still_wished(project, shot, copied, new_id, takes)


# Lengths


def split(
    project: Project, shot_id: str, at_frame: int, new_id: str, takes: Mapping[str, Take] = NO_TAKES
) -> Project:
    """Cuts a shot before its frame `at_frame`. Both halves keep the chosen take: what plays stays the same.

    The second half starts `at_frame` * speed / rate seconds later in the take; in a draft, where there is no
    take yet, it starts where the first does. Its own takes get fresh seeds. In a chain it goes on from the first;
    `takes` are those that are there, which a chain needs.
    """
    at = project.index(shot_id)
    shot = project.shots[at]
    if not 0 < at_frame < shot.length:
        raise EditError(
            f"shot {at + 1} is {shot.length} frames long and cannot be split at frame {at_frame}; "
            "split it between its first and its last frame"
        )
    second = replace(
        _copy(shot, new_id), length=shot.length - at_frame, motion=_started(project, shot, at_frame)
    )
    halves = (replace(shot, length=at_frame), _checked(second, at + 1))
    cut = _with_shots(project, project.shots[:at] + halves + project.shots[at + 1 :])
    return _still_wished(project, shot, cut, second.id, takes)


def trim_start(project: Project, shot_id: str, frames: int) -> Project:
    """Takes `frames` timeline frames off the shot's start; a negative number gives frames back.

    With a chosen take the start in the take moves along, so that the frames that stay show what they showed;
    then no more can be given back than the take has before the shot's start.
    """
    at = project.index(shot_id)
    shot = project.shots[at]
    if shot.chosen is not None:
        motion = project.motion_of(shot)
        before = int(motion.source_in * project.rate / motion.speed)
        frames = max(frames, -before)
    _refuse_empty(at, shot, frames)
    changed = replace(shot, length=shot.length - frames, motion=_started(project, shot, frames))
    return _with_shot(project, at, changed)


def trim_end(project: Project, shot_id: str, frames: int) -> Project:
    """Takes `frames` timeline frames off the shot's end; a negative number makes it longer."""
    at = project.index(shot_id)
    shot = project.shots[at]
    _refuse_empty(at, shot, frames)
    return _with_shot(project, at, replace(shot, length=shot.length - frames))


def set_length(project: Project, shot_id: str, length: int) -> Project:
    """The shot `length` timeline frames long, cut or extended at its end."""
    return set_shot(project, shot_id, length=length)


# Settings


def set_shot(project: Project, shot_id: str, **settings: Unpack[Settings]) -> Project:
    """The shot with these settings; None inherits the project's."""
    at = project.index(shot_id)
    _refuse_first(project, [shot_id], settings)
    return _put(project, at, read_back(project.shots[at], dict(settings), f"shot {at + 1}"))


def set_shots(project: Project, ids: Collection[str], **settings: Unpack[Settings]) -> Project:
    """Several shots with these settings; None inherits the project's."""
    chosen = _known(project, ids)
    _refuse_first(project, chosen, settings)
    shots = (
        read_back(shot, dict(settings), f"shot {at + 1}") if shot.id in chosen else shot
        for at, shot in enumerate(project.shots)
    )
    return _with_shots(project, tuple(shots))


def set_motion(project: Project, shot_id: str, **settings: Unpack[MotionSettings]) -> Project:
    """The shot with a motion of its own: the one it has or inherits, changed so."""
    at = project.index(shot_id)
    motion = read_back(project.motion_of(project.shots[at]), dict(settings), f"shot {at + 1}")
    return _with_shot(project, at, replace(project.shots[at], motion=motion))


def set_look(project: Project, **settings: Unpack[LookSettings]) -> Project:
    """The project with another look: what shots inherit."""
    look = read_back(project.look, dict(settings), "the look")
    return replace(project, look=look)


def set_project(project: Project, **settings: Unpack[ProjectSettings]) -> Project:
    """The project with another name, size, rate, smoother or motion for shots that have none of their own.

    Another rate keeps the seconds: lengths and markers become the nearest whole number of frames, at least 1.
    """
    head = replace(project, shots=(), markers=())
    head = read_back(head, dict(settings), "the project")
    shots, markers = project.shots, project.markers
    if head.rate != project.rate:
        ratio = head.rate / project.rate
        shots = tuple(_rescaled(shot, ratio, at) for at, shot in enumerate(shots))
        markers = tuple(replace(marker, at=round(marker.at * ratio)) for marker in markers)
    return replace(head, shots=shots, markers=markers)


def set_music(project: Project, music: Music | None) -> Project:
    """The project with this music under the film, or with none."""
    return replace(project, music=None if music is None else read_back(music, {}, "the music"))


def add_marker(project: Project, at: int, name: str = "") -> Project:
    """A marker on timeline frame `at`. Markers stay on their frame when shots move."""
    if len(project.markers) >= 10_000:
        raise EditError("the film has 10,000 markers, the most it can have; remove some first")
    marker = read_back(Marker(at=at, name=name), {}, "the marker")
    return replace(project, markers=tuple(sorted((*project.markers, marker), key=lambda m: m.at)))


def remove_marker(project: Project, marker: Marker) -> Project:
    """The film without `marker` (one, where several are equal)."""
    if marker not in project.markers:
        raise EditError(f"there is no marker {marker.name!r} on frame {marker.at}")
    at = project.markers.index(marker)
    return replace(project, markers=project.markers[:at] + project.markers[at + 1 :])


# Cast


def cast(project: Project, role: Role) -> Project:
    """The project with `role` in its cast, in the place of the one with the same name where there is one.

    Shots whose prompts name it are stale afterwards if they show something else for it.
    """
    if not (role.picture or role.description):
        raise EditError(f"{role.name!r} would stand for nothing; give it a picture or a description")
    checked = read_back(role, {}, f"the role {role.name!r}")
    key = naming.folded(role.name)
    at = next((n for n, other in enumerate(project.cast) if naming.folded(other.name) == key), None)
    if at is None:
        return replace(project, cast=_with_room((*project.cast, checked), "the cast"))
    return replace(project, cast=(*project.cast[:at], checked, *project.cast[at + 1 :]))


def uncast(project: Project, name: str) -> Project:
    """The project without `name` (in any case) in its cast."""
    key = naming.folded(name)
    kept = tuple(role for role in project.cast if naming.folded(role.name) != key)
    if len(kept) == len(project.cast):
        raise EditError(f"there is no {name!r} in the cast of {project.name!r}")
    return replace(project, cast=kept)


def replace_picture(project: Project, shot_id: str, word: str, picture: str) -> Project:
    """The shot with `picture` drawn for `word` of its prompt; with an empty one, what the cast or the sketch has."""
    at = project.index(shot_id)
    shot = project.shots[at]
    key = naming.folded(word)
    kept = tuple(one for one in shot.pictures if naming.folded(one.word) != key)
    if picture:
        try:
            kept = _with_room((*kept, Depiction(word, picture)), f"shot {at + 1}")
        except ValueError as error:
            raise EditError(f"shot {at + 1}: {error}") from error
    return _with_shot(project, at, replace(shot, pictures=kept))


def _with_room(entries: tuple[E, ...], what: str) -> tuple[E, ...]:
    if len(entries) > MAX_ROLES:
        raise EditError(f"{what} has pictures for {MAX_ROLES} words, the most it can have; remove some first")
    return entries


# Takes


def choose(project: Project, shot_id: str, take: Take, takes: Mapping[str, Take] = NO_TAKES) -> Project:
    """The shot showing `take`, for what it wishes now: choosing never makes a shot stale, but those that go on
    from it.

    `takes` are those that are there, which a shot that starts from one needs. An import was made for no wish, so a
    shot that shows one is never stale.
    """
    at = project.index(shot_id)
    shot = project.shots[at]
    key = "" if take.is_import else wish_of(project, shot, takes).key
    return _with_shot(project, at, replace(shot, chosen=Chosen(take=take.id, wish=key)))


def unchoose(project: Project, shot_id: str) -> Project:
    """The shot without its chosen take: a draft again."""
    at = project.index(shot_id)
    return _with_shot(project, at, replace(project.shots[at], chosen=None))


def star(project: Project, shot_id: str, take_id: str) -> Project:
    """The shot with a star on one of its takes."""
    at = project.index(shot_id)
    shot = project.shots[at]
    if take_id in shot.starred:
        return project
    return _with_shot(project, at, replace(shot, starred=(*shot.starred, take_id)))


def unstar(project: Project, shot_id: str, take_id: str) -> Project:
    """The shot without a star on that take."""
    at = project.index(shot_id)
    shot = project.shots[at]
    return _with_shot(project, at, replace(shot, starred=tuple(t for t in shot.starred if t != take_id)))


def arrive(project: Project, take: Take, takes: Mapping[str, Take]) -> Project:
    """The project when `take` has just been made; `takes` are those that are there, by id.

    Its shot shows it if it has no take, or one that is gone or stale, or the quick one that it is the whole of; of a
    batch made for one wish only the first is shown. It is chosen for the wish it was made for, so a shot whose prompt was changed meanwhile is
    stale. A take of a shot that is no longer there changes nothing.
    """
    at = next((n for n, shot in enumerate(project.shots) if shot.id == take.shot), None)
    if at is None:
        return project
    shot = project.shots[at]
    shown = None if shot.chosen is None else takes.get(shot.chosen.take)
    whole = shown is not None and _is_whole_of(take, shot, shown)
    same = shown is not None and shown.wish == take.wish
    if not whole and (same or not _wants_take(project, shot, takes)):
        return project
    return _with_shot(project, at, replace(shot, chosen=Chosen(take=take.id, wish=take.wish)))


def adopt(project: Project, takes: Mapping[str, Take]) -> Project:
    """The project with the takes that already fulfil what its drafts and stale shots wish; `takes` by id.

    So a take that arrived before a crash, or for a wish that was undone and done again, is found and not made
    twice. Of several the one with the lowest number is chosen, a whole one rather than a quick one; and for a quick one
    the whole one of the same seed.
    """
    made: dict[tuple[str, str], list[Take]] = {}
    for take in sorted(takes.values(), key=lambda take: (take.is_quick, take.number)):
        if take.wish:
            made.setdefault((take.shot, take.wish), []).append(take)
    shots: list[Shot] = []
    now, changed = project, False
    for shot in project.shots:
        if changed and isinstance(shot.start, FromPrevious):
            # It goes on from what the shots before it show by now.
            now, changed = replace(project, shots=(*shots, *project.shots[len(shots) :])), False
        shots.append(_adopted(now, shot, takes, made))
        changed = changed or shots[-1] is not shot
    return project if tuple(shots) == project.shots else replace(project, shots=tuple(shots))


def _adopted(
    project: Project, shot: Shot, takes: Mapping[str, Take], made: Mapping[tuple[str, str], list[Take]]
) -> Shot:
    """`made` has the takes of a shot and a wish, the best first."""
    if _wants_take(project, shot, takes):
        key = wish_of(project, shot, takes).key
        found = made.get((shot.id, key), [])
        return replace(shot, chosen=Chosen(take=found[0].id, wish=key)) if found else shot
    assert shot.chosen is not None
    shown = takes[shot.chosen.take]
    if not shown.is_quick:
        return shot
    found = made.get((shot.id, shot.chosen.wish), [])
    whole = next((take for take in found if _is_whole_of(take, shot, shown)), None)
    return shot if whole is None else replace(shot, chosen=replace(shot.chosen, take=whole.id))


def _is_whole_of(take: Take, shot: Shot, quick: Take) -> bool:
    """Whether `take` is what the `quick` one that `shot` shows stands in for."""
    if shot.chosen is None or take.recipe is None or quick.recipe is None:
        return False
    if take.is_quick or not quick.is_quick:
        return False
    return (take.wish, take.recipe.seed) == (shot.chosen.wish, quick.recipe.seed)


def _wants_take(project: Project, shot: Shot, takes: Mapping[str, Take]) -> bool:
    """Whether a take that comes should be shown: the shot is a draft or stale, or its take is gone."""
    if shot.chosen is None or shot.chosen.take not in takes:
        return True
    return is_outdated(project, shot, takes[shot.chosen.take], takes)


# Inside


def _copy(shot: Shot, new_id: str) -> Shot:
    """`shot` under another id: stars stay with the takes of the first."""
    return replace(shot, id=new_id, base_seed=base_seed(new_id), starred=())


def _still_wished(
    before: Project, shot: Shot, after: Project, new_id: str, takes: Mapping[str, Take]
) -> Project:
    """`after`, where the copy `new_id` of a chain's `shot` shows a take for its new place if the shot did for its own."""
    copy = after.shot(new_id)
    if (
        copy.chosen is None
        or not isinstance(shot.start, FromPrevious)
        or wish_of(before, shot, takes).key != copy.chosen.wish
    ):
        return after
    chosen = replace(copy.chosen, wish=wish_of(after, copy, takes).key)
    return _with_shot(after, after.index(new_id), replace(copy, chosen=chosen))


def _started(project: Project, shot: Shot, frames: int) -> Motion | None:
    """The motion of `shot` when it starts `frames` timeline frames later in its chosen take."""
    if shot.chosen is None or frames == 0:
        return shot.motion
    motion = project.motion_of(shot)
    start = motion.source_in + frames * motion.speed / project.rate
    # Changed speeds and rates multiply denominators, and a number in the file has at most 12 digits.
    return replace(motion, source_in=max(Fraction(0), start.limit_denominator(_FINEST)))


def _refuse_empty(at: int, shot: Shot, frames: int) -> None:
    if frames >= shot.length:
        raise EditError(
            f"shot {at + 1} is {shot.length} frames long and trimming {frames} leaves nothing; "
            "trim less, or remove the shot"
        )


def _refuse_first(project: Project, ids: Collection[str], settings: Settings) -> None:
    if isinstance(settings.get("start"), FromPrevious) and project.shots[0].id in ids:
        raise EditError("shot 1 has no shot before it to start from; set another start, or leave shot 1 out")


def _rescaled(shot: Shot, ratio: Fraction, at: int) -> Shot:
    length = max(1, round(shot.length * ratio))
    if length > MAX_LENGTH:
        raise EditError(f"shot {at + 1} would be {length:,} frames long at this rate; {LIMITS['length']}")
    return replace(shot, length=length)


def _known(project: Project, ids: Iterable[str]) -> frozenset[str]:
    """`ids` as a set. Raises `EditError` for one that is not in the project."""
    wanted = frozenset([ids] if isinstance(ids, str) else ids)
    missing = wanted - {shot.id for shot in project.shots}
    if missing:
        raise EditError(f"there is no shot {min(missing)} in {project.name!r}")
    return wanted


def _with_shot(project: Project, at: int, shot: Shot) -> Project:
    return _put(project, at, _checked(shot, at))


def _put(project: Project, at: int, shot: Shot) -> Project:
    if shot == project.shots[at]:
        return project
    return replace(project, shots=(*project.shots[:at], shot, *project.shots[at + 1 :]))


def _with_shots(project: Project, shots: tuple[Shot, ...]) -> Project:
    if len(shots) > MAX_SHOTS:
        raise EditError(f"a film has at most {MAX_SHOTS:,} shots and this would be {len(shots):,}")
    try:
        return replace(project, shots=shots)
    except ValueError as error:
        raise EditError(f"{error}; give each shot an id of its own") from error


def _checked(shot: Shot, at: int) -> Shot:
    return read_back(shot, {}, f"shot {at + 1}")
