"""What a take starts from, besides words: as a shot asks for it, and as a recipe records it.

A shot says `Begin`: a picture, the shot before it, a take, its sketch. Resolved over the takes that are there, that
becomes a few `Start`s, each naming pixels by their content, which go from the wish into the recipe.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from msgspec import Meta
from msgspec.structs import replace

from storyboard.kinds import Depiction, Hash, Id, OwnPicture, Seed, Text, _Value

MIN_SIDE, MAX_SIDE = 16, 16_384
"""Pixels of a picture that a shot may start from."""
STRENGTH = 0.6
"""How far a clip is made anew where nothing is said."""

Strength = Annotated[float, Meta(gt=0, le=1)]
"""How far a clip is made anew: 1 keeps nothing of it, a little keeps nearly all."""
Weight = Annotated[float, Meta(ge=-4, le=4)]
StartRole = Literal["first", "last", "clip"]


# As a shot asks for it


class FromPicture(_Value, frozen=True, tag_field="from", tag="picture"):
    """The take's first frame is this picture."""

    picture: OwnPicture


class FromPrevious(_Value, frozen=True, tag_field="from", tag="previous"):
    """The take goes on where the shot before it ends on the timeline: a chain."""

    match_colour: bool = False
    """Whether the take's colours are brought to those of the chain's first shot."""


class FromTake(_Value, frozen=True, omit_defaults=False, tag_field="from", tag="take"):
    """A take, or an imported clip, is made anew."""

    take: Id
    strength: Strength = STRENGTH


class FromSketch(_Value, frozen=True, omit_defaults=False, tag_field="from", tag="sketch"):
    """The shot's own sketch is made anew: a guide to where things are and how they move."""

    strength: Strength = STRENGTH


Begin = FromPicture | FromPrevious | FromTake | FromSketch


class Lora(_Value, frozen=True, omit_defaults=False):
    """Weights that are added to a model's. The file is found by name and content in the user's folder of LoRAs
    (`generators.loras`), never by a path."""

    name: Annotated[
        str, Meta(pattern=r"^[\w-][\w .-]{0,99}$(?!\n)", description="a file's name without .safetensors")
    ]
    content: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
    """SHA-256 of the file."""
    weight: Weight = 1.0


# As a wish resolves it, and a recipe records it


class Drawing(_Value, frozen=True):
    """What a sketch is drawn from."""

    prompt: Text
    seed: Seed
    pictures: tuple[Depiction, ...] = ()
    version: str = ""
    """Of the sketch that was drawn; empty in a wish, where any will do."""


class Reference(_Value, frozen=True):
    """Pixels of the project, by place and by content."""

    file: Annotated[str, Meta(max_length=500)] = ""
    """A picture in `media/`, or the sidecar of a take: `takes/x.json`. Empty for a sketch."""
    content: Hash = ""
    """Of a take, its own `content`; of a picture, the digits of its file's SHA-256 that are in its name; of a
    sketch, SHA-256 of the RGB bytes of its frames, empty before it is drawn."""
    frame: Annotated[int, Meta(ge=0)] | None = None
    """Which frame of a take; None for a picture, or for all frames."""

    def without_place(self) -> Self:
        """The same where only content says which pixels these are."""
        return replace(self, file="") if self.content else self


class Start(Reference, frozen=True):
    """One thing that a take starts from."""

    role: StartRole = "first"
    """The take's first frame, its last frame, or a clip that is made anew."""
    strength: Strength | None = None
    """Of a clip."""
    drawn: Drawing | None = None
    """Where the clip is a sketch."""

    @property
    def is_there(self) -> bool:
        """Whether it is known which pixels these are."""
        return bool(self.content) or self.drawn is not None

    def without_place(self) -> Self:
        """A sketch has a seed only where the wish has one: the shot's own is no part of what is wished."""
        here = super().without_place()
        return here if here.drawn is None else replace(here, drawn=replace(here.drawn, seed=0))


def of_picture(picture: str, role: StartRole) -> Start:
    """A start with one of the project's own pictures, whose name ends with its hash."""
    return Start(file=picture, content=picture.removesuffix(".png").rpartition("-")[2], role=role)
