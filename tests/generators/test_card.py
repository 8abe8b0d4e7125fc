"""The card: a shot's words, readable in any script."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from storyboard.frames import unreported
from storyboard.generators import card, text
from storyboard.project import Wish

if TYPE_CHECKING:
    from storyboard.frames import Frame

ARABIC = "رجل يأكل السباغيتي في المطبخ"


def ink(frame: Frame) -> np.ndarray:
    """Where the light letters are."""
    return frame.min(axis=2) > 110


def columns(frame: Frame) -> tuple[int, int]:
    found = np.flatnonzero(ink(frame).any(axis=0))
    return int(found[0]), int(found[-1])


@pytest.mark.parametrize("size", [(256, 256), (1920, 1080), (64, 64), (16, 16), (90, 320), (320, 24)])
def test_any_size(size: tuple[int, int]) -> None:
    frame = card.draw("a man eats spaghetti", 3, *size)
    assert frame.shape == (size[1], size[0], 3)
    assert frame.dtype == np.uint8


def test_letters_are_light_on_a_dark_ground() -> None:
    frame = card.draw("a man eats spaghetti in the kitchen", 7, 256, 256)
    assert np.median(frame) < 50
    assert ink(frame).sum() > 800
    assert frame[0, 0].max() < 90  # no speck in the corner


def test_the_number_is_shown() -> None:
    assert not np.array_equal(card.draw("a dog", 1, 128, 128), card.draw("a dog", 2, 128, 128))
    assert not np.array_equal(card.draw("a dog", 1, 128, 128), card.draw("a dog", None, 128, 128))


@pytest.mark.parametrize(
    "words",
    ["Zażółć gęślą", "Привет, мир", "Ελληνικά", "男がスパゲッティを食べる", "吃意大利面", "강아지가 먹는다", ARABIC, "שלום עולם",
     "नमस्ते दुनिया", "สวัสดีชาวโลก", "Հայերեն", "ქართული", "বাংলা", "தமிழ்", "★ → ♪"],
)  # fmt: skip
def test_every_shipped_script_has_its_letters(words: str) -> None:
    shown = "".join(piece.text for piece in text.pieces(text.clean(words)))
    assert shown == words  # nothing was left out for want of a glyph
    assert ink(card.draw(words, None, 256, 256)).sum() > 150


def test_arabic_is_joined_and_set_from_the_right() -> None:
    frame = card.draw("سلام", None, 256, 256)
    left, right = columns(frame)
    assert left > 128
    assert right > 225
    # Apart (kept from joining by a zero-width non-joiner) the four letters are wider.
    apart_left, apart_right = columns(card.draw("\u200c".join("سلام"), None, 256, 256))
    assert apart_right - apart_left > (right - left) * 1.15


def test_a_full_stop_after_arabic_stands_on_its_left() -> None:
    plain, stopped = columns(card.draw("سلام", None, 256, 256)), columns(card.draw("سلام.", None, 256, 256))
    assert stopped[0] < plain[0]
    assert abs(stopped[1] - plain[1]) <= 2


def test_a_comma_between_hebrew_words_stands_by_the_first() -> None:
    svg = text.line_svg("עולם, כלב", 200, 20, 20, "#fff")
    assert "> ,<" in svg


def test_unassigned_and_control_characters_leave_no_boxes() -> None:
    assert text.clean("a\u202eb\x07\u2066c\ufdd0") == "abc"
    assert text.pieces("\U000ffffd\U00012000") == []


def test_emoji_are_pictures() -> None:
    assert [piece.font for piece in text.pieces("🐶 ok")] == [text.EMOJI, text.LATIN]
    frame = card.draw("🐶🍕", None, 128, 128)
    coloured = (frame.max(axis=2).astype(int) - frame.min(axis=2)) > 70
    assert coloured.sum() > 100


def test_lines_break_between_words_and_in_scripts_without_spaces_anywhere_allowed() -> None:
    assert text.wrap("aaa bbb ccc", text.line_width("aaa bbb ")) == ["aaa bbb", "ccc"]
    lines = text.wrap("男がキッチンで、スパゲッティを食べている。", 6.2)
    assert "".join(lines) == "男がキッチンで、スパゲッティを食べている。"
    assert not any(line[0] in "、。ー" for line in lines)
    thai = text.wrap("ผู้ชายกินสปาเกตตีในครัว", 5)
    assert not any(text._is_mark(line[0]) for line in thai)


def test_a_word_longer_than_the_line_is_cut() -> None:
    lines = text.wrap("x" * 100, 10)
    assert "".join(lines) == "x" * 100
    assert all(text.line_width(line) <= 10 for line in lines)


def test_a_long_prompt_is_smaller_and_then_ends_with_an_ellipsis() -> None:
    short = card._fit("a dog", 200, 200, 256)
    longer = card._fit("a dog runs over the hill " * 6, 200, 200, 256)
    endless = card._fit("a dog runs over the hill " * 200, 200, 200, 256)
    assert short.size > longer.size > endless.size
    assert endless.lines[-1].endswith("…")
    assert not longer.lines[-1].endswith("…")
    assert all(text.line_width(line) * endless.size <= 200.5 for line in endless.lines)


@pytest.mark.parametrize("prompt", ["", "x" * 5000, "字" * 5000, "<b>&\"'</b> ]]>", "🐶" * 1600, "\ud800"])
def test_no_prompt_fails(prompt: str) -> None:
    assert card.draw(prompt, 1, 96, 96).shape == (96, 96, 3)


def test_a_card_moves_gently_and_the_same_at_every_rate() -> None:
    slow = list(card.moving("a dog", 1, 96, 96, 4, Fraction(24)))
    fast = list(card.moving("a dog", 1, 96, 96, 8, Fraction(48)))
    assert all(np.array_equal(a, b) for a, b in zip(slow, fast[::2], strict=True))
    assert 0 < np.abs(slow[0].astype(int) - slow[3]).mean() < 5
    assert np.array_equal(slow[0], card.draw("a dog", 1, 96, 96))


def test_as_a_generator() -> None:
    made = card.CardGenerator()
    wish = Wish(model="card", prompt="a dog", avoid="", steps=None, guidance=None, seed=None)
    recipe = made.recipe(wish, 1, Fraction(1, 4), 64, 64)
    assert (recipe.generator, recipe.model, recipe.rate) == ("card", "card", Fraction(24))
    take = list(made.generate(recipe, unreported))
    assert len(take) == 6
    assert not np.array_equal(take[0], take[-1])
    assert made.facts()["card"] == card.VERSION
