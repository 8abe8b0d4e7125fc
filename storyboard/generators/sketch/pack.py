"""The picture pack: vector pictures by name, and which picture a word or an emoji means.

`resources/pictures/build.py` makes the pack and says what is inside.
"""

from __future__ import annotations

import json
import re
import zipfile
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from storyboard import resources
from storyboard.errors import GeneratorError

_LOCK = Lock()  # zipfile seeks: one reader at a time


class Picture(NamedTuple):
    """One picture of the pack; its view box is 32 x 32."""

    name: str
    group: int
    """Emojibase's group: 1 people, 3 animals and plants, 4 food, 5 travel and places, 6 play, 7 objects."""
    subgroup: int
    left: float
    top: float
    right: float
    bottom: float
    """The box of what is drawn, in view box units."""


@cache
def _archive() -> zipfile.ZipFile:
    path = resources.path("pictures/pictures.zip")
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise GeneratorError(
            f"the sketch's pictures {path} cannot be read ({error}); install Storyboard again"
        ) from error


def _text(member: str) -> str:
    with _LOCK:
        return _archive().read(member).decode()


@cache
def _index() -> dict[str, Any]:
    index: dict[str, Any] = json.loads(_text("index.json"))
    return index


def close() -> None:
    """Forgets the pack, so that it is opened anew when it is next asked for."""
    for kept in (_archive, _index, words, names, picture, body):
        kept.cache_clear()


@cache
def words(language: str) -> dict[str, str]:
    """Word or short phrase (lower case) -> the picture it means most. `language` is one of `LANGUAGES`."""
    table: dict[str, str] = json.loads(_text(f"words/{language}.json"))
    return table


LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "ja", "zh")


def has(name: str) -> bool:
    return name in _index()["pictures"]


@cache
def names() -> tuple[str, ...]:
    """Every picture, by name."""
    return tuple(_index()["pictures"])


@cache
def picture(name: str) -> Picture:
    """The picture called `name`. Raises `KeyError` when the pack has none."""
    return Picture(name, *_index()["pictures"][name])


@cache
def body(name: str) -> str:
    """What goes inside the <svg> element of a picture."""
    return _text(f"svg/{name}")


_JOINERS = "\ufe0f\u200d"
_TONES = re.compile("[\U0001f3fb-\U0001f3ff]")
_LONGEST = 12
"""Code points in the longest emoji sequence (a family of four with joiners is 7, a flag of a region 7)."""


def emoji_at(text: str, start: int) -> tuple[int, str] | None:
    """The picture that the emoji at `text[start:]` means: (its length in `text`, its name), or None.

    The longest sequence wins; skin tones and presentation selectors are accepted and ignored.
    """
    first = text[start]
    if first.isascii() or first.isalpha():
        return None
    codes = _index()["codes"]
    for length in range(min(_LONGEST, len(text) - start), 0, -1):
        part = _TONES.sub("", text[start : start + length])
        name = codes.get("-".join(f"{ord(char):04x}" for char in part if char != "\ufe0f"))
        if name is not None and part[-1] not in _JOINERS[1]:
            extra = start + length
            while extra < len(text) and (text[extra] == "\ufe0f" or _TONES.match(text[extra])):
                extra += 1
            return extra - start, name
    return None
