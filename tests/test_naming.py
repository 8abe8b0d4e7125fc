"""Names are found as whole words, in any case and in any script."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.naming import composed, described, folded, is_name, mentions


def found(text: str, *names: str) -> list[str]:
    return [composed(text)[mention.start : mention.end] for mention in mentions(text, names)]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Maria waves at MARIA.", "maria", ["Maria", "MARIA"]),
        ("Mariana is not her", "Maria", []),
        ("Anna-Maria and Maria-Anna", "Maria", []),
        ("l’aube d'Anna", "Anna", ["Anna"]),
        ("the  Captain's dog", "the captain", ["the  Captain"]),
        ("robot_2 and robot 2", "robot", ["robot"]),
        ("Cafe\u0301 closes", "café", ["Café"]),
        ("İpek koşuyor", "İpek", ["İpek"]),
        ("STRASSE, Straße", "Straße", ["STRASSE", "Straße"]),
        ("❤\ufe0fMaria", "Maria", ["Maria"]),
        ("マリアが犬と走る", "マリア", ["マリア"]),
        ("マリアンが走る", "マリア", []),
        ("国王吃面", "国王", ["国王"]),
        ("마리아가 온다", "마리아", ["마리아"]),
        ("산마리아", "마리아", []),
        ("राम और रामा", "राम", ["राम"]),
        ("Мария и Марияна", "мария", ["Мария"]),
        ("سارة تركض", "سارة", ["سارة"]),
        ("สมชายวิ่ง", "สมชาย", ["สมชาย"]),
        ("", "Maria", []),
    ],
)
def test_a_name_is_found_as_whole_words(text: str, name: str, expected: list[str]) -> None:
    assert found(text, name) == expected


def test_of_names_that_overlap_the_first_and_then_the_longer_counts() -> None:
    assert found("the captain and the captain's dog", "captain", "the captain", "captain's dog") == [
        "the captain",
        "the captain",
    ]


def test_a_description_follows_the_first_mention_only() -> None:
    text = described(
        "Maria's dog sees MARIA and the captain", {"maria": "a cook", "The Captain": " old ", "dog": ""}
    )
    assert text == "Maria's (a cook) dog sees MARIA and the captain (old)"
    assert described("a dog", {"Maria": "a cook"}) == "a dog"


@pytest.mark.parametrize("text", ["", " ", "a\n", " a", "!?", "\u200b"])
def test_what_has_no_letter_or_is_no_line_is_no_name(text: str) -> None:
    assert not is_name(text)


@given(st.text(max_size=60), st.lists(st.text(max_size=6), max_size=4))
@settings(max_examples=200, deadline=None)
def test_mentions_lie_in_the_text_in_order_and_are_the_name(text: str, names: list[str]) -> None:
    at = 0
    for mention in mentions(text, names):
        assert at <= mention.start < mention.end <= len(composed(text))
        assert folded(composed(text)[mention.start : mention.end]) == mention.name
        at = mention.end


def test_a_joiner_that_is_not_seen_is_part_of_a_name() -> None:
    ali_reza = "علی\u200cرضا"
    assert is_name(ali_reza)
    assert [found.name for found in mentions(f"{ali_reza} می‌دود", ["علی", ali_reza])] == [ali_reza]
    assert mentions(f"{ali_reza} می‌دود", ["علی"]) == mentions(f"{ali_reza} می‌دود", ["رضا"]) == []
    assert not is_name("\u200c")
    assert not is_name("a\u202eb")
