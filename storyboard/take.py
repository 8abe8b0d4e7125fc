"""Takes: what was run for a shot, and what came of it. A take is a sidecar beside its pixels in `takes/`."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from msgspec import Meta, field

from storyboard import timing, values
from storyboard.kinds import Hash as Hash
from storyboard.project import CARD, SKETCH, Depiction, Id, Project, RelativePath, Shot, _Value
from storyboard.start import Lora as Lora
from storyboard.start import Reference
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
    time_base: Fraction = field(default_factory=lambda: Fraction(1))
    times: tuple[int, ...] = ()
    """The presentation time of each decoded frame, ascending, in units of `time_base`, first one 0."""
    sound: bool = False


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
    def pixels(self) -> str:
        """Where the pixels lie, relative to the project's folder."""
        return f"takes/{self.id}.mkv" if self.source is None else self.source.file


State = Literal["draft", "ready", "stale", "short", "missing"]


def state(project: Project, shot: Shot, take: Take | None) -> State:
    """What `shot` is, given its chosen take's sidecar (None when it has none or its file is gone).

    Jobs come before these where there are any: a generating, queued or failed shot says so instead.
    """
    if shot.chosen is None:
        return "draft"
    if take is None:
        return "missing"
    if is_stale(project, shot, take):
        return "stale"
    return "short" if short_by(project, shot, take) else "ready"


def is_stale(project: Project, shot: Shot, take: Take) -> bool:
    """Whether `shot` now wishes for something other than what its chosen `take` was chosen for.

    A take of the sketch is stale as soon as the wish names a real model, even one chosen by hand.
    """
    if shot.chosen is None or not shot.chosen.wish:
        return False
    now = project.wish_of(shot)
    if take.recipe is not None and take.recipe.generator == SKETCH and now.model not in (SKETCH, CARD):
        return True
    return shot.chosen.wish != now.key


def short_by(project: Project, shot: Shot, take: Take) -> int:
    """Timeline frames at the end of `shot` for which `take` has no picture, so that its last one is held."""
    if take.is_still:
        return 0
    return timing.missing(project.motion_of(shot), shot.length, take.rate, project.rate, take.frames)
