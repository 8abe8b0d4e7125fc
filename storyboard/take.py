"""Takes: what was run for a shot, and what came of it. A take is a sidecar beside its pixels in `takes/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from storyboard import timing, values
from storyboard.kinds import Hash as Hash
from storyboard.project import (
    CARD,
    SKETCH,
    Depiction,
    Id,
    Project,
    RelativePath,
    Shot,
    Wish,
    _Value,
    depicted,
    seed_for,
    wish,
)
from storyboard.start import Drawing, FromPicture, FromPrevious, FromSketch, FromTake, Reference, of_picture
from storyboard.start import Lora as Lora
from storyboard.start import Start as Start

MAX_FRAMES = 10_000_000

Frames = Annotated[int, Meta(ge=1, le=MAX_FRAMES)]
Side = Annotated[int, Meta(ge=1, le=16384)]
MAX_RATE = 1000


class Recipe(_Value, frozen=True):
    """Exactly what was run for one take. Equal recipes on one machine give equal pixels."""

    generator: str
    """`sketch`, `card`, `text-to-video-sd`, ..."""
    version: str
    """Of the generator's own code."""
    model: str
    """As the wish named it: a built-in name, a hub id or a folder."""
    prompt: str
    seed: int
    frames: Frames
    width: Side
    height: Side
    rate: Fraction
    """Frames per second at which the take is meant to play at speed 1."""
    avoid: str = ""
    steps: int | None = None
    guidance: float | None = None
    revision: str = ""
    model_hash: str = ""
    """Content hash of the model's weights and configuration; empty for built-in generators."""
    pictures: tuple[Depiction, ...] = ()
    """What the sketch draws for words of the prompt. Names of own pictures carry the hash of their content."""
    starts: tuple[Start, ...] = ()
    """Pictures, frames and clips that it started from, one of a role."""
    loras: tuple[Lora, ...] = ()
    colours_of: Reference | None = None
    """The frame whose colours all of its frames were brought to, before they were stored."""
    quick: bool = False
    """Whether it was made in less time than a whole take, and less well: a stand-in for that."""

    @property
    def key(self) -> str:
        return values.key(self)


class Source(_Value, frozen=True, omit_defaults=False):
    """Where an imported take comes from. Its pixels stay in the original file."""

    file: RelativePath
    """The copied original, such as `media/bikes.mp4`."""
    sha256: Hash
    kind: Literal["clip", "picture"]
    rotation: Annotated[int, Meta(ge=0, le=359)] = 0
    """Degrees clockwise by which a decoded frame must be turned to stand upright."""
    mirrored: bool = False
    """Whether it must then be mirrored, left for right."""
    time_base: Fraction = field(default_factory=lambda: Fraction(1))
    times: tuple[int, ...] = ()
    """The presentation time of each decoded frame, ascending, in units of `time_base`, first one 0."""
    sound: bool = False


class Stored(_Value, frozen=True):
    """A take's file as it was written: what tells, without decoding it, whether it is still the same."""

    size: Annotated[int, Meta(ge=0, le=2**53)]
    """Bytes."""
    sha256: Hash


class Take(_Value, frozen=True):
    """One result for a shot."""

    id: Id
    shot: Id
    number: Annotated[int, Meta(ge=1)]
    """1, 2, ... among the takes of its shot."""
    created: str
    """UTC, ISO 8601."""
    frames: Frames
    rate: Fraction
    width: Side
    height: Side
    content: Hash
    """SHA-256 of the frames' RGB bytes in order (generated), or of the original file (imported)."""
    wish: str = ""
    """Key of the wish that this take was made for; empty for an import."""
    recipe: Recipe | None = None
    source: Source | None = None
    cuts: tuple[int, ...] = ()
    """Frames at which a hard cut starts a new picture; smoothing never crosses them."""
    seconds: float = 0.0
    """How long it took to make."""
    ran: dict[str, str] = field(default_factory=dict)
    """Device, dtype, batch, memory plan, library versions."""
    stored: Stored | None = None
    """None for a take of an earlier program."""

    def __post_init__(self) -> None:
        if not 0 < self.rate <= MAX_RATE:
            raise ValueError(f"a take's rate must lie above 0 and up to {MAX_RATE} frames per second")

    @property
    def is_import(self) -> bool:
        return self.source is not None

    @property
    def is_still(self) -> bool:
        return self.source is not None and self.source.kind == "picture"

    @property
    def is_quick(self) -> bool:
        """Whether it stands in for the whole take of the same recipe."""
        return self.recipe is not None and self.recipe.quick

    @property
    def pixels(self) -> str:
        """Where the pixels lie, relative to the project's folder."""
        return f"takes/{self.id}.mkv" if self.source is None else self.source.file


State = Literal["draft", "ready", "stale", "quick", "short", "missing"]

NO_TAKES: Mapping[str, Take] = {}


def shown(shot: Shot, takes: Mapping[str, Take]) -> Take | None:
    """The take that `shot` shows; None when it has none or its file is gone."""
    return takes.get(shot.chosen.take) if shot.chosen else None


def state(project: Project, shot: Shot, take: Take | None, takes: Mapping[str, Take] = NO_TAKES) -> State:
    """What `shot` is, given its chosen take's sidecar (None when it has none or its file is gone).

    `takes` are those that are there, by id: a shot that starts from a take, or goes on from the shot before it,
    needs them. Jobs come before these states where there are any: a generating, queued or failed shot says so.
    """
    if shot.chosen is None:
        return "draft"
    if take is None:
        return "missing"
    if take.is_quick and not is_outdated(project, shot, take, takes):
        return "quick"
    if is_stale(project, shot, take, takes):
        return "stale"
    return "short" if short_by(project, shot, take) else "ready"


def is_stale(project: Project, shot: Shot, take: Take, takes: Mapping[str, Take] = NO_TAKES) -> bool:
    """Whether `shot` now wishes for something other than what its chosen `take` was chosen for, or goes on from a
    shot that is to be made anew.

    A take of the sketch is stale as soon as the wish names a real model, even one chosen by hand.
    """
    if shot.chosen is None or not shot.chosen.wish:
        return False
    if isinstance(shot.start, FromPrevious):
        return _is_unsettled(project, shot, takes)
    return is_outdated(project, shot, take, takes)


def is_outdated(project: Project, shot: Shot, take: Take, takes: Mapping[str, Take] = NO_TAKES) -> bool:
    """Whether what `shot` itself wishes differs from what its chosen `take` was chosen for."""
    if shot.chosen is None or not shot.chosen.wish:
        return False
    now = wish_of(project, shot, takes)
    if take.recipe is not None and take.recipe.generator == SKETCH and now.model not in (SKETCH, CARD):
        return True
    return shot.chosen.wish != now.key


def quick_seed(shot: Shot, takes: Mapping[str, Take]) -> int | None:
    """The seed of the quick take that `shot` shows: its whole take has the same. None where it shows no quick one."""
    take = shown(shot, takes)
    return take.recipe.seed if take is not None and take.recipe is not None and take.is_quick else None


def short_by(project: Project, shot: Shot, take: Take) -> int:
    """Timeline frames at the end of `shot` for which `take` has no picture, so that its last one is held."""
    if take.is_still:
        return 0
    return timing.missing(project.motion_of(shot), shot.length, take.rate, project.rate, take.frames)


# What a shot wishes for, as far as that lies in takes


def wish_of(project: Project, shot: Shot, takes: Mapping[str, Take]) -> Wish:
    """The settings of `shot` resolved over the project's look and cast, and its start over the `takes` there."""
    if shot.start is None and shot.end is None:
        return project.wish_of(shot)
    before = _before(project, shot) if isinstance(shot.start, FromPrevious) else None
    starts = list(_starts(project, shot, before, takes))
    if shot.end:
        starts.append(of_picture(shot.end, "last"))
    colours = None
    if isinstance(shot.start, FromPrevious) and shot.start.match_colour and before is not None:
        colours = _end_of(project, _head(project, before), takes)
    return wish(shot, project.look, project.cast, starts, colours)


def end_frame(project: Project, shot: Shot, take: Take) -> int:
    """The frame of `take` at which `shot` ends on the timeline: where a shot goes on that starts from it.

    The last one that is shown; where that is an in-between, the frame after it.
    """
    if take.is_still:
        return 0
    motion = project.motion_of(shot)
    return timing.last_frame(motion, shot.length, take.rate, project.rate, take.frames, take.cuts)


def _starts(project: Project, shot: Shot, before: Shot | None, takes: Mapping[str, Take]) -> Iterator[Start]:
    match shot.start:
        case FromPicture(picture=picture):
            yield of_picture(picture, "first")
        case FromPrevious():
            end = None if before is None else _end_of(project, before, takes)
            yield Start() if end is None else Start(file=end.file, content=end.content, frame=end.frame)
        case FromTake(take=take, strength=strength):
            content = takes[take].content if take in takes else ""
            yield Start(file=sidecar(take), content=content, role="clip", strength=strength)
        case FromSketch(strength=strength):
            pictures = depicted(shot.prompt, shot, project.cast)
            drawn = Drawing(shot.prompt, seed_for(shot, 1), pictures)
            yield Start(role="clip", strength=strength, drawn=drawn)


def _end_of(project: Project, shot: Shot, takes: Mapping[str, Take]) -> Reference | None:
    """The frame at which `shot` ends; None where its take is not there."""
    take = shown(shot, takes)
    if take is None:
        return None
    return Reference(sidecar(take.id), take.content, end_frame(project, shot, take))


def sidecar(take_id: str) -> str:
    """Where a take is described, relative to the project's folder."""
    return f"takes/{take_id}.json"


def _before(project: Project, shot: Shot) -> Shot | None:
    at = _Places.of(project).of_shot(shot)
    return project.shots[at - 1] if at else None


def _head(project: Project, shot: Shot) -> Shot:
    """The first shot of the chain that `shot` is in."""
    at = _Places.of(project).of_shot(shot)
    while at and isinstance(project.shots[at].start, FromPrevious):
        at -= 1
    return project.shots[at]


def _is_unsettled(project: Project, shot: Shot, takes: Mapping[str, Take]) -> bool:
    """Whether `shot`, or one before it in its chain, is to be made anew."""
    places = _Places.of(project)
    at = places.of_shot(shot)
    known = places.unsettled(takes)
    first = at
    while first not in known and first and isinstance(project.shots[first].start, FromPrevious):
        first -= 1
    for n in range(first, at + 1):
        if n not in known:
            each = project.shots[n]
            take = shown(each, takes)
            lacks = take is None or take.is_quick or is_outdated(project, each, take, takes)
            known[n] = lacks or (isinstance(each.start, FromPrevious) and known.get(n - 1, False))
    return known[at]


class _Places:
    """Where the shots of a project are, and what was found of its chains: of the project that was asked about last.
    A window asks for one shot after the other, and each needs those before it."""

    _last: ClassVar[_Places | None] = None
    """Replaced as a whole: several threads may ask."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._at = {shot.id: n for n, shot in enumerate(project.shots)}
        self._found: tuple[Mapping[str, Take], dict[int, bool]] = (NO_TAKES, {})

    @classmethod
    def of(cls, project: Project) -> _Places:
        last = cls._last
        if last is None or last._project is not project:
            last = cls._last = cls(project)
        return last

    def of_shot(self, shot: Shot) -> int:
        """Its place, 0 for the first. Raises `EditError` for a shot that is not there."""
        at = self._at.get(shot.id)
        return self._project.index(shot.id) if at is None else at

    def unsettled(self, takes: Mapping[str, Take]) -> dict[int, bool]:
        """What is known so far for these `takes`, by the shots' places; to be added to."""
        found = self._found
        if found[0] is not takes:
            found = self._found = (takes, {})
        return found[1]
