"""Films from a text: one prompt a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from storyboard import script
from storyboard.errors import StoryboardError


def test_each_line_that_is_not_empty_is_a_prompt() -> None:
    assert script.prompts("a dog\r\n\n   \n  a cat  \u2028一只猫") == ["a dog", "a cat", "一只猫"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "has no prompts"),
        (b"\n \n", "has no prompts"),
        (b"\xff\xfea", "is not UTF-8 text"),
        (b"x" * 5001, "prompt 1 has 5,001 characters"),
        (b"a\n" * 20_001, "20,001 lines and a film at most 20,000 shots"),
    ],
    ids=["empty", "blank", "not text", "long", "many"],
)
def test_a_text_that_is_no_script_is_refused_with_a_sentence(data: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "script.txt"
    file.write_bytes(data)
    with pytest.raises(StoryboardError, match=said):
        script.read(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoryboardError, match=r"gone\.txt cannot be read"):
        script.read(tmp_path / "gone.txt")
