"""How much of a prompt a model reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from storyboard.generators import tokens

pytestmark = pytest.mark.models


def test_a_models_own_tokenizer_counts(tiny_model: Path) -> None:
    found = tokens.reading("a cat", str(tiny_model))
    assert found is not None
    assert found.tokens == 4  # in the tiny model a letter is a token
    assert found.most == 30  # 32, without the two that mark the ends
    assert found.unread == ""


def test_what_a_model_does_not_read_is_named(tiny_model: Path) -> None:
    found = tokens.reading("a man eats spaghetti in the kitchen with a fork", str(tiny_model))
    assert found is not None
    assert found.tokens > found.most
    assert "a man eats spaghetti in the kitchen with a fork".endswith(found.unread)
    assert found.unread == "ith a fork"  # it ends where the thirtieth letter does


def test_a_broken_tokenizer_is_no_reason_to_stop(tiny_model: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(tiny_model, tmp_path / "broken")
    for file in (broken / "tokenizer").iterdir():
        file.write_text("{}")
    assert tokens.reading("a cat", str(broken)) is None


def test_drawn_things_and_models_that_are_not_here_are_not_counted(tmp_path: Path) -> None:
    assert tokens.reading("a cat", "sketch") is None
    assert tokens.reading("a cat", "nobody/nothing") is None
    assert tokens.reading("a cat", str(tmp_path)) is None


def test_a_vocabulary_with_merges_counts_as_clips_own_code_does(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    from tests.tiny import _alphabet

    letters = _alphabet()
    joined = ["c a", "ca t</w>", "e a", "ea t"]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "ca", "cat</w>", "ea", "eat"]
    vocabulary = {word: number for number, word in enumerate([*words, "<|startoftext|>", "<|endoftext|>"])}
    (tmp_path / "vocab.json").write_text(json.dumps(vocabulary))
    (tmp_path / "merges.txt").write_text("\n".join(["#version: 0.2", *joined]))
    (tmp_path / "tokenizer_config.json").write_text('{"model_max_length": 77}')
    made, most = tokens._tokenizer(tmp_path)
    merges = [tuple(pair.split()) for pair in joined]
    own = transformers.CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)
    assert most == 75
    for text in ("a Cat  eats 12 fish, isn't it?", "Crème brûlée — ½ été", "猫が食べる 🍝", ""):
        assert made.encode(text).ids == own(text, add_special_tokens=False)["input_ids"], text


def test_a_sentencepiece_model_counts_as_its_own_code_does(tmp_path: Path) -> None:
    pieces = pytest.importorskip("sentencepiece")
    words = tmp_path / "words.txt"
    words.write_text("a red car drives through the city at night\n" * 50 + "rain on a window, fog\n" * 50)
    pieces.SentencePieceTrainer.train(
        input=str(words), model_prefix=str(tmp_path / "spiece"), vocab_size=60, model_type="unigram", pad_id=0,
        eos_id=1, unk_id=2, bos_id=-1, hard_vocab_limit=False, minloglevel=2,
    )  # fmt: skip
    made, most = tokens._tokenizer(tmp_path, 128)
    own = pieces.SentencePieceProcessor(model_file=str(tmp_path / "spiece.model"))
    assert most == 127
    for text in ("a red car", "rain on  the window, at night", "fog ☂ fog", ""):
        assert made.encode(text).ids == own.encode(text), text
