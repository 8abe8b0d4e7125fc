"""Names in a text: where a prompt says "Maria" or "the captain", in any case and in any script.

A name is found as whole words. What that means depends on the script: letters, digits and marks that go on make
another word; Japanese, Chinese and Thai put no spaces between words, so that a name may stand in a run of them;
Korean puts its particles right after a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple


class Mention(NamedTuple):
    """A name where it stands in a composed text (see `composed`)."""

    start: int
    end: int
    name: str
    """As `folded` gives it."""


_POSSESSIVE = re.compile(r"['’]s\b")
_JOINERS = "\u200c\u200d"
"""Invisible, within words of Persian, Hindi and others."""
_HYPHENS = "-\u2010\u2011"
_RUNNING = (
    (0x0E00, 0x0EFF, "thai"), (0x1000, 0x109F, "burmese"), (0x1780, 0x17FF, "khmer"), (0x3040, 0x309F, "hiragana"),
    (0x30A0, 0x30FF, "katakana"), (0x3400, 0x4DBF, "han"), (0x4E00, 0x9FFF, "han"), (0xAC00, 0xD7A3, "hangul"),
    (0xF900, 0xFAFF, "han"), (0x20000, 0x3FFFF, "han"),
)  # fmt: skip
"""Scripts in which a word may follow another without a space."""


def composed(text: str) -> str:
    """`text` in the form in which places are counted (Unicode NFC)."""
    return unicodedata.normalize("NFC", text)


def whole(text: str) -> str:
    """`text` without halves of characters, which no file can hold: a file's name has them where it is not in UTF-8."""
    return text.encode(errors="ignore").decode()


@lru_cache(4096)
def folded(name: str) -> str:
    """`name` as names are compared: "MARIA" and "Maria" are the same, and so is one with two spaces in it."""
    return " ".join(composed(name).casefold().split())


def is_name(text: str) -> bool:
    """Whether `text` can be a name: it is one line with a letter or a digit, and no space around it."""
    shown = "".join(char for char in text if char not in _JOINERS)
    return text == text.strip() and shown.isprintable() and any(map(str.isalnum, text))


def mentions(text: str, names: Iterable[str]) -> list[Mention]:
    """Where `names` stand in `composed(text)`, in order. Where two overlap the first counts, then the longer."""
    wanted = {folded(name) for name in names}
    quick = folded(text)
    near = [name for name in wanted if name and name in quick]
    if not near:
        return []
    text = composed(text)
    found = [mention for name in near for mention in _all(text, name)]
    found.sort(key=lambda mention: (mention.start, -mention.end))
    kept: list[Mention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def described(text: str, descriptions: Mapping[str, str]) -> str:
    """`text` with each name's description in brackets after its first mention, and as it is where none is named.

    "Maria waves" becomes "Maria (a woman in a yellow coat) waves".
    """
    by_name = {folded(name): words.strip() for name, words in descriptions.items()}
    found = mentions(text, [name for name, words in by_name.items() if words])
    if not found:
        return text
    text, parts, at = composed(text), [], 0
    said: set[str] = set()
    for mention in found:
        if mention.name not in said:
            said.add(mention.name)
            end = after_possessive(text, mention.end)
            parts += [text[at:end], f" ({by_name[mention.name]})"]
            at = end
    return "".join(parts) + text[at:]


def after_possessive(text: str, end: int) -> int:
    """The place after "'s", where a name that ends at `end` has one."""
    match = _POSSESSIVE.match(text, end)
    return match.end() if match else end


def _all(text: str, name: str) -> list[Mention]:
    low, places = _searchable(text)
    found = []
    at = low.find(name)
    while at >= 0:
        start, end = places[at], places[at + len(name) - 1] + 1
        # Several letters of the searched form may be one in the text ("ß"): a name does not end within it.
        whole = (at == 0 or places[at - 1] != start) and places[at + len(name)] != end - 1
        if whole and not _goes_on_before(text, start) and not _goes_on_after(text, end):
            found.append(Mention(start, end, name))
        at = low.find(name, at + 1)
    return found


@lru_cache(256)
def _searchable(text: str) -> tuple[str, tuple[int, ...]]:
    """`text` folded, with one space for several, and where each of its characters comes from; one place more
    than it has, for the end."""
    letters: list[str] = []
    places: list[int] = []
    for i, char in enumerate(text):
        if char.isspace():
            if letters and letters[-1] == " ":
                places[-1] = i
                continue
            char = " "
        for letter in char.casefold():
            letters.append(letter)
            places.append(i)
    return "".join(letters), (*places, len(text))


def _script(char: str) -> str:
    """The name of a script that runs on without spaces; "spaced" for every other letter or digit; "" for none."""
    code = ord(char)
    if code > 0x0E00:
        for first, last, script in _RUNNING:
            if first <= code <= last:
                return script
    return "spaced" if char.isalnum() or char == "_" else ""


def _goes_on_before(text: str, start: int) -> bool:
    """Whether the word at `start` began before it."""
    if start == 0:
        return False
    here, last = _script(text[start]), start - 1
    while last > 0 and _is_mark(text[last]):
        last -= 1
    if here in ("spaced", "katakana", "hangul"):
        hyphen = last > 0 and text[last] in _HYPHENS and here == "spaced"
        return _script(text[last - 1 if hyphen else last]) == here
    return False


def _goes_on_after(text: str, end: int) -> bool:
    """Whether the word that ends at `end` goes on there."""
    if end == len(text):
        return False
    here, after = _script(text[end - 1]), _script(text[end])
    if _is_mark(text[end]):
        return True
    if here in ("spaced", "katakana") or (here == "" and _is_mark(text[end - 1])):
        hyphen = end + 1 < len(text) and text[end] in _HYPHENS and here == "spaced"
        return after == (here or "spaced") or (hyphen and _script(text[end + 1]) == here)
    return False


def _is_mark(char: str) -> bool:
    """Whether `char` belongs to the letter before it: an accent, a vowel sign, a joiner."""
    return unicodedata.category(char).startswith("M") or char in _JOINERS
