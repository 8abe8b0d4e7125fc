"""Words as vector art, in any script: which font draws which character, how wide it is, where lines break.

A line is drawn as pieces of one script each, and each piece is shaped by resvg (HarfBuzz's rules: Arabic letters
join, Indic ones combine). Only the fonts in `resources/fonts` are used, so that a card looks the same everywhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from storyboard import resources
from storyboard.generators.sketch import pack

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

EMOJI = "emoji"
LATIN, LATIN_BOLD, CJK, HANGUL = "Noto Sans", "Noto Sans bold", "Droid Sans Fallback", "NanumSquare"
FILES = {
    LATIN: "NotoSans-Regular.ttf",
    LATIN_BOLD: "NotoSans-Bold.ttf",
    "Noto Sans Arabic": "NotoSansArabic-Regular.ttf",
    "Noto Sans Hebrew": "NotoSansHebrew-Regular.ttf",
    "Noto Sans Devanagari": "NotoSansDevanagari-Regular.ttf",
    "Noto Sans Bengali": "NotoSansBengali-Regular.ttf",
    "Noto Sans Tamil": "NotoSansTamil-Regular.ttf",
    "Noto Sans Thai": "NotoSansThai-Regular.ttf",
    "Noto Sans Armenian": "NotoSansArmenian-Regular.ttf",
    "Noto Sans Georgian": "NotoSansGeorgian-Regular.ttf",
    CJK: "DroidSansFallbackFull.ttf",
    HANGUL: "NanumSquareR.ttf",
}
_RANGES = (
    (0x0530, 0x058F, "Noto Sans Armenian"),
    (0x0590, 0x05FF, "Noto Sans Hebrew"),
    (0x0600, 0x06FF, "Noto Sans Arabic"),
    (0x0750, 0x077F, "Noto Sans Arabic"),
    (0x08A0, 0x08FF, "Noto Sans Arabic"),
    (0x0900, 0x097F, "Noto Sans Devanagari"),
    (0x0980, 0x09FF, "Noto Sans Bengali"),
    (0x0B80, 0x0BFF, "Noto Sans Tamil"),
    (0x0E00, 0x0E7F, "Noto Sans Thai"),
    (0x10A0, 0x10FF, "Noto Sans Georgian"),
    (0x1100, 0x11FF, HANGUL),
    (0x2190, 0x27BF, HANGUL),
    (0x2E80, 0x312F, CJK),
    (0x3130, 0x318F, HANGUL),
    (0x3190, 0xA4CF, CJK),
    (0xA960, 0xA97F, HANGUL),
    (0xAC00, 0xD7FF, HANGUL),
    (0xF900, 0xFAFF, CJK),
    (0xFB1D, 0xFB4F, "Noto Sans Hebrew"),
    (0xFB50, 0xFEFC, "Noto Sans Arabic"),
    (0xFF00, 0xFFEF, CJK),
    (0x20000, 0x3FFFF, CJK),
)
_RIGHT_TO_LEFT = frozenset({"Noto Sans Arabic", "Noto Sans Hebrew"})
_NO_SPACES = frozenset({CJK, "Noto Sans Thai"})
"""Scripts that are written without spaces: a line may break between any two letters."""
_NEVER_FIRST = frozenset("、。，．！？；：」』）】〉》”’…ーゃゅょっャュョッ々ぁぃぅぇぉ々,.!?;:)]}%")
"""Never at the start of a line."""
MEASURE = 64
"""Pixels of the font at which widths are measured."""


class Piece(NamedTuple):
    """A run of text in one font, or one emoji."""

    text: str
    font: str
    """A key of `FILES`, or `emoji` (then `text` is the picture's name)."""


def font_of(char: str, bold: bool = False) -> str:
    code = ord(char)
    if code >= 0x530:
        for first, last, font in _RANGES:
            if first <= code <= last:
                return font
    return LATIN_BOLD if bold else LATIN


@cache
def _font(name: str) -> FreeTypeFont:
    from PIL import ImageFont

    path = resources.path(f"fonts/{FILES[name]}")
    return ImageFont.truetype(str(path), MEASURE, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(4096)
def _has(char: str, font: str) -> bool:
    """Whether a font can draw a character: its glyph is not the one for an unassigned code."""
    drawn, missing = _font(font).getmask(char), _font(font).getmask("\U000ffffd")
    return bytes(drawn) != bytes(missing) or drawn.size != missing.size


def clean(text: str) -> str:
    """`text` on one line, composed, without control characters (which could turn or hide what follows)."""
    kept = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    joined = "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn") or c == " ")
    # Direction marks are ours to set.
    joined = "".join(
        c for c in joined if c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    )
    return " ".join(joined.split())


def pieces(text: str, bold: bool = False) -> list[Piece]:
    """`text` cut into runs of one font each; what no font has is left out."""
    tagged: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        emoji = pack.emoji_at(text, at)
        if emoji is not None:
            tagged.append((emoji[1], EMOJI))
            at += emoji[0]
            continue
        char = text[at]
        at += 1
        previous = tagged[-1][1] if tagged else ""
        if char == "\ufe0f" or (char == "\u200d" and previous in ("", EMOJI)):
            continue
        if _joins(char, previous):
            tagged.append((char, previous))
        elif (font := _drawable(char, bold)) is not None:
            tagged.append((char, font))
    return list(_grouped(tagged))


def _joins(char: str, previous: str) -> bool:
    """Spaces, marks and joiners belong to the run before them when its font has them."""
    if previous in ("", EMOJI):
        return False
    if char in "\u200c\u200d" or _is_mark(char):
        return True
    neutral = char.isspace() or unicodedata.category(char)[0] in "PN"
    return neutral and ord(char) < 0x250 and _has(char, previous)


def _is_mark(char: str) -> bool:
    """Whether a character is written on the one before it (Thai vowels have no combining class, only this)."""
    return unicodedata.category(char)[0] == "M"


def _drawable(char: str, bold: bool) -> str | None:
    wanted = font_of(char, bold)
    return next((font for font in (wanted, LATIN, HANGUL, CJK) if char.isspace() or _has(char, font)), None)


def _grouped(tagged: list[tuple[str, str]]) -> Iterator[Piece]:
    for font, run in groupby(tagged, key=lambda item: item[1]):
        if font == EMOJI:
            yield from (Piece(name, EMOJI) for name, _ in run)
        else:
            yield Piece("".join(char for char, _ in run), font)


@lru_cache(4096)
def width(piece: Piece) -> float:
    """How wide a piece is, in ems."""
    if piece.font == EMOJI:
        return 1.15
    return float(_font(piece.font).getlength(piece.text)) / MEASURE


def right_to_left(text: str) -> bool:
    """Whether a line reads from the right: the direction of its first letter that has one (UAX #9, P2)."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL", "L"):
            return direction != "L"
    return False


def _words(text: str) -> Iterator[str]:
    """What a line may not break: words with the space after them, single letters of scripts without spaces."""
    word = ""
    for char in text:
        alone = font_of(char) in _NO_SPACES and not _is_mark(char)
        if (
            word
            and alone
            and char not in _NEVER_FIRST
            and not (font_of(char) == "Noto Sans Thai" and len(word) < 8)
        ):
            yield word
            word = ""
        word += char
        if char == " ":
            yield word
            word = ""
    if word:
        yield word


def line_width(text: str, bold: bool = False) -> float:
    """Ems."""
    return sum(width(piece) for piece in pieces(text.rstrip(), bold))


def wrap(text: str, most: float, bold: bool = False) -> list[str]:
    """`text` in lines of at most `most` ems. A word longer than a line is cut."""
    lines, line = [], ""
    for word in _words(text):
        for part in _cut(word, most, bold):
            if line and line_width(line + part, bold) > most:
                lines.append(line.rstrip())
                line = ""
            line += part
    return [*lines, line.rstrip()] if line.strip() else lines


def _cut(word: str, most: float, bold: bool) -> Iterator[str]:
    if line_width(word, bold) <= most:
        yield word
        return
    part = ""
    for char in word:
        if part and not _is_mark(char) and line_width(part + char, bold) > most:
            yield part
            part = ""
        part += char
    yield part


def ellipsis(line: str, most: float, bold: bool = False) -> str:
    """`line` with an ellipsis at its end, shortened so that both fit."""
    while line and line_width(line + "…", bold) > most:
        line = line[:-1]
    return line.rstrip() + "…"


def line_svg(text: str, x: float, y: float, size: float, fill: str, *, bold: bool = False) -> str:
    """One line as SVG, its baseline at `y`, starting at `x`: the left edge, or for a line that reads from the
    right, the right edge."""
    backwards = right_to_left(text)
    parts = []
    for piece in pieces(text, bold):
        wide = width(piece) * size
        if backwards and piece.font != EMOJI and not any(char.isalnum() for char in piece.text):
            # Nothing in it has a direction of its own: it goes the line's way.
            piece = piece._replace(text="".join(map(_mirrored, reversed(piece.text))))
        left = x - wide if backwards else x
        parts.append(_piece_svg(piece, left, wide, y, size, fill))
        x = left if backwards else x + wide
    return "".join(parts)


def _piece_svg(piece: Piece, x: float, wide: float, y: float, size: float, fill: str) -> str:
    if piece.font == EMOJI:
        k = size * 1.1 / 32
        body = pack.body(piece.text)
        return f'<g transform="translate({x:.2f} {y - size * 0.94:.2f}) scale({k:.4f})">{body}</g>'
    from_right = piece.font in _RIGHT_TO_LEFT
    anchor = f'x="{x + wide:.2f}" text-anchor="end"' if from_right else f'x="{x:.2f}"'
    # An isolate with its own direction keeps a full stop on the proper side.
    text = f"\u2067{piece.text}\u2069" if from_right else piece.text
    family, weight = piece.font.removesuffix(" bold"), "bold" if piece.font.endswith("bold") else "normal"
    return (
        f'<text {anchor} y="{y:.2f}" font-family="{family}" font-weight="{weight}" font-size="{size:.2f}" '
        f'fill="{fill}" xml:space="preserve">{escape(text)}</text>'
    )


def _mirrored(char: str) -> str:
    return {"(": ")", ")": "(", "[": "]", "]": "[", "«": "»", "»": "«"}.get(char, char)


def fonts_for(text: str) -> list[str]:
    """The font files that drawing `text` needs: each costs a little to open."""
    names = {piece.font for bold in (False, True) for piece in pieces(text, bold)} - {EMOJI} | {
        LATIN,
        LATIN_BOLD,
    }
    return [str(resources.path(f"fonts/{FILES[name]}")) for name in sorted(names)]
