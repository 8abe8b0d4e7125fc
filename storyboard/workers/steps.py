"""Steps: what a worker can be asked to do, as values. Paths are relative to the project's folder, so a step
means the same in any process on any machine that holds the folder."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from msgspec import Struct

from storyboard.project import Depiction, Fit, Music
from storyboard.take import Recipe, Take


class _Step(Struct, frozen=True, forbid_unknown_fields=True, tag=True, omit_defaults=True):
    pass


class Generate(_Step, frozen=True):
    """Make a take from its recipe, write its pixels, publish its sidecar."""

    take: str
    """Id of the take to be."""
    shot: str
    number: int
    wish: str
    """Key of the wish it is made for."""
    model: str
    recipe: Recipe
    keep_every: int = 0
    """Steps of the model after which what is done is kept in the project's cache, to be gone on with after a crash; 0
    for never."""
    coming: int = 0
    """Takes of this model and size that the same run wants after this one: what it may pay to prepare for."""


class Together(_Step, frozen=True):
    """Make several takes of one shot, which differ in their seeds alone, in one batch. Those that are there already, from
    a try that was cut off, are left as they are."""

    of: tuple[Generate, ...]


class Audition(_Step, frozen=True):
    """Make a take up to one of its steps, hold it in the project's cache, and show how it looks."""

    of: Generate
    """What would make the whole take."""
    stop_at: int
    """Steps of the model."""
    out: str
    """Where its picture and its facts are put, without their suffixes."""


class Smooth(_Step, frozen=True):
    """Make in-betweens of a take and keep them losslessly: alone, or on the way to a segment (`Encode.smooth`)."""

    take: Take
    engine: str
    """The resolved engine's name."""
    positions: tuple[Fraction, ...]
    """Fractional places in the take, ascending; all of them are made."""
    out: str


class InBetweens(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of in-betweens: which positions of a take it holds, in order."""

    file: str
    positions: tuple[Fraction, ...]


class Drawn(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The stand-in picture of a shot without a take."""

    prompt: str
    seed: int
    as_card: bool = False
    """Whether its words are shown instead of a sketch."""
    number: int | None = None
    """The shot's number for a card whose prompt cannot be drawn."""
    pictures: tuple[Depiction, ...] = ()
    """What the sketch draws for words of the prompt."""


class Encode(_Step, frozen=True):
    """Encode a shot's final frames as a segment, from its take and in-betweens or from its sketch."""

    width: int
    height: int
    rate: Fraction
    preset: str
    length: int
    out: str
    fit: Fit = "cover"
    take: Take | None = None
    positions: tuple[Fraction, ...] = ()
    inbetweens: tuple[InBetweens, ...] = ()
    """Those that are kept already."""
    smooth: Smooth | None = None
    """Those that are still to be made."""
    drawn: Drawn | None = None


class Sound(Struct, frozen=True, forbid_unknown_fields=True):
    """The sound of an imported clip in the film."""

    file: str
    start: Fraction
    """Seconds into the film."""
    source_in: Fraction
    """Seconds into the file."""
    seconds: Fraction


class Mix(_Step, frozen=True):
    """Mix the film's one audio bed."""

    seconds: Fraction
    out: str
    music: Music | None = None
    clips: tuple[Sound, ...] = ()


class Stitch(_Step, frozen=True):
    """Join segments to a film by packet copy."""

    segments: tuple[str, ...]
    frames: int
    rate: Fraction
    preset: str
    out: str
    """Absolute, since films may be written anywhere the user says."""
    audio: str | None = None
    metadata: dict[str, str] = {}


class Examine(_Step, frozen=True):
    """Read an original that is to be imported, without trusting it. Answers its `Take`."""

    file: str
    """As copied into the project."""
    take: str
    shot: str


class Tidy(_Step, frozen=True):
    """Make an own picture, for the cast or for a shot to start from, from a stranger's file, without trusting it."""

    file: str
    """Absolute: the user's own file stays where it is."""
    out: str
    as_start: bool = False
    """Whether the whole picture is kept, for a shot to start from."""


class Remake(_Step, frozen=True):
    """Make a take again from its recipe and compare; nothing is written. Answers a `Comparison`."""

    take: Take


class Listen(_Step, frozen=True):
    """Make sure that a piece of music can be played."""

    file: str


class Prove(_Step, frozen=True):
    """Decode a file of the project to its end: the pixels of a take, or what this program made. Answers a `Proof`."""

    file: str
    take: Take | None = None


class Proof(Struct, frozen=True):
    """What a file holds that was decoded to its end; all 0 for one without pictures."""

    frames: int
    width: int
    height: int
    rate: Fraction
    content: str
    """SHA-256 of the frames' RGB bytes in order."""


class Unpack(_Step, frozen=True):
    """Write a sound as plain samples that the window may read, and its shape for drawing."""

    file: str
    """Absolute: what comes of it is kept elsewhere when its own folder cannot be written."""
    samples: str
    peaks: str
    synced: bool = False
    """Whether it begins at the file's first picture."""


class Proxy(_Step, frozen=True):
    """Write a part of an import's frames that the window may read."""

    folder: str
    """Of the take's project, absolute: what comes of it is kept elsewhere when that folder cannot be written."""
    take: Take
    part: int
    out: str


class SmoothVideo(_Step, frozen=True):
    """Write a video with more frames. Paths are absolute: it belongs to no project."""

    file: str
    out: str
    engine: str
    preset: str
    speed: Fraction
    factor: int | None = None
    rate: Fraction | None = None
    start: Fraction = Fraction(0)
    """Seconds into the video from which on it is shown."""
    stop: Fraction | None = None
    """Seconds into the video; its end where there is none."""
    repeats: Literal["keep", "remove"] = "keep"
    """What becomes of pictures that only repeat the one before."""
    compare: bool = False
    """Whether the video is shown at the left as it was, at the right smoothed."""
    only_look: bool = False
    """Whether it is only said what would be made."""
    replace: bool = True
    """Whether `out` may also be replaced where it is somebody else's file: its name was given by the user."""


class SmoothedVideo(Struct, frozen=True):
    """What came of it."""

    file: str
    source_frames: int
    frames: int
    rate: Fraction
    engine: str
    """Empty where nothing had to be made: the picture was copied."""
    cuts: int
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    """How long the video is."""
    kept: tuple[str, ...] = ()
    """What was brought along beside the picture, in words."""
    notes: tuple[str, ...] = ()
    """What is to be known about it, a sentence each."""
    resumed: int = 0
    """Frames that an earlier run had made already."""
    up_to_date: bool = False
    """Whether the very same was there already, so that nothing was written."""


class Comparison(Struct, frozen=True):
    """How a take made again differs from the stored one."""

    identical: bool
    max: int = 0
    """Largest difference of any channel, 0 to 255."""
    mean: float = 0.0
    ran: dict[str, str] = {}


Step = (
    Generate
    | Together
    | Audition
    | Smooth
    | Encode
    | Mix
    | Stitch
    | Examine
    | Tidy
    | Remake
    | Listen
    | Prove
    | Unpack
    | Proxy
    | SmoothVideo
)
