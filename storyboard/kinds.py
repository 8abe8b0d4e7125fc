"""What values are made of: the base of every value, and the kinds of their fields with their limits."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from storyboard import naming

MAX_SHOTS = 20_000
MAX_LENGTH = 1_000_000
"""Frames in one shot: more than eleven hours at 24 fps."""
MAX_PROMPT = 5_000
"""Characters; the longest-reading text encoders in use stop well before."""
MAX_ROLES = 500
"""Names in one cast, and replaced pictures in one shot."""
MAX_SEED = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""

# A lone `$` would let a final newline through.
Id = Annotated[
    str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$(?!\n)", description="letters a-z, digits, hyphens")
]
Text = Annotated[str, Meta(max_length=MAX_PROMPT)]
Line = Annotated[str, Meta(max_length=300)]
Length = Annotated[int, Meta(ge=1, le=MAX_LENGTH, description="frames at the project's rate")]
Pixels = Annotated[int, Meta(ge=16, le=8192)]
Seed = Annotated[int, Meta(ge=0, le=MAX_SEED)]
Steps = Annotated[int, Meta(ge=1, le=1000)]
Guidance = Annotated[float, Meta(ge=0, le=100)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
PictureName = Annotated[
    str,
    Meta(
        pattern=r"^(~?[a-z0-9-]{1,100}|media/[^\s\x00-,./:-@\[-^`{-\x9f\u2000-\u206f]{1,100}-[0-9a-f]{16}\.png)?$(?!\n)",
        description="a picture of the pack (woman-cook), or an own one in media/, whose name ends with its hash",
    ),
]
OwnPicture = Annotated[
    str,
    Meta(
        pattern=r"^media/[^\s\x00-,./:-@\[-^`{-\x9f\u2000-\u206f]{1,100}-[0-9a-f]{16}\.png$(?!\n)",
        description="a picture that was copied into media/, whose name ends with its hash",
    ),
]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{0,64}$(?!\n)")]
RelativePath = Annotated[str, Meta(min_length=1, max_length=500, description="inside the project, with /")]
Smoothing = Literal["off", "auto", "x2", "x3", "x4"]
Fit = Literal["cover", "contain", "stretch"]
SMOOTHERS = (
    "rife",
    "rife-torch",
    "rife-ncnn",
    "rife-openvino",
    "rife-openvino-fast",
    "rife-hdv3",
    "flow",
)
SmootherName = Annotated[
    str,
    Meta(
        pattern=rf"^({'|'.join(SMOOTHERS)}|rife:[a-z0-9][a-z0-9._-]{{0,39}})$(?!\n)",
        description="how in-betweens are made; rife: and a name means the user's own weights of that name",
    ),
]


class _Value(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A base for values: equal by content, readable as JSON, unknown fields refused.

    Values with fractions or values inside say `omit_defaults=False`: msgspec leaves out a default only when it
    is the very same object, so that equal ones would be written, and named, in two ways. `frozen` is inherited; it
    is said again for type checkers, which do not know that. Fractions are made by a factory: msgspec cannot put
    them into a JSON Schema as defaults.
    """


class Depiction(_Value, frozen=True):
    """The picture that the sketch draws for a word of a prompt."""

    word: Name
    picture: PictureName

    def __post_init__(self) -> None:
        check_name(self.word)


def check_name(name: str) -> None:
    if not naming.is_name(name):
        raise ValueError(
            f"{name!r} cannot be a name; give one line with a letter in it, and no space around it"
        )
