"""The document: immutable values that say what the user decided, and nothing that can be derived.

Lengths and places on the timeline are whole frames at the project's rate; rates, speeds and times into a take
are `Fraction`. Takes are not here: they are sidecars in the project's folder (`storyboard.take`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated, Final, Literal

from msgspec import Meta, field
from msgspec.structs import replace

from storyboard import naming, values
from storyboard.errors import EditError
from storyboard.kinds import MAX_LENGTH as MAX_LENGTH
from storyboard.kinds import MAX_PROMPT as MAX_PROMPT
from storyboard.kinds import MAX_ROLES as MAX_ROLES
from storyboard.kinds import MAX_SEED as MAX_SEED
from storyboard.kinds import MAX_SHOTS as MAX_SHOTS
from storyboard.kinds import Depiction as Depiction
from storyboard.kinds import Fit as Fit
from storyboard.kinds import Guidance as Guidance
from storyboard.kinds import Id as Id
from storyboard.kinds import Length as Length
from storyboard.kinds import Line as Line
from storyboard.kinds import Name as Name
from storyboard.kinds import OwnPicture as OwnPicture
from storyboard.kinds import PictureName as PictureName
from storyboard.kinds import Pixels as Pixels
from storyboard.kinds import RelativePath as RelativePath
from storyboard.kinds import Seed as Seed
from storyboard.kinds import SmootherName as SmootherName
from storyboard.kinds import Smoothing as Smoothing
from storyboard.kinds import Steps as Steps
from storyboard.kinds import Text as Text
from storyboard.kinds import _Value as _Value
from storyboard.kinds import check_name
from storyboard.start import Begin, FromSketch, FromTake, Lora, Reference, Start

FORMAT: Final = 1
"""The version of `project.json` that this program writes."""

SKETCH = "sketch"
CARD = "card"

Loras = Annotated[tuple[Lora, ...], Meta(max_length=16)]
"""Weights that are added to a model's, in order."""


class Motion(_Value, frozen=True, omit_defaults=False):
    """How a take's frames become timeline frames."""

    source_in: Fraction = field(default_factory=Fraction)
    """Where in the take the shot starts, in seconds; not negative."""
    speed: Fraction = field(default_factory=lambda: Fraction(1, 2))
    """Seconds of the take for each second of the timeline; positive."""
    smoothing: Smoothing = "auto"

    def __post_init__(self) -> None:
        if self.source_in < 0:
            raise ValueError("source_in is negative; a take starts at 0")
        if not Fraction(1, 64) <= self.speed <= 64:
            raise ValueError("speed must lie between 1/64 and 64")


class Look(_Value, frozen=True, omit_defaults=False):
    """The project's defaults for its shots."""

    model: Line = SKETCH
    """`sketch`, `card`, a hub id such as `ali-vilab/text-to-video-ms-1.7b`, or a model's folder."""
    style: Text = ""
    """Words put after every prompt."""
    avoid: Text = ""
    """The negative prompt."""
    steps: Steps | None = None
    """Denoising steps; None asks for the model's own default."""
    guidance: Guidance | None = None
    """Classifier-free guidance scale; None asks for the model's own default."""
    loras: Loras = ()


class Chosen(_Value, frozen=True):
    """The take the film uses, and the key of the shot's wish when it was chosen."""

    take: Id
    wish: Annotated[str, Meta(max_length=64)] = ""
    """Empty for a take that no wish made (an import): such a shot is never stale."""


class Role(_Value, frozen=True):
    """What a name in the prompts ("Maria", "the captain") stands for, in every shot that names it."""

    name: Name
    picture: PictureName = ""
    """What the sketch draws for it. An own picture's name carries the hash of its content: another picture has
    another name."""
    description: Text = ""
    """What is put into the prompt of a model after the name: "a woman in a yellow coat"."""

    def __post_init__(self) -> None:
        check_name(self.name)


class Shot(_Value, frozen=True):
    """One place on the timeline. A setting that is None is inherited from the project."""

    id: Id
    prompt: Text = ""
    length: Length = 48
    base_seed: Seed = 0
    """Where the seeds of this shot's takes start, unless `seed` locks one."""
    model: Line | None = None
    avoid: Text | None = None
    seed: Seed | None = None
    """A locked seed: every take of this shot uses it."""
    steps: Steps | None = None
    guidance: Guidance | None = None
    motion: Motion | None = None
    fit: Fit = "cover"
    muted: bool = False
    """Whether the sound of an imported clip is left out."""
    pictures: Annotated[tuple[Depiction, ...], Meta(max_length=MAX_ROLES)] = ()
    """Words of this shot's prompt for which the sketch draws another picture than it would, or than the cast has."""
    start: Begin | None = None
    """What its takes start from besides the prompt; None for the prompt alone."""
    end: OwnPicture | None = None
    """The picture on which its takes end."""
    loras: Loras | None = None
    chosen: Chosen | None = None
    starred: tuple[Id, ...] = ()

    def __post_init__(self) -> None:
        if self.end and isinstance(self.start, FromTake | FromSketch):
            raise ValueError(
                "a shot that makes a clip anew cannot end on a picture; set one of the two to none"
            )


class Music(_Value, frozen=True, omit_defaults=False):
    """The one music bed under the film."""

    file: RelativePath
    offset: Fraction = field(default_factory=Fraction)
    """Seconds into the file at which the film's sound starts."""
    gain: Annotated[float, Meta(ge=-60, le=24)] = 0.0
    """Decibels."""
    fade_in: Fraction = field(default_factory=Fraction)
    """Seconds."""
    fade_out: Fraction = field(default_factory=Fraction)
    """Seconds."""
    loop: bool = True
    """Whether the file repeats until the film ends."""

    def __post_init__(self) -> None:
        if min(self.offset, self.fade_in, self.fade_out) < 0:
            raise ValueError("music offset and fades are not negative")


class Marker(_Value, frozen=True):
    """A named place on the timeline."""

    at: Annotated[int, Meta(ge=0, le=MAX_SHOTS * MAX_LENGTH)]
    name: Line = ""


class Project(_Value, frozen=True, omit_defaults=False):
    """A film as its maker decided it."""

    format: Literal[1] = FORMAT
    name: Annotated[str, Meta(min_length=1, max_length=100)] = "Untitled"
    width: Pixels = 256
    height: Pixels = 256
    rate: Fraction = field(default_factory=lambda: Fraction(24))
    """Frames per second."""
    look: Look = Look()
    motion: Motion = field(default_factory=Motion)
    """For generated shots that have none of their own."""
    smoother: SmootherName = "rife"
    """`rife` is the best RIFE engine of the machine that renders; a name asks for exactly that engine."""
    cast: Annotated[tuple[Role, ...], Meta(max_length=MAX_ROLES)] = ()
    shots: Annotated[tuple[Shot, ...], Meta(max_length=MAX_SHOTS)] = ()
    music: Music | None = None
    markers: Annotated[tuple[Marker, ...], Meta(max_length=10_000)] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.rate <= 240:
            raise ValueError("rate must lie between 1 and 240 frames per second")
        if self.width % 2 or self.height % 2:
            even = f"{self.width + self.width % 2}x{self.height + self.height % 2}"
            raise ValueError(
                f"size {self.width}x{self.height} is odd and films need even sides (4:2:0 colour); use {even}"
            )
        if len({shot.id for shot in self.shots}) != len(self.shots):
            raise ValueError("two shots have the same id")
        if len({naming.folded(role.name) for role in self.cast}) != len(self.cast):
            raise ValueError("two in the cast have the same name")

    @property
    def length(self) -> int:
        """Frames in the whole film."""
        return sum(shot.length for shot in self.shots)

    @property
    def seconds(self) -> Fraction:
        return self.length / self.rate

    def index(self, shot_id: str) -> int:
        """The place of a shot in the film's order. Raises `EditError` when it is not there."""
        for i, shot in enumerate(self.shots):
            if shot.id == shot_id:
                return i
        raise EditError(f"there is no shot {shot_id} in {self.name!r}")

    def shot(self, shot_id: str) -> Shot:
        return self.shots[self.index(shot_id)]

    def starts(self) -> Iterator[int]:
        """The first timeline frame of each shot, in order."""
        at = 0
        for shot in self.shots:
            yield at
            at += shot.length

    def start_of(self, shot_id: str) -> int:
        """The first timeline frame of a shot. Raises `EditError` when it is not there."""
        return sum(shot.length for shot in self.shots[: self.index(shot_id)])

    def motion_of(self, shot: Shot) -> Motion:
        return self.motion if shot.motion is None else shot.motion

    def wish_of(self, shot: Shot) -> Wish:
        """The settings of `shot` resolved over this project's look and cast."""
        return wish(shot, self.look, self.cast)


class Wish(_Value, frozen=True):
    """What the user wants a shot to be, now: its settings over the look. Frame count and size are not in it."""

    model: str
    prompt: str
    avoid: str
    steps: int | None
    guidance: float | None
    seed: int | None
    """Only a locked seed is part of a wish."""
    pictures: tuple[Depiction, ...] = ()
    """For the sketch: the pictures of those words that are in the prompt, in the order of the words."""
    starts: tuple[Start, ...] = ()
    """What a take starts from, as far as it is there (`take.wish_of`)."""
    loras: tuple[Lora, ...] = ()
    colours_of: Reference | None = None
    """The frame to whose colours a take is brought."""

    @property
    def key(self) -> str:
        """Names what is wished. Where the pixels of a start lie does not count: what they are does."""
        if not (self.starts or self.colours_of):
            return values.key(self)
        starts = tuple(start.without_place() for start in self.starts)
        colours = self.colours_of and self.colours_of.without_place()
        return values.key(replace(self, starts=starts, colours_of=colours))


def wish(
    shot: Shot,
    look: Look,
    cast: Sequence[Role] = (),
    starts: Sequence[Start] = (),
    colours_of: Reference | None = None,
) -> Wish:
    """The settings of `shot` resolved over `look` and `cast`; `starts` and `colours_of` are what its `start` and
    `end` are (`take.wish_of`).

    Of the cast a wish holds only what touches its prompt: for the sketch the pictures, for a model the
    descriptions, which are put into the prompt.
    """
    guidance = look.guidance if shot.guidance is None else shot.guidance
    model = look.model if shot.model is None else shot.model
    prompt = ", ".join(part for part in (shot.prompt.strip(), look.style.strip()) if part)
    drawn = model in (SKETCH, CARD)
    if cast and not drawn:
        prompt = naming.described(prompt, {role.name: role.description for role in cast})
    return Wish(
        model=model,
        prompt=prompt,
        avoid=look.avoid if shot.avoid is None else shot.avoid,
        steps=look.steps if shot.steps is None else shot.steps,
        # 9, 9.0 and -0.0, 0.0 are equal and must have one key.
        guidance=None if guidance is None else float(guidance) + 0.0,
        seed=shot.seed,
        pictures=depicted(prompt, shot, cast) if model == SKETCH else (),
        # The sketch can begin and end with a picture; it needs no clip to draw from, and a card nothing at all.
        starts=tuple(s for s in starts if not drawn or (model == SKETCH and s.role != "clip")),
        loras=() if drawn else look.loras if shot.loras is None else shot.loras,
        colours_of=None if model == CARD else colours_of,
    )


def depicted(text: str, shot: Shot, cast: Sequence[Role]) -> tuple[Depiction, ...]:
    """Which words of `text` the sketch draws as which picture: as `shot` has it, else as `cast` has it.

    Words are folded and sorted, so that neither case nor the order of the cast makes another wish.
    """
    if not (shot.pictures or cast):
        return ()
    pictures = {naming.folded(role.name): role.picture for role in cast if role.picture}
    pictures |= {naming.folded(one.word): one.picture for one in shot.pictures}
    said = {mention.name for mention in naming.mentions(text, pictures)}
    return tuple(Depiction(word, pictures[word]) for word in sorted(said))


def seed_for(shot: Shot, number: int) -> int:
    """The seed of take `number` (1, 2, ...) of `shot`: the locked one, else one a take from its base seed."""
    # 17 apart, so that neighbouring numbers of neighbouring shots do not meet by accident.
    return shot.seed if shot.seed is not None else (shot.base_seed + 17 * (number - 1)) % (MAX_SEED + 1)


def new_shot(shot_id: str, prompt: str = "", length: int = 48) -> Shot:
    """A draft; its base seed follows from its id, so that a copied project makes the same film."""
    return Shot(id=shot_id, prompt=prompt, length=length, base_seed=base_seed(shot_id))


def base_seed(shot_id: str) -> int:
    """A seed below 2^31 that depends on nothing but the shot's id."""
    return int.from_bytes(hashlib.sha256(shot_id.encode()).digest()[:4], "big") >> 1
