"""The limits of the project's values, in sentences for people.

msgspec checks a value's limits only when it reads JSON, never when a value is made; `read_back` closes that gap.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from storyboard import values
from storyboard.errors import EditError
from storyboard.project import MAX_LENGTH, MAX_PROMPT, MAX_SEED

V = TypeVar("V", bound=msgspec.Struct)

LIMITS = {
    "id": "a shot's id is made of letters a-z, digits and hyphens, 64 at most",
    "prompt": f"a prompt has at most {MAX_PROMPT:,} characters; shorten it",
    "style": f"style words have at most {MAX_PROMPT:,} characters; shorten them",
    "avoid": f"avoid words have at most {MAX_PROMPT:,} characters; shorten them",
    "length": f"a length is 1 to {MAX_LENGTH:,} frames; give one of these",
    "base_seed": f"a seed is a whole number from 0 to {MAX_SEED}; give one of these",
    "seed": f"a seed is a whole number from 0 to {MAX_SEED}; give one of these",
    "steps": "steps are a whole number from 1 to 1000; give one of these, or none for the model's own",
    "guidance": "guidance is a number from 0 to 100; give one of these, or none for the model's own",
    "model": "a model's name is a text of at most 300 characters; give its hub id or folder",
    "fit": "fit is cover, contain or stretch; give one of these",
    "smoothing": "smoothing is off, auto, x2, x3 or x4; give one of these",
    "smoother": "the smoother is rife, rife-torch, rife-ncnn, rife-openvino, rife-openvino-fast, rife-hdv3, flow, or rife: and the name of your own "
    "weights; give one of these",
    "width": "a film's sides are even numbers from 16 to 8192; give one of these",
    "height": "a film's sides are even numbers from 16 to 8192; give one of these",
    "name": "a name has 1 to 100 characters (a marker's up to 300); give one of that length",
    "rate": "a rate is 1 to 240 frames per second, written 24 or 24000/1001; give one of these",
    "speed": "a speed lies between 1/64 and 64, written 1/2; give one of these",
    "source_in": "the start in a take is a number of seconds from 0, written 3/2; give one of these",
    "gain": "the music's gain is -60 to 24 decibels; give one of these",
    "file": "the music's file is a path inside the project, written with /; import the file first",
    "picture": "a picture is one of the pack, such as woman-cook, or an own one that was copied into media/; see "
    '`storyboard explain --pictures "cook"`, or cast the file again',
    "description": f"a description has at most {MAX_PROMPT:,} characters; shorten it",
    "strength": "a strength is a number above 0 and up to 1; give one of these, as 0.6",
    "weight": "a LoRA's weight is a number from -4 to 4; give one of these, as 0.8",
    "loras": "a shot or a look has at most 16 LoRAs; take some away",
    "take": "a take is named by its id; choose one of the shot's takes",
    "end": "a shot ends on a picture that was copied into media/; set the file again",
    "word": "a word has 1 to 100 characters; give one of that length",
    "at": "a marker stands on a frame from 0 up; give such a frame",
}
"""What each field allows and what to do, by the field's name."""


def read_back(value: V, changes: Mapping[str, object], what: str) -> V:
    """`value` with `changes`, as it will be read from its file, where it must give an equal value.

    Raises `EditError`, a sentence that starts with `what` ("shot 3").
    """
    try:
        changed = replace(value, **changes)
        read = values.decode(values.encode_line(changed), type(value))
    except UnicodeEncodeError as error:
        raise EditError(f"{what}: the text holds half a character; type it again") from error
    except ValueError as error:
        raise EditError(f"{what}: {sentence(str(error))}") from error
    if read != changed:  # JSON has no word for some numbers, such as "not a number"
        raise EditError(f"{what}: {sentence(f'at `$.{_difference(changed, read)}`')}")
    return read


def sentence(message: str) -> str:
    """A message of msgspec, or of a value's own check, as a sentence."""
    what, _, place = message.partition("at `$")
    names = re.findall(r"[a-z_]+", place)
    known = next((LIMITS[name] for name in reversed(names) if name in LIMITS), "")
    return known or what.removesuffix(" - ")


def _difference(one: msgspec.Struct, other: msgspec.Struct) -> str:
    return next(name for name in one.__struct_fields__ if getattr(one, name) != getattr(other, name))
